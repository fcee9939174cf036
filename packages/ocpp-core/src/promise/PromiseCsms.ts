/** What a promise user holds of a CSMS: `Csms` of the core, with promises for effects and iterables for streams. */
import * as Effect from "effect/Effect"
import type { CsmsShape, NewStation } from "../csms/Csms.ts"
import type { StationSecurity } from "../csms/StationSecurity.ts"
import type { CsmsEvent } from "../csms/Events.ts"
import type { Endpoint } from "../transport/Transport.ts"
import type { Bridge } from "./Bridge.ts"
import { listen, type PromiseEvents, type PromiseEventsOptions } from "./Events.ts"
import { type PromiseHandlers, toHandlers } from "./Handlers.ts"
import { attempt, type MaybePromise } from "./MaybePromise.ts"
import type { PromiseStation, PromiseStations } from "./PromiseStation.ts"

/** A station to add. */
export type NewPromiseStation = StationSecurity & {
  /** Identifier of at most 48 characters `a-z A-Z 0-9 * - _ = : + | @ .`, compared without case. */
  readonly identity: string
  /**
   * Handlers for this station, on top of those of the CSMS: an object, or a function, async or not, that `addStation` calls
   * to make it. When that throws, `addStation` rejects with what was thrown and the station is not added.
   */
  readonly handlers?: PromiseHandlers | (() => MaybePromise<PromiseHandlers>) | undefined
}

/** A running CSMS. Every call after `close` is rejected with `CsmsClosed`. */
export interface PromiseCsms extends AsyncDisposable {
  /**
   * Lets a station connect. What the store has of it is restored; adding a known one replaces credentials and handlers.
   * Rejects with `InvalidStation` when identity or password break the rules, and with `DirectoryError` or `StoreError`.
   */
  addStation(station: NewPromiseStation): Promise<PromiseStation>
  /**
   * Closes the station's link, forgets what is known of it, and lets it connect no more. Rejects with `UnknownStation`,
   * `DirectoryError` or `StoreError`.
   */
  removeStation(identity: string): Promise<void>
  /** A station by identity, connected or not. Rejects with `UnknownStation`. */
  station(identity: string): Promise<PromiseStation>
  /** All stations this process knows. */
  stations(): Promise<ReadonlyArray<PromiseStation>>
  /** What happens at all stations from now on, whenever the reading begins. */
  events(options?: PromiseEventsOptions): PromiseEvents<CsmsEvent>
  /** Where stations can connect; a port that was asked for as 0 is the real one here. */
  endpoints(): Promise<ReadonlyArray<Endpoint>>
  /**
   * Takes leave of every station, frees the ports and ends all events. CALLs in flight, in both directions, may end within the
   * grace time of `drain`; what is waiting or still unanswered then is rejected as when the connection is lost, and handlers
   * see their signal aborted. Calling it again gives the same promise.
   */
  close(): Promise<void>
}

/** See `PromiseCsms`. */
export class CsmsFacade implements PromiseCsms {
  private readonly csms: CsmsShape
  private readonly bridge: Bridge
  private readonly known: PromiseStations
  private readonly release: () => Promise<void>
  private closing: Promise<void> | undefined = undefined

  constructor(csms: CsmsShape, bridge: Bridge, known: PromiseStations, release: () => Promise<void>) {
    this.csms = csms
    this.bridge = bridge
    this.known = known
    this.release = release
  }

  addStation({ handlers, ...station }: NewPromiseStation): Promise<PromiseStation> {
    const added = this.csms.addStation({ ...station, ...this.own(handlers) })
    return this.bridge.run(Effect.map(added, (ref) => this.known.of(ref)))
  }

  private own(handlers: NewPromiseStation["handlers"]): Pick<NewStation<unknown>, "handlers"> {
    if (handlers === undefined) return {}
    if (typeof handlers !== "function") return { handlers: toHandlers(handlers, this.known) }
    const made = attempt(handlers, (thrown) => thrown)
    return { handlers: Effect.map(made, (own) => toHandlers(own, this.known)) }
  }

  removeStation(identity: string): Promise<void> {
    return this.bridge.run(this.csms.removeStation(identity))
  }

  station(identity: string): Promise<PromiseStation> {
    return this.bridge.run(Effect.map(this.csms.station(identity), (ref) => this.known.of(ref)))
  }

  stations(): Promise<ReadonlyArray<PromiseStation>> {
    return this.bridge.run(Effect.map(this.csms.stations, (refs) => refs.map((ref) => this.known.of(ref))))
  }

  events(options?: PromiseEventsOptions): PromiseEvents<CsmsEvent> {
    return listen(this.bridge, this.csms.events, options)
  }

  endpoints(): Promise<ReadonlyArray<Endpoint>> {
    return this.bridge.run(this.csms.endpoints)
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    this.bridge.isClosed = true
    try {
      await this.release()
    } finally {
      this.bridge.giveUp()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
