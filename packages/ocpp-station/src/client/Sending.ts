/** CALLs of a station: checked, queued, sent one at a time, settled once (R-100… … ). */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StationAction } from "@wattline/ocpp-v201"
import type { NotSent } from "@wattline/ocpp-core"
import { type ActionRule, describe, outgoing, type Reply } from "@wattline/ocpp-core/engine"
import type { CallEnd } from "./ClientEvent.ts"
import type { ClientProcess } from "./ClientProcess.ts"
import { notSent, type Outcome, PendingCall } from "./PendingCall.ts"

/** CALLs that may wait behind the outstanding one. */
const maxWaitingCalls = 1_000

/** What is worth to be told late, with QueueAllMessages. */
const isNotification = (action: StationAction): boolean =>
  action !== "Heartbeat" && action !== "Authorize" && action !== "SignCertificate"

/** Sends a CALL when it is its turn, or tells `done` why it cannot go out. `isPrivileged`: also while not accepted. */
export const send = (
  client: ClientProcess,
  action: StationAction,
  request: object,
  done: ((outcome: Outcome) => void) | undefined,
  isPrivileged: boolean
): void => {
  const checked = check(client, action, request)
  if ("reason" in checked) return client.conclude(done, notSent(action, checked.reason, checked.detail))
  const isBarred = !client.isOnline && !isPrivileged
  if (isBarred && client.settings.queueAllMessages && isNotification(action))
    return client.delivery.push(action, request, (response) =>
      done?.(response === undefined ? notSent(action, "Offline", "it was given up") : Exit.succeed(response))
    )
  if (client.session === undefined)
    return client.conclude(done, notSent(action, "Offline", "the station is not connected"))
  if (isBarred)
    return client.conclude(
      done,
      notSent(action, "NotAllowed", `the station is ${client.state}, not Accepted (R-233, B02.FR.02)`)
    )
  const pending = new PendingCall(client, checked.rule, checked.payload, done)
  if (!client.outbound.enqueue(pending, maxWaitingCalls))
    return pending.fail("QueueFull", `${maxWaitingCalls} CALLs are waiting already`)
  pump(client)
}

/** The payload as it goes out, or why it cannot. */
const check = (
  { host }: ClientProcess,
  action: string,
  request: object
): Pick<NotSent, "reason" | "detail"> | { readonly rule: ActionRule; readonly payload: object } => {
  const rule = host.protocol.actions.get(action)
  if (rule === undefined || rule.sentBy === "csms")
    return { reason: "UnknownAction", detail: `${action} is not an action that a charging station sends` }
  const { payload, violation } = outgoing(request, rule.validateRequest)
  if (violation !== undefined) return { reason: "InvalidRequest", detail: describe(violation) }
  return { rule, payload: payload as object }
}

/** Sends what is next, when nothing is outstanding: CALLs first, then the queue. */
export const pump = (client: ClientProcess): void => {
  const { host, outbound, session } = client
  if (session === undefined || session.isClosed || outbound.outstanding !== undefined) return
  const pending = outbound.take() ?? nextOfQueue(client)
  if (pending === undefined) return
  pending.messageId = host.nextMessageId()
  pending.state = "Sent"
  pending.sentAt = host.tick()
  client.lastSent = pending.sentAt
  host.deadlines.add(pending, client.settings.messageTimeout * 1000)
  session.sendCall(pending.messageId, pending.action, pending.payload) // when the link is closing, its end concludes the CALL
}

const nextOfQueue = (client: ClientProcess): PendingCall | undefined => {
  const { delivery, host, identity, outbound } = client
  if (!client.isOnline) return undefined
  for (let message = delivery.take(); message !== undefined; message = delivery.take()) {
    const checked = check(client, message.action, delivery.requestOf(message))
    if ("reason" in checked) {
      host.run(Effect.logError(`${identity}: ${message.action} is invalid: ${checked.detail}`))
      delivery.discard(message, "FormatViolation") // it will never be valid
      continue
    }
    const pending = new PendingCall(client, checked.rule, checked.payload, undefined, message)
    outbound.outstanding = pending
    return pending
  }
  return undefined
}

/** no answer in time. The line is doubtful: it is dropped, and dialled anew. */
export const timedOut = (client: ClientProcess, pending: PendingCall): void => {
  if (client.outbound.timeOut(pending.messageId) === undefined) return
  client.session?.end("terminate", "") // first, so that nothing more goes into it
  ended(client, pending, "Timeout")
  if (pending.delivers !== undefined) client.delivery.failed(pending.delivers, "Timeout")
  pending.lose("Timeout", `no answer within ${client.settings.messageTimeout} s`)
}

/** The outstanding CALL has its answer. */
export const settled = (client: ClientProcess, call: PendingCall, reply: Reply): void => {
  const { delivery, host } = client
  const { delivers, rule } = call
  host.deadlines.remove(call)
  if (reply._tag === "Response" && rule.validateResponse(reply.payload)) {
    ended(client, call, "CALLRESULT", (reply.payload as { readonly status?: string }).status)
    if (delivers !== undefined) delivery.delivered(delivers, reply.payload)
    call.settle(Exit.succeed(reply.payload))
    return pump(client)
  }
  const end: CallEnd = reply._tag === "CallError" ? reply.errorCode : "InvalidResponse"
  const detail = reply._tag === "CallError" ? undefined : invalidity(reply, rule)
  ended(client, call, end, undefined, detail)
  if (delivers !== undefined) delivery.failed(delivers, end)
  if (reply._tag === "CallError") call.refuse(reply)
  else call.lose("InvalidResponse", detail ?? "")
  pump(client)
}

/** What is wrong with an answer that was just validated, or is none. */
const invalidity = (reply: Exclude<Reply, { readonly _tag: "CallError" }>, rule: ActionRule): string => {
  if (reply._tag === "Invalid") return reply.detail
  const violation = rule.validateResponse.errors?.[0]
  return violation === undefined ? "the response is invalid" : describe(violation)
}

/** The link is gone: what was sent has an unknown outcome, what waited was not sent. The result tells the callers. */
export const loseCalls = (client: ClientProcess): (() => void) => {
  const { delivery, host, outbound } = client
  delivery.linkLost()
  const lost = outbound.lose()
  const waiting = outbound.drop(() => true)
  if (lost !== undefined) {
    host.deadlines.remove(lost)
    if (lost.delivers !== undefined) delivery.lost()
  }
  return () => {
    if (lost !== undefined) {
      ended(client, lost, "ConnectionLost")
      lost.lose("ConnectionLost", "the connection closed before the answer")
    }
    for (const pending of waiting) pending.fail("ConnectionLost", "the connection closed while it waited for its turn")
  }
}

const ended = (
  { host, tell }: ClientProcess,
  call: PendingCall,
  end: CallEnd,
  status?: string,
  detail?: string
): void => {
  const milliseconds = host.tick() - call.sentAt
  tell({ _tag: "CallEnded", action: call.action, end, status, ...(detail !== undefined && { detail }), milliseconds })
}
