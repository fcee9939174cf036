/** What can be set on a CSMS, with defaults that are safe and follow the standard. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { defaultMeterTimeline, type MeteringLimits } from "../blocks/Meters.ts"
import { defaultLimits, type TransactionLimits } from "../blocks/Transactions.ts"
import type { UndecidedToken } from "../rpc/Protocol.ts"
import type { ConnectionRateSettings } from "../rpc/ConnectionLimits.ts"
import type { UnknownRegistration } from "../station/Gate.ts"
import type { AdmissionLimitSettings } from "./AdmissionLimits.ts"
import type { DrainSettings } from "./Drain.ts"
import { type SecurityOptions, type SecuritySettings, securitySettings } from "./SecuritySettings.ts"
import { compileValidation, type PolicyOf, type ValidationRule } from "./ValidationPolicy.ts"

/** Settings of a CSMS. Durations are given as Effect durations: `"30 seconds"`, or a number of milliseconds. */
export interface CsmsOptions extends SecurityOptions {
  /** How long a station may take to answer a CALL, from its sending. Default 30 seconds. */
  readonly callTimeout?: Duration.Input
  /**
   * How long a handler may take before the default answer takes its place. Default 20 seconds; one of
   * Get15118EVCertificate has 4 seconds from the receipt at most, because the EV waits (M-2).
   */
  readonly handlerTimeout?: Duration.Input
  /** Heartbeat interval for stations accepted by the default answer, in whole seconds. Default 300 seconds (B01.FR.04). */
  readonly heartbeatInterval?: Duration.Input
  /** Wait before the next BootNotification when a boot handler failed. Default 60 seconds (B02.FR.07). */
  readonly retryInterval?: Duration.Input
  /** How long CALLs wait on a fresh connection for the station's first message. Default 5 seconds. */
  readonly reconnectGrace?: Duration.Input
  /** How long what was triggered may come while Pending. Default 60 seconds (LC-7). */
  readonly expectationTimeout?: Duration.Input
  /**
   * How long a station may take from its answer to the first part, and between two parts, of whatever comes in parts: reports,
   * monitors, customer information, charging profiles, messages. A time that is up while the station is offline starts anew
   * when it is back. Default 60 seconds (B-15, CE-4).
   */
  readonly reportTimeout?: Duration.Input
  /**
   * How long a log upload or a firmware update may go without a status, from the last one, or from the time it is put off to;
   * then it ends as `Failed` with the reason `Silent`. Stops for an offline station like `reportTimeout`. Default 24 hours;
   * `Infinity` for no limit (CE-4).
   */
  readonly longJobTimeout?: Duration.Input
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
  /**
   * What is done with messages of stations that are not as the schemas want them; the first rule that fits decides. Default:
   * none, everything is `strict`. What we send is always strict.
   */
  readonly validation?: ReadonlyArray<ValidationRule>
  /** Events buffered for each subscriber. Default 4096. */
  readonly eventBuffer?: number
  /**
   * Messages, text and binary, of one connection per second; ten seconds' worth may come at once. Beyond, the link is closed
   * with 1008. Default 200; `Infinity` for no limit.
   */
  readonly messagesPerSecond?: number
  /**
   * UTF-16 code units of the texts of one connection per second, which are bytes as long as they are ASCII; ten seconds'
   * worth may come at once. Beyond, the link is closed with 1008. Default 1 048 576; `Infinity` for no limit.
   */
  readonly bytesPerSecond?: number
  /**
   * Messages of one connection per minute that make no sense: no frame, an unknown action, an invalid payload. Each is
   * answered; beyond, the link is closed with 1008. Default 60; `Infinity` for no limit.
   */
  readonly invalidMessagesPerMinute?: number
  /**
   * Upgrade requests from one address per minute, an IPv6 address counted by its /64; beyond, HTTP 429. Default 20 000,
   * because many stations can be behind one address; `Infinity` for no limit.
   */
  readonly connectionAttemptsPerAddress?: number
  /**
   * Requests from one address per minute that were refused with 401, 403 or 404; beyond, every request from there gets HTTP
   * 429 until one more may fail. Default 120, more than one device with one identity can use up; `Infinity` for no limit.
   */
  readonly failedAttemptsPerAddress?: number
  /** Upgrade requests for one identity from one address per minute; beyond, HTTP 429. Default 60; `Infinity` for no limit. */
  readonly connectionAttemptsPerIdentity?: number
  /**
   * Links that may be open; beyond, HTTP 503. A station that reconnects before its old link is known to be gone counts twice.
   * Default 100 000; `Infinity` for no limit.
   */
  readonly maxConnections?: number
  /** Upgrade requests that may wait for a decision; beyond, HTTP 503. Default 20 000; `Infinity` for no limit. */
  readonly maxPendingAdmissions?: number
  /** How links are closed when an adapter or the CSMS shuts down. */
  readonly drain?: DrainOptions
  /** Ended transactions that are held per station, for late and repeated events. Default 20. */
  readonly maxEndedTransactions?: number
  /** Running transactions per station; beyond, the one that was silent for longest is given up. Default 100. */
  readonly maxRunningTransactions?: number
  /** Points of the timeline (energy, power, state of charge) held of a running transaction. Default 32; 0 for none. */
  readonly transactionTimeline?: number
  /**
   * Points of the timeline held of each EVSE and of the main meter: readings beside transactions, and clock-aligned ones of
   * transactions. Default 16; 0 for none.
   */
  readonly meterTimeline?: number
  /**
   * How long after a restart a station may keep silent about a transaction that ran; then `TransactionUnconfirmed` is told.
   * Default 60 seconds (E-29).
   */
  readonly unconfirmedTimeout?: Duration.Input
  /**
   * How long after it was Accepted a station may take to tell the status of each connector; then those that are left are told
   * with `ConnectorsUnreported`. Default 60 seconds (LC-12).
   */
  readonly statusTimeout?: Duration.Input
  /**
   * Whether an Accepted station is asked for a FullInventory when there is none, after a firmware change, and when the device
   * model is stale. Default `automatic`; `off` leaves it to the application (B-17). A model of 300 variables takes about 70 KiB of
   * memory for each station.
   */
  readonly inventory?: "automatic" | "off"
  /** Within this time after they are ready, stations are asked for it, each at its own moment. Default 60 seconds (B-17). */
  readonly inventorySpread?: Duration.Input
  /**
   * Whether an Accepted station is asked for its monitors when some are known and may be others by now: after each reboot, after
   * a new monitoring base. Default `automatic`; `off` leaves it to the application (N-11). Spread like `inventory`.
   */
  readonly monitoringReport?: "automatic" | "off"
  /** What is said of tokens that no handler has decided on: `{ TransactionEvent: "Accepted" }` (C-2, E-4). */
  readonly undecidedToken?: UndecidedToken
}

