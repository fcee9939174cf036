/** Operations of block O, DisplayMessage: messages set, asked for and cleared (O01 to O06). */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type {
  ClearDisplayMessageResponse,
  GetDisplayMessagesRequest,
  GetDisplayMessagesResponse,
  MessageInfoType,
  SetDisplayMessageResponse,
  StatusInfoType
} from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type AllowedRules, CheckFailed, unallowed } from "./CheckFailed.ts"
import { brokenByMessage } from "./DisplayMessageRules.ts"
import * as Jobs from "./Jobs.ts"

/**
 * A message to show. Without a `transactionId` it is for whoever comes by, with one it goes when that transaction ends (O-2);
 * without a `state` it is shown in every state; `display` is a component of the station, the main display when absent (O-9).
 */
export interface DisplayMessageRequest extends Omit<MessageInfoType, "id" | "startDateTime" | "endDateTime"> {
  /**
   * Default: a new one. The id of a message that is there replaces it (O-3). Give one of `station.nextRequestId` to know it
   * whatever becomes of the CALL.
   */
  readonly id?: number
  /** From when on it is shown; at once when absent. Whatever DateTime reads; it goes out in UTC. */
  readonly startDateTime?: DateTime.DateTime.Input
  /** Until when it is shown; then the station removes it. */
  readonly endDateTime?: DateTime.DateTime.Input
}

/** How a message is set. */
export interface SetDisplayMessageOptions extends CallOptions {
  /** Rules that the message may break and is sent all the same, such as `["O01.FR.11"]`; `"All"` leaves it all to the station. */
  readonly allow?: AllowedRules
}

/** What the station says to a message (O-1), and the id it was sent with. All but `Accepted` change nothing. */
export interface SetDisplayMessageOutcome {
  readonly _tag: SetDisplayMessageResponse["status"]
  readonly id: number
  readonly statusInfo?: StatusInfoType
}

/**
 * Sets a message, or replaces the one with the same id (O01, O02, O06). The id is new at this station, over restarts too, unless
 * one is given. What the station has accepted is in `displayMessagesAt(mirror, now)`. A second message of priority AlwaysFront
 * takes the place of the first (O-3). After `OutcomeUnknown` set it again with the same id.
 *
 * Fails with `CheckFailed`, before anything is sent, when the message breaks rules that are not allowed: dates that cannot be
 * (O-2); a priority, a format or one message more than the station reported that it can take, a language that is no tag of
 * RFC 5646, more than 512 characters (O-4: O01.FR.01, O01.FR.03, O01.FR.11, O01.FR.17, O-4); no display messages at all (DM-17).
 *
 * @example
 * const outcome = yield* DisplayMessage.setDisplayMessage(station, {
 *   priority: "NormalCycle",
 *   state: "Idle",
 *   message: { format: "UTF8", language: "en", content: "Charge here for 0.40 EUR/kWh" }
 * })
 * if (outcome._tag === "Accepted") yield* DisplayMessage.clearDisplayMessage(station, outcome.id)
 */
export const setDisplayMessage = Effect.fnUntraced(function* (
  station: Station,
  { endDateTime: end, id: given, startDateTime: start, ...content }: DisplayMessageRequest,
  { allow, ...options }: SetDisplayMessageOptions = {}
): Effect.fn.Return<SetDisplayMessageOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const id = given ?? (yield* newId(station))
  const message: MessageInfoType = {
    id,
    ...(start !== undefined && { startDateTime: utc(start) }),
    ...(end !== undefined && { endDateTime: utc(end) }),
    ...content
  }
  const broken = unallowed(brokenByMessage(message, mirror, yield* Clock.currentTimeMillis), allow)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "SetDisplayMessage", broken })
  const { status, statusInfo } = yield* station.call("SetDisplayMessage", { message }, options)
  return { _tag: status, id, ...(statusInfo && { statusInfo }) }
})

/** Empty when it cannot be read, which the checks find. */
const utc = (date: DateTime.DateTime.Input): string =>
  Option.match(DateTime.make(date), { onNone: () => "", onSome: DateTime.formatIso })

/** An id that is on no message, not even on one whose id was given by the caller. */
const newId = (station: Station): Effect.Effect<number> =>
  Effect.gen(function* () {
    const { messages } = (yield* station.snapshot).mirror.displayMessages
    let id = yield* station.nextRequestId
    while (messages.some((known) => known.id === id)) id = yield* station.nextRequestId
    return id
  })

/** Which messages are asked for: those that meet every criterion, all without any. */
export type DisplayMessageFilter = Pick<GetDisplayMessagesRequest, "id" | "priority" | "state">

/** The messages of a station, and how complete they are. */
export interface GetDisplayMessagesOutcome extends Jobs.JobResult<"DisplayMessages"> {
  readonly response: GetDisplayMessagesResponse
  /** All that came. None when the station answered Unknown, which is a complete result (O-5). */
  readonly messages: ReadonlyArray<MessageInfoType>
}

/**
 * Asks which messages a station has, all or those by id, priority and state, and collects the parts until the last (O03, O04).
 * A complete report replaces what it covers in the mirror, everything when there is no filter; one that is not complete adds to
 * it. `outcome` says which it was.
 *
 * @example
 * const { messages, outcome } = yield* DisplayMessage.getDisplayMessages(station, { priority: "AlwaysFront" })
 * if (outcome._tag === "Complete") console.log(messages.map(({ message }) => message.content))
 */
export const getDisplayMessages = Effect.fnUntraced(function* (
  station: Station,
  filter: DisplayMessageFilter = {},
  options: CallOptions & Jobs.JobOptions<"DisplayMessages"> = {}
): Effect.fn.Return<GetDisplayMessagesOutcome, CallFailure> {
  const ask = (requestId: number) => station.call("GetDisplayMessages", { requestId, ...filter }, options)
  const result = yield* Jobs.run(station, "DisplayMessages", ask, options)
  const parts = "parts" in result.outcome ? result.outcome.parts : []
  return { ...result, messages: parts.flatMap(({ message }) => message.messageInfo ?? []) }
})

/** What became of clearing a message: `Unknown` says that the station has none with this id (O05.FR.02). */
export interface ClearDisplayMessageOutcome {
  readonly _tag: ClearDisplayMessageResponse["status"]
  readonly statusInfo?: StatusInfoType
}

/**
 * Clears a message (O05); after both answers it is there no more. It is asked of the station also when no such message is known
 * here.
 *
 * @example
 * yield* DisplayMessage.clearDisplayMessage(station, outcome.id)
 */
export const clearDisplayMessage = (
  station: Station,
  id: number,
  options?: CallOptions
): Effect.Effect<ClearDisplayMessageOutcome, CallFailure> =>
  Effect.map(station.call("ClearDisplayMessage", { id }, options), ({ status, statusInfo }) => ({
    _tag: status,
    ...(statusInfo && { statusInfo })
  }))
