/**
 * Block O: the messages a station has to show to drivers. Set by us, or reported. They survive a restart of the station
 * (O01.FR.10).
 */
import type {
  ComponentType,
  GetDisplayMessagesRequest,
  MessageContentType,
  MessageInfoType,
  SetDisplayMessageRequest
} from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import type { JobEnd } from "./Job.ts"
import type { StationMirror } from "./Mirror.ts"
import { findTransaction } from "./Transactions.ts"
import { doubted, doubtedIn, type Uncertain } from "./Uncertain.ts"

/**
 * One message on a station, without vendor data. Uncertain (ST-3): the station may not have it, or have another one under its
 * id. Plain data.
 */
export interface HeldDisplayMessage extends Omit<MessageInfoType, "customData">, Uncertain {
  /** CSMS clock in milliseconds since 1970: when the station accepted it. Absent when it never said so. */
  readonly acceptedAt?: number
}

/** State of block O for one station. Plain data; read it by `displayMessagesAt`. */
export interface DisplayMessagesState {
  /** Oldest first, each id once; at most `maxDisplayMessages`. Some may be over, which no message tells of (O-8). */
  readonly messages: ReadonlyArray<HeldDisplayMessage>
  /** CSMS clock in milliseconds since 1970 of the last complete report without filters. */
  readonly reportedAt?: number
  /** True when messages were left out because there was no room; until a complete report fits. */
  readonly isTruncated?: true
}

/** Messages that are held per station; the oldest are left out. */
export const maxDisplayMessages = 256

/** What block O says happened. No content of a message is in it. */
export type DisplayMessageEvent = DisplayMessageSet | DisplayMessagesRemoved | DisplayMessagesReported

/** The station has accepted a message (O-1). */
export interface DisplayMessageSet {
  readonly _tag: "DisplayMessageSet"
  readonly displayMessageId: number
  readonly priority: MessageInfoType["priority"]
  readonly transactionId?: string
  /** Whether it took the place of a message with the same id (O-3), or may have, if that one was uncertain (ST-3). */
  readonly replaced: boolean
}

/**
 * The station has these messages no more. `Cleared`: as we asked. `Unknown`: asked to clear it, it says that it has none
 * (O-7). `Superseded`: there is a newer AlwaysFront message (O-3). `TransactionEnded`: they were for that transaction (E-23).
 * `Expired`: their endDateTime has passed, which is told with the next message that is set (O-8).
 */
export interface DisplayMessagesRemoved {
  readonly _tag: "DisplayMessagesRemoved"
  readonly displayMessageIds: ReadonlyArray<number>
  readonly why: "Cleared" | "Unknown" | "Superseded" | "TransactionEnded" | "Expired"
}

/** A report of messages was taken over (O-5): ids that are new or gone by it. */
export interface DisplayMessagesReported {
  readonly _tag: "DisplayMessagesReported"
  readonly added: ReadonlyArray<number>
  readonly removed: ReadonlyArray<number>
}

type Emit = (event: DisplayMessageEvent) => void
type State = DisplayMessagesState
type IsOne = (message: HeldDisplayMessage) => boolean

/**
 * The messages that a station has at `now`, the CSMS clock in milliseconds since 1970, oldest first: without those whose
 * endDateTime has passed or whose transaction has ended (O-8). Pure. Whether one is shown at the moment depends on its
 * startDateTime and on the state of the station as well.
 *
 * @example
 * displayMessagesAt((yield* station.snapshot).mirror, yield* Clock.currentTimeMillis).map(({ message }) => message.content)
 */
export const displayMessagesAt = (mirror: StationMirror, now: number): ReadonlyArray<HeldDisplayMessage> =>
  mirror.displayMessages.messages.filter((known) => !isExpired(known, now) && !isOfEnded(known, mirror))

const isExpired = ({ endDateTime }: HeldDisplayMessage, now: number): boolean =>
  endDateTime !== undefined && Date.parse(endDateTime) <= now

const isOfEnded = ({ transactionId }: HeldDisplayMessage, { transactions }: StationMirror): boolean =>
  transactionId !== undefined && findTransaction(transactions, transactionId)?.endedAt !== undefined

const removed = (state: State, isGone: IsOne, why: DisplayMessagesRemoved["why"], emit: Emit): State => {
  const gone = state.messages.filter(isGone)
  if (gone.length === 0) return state
  emit({ _tag: "DisplayMessagesRemoved", displayMessageIds: gone.map(({ id }) => id), why })
  return { ...state, messages: state.messages.filter((known) => !gone.includes(known)) }
}

const messageSet = (
  state: State,
  { at, request, response }: Exchange<"SetDisplayMessage">,
  emit: Emit,
  mirror?: StationMirror
): State => {
  if (response.status !== "Accepted") return state
  const added = held(request.message, at)
  const { id, priority, transactionId } = added
  const others = state.messages.filter((known) => known.id !== id)
  const replaced = others.length < state.messages.length
  emit({
    _tag: "DisplayMessageSet",
    displayMessageId: id,
    priority,
    ...(transactionId !== undefined && { transactionId }),
    replaced
  })
  const all = withRoom({ ...state, messages: [...others, added] })
  const isSuperseded: IsOne = (known) => priority === "AlwaysFront" && known.priority === priority && known !== added
  const single = removed(all, isSuperseded, "Superseded", emit)
  const fresh = removed(single, (known) => isExpired(known, at), "Expired", emit)
  // Its end may have overtaken the answer.
  return mirror === undefined ? fresh : removed(fresh, (known) => isOfEnded(known, mirror), "TransactionEnded", emit)
}

