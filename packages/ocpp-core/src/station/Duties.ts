/**
 * Everything that a station owes or is owed, with deadlines of its own: when each begins and ends. What they are about is in the
 * mirror, so that they can be taken up again after a restart.
 */
import type { StationMirror } from "../blocks/Mirror.ts"
import { AutomaticReport, inventory, isWanted, monitors } from "./AutomaticReport.ts"
import { StationJobs } from "./Jobs.ts"
import { firstDue, OwedProfiles } from "./OwedProfiles.ts"
import { ResetWatch } from "./ResetWatch.ts"
import { SaveRetry } from "./SaveRetry.ts"
import type { StationProcess } from "./Station.ts"
import { isReady, type Registration } from "./StationState.ts"
import { StatusWatch } from "./StatusWatch.ts"
import { TransactionWatch } from "./TransactionWatch.ts"

/** See the head of the file. */
export class Duties {
  private readonly station: StationProcess
  private knownJobs: StationJobs | undefined = undefined
  private reset: ResetWatch | undefined = undefined
  private statuses: StatusWatch | undefined = undefined
  private transactions: TransactionWatch | undefined = undefined
  private profiles: OwedProfiles | undefined = undefined
  private inventory: AutomaticReport | undefined = undefined
  private monitors: AutomaticReport | undefined = undefined
  private retry: SaveRetry | undefined = undefined

  constructor(station: StationProcess) {
    this.station = station
  }

  /** What was asked for and comes in parts, or takes its time. */
  get jobs(): StationJobs {
    return (this.knownJobs ??= new StationJobs(this.station))
  }

  /** The station was restored from the store. */
  restored(): void {
    const { mirror, state } = this.station
    if (state === "Restarting") this.resets()
    if (mirror.jobs.open.length > 0) this.jobs.restored()
    if (mirror.transactions.running.some(({ unconfirmed }) => unconfirmed === true)) this.awaitMentions()
    if (firstDue(mirror.evCharging) !== undefined) this.armProfiles()
  }

  /** A new link. */
  linked(): void {
    this.statuses?.resumed()
    this.knownJobs?.connected()
  }

  /** The link is gone; another one may be there already. */
  lost(): void {
    ;(this.statuses ??= new StatusWatch(this.station)).lost()
  }

  /** The link is gone, and there is no other. */
  left(): void {
    this.inventory?.close()
    this.monitors?.close()
  }

  /** Accepted, connected, and CALLs of ours go out from here on. */
  ready(): void {
    if (isWanted(inventory, this.station)) this.askForInventory()
    if (isWanted(monitors, this.station)) this.askForMonitors()
  }

  /** A BootNotification was answered; the mirror does not know of it yet. `before`: the registration it replaces. */
  booted(before: Registration, rebooted: boolean): void {
    const { mirror, registration } = this.station
    if (mirror.provisioning.pendingReset !== undefined) (this.reset ??= new ResetWatch(this.station)).booted(rebooted)
    ;(this.statuses ??= new StatusWatch(this.station)).booted(before, rebooted)
    if (registration === "Accepted" && mirror.transactions.running.length > 0) this.awaitMentions()
  }

  /** The station accepted a reset. */
  resets(): void {
    ;(this.reset ??= new ResetWatch(this.station)).wait()
  }

  /** Two transactions run on one EVSE (E-19). */
  overlaps(transactionId: string): void {
    ;(this.transactions ??= new TransactionWatch(this.station)).overlaps(transactionId)
  }

  /** A CALL of the station is answered. */
  answered(): void {
    this.transactions?.answered()
  }

  /** The store did not take what it was given. */
  unsaved(): void {
    if (!this.station.isShutDown) (this.retry ??= new SaveRetry(this.station)).failed()
  }

  /** The store has everything. */
  saved(): void {
    this.retry?.settled()
  }

  /** An exchange changed the mirror. */
  mirrored(before: StationMirror): void {
    const { mirror, state } = this.station
    if (mirror.jobs !== before.jobs) this.jobs.mirrored()
    if (mirror.evCharging !== before.evCharging && (this.profiles ?? firstDue(mirror.evCharging)) !== undefined)
      this.armProfiles()
    if (!isReady(state)) return
    if (inventory.isStale(mirror) && !inventory.isStale(before) && isWanted(inventory, this.station))
      this.askForInventory()
    if (monitors.isStale(mirror) && !monitors.isStale(before) && isWanted(monitors, this.station)) this.askForMonitors()
  }

  /** The station is removed, or the CSMS closes. */
  close(): void {
    this.knownJobs?.close()
    this.reset?.close()
    this.statuses?.close()
    this.transactions?.close()
    this.profiles?.close()
    this.retry?.close()
    this.left()
  }

  private awaitMentions(): void {
    ;(this.transactions ??= new TransactionWatch(this.station)).await()
  }

  private armProfiles(): void {
    ;(this.profiles ??= new OwedProfiles(this.station)).arm()
  }

  private askForInventory(): void {
    ;(this.inventory ??= new AutomaticReport(this.station, inventory)).begin()
  }

  private askForMonitors(): void {
    ;(this.monitors ??= new AutomaticReport(this.station, monitors)).begin()
  }
}
