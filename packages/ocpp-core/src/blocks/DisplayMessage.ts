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
import type { Block, Exchange, Since } from "./Block.ts"
import type { JobEnd } from "./Job.ts"
import type { StationMirror } from "./Mirror.ts"
import { findTransaction, transactionFoundOver } from "./Transactions.ts"
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

/**
 * What changed while a report of messages was open, in order: it holds whatever the report says. Plain data. A `Set` of an
 * uncertain message, and a `Cleared` that is uncertain, may have been or not.
 */
export type DisplayMessageChange =
  | { readonly _tag: "Set"; readonly message: HeldDisplayMessage }
  | { readonly _tag: "Cleared"; readonly id: number; readonly uncertain?: true }
  | { readonly _tag: "TransactionEnded"; readonly transactionId: string }

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
  const shown = withMessage(state, held(request.message, at), emit)
  const fresh = removed(shown, (known) => isExpired(known, at), "Expired", emit)
  // Its end may have overtaken the answer.
  return mirror === undefined ? fresh : removed(fresh, (known) => isOfEnded(known, mirror), "TransactionEnded", emit)
}

const withMessage = (state: State, added: HeldDisplayMessage, emit: Emit): State => {
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
  return removed(all, isSuperseded, "Superseded", emit)
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
const doubtful = (state: State, added: HeldDisplayMessage): State => {
  const { id, priority } = added
  const next = withDoubted(
    state,
    (known) => known.id === id || (priority === "AlwaysFront" && known.priority === priority)
  )
  return next.messages.some((known) => known.id === id)
    ? next
    : withRoom({ ...next, messages: [...next.messages, added] })
}

const maybeHeld = ({ message }: SetDisplayMessageRequest): HeldDisplayMessage => doubted(held(message))

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

const transactionStatus = (
  state: State,
  { request, response }: Exchange<"GetTransactionStatus">,
  emit: Emit
): State => {
  const over = transactionFoundOver(request, response)
  return over === undefined ? state : transactionOver(state, over, emit)
}

const transactionOver = (state: State, transactionId: string, emit: Emit): State =>
  removed(state, (known) => known.transactionId === transactionId, "TransactionEnded", emit)

const since: Since<State, "DisplayMessages"> = {
  SetDisplayMessage: ({ at, request, response }, after) => {
    if (response === undefined) return [{ _tag: "Set", message: maybeHeld(request) }]
    if (response.status !== "Accepted") return []
    const message = held(request.message, at)
    const set: DisplayMessageChange = { _tag: "Set", message }
    // Not there any more: it is over already.
    return after.messages.some(({ id }) => id === message.id) ? [set] : [set, { _tag: "Cleared", id: message.id }]
  },
  ClearDisplayMessage: ({ request: { id }, response }) => [
    { _tag: "Cleared", id, ...(response === undefined && { uncertain: true }) }
  ],
  TransactionEvent: ({ request: { eventType, transactionInfo } }) =>
    eventType === "Ended" ? [{ _tag: "TransactionEnded", transactionId: transactionInfo.transactionId }] : [],
  GetTransactionStatus: ({ request, response }) => {
    const transactionId = transactionFoundOver(request, response)
    return transactionId === undefined ? [] : [{ _tag: "TransactionEnded", transactionId }]
  }
}

// It was told when it came.
const untold: Emit = () => {}

const changed = (state: State, change: DisplayMessageChange): State => {
  switch (change._tag) {
    case "Set":
      return change.message.uncertain === true
        ? doubtful(state, change.message)
        : withMessage(state, change.message, untold)
    case "Cleared": {
      const isOne: IsOne = ({ id }) => id === change.id
      return change.uncertain === true ? withDoubted(state, isOne) : removed(state, isOne, "Cleared", untold)
    }
    case "TransactionEnded":
      return transactionOver(state, change.transactionId, untold)
  }
}

/**
 * What was reported is there, with the changes since the report was asked for. What was asked for and is not among it is gone,
 * if the report is complete; without filters that is everything.
 */
const reportEnded = (state: State, { at, job, outcome }: JobEnd<"DisplayMessages">, emit: Emit): State => {
  if (outcome._tag !== "Complete" && outcome._tag !== "Partial") return state
  const before = new Map(state.messages.map((known) => [known.id, known]))
  const infos = outcome.parts.flatMap(({ message }) => message.messageInfo ?? [])
  const unique = new Map(infos.map((info) => [info.id, held(info, before.get(info.id)?.acceptedAt)]))
  const now = (job.changes ?? []).reduce(changed, { messages: [...unique.values()] })
  const reported = new Map(now.messages.map((message) => [message.id, message]))
  const isComplete = outcome._tag === "Complete"
  if (!isComplete && reported.size === 0) return state
  const isGone: IsOne = (known) => isComplete && covers(job.about, known)
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
    SetDisplayMessage: (state, request) => doubtful(state, maybeHeld(request)),
    ClearDisplayMessage: (state, request) => withDoubted(state, ({ id }) => id === request.id)
  },
  replaced: (state) => withDoubted(state),
  jobs: { DisplayMessages: reportEnded },
  since: { DisplayMessages: since }
}
