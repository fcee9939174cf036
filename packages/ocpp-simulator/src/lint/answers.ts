/**
 * What is wrong with an answer: whether it answers a CALL (R-092, R-103, R-147, R-161), whether it is of the right kind (R-140 to
 * R-145), and what it says.
 */
import {
  type CallErrorFrame,
  type CallResult,
  codeOfKeyword,
  type ErrorCode,
  unreadableId
} from "@wattline/ocpp-core/engine"
import type { Severity, Tell } from "./Finding.ts"
import type { Side } from "./LogRecord.ts"
import { responseProblems } from "./messages.ts"
import { payloadProblems } from "./payload.ts"
import { describeViolation, violatedRules } from "./schema.ts"
import { named, otherSide, ruleOf, type SentCall, type StationLog, type Watched } from "./StationLog.ts"

type Answer = CallResult | CallErrorFrame

/** Takes an answer to a CALL of `asker`. `tellOf` names the action a finding is about. */
export const answered = (
  watched: Watched,
  asker: Side,
  frame: Answer,
  actionHint: string | undefined,
  tellOf: (action: string | undefined) => Tell
): void => {
  const { log } = watched
  const { messageId } = frame
  if (messageId === undefined) return // its form was reported
  const side = log.side(asker)
  const waiting = side.outstanding
  if (waiting?.messageId === messageId) {
    side.outstanding = undefined
    const tell = tellOf(waiting.action)
    const waited = log.overdue(waiting)
    if (waited !== undefined)
      tell(
        "warning",
        ["R-104", "R-161"],
        `this answers a CALL of line ${waiting.line} after ${Math.round(waited / 1_000)} s; after ${Math.round(log.callTimeout / 1_000)} s a CALL is given up`
      )
    return settle(watched, waiting, frame, tell)
  }
  const lost = side.lost.get(messageId)
  if (lost !== undefined) {
    side.lost.delete(messageId)
    const tell = tellOf(lost.action)
    tell("warning", lost.connection === log.connection ? ["R-161", "R-104"] : ["R-182", "R-161"], lateness(log, lost))
    return settle(watched, lost, frame, tell)
  }
  const tell = tellOf(actionHint)
  const unreadable = side.unreadable.get(messageId)
  if (unreadable === undefined) unmatched(log, asker, messageId, frame, tell)
  else {
    side.unreadable.delete(messageId)
    refusedFrame(unreadable, frame, tell)
  }
  const rule = actionHint === undefined ? undefined : ruleOf(actionHint)
  if (
    rule !== undefined &&
    frame._tag === "CallResult" &&
    frame.malformed === undefined &&
    !rule.validateResponse(frame.payload)
  )
    tellViolation(rule, tell)
}

const tellViolation = (rule: NonNullable<SentCall["rule"]>, tell: Tell): void => {
  const violation = rule.validateResponse.errors?.[0]
  if (violation !== undefined)
    tell("error", violatedRules(violation), describeViolation(`${rule.action}Response`, violation))
}

const lateness = (log: StationLog, { at, connection, line }: SentCall): string => {
  if (connection !== log.connection) return `this answers a CALL of line ${line}, whose connection is gone`
  const waited = log.since(at)
  return `this answers a CALL of line ${line}${waited === undefined ? "" : ` after ${Math.round(waited / 1_000)} s`}, which was given up`
}

/** An answer to a frame that could not be read. */
const refusedFrame = (
  { code, line }: { readonly code: string; readonly line: number },
  frame: Answer,
  tell: Tell
): void => {
  if (frame._tag === "CallResult")
    tell("error", ["R-140"], `this accepts the frame of line ${line}, which is no CALL; a CALLERROR would be right`)
  else if (frame.errorCode !== code)
    tell(
      code === "MessageTypeNotSupported" ? "error" : "note",
      code === "MessageTypeNotSupported" ? ["R-148"] : ["R-142"],
      `the frame of line ${line} should be refused with ${code}, not with ${frame.errorCode}`
    )
}

