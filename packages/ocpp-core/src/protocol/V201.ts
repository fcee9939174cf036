/**
 * OCPP 2.0.1 as a `Protocol`: which action passes the gate when, what is answered when nobody decides, what the standard
 * fixes in an answer. Two tables; the rest is put together from the generated package.
 */
import {
  actions,
  type Action,
  type Messages,
  type MessageTriggerEnumType,
  type ResetRequest,
  type ResetResponse,
  type StationAction,
  type TransactionEventRequest,
  type TransactionEventResponse,
  type TriggerMessageRequest,
  validators
} from "@wattline/ocpp-v201"
import { amendAuthorize, asksAboutCertificate, idTokenInfoProblem } from "../blocks/Authorization.ts"
import { amendCertificateStatus, amendEVCertificate } from "../blocks/CertificateManagement.ts"
import { judgeSchedule } from "../blocks/EVCharging.ts"
import { frames } from "../rpc/Frame.ts"
import type { ActionRule, AnswerContext, Expected, PendingRule, Protocol } from "../rpc/Protocol.ts"

/** Actions that are not `never` while Pending (B02.FR.01, B02.FR.02, B02.FR.05; errata for CertificateSigned). */
const pending: { readonly [A in Action]?: PendingRule } = {
  BootNotification: "boot",
  GetBaseReport: "cmd-allowed",
  GetReport: "cmd-allowed",
  GetVariables: "cmd-allowed",
  SetVariables: "cmd-allowed",
  TriggerMessage: "cmd-allowed",
  CertificateSigned: "a02-continuation",
  NotifyReport: "only-as-report",
  FirmwareStatusNotification: "only-if-triggered",
  Heartbeat: "only-if-triggered",
  LogStatusNotification: "only-if-triggered",
  MeterValues: "only-if-triggered",
  PublishFirmwareStatusNotification: "only-if-triggered",
  SignCertificate: "only-if-triggered",
  StatusNotification: "only-if-triggered",
  TransactionEvent: "only-if-triggered"
}

type DefaultAnswers = {
  readonly [A in StationAction]: (
    request: Messages[A]["request"],
    context: AnswerContext
  ) => Messages[A]["response"] | undefined
}

const acknowledged: Readonly<Record<string, never>> = Object.freeze({})
const acknowledge = (): Readonly<Record<string, never>> => acknowledged

/** What is answered when nobody decides: safe for the station, never a permission on the app's behalf. */
export const defaultAnswers: DefaultAnswers = {
  Authorize: (request, { undecidedToken }) =>
    asksAboutCertificate(request)
      ? { idTokenInfo: { status: "Invalid" }, certificateStatus: "CertChainError" } // C-16: it could not be verified
      : { idTokenInfo: { status: undecidedToken?.Authorize ?? "Unknown" } }, // C-2
  BootNotification: (_request, { because, currentTime, heartbeatInterval, retryInterval }) =>
    because === "unhandled"
      ? { status: "Accepted", currentTime, interval: heartbeatInterval }
      : { status: "Pending", currentTime, interval: retryInterval }, // LC-1
  ClearedChargingLimit: acknowledge,
  DataTransfer: (_request, { because }) => (because === "unhandled" ? { status: "UnknownVendorId" } : undefined),
  FirmwareStatusNotification: acknowledge,
  Get15118EVCertificate: () => ({ status: "Failed", exiResponse: "" }),
  GetCertificateStatus: () => ({ status: "Failed" }),
  Heartbeat: (_request, { currentTime }) => ({ currentTime }), // G-4
  LogStatusNotification: acknowledge,
  MeterValues: acknowledge, // J-1
  NotifyChargingLimit: acknowledge,
  NotifyCustomerInformation: acknowledge,
  NotifyDisplayMessages: acknowledge,
  NotifyEVChargingNeeds: () => ({ status: "Rejected" }),
  NotifyEVChargingSchedule: (request, { mirror }) => ({
    status: mirror !== undefined && judgeSchedule(mirror, request) === "Exceeds" ? "Rejected" : "Accepted" // K-43
  }),
  NotifyEvent: acknowledge,
  NotifyMonitoringReport: acknowledge,
  NotifyReport: acknowledge, // B-13
  PublishFirmwareStatusNotification: acknowledge,
  ReportChargingProfiles: acknowledge,
  ReservationStatusUpdate: acknowledge,
  SecurityEventNotification: acknowledge,
  SignCertificate: () => ({ status: "Rejected" }),
  StatusNotification: acknowledge, // G-1
  TransactionEvent: ({ eventType, idToken }, { currentTime, undecidedToken }) => {
    if (idToken === undefined) return acknowledged // E-2
    if (idToken.type === "NoAuthorization") return { idTokenInfo: { status: "Accepted" } } // C-10
    const { Ended = "Accepted", TransactionEvent = "Unknown" } = undecidedToken ?? {}
    if (eventType !== "Ended") return { idTokenInfo: { status: TransactionEvent } } // E-4
    // C-18: it would overwrite what the station has cached of the token with a permission that nobody gave.
    return {
      idTokenInfo: Ended === "Accepted" ? { status: Ended, cacheExpiryDateTime: currentTime } : { status: Ended }
    }
  }
}

