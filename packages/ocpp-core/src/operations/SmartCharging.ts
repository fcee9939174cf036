/** Operations of block K, SmartCharging: charging profiles set and cleared, composite schedules asked and foreseen. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type {
  ClearChargingProfileRequest,
  CompositeScheduleType,
  GetCompositeScheduleRequest,
  SetChargingProfileRequest,
  StatusInfoType
} from "@wattline/ocpp-v201"
import { needsOf } from "../blocks/EVCharging.ts"
import type { ProfileFilter } from "../blocks/ReportedProfiles.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { brokenByFilter, brokenByTarget, brokenByUnit, type ClearTarget } from "./ChargingProfileFilters.ts"
import type { ProfileVerdict } from "./ChargingProfileRules.ts"
import { type AllowedRules, CheckFailed, unallowed } from "./CheckFailed.ts"
import { watch, within } from "./Following.ts"
import * as Jobs from "./Jobs.ts"
import { checkChargingProfile } from "./SmartChargingView.ts"

export type { ProfileFilter } from "../blocks/ReportedProfiles.ts"
export type { ClearCriteria, ClearTarget, OwnPurpose } from "./ChargingProfileFilters.ts"
export type { ProfileCarrier, ProfileVerdict, SkippedRule } from "./ChargingProfileRules.ts"
export { evseSchedule, stationSchedule } from "./CompositeSchedule.ts"
export type { CompositePeriod, EvseContext, PlacedLimit, PlacedProfile, ScheduleWindow } from "./CompositeSchedule.ts"
export { checkChargingProfile, previewCompositeSchedule, profilesOf } from "./SmartChargingView.ts"
export type {
  CompositePreview,
  KnownProfile,
  PreviewRequest,
  ProfileRequest,
  ProfileState
} from "./SmartChargingView.ts"

/** How a charging profile is set. */
export interface SetChargingProfileOptions extends CallOptions {
  /** Rules that the profile may break and is sent all the same, such as `["K-21"]`; `"All"` leaves it all to the station. */
  readonly allow?: AllowedRules
  /**
   * How long to wait for the EV's charging needs when the station wants these first; then the profile is sent once more
   * (K-45). It starts anew when the station was offline at its end (CE-4). Default: not at all.
   */
  readonly awaitNeeds?: Duration.Input
}

/** What became of a charging profile; with what the checks had found. */
export type SetChargingProfileOutcome = ProfileVerdict &
  (
    | { readonly _tag: "Accepted" }
    | { readonly _tag: "Rejected"; readonly statusInfo?: StatusInfoType }
    /** The station rejects TxProfiles until the EV has sent its charging needs: send it again after them (K-45). */
    | { readonly _tag: "NeedsFirst"; readonly statusInfo: StatusInfoType }
    /** The station does no smart charging, says its CALLERROR (K01.FR.29). */
    | { readonly _tag: "NoSmartCharging"; readonly errorCode: "NotSupported" | "NotImplemented" }
  )

/**
 * Sets a charging profile (K01 to K04). The same id replaces what was there, whatever it was for (K-31, K-46); what the
 * station accepted is in `mirror.smartCharging` (K-28). Fails with `CheckFailed`, before anything is sent, when the profile
 * breaks rules that are not allowed; the outcome has `broken` (those that were), `warnings`, and the checks that were `skipped`
 * because their data is not known.
 *
 * The `id` is any number that no other profile of the station has, on any EVSE: `station.nextRequestId` gives one.
 *
 * @example
 * const outcome = yield* SmartCharging.setChargingProfile(station, {
 *   evseId: 1,
 *   chargingProfile: {
 *     id: 1, stackLevel: 0, chargingProfilePurpose: "TxDefaultProfile", chargingProfileKind: "Absolute",
 *     chargingSchedule: [{
 *       id: 1, startSchedule: "2026-01-01T00:00:00Z", chargingRateUnit: "A",
 *       chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }]
 *     }]
 *   }
 * })
 */
export const setChargingProfile = Effect.fnUntraced(function* (
  station: Station,
  request: SetChargingProfileRequest,
  options: SetChargingProfileOptions = {}
): Effect.fn.Return<SetChargingProfileOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const verdict = checkChargingProfile(mirror, request, yield* Clock.currentTimeMillis)
  const broken = unallowed(verdict.broken, options.allow)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "SetChargingProfile", broken })
  const outcome = yield* sent(station, request, verdict, options)
  const { transactionId } = request.chargingProfile
  if (outcome._tag !== "NeedsFirst" || options.awaitNeeds === undefined || transactionId === undefined) return outcome
  const needs = yield* within(
    station,
    options.awaitNeeds,
    watch(station, (view) => needsOf(view.mirror.evCharging, transactionId))
  )
  return needs === undefined ? outcome : yield* sent(station, request, verdict, options)
})

