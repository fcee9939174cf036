/** Our CALLs to one station: checked, queued, sent when it is their turn, settled once (R-100… …R-163). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Action, CertificateSignedRequest, SetVariablesRequest } from "@wattline/ocpp-v201"
import * as Mirror from "../blocks/Mirror.ts"
import { awaitsCertificate } from "../blocks/Security.ts"
import { typedValue } from "../blocks/DeviceModel.ts"
import { txPointsIn, txPointsProblems } from "../blocks/TxPoints.ts"
import type { CallRequest } from "../csms/Cluster.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { describe, outgoing } from "../rpc/Outbound.ts"
import type { ActionRule } from "../rpc/Protocol.ts"
import type { Reply } from "../rpc/SessionOwner.ts"
import * as Expectations from "./Expectations.ts"
import * as Gate from "./Gate.ts"
import * as NonConformance from "./NonConformance.ts"
import { prepareCertificate } from "./CertificateChange.ts"
import { type CallChange, notSent, PendingCall } from "./OutboundCalls.ts"
import { passwordsIn, prepare } from "./PasswordChange.ts"
import type { StationProcess } from "./Station.ts"
import { tellOfCall } from "./TokenDoubts.ts"

/** The identity of the station whose BootNotification handler is running in this fiber. */
export const InsideBoot = Context.Reference<string | undefined>("@wattline/ocpp-core/InsideBoot", {
  defaultValue: () => undefined
})

/** Sends a CALL and waits for its outcome. Interrupting it gives a waiting CALL up, and leaves a sent one alone. */
export const call = (station: StationProcess, request: CallRequest): Effect.Effect<object, CallFailure> =>
  Effect.withFiber((fiber) => {
    const isBootHandler = fiber.getRef(InsideBoot) === station.identity
    const rule = station.engine.protocol.actions.get(request.action)
    if (rule === undefined || rule.sentBy === "station")
      return notSent(request, "UnknownAction", `${request.action} is not an action that a CSMS sends`)
    const { payload, violation } = outgoing(request.payload, rule.validateRequest)
    if (violation !== undefined) return notSent(request, "InvalidRequest", describe(violation))
    const checked = { ...request, payload }
    const isInside = isBootHandler || station.isHandlerOf(fiber)
    const refusal = refusalOf(station, rule, checked, isInside)
    if (refusal !== undefined) return refusal
    if (request.action === "SetVariables") warnOfTxPoints(station, payload as SetVariablesRequest)
    tellOfCall(station, request.action, payload)
    const preparation = prepared(station, checked)
    if (preparation === undefined) return enqueue(station, checked, rule, undefined)
    return Effect.flatMap(preparation, (change) => {
      const late = refusalOf(station, rule, checked, isInside) // time has passed
      if (late === undefined)
        return Effect.onInterrupt(enqueue(station, checked, rule, change), () => Effect.sync(() => change?.givenUp()))
      change?.givenUp()
      return late
    })
  })

/** E-30: start and stop points of transactions that do not fit together are told before they are set. */
const warnOfTxPoints = (station: StationProcess, request: SetVariablesRequest): void => {
  const set = txPointsIn(request)
  if (set === undefined) return
  const known = (variable: string): string | undefined =>
    typedValue(station.mirror.provisioning.deviceModel, { component: "TxCtrlr", variable })?.raw
  const { start = known("TxStartPoint"), stop = known("TxStopPoint") } = set
  const problems = txPointsProblems(start, stop)
  if (problems.length === 0) return
  station.emit({
    _tag: "TxPointsDoubtful",
    ...(start !== undefined && { txStartPoint: start }),
    ...(stop !== undefined && { txStopPoint: stop }),
    problems
  })
}

/** What is to be done before a CALL that changes how the station proves who it is. */
const prepared = (
  station: StationProcess,
  request: CallRequest
): Effect.Effect<CallChange | undefined, CallFailure> | undefined => {
  if (request.action === "CertificateSigned") return prepareCertificate(station, request)
  const passwords = passwordsIn(request.action, request.payload)
  return passwords.length === 0 ? undefined : prepare(station, request, passwords)
}

const enqueue = (
  station: StationProcess,
  request: CallRequest,
  rule: ActionRule,
  change: CallChange | undefined
): Effect.Effect<object, CallFailure> =>
  Effect.callback((resume) => {
    const pending = new PendingCall(request, rule, resume, (late) => expire(station, late))
    if (change !== undefined) {
      pending.change = change
      change.pending = pending
    }
    start(station, pending)
    return Effect.sync(() => giveUp(station, pending))
  })

/** Why a CALL fails at once, if it does. What depends on an answer still to come is judged when its turn comes. */
const refusalOf = (
  station: StationProcess,
  rule: ActionRule,
  request: CallRequest,
  isInside: boolean
): Exit.Exit<never, CallFailure> | undefined => {
  const { payload } = request
  if (station.isShutDown) return notSent(request, "Offline", "the CSMS has closed")
  if (station.session === undefined)
    return request.waitForReconnect
      ? undefined
      : notSent(request, "Offline", "the station is not connected; `waitForReconnect: true` keeps the CALL until it is")
  if (station.isBooting)
    return isInside
      ? notSent(
          request,
          "InsideBoot",
          "a BootNotification waits for this handler, and the CALL would wait for its answer; " +
            "return `andThen(response, followUp)` to call once the answer is sent"
        )
      : undefined
  if (!station.session.outboundOpen) return undefined
  const closed = closedFor(station, rule, payload, request.allowWhileRejected)
  return closed === undefined ? undefined : notSent(request, "NotAllowed", closed)
}

