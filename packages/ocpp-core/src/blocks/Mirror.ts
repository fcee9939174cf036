/**
 * The mirror of one station: the states of all blocks, and one function that folds any exchange into them. An action no
 * block cares about costs one look-up.
 */
import type { Action } from "@wattline/ocpp-v201"
import type { AvailabilityEvent, AvailabilityState } from "./Availability.ts"
import type { CertificatesEvent, CertificatesState } from "./CertificateManagement.ts"
import type { DiagnosticsEvent, DiagnosticsState } from "./Diagnostics.ts"
import { withShared } from "./DeviceModelSharing.ts"
import type { DisplayMessageEvent, DisplayMessagesState } from "./DisplayMessage.ts"
import type { EVChargingEvent, EVChargingState } from "./EVCharging.ts"
import type { Exchange } from "./Block.ts"
import type { FirmwareManagementEvent, FirmwareManagementState } from "./FirmwareManagement.ts"
import type { JobEnd, JobEnded, JobProgressed, JobsState, JobStarted } from "./Job.ts"
import * as Jobs from "./Jobs.ts"
import { blocks, consumers, doubts, type Noting, notings, slots, table } from "./MirrorTable.ts"
import { isOtherHardware, type ProvisioningEvent, type ProvisioningState } from "./Provisioning.ts"
import type { LocalAuthorizationListEvent, LocalAuthorizationListState } from "./LocalAuthorizationList.ts"
import type { MeteringEvent, MeteringState } from "./Meters.ts"
import type { RemoteControlEvent, RemoteControlState } from "./RemoteControl.ts"
import type { ReservationEvent, ReservationState } from "./Reservation.ts"
import type { SecurityEvent, SecurityState } from "./Security.ts"
import type { SmartChargingEvent, SmartChargingState } from "./SmartCharging.ts"
import type { TariffAndCostEvent, TariffAndCostState } from "./TariffAndCost.ts"
import type { TransactionsEvent, TransactionsState } from "./Transactions.ts"
import type { EntriesUncertain } from "./Uncertain.ts"

/** What the CSMS knows of one station, by block. Plain, serialisable data. */
export interface StationMirror {
  readonly provisioning: ProvisioningState
  readonly availability: AvailabilityState
  readonly transactions: TransactionsState
  readonly remoteControl: RemoteControlState
  readonly localAuthorizationList: LocalAuthorizationListState
  readonly reservations: ReservationState
  readonly security: SecurityState
  readonly tariffAndCost: TariffAndCostState
  readonly metering: MeteringState
  readonly smartCharging: SmartChargingState
  readonly evCharging: EVChargingState
  readonly certificates: CertificatesState
  readonly displayMessages: DisplayMessagesState
  readonly firmwareManagement: FirmwareManagementState
  readonly diagnostics: DiagnosticsState
  /** What was asked for and comes in parts, or takes its time (CE-1 to CE-8). */
  readonly jobs: JobsState
}

/** Everything a block can say happened. Identity, epoch, number and time are added by the engine. */
export type MirrorEvent =
  | ProvisioningEvent
  | AvailabilityEvent
  | TransactionsEvent
  | RemoteControlEvent
  | LocalAuthorizationListEvent
  | ReservationEvent
  | SecurityEvent
  | TariffAndCostEvent
  | MeteringEvent
  | SmartChargingEvent
  | EVChargingEvent
  | CertificatesEvent
  | DisplayMessageEvent
  | FirmwareManagementEvent
  | DiagnosticsEvent
  | EntriesUncertain
  | JobStarted
  | JobProgressed
  | JobEnded

/** Told of each event, in order (ST-2). */
export type EmitMirrorEvent = (event: MirrorEvent) => void

/** A slot of the mirror that belongs to one block. */
export type Slot = Exclude<keyof StationMirror, "jobs">

/** The mirror of a station nothing is known of. Shared. */
export const initial: StationMirror = Object.freeze({
  provisioning: blocks.provisioning.initial,
  availability: blocks.availability.initial,
  transactions: blocks.transactions.initial,
  remoteControl: blocks.remoteControl.initial,
  localAuthorizationList: blocks.localAuthorizationList.initial,
  reservations: blocks.reservations.initial,
  security: blocks.security.initial,
  tariffAndCost: blocks.tariffAndCost.initial,
  metering: blocks.metering.initial,
  smartCharging: blocks.smartCharging.initial,
  evCharging: blocks.evCharging.initial,
  certificates: blocks.certificates.initial,
  displayMessages: blocks.displayMessages.initial,
  firmwareManagement: blocks.firmwareManagement.initial,
  diagnostics: blocks.diagnostics.initial,
  jobs: Jobs.noJobs
})

/** A mirror as it was stored, with the blocks that did not exist when it was. */
export const restored = (stored: StationMirror | undefined): StationMirror => {
  if (stored === undefined) return initial
  const deviceModel = withShared(stored.provisioning.deviceModel)
  const shared = { ...stored.provisioning, deviceModel }
  return { ...initial, ...stored, provisioning: shared, jobs: Jobs.restored(stored.jobs) }
}

