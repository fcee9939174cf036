/** Defines one test for each case, over one adapter. An adapter's test file is one call of this. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import type { AdapterHarness } from "../Peer.ts"
import { blocks } from "./catalogue.ts"
import { knownFailing } from "./knownFailing.ts"
import type { CaseHead, OcaCase } from "./OcaCase.ts"
import { soon } from "./soon.ts"
import { type CaseClock, type ReportForm, World } from "./World.ts"

/** How the cases are run. */
export interface CasesOptions {
  /** `virtual` for an adapter without sockets: time is then that of the TestClock. Default `real`. */
  readonly clock?: CaseClock
  /** Whether block A and TC_B_58 are shown by `securitySuite` over this adapter. Without it they are not applicable. */
  readonly security?: boolean
}

/** Defines the tests of all cases under `name`. */
export const casesSuite = (name: string, harness: AdapterHarness, options: CasesOptions = {}): void => {
  describe(`OCA cases: ${name}`, () => {
    for (const [block, cases] of blocks) {
      describe(`block ${block}`, () => {
        for (const one of cases) {
          if ("run" in one) define(harness, one, options.clock ?? "real")
          else if (one.shownBy === undefined || options.security !== true)
            it.live.skip(`${titleOf(one)} not applicable: ${one.notApplicable}`, () => Effect.void)
        }
      })
    }
  })
}

const titleOf = ({ id, requirements, title }: CaseHead): string =>
  `${id}: ${title}${requirements.length === 0 ? "" : ` (${requirements.join(", ")})`}`

const define = (harness: AdapterHarness, one: OcaCase, clock: CaseClock): void => {
  const forms: ReadonlyArray<ReportForm> =
    one.bothForms === true ? ["StatusNotification", "NotifyEvent"] : ["StatusNotification"]
  const test = clock === "virtual" ? it.effect : it.live
  const reason = knownFailing[one.id]
  for (const form of forms) {
    const title = `${titleOf(one)}${one.bothForms === true ? ` by ${form}` : ""}`
    if (reason === undefined) test(title, () => runs(harness, one, form, clock))
    else test.fails(`${title} known failing: ${reason}`, () => runs(harness, one, form, clock))
  }
}

/** The steps, and what holds in every case. What was said goes with what went wrong. */
const runs = (harness: AdapterHarness, one: OcaCase, form: ReportForm, clock: CaseClock) =>
  Effect.scoped(
    Effect.gen(function* () {
      const world = yield* World.make(harness, form, clock)
      yield* Effect.catchCause(soon("the end of the case", holds(world, one), 10_000), (cause) =>
        Effect.die(new Error(`${Cause.pretty(cause)}\n\n${world.cs.transcript.join("\n")}\n`))
      )
    })
  ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

const holds = Effect.fnUntraced(function* (world: World, { run }: OcaCase) {
  yield* run(world)
  assert.deepStrictEqual(world.cs.breaches, [], "what the CSMS did against the rules of the wire")
  assert.deepStrictEqual(yield* world.cs.unexpected, [], "CALLs of the CSMS that belong to no step")
})
