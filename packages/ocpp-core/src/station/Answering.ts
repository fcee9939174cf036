/** Inbound CALLs from the gate to the answer (rows 16–21 of rpc.md §9): judged, given to a handler, answered exactly once. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { BootNotificationRequest } from "@wattline/ocpp-v201"
import type { HandlerFailed } from "../csms/Events.ts"
import { Answer, type AnyHandler, type HandlerContext, Refusal } from "../csms/Handlers.ts"
import { codeOfKeyword, type ErrorCode } from "../rpc/ErrorCode.ts"
import { encodeCallResult } from "../rpc/Frame.ts"
import { describe, outgoing } from "../rpc/Outbound.ts"
import type { ActionRule, AnswerContext, Violation } from "../rpc/Protocol.ts"
import type { Session } from "../rpc/Session.ts"
import type { SessionCall } from "../rpc/SessionOwner.ts"
import { InsideBoot, pump } from "./Calling.ts"
import * as Expectations from "./Expectations.ts"
import * as Gate from "./Gate.ts"
import { follow, tellFailure } from "./HandlerFailures.ts"
import * as NonConformance from "./NonConformance.ts"
import { runInline } from "./Engine.ts"
import { tellCertificate } from "../observability/tellCertificate.ts"
import * as Securing from "./Securing.ts"
import * as Signing from "./Signing.ts"
import type { StationProcess } from "./Station.ts"
import { tellOfAnswer } from "./TokenDoubts.ts"
import { earlierAnswer, TransactionEventContext } from "./TransactionEvents.ts"

/** One inbound CALL while it is being answered. Mutable: it is the entry in the lane and in the wheel of deadlines. */
export class AnsweringCall implements SessionCall {
  slot = 0
  /** The handler, while it is suspended. */
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  /** What is answered when the handler comes to nothing, instead of the default answer. */
  standby: object | undefined = undefined
  connection: Session
  readonly station: StationProcess
  readonly messageId: string
  readonly action: string
  /** As it came, until it was repaired. */
  payload: unknown
  readonly text: string
  readonly receivedAt: number
  readonly rule: ActionRule | undefined

  constructor(
    station: StationProcess,
    connection: Session,
    messageId: string,
    action: string,
    payload: unknown,
    text: string,
    rule: ActionRule | undefined
  ) {
    this.station = station
    this.connection = connection
    this.messageId = messageId
    this.action = action
    this.payload = payload
    this.text = text
    this.receivedAt = connection.lastSeen
    this.rule = rule
  }

  /** The handler is too late. */
  expire(): void {
    if (this.rule !== undefined && stop(this))
      replace(this, this.rule, "Deadline", `no answer within ${timeoutOf(this, this.rule) / 1000} s`)
  }
}

/** Milliseconds a handler has; less where an EV waits behind the station (M-2). */
const timeoutOf = ({ station }: AnsweringCall, { answerWithin }: ActionRule): number =>
  answerWithin === undefined
    ? station.engine.settings.handlerTimeout
    : Math.min(station.engine.settings.handlerTimeout, answerWithin)

/** Ends the wait for a suspended handler; `false` when there is none. */
const stop = (call: AnsweringCall): boolean => {
  const { fiber } = call
  if (fiber === undefined) return false
  call.fiber = undefined
  call.station.engine.deadlines.remove(call)
  fiber.interruptUnsafe()
  return true
}

/** Rows 16–21. */
export const handle = (call: AnsweringCall): void => {
  const { payload, rule, station } = call
  const { unknownRegistration } = station.engine.settings
  if (rule?.pending === "boot" && call.connection.isClosed) return proceed(call, undefined)
  let expectations: Expectations.Expectations | undefined = station.expectations
  const verdict = Gate.inbound(station.registration, rule, unknownRegistration)
  if (
    verdict === "IfExpected" &&
    !(rule?.pending === "only-as-report" && station.duties.jobs.expects(call.action, payload))
  )
    expectations = Expectations.use(expectations, call.action, payload, call.receivedAt)
  if (verdict === "Refuse" || expectations === undefined)
    return refuse(call, "SecurityError", `Not allowed while ${station.registration ?? "not registered"}`)
  if (rule === undefined) return refuseInvalid(call, "NotImplemented", "This action is not known")
  if (rule.sentBy === "csms") return refuseInvalid(call, "NotSupported", "Only a CSMS sends this action")
  if (typeof payload !== "object" || payload === null || Array.isArray(payload))
    return refuseInvalid(call, "FormatViolation", "The payload is an object")
  if (!rule.validateRequest(payload)) {
    const judged = NonConformance.judge(station, rule, "request", payload)
    if (judged.outcome === "reported") return acknowledge(call, rule, expectations, judged.violation)
    if (judged.outcome === "refused") return refusePayload(call, judged.violation)
    call.payload = judged.payload
  }
  const stranger =
    rule.pending === "boot"
      ? Securing.bootProblem(call.connection.admitted, call.payload as BootNotificationRequest)
      : undefined
  if (stranger !== undefined) return turnAway(call, stranger)
  station.expectations = expectations
  station.arrived(call)
  const known = call.action === "TransactionEvent" ? earlierAnswer(call) : undefined
  if (known !== undefined) return answerAgain(call, known)
  const handler = station.handlers.get(call.action)
  if (handler === undefined) return answer(call, rule, defaultAnswer(call, rule, "unhandled"), undefined)
  run(call, rule, handler)
}