/** How links are closed when an adapter or the CSMS shuts down. */
export interface DrainOptions {
  /** How long what is in flight may take to end. Default 10 seconds. */
  readonly grace?: Duration.Input
  /** Links closed at a time. Default 250. */
  readonly wave?: number
  /** Time between two waves. Default 100 milliseconds. */
  readonly interval?: Duration.Input
  /** WebSocket close code, 1000, 1001, 1008, 1011 to 1013 or 3000 to 4999; `terminate` cuts the links off. Default 1001. */
  readonly code?: number | "terminate"
}

/** The settings in force, durations in milliseconds. */
export interface Settings extends ConnectionRateSettings, AdmissionLimitSettings, SecuritySettings {
  readonly callTimeout: number
  readonly handlerTimeout: number
  /** Seconds, as on the wire. */
  readonly heartbeatInterval: number
  /** Seconds, as on the wire. */
  readonly retryInterval: number
  readonly reconnectGrace: number
  readonly expectationTimeout: number
  readonly reportTimeout: number
  readonly longJobTimeout: number
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
  readonly validation: PolicyOf
  readonly eventBuffer: number
  readonly drain: DrainSettings
  readonly transactions: TransactionLimits & MeteringLimits
  readonly unconfirmedTimeout: number
  readonly statusTimeout: number
  readonly inventory: "automatic" | "off"
  readonly inventorySpread: number
  readonly monitoringReport: "automatic" | "off"
  readonly undecidedToken: UndecidedToken
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

/** Like `count`, and `Infinity` switches the limit off. */
const limit = (options: CsmsOptions, name: LimitName, fallback: number, least = 1): number =>
  options[name] === Infinity ? Infinity : count(options, name, fallback, least)

/** Close codes that an endpoint may send by itself (RFC 6455 §7.4). */
const closeCodes: ReadonlySet<number> = new Set([1000, 1001, 1008, 1011, 1012, 1013])

const drainOf = ({ drain = {} }: CsmsOptions): DrainSettings => {
  const problem = (name: keyof DrainOptions, wanted: string): never =>
    wrong("drain", `${name}: ${JSON.stringify(drain[name])}`, `with ${name} ${wanted}`)
  const time = (name: "grace" | "interval", fallback: number): number => {
    const value = drain[name] === undefined ? fallback : Option.map(Duration.fromInput(drain[name]), Duration.toMillis)
    const millis = typeof value === "number" ? value : Option.getOrElse(value, () => Number.NaN)
    return Number.isFinite(millis) && millis >= 0 ? millis : problem(name, 'a finite duration such as "10 seconds"')
  }
  const { code = 1001, wave = 250 } = drain
  if (!Number.isInteger(wave) || wave < 1) return problem("wave", "a whole number of at least 1")
  if (code !== "terminate" && !closeCodes.has(code) && !(Number.isInteger(code) && code >= 3000 && code <= 4999))
    return problem("code", "a close code that may be sent, for example 1001, or terminate")
  return { grace: time("grace", 10_000), wave, interval: time("interval", 100), code }
}

type LimitName = keyof ConnectionRateSettings | keyof AdmissionLimitSettings
type CountName =
  | LimitName
  | "maxEndedTransactions"
  | "maxRunningTransactions"
  | "transactionTimeline"
  | "meterTimeline"
  | "maxAnswers"
  | "maxQueuedCalls"
  | "maxUnansweredCalls"
  | "maxEarlyFrames"
  | "eventBuffer"
type DurationName = Exclude<
  keyof CsmsOptions,
  | CountName
  | keyof SecurityOptions
  | "unknownRegistration"
  | "noCommonProtocol"
  | "lenientIdentity"
  | "validation"
  | "drain"
  | "undecidedToken"
  | "inventory"
  | "monitoringReport"
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
  longJobTimeout: options.longJobTimeout === Infinity ? Infinity : milliseconds(options, "longJobTimeout", 86_400_000),
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
  validation: compileValidation(options.validation),
  eventBuffer: count(options, "eventBuffer", 4096, 2),
  messagesPerSecond: limit(options, "messagesPerSecond", 200),
  bytesPerSecond: limit(options, "bytesPerSecond", 1_048_576),
  invalidMessagesPerMinute: limit(options, "invalidMessagesPerMinute", 60, 0),
  connectionAttemptsPerAddress: limit(options, "connectionAttemptsPerAddress", 20_000),
  failedAttemptsPerAddress: limit(options, "failedAttemptsPerAddress", 120),
  connectionAttemptsPerIdentity: limit(options, "connectionAttemptsPerIdentity", 60),
  maxConnections: limit(options, "maxConnections", 100_000),
  maxPendingAdmissions: limit(options, "maxPendingAdmissions", 20_000),
  drain: drainOf(options),
  transactions: {
    maxEnded: count(options, "maxEndedTransactions", defaultLimits.maxEnded),
    maxRunning: count(options, "maxRunningTransactions", defaultLimits.maxRunning, 1),
    timelineLength: count(options, "transactionTimeline", defaultLimits.timelineLength),
    meterTimeline: count(options, "meterTimeline", defaultMeterTimeline)
  },
  unconfirmedTimeout: milliseconds(options, "unconfirmedTimeout", 60_000),
  statusTimeout: milliseconds(options, "statusTimeout", 60_000),
  inventory: options.inventory ?? "automatic",
  inventorySpread: milliseconds(options, "inventorySpread", 60_000),
  monitoringReport: options.monitoringReport ?? "automatic",
  undecidedToken: options.undecidedToken ?? {},
  ...securitySettings(options)
})
