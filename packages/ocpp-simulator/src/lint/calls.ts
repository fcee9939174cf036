/** What is wrong with a CALL: its turn and id, its action and direction, its payload. */
import type { Call } from "@wattline/ocpp-core/engine"
import type { Tell } from "./Finding.ts"
import { hash } from "./hash.ts"
import type { Side } from "./LogRecord.ts"
import { requestProblems } from "./messages.ts"
import { payloadProblems } from "./payload.ts"
import { describeViolation, violatedRules } from "./schema.ts"
import { named, otherSide, ruleOf, type SentCall, type SideLog, type StationLog, type Watched } from "./StationLog.ts"

/** Takes a CALL of one side. */
export const called = (watched: Watched, from: Side, frame: Call, tell: Tell): void => {
  const { checks, log } = watched
  const side = log.side(from)
  waitForTurn(watched, side, from, tell)
  checkId(log, side, from, frame, tell)
  const call = sent(log, from, frame, tell)
  for (const check of checks) check.arrived?.(call, tell)
  if (call.isValid) {
    for (const { message, rules, severity } of payloadProblems(call.action, call.payload, from))
      tell(severity, rules, message)
    for (const { message, rules, severity } of requestProblems(call.action, call.payload))
      tell(severity, rules, message)
    for (const check of checks) check.call?.(call, tell)
  }
  // An id that was given up and comes back is a retry; its answer is not late.
  side.lost.delete(call.messageId)
  side.outstanding = call
}

/** One CALL of each side at a time. Whoever has waited for the timeout may go on. */
const waitForTurn = ({ checks, log }: Watched, side: SideLog, from: Side, tell: Tell): void => {
  const before = side.outstanding
  if (before === undefined) return
  const waited = log.since(before.at)
  if (waited !== undefined && waited >= log.callTimeout - log.options.tolerance)
    tell(
      "warning",
      ["R-104", "R-140"],
      `${named[otherSide(from)]} did not answer within ${Math.round(waited / 1_000)} s`,
      before
    )
  else
    tell(
      "error",
      ["R-100"],
      `${named[from]} sends a CALL while its ${before.action} of line ${before.line} is not answered; one at a time is allowed`
    )
  side.lost.set(before.messageId, before)
  if (before.isValid) for (const check of checks) check.lost?.(before, tell)
}

const checkId = (
  log: StationLog,
  side: SideLog,
  from: Side,
  { action, messageId, payload }: Call,
  tell: Tell
): void => {
  // The flag offline may be set between two attempts (E11.FR.07).
  const said =
    action === "TransactionEvent" && isObject(payload) ? { ...(payload as object), offline: undefined } : payload
  const content = hash(`${action} ${JSON.stringify(said)}`)
  const before = side.ids.get(messageId)
  side.ids.set(messageId, { content, connection: log.connection, line: log.line })
  if (before === undefined) return
  const isSameLink = before.connection === log.connection
  // A retry may keep its id; what was answered with a CALLRESULT is not retried, unless the answer was lost on its way.
  const isRetry = before.content === content && !(isSameLink && side.answered.has(messageId))
  if (isRetry || (!isSameLink && side.toldConnection === log.connection)) return
  if (!isSameLink) side.toldConnection = log.connection
  tell(
    from === "csms" || isSameLink ? "error" : "warning",
    from === "csms" ? ["R-091"] : ["R-095", "R-091"],
    `the messageId was used on line ${before.line}${isSameLink ? "" : ", on an earlier connection,"} already; every CALL needs a new one`
  )
}

/** The CALL and whether it may be sent at all. */
const sent = (log: StationLog, from: Side, { action, messageId, payload }: Call, tell: Tell): SentCall => {
  const rule = ruleOf(action)
  const isSigned = rule === undefined && action.endsWith("-Signed") && ruleOf(action.slice(0, -7)) !== undefined
  const isDirected = rule !== undefined && (rule.sentBy === "both" || rule.sentBy === from)
  const fits = isDirected && rule.validateRequest(payload)
  const violation = isDirected && !fits ? rule.validateRequest.errors?.[0] : undefined
  if (isSigned) tell("note", ["R-210"], "a signed message; what is inside is not checked")
  else if (rule === undefined) tell("error", ["R-075", "R-122"], unknownAction(action))
  else if (!isDirected)
    tell("error", ["R-151"], `${named[from]} may not send ${action}; it is sent by ${named[otherSide(from)]}`)
  else if (violation !== undefined && isObject(payload))
    tell("error", violatedRules(violation), describeViolation(`${action}Request`, violation))
  return {
    line: log.line,
    at: log.at,
    from,
    messageId,
    action,
    payload,
    rule,
    isValid: fits,
    brokenKeyword: violation?.keyword,
    isSigned,
    isGated: false,
    registration: log.registration,
    connection: log.connection
  }
}

/** What is no object was reported for its form already. */
const isObject = (payload: unknown): boolean =>
  typeof payload === "object" && payload !== null && !Array.isArray(payload)

const unknownAction = (action: string): string => {
  const shown = JSON.stringify(action.slice(0, 50))
  const bare = action.replace(/Request$/, "")
  if (ruleOf(bare) !== undefined)
    return `${shown} is no action; the action is the name of the message without Request: ${bare}`
  const old = Object.hasOwn(older, action) ? older[action] : undefined
  return old === undefined
    ? `${shown} is none of the 64 actions of 2.0.1; names are case-sensitive`
    : `${shown} is an action of OCPP 1.6; in 2.0.1 it is ${old}`
}

/** Actions of 1.6 that stations still send, and what they became. */
const older: { readonly [action: string]: string } = {
  StartTransaction: "TransactionEvent with eventType Started",
  StopTransaction: "TransactionEvent with eventType Ended",
  DiagnosticsStatusNotification: "LogStatusNotification",
  GetDiagnostics: "GetLog",
  ChangeConfiguration: "SetVariables",
  GetConfiguration: "GetVariables",
  RemoteStartTransaction: "RequestStartTransaction",
  RemoteStopTransaction: "RequestStopTransaction"
}
