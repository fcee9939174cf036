/**
 * The events of a CSMS as log lines: one line per event, its name as the message, who and which connection as annotations.
 * Nothing of a message's content, no secret: only the fields named here, and of texts no more than a line.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as LogLevel from "effect/LogLevel"
import * as Stream from "effect/Stream"
import { Csms } from "../csms/Csms.ts"
import type { CsmsEvent } from "../csms/Events.ts"

/** How events are logged. */
export interface EventLogOptions {
  /** Another level for some events; `None` leaves them out. The minimum log level of the program counts too. */
  readonly levels?: { readonly [T in CsmsEvent["_tag"]]?: EventLogLevel }
}

/** A level, or not at all. */
export type EventLogLevel = LogLevel.Severity | "None"

/** The level of each event. What comes many times an hour from a healthy station is `Debug`. */
export const levels: { readonly [T in CsmsEvent["_tag"]]: EventLogLevel } = {
  Added: "Debug",
  Removed: "Info",
  Connected: "Info",
  Disconnected: "Info",
  Replaced: "Warn",
  Fenced: "Warn",
  StateChanged: "Debug",
  Booted: "Info",
  Ready: "Info",
  NotificationReceived: "Debug",
  MessageRefused: "Warn",
  NonConformingMessage: "Debug", // a lenient station may send nothing else; what is refused is MessageRefused
  HandlerFailed: "None", // the core logs it, with or without this layer
  LateAnswer: "Warn",
  AnswerDropped: "Warn",
  StoreFailed: "None", // the same
  PasswordChanged: "Info",
  SecurityProfileChanged: "Info",
  CertificateReplaced: "Info",
  CertificateSigningRequested: "Info",
  CertificateAccepted: "Info",
  CertificateDoubtful: "None", // the same
  CertificateRenewalFailed: "None", // the same
  ResetLapsed: "Warn",
  ConnectorStatusChanged: "Info",
  EvseStatusChanged: "Debug",
  StationStatusChanged: "Debug",
  VariableChanged: "Debug",
  FirmwareChanged: "Info",
  StationReplaced: "Warn",
  ResetPending: "Info",
  ResetDone: "Info",
  ReportReceived: "Info",
  ReportFailed: "Warn",
  RebootRequired: "Info",
  TransactionStarted: "Info",
  TransactionUpdated: "Debug",
  TransactionEnded: "Info",
  TransactionCostUpdated: "Debug",
  TransactionConflict: "Warn",
  TransactionsOverlap: "Warn",
  TransactionEventsLost: "Warn",
  TransactionGivenUp: "Warn",
  TransactionUnconfirmed: "Warn",
  TxPointsDoubtful: "Warn",
  ConnectorsUnreported: "Warn",
  EntriesUncertain: "Warn",
  AuthorizationDoubtful: "Warn",
  JobStarted: "Info",
  JobProgressed: "Info",
  JobEnded: "Info",
  RemoteStartAccepted: "Info",
  RemoteStartLinked: "Info",
  AvailabilityRequested: "Info",
  ScheduledAvailabilityReached: "Info",
  ConnectorLockFailed: "Warn",
  ReservationAccepted: "Info",
  ReservationClosed: "Info",
  ExternalLimitSet: "Info",
  ExternalLimitCleared: "Info",
  ExternalLimitDoubtful: "Warn",
  EVChargingNeedsReceived: "Info",
  EVChargingNeedsLinked: "Info",
  EVChargingScheduleReceived: "Info",
  ChargingProfileOverdue: "Warn",
  InstalledCertificatesReported: "Debug",
  CertificateInstalled: "Info",
  CertificateDeleted: "Info",
  FirmwareBooted: "Info",
  FirmwareSecurityReported: "Info",
  RunningCostToldTwice: "Warn",
  MeterRegisterFell: "Warn",
  ChargingProfileSet: "Info",
  ChargingProfilesRemoved: "Info",
  ChargingProfilesReported: "Info",
  DisplayMessageSet: "Info",
  DisplayMessagesRemoved: "Info",
  DisplayMessagesReported: "Info",
  LocalListChanged: "Info",
  AlertOpened: "Info",
  AlertClosed: "Info",
  MonitorSet: "Info",
  MonitorsRemoved: "Info",
  MonitorsReported: "Info",
  MonitoringBaseSet: "Info",
  MonitoringLevelSet: "Info",
  LocalListRefused: "Warn",
  AdmissionRefused: "Warn",
  InvalidChargingStationCertificate: "None", // the same
  LimitReached: "None", // the same
  DrainStarted: "Info",
  DrainEnded: "Info",
  EventsMissed: "Warn"
}

