/** What every WebSocket adapter lets its user set, what holds when nothing is said, and what makes no sense. */
import * as Result from "effect/Result"
import type { TrustedProxy } from "./Forwarded.ts"
import { ListenError } from "./ListenError.ts"
import { type Net, type ProxyOptions, trustedProxy } from "./ProxyOptions.ts"

/** How permessage-deflate is used with a station that offers it. */
export interface DeflateOptions {
  /** Messages to a station shorter than this many characters go out uncompressed. Default 1024. `Infinity`: none. */
  readonly threshold?: number | undefined
  /**
   * Window of a station's compressor as a power of two, 9 to 15 bits, asked of stations that offer to limit it. Default
   * 12 (4 KiB to keep per station instead of 32 KiB).
   */
  readonly windowBits?: number | undefined
}

/** The options of every WebSocket adapter. */
export interface WebSocketOptions {
  /** Path of the endpoint, for example `"/ocpp"`. Default `"/"`. */
  readonly path?: string | undefined
  /** Bytes a message may have, inflated; a longer one closes the connection with 1009. Default 1 MiB. */
  readonly maxMessageBytes?: number | undefined
  /** Bytes that may wait for a station which does not read; with more it is closed with 1008. Default 4 MiB. */
  readonly maxBufferedBytes?: number | undefined
  /**
   * Connections on a port of the adapter's own that may be open and not (yet) a WebSocket. The next one is cut off. Default
   * 10 000.
   */
  readonly maxPendingSockets?: number | undefined
  /** permessage-deflate. Default `true`; `false` turns it off for debugging. */
  readonly compression?: boolean | DeflateOptions | undefined
  /** Seconds between two pings to the same station. Default 60; 0 sends none and cuts no silent station off. */
  readonly pingInterval?: number | undefined
  /** Ping intervals without a sign of life from a station before it is cut off. Default 2. */
  readonly missedPings?: number | undefined
  /** Seconds a station has to answer a close frame before it is cut off. Default 5. */
  readonly closeTimeout?: number | undefined
  /** Seconds for a request to arrive, and again for the core to decide on it. Default 30. */
  readonly handshakeTimeout?: number | undefined
  /** The proxies whose word on address, TLS and certificate of a station is taken. Default: nobody's. */
  readonly proxy?: ProxyOptions | undefined
}

/** The options of every WebSocket adapter with each default filled in. */
export interface WebSocketSettings {
  /** `""` or `/` and at least one segment; never with a slash at its end. */
  readonly path: string
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  readonly maxPendingSockets: number
  readonly compression: { readonly threshold: number; readonly windowBits: number } | undefined
  readonly pingInterval: number
  readonly missedPings: number
  readonly closeTimeout: number
  readonly handshakeTimeout: number
  readonly proxy: TrustedProxy | undefined
}

/** Fills in the defaults; fails with `InvalidOption` on proxies that are no addresses. The rest is for `webSocketChecks`. */
export const webSocketSettings = (
  options: WebSocketOptions,
  net: Net
): Result.Result<WebSocketSettings, ListenError> => {
  const compression = options.compression === true ? {} : (options.compression ?? {})
  const proxy = options.proxy === undefined ? Result.succeed(undefined) : trustedProxy(options.proxy, net)
  return Result.map(proxy, (trusted) => ({
    path: (options.path ?? "/").replace(/\/$/, ""),
    maxMessageBytes: options.maxMessageBytes ?? 1024 * 1024,
    maxBufferedBytes: options.maxBufferedBytes ?? 4 * 1024 * 1024,
    maxPendingSockets: options.maxPendingSockets ?? 10_000,
    compression:
      compression === false
        ? undefined
        : { threshold: compression.threshold ?? 1024, windowBits: compression.windowBits ?? 12 },
    pingInterval: options.pingInterval ?? 60,
    missedPings: options.missedPings ?? 2,
    closeTimeout: options.closeTimeout ?? 5,
    handshakeTimeout: options.handshakeTimeout ?? 30,
    proxy: trusted
  }))
}

/** What must hold of an option, and what to say when it does not. */
export type OptionCheck = readonly [ok: boolean, message: string]

/** The settings, or `InvalidOption` with the message of the first check that does not hold. */
export const checked = <S>(settings: S, checks: ReadonlyArray<OptionCheck>): Result.Result<S, ListenError> => {
  const wrong = checks.find(([ok]) => !ok)
  return wrong === undefined
    ? Result.succeed(settings)
    : Result.fail(new ListenError({ reason: "InvalidOption", message: wrong[1] }))
}

/** That an option is a whole number within bounds, both included. */
export const wholeNumber = (name: string, value: number, min: number, max: number): OptionCheck => [
  Number.isInteger(value) && value >= min && value <= max,
  `\`${name}\` must be a whole number from ${min} to ${max}.`
]

/** Largest number of seconds a timer of Node can wait for. */
const maxSeconds = 2_147_483

const isSeconds = (value: number) => value > 0 && value <= maxSeconds

/** What must hold of the settings of every WebSocket adapter. */
export const webSocketChecks = (settings: WebSocketSettings): ReadonlyArray<OptionCheck> => {
  const { closeTimeout, compression, handshakeTimeout, maxBufferedBytes, path, pingInterval } = settings
  return [
    [
      path === "" || /^(?:\/[^/?#\s]+)+$/.test(path),
      '`path` must start with "/" and have no empty segment, query, fragment or space, for example "/ocpp".'
    ],
    wholeNumber("maxMessageBytes", settings.maxMessageBytes, 1, 2 ** 31 - 1),
    [maxBufferedBytes >= 1, "`maxBufferedBytes` must be a number of bytes from 1 up."],
    wholeNumber("maxPendingSockets", settings.maxPendingSockets, 1, 2 ** 31 - 1),
    [
      compression === undefined || compression.threshold >= 0,
      "`compression.threshold` must be a number of characters from 0 up."
    ],
    wholeNumber("compression.windowBits", compression?.windowBits ?? 15, 9, 15),
    [pingInterval === 0 || isSeconds(pingInterval), "`pingInterval` must be a number of seconds, or 0 for no pings."],
    wholeNumber("missedPings", settings.missedPings, 1, 1000),
    [isSeconds(closeTimeout), "`closeTimeout` must be a number of seconds above 0."],
    [isSeconds(handshakeTimeout), "`handshakeTimeout` must be a number of seconds above 0."]
  ]
}