/** Actions whose handler may refuse with a CALLERROR. The others always get a CALLRESULT (E-1, J-1, B-13, C-1, LC-1). */
const refusable: ReadonlySet<Action> = new Set<Action>([
  "DataTransfer",
  "Get15118EVCertificate",
  "GetCertificateStatus",
  "NotifyEVChargingNeeds",
  "NotifyEVChargingSchedule",
  "SignCertificate"
])

/** Actions whose answer holds a decision, besides the refusable ones. */
const deciding: ReadonlySet<Action> = new Set<Action>(["Authorize", "BootNotification", "TransactionEvent"])

/** Answers that carry the time or the present decision are never repeated from memory. */
const fresh: ReadonlySet<Action> = new Set<Action>(["BootNotification", "Heartbeat"])

const amendTransactionEvent = (
  { idToken }: TransactionEventRequest,
  response: TransactionEventResponse
): TransactionEventResponse | string => {
  const { chargingPriority = 0 } = response
  if (chargingPriority < -9 || chargingPriority > 9) return "chargingPriority is from -9 to 9 (E-8)"
  if (idToken === undefined) {
    if (response.idTokenInfo === undefined) return response
    const { idTokenInfo: _, ...rest } = response
    return rest // E-2: no token asked about, no verdict given
  }
  if (idToken.type === "NoAuthorization")
    return response.idTokenInfo?.status === "Accepted" ? response : { ...response, idTokenInfo: { status: "Accepted" } } // C-10
  return response.idTokenInfo === undefined
    ? "the request has an idToken, so the answer needs an idTokenInfo (E01.FR.12)"
    : (idTokenInfoProblem(response.idTokenInfo) ?? response)
}

const amendments: { readonly [A in Action]?: ActionRule["amend"] } = {
  Authorize: amendAuthorize, // C-7, C-8, C-15, C-16
  Get15118EVCertificate: amendEVCertificate, // M-1
  GetCertificateStatus: amendCertificateStatus, // M-9
  TransactionEvent: amendTransactionEvent
}

/**
 * Milliseconds for actions that somebody waits for. An EV gives its station 4.5 seconds in all (M-2); half a second of it is
 * for the way there and back.
 */
const answerWithin: { readonly [A in Action]?: number } = { Get15118EVCertificate: 4_000 }

/** Which action a TriggerMessage brings (F06). */
const triggered: { readonly [M in MessageTriggerEnumType]: StationAction } = {
  BootNotification: "BootNotification",
  LogStatusNotification: "LogStatusNotification",
  FirmwareStatusNotification: "FirmwareStatusNotification",
  Heartbeat: "Heartbeat",
  MeterValues: "MeterValues",
  SignChargingStationCertificate: "SignCertificate",
  SignV2GCertificate: "SignCertificate",
  SignCombinedCertificate: "SignCertificate",
  StatusNotification: "StatusNotification",
  TransactionEvent: "TransactionEvent",
  PublishFirmwareStatusNotification: "PublishFirmwareStatusNotification"
}

const expects = (action: string, request: unknown): Expected | undefined => {
  if (action !== "TriggerMessage") return undefined
  const { evse, requestedMessage } = request as TriggerMessageRequest
  return { action: triggered[requestedMessage], ...(evse === undefined ? {} : { evseId: evse.id }) }
}

/** A Reset of one EVSE is no reset of the station (B11.FR.08). */
const resets = (action: string, request: unknown, response: unknown): ReturnType<Protocol["resets"]> => {
  if (action !== "Reset" || (request as ResetRequest).evseId !== undefined) return undefined
  return ({ Accepted: "ResetAccepted", Scheduled: "ResetScheduled", Rejected: undefined } as const)[
    (response as ResetResponse).status
  ]
}

const senders = { "station-to-csms": "station", "csms-to-station": "csms", both: "both" } as const

const ruleOf = (action: Action): ActionRule => ({
  action,
  sentBy: senders[actions[action].direction],
  pending: pending[action] ?? "never",
  validateRequest: validators[`${action}Request`],
  validateResponse: validators[`${action}Response`],
  decides: deciding.has(action) || refusable.has(action),
  defaultAnswer: (defaultAnswers as { readonly [action: string]: ActionRule["defaultAnswer"] })[action],
  answerWithin: answerWithin[action],
  refusable: refusable.has(action),
  repeatable: !fresh.has(action),
  amend: amendments[action]
})

/** OCPP 2.0.1, edition 3. */
export const ocpp201: Protocol = {
  subprotocol: "ocpp2.0.1",
  frames,
  actions: new Map((Object.keys(actions) as Array<Action>).map((action) => [action, ruleOf(action)])),
  expects,
  resets
}