/** Fields that are logged where an event has them: small, and never the content of a message. */
const fields = [
  "action",
  "admitted",
  "block",
  "by",
  "certificateType",
  "clock",
  "code",
  "connections",
  "connectorId",
  "direction",
  "displayMessageId",
  "end",
  "errorCode",
  "event",
  "evseId",
  "fingerprint256",
  "from",
  "fromWh",
  "interval",
  "kind",
  "messageId",
  "missed",
  "newer",
  "older",
  "operationalStatus",
  "policy",
  "problem",
  "protocol",
  "reason",
  "rebooted",
  "registration",
  "remoteAddress",
  "remoteStartId",
  "repaired",
  "requestId",
  "reservationId",
  "resumed",
  "securityProfile",
  "seqNo",
  "status",
  "to",
  "toWh",
  "transactionId",
  "triggerReason",
  "unfinished",
  "verdict",
  "why"
] as const

/** Longest text in an annotation. */
const maxLength = 128

/** What is logged beside the name of an event. */
export const annotationsOf = (event: CsmsEvent): Record<string, string | number | boolean> => {
  const annotations: Record<string, string | number | boolean> = {}
  if ("identity" in event && event.identity !== undefined) annotations["station"] = event.identity
  if ("epoch" in event) {
    if (event.epoch > 0) annotations["connectionId"] = `${event.identity}#${event.epoch}`
  }
  // A query string could hold anything.
  if ("target" in event) annotations["target"] = oneLine(event.target.replace(/[?#].*$/s, ""))
  if (event._tag === "JobEnded") {
    const { outcome } = event
    annotations["outcome"] = "reason" in outcome ? oneLine(`${outcome._tag}: ${outcome.reason}`) : outcome._tag
  }
  for (const field of fields) {
    const value = (event as { readonly [K in typeof field]?: unknown })[field]
    if (typeof value === "string") annotations[field] = oneLine(value)
    else if (typeof value === "number" || typeof value === "boolean") annotations[field] = value
  }
  if ("alert" in event) {
    const { component, variable } = event.alert
    annotations["variable"] = oneLine(`${component.name}.${variable.name}`)
  }
  if ("problems" in event) annotations["problems"] = oneLine(event.problems.join(" "))
  return annotations
}

/** Without what could forge a second line or upset a terminal. */
const oneLine = (text: string): string => text.slice(0, maxLength).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?")

/** Logs what happens from before the first station connects, until the last event of a CSMS that closes. */
export const layer = ({ levels: own = {} }: EventLogOptions = {}): Layer.Layer<never, never, Csms> => {
  const logged: typeof levels = { ...levels, ...own }
  const log = (event: CsmsEvent): Effect.Effect<void> => {
    const level = logged[event._tag]
    return level === "None"
      ? Effect.void
      : Effect.annotateLogs(Effect.logWithLevel(level)(event._tag), annotationsOf(event))
  }
  return Layer.effectDiscard(
    Effect.gen(function* () {
      const csms = yield* Csms
      // Not in the scope of this layer, which closes before the CSMS: the stream ends with the events.
      yield* Effect.forkDetach(Stream.runForEach(csms.events, log), { startImmediately: true })
    })
  )
}
