/** Network connection profiles: what is checked before one is sent, and the way to a new one (A05, B09, B10). */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { NetworkConnectionProfileType, SetNetworkProfileResponse, StatusInfoType } from "@wattline/ocpp-v201"
import { DeviceModel } from "../blocks/DeviceModelAccess.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { StationView } from "../station/StationView.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { reset, type ResetFollowUp } from "./ProvisioningReset.ts"
import { getVariables, type InvalidVariables, type PartlySet, setVariables } from "./ProvisioningVariables.ts"

/** A network connection profile; `ocppVersion` is OCPP20 and `ocppTransport` JSON unless given (B-22). */
export type NetworkProfile = Omit<NetworkConnectionProfileType, "ocppVersion" | "ocppTransport"> &
  Partial<Pick<NetworkConnectionProfileType, "ocppVersion" | "ocppTransport">>

/**
 * Puts a network connection profile into a slot of the station (B09, TC_B_42, TC_B_44). `Rejected` and `Failed` are values
 * (B-24). Nothing changes until the slot is first in NetworkConfigurationPriority: see `changeNetworkProfile`.
 *
 * Fails as `station.call` does, and with `CheckFailed` before anything is sent: for a lower security profile than the one in
 * use, but for 3 to 2 at a station with `SecurityCtrlr.AllowSecurityProfileDowngrade` = true, and never to 1 (A-30, B-23,
 * R-033); for a slot that the station does not have (B-21); for an `ocppCsmsUrl` that is no ws or wss URL, or has the
 * identity in it (B-22).
 *
 * @example
 * const { status } = yield* Provisioning.setNetworkProfile(station, 2, {
 *   ocppCsmsUrl: "wss://csms.example.com/ocpp",
 *   ocppInterface: "Wired0",
 *   messageTimeout: 30,
 *   securityProfile: 2
 * })
 */
export const setNetworkProfile: (
  station: Station,
  configurationSlot: number,
  connectionData: NetworkProfile,
  options?: CallOptions
) => Effect.Effect<SetNetworkProfileResponse, CallFailure | CheckFailed> = Effect.fn("Provisioning.setNetworkProfile")(
  function* (station, configurationSlot, connectionData, options) {
    const broken = networkProfileProblems(yield* station.snapshot, configurationSlot, connectionData)
    const { identity } = station
    if (broken.length > 0) return yield* new CheckFailed({ identity, action: "SetNetworkProfile", broken })
    return yield* station.call(
      "SetNetworkProfile",
      {
        configurationSlot,
        connectionData: { ocppVersion: "OCPP20", ocppTransport: "JSON", ...connectionData }
      },
      options
    )
  }
)

/** Why a profile must not be sent to a station; empty when it may. Pure. */
export const networkProfileProblems = (
  { identity, mirror, security }: Pick<StationView, "identity" | "mirror" | "security">,
  slot: number,
  { ocppCsmsUrl, securityProfile }: Pick<NetworkProfile, "ocppCsmsUrl" | "securityProfile">
): ReadonlyArray<BrokenRule> => {
  const { deviceModel } = mirror.provisioning
  const broken: Array<BrokenRule> = []
  const active = security?.securityProfile ?? DeviceModel.read(deviceModel, "SecurityCtrlr", "SecurityProfile") ?? 0
  const mayLower = DeviceModel.read(deviceModel, "SecurityCtrlr", "AllowSecurityProfileDowngrade") === true
  if (securityProfile < active && !(active === 3 && securityProfile === 2 && mayLower))
    broken.push({
      rule: "B-23",
      detail: `security profile ${securityProfile} is lower than ${active}, which is in use`
    })
  const slots = DeviceModel.entry(deviceModel, priority)?.characteristics?.valuesList
  if (slots !== undefined && slots !== "" && !listed(slots).includes(`${slot}`))
    broken.push({ rule: "B-21", detail: `there is no slot ${slot}; the station has ${slots}` })
  const url = URL.canParse(ocppCsmsUrl) ? new URL(ocppCsmsUrl) : undefined
  if (url?.protocol !== "ws:" && url?.protocol !== "wss:")
    broken.push({ rule: "B-22", detail: "ocppCsmsUrl is a URL that begins with ws:// or wss://" })
  else if (lastSegment(url.pathname) === identity.toLowerCase())
    broken.push({ rule: "B-22", detail: "ocppCsmsUrl is without the identity, which the station adds itself" })
  return broken
}