const held = (
  { customData: _, display, message, ...info }: MessageInfoType,
  acceptedAt?: number
): HeldDisplayMessage => ({
  ...info,
  ...(display !== undefined && { display: heldDisplay(display) }),
  message: heldContent(message),
  ...(acceptedAt !== undefined && { acceptedAt })
})

const heldContent = ({ customData: _, ...content }: MessageContentType): MessageContentType => content

const heldDisplay = ({ customData: _, evse, ...component }: ComponentType): ComponentType => {
  if (evse === undefined) return component
  const { customData: _custom, ...place } = evse
  return { ...component, evse: place }
}

/** It may be there, and another AlwaysFront message may be gone for it (O-3). */
const doubtful = (state: State, { message }: SetDisplayMessageRequest): State => {
  const { id, priority } = message
  const next = withDoubted(
    state,
    (known) => known.id === id || (priority === "AlwaysFront" && known.priority === priority)
  )
  return next.messages.some((known) => known.id === id)
    ? next
    : withRoom({ ...next, messages: [...next.messages, doubted(held(message))] })
}

const withDoubted = (state: State, isTouched?: IsOne): State => {
  const messages = doubtedIn(state.messages, isTouched)
  return messages === state.messages ? state : { ...state, messages }
}

const withRoom = (state: State): State =>
  state.messages.length > maxDisplayMessages
    ? { ...state, messages: state.messages.slice(-maxDisplayMessages), isTruncated: true }
    : state

const cleared = (state: State, { request, response }: Exchange<"ClearDisplayMessage">, emit: Emit): State =>
  removed(state, ({ id }) => id === request.id, response.status === "Accepted" ? "Cleared" : "Unknown", emit)

const transactionEvent = (state: State, { request }: Exchange<"TransactionEvent">, emit: Emit): State =>
  request.eventType === "Ended" ? transactionOver(state, request.transactionInfo.transactionId, emit) : state

const transactionStatus = (state: State, { request, response }: Exchange<"GetTransactionStatus">, emit: Emit): State =>
  request.transactionId !== undefined && response.ongoingIndicator === false && !response.messagesInQueue
    ? transactionOver(state, request.transactionId, emit)
    : state

const transactionOver = (state: State, transactionId: string, emit: Emit): State =>
  removed(state, (known) => known.transactionId === transactionId, "TransactionEnded", emit)

/**
 * What was reported is there. What was asked for and not reported is gone, if the report is complete; without filters that is
 * everything. What was set while the report came in is newer than the report.
 */
const reportEnded = (state: State, { at, job, outcome }: JobEnd<"DisplayMessages">, emit: Emit): State => {
  if (outcome._tag !== "Complete" && outcome._tag !== "Partial") return state
  const isNewer = ({ acceptedAt }: HeldDisplayMessage): boolean => acceptedAt !== undefined && acceptedAt > job.openedAt
  const before = new Map(state.messages.map((known) => [known.id, known]))
  const reported = new Map<number, HeldDisplayMessage>()
  for (const info of outcome.parts.flatMap(({ message }) => message.messageInfo ?? [])) {
    const known = before.get(info.id)
    if (known === undefined || !isNewer(known)) reported.set(info.id, held(info, known?.acceptedAt))
  }
  const isComplete = outcome._tag === "Complete"
  if (!isComplete && reported.size === 0) return state
  const isGone: IsOne = (known) => isComplete && covers(job.about, known) && !isNewer(known)
  const kept = state.messages.filter((known) => !reported.has(known.id) && !isGone(known))
  const after = new Set([...kept.map(({ id }) => id), ...reported.keys()])
  emit({
    _tag: "DisplayMessagesReported",
    added: [...reported.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id))
  })
  const { isTruncated, ...rest } = state
  const isWhole = isComplete && Object.keys(job.about).length === 0
  return withRoom({
    ...rest,
    messages: [...kept, ...reported.values()],
    ...(isWhole && { reportedAt: at }),
    ...(isTruncated === true && !isWhole && { isTruncated })
  })
}

/** True when a report that was asked with this filter has to mention the message. */
const covers = (
  { id, priority, state }: Pick<GetDisplayMessagesRequest, "id" | "priority" | "state">,
  known: HeldDisplayMessage
): boolean =>
  (id === undefined || id.includes(known.id)) &&
  (priority === undefined || priority === known.priority) &&
  (state === undefined || state === known.state)

/** Block O, DisplayMessage. Its place is after `transactions`. */
export const displayMessages: Block<DisplayMessagesState, DisplayMessageEvent> = {
  initial: Object.freeze({ messages: Object.freeze([]) }),
  reduce: {
    SetDisplayMessage: messageSet,
    ClearDisplayMessage: cleared,
    TransactionEvent: transactionEvent,
    GetTransactionStatus: transactionStatus
  },
  unanswered: {
    SetDisplayMessage: doubtful,
    ClearDisplayMessage: (state, request) => withDoubted(state, ({ id }) => id === request.id)
  },
  replaced: (state) => withDoubted(state),
  jobs: { DisplayMessages: reportEnded }
}
