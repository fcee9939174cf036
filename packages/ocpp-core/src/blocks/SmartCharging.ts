/**
 * Block K, the half that the CSMS drives: which charging profiles a station has. Set by us, brought along by a remote start,
 * or reported. What others limit by notification, and what EVs ask for, is in EVCharging.ts.
 */
import type {
  ChargingProfileType,
  RequestStartTransactionRequest,
  SetChargingProfileRequest
} from "@wattline/ocpp-v201"
import type { Block, Exchange, Since } from "./Block.ts"
import { clearDoubted, profilesDoubted, setDoubted } from "./DoubtfulProfiles.ts"
import { type DeviceModel, typedValue } from "./DeviceModel.ts"
import { clearedBy, heldProfile, type HeldProfile } from "./HeldProfile.ts"
import type { JobEnd } from "./Job.ts"
import type { StationMirror } from "./Mirror.ts"
import { ofTransaction, type ProfileChange, withInstalled, withoutProfiles } from "./ProfileChanges.ts"
import { remoteStartSeconds } from "./RemoteControl.ts"
import { type ExternalProfile, withReported } from "./ReportedProfiles.ts"
import { findTransaction, transactionFoundOver } from "./Transactions.ts"
import { doubted, type Uncertain } from "./Uncertain.ts"

/**
 * One charging profile of ours on a station. Uncertain (ST-3): the station may not have it, or another one under its id, until
 * a report or an answer about it. Plain data.
 */
export interface InstalledProfile extends Uncertain {
  /** 0: the station as a whole, or every EVSE for a TxDefaultProfile (K01.FR.14). */
  readonly evseId: number
  /** A TxProfile has its transactionId, also when a remote start brought it. */
  readonly profile: HeldProfile
  /** CSMS clock in milliseconds since 1970: when the station accepted it. Absent when it never said so. */
  readonly acceptedAt?: number
}

/**
 * The profile of a remote start whose transaction, or the EVSE of it, is not known yet (K-57). Uncertain (ST-3): the answer to
 * the remote start was lost; its transaction shows that it was accepted. Plain data.
 */
export interface PendingProfile extends Uncertain {
  readonly remoteStartId: number
  /** The EVSE it was asked for; absent when the station may choose. */
  readonly evseId?: number
  readonly profile: HeldProfile
  /** CSMS clock in milliseconds since 1970: when the station accepted the remote start, or its answer was given up. */
  readonly acceptedAt: number
}

/** State of this half of block K for one station. Plain data; profiles survive a restart of the station (K01.FR.27). */
export interface SmartChargingState {
  /** Oldest first; at most `maxProfiles`. */
  readonly profiles: ReadonlyArray<InstalledProfile>
  /** Reported profiles of others than the CSMS, kept apart (K-39). */
  readonly external: ReadonlyArray<ExternalProfile>
  /** Oldest first; at most `maxPendingProfiles`. */
  readonly pending: ReadonlyArray<PendingProfile>
  /** CSMS clock in milliseconds since 1970 of the last complete report without filters (K-35). */
  readonly reportedAt?: number
  /** True when profiles were left out because there was no room; until a complete report fits. */
  readonly isTruncated?: true
}

/** Profiles of remote starts without a transaction that are held per station. */
export const maxPendingProfiles = 8

/** What this half of block K says happened. */
export type SmartChargingEvent = ChargingProfileSet | ChargingProfilesRemoved | ChargingProfilesReported

/** The station has this charging profile now: it accepted it, or the transaction of its remote start is known (K-28, K-57). */
export interface ChargingProfileSet {
  readonly _tag: "ChargingProfileSet"
  readonly evseId: number
  readonly chargingProfileId: number
  readonly chargingProfilePurpose: ChargingProfileType["chargingProfilePurpose"]
  readonly stackLevel: number
  readonly transactionId?: string
  /** Whether it took the place of a profile with the same id (K01.FR.05), or may have, if that one was uncertain (ST-3). */
  readonly replaced: boolean
}

/**
 * The station has these charging profiles no more. `Cleared`: as we asked. `Unknown`: asked to clear them, it says that it has
 * none (K10.FR.01). `TransactionEnded`: they were for that transaction (E-23).
 */
export interface ChargingProfilesRemoved {
  readonly _tag: "ChargingProfilesRemoved"
  readonly chargingProfileIds: ReadonlyArray<number>
  readonly why: "Cleared" | "Unknown" | "TransactionEnded"
}