const priority = { component: "OCPPCommCtrlr", variable: "NetworkConfigurationPriority" } as const

const listed = (csv: string): ReadonlyArray<string> => csv.split(",").map((slot) => slot.trim())

const lastSegment = (path: string): string => {
  const segment = path.split("/").findLast((one) => one !== "") ?? ""
  try {
    return decodeURIComponent(segment).toLowerCase()
  } catch {
    return segment.toLowerCase() // no percent-encoding: it is no identity either
  }
}

/** How a station is brought to a new profile; the rest holds for each CALL. */
export interface ChangeNetworkProfileOptions extends CallOptions {
  /**
   * Makes the station Inoperative and waits until it has no messages left to send, before the priority is set: for the move
   * to another CSMS (B-25, B10.FR.05). Default: no.
   */
  readonly emptyQueue?: {
    /** Between two questions. Default 30 seconds. */
    readonly interval?: Duration.Input
    /** How long it may take. Default 1 hour. */
    readonly timeout?: Duration.Input
  }
}

/** The steps of a change, in their order. */
export type NetworkProfileStep =
  | "SetNetworkProfile"
  | "ChangeAvailability" // only with emptyQueue
  | "GetTransactionStatus" // only with emptyQueue
  | "GetVariables" // only when the priority is not known
  | "SetVariables"
  | "Reset"

/** How far a change of network connection profile came. */
export type NetworkProfileChange =
  | {
      readonly _tag: "Resetting"
      /** `Scheduled`: when its transactions have ended. */
      readonly status: "Accepted" | "Scheduled"
      /** The slots in their new order. */
      readonly priority: ReadonlyArray<number>
      /** Waits for the boot, which may be without a reboot, and over the old profile if the new one fails (B-26). */
      readonly followUp: Effect.Effect<ResetFollowUp>
    }
  | {
      /** A step was not answered positively; none of the later ones was made. */
      readonly _tag: "Stopped"
      readonly at: NetworkProfileStep
      /** What the station said; `Timeout`: it still had messages to send when the time was up. */
      readonly status: string
      readonly statusInfo?: StatusInfoType
    }

/** A CALL of a change failed; the steps before it were answered positively, none of the later ones was made. */
export class NetworkProfileNotChanged extends Data.TaggedError("NetworkProfileNotChanged")<{
  readonly identity: string
  readonly at: NetworkProfileStep
  readonly failure: CallFailure | InvalidVariables | PartlySet
}> {
  override get message(): string {
    return `${this.identity}: the network profile was not changed, ${this.at} failed: ${this.failure.message}`
  }
}

/**
 * Brings a station to another network connection profile, for a higher security profile, another URL, another CSMS (A-28,
 * A05, B09, B10, TC_A_19): SetNetworkProfile, then NetworkConfigurationPriority with the new slot first and the old ones
 * behind it, then Reset OnIdle. Each step is made only after the positive answer to the one before it. A station that
 * answered `RebootRequired` to the priority gets the reboot with the reset.
 *
 * Where it stopped, because the station said no, is a value. Fails with `CheckFailed` before anything is sent (see
 * `setNetworkProfile`), and with `NetworkProfileNotChanged` when a CALL fails.
 *
 * @example
 * const change = yield* Provisioning.changeNetworkProfile(station, 2, profile)
 * if (change._tag === "Stopped") console.log(change.at, change.status)
 * else yield* change.followUp
 */
