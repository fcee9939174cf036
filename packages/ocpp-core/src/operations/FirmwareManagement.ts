/** Operations of block L, FirmwareManagement: secure updates followed to their end, images of a local controller. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type {
  FirmwareType,
  PublishFirmwareRequest,
  PublishFirmwareResponse,
  UnpublishFirmwareResponse,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse
} from "@wattline/ocpp-v201"
import type { DeviceModel } from "../blocks/DeviceModel.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { brokenByLocation, isPlain } from "./FileTransfer.ts"
import * as Jobs from "./Jobs.ts"

export { checkFirmware } from "./FirmwareChecks.ts"
export type { FirmwareToCheck } from "./FirmwareChecks.ts"

/**
 * An image, as UpdateFirmware has it. `location`: a URL; what it says to get in, only the station sees. Times are ISO 8601;
 * without `retrieveDateTime` it is fetched now. Absent `installDateTime`: as soon as it is there.
 */
export interface Firmware extends Omit<FirmwareType, "retrieveDateTime"> {
  readonly retrieveDateTime?: string
}

/** An image that the station can check (L-2, L01.FR.11). */
export interface SecureFirmware extends Firmware {
  /** The certificate of the key that signed the image, PEM. */
  readonly signingCertificate: string
  /** The signature of the image, base64. */
  readonly signature: string
}

/** What is asked for. */
export type FirmwareUpdateRequest = Pick<UpdateFirmwareRequest, "retries" | "retryInterval"> &
  (
    | { readonly firmware: SecureFirmware; readonly insecure?: false }
    /** L02: the station installs whatever it finds there. Many stations refuse. */
    | { readonly firmware: Firmware; readonly insecure: true }
  )

/** How an update is asked for. */
export interface FirmwareOptions extends CallOptions {
  /** Rules that may be broken, such as `["L-8"]`; the station then decides. */
  readonly allow?: ReadonlyArray<string>
  /** The image is encrypted, so that nothing speaks against http and ftp (L01.FR.08, L02.FR.05). Default false. */
  readonly encrypted?: boolean
}

/**
 * What the station answered (L-1). Accepted, and AcceptedCanceled when it gave up the update before (L-5); Rejected,
 * InvalidCertificate and RevokedCertificate: it does nothing, and an update before goes on (L01.FR.27).
 */
export interface FirmwareUpdateOutcome extends UpdateFirmwareResponse {
  /** What the update is found by later, also after a restart of the CSMS: `Jobs.follow(station, "Firmware", requestId)`. */
  readonly requestId: number
  /** What may go wrong and was sent all the same. */
  readonly warnings: ReadonlyArray<BrokenRule>
  /**
   * How it ends, hours or days later; nothing has to run for it. Complete: Installed. Failed: the answer of the station, or
   * the status that ended it. Cancelled: another update took its place.
   */
  readonly ended: Effect.Effect<Jobs.JobResult<"Firmware">, Jobs.UnknownJob>
}

/**
 * Asks the station to fetch and install a firmware (L-1, L01, L02). Only with certificate and signature, unless `insecure` says
 * that it goes without (L-2). Every answer is a value; how it goes on is told as `JobProgressed` and `JobEnded`, over lost
 * connections, reboots of the station and restarts of the CSMS (L-6, CE-8). A running transaction is no reason not to ask: the
 * station waits for it (L01.FR.06). To cancel an update, ask for another; its image need not exist (L01.FR.24).
 *
 * Fails with `CheckFailed`, before anything is sent, when certificate or signature is missing, the location is no URL the
 * station can use, or a time is none (L-8).
 *
 * @example
 * const problems = yield* FirmwareManagement.checkFirmware({ image, signingCertificate, signature, roots }) // L-9
 * const update = yield* FirmwareManagement.updateFirmware(station, {
 *   firmware: { location: "https://ota.example/2.4.0.bin", signingCertificate, signature }
 * })
 * if (update.status === "Accepted") console.log((yield* update.ended).outcome._tag)
 */
export const updateFirmware = Effect.fn("FirmwareManagement.updateFirmware")(function* (
  station: Station,
  { insecure = false, ...update }: FirmwareUpdateRequest,
  { allow = [], encrypted = false, ...options }: FirmwareOptions = {}
): Effect.fn.Return<FirmwareUpdateOutcome, CallFailure | CheckFailed> {
  const now = DateTime.formatIso(DateTime.makeUnsafe(yield* Clock.currentTimeMillis))
  const firmware: FirmwareType = { ...update.firmware, retrieveDateTime: update.firmware.retrieveDateTime ?? now }
  const { mirror } = yield* station.snapshot
  yield* refuseIf(
    station,
    "UpdateFirmware",
    brokenByUpdate(mirror.provisioning.deviceModel, firmware, insecure),
    allow.filter((rule) => rule !== "L-2") // there is `insecure` for that
  )
  const job = yield* Jobs.start(station, "Firmware", (requestId) =>
    station.call("UpdateFirmware", { ...update, firmware, requestId }, options)
  )
  const warnings = encrypted ? [] : plainWarning(firmware.location)
  return { ...job.response, requestId: job.requestId, warnings, ended: job.ended }
})

