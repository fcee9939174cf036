/** What one connection may do before it is closed with 1008: the names of these limits, and the paces among them. */
import { type Rate, rateOf } from "../transport/Rate.ts"

/** A limit of one connection, named as the option that sets it. */
export type ConnectionLimit =
  /** Messages, text and binary, per second. */
  | "messagesPerSecond"
  /** UTF-16 code units of the texts per second. */
  | "bytesPerSecond"
  /** Messages that make no sense per minute. */
  | "invalidMessagesPerMinute"
  /** CALLs that wait for a handler. */
  | "maxUnansweredCalls"
  /** Messages that came before the station was claimed. */
  | "maxEarlyFrames"

/** What `ratesOf` is made from; see `CsmsOptions`. */
export interface ConnectionRateSettings {
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
  readonly invalidMessagesPerMinute: number
}

/** The paces of one connection. */
export interface ConnectionRates {
  readonly messages: Rate
  readonly bytes: Rate
  readonly invalid: Rate
}

/** Seconds' worth of messages and bytes that may come at once: a station that was offline sends what it has kept. */
export const burstSeconds = 10

/** The paces in force. */
export const ratesOf = (settings: ConnectionRateSettings): ConnectionRates => ({
  messages: rateOf(settings.messagesPerSecond, 1_000, burstSeconds * 1_000),
  bytes: rateOf(settings.bytesPerSecond, 1_000, burstSeconds * 1_000),
  invalid: rateOf(settings.invalidMessagesPerMinute, 60_000, 60_000)
})

/** The reason in the close frame: names the limit and nothing else. */
export const reasonOf = (limit: ConnectionLimit): string => `limit reached: ${limit}`