/** the same under another message id. It counted when it came first, and its handler has decided. */
const answerAgain = (call: AnsweringCall, response: object): void => {
  const text = encodeCallResult(call.messageId, response)
  call.connection.sendAnswer(text)
  call.station.sent(call)
  proceed(call, text)
}

/** this is another station than the certificate says. */
const turnAway = (call: AnsweringCall, reason: string): void => {
  const { identity, certificate, remoteAddress } = call.connection.admitted
  tellCertificate(call.station.engine, remoteAddress, { identity, certificate, reason, exempted: false })
  call.connection.refuse(call.messageId, call.action, "SecurityError", reason)
  call.connection.link.close(1008, reason)
  proceed(call, undefined)
}

/** Policy `report`: answered as if the handler had failed; no handler, no mirror and no event gets what it says. */
const acknowledge = (
  call: AnsweringCall,
  rule: ActionRule,
  expectations: Expectations.Expectations,
  violation: Violation | undefined
): void => {
  const { station } = call
  let response: object | undefined
  try {
    response = defaultAnswer(call, rule, "failed")
  } catch {
    // It looks into a payload that can be anything.
  }
  if (response === undefined || !rule.validateResponse(response)) return refusePayload(call, violation)
  station.expectations = expectations
  station.arrived(call)
  const text = encodeCallResult(call.messageId, response)
  call.connection.sendAnswer(text)
  station.sent(call)
  proceed(call, rule.repeatable ? text : undefined)
}

const refusePayload = (call: AnsweringCall, violation: Violation | undefined): void => {
  const { instancePath = "", keyword = "" } = violation ?? {}
  refuseInvalid(
    call,
    codeOfKeyword[keyword] ?? "FormatViolation",
    violation == null ? "The payload is invalid" : describe(violation),
    { errors: [{ path: instancePath, keyword }] } // where and what, no values
  )
}

const run = (call: AnsweringCall, rule: ActionRule, handler: AnyHandler): void => {
  const { station } = call
  const { counters, now } = station.engine
  const startedAt = now()
  let effect: Effect.Effect<unknown, unknown>
  station.isStartingHandler = true // an async function of the promise entry runs in here already
  try {
    effect = handler(call.payload as never, contextOf(call) as never)
  } catch (defect) {
    effect = Exit.die(defect)
  }
  if (rule.pending === "boot" && !Exit.isExit(effect))
    effect = Effect.provideService(effect, InsideBoot, station.identity)
  let suspended = false
  const fiber = runInline(station.run, effect, (exit) => {
    station.isStartingHandler = false
    counters.handlers.add(rule.action, now() - startedAt)
    if (suspended) {
      if (call.fiber === undefined) return // it was too late, or its link is gone
      call.fiber = undefined
      station.engine.deadlines.remove(call)
    }
    conclude(call, rule, exit)
  })
  station.isStartingHandler = false
  if (fiber === undefined) return
  suspended = true
  call.fiber = fiber
  const waited = rule.answerWithin === undefined ? 0 : startedAt - call.receivedAt
  station.engine.deadlines.add(call, timeoutOf(call, rule) - waited)
}

const contextOf = (call: AnsweringCall): HandlerContext => {
  const { messageId, receivedAt, station, text } = call
  if (call.action === "TransactionEvent") return new TransactionEventContext(call)
  return { station: station.ref, messageId, receivedAt, mirror: station.mirror, text }
}

/** The handler has ended: its answer, or what takes its place. */
const conclude = (call: AnsweringCall, rule: ActionRule, exit: Exit.Exit<unknown, unknown>): void => {
  if (Exit.isSuccess(exit)) return accept(call, rule, exit.value)
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isNone(error)) return replace(call, rule, "Defect", Cause.pretty(exit.cause))
  if (error.value instanceof Refusal && rule.refusable)
    return refuse(call, error.value.errorCode, error.value.errorDescription)
  replace(call, rule, "Failure", Cause.pretty(exit.cause))
}