/** An image that a local controller is to publish. */
export interface FirmwareToPublish extends Omit<PublishFirmwareRequest, "requestId"> {
  /** MD5 of the image, 32 hexadecimal characters: `createHash("md5")` of `node:crypto`. It guards against no attacker. */
  readonly checksum: string
}

/** What the local controller answered (L-10). */
export interface PublishFirmwareOutcome extends PublishFirmwareResponse {
  /** What it is found by later: `Jobs.follow(station, "PublishFirmware", requestId)`. */
  readonly requestId: number
  readonly warnings: ReadonlyArray<BrokenRule>
  /** How it ends. Complete: `message.location` says where its stations find the image. */
  readonly ended: Effect.Effect<Jobs.JobResult<"PublishFirmware">, Jobs.UnknownJob>
}

/**
 * Asks a local controller to fetch an image and to publish it for the stations behind it (L-10, L03). Where it did is in the
 * result, and without passwords in the mirror (`findPublishedFirmware`). Fails with `CheckFailed`, before anything is sent,
 * when the checksum is no MD5 or the location no URL it can use.
 *
 * @example
 * const { ended } = yield* FirmwareManagement.publishFirmware(controller, { location: "https://ota.example/fw", checksum })
 * const { outcome } = yield* ended
 * if (outcome._tag === "Complete") console.log(outcome.message.location)
 */
export const publishFirmware = Effect.fn("FirmwareManagement.publishFirmware")(function* (
  station: Station,
  image: FirmwareToPublish,
  { allow = [], encrypted = false, ...options }: FirmwareOptions = {}
): Effect.fn.Return<PublishFirmwareOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const broken = [
    ...brokenByChecksum(image.checksum, "L-10"),
    ...brokenByLocation(mirror.provisioning.deviceModel, image.location, "L-10")
  ]
  yield* refuseIf(station, "PublishFirmware", broken, allow)
  const job = yield* Jobs.start(station, "PublishFirmware", (requestId) =>
    station.call("PublishFirmware", { ...image, requestId }, options)
  )
  const warnings = encrypted ? [] : plainWarning(image.location)
  return { ...job.response, requestId: job.requestId, warnings, ended: job.ended }
})

/**
 * Asks a local controller to publish an image no longer (L-11, L04): Unpublished; NoFirmware, it had none with this MD5; or
 * DownloadOngoing, a station is fetching it and it stays. Fails with `CheckFailed` when the checksum is no MD5.
 *
 * @example
 * const { status } = yield* FirmwareManagement.unpublishFirmware(controller, checksum)
 */
export const unpublishFirmware = Effect.fnUntraced(function* (
  station: Station,
  checksum: string,
  options: CallOptions = {}
): Effect.fn.Return<UnpublishFirmwareResponse, CallFailure | CheckFailed> {
  yield* refuseIf(station, "UnpublishFirmware", brokenByChecksum(checksum, "L-11"), [])
  return yield* station.call("UnpublishFirmware", { checksum }, options)
})

const brokenByUpdate = (
  model: DeviceModel,
  { installDateTime, location, retrieveDateTime, signature, signingCertificate }: FirmwareType,
  insecure: boolean
): ReadonlyArray<BrokenRule> => {
  const broken: ReadonlyArray<readonly [isBroken: boolean, rule: string, detail: string]> = [
    [
      !insecure && (isBlank(signingCertificate) || isBlank(signature)),
      "L-2",
      "signingCertificate and signature are there, unless the update is insecure by choice"
    ],
    [Number.isNaN(Date.parse(retrieveDateTime)), "L-8", "retrieveDateTime is a time"],
    [installDateTime !== undefined && Number.isNaN(Date.parse(installDateTime)), "L-8", "installDateTime is a time"]
  ]
  return [
    ...broken.flatMap(([isBroken, rule, detail]) => (isBroken ? [{ rule, detail }] : [])),
    ...brokenByLocation(model, location, "L-8")
  ]
}

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === ""

const brokenByChecksum = (checksum: string, rule: string): ReadonlyArray<BrokenRule> =>
  /^[0-9a-f]{32}$/i.test(checksum) ? [] : [{ rule, detail: "the checksum is an MD5, 32 hexadecimal characters" }]

const plainWarning = (location: string): ReadonlyArray<BrokenRule> =>
  isPlain(location)
    ? [
        {
          rule: "L-8",
          detail: "over http and ftp an image can be read and changed on its way: use https, or encrypt it"
        }
      ]
    : []

const refuseIf = (
  { identity }: Station,
  action: string,
  broken: ReadonlyArray<BrokenRule>,
  allow: ReadonlyArray<string>
): Effect.Effect<void, CheckFailed> => {
  const left = broken.filter(({ rule }) => !allow.includes(rule))
  return left.length === 0 ? Effect.void : Effect.fail(new CheckFailed({ identity, action, broken: left }))
}
