/** Asking a station for a message, followed to the message (F06). */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type {
  CertificateSigningUseEnumType,
  MessageTriggerEnumType,
  NotifyEventRequest,
  StatusInfoType
} from "@wattline/ocpp-v201"
import type { StationEvent } from "../csms/Events.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { StationView } from "../station/StationView.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { type Heard, listen, within } from "./Following.ts"

/** What the message is to be about; a StatusNotification is about a connector (F06.FR.12, F06.FR.13). */
export type TriggerEvse<M extends MessageTriggerEnumType> = M extends "StatusNotification"
  ? { readonly id: number; readonly connectorId: number }
  : { readonly id: number; readonly connectorId?: number } | undefined

/** How a message is asked for and followed. */
export interface TriggerOptions extends CallOptions {
  /** `false`: done when the station has answered. Default true. */
  readonly follow?: boolean
  /** How long the message may take, from the answer; anew when the station was offline at its end. Default 60 seconds. */
  readonly messageTimeout?: Duration.Input
}

/** What tells that a message came: the event of the station it caused. */
export type TriggeredMessage = Extract<
  StationEvent,
  {
    readonly _tag:
      | "Booted"
      | "CertificateSigningRequested"
      | "CertificateRenewalFailed"
      | "NotificationReceived"
      | "TransactionStarted"
      | "TransactionUpdated"
      | "TransactionEnded"
  }
>

/** What became of it (F-9). */
export type TriggerOutcome =
  /** The station will not send it, or cannot (F06.FR.08). */
  | { readonly _tag: "Refused"; readonly status: "Rejected" | "NotImplemented"; readonly statusInfo?: StatusInfoType }
  /** It will; not followed. */
  | { readonly _tag: "Accepted" }
  /** It came; once for each EVSE or transaction known, where none was named (F06.FR.11). */
  | { readonly _tag: "Received"; readonly messages: ReadonlyArray<TriggeredMessage> }
  /** It said yes, and not all of it came in time, or the station was removed. */
  | { readonly _tag: "Incomplete"; readonly messages: ReadonlyArray<TriggeredMessage> }

/**
 * Asks for a message and waits for it; works while the station is Pending too (F-9, F06, B02.FR.02). Where `evse` is left
 * out, MeterValues of every known EVSE and a TransactionEvent of every running transaction are waited for (F06.FR.11). A
 * message that came for another reason counts as well (F06.FR.10); so does NotifyEvent for a StatusNotification.
 *
 * Fails with `CheckFailed`, before anything is sent, when a StatusNotification lacks the connector (F06.FR.13), an id is not
 * greater than 0, or a BootNotification is asked of a station that is Accepted, which would have to refuse (F06.FR.17).
 *
 * @example
 * const outcome = yield* RemoteControl.triggerMessage(station, "StatusNotification", { id: 1, connectorId: 1 })
 * const values = yield* RemoteControl.triggerMessage(station, "MeterValues", undefined, { messageTimeout: "10 seconds" })
 */
export const triggerMessage = <M extends MessageTriggerEnumType>(
  station: Station,
  requestedMessage: M,
  ...[evse, options = {}]: undefined extends TriggerEvse<M>
    ? [evse?: TriggerEvse<M>, options?: TriggerOptions]
    : [evse: TriggerEvse<M>, options?: TriggerOptions]
): Effect.Effect<TriggerOutcome, CallFailure | CheckFailed> =>
  Effect.scoped(run(station, requestedMessage, evse, options))

const run = Effect.fnUntraced(function* (
  station: Station,
  requestedMessage: MessageTriggerEnumType,
  evse: Evse | undefined,
  options: TriggerOptions
) {
  const view = yield* station.snapshot
  const broken = problemsOf(requestedMessage, evse, view)
  if (broken.length > 0) return yield* new CheckFailed({ identity: station.identity, action: "TriggerMessage", broken })
  const missing = new Set(evse === undefined ? partsOf(requestedMessage, view) : [])
  const messages: Array<TriggeredMessage> = []
  const received = yield* listen(station, (heard) => {
    if (!isTold(heard) || !answers[requestedMessage](heard, evse)) return undefined
    messages.push(heard)
    missing.delete(partOf(heard))
    return missing.size === 0 ? true : undefined
  })
  const request = evse === undefined ? { requestedMessage } : { requestedMessage, evse }
  const { status, statusInfo } = yield* station.call("TriggerMessage", request, options)
  if (status !== "Accepted") return { _tag: "Refused", status, ...(statusInfo && { statusInfo }) } as const
  if (options.follow === false) return { _tag: "Accepted" } as const
  const all = yield* within(station, options.messageTimeout ?? "60 seconds", received)
  return { _tag: all === undefined ? "Incomplete" : "Received", messages } as const
})

