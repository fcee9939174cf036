/** The stations of this process: made once, found by identity, closed together. What a node offers to its cluster. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { Engine, Run } from "../station/Engine.ts"
import { call } from "../station/Calling.ts"
import { notSent } from "../station/OutboundCalls.ts"
import type { SecurityRecord } from "../station/SecurityRecord.ts"
import { requestIdAfter, StationProcess } from "../station/Station.ts"
import { type StationView, viewOf } from "../station/StationView.ts"
import type { CollectedKind } from "../blocks/JobKinds.ts"
import { initial } from "../blocks/Mirror.ts"
import { identityKey } from "../transport/Handshake.ts"
import type { CallRequest, LocalStations, Membership } from "./Cluster.ts"
import type { Leaving } from "./Drain.ts"
import type { HandlerTable } from "./Handlers.ts"
import { type Station, type StationPorts, StationRef } from "./StationRef.ts"
import type { StoreError } from "./StationStore.ts"

/** See the head of the file. */
export class Stations implements LocalStations {
  /** Handlers of stations that bring none of their own. */
  readonly handlers: HandlerTable
  /** Set once, right after the cluster was joined. */
  membership: Membership | undefined = undefined
  /** Links whose station is still being loaded. */
  readonly arrivals = new Set<Leaving>()
  private readonly engine: Engine
  private readonly processes = new Map<string, StationProcess>()
  private ports: StationPorts | undefined = undefined
  private closed = false

  constructor(engine: Engine, handlers: HandlerTable) {
    this.engine = engine
    this.handlers = handlers
  }

  /** This node's place in the cluster. */
  member(): Membership {
    if (this.membership === undefined) throw new Error("the cluster was not joined")
    return this.membership
  }

  find(identity: string): StationProcess | undefined {
    return this.processes.get(identityKey(identity))
  }

  /** Whether a station is still served: neither removed nor closed with the CSMS. */
  has(station: StationProcess): boolean {
    return !this.closed && this.find(station.identity) === station
  }

  all(): ReadonlyArray<Station> {
    return Array.from(this.processes.values(), (process) => process.ref)
  }

  /** The links of all stations, also of those that are being loaded. */
  links(): ReadonlyArray<Leaving> {
    return [...this.arrivals, ...Array.from(this.processes.values()).flatMap(({ session }) => session ?? [])]
  }

  /** What waits at all stations together: their CALLs without an answer, ours without a turn, ours without an answer. */
  depths(): { readonly inbound: number; readonly queued: number; readonly outstanding: number } {
    let inbound = 0
    let queued = 0
    let outstanding = 0
    for (const process of this.processes.values()) {
      inbound += process.inbound.depth
      queued += process.outbound.depth
      if (process.outbound.outstanding !== undefined) outstanding++
    }
    return { inbound, queued, outstanding }
  }

  /** Stations in memory. */
  get size(): number {
    return this.processes.size
  }

  refOf(identity: string): Station {
    this.ports ??= {
      membership: this.member(),
      events: this.engine.events,
      settings: this.engine.settings,
      initialView: forgotten
    }
    return new StationRef(this.ports, identity)
  }

  /** Makes a station, or gives a known one other handlers; what the store has of it is restored (LC-18). */
  add(identity: string, handlers: HandlerTable, run: Run): Effect.Effect<StationProcess, StoreError> {
    const renew = (station: StationProcess): StationProcess => {
      station.handlers = handlers
      station.run = run
      return station
    }
    const known = this.find(identity)
    return known === undefined ? this.load(identity, handlers, run, renew) : Exit.succeed(renew(known))
  }

  /** The station of a connection: one that was added, or one that the directory knows and nobody added (LC-18). */
  obtain(identity: string): Effect.Effect<StationProcess, StoreError> {
    const known = this.find(identity)
    return known === undefined
      ? this.load(identity, this.handlers, this.engine.run, (station) => station)
      : Exit.succeed(known)
  }

  /** What was learned of a station's security: from memory at once, else from the store. */
  recordOf(identity: string): Effect.Effect<SecurityRecord | undefined, StoreError> {
    const known = this.find(identity)
    return known === undefined
      ? Effect.map(this.engine.store.load(identity), (snapshot) => snapshot?.security)
      : Exit.succeed(known.security)
  }

  /** `found`: somebody else made the station while it was being loaded. */
  private load(
    identity: string,
    handlers: HandlerTable,
    run: Run,
    found: (station: StationProcess) => StationProcess
  ): Effect.Effect<StationProcess, StoreError> {
    return Effect.map(this.engine.store.load(identity), (snapshot) => {
      const again = this.find(identity)
      if (again !== undefined) return found(again)
      const process = new StationProcess(this.engine, identity, handlers, run, snapshot, () => this.refOf(identity))
      this.processes.set(identityKey(identity), process)
      process.emit({ _tag: "Added" })
      return process
    })
  }

  /** Takes a station out; completes when the store has taken what was on its way. */
  remove(identity: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const process = this.find(identity)
      if (process === undefined) return Effect.void
      this.processes.delete(identityKey(identity))
      process.shutDown(1000, "the station was removed")
      process.emit({ _tag: "Removed" })
      return process.journal.stored()
    })
  }

  /** Drops what has become too old to matter, and says whether anything is left that will. */
  sweep(): boolean {
    const now = this.engine.now()
    let isLeft = false
    for (const process of this.processes.values())
      if (process.inbound.sweep(now, this.engine.inboundLimits)) isLeft = true
    return isLeft
  }

  /** The CSMS closes; completes when the store has taken what was on its way (LC-18). */
  close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.closed = true
      const processes = [...this.processes.values()]
      for (const process of processes) process.shutDown(1001, "the CSMS is closing")
      return Effect.forEach(processes, (process) => process.journal.stored(), { discard: true })
    })
  }

  // --- LocalStations --------------------------------------------------------------------------------------------------

  readonly call = (request: CallRequest): Effect.Effect<unknown, CallFailure> =>
    Effect.suspend(() => {
      const process = this.find(request.identity)
      return process === undefined
        ? notSent(request, "UnknownStation", "no such station was added")
        : call(process, request)
    })

  readonly view = (identity: string): Effect.Effect<StationView | undefined> =>
    Effect.sync(() => {
      const station = this.find(identity)
      return station && viewOf(station)
    })

  readonly nextRequestId = (identity: string): Effect.Effect<number> =>
    Effect.sync(() => this.find(identity)?.nextRequestId() ?? requestIdAfter(0, this.engine.now()))

  readonly disconnect = (identity: string, code: number, reason: string): Effect.Effect<void> =>
    Effect.sync(() => this.find(identity)?.disconnect(code, reason))

  readonly cancelJob = (identity: string, kind: CollectedKind, requestId: number): Effect.Effect<boolean> =>
    Effect.sync(() => this.find(identity)?.duties.jobs.cancel(kind, requestId) ?? false)

  readonly fence = (identity: string, epoch: number): Effect.Effect<void> =>
    Effect.sync(() => {
      const process = this.find(identity)
      if (process !== undefined && process.epoch < epoch) process.fence()
    })
}

/** What is known of a station that was removed. */
const forgotten = (identity: string): StationView => ({
  identity,
  epoch: 0,
  seq: 0,
  registration: undefined,
  resetPending: false,
  requestId: 0,
  mirror: initial,
  state: "Disconnected",
  connected: false,
  lastSeen: undefined,
  queuedCalls: 0
})
