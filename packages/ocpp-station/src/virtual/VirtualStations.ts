/** Virtual stations as Effect users have them: each lives as long as its scope. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventHub, type EventsMissed } from "@wattline/ocpp-core/engine"
import type { ClientEvent } from "../client/ClientEvent.ts"
import { InvalidStation, Stations } from "../client/Stations.ts"
import { troubleLog } from "../client/troubleLog.ts"
import type { Happening } from "./Happening.ts"
import { buildProblem } from "./problems.ts"
import { VirtualProcess } from "./VirtualProcess.ts"
import type { VirtualStationOptions } from "./VirtualStationOptions.ts"

/** A station to play with. */
export interface PlayableStation {
  /** Its controls: `plugIn`, `present`, `unplug`, … Plain methods that act at once. */
  readonly controls: VirtualProcess
  /** What happens at the station and on its line, from the moment the stream starts; its buffer holds 4,096. */
  readonly events: Stream.Stream<Happening | ClientEvent | EventsMissed>
  /** Waits for the first event that `look` finds something in. Begin to wait before you act. */
  readonly waitFor: <A>(look: (event: Happening | ClientEvent) => A | undefined) => Effect.Effect<A>
  /** Waits until the station is Accepted and connected; at once when it is. */
  readonly accepted: Effect.Effect<void>
}

type Told = Happening | ClientEvent

const bufferSize = 4_096
const any = (_event: Told): _event is Told => true

/**
 * Builds a station and switches it on; the end of the scope switches it off. `tell` is called in the very moment, which
 * matters to whoever watches the link too and wants to know what came first; it must not act on the station. Without it
 * troubles are logged.
 */
const start = (
  options: VirtualStationOptions,
  tell?: (event: Happening | ClientEvent) => void
): Effect.Effect<PlayableStation, InvalidStation, Stations | Scope.Scope> =>
  Effect.gen(function* () {
    const { identity } = options
    const detail = buildProblem(options)
    if (detail !== undefined) return yield* new InvalidStation({ identity, detail })
    const { host } = yield* Stations
    const hub = new EventHub<Told>()
    const told = tell ?? (troubleLog(identity, host.run) as (event: Told) => void)
    const publish = (event: Told): void => {
      told(event)
      if (hub.active) hub.publish(event)
    }
    const controls = yield* Effect.acquireRelease(
      Effect.sync(() => new VirtualProcess(host, options, { event: publish, happening: publish })),
      (made) =>
        Effect.sync(() => {
          made.dispose()
          hub.close()
        })
    )
    controls.start()
    const waitFor: PlayableStation["waitFor"] = (look) =>
      Effect.scoped(
        Effect.gen(function* () {
          const stream = yield* hub.subscribe(bufferSize, any)
          return yield* stream.pipe(
            Stream.filter((event) => event._tag !== "EventsMissed"),
            Stream.map(look),
            Stream.filter((found) => found !== undefined),
            Stream.runHead,
            Effect.flatMap((found) => (found._tag === "Some" ? Effect.succeed(found.value) : Effect.never))
          )
        })
      )
    return {
      controls,
      events: hub.stream(bufferSize, any),
      waitFor,
      accepted: Effect.suspend(() =>
        controls.client.isOnline
          ? Effect.void
          : waitFor((event) => (event._tag === "StateChanged" && event.state === "Accepted" ? true : undefined))
      )
    }
  })

/** Virtual stations. */
export const VirtualStations = { start }
