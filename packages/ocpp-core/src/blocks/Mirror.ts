/**
 * The mirror of one station: the states of all blocks, and one function that folds any exchange into them. An action no
 * block cares about costs one look-up.
 */
import type { Action, CsmsAction } from "@wattline/ocpp-v201"
import { availability, type AvailabilityEvent, type AvailabilityState } from "./Availability.ts"
import { certificates, type CertificatesEvent, type CertificatesState } from "./CertificateManagement.ts"
import { diagnostics, type DiagnosticsEvent, type DiagnosticsState } from "./Diagnostics.ts"
import { withShared } from "./DeviceModelSharing.ts"
import { displayMessages, type DisplayMessageEvent, type DisplayMessagesState } from "./DisplayMessage.ts"
import { evCharging, type EVChargingEvent, type EVChargingState } from "./EVCharging.ts"
import type { Block, Consumer, Doubt, Exchange, Reducer } from "./Block.ts"
import { firmwareManagement, type FirmwareManagementEvent, type FirmwareManagementState } from "./FirmwareManagement.ts"
import type { JobEnd, JobEnded, JobProgressed, JobsState, JobStarted } from "./Job.ts"
import { jobActions, type JobKind } from "./JobKinds.ts"
import * as Jobs from "./Jobs.ts"
import { isOtherHardware, provisioning, type ProvisioningEvent, type ProvisioningState } from "./Provisioning.ts"
import {
  localAuthorizationList,
  type LocalAuthorizationListEvent,
  type LocalAuthorizationListState
} from "./LocalAuthorizationList.ts"
import { metering, type MeteringEvent, type MeteringState } from "./Meters.ts"
import { remoteControl, type RemoteControlEvent, type RemoteControlState } from "./RemoteControl.ts"
import { reservations, type ReservationEvent, type ReservationState } from "./Reservation.ts"
import { security, type SecurityEvent, type SecurityState } from "./Security.ts"
import { smartCharging, type SmartChargingEvent, type SmartChargingState } from "./SmartCharging.ts"
import { tariffAndCost, type TariffAndCostEvent, type TariffAndCostState } from "./TariffAndCost.ts"
import { transactions, type TransactionsEvent, type TransactionsState } from "./Transactions.ts"
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

/** The blocks, each with the slot of the mirror that holds its state. */
const blocks: { readonly [S in Slot]: Block<StationMirror[S], MirrorEvent> } = {
  provisioning,
  availability,
  transactions,
  remoteControl,
  localAuthorizationList,
  reservations,
  security,
  tariffAndCost,
  metering,
  smartCharging,
  evCharging,
  certificates,
  firmwareManagement,
  displayMessages,
  diagnostics
}

/** The mirror of a station nothing is known of. Shared. */
export const initial: StationMirror = Object.freeze({
  provisioning: provisioning.initial,
  availability: availability.initial,
  transactions: transactions.initial,
  remoteControl: remoteControl.initial,
  localAuthorizationList: localAuthorizationList.initial,
  reservations: reservations.initial,
  security: security.initial,
  tariffAndCost: tariffAndCost.initial,
  metering: metering.initial,
  smartCharging: smartCharging.initial,
  evCharging: evCharging.initial,
  certificates: certificates.initial,
  displayMessages: displayMessages.initial,
  firmwareManagement: firmwareManagement.initial,
  diagnostics: diagnostics.initial,
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
  return fold === undefined ? reduced : foldJobs(reduced, fold, action, exchange, emit)
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
  return (next as StationMirror | undefined) ?? mirror
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

/** A reducer of one block for one action, and where its state is. */
interface Step {
  readonly slot: Slot
  readonly action: Action
  /** The one cast: it gets the state of its slot and exchanges of its action, which the table sees to and no type can say. */
  readonly reducer: Reducer<unknown, MirrorEvent, Action>
}

const slots = Object.keys(blocks) as ReadonlyArray<Slot>

const steps = slots.flatMap((slot) =>
  (Object.entries(blocks[slot].reduce) as ReadonlyArray<readonly [Action, Step["reducer"]]>).map(
    ([action, reducer]): Step => ({ slot, action, reducer })
  )
)

/** What a block takes from one kind of job, and where its state is. */
interface Taking {
  readonly slot: Slot
  readonly kind: JobKind
  /** The same cast: it gets ends of its own kind. */
  readonly consumer: Consumer<unknown, MirrorEvent, JobKind>
}

const takings = slots.flatMap((slot) =>
  (Object.entries(blocks[slot].jobs ?? {}) as ReadonlyArray<readonly [JobKind, Taking["consumer"]]>).map(
    ([kind, consumer]): Taking => ({ slot, kind, consumer })
  )
)

/** Kind of job → the consumers of its blocks. */
const consumers = Object.groupBy(takings, ({ kind }) => kind)

/** What an unknown outcome of one action leaves in doubt, and where its state is. */
interface Doubting {
  readonly slot: Slot
  readonly action: Action
  /** The same cast: it gets requests of its action. */
  readonly doubt: Doubt<unknown, CsmsAction>
}

const doubtings = slots.flatMap((slot) =>
  (Object.entries(blocks[slot].unanswered ?? {}) as ReadonlyArray<readonly [CsmsAction, Doubting["doubt"]]>).map(
    ([action, doubt]): Doubting => ({ slot, action, doubt })
  )
)

/** Action → what its blocks doubt. */
const doubts = Object.groupBy(doubtings, ({ action }) => action)

/** What an exchange of one action changes. */
interface Row {
  readonly steps: ReadonlyArray<Step>
  readonly isBoot?: true
  readonly fold?: typeof Jobs.hear
}

const rows = (): { readonly [A in Action]?: Row } => {
  const byAction: { [A in Action]?: Row } = Object.create(null) // so that any text may be looked up
  for (const step of steps) byAction[step.action] = { steps: [...(byAction[step.action]?.steps ?? []), step] }
  byAction.BootNotification = { steps: [], ...byAction.BootNotification, isBoot: true }
  for (const action of jobActions.asks) byAction[action] = { steps: [], ...byAction[action], fold: Jobs.acknowledge }
  for (const action of jobActions.followUps) byAction[action] = { steps: [], ...byAction[action], fold: Jobs.hear }
  return byAction
}

/** Action → the reducers of its blocks, and what it means for jobs. */
const table = rows()
