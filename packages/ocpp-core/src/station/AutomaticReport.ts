/**
 * Reports that a station is asked for by itself, when the CSMS has none or an outdated one: its inventory (B-17) and its
 * monitors (N-11). Only of an Accepted station: a Pending one is the application's to provision (LC-9, B02.FR.01). What comes
 * is told like any report.
 */
import * as Effect from "effect/Effect"
import { isMonitoringReportDue, refuseMonitoringReport } from "../blocks/Diagnostics.ts"
import type { JobKind } from "../blocks/JobKinds.ts"
import type { StationMirror } from "../blocks/Mirror.ts"
import { isInventoryDue, refuseInventory } from "../blocks/Provisioning.ts"
import type { Station } from "../csms/StationRef.ts"
import type { Settings } from "../csms/Settings.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { Duty } from "./Duty.ts"
import type { StationProcess } from "./Station.ts"
import { isReady } from "./StationState.ts"

/** One kind of report, as data. */
interface Kind {
  readonly isOn: (settings: Settings) => boolean
  /** Whether what is known is outdated; it may become so without a boot. */
  readonly isStale: (mirror: StationMirror) => boolean
  readonly isDue: (mirror: StationMirror) => boolean
  /** Reports that it does not run beside: that of the application may be the one that is due. */
  readonly notBeside: ReadonlyArray<JobKind>
  readonly ask: (station: Station, requestId: number) => Effect.Effect<unknown, CallFailure>
  /** A station that cannot is asked no more until it reboots. */
  readonly refused: (mirror: StationMirror) => StationMirror
}

/** The FullInventory: on first contact, after a firmware change, after a report that never came whole (B-17, B07.FR.14). */
export const inventory: Kind = {
  isOn: (settings) => settings.inventory === "automatic",
  isStale: ({ provisioning }) => provisioning.deviceModel.stale,
  isDue: ({ provisioning }) => isInventoryDue(provisioning),
  notBeside: ["Report"],
  ask: (station, requestId) => station.call("GetBaseReport", { requestId, reportBase: "FullInventory" }),
  refused: (mirror) => ({ ...mirror, provisioning: refuseInventory(mirror.provisioning) })
}

/** All monitors, when some are known: a reboot may give them other ids, a new base takes some away (N-11, N04.FR.19, DM-46). */
export const monitors: Kind = {
  isOn: (settings) => settings.monitoringReport === "automatic",
  isStale: ({ diagnostics }) => diagnostics.stale,
  isDue: ({ diagnostics }) => isMonitoringReportDue(diagnostics),
  notBeside: ["Report", "MonitoringReport"],
  ask: (station, requestId) => station.call("GetMonitoringReport", { requestId }),
  refused: (mirror) => ({ ...mirror, diagnostics: refuseMonitoringReport(mirror.diagnostics) })
}

/** How long it waits for a station that is busy, in milliseconds. */
const pause = 5_000

/** Whether a station that is ready is to be asked, now or after its share of the spread. */
export const isWanted = (kind: Kind, { engine, mirror }: StationProcess): boolean =>
  kind.isOn(engine.settings) && kind.isDue(mirror)

/** See the head of the file. */
export class AutomaticReport extends Duty {
  private readonly kind: Kind

  constructor(station: StationProcess, kind: Kind) {
    super(station)
    this.kind = kind
  }

  /** The station may be told anything: it is asked once from here on. */
  begin(): void {
    this.due(spread(this.station.identity, this.station.engine.settings.inventorySpread))
  }

  expire(): void {
    const { isBooting, mirror, session, state } = this.station
    // With a new link, or with the answer to the boot, it will be ready again.
    if (!isReady(state) || isBooting || session?.outboundOpen !== true || !this.kind.isDue(mirror)) return
    if (this.isBusy) this.due(pause)
    else this.ask()
  }

  /**
   * A CALL or a report is on its way, or the station is about to reboot. Sent at once or not at all, what is asked keeps nobody
   * waiting and cannot meet a registration that has changed.
   */
  private get isBusy(): boolean {
    const { mirror, outbound } = this.station
    return (
      outbound.outstanding !== undefined ||
      outbound.depth > 0 ||
      mirror.provisioning.pendingReset !== undefined ||
      mirror.jobs.open.some(({ kind }) => this.kind.notBeside.includes(kind))
    )
  }

  private ask(): void {
    const { station } = this
    const asked = this.kind.ask(station.ref, station.nextRequestId())
    station.run(
      Effect.catch(asked, (failure) => {
        if (failure._tag === "CallError") station.remirror(this.kind.refused)
        return Effect.logDebug(failure.message)
      })
    )
  }
}

/**
 * How long this station waits, at most `most` milliseconds: the same each time, and spread evenly over all stations, so that
 * thousands that come at once are not asked at once.
 */
export const spread = (identity: string, most: number): number => {
  let hash = 0x811c9dc5 // FNV-1a
  for (let i = 0; i < identity.length; i++) hash = Math.imul(hash ^ identity.charCodeAt(i), 0x01000193)
  return ((hash >>> 0) / 2 ** 32) * most
}
