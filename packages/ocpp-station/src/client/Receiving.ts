/** CALLs of the CSMS from the gate to the answer: judged, given to a handler, answered exactly once. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Answer, Refusal } from "@wattline/ocpp-core"
import {
  type ActionRule,
  codeOfKeyword,
  describe,
  encodeCallResult,
  type ErrorCode,
  Gate,
  outgoing,
  runInline,
  type Session,
  type SessionCall
} from "@wattline/ocpp-core/engine"
import type { ClientProcess } from "./ClientProcess.ts"
import type { StationHandlerContext } from "./Client.ts"
import type { StationState } from "./StationState.ts"

/** A handler as the client calls it. */
export type AnyHandler = (request: never, context: StationHandlerContext) => Effect.Effect<unknown, unknown>

/** Seconds a handler has; the CSMS waits no longer than its own timeout. */
const handlerTimeout = 25

/** One CALL of the CSMS while it is being answered. */
export class ReceivedCall implements SessionCall {
  slot = 0
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  connection: Session
  readonly client: ClientProcess
  readonly messageId: string
  readonly action: string
  readonly payload: unknown
  readonly text: string
  readonly receivedAt: number
  readonly rule: ActionRule | undefined

  constructor(
    client: ClientProcess,
    connection: Session,
    frame: { readonly messageId: string; readonly action: string; readonly payload: unknown },
    text: string,
    rule: ActionRule | undefined
  ) {
    this.client = client
    this.connection = connection
    this.messageId = frame.messageId
    this.action = frame.action
    this.payload = frame.payload
    this.text = text
    this.receivedAt = connection.lastSeen
    this.rule = rule
  }

  /** The handler is too late. */
  expire(): void {
    const { fiber } = this
    if (fiber === undefined) return
    this.fiber = undefined
    fiber.interruptUnsafe()
    fail(this, `no answer within ${handlerTimeout} s`)
  }
}

/** Why a CALL is refused because of the station's registration, or `undefined` (R-234, B02.FR.05, B03.FR.08). */
export const closedFor = (state: StationState, rule: ActionRule | undefined, payload: unknown): string | undefined => {
  if (state === "Accepted") return undefined
  if (rule !== undefined && Gate.triggersBoot(rule.action, payload)) return undefined // F06: the CSMS wants to see it again
  if (state !== "Pending") return "The station is not accepted; only TriggerMessage(BootNotification) is answered"
  return rule?.pending === "cmd-allowed" || rule?.pending === "a02-continuation" || isRemoteControl(rule)
    ? undefined
    : "The station is Pending; this action is not allowed yet"
}

/** While Pending these are answered Rejected rather than with a CALLERROR (B02.FR.05). */
const isRemoteControl = (rule: ActionRule | undefined): boolean =>
  rule?.action === "RequestStartTransaction" || rule?.action === "RequestStopTransaction"

const rejected = Effect.succeed({ status: "Rejected" })

/** Judges a CALL and has it answered. */
export const handle = (call: ReceivedCall): void => {
  const { client, payload, rule } = call
  const closed = closedFor(client.state, rule, payload)
  if (closed !== undefined) return refuse(call, "SecurityError", closed)
  if (rule === undefined) return refuse(call, "NotImplemented", "This action is not known")
  if (rule.sentBy === "station") return refuse(call, "NotSupported", "Only a charging station sends this action")
  if (typeof payload !== "object" || Array.isArray(payload))
    return refuse(call, "FormatViolation", "The payload is an object")
  if (!rule.validateRequest(payload)) {
    const violation = rule.validateRequest.errors?.[0]
    return refuse(
      call,
      codeOfKeyword[violation?.keyword ?? ""] ?? "FormatViolation",
      violation === undefined ? "The payload is invalid" : describe(violation)
    )
  }
  if (client.state === "Pending" && isRemoteControl(rule)) return run(call, rule, () => rejected)
  const handler = client.handlers.get(call.action)
  if (handler === undefined) return refuse(call, "NotSupported", "This station does not support this action")
  run(call, rule, handler)
}

const run = (call: ReceivedCall, rule: ActionRule, handler: AnyHandler): void => {
  const { client, messageId, receivedAt } = call
  let effect: Effect.Effect<unknown, unknown>
  try {
    effect = handler(call.payload as never, { messageId, receivedAt, state: client.state, client })
  } catch (defect) {
    effect = Exit.die(defect)
  }
  let isSuspended = false
  const fiber = runInline(client.host.run, effect, (exit) => {
    if (isSuspended) {
      if (call.fiber === undefined) return
      call.fiber = undefined
      client.host.deadlines.remove(call)
    }
    conclude(call, rule, exit)
  })
  if (fiber === undefined) return
  isSuspended = true
  call.fiber = fiber
  client.host.deadlines.add(call, handlerTimeout * 1000)
}

const conclude = (call: ReceivedCall, rule: ActionRule, exit: Exit.Exit<unknown, unknown>): void => {
  if (Exit.isSuccess(exit)) return accept(call, rule, exit.value)
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isSome(error) && error.value instanceof Refusal)
    return refuse(call, error.value.errorCode, error.value.errorDescription)
  fail(call, Cause.pretty(exit.cause))
}

const accept = (call: ReceivedCall, rule: ActionRule, value: unknown): void => {
  const { client, connection, messageId } = call
  let text: string
  let status: string | undefined
  try {
    const { payload, violation } = outgoing(value instanceof Answer ? value.response : value, rule.validateResponse)
    if (violation !== undefined) return fail(call, `its answer is invalid: ${describe(violation)}`)
    text = encodeCallResult(messageId, payload)
    ;({ status } = payload as { readonly status?: string })
  } catch (defect) {
    return fail(call, `its answer cannot be written: ${String(defect)}`) // an object with a will of its own
  }
  connection.sendAnswer(text)
  client.answered(call.action, "CALLRESULT", status)
  if (value instanceof Answer)
    runInline(client.host.run, value.followUp as Effect.Effect<unknown, unknown>, (exit) => {
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause))
        client.tell({ _tag: "HandlerFailed", action: call.action, message: Cause.pretty(exit.cause) })
    })
  proceed(call, text)
}

const fail = (call: ReceivedCall, message: string): void => {
  call.client.tell({ _tag: "HandlerFailed", action: call.action, message })
  refuse(call, "InternalError", "The station could not process the message")
}

const refuse = (call: ReceivedCall, code: ErrorCode, description: string): void => {
  call.connection.refuse(call.messageId, call.action, code, description)
  call.client.answered(call.action, code)
  proceed(call, undefined)
}

/** On to the next CALL, in the order of the wire. */
const proceed = (call: ReceivedCall, answer: string | undefined): void => {
  const { client } = call
  client.nextReceived = client.inbound.finish(
    answer === undefined ? undefined : { answer, at: call.receivedAt },
    client.inboundLimits
  )
  if (client.isProceeding) return
  client.isProceeding = true
  try {
    for (let next = client.nextReceived; next !== undefined; next = client.nextReceived) {
      client.nextReceived = undefined
      handle(next)
    }
  } finally {
    client.isProceeding = false
  }
}

/** The client stops: nothing is handled any more. */
export const abandon = (client: ClientProcess): void => {
  client.nextReceived = undefined
  const { running } = client.inbound
  if (running?.fiber !== undefined) {
    const { fiber } = running
    running.fiber = undefined
    client.host.deadlines.remove(running)
    fiber.interruptUnsafe()
  }
  while (client.inbound.running !== undefined) client.inbound.finish(undefined, client.inboundLimits)
}
