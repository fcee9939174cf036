/** One scenario as a test, and what holds in every one of them. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { CsmsOptions } from "@wattline/ocpp-core"
import { uncaughtErrors } from "../faults/Census.ts"
import type { Secrets } from "./Secrets.ts"
import type { Capability, SecurityHarness } from "./SecurityHarness.ts"
import { World } from "./World.ts"

/** The adapter under test, and the secrets of all scenarios. */
export interface Suite {
  readonly harness: SecurityHarness
  readonly secrets: Secrets
}

/** What a scenario needs. */
export interface ScenarioOptions extends CsmsOptions {
  /** What the adapter must be able to do; else the scenario is shown as skipped. */
  readonly needs?: Capability
}

/**
 * Defines the test; `steps` is the scenario. Whatever it does: no error stays uncaught, and no secret is in a log line, an
 * event, a snapshot or the body of a refusal.
 */
export const scenario = (
  { harness, secrets }: Suite,
  title: string,
  steps: (world: World) => Effect.Effect<void, unknown, Scope.Scope>,
  { needs, ...options }: ScenarioOptions = {}
): void => {
  const reason = needs === undefined ? undefined : harness.cannot?.[needs]
  if (reason !== undefined) return it.live.skip(`not applicable: ${reason} (${title})`, () => Effect.void)
  it.live(
    title,
    Effect.fnUntraced(function* () {
      const errors = yield* uncaughtErrors
      const before = secrets.size.told
      yield* Effect.scoped(
        Effect.flatMap(World.make(harness, secrets, options), (world) => Effect.scoped(steps(world)))
      ).pipe(Effect.provide(logsTo(secrets)))
      assert.deepStrictEqual(errors, [], "errors that nobody caught")
      assert.deepStrictEqual(secrets.leaks(before), [], "what was told with a secret in it")
    }),
    10_000
  )
}

const logsTo = (secrets: Secrets): Layer.Layer<never> =>
  Layer.mergeAll(
    Logger.layer([Logger.map(Logger.formatLogFmt, (line) => secrets.tell(line))]),
    Layer.succeed(References.MinimumLogLevel, "All")
  )