const accept = (call: AnsweringCall, rule: ActionRule, value: unknown): void => {
  const followUp = value instanceof Answer ? (value.followUp as Effect.Effect<unknown, unknown>) : undefined
  if (!rule.decides) return answer(call, rule, defaultAnswer(call, rule, "unhandled"), followUp)
  const given: unknown = value instanceof Answer ? value.response : value
  const amended =
    rule.amend === undefined || !isObject(given) ? given : rule.amend(call.payload as never, given as never)
  if (typeof amended === "string") return replace(call, rule, "InvalidAnswer", amended)
  const { payload: response, violation } = outgoing(amended, rule.validateResponse)
  if (violation !== undefined) return replace(call, rule, "InvalidAnswer", describe(violation))
  tellOfAnswer(call, response as object)
  answer(call, rule, response as object, followUp)
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** A handler did not do its part: say so, and answer with what stands by, by default, or with InternalError. */
const replace = (call: AnsweringCall, rule: ActionRule, why: HandlerFailed["why"], message: string): void => {
  tellFailure(call, why, message)
  const { standby } = call
  call.standby = undefined
  if (standby !== undefined) accept(call, rule, standby)
  else answer(call, rule, defaultAnswer(call, rule, "failed"), undefined)
}

const defaultAnswer = (
  call: AnsweringCall,
  rule: ActionRule,
  because: AnswerContext["because"]
): object | undefined => {
  const { currentTime, settings } = call.station.engine
  return rule.defaultAnswer?.(call.payload as never, {
    because,
    currentTime: currentTime(),
    heartbeatInterval: settings.heartbeatInterval,
    retryInterval: settings.retryInterval,
    mirror: call.station.mirror,
    undecidedToken: settings.undecidedToken
  })
}

const answer = (
  call: AnsweringCall,
  rule: ActionRule,
  decided: object | undefined,
  followUp: Effect.Effect<unknown, unknown> | undefined
): void => {
  const { station } = call
  if (decided === undefined) return refuse(call, "InternalError", "The message could not be processed")
  // A boot whose link is gone decides nothing: the station never learns of it and boots again.
  if (rule.pending === "boot" && call.connection !== station.session) return proceed(call, undefined)
  const { retryInterval } = station.engine.settings
  const response =
    rule.pending === "boot" ? Securing.amendBoot(call.connection.admitted, decided, retryInterval) : decided
  station.answered(call, response, () => {
    const text = encodeCallResult(call.messageId, response)
    call.connection.sendAnswer(text)
    station.sent(call)
    if (followUp !== undefined) follow(call, followUp)
    Signing.answered(station, call, response)
    proceed(call, rule.repeatable ? text : undefined)
  })
}

const refuse = (call: AnsweringCall, code: ErrorCode, description: string): void => {
  call.connection.refuse(call.messageId, call.action, code, description)
  refused(call)
}

/** The same for a CALL that makes no sense: too many of those close the link. */
const refuseInvalid = (call: AnsweringCall, code: ErrorCode, description: string, details?: object): void => {
  call.connection.refuseInvalid(call.messageId, call.action, code, description, details)
  refused(call)
}

const refused = (call: AnsweringCall): void => {
  if (!call.connection.isClosed) call.station.opened(call.connection)
  proceed(call, undefined)
}

/** On to the next CALL of this station: by the loop that handles one already, or by one of its own. */
const proceed = (call: AnsweringCall, answerText: string | undefined): void => {
  const { station } = call
  if (answerText !== undefined) station.engine.sweeper.wake()
  station.next = station.inbound.finish(
    answerText === undefined ? undefined : { answer: answerText, at: call.receivedAt },
    station.engine.inboundLimits
  )
  if (call.rule?.pending === "boot") pump(station) // it held our CALLs back
  if (station.isProceeding) return
  station.isProceeding = true
  for (let next = station.next; next !== undefined; next = station.next) {
    station.next = undefined
    handle(next)
  }
  station.isProceeding = false
}

/** The link is gone: a BootNotification that is being handled is given up, everything else is carried through. */
export const connectionLost = (station: StationProcess, session: Session): void => {
  const { running } = station.inbound
  if (running?.rule?.pending === "boot" && running.connection === session && stop(running)) proceed(running, undefined)
}

/** The station is removed, or the CSMS closes: nothing is handled and nothing answered any more. */
export const abandon = (station: StationProcess): void => {
  const { engine, inbound } = station
  station.next = undefined
  if (inbound.running !== undefined) stop(inbound.running)
  while (inbound.running !== undefined) inbound.finish(undefined, engine.inboundLimits)
}