const sent = (
  station: Station,
  request: SetChargingProfileRequest,
  verdict: ProfileVerdict,
  options: CallOptions
): Effect.Effect<SetChargingProfileOutcome, CallFailure> =>
  station.call("SetChargingProfile", request, options).pipe(
    Effect.map(({ status, statusInfo }): SetChargingProfileOutcome => {
      if (status === "Accepted") return { _tag: status, ...verdict }
      const isTx = request.chargingProfile.chargingProfilePurpose === "TxProfile"
      return isTx && statusInfo?.reasonCode === "InvalidMessageSeq"
        ? { _tag: "NeedsFirst", statusInfo, ...verdict }
        : { _tag: status, ...(statusInfo && { statusInfo }), ...verdict }
    }),
    Effect.catchTag("CallError", (error) => {
      const { errorCode } = error
      return errorCode === "NotSupported" || errorCode === "NotImplemented"
        ? Effect.succeed<SetChargingProfileOutcome>({ _tag: "NoSmartCharging", errorCode, ...verdict })
        : Effect.fail(error)
    })
  )

/** What became of clearing profiles: `Unknown` says that nothing matched (K10.FR.01). */
export interface ClearChargingProfileOutcome {
  readonly _tag: "Accepted" | "Unknown"
  readonly statusInfo?: StatusInfoType
}

/**
 * Clears one charging profile by its id, or all that meet every criterion (K10). It is asked of the station also when no such
 * profile is known here. Fails with `CheckFailed`, before anything is sent, when the target names neither or both, or what
 * others constrain (K-36).
 *
 * @example
 * yield* SmartCharging.clearChargingProfile(station, { chargingProfilePurpose: "TxDefaultProfile", evseId: 1 })
 */
export const clearChargingProfile = Effect.fnUntraced(function* (
  station: Station,
  target: ClearTarget,
  options: CallOptions = {}
): Effect.fn.Return<ClearChargingProfileOutcome, CallFailure | CheckFailed> {
  const broken = brokenByTarget(target)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "ClearChargingProfile", broken })
  const request: ClearChargingProfileRequest =
    "chargingProfileId" in target
      ? { chargingProfileId: target.chargingProfileId }
      : { chargingProfileCriteria: target }
  const { status, statusInfo } = yield* station.call("ClearChargingProfile", request, options)
  return { _tag: status, ...(statusInfo && { statusInfo }) }
})

/** The composite schedule as the station calculated it. */
export type CompositeScheduleOutcome =
  /** `schedule`: at any moment at most what the profiles allow (K08.FR.04); absent only against the standard. */
  | { readonly _tag: "Accepted"; readonly schedule?: CompositeScheduleType }
  /** It cannot tell, for instance because it has no such EVSE (K08.FR.05). */
  | { readonly _tag: "Rejected"; readonly statusInfo?: StatusInfoType }

/**
 * Asks for the composite schedule of an EVSE, or with evseId 0 of the grid connection (K08), for `duration` seconds from now.
 * Fails with `CheckFailed`, before anything is sent, when the station reported that it does not take the unit (K-32).
 *
 * @example
 * const outcome = yield* SmartCharging.getCompositeSchedule(station, { evseId: 1, duration: 3600, chargingRateUnit: "A" })
 */
export const getCompositeSchedule = Effect.fnUntraced(function* (
  station: Station,
  request: GetCompositeScheduleRequest,
  options: CallOptions = {}
): Effect.fn.Return<CompositeScheduleOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const broken = brokenByUnit(request.chargingRateUnit, mirror.provisioning.deviceModel)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "GetCompositeSchedule", broken })
  const { schedule, status, statusInfo } = yield* station.call("GetCompositeSchedule", request, options)
  return status === "Accepted"
    ? { _tag: status, ...(schedule && { schedule }) }
    : { _tag: status, ...(statusInfo && { statusInfo }) }
})

/**
 * Asks which charging profiles a station has, and collects the parts (K09); NoProfiles is complete and has none. What is
 * complete is taken over into `mirror.smartCharging`: all of it when the filter covers everything, such as all four limit
 * sources, else what it covers (K-34, K-35). Fails with `CheckFailed`, before anything is sent, when the filter names neither
 * ids nor criteria, both, or more ids than the station holds profiles (K-33).
 *
 * @example
 * const { outcome } = yield* SmartCharging.getChargingProfiles(station, {
 *   evseId: 1, chargingProfile: { chargingProfilePurpose: "TxDefaultProfile" }
 * })
 * if (outcome._tag === "Complete") console.log(outcome.parts.flatMap(({ message }) => message.chargingProfile))
 */
export const getChargingProfiles = Effect.fnUntraced(function* (
  station: Station,
  filter: ProfileFilter,
  options: CallOptions & Jobs.JobOptions<"ChargingProfiles"> = {}
) {
  const { mirror } = yield* station.snapshot
  const broken = brokenByFilter(filter, mirror.provisioning.deviceModel)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "GetChargingProfiles", broken })
  const ask = (requestId: number) => station.call("GetChargingProfiles", { requestId, ...filter }, options)
  return yield* Jobs.run(station, "ChargingProfiles", ask, options)
})