interface Evse {
  readonly id: number
  readonly connectorId?: number
}

const problemsOf = (
  requestedMessage: MessageTriggerEnumType,
  evse: Evse | undefined,
  { registration }: StationView
): ReadonlyArray<BrokenRule> => {
  const { connectorId, id } = evse ?? {}
  const broken: Array<BrokenRule> = []
  if (requestedMessage === "StatusNotification" && connectorId === undefined)
    broken.push({ rule: "F06.FR.13", detail: "a StatusNotification is asked for with evse.id and evse.connectorId" })
  if ((id !== undefined && id <= 0) || (connectorId !== undefined && connectorId <= 0))
    broken.push({ rule: "F06.FR.12", detail: "evse.id and evse.connectorId are greater than 0" })
  if (requestedMessage === "BootNotification" && registration === "Accepted")
    broken.push({ rule: "F06.FR.17", detail: "the last BootNotification of the station was Accepted" })
  return broken
}

const told: ReadonlySet<string> = new Set<TriggeredMessage["_tag"]>([
  "Booted",
  "CertificateSigningRequested",
  "CertificateRenewalFailed",
  "NotificationReceived",
  "TransactionStarted",
  "TransactionUpdated",
  "TransactionEnded"
])

const isTold = (heard: Heard): heard is TriggeredMessage => told.has(heard._tag)

type Answers = (message: TriggeredMessage, evse: Evse | undefined) => boolean

const notification =
  (action: string): Answers =>
  (message) =>
    message._tag === "NotificationReceived" && message.action === action

/** A CSR came, whether it is signed or not; without a type it is for both uses, and for whatever was asked. */
const signing =
  (isWanted: (certificateType: CertificateSigningUseEnumType) => boolean): Answers =>
  (message) =>
    (message._tag === "CertificateSigningRequested" ||
      (message._tag === "CertificateRenewalFailed" && message.reason === "RequestRejected")) &&
    (message.certificateType === undefined || isWanted(message.certificateType))

/** Which event tells that the message came. */
const answers: { readonly [M in MessageTriggerEnumType]: Answers } = {
  BootNotification: ({ _tag }) => _tag === "Booted",
  FirmwareStatusNotification: notification("FirmwareStatusNotification"),
  Heartbeat: notification("Heartbeat"),
  LogStatusNotification: notification("LogStatusNotification"),
  MeterValues: (message, evse) =>
    message._tag === "NotificationReceived" &&
    message.action === "MeterValues" &&
    (evse === undefined || message.request.evseId === evse.id),
  PublishFirmwareStatusNotification: notification("PublishFirmwareStatusNotification"),
  SignChargingStationCertificate: signing((certificateType) => certificateType === "ChargingStationCertificate"),
  SignCombinedCertificate: signing(() => false),
  SignV2GCertificate: signing((certificateType) => certificateType === "V2GCertificate"),
  StatusNotification: (message, evse) => {
    if (message._tag !== "NotificationReceived") return false
    if (message.action === "NotifyEvent") return tellsAvailability(message.request, evse)
    if (message.action !== "StatusNotification") return false
    return message.request.evseId === evse?.id && message.request.connectorId === evse.connectorId
  },
  TransactionEvent: (message, evse) =>
    "transactionId" in message && (evse === undefined || message.evseId === undefined || message.evseId === evse.id)
}

const tellsAvailability = ({ eventData }: NotifyEventRequest, evse: Evse | undefined): boolean =>
  eventData.some(
    ({ component, variable }) =>
      component.name.toLowerCase() === "connector" &&
      variable.name.toLowerCase() === "availabilitystate" &&
      component.evse?.id === evse?.id &&
      component.evse?.connectorId === evse?.connectorId
  )

/** What each has to send one, when no EVSE is named; none known: one message is enough. */
const partsOf = (requestedMessage: MessageTriggerEnumType, { mirror }: StationView): ReadonlyArray<number | string> => {
  if (requestedMessage === "TransactionEvent") return mirror.transactions.running.map((known) => known.transactionId)
  if (requestedMessage !== "MeterValues") return []
  const { connectors, evses } = mirror.availability
  return [...connectors, ...evses].map(({ evseId }) => evseId).filter((evseId) => evseId > 0)
}

const partOf = (message: TriggeredMessage): number | string => {
  if ("transactionId" in message) return message.transactionId
  return message._tag === "NotificationReceived" && message.action === "MeterValues" ? message.request.evseId : ""
}