/** A complete report of charging profiles was taken over (K-35): ids of ours that are new or gone by it. */
export interface ChargingProfilesReported {
  readonly _tag: "ChargingProfilesReported"
  readonly added: ReadonlyArray<number>
  readonly removed: ReadonlyArray<number>
}

/**
 * Why a station does no smart charging, or `undefined` when it may: a complete inventory has nothing of SmartChargingCtrlr
 * (DM-18), or Available or Enabled was reported false (K-27).
 */
export const noSmartCharging = (model: DeviceModel): string | undefined => {
  if (model.stale) return undefined
  const names = Object.values(model.components).map(({ component }) => component.name.toLowerCase())
  if (model.inventoryAt !== undefined && !names.includes("smartchargingctrlr"))
    return "its inventory has no SmartChargingCtrlr"
  const isOff = (variable: string): boolean =>
    typedValue(model, { component: "SmartChargingCtrlr", variable })?.raw.toLowerCase() === "false"
  const off = ["Available", "Enabled"].find(isOff)
  return off && `SmartChargingCtrlr.${off} is false`
}

type Emit = (event: SmartChargingEvent) => void
type State = SmartChargingState

const profileSet = (state: State, { at, request, response }: Exchange<"SetChargingProfile">, emit: Emit): State =>
  response.status === "Accepted"
    ? withInstalled(
        state,
        { evseId: request.evseId, profile: heldProfile(request.chargingProfile), acceptedAt: at },
        emit
      )
    : state

/** Unknown says that nothing of it is there. */
const cleared = (state: State, { request, response }: Exchange<"ClearChargingProfile">, emit: Emit): State =>
  withoutProfiles(state, clearedBy(request), response.status === "Accepted" ? "Cleared" : "Unknown", emit)

const started = (
  state: State,
  { at, request, response }: Exchange<"RequestStartTransaction">,
  emit: Emit,
  mirror?: StationMirror
): State => {
  const added = response.status === "Accepted" ? pendingOf(request, at, mirror) : undefined
  return added === undefined ? state : linked(withPending(state, added), at, emit, mirror)
}

/** A remote start whose answer was lost: the next event of its transaction shows that it was accepted, if it was. */
const startDoubted = (
  state: State,
  request: RequestStartTransactionRequest,
  at: number,
  mirror: StationMirror
): State => {
  const added = pendingOf(request, at, mirror)
  return added === undefined || state.pending.some((known) => known.remoteStartId === added.remoteStartId)
    ? state
    : withPending(state, doubted(added))
}

const pendingOf = (
  { chargingProfile, evseId, remoteStartId }: RequestStartTransactionRequest,
  acceptedAt: number,
  mirror: StationMirror | undefined
): PendingProfile | undefined =>
  chargingProfile === undefined ||
  (mirror !== undefined && noSmartCharging(mirror.provisioning.deviceModel) !== undefined)
    ? undefined
    : { remoteStartId, ...(evseId !== undefined && { evseId }), profile: heldProfile(chargingProfile), acceptedAt }

const withPending = (state: State, added: PendingProfile): State => {
  const others = state.pending.filter((known) => known.remoteStartId !== added.remoteStartId)
  return { ...state, pending: [...others, added].slice(-maxPendingProfiles) }
}

/** Gives the profiles of remote starts their transactions; drops those of starts that lapsed (K-57). */
const linked = (state: State, at: number, emit: Emit, mirror: StationMirror | undefined): State =>
  mirror === undefined
    ? state
    : state.pending.reduce((next, pending) => settled(next, pending, at, emit, mirror), state)

const settled = (state: State, pending: PendingProfile, at: number, emit: Emit, mirror: StationMirror): State => {
  const transaction = transactionOf(pending, mirror)
  const evseId = pending.evseId ?? transaction?.evse?.id
  const isOver = transaction === undefined ? isLapsed(pending, at, mirror) : transaction.endedAt !== undefined
  const isFound = transaction !== undefined && evseId !== undefined
  if (!isOver && !isFound) return state
  const rest = { ...state, pending: state.pending.filter((known) => known !== pending) }
  if (isOver || !isFound) return rest
  const profile = { ...pending.profile, transactionId: transaction.transactionId }
  return withInstalled(rest, { evseId, profile, acceptedAt: pending.acceptedAt }, emit)
}

const transactionOf = ({ remoteStartId }: PendingProfile, { remoteControl, transactions }: StationMirror) => {
  const isOfStart = (known: { readonly remoteStartId?: number }): boolean => known.remoteStartId === remoteStartId
  const transactionId = remoteControl.remoteStarts.find(isOfStart)?.transactionId
  return transactionId === undefined
    ? (transactions.running.find(isOfStart) ?? transactions.ended.find(isOfStart))
    : findTransaction(transactions, transactionId)
}