const unmatched = (log: StationLog, asker: Side, messageId: string, frame: Answer, tell: Tell): void => {
  const side = log.side(asker)
  const own = log.side(otherSide(asker)).outstanding
  if (messageId === unreadableId)
    return tell(
      frame._tag === "CallError" ? "warning" : "error",
      ["R-145", "R-092"],
      'the id is "-1", which stands for an id that cannot be read, but no such frame was sent'
    )
  if (own?.messageId === messageId)
    return tell(
      "error",
      ["R-147"],
      `${named[own.from]} answers under the id of its own CALL of line ${own.line}; answers are never answered`
    )
  const former = side.answered.get(messageId)
  if (former !== undefined)
    return tell(
      "error",
      ["R-111", "R-161"],
      `the CALL of line ${former} was answered already; every CALL gets exactly one answer`
    )
  const waiting = side.outstanding
  if (waiting !== undefined && waiting.messageId.toLowerCase() === messageId.toLowerCase())
    return tell(
      "error",
      ["R-092"],
      `the id differs from that of the CALL on line ${waiting.line} in case; it is sent back as it was`
    )
  // The first frames of a log may answer what is not in it.
  if (log.connection === 0 && log.frames <= 2)
    return tell("note", ["R-103"], "the CALL that this answers is not in the log, which may begin after it")
  tell("error", ["R-103", "R-092"], `${named[asker]} has no CALL with this id; an answer carries the id of its CALL`)
}

/** An answer and its CALL. */
const settle = ({ checks, log }: Watched, call: SentCall, frame: Answer, tell: Tell): void => {
  log.side(call.from).answered.set(call.messageId, call.line)
  const response = frame._tag === "CallResult" ? accepted(call, frame, tell) : undefined
  // A refused message may be sent again under its id (R-093).
  if (frame._tag === "CallError") {
    log.side(call.from).answered.delete(call.messageId)
    refused(log, call, frame, tell)
  }
  if (!call.isValid || (frame._tag === "CallResult" && response === undefined)) return
  const exchange = { call, response, errorCode: frame._tag === "CallError" ? frame.errorCode : undefined }
  for (const check of checks) check.answer?.(exchange, tell)
}

/** Judges a CALLRESULT; gives its payload when it fits. */
const accepted = (call: SentCall, frame: CallResult, tell: Tell): unknown => {
  const { action, from, isGated, isSigned, isValid, payload, rule } = call
  if (isSigned) return undefined
  if (!isValid)
    tell("error", ["R-140"], `the CALL of line ${call.line} is not valid; it should be refused with CALLERROR`)
  else if (isGated && from === "station")
    tell(
      "error",
      ["B01.FR.10", call.registration === "Rejected" ? "B03.FR.07" : "B02.FR.09"],
      "the station is not accepted; the answer must be CALLERROR SecurityError"
    )
  if (rule === undefined || frame.malformed !== undefined) return undefined
  if (!rule.validateResponse(frame.payload)) {
    tellViolation(rule, tell)
    return undefined
  }
  for (const { message, rules, severity } of payloadProblems(action, frame.payload, otherSide(from)))
    tell(severity, rules, message)
  if (!isValid) return undefined
  for (const { message, rules, severity } of responseProblems(action, payload, frame.payload))
    tell(severity, rules, message)
  amend(call, frame.payload, tell)
  return frame.payload
}

/** What the answers to each action must fulfil, and what the CSMS of the engine would put right by itself. */
const amendable: {
  readonly [action: string]:
    | { readonly broken: string; readonly changed: readonly [rule: string, message: string] }
    | undefined
} = {
  Authorize: {
    broken: "C-7",
    changed: ["C-16", "the answer has a certificateStatus, but the request has neither a certificate nor hash data"]
  },
  TransactionEvent: {
    broken: "E01.FR.12",
    changed: ["E-2", "the answer has an idTokenInfo, but the event has no idToken that it could be about"]
  },
  GetCertificateStatus: {
    broken: "M06.FR.03",
    changed: ["M06.FR.04", "the answer has an ocspResult, which belongs to the status Accepted"]
  },
  Get15118EVCertificate: {
    broken: "M01.FR.01",
    changed: ["M01.FR.01", "the answer says more than its status allows"]
  }
}

/** The requirement that a sentence of the engine ends with: `… needs an idTokenInfo (E01.FR.12)`. */
const ruleIn = (sentence: string): string | undefined => /\(([A-Z][\w.-]*\d)[^()]*\)$/.exec(sentence)?.[1]

