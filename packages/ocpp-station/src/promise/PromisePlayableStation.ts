/** What a promise user holds of a virtual station: `PlayableStation` with promises for effects and iterables for streams. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type EventsMissed, listen } from "@wattline/ocpp-core/engine"
import type { Abortable, PromiseEvents, PromiseEventsOptions } from "@wattline/ocpp-core/promise"
import type { ClientEvent } from "../client/ClientEvent.ts"
import type { Happening } from "../virtual/Happening.ts"
import type { VirtualProcess } from "../virtual/VirtualProcess.ts"
import type { PlayableStation } from "../virtual/VirtualStations.ts"
import type { Lifetime } from "./Lifetime.ts"
import { WaitTimeout } from "./WaitTimeout.ts"

/** How long to wait. */
export interface PromiseWaitOptions extends Abortable {
  /** Rejects with `WaitTimeout` after so long: a text such as `"10 seconds"`, or a number of milliseconds. Default: never. */
  readonly timeout?: Duration.Input | undefined
}

/** A station to play with. What is waited for is rejected with `StationClosed` once it is closed. */
export interface PromisePlayableStation extends AsyncDisposable {
  /** Its controls: `plugIn`, `present`, `unplug`, … Plain methods that act at once. */
  readonly controls: VirtualProcess
  /** Waits until the station is Accepted and connected; at once when it is. */
  accepted(options?: Abortable): Promise<void>
  /** What happens at the station and on its line from now on, whenever the reading begins. */
  events(options?: PromiseEventsOptions): PromiseEvents<Happening | ClientEvent | EventsMissed>
  /**
   * Waits for the first event from now on that `look` finds something in, and gives that. Call it before you act, and await it
   * after.
   *
   * @example
   * const ended = station.waitFor((event) => (event._tag === "TransactionEnded" ? event : undefined), { timeout: "1 minute" })
   * station.controls.present(token, 1)
   * console.log((await ended).energyWh)
   */
  waitFor<A>(look: (event: Happening | ClientEvent) => A | undefined, options?: PromiseWaitOptions): Promise<A>
  /** Switches the station off for good and ends all events; a durable queue keeps what is not delivered. */
  close(): Promise<void>
}

/** See `PromisePlayableStation`. */
export class PlayableStationFacade implements PromisePlayableStation {
  private readonly station: PlayableStation
  private readonly lifetime: Lifetime

  constructor(station: PlayableStation, lifetime: Lifetime) {
    this.station = station
    this.lifetime = lifetime
  }

  get controls(): VirtualProcess {
    return this.station.controls
  }

  accepted(options?: Abortable): Promise<void> {
    return this.lifetime.bridge.run(this.station.accepted, options?.signal)
  }

  events(options?: PromiseEventsOptions): PromiseEvents<Happening | ClientEvent | EventsMissed> {
    return listen(this.lifetime.bridge, this.station.events, options)
  }

  waitFor<A>(
    look: (event: Happening | ClientEvent) => A | undefined,
    { signal, timeout }: PromiseWaitOptions = {}
  ): Promise<A> {
    const found = this.station.waitFor(look)
    return this.lifetime.bridge.run(timeout === undefined ? found : within(found, timeout), signal)
  }

  close(): Promise<void> {
    return this.lifetime.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

const within = <A>(found: Effect.Effect<A>, timeout: Duration.Input): Effect.Effect<A, WaitTimeout> =>
  Effect.timeoutOrElse(found, {
    duration: timeout,
    orElse: () => Effect.fail(new WaitTimeout({ milliseconds: Duration.toMillis(Duration.fromInputUnsafe(timeout)) }))
  })