/** What the gate says, or `undefined`. */
const closedFor = (
  { mirror, registration }: StationProcess,
  rule: ActionRule,
  payload: unknown,
  allowWhileRejected: boolean
): string | undefined => {
  const isAwaited =
    rule.pending === "a02-continuation" &&
    awaitsCertificate(mirror.security, (payload as CertificateSignedRequest).certificateType)
  return Gate.outbound(registration, rule, payload, allowWhileRejected, isAwaited)
}

const start = (station: StationProcess, pending: PendingCall): void => {
  const { deadlines, now, settings } = station.engine
  if (!station.outbound.enqueue(pending, settings.maxQueuedCalls))
    return pending.fail("QueueFull", `${settings.maxQueuedCalls} CALLs are waiting for this station already`)
  if (pending.request.sendBefore !== undefined) deadlines.add(pending, pending.request.sendBefore - now())
  pump(station)
}

/** Sends the CALL whose turn it is, if the link is there and open for it. */
export const pump = (station: StationProcess): void => {
  while (station.session?.outboundOpen === true && !station.isBooting) {
    const pending = station.outbound.take()
    if (pending === undefined) return
    const { allowWhileRejected, payload } = pending.request
    const closed = closedFor(station, pending.rule, payload, allowWhileRejected)
    if (closed === undefined) {
      if (!send(station, pending)) station.outbound.putBack() // the link is closing; its end decides
      return
    }
    station.outbound.lose()
    station.engine.deadlines.remove(pending)
    pending.fail("NotAllowed", closed)
  }
}

const send = (station: StationProcess, pending: PendingCall): boolean => {
  const { deadlines, nextMessageId, now, protocol, settings } = station.engine
  const { callId, payload, timeout } = pending.request
  pending.messageId = nextMessageId()
  const expected = protocol.expects(pending.action, payload)
  // Registered before it is sent: what it brings may overtake the answer (R-165, LC-6).
  if (expected !== undefined)
    station.expectations = Expectations.add(station.expectations, callId, expected, now() + settings.expectationTimeout)
  station.duties.jobs.requested(pending.action, payload)
  if (station.session !== undefined) pending.change?.sentOver?.(station.session.admitted)
  if (station.session?.sendCall(pending.messageId, pending.action, payload) !== true) {
    withdraw(station, pending)
    station.duties.jobs.withdrawn(pending.action, payload)
    return false
  }
  pending.state = "Sent"
  pending.sentAt = now()
  deadlines.add(pending, timeout)
  return true
}

const withdraw = (station: StationProcess, pending: PendingCall): void => {
  station.expectations = Expectations.withdraw(station.expectations, pending.request.callId)
}

/** What a CALL with an unknown outcome was about is uncertain (ST-3); a job may have begun. */
const doubt = (station: StationProcess, { action, request: { payload } }: PendingCall): void => {
  station.duties.jobs.unanswered(action, payload)
  const at = station.engine.now()
  station.remirror((mirror, emit) => Mirror.unanswered(mirror, action as Action, payload, at, emit))
}

/** The outstanding CALL has its answer (rows 9–11). */
export const settled = (station: StationProcess, pending: PendingCall, reply: Reply): void => {
  const { counters, deadlines, now } = station.engine
  deadlines.remove(pending)
  const { rule } = pending
  counters.calls.add(rule.action, now() - pending.sentAt)
  const verdict =
    reply._tag === "Response" && !rule.validateResponse(reply.payload)
      ? NonConformance.judge(station, rule, "response", reply.payload)
      : undefined
  if (reply._tag === "Response" && (verdict === undefined || verdict.outcome === "repaired")) {
    const payload = verdict === undefined ? reply.payload : verdict.payload
    if ((payload as { readonly status?: unknown }).status !== "Accepted") withdraw(station, pending)
    station.concluded(pending, payload)
    pump(station)
    return pending.settle(Exit.succeed(payload))
  }
  withdraw(station, pending)
  if (reply._tag === "CallError") station.duties.jobs.withdrawn(pending.action, pending.request.payload)
  else doubt(station, pending)
  pump(station)
  switch (reply._tag) {
    case "CallError":
      return pending.refuse(reply)
    case "Invalid":
      return pending.lose("InvalidResponse", reply.detail)
    case "Response": {
      const violation = verdict?.outcome === "repaired" ? undefined : verdict?.violation
      return pending.lose("InvalidResponse", violation == null ? "the response is invalid" : describe(violation))
    }
  }
}

const expire = (station: StationProcess, pending: PendingCall): void => {
  if (pending.state === "Waiting") {
    station.outbound.withdraw(pending)
    return pending.fail("QueueTimeout", "it waited for its turn longer than it may")
  }
  if (station.outbound.timeOut(pending.messageId) === undefined) return
  withdraw(station, pending)
  doubt(station, pending)
  pump(station)
  pending.lose("Timeout", `no answer within ${pending.request.timeout / 1000} s`)
}

const giveUp = (station: StationProcess, pending: PendingCall): void => {
  if (pending.state === "Waiting" && station.outbound.withdraw(pending)) station.engine.deadlines.remove(pending)
}

/** The link is gone: the outstanding CALL has an unknown outcome, waiting ones were not sent. */
export const connectionLost = (station: StationProcess, keepWaiting: boolean): (() => void) => {
  const lost = station.outbound.lose()
  const dropped = keepWaiting ? [] : station.outbound.drop((waiting) => !waiting.waitForReconnect)
  for (const pending of lost === undefined ? dropped : [lost, ...dropped]) station.engine.deadlines.remove(pending)
  if (lost !== undefined) {
    withdraw(station, lost)
    doubt(station, lost)
  }
  return () => {
    lost?.lose("ConnectionLost", "the connection closed before the answer")
    for (const pending of dropped) pending.fail("ConnectionLost", "the connection closed while it waited for its turn")
  }
}
