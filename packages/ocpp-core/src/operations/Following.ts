/**
 * Waiting for what a CALL brings about. Listening starts before the CALL is sent, because what it brings may overtake its
 * answer (R-165, CE-1).
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { EventsMissed, StationEvent } from "../csms/Events.ts"
import type { Station } from "../csms/StationRef.ts"
import type { StationView } from "../station/StationView.ts"

/** What happened: an event of the station, or that some were missed. */
export type Heard = StationEvent | EventsMissed

/**
 * Listens from now on, for as long as the scope lasts. Gives the effect that waits for the first thing `judge` makes of an
 * event; it gives `undefined` when the station is removed or the CSMS closes first.
 */
export const listen = <A>(
  station: Station,
  judge: (heard: Heard) => A | undefined
): Effect.Effect<Effect.Effect<A | undefined>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const found = yield* Deferred.make<A | undefined>()
    const hear = (heard: Heard): Effect.Effect<unknown> => {
      const made = judge(heard)
      return made === undefined && heard._tag !== "Removed" ? Effect.void : Deferred.succeed(found, made)
    }
    const end = Deferred.succeed(found, undefined)
    const events = yield* station.subscribe(anyEvent)
    yield* Effect.forkScoped(Effect.andThen(Stream.runForEach(events, hear), end))
    return Deferred.await(found)
  })

/**
 * Waits for the first thing `look` finds in what is known of the station: at once, else after every event. `undefined` when
 * the station is removed or the CSMS closes first.
 */
export const watch = <A>(station: Station, look: (view: StationView) => A | undefined): Effect.Effect<A | undefined> =>
  Effect.scoped(
    Effect.gen(function* () {
      const found = yield* Deferred.make<A | undefined>()
      const check = Effect.flatMap(station.snapshot, (view) => {
        const made = look(view)
        return made === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(found, made))
      })
      const end = Effect.asVoid(Deferred.succeed(found, undefined))
      const hear = (heard: Heard): Effect.Effect<void> => (heard._tag === "Removed" ? end : check)
      const events = yield* station.subscribe(anyEvent)
      yield* Effect.forkScoped(Effect.andThen(Stream.runForEach(events, hear), end))
      yield* check
      return yield* Deferred.await(found)
    })
  )

/**
 * What `waiting` gives, or `undefined` when the time is up. While the station is offline nothing can come: a deadline that
 * passes then starts anew when the station is back (CE-4).
 */
export const within = <A>(
  station: Station,
  timeout: Duration.Input,
  waiting: Effect.Effect<A | undefined>
): Effect.Effect<A | undefined> => Effect.raceFirst(waiting, deadline(station, Duration.fromInputUnsafe(timeout)))

const anyEvent = (_event: StationEvent): _event is StationEvent => true

const deadline = (station: Station, timeout: Duration.Duration): Effect.Effect<undefined> =>
  Effect.gen(function* () {
    yield* Effect.sleep(timeout)
    while (!(yield* station.snapshot).connected) {
      const isBack = yield* Effect.isSuccess(station.waitFor((view) => view.connected))
      if (!isBack) return undefined // removed
      yield* Effect.sleep(timeout)
    }
    return undefined
  })