const amend = ({ action, payload, rule }: SentCall, response: unknown, tell: Tell): void => {
  const ids = Object.hasOwn(amendable, action) ? amendable[action] : undefined
  if (ids === undefined || rule?.amend === undefined) return
  const amended = rule.amend(payload as never, response as never)
  if (typeof amended === "string") tell("error", [ruleIn(amended) ?? ids.broken], amended)
  else if (amended !== response) {
    const isFree = (payload as { readonly idToken?: { readonly type?: string } }).idToken?.type === "NoAuthorization"
    if (isFree) tell("error", ["C02.FR.02", "C-10"], "a token of type NoAuthorization is always Accepted")
    else tell("warning", [ids.changed[0]], ids.changed[1])
  }
}

/** Codes that say that the payload is not valid. */
const aboutPayload: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "FormatViolation",
  "OccurrenceConstraintViolation",
  "ProtocolError",
  "TypeConstraintViolation"
])

/** A station may refuse so many items or bytes although the schema allows them (B06.FR.16, B06.FR.17). */
const splittable: ReadonlySet<string> = new Set([
  "ClearVariableMonitoring",
  "GetMonitoringReport",
  "GetReport",
  "GetVariables",
  "SendLocalList",
  "SetVariableMonitoring",
  "SetVariables"
])

/** Judges a CALLERROR to a CALL. */
const refused = (log: StationLog, call: SentCall, { errorCode }: CallErrorFrame, tell: Tell): void => {
  const { action, from, rule } = call
  if (call.isSigned) return
  if (call.isGated && from === "station") {
    if (errorCode !== "SecurityError")
      tell(
        "error",
        ["B01.FR.10", "R-150"],
        `the station is not accepted; the code must be SecurityError, not ${errorCode}`
      )
    return
  }
  // While the gate is closed, that code comes before any other.
  if (errorCode === "SecurityError" && call.registration !== "Accepted") return
  const found = rule === undefined ? unknownRefused(errorCode) : knownRefused(call, errorCode)
  if (found !== undefined) tell(found[0], found[1], found[2])
  else if (action === "BootNotification" && call.isValid && log.registration !== "Rejected")
    tell(
      "warning",
      ["LC-1", "B01.FR.02"],
      `a BootNotification is answered with a status, also when it is refused, not with ${errorCode}`
    )
}

type Found = readonly [severity: Severity, rules: ReadonlyArray<string>, message: string]

const unknownRefused = (errorCode: ErrorCode): Found | undefined =>
  errorCode === "NotImplemented"
    ? undefined
    : errorCode === "NotSupported"
      ? ["warning", ["R-143"], "NotSupported is for an action that is known; one that nobody knows is NotImplemented"]
      : ["note", ["R-143"], `an action that nobody knows is NotImplemented, not ${errorCode}`]

const knownRefused = (
  { action, brokenKeyword, from, isValid, rule }: SentCall,
  errorCode: ErrorCode
): Found | undefined => {
  if (errorCode === "NotImplemented")
    return ["warning", ["R-143"], `${action} is an action of 2.0.1; what is known but not supported is NotSupported`]
  const isDirected = rule?.sentBy === "both" || rule?.sentBy === from
  if (!isDirected)
    return errorCode === "NotSupported"
      ? undefined
      : ["note", ["R-143"], `an action of the other direction is NotSupported, not ${errorCode}`]
  if (!isValid) {
    const code = brokenKeyword === undefined ? undefined : codeOfKeyword[brokenKeyword]
    return code === undefined || code === errorCode
      ? undefined
      : ["note", ["R-152"], `${code} fits what is wrong in the payload better than ${errorCode}`]
  }
  if (errorCode === "SecurityError" && from === "station" && action !== "BootNotification")
    return ["warning", ["R-150"], "the station is accepted, and its valid CALL is refused with SecurityError"]
  const isTooMuch = errorCode === "OccurrenceConstraintViolation" || errorCode === "FormatViolation"
  return aboutPayload.has(errorCode) && !(isTooMuch && from === "csms" && splittable.has(action))
    ? ["warning", ["R-140"], `the CALL is valid, but it is refused with ${errorCode}`]
    : undefined
}
