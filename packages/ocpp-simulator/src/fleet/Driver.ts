/** What drivers do at one station: they come, plug in, swipe, wait, swipe again, unplug and leave. */
import type { Stations } from "@wattline/ocpp-station"
import { type EVSE, type Happening, makeEV, type VirtualProcess } from "@wattline/ocpp-station/virtual"
import type * as Context from "effect/Context"
import { nextArrival, type Random, session, type SessionPlan } from "../scenario/Arrivals.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import type { Recorder } from "../report/Recorder.ts"

/** Milliseconds between plugging in and swiping, and between swiping and pulling the cable out. */
const pause = 4_000

/** Milliseconds before a driver tries again to pull a cable out that is locked, and tries of one who waits for the CSMS. */
const nextTry = 15_000
const tries = 40

/** Shared by all stations of a run. */
export interface DriverWorld {
  readonly scenario: Scenario
  readonly recorder: Recorder
  /** Starts a transaction from afar, for sessions with `remoteStart`; absent where the CSMS does that by itself. */
  readonly remoteStart?: (identity: string, evseId: number, plan: SessionPlan) => void
  readonly remoteStop?: (identity: string, transactionId: string) => void
  readonly host: Context.Service.Shape<typeof Stations>["host"]
}

interface Visit {
  readonly plan: SessionPlan
  isLeaving: boolean
}

/** See the head of the file. */
export class Driver {
  private readonly world: DriverWorld
  private readonly station: VirtualProcess
  private readonly random: Random
  private readonly visits = new Map<number, Visit>()
  private isClosed = false

  constructor(world: DriverWorld, station: VirtualProcess, random: Random) {
    this.world = world
    this.station = station
    this.random = random
  }

  /** Waits for the first EV. */
  start(): void {
    this.waitForNext(this.world.host.now())
  }

  /** An EV that has what it wants leaves, if its driver waits for that. */
  happened(happening: Happening): void {
    if (happening._tag !== "ChargingStateChanged" || happening.chargingState !== "SuspendedEV") return
    const visit = this.visits.get(happening.evseId)
    if (visit?.plan.untilFull === true) this.leave(happening.evseId, visit)
  }

  /** Nobody comes any more, and all who are there leave. */
  close(): void {
    this.isClosed = true
    for (const [evseId, visit] of this.visits) this.leave(evseId, visit)
  }

  private waitForNext(from: number): void {
    const at = nextArrival(this.random, this.world.scenario.arrivals, from)
    if (!Number.isFinite(at)) return
    this.station.after(at - this.world.host.now(), () => {
      this.arrive(session(this.random, this.world.scenario))
      this.waitForNext(at)
    })
  }

  private arrive(plan: SessionPlan): void {
    if (this.isClosed) return
    const evse = this.station.evses.find((one) => this.isFree(one))
    if (evse === undefined) return this.world.recorder.turnedAway()
    const { model, stateOfCharge, target } = plan
    if (this.station.plugIn(evse.id, makeEV(model, { stateOfCharge, target })) === "Refused")
      return this.world.recorder.turnedAway()
    const visit: Visit = { plan, isLeaving: false }
    this.visits.set(evse.id, visit)
    if (plan.remoteStart) this.world.remoteStart?.(this.station.identity, evse.id, plan)
    else this.station.after(pause, () => this.station.present(plan.idToken, evse.id))
    this.station.after(Math.max(plan.stay, 2 * pause), () => this.leave(evse.id, visit))
  }

  private isFree({ connectors, id, plugged, transaction }: EVSE): boolean {
    const [connector] = connectors
    return (
      plugged === undefined &&
      transaction === undefined &&
      connector !== undefined &&
      this.station.availability.statusOf(id, connector.id) === "Available"
    )
  }

  private leave(evseId: number, visit: Visit): void {
    if (visit.isLeaving || this.visits.get(evseId) !== visit) return
    visit.isLeaving = true
    const transaction = this.station.evse(evseId)?.transaction
    if (transaction !== undefined) {
      if (visit.plan.remoteStop) this.world.remoteStop?.(this.station.identity, transaction.transactionId)
      else this.station.present(visit.plan.idToken, evseId)
    }
    this.station.after(pause, () => this.unplug(evseId, visit, tries))
  }

  /** A driver whose cable is locked waits for the CSMS, and swipes in the end. */
  private unplug(evseId: number, visit: Visit, left: number): void {
    if (this.station.unplug(evseId) !== "Locked") {
      this.visits.delete(evseId)
      return
    }
    if (!visit.plan.remoteStop || left % 10 === 0) this.station.present(visit.plan.idToken, evseId)
    if (left > 0) this.station.after(nextTry, () => this.unplug(evseId, visit, left - 1))
    else this.visits.delete(evseId) // towed away: the EVSE stays as it is
  }
}
