/** Logs of a station, put where the CSMS says (N01). */
import * as Effect from "effect/Effect"
import type { GetLogRequest, GetLogResponse } from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { brokenByLocation } from "./FileTransfer.ts"
import * as Jobs from "./Jobs.ts"

/**
 * Which log, and where to. `log.remoteLocation`: a URL; what it says to get in, only the station sees, and it is not the password
 * of its OCPP connection (N01.FR.18). `log.oldestTimestamp` and `log.latestTimestamp`, ISO 8601: all there is, unless they are
 * given. `retryInterval` in seconds.
 */
export interface LogRequest extends Omit<GetLogRequest, "requestId"> {}

/** How a log is asked for. */
export interface LogOptions extends CallOptions {
  /** Rules that may be broken, such as `["N-1"]`; the station then decides. */
  readonly allow?: ReadonlyArray<string>
}

/**
 * What the station answered (N-1). Accepted, with the name of the file if it told; AcceptedCanceled: it gave up the upload before
 * (N-3); Rejected: there is no log, or it uploads none now.
 */
export interface LogOutcome extends GetLogResponse {
  /** What the upload is found by later, also after a restart of the CSMS: `Jobs.follow(station, "Log", requestId)`. */
  readonly requestId: number
  /** How it ends. Complete: Uploaded. Failed: the answer, or the status that ended it. Cancelled: a later log took its place. */
  readonly ended: Effect.Effect<Jobs.JobResult<"Log">, Jobs.UnknownJob>
}

/**
 * Asks the station to upload a log (N-1, N01). Every answer is a value; how it goes on is told as `JobProgressed` and `JobEnded`.
 * While one is uploaded another may be asked for: the station then gives up the first (N01.FR.12). Fails with `CheckFailed`, before
 * anything is sent, when the location is no URL the station can use, or the window ends before it begins.
 *
 * @example
 * const { ended, filename, status } = yield* Diagnostics.getLog(station, {
 *   logType: "SecurityLog",
 *   log: { remoteLocation: "https://logs.example/CS-1/" }
 * })
 * if (status !== "Rejected") console.log(filename, (yield* ended).outcome._tag)
 */
export const getLog = Effect.fn("Diagnostics.getLog")(function* (
  station: Station,
  request: LogRequest,
  { allow = [], ...options }: LogOptions = {}
): Effect.fn.Return<LogOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const broken: ReadonlyArray<BrokenRule> = [
    ...brokenByLocation(mirror.provisioning.deviceModel, request.log.remoteLocation, "N-1"),
    ...brokenByWindow(request)
  ].filter(({ rule }) => !allow.includes(rule))
  if (broken.length > 0) return yield* new CheckFailed({ identity: station.identity, action: "GetLog", broken })
  const job = yield* Jobs.start(station, "Log", (requestId) =>
    station.call("GetLog", { ...request, requestId }, options)
  )
  return { ...job.response, requestId: job.requestId, ended: job.ended }
})

const brokenByWindow = ({ log: { latestTimestamp, oldestTimestamp } }: LogRequest): ReadonlyArray<BrokenRule> =>
  oldestTimestamp !== undefined &&
  latestTimestamp !== undefined &&
  Date.parse(oldestTimestamp) > Date.parse(latestTimestamp)
    ? [{ rule: "N-1", detail: "oldestTimestamp is not after latestTimestamp" }]
    : []
