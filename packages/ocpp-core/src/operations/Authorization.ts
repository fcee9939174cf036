/** Operations of block C, Authorization. Deciding on tokens is the handler `authorize`. */
import * as Effect from "effect/Effect"
import type { ClearCacheResponse } from "@wattline/ocpp-v201"
import { typedValue } from "../blocks/DeviceModel.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"

/** How the cache is cleared. */
export interface ClearCacheOptions extends CallOptions {
  /** `true`: asks also a station that reported that it has no cache, or that it is off (C-20). Default false. */
  readonly force?: boolean
}

/**
 * Clears the authorization cache of a station (C-20, C11.FR.01). `Rejected` is a value: the cache is off, or clearing failed
 * (C11.FR.04, C11.FR.05). Fails with `CheckFailed`, before anything is sent, when the station reported
 * `AuthCacheCtrlr.Available` or `AuthCacheCtrlr.Enabled` as false; what was never reported stops nothing (DM-17).
 *
 * @example
 * const { status } = yield* Authorization.clearCache(station)
 */
export const clearCache = Effect.fnUntraced(function* (
  station: Station,
  { force = false, ...options }: ClearCacheOptions = {}
): Effect.fn.Return<ClearCacheResponse, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const broken = ["Available", "Enabled"].flatMap((variable): ReadonlyArray<BrokenRule> => {
    const value = typedValue(mirror.provisioning.deviceModel, { component: "AuthCacheCtrlr", variable })
    return value?.raw.toLowerCase() === "false"
      ? [{ rule: "C-20", detail: `the station reported AuthCacheCtrlr.${variable} as false` }]
      : []
  })
  if (broken.length > 0 && !force)
    return yield* new CheckFailed({ identity: station.identity, action: "ClearCache", broken })
  return yield* station.call("ClearCache", {}, options)
})