/** True when the transaction of the remote start is overdue at `at`, CSMS clock in milliseconds since 1970 (F-1, K-57). */
export const isLapsed = ({ acceptedAt }: PendingProfile, at: number, { provisioning }: StationMirror): boolean =>
  at > acceptedAt + remoteStartSeconds(provisioning.deviceModel) * 1000

const transactionEvent = (
  state: State,
  { at, request }: Exchange<"TransactionEvent">,
  emit: Emit,
  mirror?: StationMirror
): State => {
  const next = state.pending.length === 0 ? state : linked(state, at, emit, mirror)
  return request.eventType === "Ended" ? transactionOver(next, request.transactionInfo.transactionId, emit) : next
}

const transactionStatus = (
  state: State,
  { request, response }: Exchange<"GetTransactionStatus">,
  emit: Emit
): State => {
  const over = transactionFoundOver(request, response)
  return over === undefined ? state : transactionOver(state, over, emit)
}

const transactionOver = (state: State, transactionId: string, emit: Emit): State =>
  withoutProfiles(state, ofTransaction(transactionId), "TransactionEnded", emit)

/** What was asked for and not begun does not outlive a restart of the station, as for remote starts. */
const booted = (state: State, { rebooted }: Exchange<"BootNotification">): State =>
  rebooted === true && state.pending.length > 0 ? { ...state, pending: [] } : state

/** A report that is not complete tells nothing of what it leaves out (K-35). */
const reportEnded = (state: State, { at, job, outcome }: JobEnd<"ChargingProfiles">, emit: Emit): State =>
  outcome._tag === "Complete"
    ? withReported(
        state,
        job.about,
        outcome.parts.map(({ message }) => message),
        at,
        emit,
        job.changes
      )
    : state

const maybeInstalled = ({ chargingProfile, evseId }: SetChargingProfileRequest): InstalledProfile => ({
  evseId,
  profile: heldProfile(chargingProfile),
  uncertain: true
})

const set = (installed: InstalledProfile): ProfileChange => ({ _tag: "Set", installed })

/** Also those of a remote start whose transaction has begun. */
const newlyInstalled = (after: State, before: State): ReadonlyArray<ProfileChange> =>
  after.profiles === before.profiles ? [] : after.profiles.filter((one) => !before.profiles.includes(one)).map(set)

const transactionEnded = (transactionId: string): ProfileChange => ({ _tag: "TransactionEnded", transactionId })

const since: Since<State, "ChargingProfiles"> = {
  SetChargingProfile: ({ request, response }, after, before) =>
    response === undefined ? [set(maybeInstalled(request))] : newlyInstalled(after, before),
  ClearChargingProfile: ({ request: { chargingProfileCriteria, chargingProfileId }, response }) => {
    const criteria = {
      ...(chargingProfileCriteria !== undefined && { chargingProfileCriteria }),
      ...(chargingProfileId !== undefined && { chargingProfileId })
    }
    return [{ _tag: "Cleared", criteria, ...(response === undefined && { uncertain: true }) }]
  },
  RequestStartTransaction: (_, after, before) => newlyInstalled(after, before),
  TransactionEvent: ({ request: { eventType, transactionInfo } }, after, before) =>
    eventType === "Ended" ? [transactionEnded(transactionInfo.transactionId)] : newlyInstalled(after, before),
  GetTransactionStatus: ({ request, response }) => {
    const over = transactionFoundOver(request, response)
    return over === undefined ? [] : [transactionEnded(over)]
  }
}

/** Block K, SmartCharging: charging profiles. Its place is after `transactions` and `remoteControl`. */
export const smartCharging: Block<SmartChargingState, SmartChargingEvent> = {
  initial: Object.freeze({
    profiles: Object.freeze([]),
    external: Object.freeze([]),
    pending: Object.freeze([])
  }),
  reduce: {
    SetChargingProfile: profileSet,
    ClearChargingProfile: cleared,
    RequestStartTransaction: started,
    TransactionEvent: transactionEvent,
    GetTransactionStatus: transactionStatus,
    BootNotification: booted
  },
  unanswered: {
    SetChargingProfile: (state, request) => setDoubted(state, maybeInstalled(request)),
    ClearChargingProfile: clearDoubted,
    RequestStartTransaction: startDoubted
  },
  replaced: profilesDoubted,
  jobs: { ChargingProfiles: reportEnded },
  since: { ChargingProfiles: since }
}
