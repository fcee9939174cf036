/**
 * What must hold of a display message before it is sent (O-2, O-4). Pure; the checks are a table. What the station has not
 * reported is not checked.
 */
import type { MessageContentType, MessageInfoType } from "@wattline/ocpp-v201"
import { capacity, typedValue } from "../blocks/DeviceModel.ts"
import { displayMessagesAt, type HeldDisplayMessage } from "../blocks/DisplayMessage.ts"
import type { StationMirror } from "../blocks/Mirror.ts"
import { isSupported, personalMessages } from "../blocks/PersonalMessages.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** A message, and what is known of the station it is for. */
interface CheckedMessage {
  readonly message: MessageInfoType
  readonly mirror: StationMirror
  /** CSMS clock, milliseconds since 1970. */
  readonly now: number
}

interface MessageCheck {
  readonly rule: string
  /** What is wrong, or `false`. */
  readonly find: (checked: CheckedMessage) => string | false
}

/** The rules that a message breaks at this station; `now` is the CSMS clock in milliseconds since 1970. */
export const brokenByMessage = (
  message: MessageInfoType,
  mirror: StationMirror,
  now: number
): ReadonlyArray<BrokenRule> =>
  checks.flatMap(({ find, rule }) => {
    const detail = find({ message, mirror, now })
    return detail === false ? [] : [{ rule, detail }]
  })

const checks: ReadonlyArray<MessageCheck> = [
  {
    rule: "O-2",
    find: ({ message }) => message.transactionId === "" && "a message that is for no transaction has no transactionId"
  },
  {
    rule: "O-2",
    find: ({ message: { endDateTime, startDateTime } }) =>
      [startDateTime, endDateTime].some((date) => date !== undefined && Number.isNaN(Date.parse(date))) &&
      "startDateTime and endDateTime are date-times"
  },
  {
    rule: "O-2",
    find: ({ message: { endDateTime, startDateTime }, now }) =>
      endDateTime !== undefined &&
      Date.parse(endDateTime) <= Math.max(now, startDateTime === undefined ? now : Date.parse(startDateTime)) &&
      "endDateTime is in the future, and after startDateTime"
  },
  {
    rule: "DM-17",
    find: ({ mirror }) =>
      isSupported(mirror.provisioning.deviceModel, "DisplayMessageCtrlr") === false &&
      "the station reported that it has no display messages"
  },
  {
    rule: "O01.FR.01",
    find: ({ message: { priority }, mirror }) => {
      const supported = typedValue(mirror.provisioning.deviceModel, supportedPriorities)?.raw
      return (
        supported !== undefined &&
        supported.trim() !== "" &&
        !supported.split(",").some((one) => one.trim().toLowerCase() === priority.toLowerCase()) &&
        `priority ${priority} is not among SupportedPriorities: ${supported}`
      )
    }
  },
  {
    rule: "O01.FR.03",
    find: ({ message: { message }, mirror }) => {
      const { formats } = personalMessages(mirror.provisioning.deviceModel)
      return (
        formats !== undefined &&
        !formats.includes(message.format) &&
        `format ${message.format} is not among SupportedFormats: ${formats.join()}`
      )
    }
  },
  {
    rule: "O01.FR.11",
    find: ({ message: { id, priority }, mirror, now }) => {
      const most = capacity(mirror.provisioning.deviceModel, numberOfMessages, Infinity) ?? Infinity
      const isReplaced = (known: MessageInfoType): boolean =>
        known.id === id || (priority === "AlwaysFront" && known.priority === priority)
      const isCertain = (known: HeldDisplayMessage): boolean => known.uncertain !== true // ST-3
      const left = displayMessagesAt(mirror, now).filter((known) => isCertain(known) && !isReplaced(known)).length
      return left >= most && `the station holds ${most} messages, and has ${left}`
    }
  },
  {
    rule: "O01.FR.17",
    find: ({ message: { message } }) =>
      message.language !== undefined &&
      !isLanguageTag(message.language) &&
      `language is a tag of RFC 5646 such as en or de-CH, not ${JSON.stringify(message.language.slice(0, 36))}`
  },
  {
    rule: "O-4",
    find: ({ message: { message } }) => lengthOf(message) > 512 && "the content has 512 characters at most"
  }
]

const supportedPriorities = { component: "DisplayMessageCtrlr", variable: "SupportedPriorities" } as const

const numberOfMessages = { component: "DisplayMessageCtrlr", variable: "DisplayMessages" } as const

/** As JSON Schema counts: in code points. */
const lengthOf = ({ content }: MessageContentType): number => Array.from(content).length

/** The syntax of RFC 5646 §2.1; of the irregular tags those that fit into the eight characters of the field. */
const isLanguageTag = (text: string): boolean => languageTag.test(text)

const languageTag = new RegExp(
  [
    "^([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4,8})", // language, extended language
    "(-[a-z]{4})?(-([a-z]{2}|\\d{3}))?", // script, region
    "(-([a-z\\d]{5,8}|\\d[a-z\\d]{3}))*", // variants
    "(-[a-wyz\\d](-[a-z\\d]{2,8})+)*(-x(-[a-z\\d]{1,8})+)?$", // extensions, private use
    "|^x(-[a-z\\d]{1,8})+$",
    "|^i-(ami|bnn|hak|lux|mingo|navajo|pwn|tao|tay|tsu)$"
  ].join(""),
  "i"
)