export const changeNetworkProfile: (
  station: Station,
  configurationSlot: number,
  connectionData: NetworkProfile,
  options?: ChangeNetworkProfileOptions
) => Effect.Effect<NetworkProfileChange, CheckFailed | NetworkProfileNotChanged> = Effect.fn(
  "Provisioning.changeNetworkProfile"
)(function* (station, slot, connectionData, { emptyQueue, ...options } = {}) {
  const step = failingAt(station.identity)
  const set = yield* step("SetNetworkProfile", setNetworkProfile(station, slot, connectionData, options))
  if (set.status !== "Accepted") return stopped("SetNetworkProfile", set)
  if (emptyQueue !== undefined) {
    const problem = yield* emptied(station, emptyQueue, options)
    if (problem !== undefined) return problem
  }
  const order = yield* priorityOf(station, options)
  if (typeof order !== "string") return order
  const slots = [`${slot}`, ...listed(order).filter((one) => one !== "" && one !== `${slot}`)]
  const { outcomes } = yield* step("SetVariables", setVariables(station, [{ ...priority, value: slots }], options))
  const ordered = outcomes[0] ?? { status: "Missing" }
  if (ordered.status !== "Accepted" && ordered.status !== "RebootRequired") return stopped("SetVariables", ordered)
  const restart = yield* step("Reset", reset(station, { type: "OnIdle" }, options))
  if (restart.status === "Rejected") return stopped("Reset", restart)
  const { followUp, status } = restart
  return { _tag: "Resetting", status, priority: slots.map(Number), followUp }
})

const failingAt =
  (identity: string) =>
  <A>(at: NetworkProfileStep, effect: Effect.Effect<A, CallFailure | InvalidVariables | PartlySet | CheckFailed>) =>
    Effect.mapError(effect, (failure) =>
      failure._tag === "CheckFailed" ? failure : new NetworkProfileNotChanged({ identity, at, failure })
    )

const stopped = (
  at: NetworkProfileStep,
  { status, statusInfo }: { readonly status: string; readonly statusInfo?: StatusInfoType }
): NetworkProfileChange => ({ _tag: "Stopped", at, status, ...(statusInfo && { statusInfo }) })

/** The slots as they stand: what the model knows, unless it may have changed. */
const priorityOf = Effect.fnUntraced(function* (station: Station, options: CallOptions) {
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  const known = DeviceModel.entry(deviceModel, priority)?.attributes.Actual
  if (known?.value !== undefined && !known.stale) return known.pending?.value ?? known.value
  const { outcomes } = yield* Effect.mapError(
    getVariables(station, [priority], options),
    (failure) =>
      new NetworkProfileNotChanged({
        identity: station.identity,
        at: "GetVariables",
        failure: failure._tag === "PartlyRead" ? failure.failure : failure
      })
  )
  const [outcome] = outcomes
  if (outcome?.status === "Accepted") return outcome.value.raw
  return stopped("GetVariables", outcome ?? { status: "Missing" })
})

/** Stops the station from taking new transactions, and waits until it has told all it had to tell (B10.FR.05). */
const emptied = Effect.fnUntraced(function* (
  station: Station,
  { interval = "30 seconds", timeout = "1 hour" }: NonNullable<ChangeNetworkProfileOptions["emptyQueue"]>,
  options: CallOptions
) {
  const step = failingAt(station.identity)
  const change = station.call("ChangeAvailability", { operationalStatus: "Inoperative" }, options)
  const answer = yield* step("ChangeAvailability", change)
  if (answer.status === "Rejected") return stopped("ChangeAvailability", answer)
  const ask = step("GetTransactionStatus", station.call("GetTransactionStatus", {}, options))
  const waiting = Effect.gen(function* () {
    while ((yield* ask).messagesInQueue) yield* Effect.sleep(interval)
    return undefined
  })
  return yield* Effect.timeoutOrElse(waiting, {
    duration: timeout,
    orElse: () => Effect.succeed(stopped("GetTransactionStatus", { status: "Timeout" }))
  })
})
