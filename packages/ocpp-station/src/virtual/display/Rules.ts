/** What a display takes and shows (O01, O02, O06). Pure; the checks are a table, first match wins. */
import type { MessageInfoType, MessageStateEnumType, SetDisplayMessageResponse } from "@wattline/ocpp-v201"

/** What a new message is checked against. */
export interface DisplayCapabilities {
  /** DisplayMessageCtrlr.SupportedPriorities and SupportedFormats; empty: all. */
  readonly priorities: ReadonlyArray<string>
  readonly formats: ReadonlyArray<string>
  /** States of the station that messages may be for. */
  readonly states: ReadonlyArray<MessageStateEnumType>
  /** DisplayMessageCtrlr.DisplayMessages.maxLimit. */
  readonly maxMessages: number
  readonly isTransaction: (transactionId: string) => boolean
  /** Whether there is such a display; never asked for the main one. */
  readonly isDisplay: (display: NonNullable<MessageInfoType["display"]>) => boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

type Check = readonly [
  status: Exclude<SetDisplayMessageResponse["status"], "Accepted">,
  reasonCode: string | undefined,
  applies: (
    message: MessageInfoType,
    held: ReadonlyArray<MessageInfoType>,
    capabilities: DisplayCapabilities
  ) => boolean
]

const isMissing = (all: ReadonlyArray<string>, one: string): boolean =>
  all.length > 0 && !all.some((name) => name.toLowerCase() === one.toLowerCase())

const checks: ReadonlyArray<Check> = [
  ["NotSupportedPriority", undefined, ({ priority }, _, { priorities }) => isMissing(priorities, priority)], // O01.FR.01
  [
    "NotSupportedState",
    undefined,
    ({ state }, _, { states }) => state !== undefined && !states.includes(state) // O01.FR.02
  ],
  ["NotSupportedMessageFormat", undefined, ({ message }, _, { formats }) => isMissing(formats, message.format)], // O01.FR.03
  [
    "UnknownTransaction", // O02.FR.01
    undefined,
    ({ transactionId }, _, { isTransaction }) => transactionId !== undefined && !isTransaction(transactionId)
  ],
  ["Rejected", "NotFound", ({ display }, _, { isDisplay }) => display !== undefined && !isDisplay(display)], // O01.FR.22
  [
    "Rejected",
    "InvalidValue",
    ({ endDateTime }, _, { now }) => endDateTime !== undefined && Date.parse(endDateTime) <= now
  ],
  [
    "Rejected",
    "OutOfStorage", // O01.FR.11
    (message, held, { maxMessages }) => held.filter((one) => !isReplaced(one, message)).length >= maxMessages
  ]
]

/** Why a message is not taken; `undefined` when it is. */
export const refusalOf = (
  message: MessageInfoType,
  held: ReadonlyArray<MessageInfoType>,
  capabilities: DisplayCapabilities
): SetDisplayMessageResponse | undefined => {
  const [status, reasonCode] = checks.find(([, , applies]) => applies(message, held, capabilities)) ?? []
  if (status === undefined) return undefined
  return { status, ...(reasonCode !== undefined && { statusInfo: { reasonCode } }) }
}

/** A display as a key; `""` is the main one. */
export const displayKey = ({ display }: MessageInfoType): string =>
  display === undefined
    ? ""
    : `${display.name}/${display.instance ?? ""}/${display.evse?.id ?? ""}/${display.evse?.connectorId ?? ""}`

/** Whether a message goes when another one comes: the same id, or both are always in front of one display (O01.FR.16, O06.FR.01). */
const isReplaced = (old: MessageInfoType, message: MessageInfoType): boolean =>
  old.id === message.id ||
  (old.priority === "AlwaysFront" && message.priority === "AlwaysFront" && displayKey(old) === displayKey(message))

/** The messages with a new one, which takes its place at the end. */
export const withMessage = (
  held: ReadonlyArray<MessageInfoType>,
  message: MessageInfoType
): ReadonlyArray<MessageInfoType> => [...held.filter((old) => !isReplaced(old, message)), message]

/** Whether the time of a message is over (O01.FR.07). */
export const isOver = ({ endDateTime }: MessageInfoType, now: number): boolean =>
  endDateTime !== undefined && Date.parse(endDateTime) <= now

/** The best of the priorities first. */
const ranks = { AlwaysFront: 0, InFront: 1, NormalCycle: 2 } as const

/**
 * The messages in the cycle of each display at `now`, when the station is in `state`: only those of the best priority that has
 * any (O01.FR.12 to O01.FR.15), none before its time (O01.FR.06), none for another state.
 */
export const shown = (
  held: ReadonlyArray<MessageInfoType>,
  state: MessageStateEnumType,
  now: number
): ReadonlyArray<MessageInfoType> => {
  const due = held.filter(
    (one) =>
      !isOver(one, now) &&
      (one.startDateTime === undefined || Date.parse(one.startDateTime) <= now) &&
      (one.state === undefined || one.state === state)
  )
  const best = new Map<string, number>()
  for (const one of due) {
    const key = displayKey(one)
    best.set(key, Math.min(best.get(key) ?? Infinity, ranks[one.priority]))
  }
  return due.filter((one) => ranks[one.priority] === best.get(displayKey(one)))
}

/** When what is shown changes next by the clock alone, milliseconds since 1970; `undefined`: never. */
export const nextChange = (held: ReadonlyArray<MessageInfoType>, now: number): number | undefined => {
  const times = held
    .flatMap(({ endDateTime, startDateTime }) => [startDateTime, endDateTime])
    .flatMap((time) => (time === undefined ? [] : [Date.parse(time)]))
    .filter((time) => time > now)
  return times.length === 0 ? undefined : Math.min(...times)
}
