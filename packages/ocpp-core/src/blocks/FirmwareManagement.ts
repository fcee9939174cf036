/**
 * Block L: what belongs to a firmware update beside the status of its job, and the images that a local controller has
 * published. Whether an update runs, and how it ended, is in the jobs.
 */
import type { BootReasonEnumType } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import { typedValue } from "./DeviceModel.ts"
import { maskedLocation } from "./FileLocation.ts"
import type { FinishedJob, Job, JobEnd, JobOutcome, JobsState } from "./Job.ts"
import { findJob } from "./Jobs.ts"
import type { StationMirror } from "./Mirror.ts"
import { doubtedIn, type Uncertain } from "./Uncertain.ts"

/** One update of the firmware, without its status. Plain data. */
export interface FirmwareUpdate {
  readonly requestId: number
  /** CSMS clock in milliseconds since 1970: the answer to UpdateFirmware, or what was heard of it first. */
  readonly at: number
  /** What the station ran before; absent when it had not told. */
  readonly firmwareVersion?: string
  /** The last boot that belongs to it (L-6). */
  readonly boot?: FirmwareBoot
  /** What the station reported of its security, each type once (L-7). */
  readonly securityEvents: ReadonlyArray<FirmwareSecurityEvent>
}

/** A boot that belongs to an update: its reason says so, or its firmware is another. */
export interface FirmwareBoot {
  readonly reason: BootReasonEnumType
  /** What the station runs now; absent when it did not tell. */
  readonly firmwareVersion?: string
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/** A security event that belongs to an update. */
export interface FirmwareSecurityEvent {
  readonly type: FirmwareSecurityEventType
  /** As the station told it, ISO 8601. */
  readonly timestamp: string
}

/** The security events that belong to updates (L01.FR.02, L01.FR.03, L01.FR.31). */
export type FirmwareSecurityEventType =
  | "FirmwareUpdated"
  | "InvalidFirmwareSignature"
  | "InvalidFirmwareSigningCertificate"

/** An image that a local controller has published (L-10). Uncertain: it may have unpublished it (ST-3). */
export interface PublishedFirmware extends Uncertain {
  /** MD5 of the image, 32 hexadecimal characters in lower case. */
  readonly checksum: string
  /** Where it is; passwords and queries are `***`. In full they are in the result of the job. */
  readonly locations: ReadonlyArray<string>
  readonly requestId: number
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/** State of block L for one station. Plain data. */
export interface FirmwareManagementState {
  /** Oldest first; at most `maxFirmwareUpdates`. */
  readonly updates: ReadonlyArray<FirmwareUpdate>
  /** Oldest first; at most `maxPublishedFirmware`. */
  readonly published: ReadonlyArray<PublishedFirmware>
}

/** Updates that are held per station. */
export const maxFirmwareUpdates = 4
/** Published images that are held per station, and locations of one image. */
export const maxPublishedFirmware = 16

/** What block L says happened; how an update goes on is told as `JobProgressed` and `JobEnded`. */
export type FirmwareManagementEvent = FirmwareBooted | FirmwareSecurityReported

/** The station has booted for an update, or with another firmware while one runs; that alone is no success (L-6). */
export interface FirmwareBooted {
  readonly _tag: "FirmwareBooted"
  readonly requestId: number
  readonly reason: BootReasonEnumType
  readonly firmwareVersion?: string
}

/** A security event of the station belongs to an update (L-7). */
export interface FirmwareSecurityReported {
  readonly _tag: "FirmwareSecurityReported"
  readonly requestId: number
  readonly type: FirmwareSecurityEventType
}

/** What is known of an update of this station beside its status; `undefined` when it is no longer held. */
export const findFirmwareUpdate = (state: FirmwareManagementState, requestId: number): FirmwareUpdate | undefined =>
  state.updates.find((known) => known.requestId === requestId)

/** The published image with this MD5, in any case of letters. */
export const findPublishedFirmware = (
  state: FirmwareManagementState,
  checksum: string
): PublishedFirmware | undefined => state.published.find((known) => known.checksum === checksum.toLowerCase())

/** The update that the station has accepted and not ended; the one asked for last, where there are more. */
export const runningFirmwareUpdate = (jobs: JobsState): Job<"Firmware"> | undefined =>
  jobs.open.findLast((job): job is Job<"Firmware"> => job.kind === "Firmware" && job.standing === "Accepted")

/**
 * Whether EVSEs are to be expected Unavailable because of a firmware update (L-12): it is being installed, or it waits and
 * the station takes no new sessions meanwhile, which is so unless `AllowNewSessionsPendingFirmwareUpdate` is true
 * (L01.FR.07, L02.FR.04). Nothing is wrong then, and nothing has to be done.
 */
export const expectsUnavailable = ({ jobs, provisioning }: Pick<StationMirror, "jobs" | "provisioning">): boolean => {
  const update = runningFirmwareUpdate(jobs)
  if (update === undefined) return false
  if (update.last?.status === "Installing" || update.last?.status === "InstallRebooting") return true
  const query = { component: "ChargingStation", variable: "AllowNewSessionsPendingFirmwareUpdate" }
  return typedValue(provisioning.deviceModel, query)?.raw.toLowerCase() !== "true"
}

/** For how long after its end an update still gets what belongs to it, milliseconds: a station may be offline first. */
const afterwards = 86_400_000

type Emit = (event: FirmwareManagementEvent) => void
type Outcome = JobOutcome<"Firmware">

/** Security event → the ends of an update that it goes with; it may come before or after them. */
const endsWith: ReadonlyMap<string, (outcome: Outcome) => boolean> = new Map([
  ["FirmwareUpdated", ({ _tag }) => _tag === "Complete"],
  ["InvalidFirmwareSignature", (outcome) => isFailure(outcome, "InvalidSignature")],
  [
    "InvalidFirmwareSigningCertificate",
    (outcome) => isFailure(outcome, "InvalidCertificate") || isFailure(outcome, "RevokedCertificate")
  ]
] satisfies ReadonlyArray<readonly [FirmwareSecurityEventType, (outcome: Outcome) => boolean]>)

const isFailure = (outcome: Outcome, reason: string): boolean => outcome._tag === "Failed" && outcome.reason === reason

const isFirmware = (job: FinishedJob): job is FinishedJob<"Firmware"> => job.kind === "Firmware"

/** The update something belongs to: one that ended so since the open one was asked for, else the open one. */
const concerned = (
  { finished, open }: JobsState,
  at: number,
  isItsEnd: (job: FinishedJob<"Firmware">) => boolean
): number | undefined => {
  const running = open.findLast(({ kind }) => kind === "Firmware")
  const since = running?.openedAt ?? at - afterwards
  return (finished.findLast((job) => isFirmware(job) && job.endedAt >= since && isItsEnd(job)) ?? running)?.requestId
}

/** The update with this id, as it is on record or would be. */
const recordOf = (
  { updates }: FirmwareManagementState,
  requestId: number,
  at: number,
  mirror: StationMirror | undefined
): FirmwareUpdate => {
  const known = updates.find((update) => update.requestId === requestId)
  const since = mirror && findJob(mirror.jobs, "Firmware", requestId)?.openedAt
  if (known !== undefined && known.at >= (since ?? known.at)) return known // else the id was used before
  const firmwareVersion = mirror?.provisioning.chargingStation?.firmwareVersion
  return { requestId, at, ...(firmwareVersion !== undefined && { firmwareVersion }), securityEvents: [] }
}

const held = (state: FirmwareManagementState, update: FirmwareUpdate): FirmwareManagementState => {
  if (state.updates.includes(update)) return state
  const others = state.updates.filter(({ requestId }) => requestId !== update.requestId)
  return { ...state, updates: [...others, update].slice(-maxFirmwareUpdates) }
}

const asked = (
  state: FirmwareManagementState,
  { at, request }: Exchange<"UpdateFirmware">,
  _emit: Emit,
  mirror?: StationMirror
): FirmwareManagementState => held(state, recordOf(state, request.requestId, at, mirror))

/** Of an update whose answer is not known yet, or never was. */
const progressed = (
  state: FirmwareManagementState,
  { at, request: { requestId } }: Exchange<"FirmwareStatusNotification">,
  _emit: Emit,
  mirror?: StationMirror
): FirmwareManagementState =>
  requestId !== undefined && mirror && findJob(mirror.jobs, "Firmware", requestId)
    ? held(state, recordOf(state, requestId, at, mirror))
    : state

const booted = (
  state: FirmwareManagementState,
  { at, rebooted, request }: Exchange<"BootNotification">,
  emit: Emit,
  mirror?: StationMirror
): FirmwareManagementState => {
  if (rebooted !== true || mirror === undefined) return state
  // Installed may come before the boot (L01.FR.32); what failed may boot into the old firmware.
  const requestId = concerned(mirror.jobs, at, ({ outcome }) => outcome._tag !== "Cancelled" && hasRun(outcome))
  const update = requestId === undefined ? undefined : findFirmwareUpdate(state, requestId)
  if (update === undefined) return state
  const { reason } = request
  const { firmwareVersion } = request.chargingStation
  const before = update.boot?.firmwareVersion ?? update.firmwareVersion
  const isOther = firmwareVersion !== undefined && before !== undefined && firmwareVersion !== before
  if (reason !== "FirmwareUpdate" && !isOther) return state
  const boot = { reason, ...(firmwareVersion !== undefined && { firmwareVersion }) }
  emit({ _tag: "FirmwareBooted", requestId: update.requestId, ...boot })
  return held(state, { ...update, boot: { ...boot, at } })
}

/** Whether an update that is over was under way: its station has sent a status. */
const hasRun = (outcome: Outcome): boolean => "message" in outcome && outcome.message !== undefined

const reported = (
  state: FirmwareManagementState,
  { at, request: { timestamp, type } }: Exchange<"SecurityEventNotification">,
  emit: Emit,
  mirror?: StationMirror
): FirmwareManagementState => {
  const isItsEnd = endsWith.get(type)
  if (isItsEnd === undefined || mirror === undefined) return state
  const has = (requestId: number): boolean =>
    findFirmwareUpdate(state, requestId)?.securityEvents.some((known) => known.type === type) === true
  const requestId = concerned(mirror.jobs, at, (job) => isItsEnd(job.outcome) && !has(job.requestId))
  if (requestId === undefined || has(requestId)) return state
  const known = { type: type as FirmwareSecurityEventType, timestamp } // it is a key of the table
  const update = recordOf(state, requestId, at, mirror)
  emit({ _tag: "FirmwareSecurityReported", requestId, type: known.type })
  return held(state, { ...update, securityEvents: [...update.securityEvents, known] })
}

const unpublished = (state: FirmwareManagementState, checksum: string): FirmwareManagementState => {
  const known = findPublishedFirmware(state, checksum)
  return known === undefined ? state : { ...state, published: state.published.filter((one) => one !== known) }
}

const publishEnded = (
  state: FirmwareManagementState,
  { at, job: { about, requestId }, outcome }: JobEnd<"PublishFirmware">
): FirmwareManagementState => {
  if (outcome._tag !== "Complete") return state
  const locations = (outcome.message.location ?? []).slice(0, maxPublishedFirmware).map(maskedLocation)
  const image = { checksum: about.checksum.toLowerCase(), locations, requestId, at }
  const { published, ...rest } = unpublished(state, about.checksum)
  return { ...rest, published: [...published, image].slice(-maxPublishedFirmware) }
}

/** It is still there (L04.FR.03): there is no doubt any more. */
const stillPublished = (state: FirmwareManagementState, checksum: string): FirmwareManagementState => {
  const known = findPublishedFirmware(state, checksum)
  if (known?.uncertain !== true) return state
  const { uncertain: _, ...certain } = known
  return { ...state, published: state.published.map((one) => (one === known ? certain : one)) }
}

const withDoubted = (state: FirmwareManagementState, checksum?: string): FirmwareManagementState => {
  const named = checksum?.toLowerCase()
  const published = doubtedIn(state.published, (known) => named === undefined || known.checksum === named)
  return published === state.published ? state : { ...state, published }
}

/** Block L, FirmwareManagement. */
export const firmwareManagement: Block<FirmwareManagementState, FirmwareManagementEvent> = {
  initial: Object.freeze({ updates: Object.freeze([]), published: Object.freeze([]) }),
  reduce: {
    UpdateFirmware: asked,
    FirmwareStatusNotification: progressed,
    BootNotification: booted,
    SecurityEventNotification: reported,
    // With NoFirmware it is not there either (L-11).
    UnpublishFirmware: (state, { request, response }) =>
      response.status === "DownloadOngoing"
        ? stillPublished(state, request.checksum)
        : unpublished(state, request.checksum)
  },
  unanswered: { UnpublishFirmware: (state, { checksum }) => withDoubted(state, checksum) },
  replaced: (state) => withDoubted(state),
  jobs: { PublishFirmware: publishEnded }
}
