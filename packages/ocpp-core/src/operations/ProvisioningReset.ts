/** Reset of a station or of one EVSE, followed to its return (B11, B12). */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type {
  BootReasonEnumType,
  ConnectorStatusEnumType,
  NotifyEventRequest,
  ResetRequest,
  StatusInfoType
} from "@wattline/ocpp-v201"
import { DeviceModel } from "../blocks/DeviceModelAccess.ts"
import type { StationEvent } from "../csms/Events.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { CheckFailed } from "./CheckFailed.ts"

/** How a reset is made; the rest holds for the CALL. */
export interface ResetOptions extends CallOptions {
  /**
   * How long the EVSE may take to come back, after the answer. Default 10 minutes. For the station as a whole `resetTimeout`
   * of the CSMS holds.
   */
  readonly evseTimeout?: Duration.Input
}

/**
 * How a reset went on.
 *
 * - `Rebooted`: the station booted, for whatever reason it gives (B-28)
 * - `EvseBack`: the EVSE, or a connector of it, reports a status other than Unavailable and Faulted. A best guess: nothing
 *   tells for certain that an EVSE has been reset, and after `Scheduled` the status may still be from before it
 * - `Lapsed`: none of this in time
 * - `Gone`: the station was removed, it is at another node, or the CSMS has closed
 */
export type ResetFollowUp =
  | { readonly _tag: "Rebooted"; readonly reason: BootReasonEnumType }
  | { readonly _tag: "EvseBack"; readonly status: ConnectorStatusEnumType; readonly connectorId?: number }
  | { readonly _tag: "Lapsed" | "Gone" }

/** What a station says to a reset, and what comes of it. */
export type ResetResult = { readonly statusInfo?: StatusInfoType } & (
  | { readonly status: "Rejected" }
  | {
      /** `Scheduled`: when its transactions have ended (B12.FR.01). */
      readonly status: "Accepted" | "Scheduled"
      /** Waits for what comes of it; nothing is missed by waiting later, or never. */
      readonly followUp: Effect.Effect<ResetFollowUp>
    }
)

/**
 * Resets the station, or one EVSE (B-27, TC_B_20 to TC_B_22, TC_B_25 to TC_B_27). Gives the station's answer; in it, for
 * Accepted and Scheduled, the effect that waits for the reboot, or for the EVSE to come back. No BootNotification follows the
 * reset of an EVSE (B11.FR.08).
 *
 * Fails as `station.call` does, and with `CheckFailed` for an EVSE of which the station reported that it cannot be reset alone
 * (`EVSE.AllowReset` is false).
 *
 * @example
 * const reset = yield* Provisioning.reset(station, { type: "OnIdle" })
 * if (reset.status !== "Rejected") {
 *   const followUp = yield* reset.followUp // { _tag: "Rebooted", reason: "RemoteReset" }
 * }
 */
export const reset: (
  station: Station,
  request: Pick<ResetRequest, "type" | "evseId">,
  options?: ResetOptions
) => Effect.Effect<ResetResult, CallFailure | CheckFailed> = Effect.fn("Provisioning.reset")(function* (
  station,
  request,
  options = {}
) {
  const { evseId } = request
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  if (evseId !== undefined) {
    if (DeviceModel.read(deviceModel, "EVSE", "AllowReset", { evseId }) === false) {
      const broken = [{ rule: "B-27", detail: `EVSE ${evseId} cannot be reset alone` }]
      return yield* new CheckFailed({ identity: station.identity, action: "Reset", broken })
    }
  }
  const { evseTimeout = "10 minutes", ...callOptions } = options
  return yield* followed(station, request, callOptions, evseId === undefined ? undefined : evseTimeout)
})

/** Listens before it calls, because the boot may be faster than the caller; the listener ends with what it waits for. */
const followed = (
  station: Station,
  request: ResetRequest,
  options: CallOptions,
  timeout: Duration.Input | undefined
): Effect.Effect<ResetResult, CallFailure> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const end = Scope.close(scope, Exit.void)
      const events = yield* Scope.provide(
        station.subscribe((event): event is StationEvent => followUpOf(event, request.evseId) !== undefined),
        scope
      )
      const response = yield* Effect.onError(restore(station.call("Reset", request, options)), () => end)
      const { status, statusInfo } = response
      const told = statusInfo && { statusInfo }
      if (status === "Rejected") return yield* Effect.as(end, { status, ...told })
      const first = Effect.map(
        Stream.runCollect(Stream.take(Stream.filter(events, isEvent), 1)),
        ([event]): ResetFollowUp => (event && followUpOf(event, request.evseId)) ?? { _tag: "Gone" }
      )
      const inTime =
        timeout === undefined
          ? first
          : Effect.timeoutOrElse(first, { duration: timeout, orElse: () => Effect.succeed<ResetFollowUp>(lapsed) })
      const fiber = yield* Effect.forkDetach(Effect.ensuring(Effect.interruptible(inTime), end))
      return { status, ...told, followUp: Fiber.join(fiber) }
    })
  )

const lapsed = { _tag: "Lapsed" } as const

const isEvent = <E extends { readonly _tag: string }>(
  event: E
): event is Exclude<E, { readonly _tag: "EventsMissed" }> => event._tag !== "EventsMissed"

/** What an event means for the reset of the station, or of an EVSE. */
const followUpOf = (event: StationEvent, evseId: number | undefined): ResetFollowUp | undefined => {
  switch (event._tag) {
    case "Removed":
    case "Fenced":
      return { _tag: "Gone" }
    case "ResetDone":
      return evseId === undefined ? { _tag: "Rebooted", reason: event.reason } : undefined
    case "ResetLapsed":
      return evseId === undefined ? lapsed : undefined
    case "Booted": // a station that reboots as a whole, for an EVSE
      return evseId !== undefined && event.rebooted ? { _tag: "Rebooted", reason: event.reason } : undefined
    case "NotificationReceived":
      return evseId === undefined ? undefined : evseBack(event, evseId)
    default:
      return undefined
  }
}

const evseBack = (
  event: StationEvent & { readonly _tag: "NotificationReceived" },
  evseId: number
): ResetFollowUp | undefined => {
  if (event.action === "StatusNotification") {
    const { connectorId, connectorStatus: status } = event.request
    return event.request.evseId === evseId && isBack(status) ? { _tag: "EvseBack", status, connectorId } : undefined
  }
  return event.action === "NotifyEvent" ? evseBackIn(event.request, evseId) : undefined
}

const evseBackIn = ({ eventData }: NotifyEventRequest, evseId: number): ResetFollowUp | undefined => {
  for (const { actualValue, component, variable } of eventData) {
    if (component.evse?.id !== evseId || variable.name.toLowerCase() !== "availabilitystate") continue
    const { connectorId } = component.evse
    if (isBack(actualValue))
      return { _tag: "EvseBack", status: actualValue, ...(connectorId !== undefined && { connectorId }) }
  }
  return undefined
}

const isBack = (status: string): status is ConnectorStatusEnumType =>
  status === "Available" || status === "Occupied" || status === "Reserved"
