/** What can be set on a CSMS, with defaults that are safe and follow the standard. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { UnknownRegistration } from "../station/Gate.ts"

/** Settings of a CSMS. Durations are given as Effect durations: `"30 seconds"`, or a number of milliseconds. */
export interface CsmsOptions {
  /** How long a station may take to answer a CALL, from its sending. Default 30 seconds. */
  readonly callTimeout?: Duration.Input
  /** How long a handler may take before the default answer takes its place. Default 20 seconds. */
  readonly handlerTimeout?: Duration.Input
  /** Heartbeat interval for stations accepted by the default answer, in whole seconds. Default 300 seconds (B01.FR.04). */
  readonly heartbeatInterval?: Duration.Input
  /** Wait before the next BootNotification when a boot handler failed. Default 60 seconds (B02.FR.07). */
  readonly retryInterval?: Duration.Input
  /** How long CALLs wait on a fresh connection for the station's first message. Default 5 seconds. */
  readonly reconnectGrace?: Duration.Input
  /** How long what was triggered may come while Pending. Default 60 seconds (LC-7). */
  readonly expectationTimeout?: Duration.Input
  /** How long a report may pause between two parts. Default 60 seconds (B-15). */
  readonly reportTimeout?: Duration.Input
  /** How long after an accepted Reset the reboot may take. Default 10 minutes. */
  readonly resetTimeout?: Duration.Input
  /** How long the store may take; then the station is answered, and `StoreFailed` told. Default 20 seconds. */
  readonly storeTimeout?: Duration.Input
  /** How long answers are kept for repeated CALLs. Default 5 minutes. */
  readonly answerWindow?: Duration.Input
  /** How many answers are kept for repeated CALLs, per station. Default 8. */
  readonly maxAnswers?: number
  /** CALLs that may wait for one station. Default 64. */
  readonly maxQueuedCalls?: number
  /** CALLs of one station that may wait for a handler; beyond, the link is closed with 1008. Default 64. */
  readonly maxUnansweredCalls?: number
  /** Frames kept while a station is being claimed; beyond, the link is closed with 1008. Default 64. */
  readonly maxEarlyFrames?: number
  /** A station without registration on record sends something else than BootNotification. Default `serve`. */
  readonly unknownRegistration?: UnknownRegistration
  /** No common subprotocol: refuse with HTTP 400 (default), or upgrade and close at once (R-007, §20-A). */
  readonly noCommonProtocol?: "refuse" | "closeAfterUpgrade"
  /** Accepts identities with characters outside of identifierString. Default false. */
  readonly lenientIdentity?: boolean
  /** Events buffered for each subscriber. Default 4096. */
  readonly eventBuffer?: number
}

/** The settings in force, durations in milliseconds. */
export interface Settings {
  readonly callTimeout: number
  readonly handlerTimeout: number
  /** Seconds, as on the wire. */
  readonly heartbeatInterval: number
  /** Seconds, as on the wire. */
  readonly retryInterval: number
  readonly reconnectGrace: number
  readonly expectationTimeout: number
  readonly reportTimeout: number
  readonly resetTimeout: number
  readonly storeTimeout: number
  readonly answerWindow: number
  readonly maxAnswers: number
  readonly maxQueuedCalls: number
  readonly maxUnansweredCalls: number
  readonly maxEarlyFrames: number
  readonly unknownRegistration: UnknownRegistration
  readonly noCommonProtocol: "refuse" | "closeAfterUpgrade"
  readonly lenientIdentity: boolean
  readonly eventBuffer: number
}

const wrong = (name: keyof CsmsOptions, value: unknown, wanted: string): never => {
  throw new RangeError(`Csms option ${name} is ${wanted}, not ${String(value)}`)
}

const milliseconds = (options: CsmsOptions, name: DurationName, fallback: number): number => {
  const input = options[name]
  const duration = input === undefined ? undefined : Option.getOrUndefined(Duration.fromInput(input))
  if (input !== undefined && duration === undefined) return wrong(name, input, 'a duration such as "30 seconds"')
  const value = duration === undefined ? fallback : Duration.toMillis(duration)
  return Number.isFinite(value) && value >= 0 ? value : wrong(name, input, "a finite duration of at least 0")
}

const seconds = (options: CsmsOptions, name: DurationName, fallback: number): number => {
  const value = milliseconds(options, name, fallback)
  return Number.isInteger(value / 1000) ? value / 1000 : wrong(name, options[name], "in whole seconds")
}

const count = (options: CsmsOptions, name: CountName, fallback: number, least = 0): number => {
  const value = options[name] ?? fallback
  return Number.isInteger(value) && value >= least ? value : wrong(name, value, `a whole number of at least ${least}`)
}

type CountName = "maxAnswers" | "maxQueuedCalls" | "maxUnansweredCalls" | "maxEarlyFrames" | "eventBuffer"
type DurationName = Exclude<
  keyof CsmsOptions,
  CountName | "unknownRegistration" | "noCommonProtocol" | "lenientIdentity"
>

/** Fills in the defaults. Throws a `RangeError` that names the option and what it wants. */
export const settingsOf = (options: CsmsOptions): Settings => ({
  callTimeout: milliseconds(options, "callTimeout", 30_000),
  handlerTimeout: milliseconds(options, "handlerTimeout", 20_000),
  heartbeatInterval: seconds(options, "heartbeatInterval", 300_000),
  retryInterval: seconds(options, "retryInterval", 60_000),
  reconnectGrace: milliseconds(options, "reconnectGrace", 5_000),
  expectationTimeout: milliseconds(options, "expectationTimeout", 60_000),
  reportTimeout: milliseconds(options, "reportTimeout", 60_000),
  resetTimeout: milliseconds(options, "resetTimeout", 600_000),
  storeTimeout: milliseconds(options, "storeTimeout", 20_000),
  answerWindow: milliseconds(options, "answerWindow", 300_000),
  maxAnswers: count(options, "maxAnswers", 8),
  maxQueuedCalls: count(options, "maxQueuedCalls", 64, 1),
  maxUnansweredCalls: count(options, "maxUnansweredCalls", 64),
  maxEarlyFrames: count(options, "maxEarlyFrames", 64),
  unknownRegistration: options.unknownRegistration ?? "serve",
  noCommonProtocol: options.noCommonProtocol ?? "refuse",
  lenientIdentity: options.lenientIdentity ?? false,
  eventBuffer: count(options, "eventBuffer", 4096, 2)
})
