/** Something that runs until it is closed: a scope, and the bridge over which it is asked. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { CallError, NotSent, OutcomeUnknown } from "@wattline/ocpp-core"
import { Bridge } from "@wattline/ocpp-core/engine"
import { InvalidStation } from "../client/Stations.ts"
import { StationClosed } from "./StationClosed.ts"
import { WaitTimeout } from "./WaitTimeout.ts"

/** A bridge whose rejections point to the line that called. */
export const makeBridge = (): Bridge =>
  new Bridge(
    () => new StationClosed(),
    [CallError, NotSent, OutcomeUnknown, InvalidStation, WaitTimeout, StationClosed]
  )

/** See the head of the file. */
export class Lifetime {
  readonly bridge: Bridge
  private readonly scope: Scope.Closeable
  private closing: Promise<void> | undefined = undefined

  constructor(bridge: Bridge, scope: Scope.Closeable) {
    this.bridge = bridge
    this.scope = scope
  }

  /** Calling it again gives the same promise. */
  close(): Promise<void> {
    this.closing ??= Effect.runPromise(Scope.close(this.scope, Exit.void))
    return this.closing
  }
}

/**
 * Starts something that lives in `scope`; when it does not start, the scope is closed. However the scope is closed, the bridge is
 * closed first, and what is unsettled in the end is given up.
 */
export const live = Effect.fnUntraced(function* <A, E, R>(
  scope: Scope.Closeable,
  start: (lifetime: Lifetime) => Effect.Effect<A, E, R>
) {
  const lifetime = new Lifetime(makeBridge(), scope)
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => lifetime.bridge.giveUp())
  )
  const started = yield* start(lifetime).pipe(
    Scope.provide(scope),
    Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
  )
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => {
      lifetime.bridge.isClosed = true
    })
  )
  return started
})