/** Folds one exchange into the mirror; the same mirror when it changes nothing (ST-1). Pure but for `emit`. */
export const reduce = <A extends Action>(
  mirror: StationMirror,
  action: A,
  exchange: Exchange<A>,
  emit: EmitMirrorEvent
): StationMirror => {
  const row = table[action]
  if (row === undefined) return mirror
  let next: { -readonly [S in keyof StationMirror]: unknown } | undefined
  for (const { reducer, slot } of row.steps) {
    const before = mirror[slot]
    const after = reducer(before, exchange, emit, (next as StationMirror | undefined) ?? mirror)
    if (after === before) continue
    next ??= { ...mirror } // one copy, however many blocks the exchange changes
    next[slot] = after
  }
  const reduced = (next as StationMirror | undefined) ?? mirror
  const { fold, isBoot } = row
  if (isBoot === true) return takenOver(mirror, reduced, emit)
  const noted = reduced.jobs.open.length === 0 ? reduced : withNotes(mirror, reduced, action, exchange, emit)
  return fold === undefined ? noted : foldJobs(noted, fold, action, exchange, emit)
}

/** Open reports keep what has changed since they were asked for: it holds over what they tell. */
const withNotes = (
  before: StationMirror,
  after: StationMirror,
  action: Action,
  exchange: Parameters<Noting["changes"]>[0],
  emit: EmitMirrorEvent
): StationMirror => {
  const open = notings[action]?.filter(({ kind }) => after.jobs.open.some((job) => job.kind === kind)) ?? []
  return open.reduce((mirror, { changes, kind, slot }) => {
    const since = changes(exchange, after[slot], before[slot])
    return withJobs(mirror, (jobs, ears) => Jobs.note(jobs, kind, since, exchange.at, ears), emit)
  }, after)
}

/** What other hardware under the same identity does not know of is uncertain (DM-28, ST-3). */
const takenOver = (before: StationMirror, booted: StationMirror, emit: EmitMirrorEvent): StationMirror => {
  const { chargingStation: from } = before.provisioning
  const { chargingStation: to } = booted.provisioning
  if (from === undefined || to === undefined || !isOtherHardware(from, to)) return booted
  const next: { -readonly [S in keyof StationMirror]: unknown } = { ...booted }
  for (const block of slots) {
    // The same cast: it gets the state of its slot.
    const after = (blocks[block].replaced as ((state: unknown) => unknown) | undefined)?.(next[block]) ?? next[block]
    if (after === next[block]) continue
    next[block] = after
    emit({ _tag: "EntriesUncertain", block, action: "BootNotification" })
  }
  return next as StationMirror
}

/**
 * What became of a CALL of ours is not known: what it touched is uncertain from here on (ST-3). The same mirror when it changes
 * nothing. `at` is CSMS time in milliseconds since 1970. Pure but for `emit`.
 */
export const unanswered = (
  mirror: StationMirror,
  action: Action,
  request: unknown,
  at: number,
  emit: EmitMirrorEvent
): StationMirror => {
  let next: { -readonly [S in keyof StationMirror]: unknown } | undefined
  for (const { doubt, slot } of doubts[action] ?? []) {
    const after = doubt(mirror[slot], request as never, at, mirror) // `Doubting` says why
    if (after === mirror[slot]) continue
    next ??= { ...mirror }
    next[slot] = after
    emit({ _tag: "EntriesUncertain", block: slot, action })
  }
  const reduced = (next as StationMirror | undefined) ?? mirror
  if (reduced.jobs.open.length === 0) return reduced
  return withNotes(mirror, reduced, action, { request: request as Exchange["request"], at }, emit)
}

/** On its own, because a closure over its parameters would cost `reduce` an allocation for every exchange. */
const foldJobs = (
  mirror: StationMirror,
  fold: typeof Jobs.hear,
  action: Action,
  exchange: Exchange,
  emit: EmitMirrorEvent
): StationMirror => withJobs(mirror, (jobs, ears) => fold(jobs, action, exchange, ears), emit)

/**
 * Changes the jobs, and gives the result of those that end to the blocks that take it; the same mirror when nothing changes.
 * Reports are told by their block.
 */
export const withJobs = (
  mirror: StationMirror,
  change: (jobs: JobsState, ears: Jobs.JobEars) => JobsState,
  emit: EmitMirrorEvent
): StationMirror => {
  const ends: Array<JobEnd> = []
  const jobs = change(mirror.jobs, {
    tell: (event) => event.kind !== "Report" && emit(event),
    end: (end) => void ends.push(end)
  })
  if (jobs === mirror.jobs) return mirror // a job that ends is not open any more
  const next: { -readonly [S in keyof StationMirror]: unknown } = { ...mirror, jobs }
  for (const end of ends) {
    for (const { consumer, slot } of consumers[end.job.kind] ?? []) next[slot] = consumer(next[slot], end, emit)
    const { kind, requestId } = end.job
    // The cast: outcome and kind are of one job.
    if (kind !== "Report") emit({ _tag: "JobEnded", kind, requestId, outcome: end.outcome } as JobEnded)
  }
  return next as StationMirror
}

/** True when an exchange of this action can change a mirror. */
export const isMirrored = (action: Action): boolean => table[action] !== undefined
