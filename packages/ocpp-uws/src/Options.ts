/** What a user may say to the adapter, what holds when nothing is said, and what makes no sense. */
import * as net from "node:net"
import * as Result from "effect/Result"
import { ListenError, type ProxyOptions, trustedProxy, type TrustedProxy } from "@wattline/ocpp-core/adapter"
import { isTlsApp, type UwsApp, type UwsModule } from "./Native.ts"

/** A port of the adapter's own, without TLS: security profile 1, for trusted networks only. */
export interface OwnPlainPort {
  /** TCP port, 0 to 65535; 0 takes a free one, told by `UwsServer.address`. */
  readonly port: number
  /** Address to listen on. Default `"127.0.0.1"`, this machine only; `"0.0.0.0"` or `"::"` listens on all addresses. */
  readonly host?: string | undefined
  /** Says that passwords may travel readable, or that a proxy in front ends TLS. */
  readonly plain: true
}

/** The certificate of a TLS listener: names of PEM files, which uWebSockets.js reads itself. */
export interface TlsFiles {
  /** The server's certificate, then the intermediate ones. EC or RSA, one per listener. */
  readonly certFile: string
  readonly keyFile: string
  /** Of the private key. */
  readonly passphrase?: string | undefined
  /**
   * The CAs that station certificates come from. A certificate of any other, or one that is not valid now, ends the TLS
   * handshake; a station without one comes in as one of profile 2 does. Without `caFile` no certificate is asked for.
   */
  readonly caFile?: string | undefined
  /**
   * Cipher suites of TLS 1.2 in OpenSSL's notation. Default: those of R-051 and the ECDHE suites with AES-GCM for RSA.
   */
  readonly ciphers?: string | undefined
}

/** A port of the adapter's own with TLS 1.2 and 1.3: security profiles 2 and 3. */
export interface OwnTlsPort {
  /** TCP port, 0 to 65535; 0 takes a free one, told by `UwsServer.address`. */
  readonly port: number
  /** Address to listen on. Default `"127.0.0.1"`, this machine only; `"0.0.0.0"` or `"::"` listens on all addresses. */
  readonly host?: string | undefined
  readonly tls: TlsFiles
}

/** An `App` or `SSLApp` of the application; the adapter adds a WebSocket route to it, listening is the application's. */
export interface Attached {
  readonly app: UwsApp
  /** Where the application lets it listen, for `address` and `url`: uWebSockets.js does not tell. */
  readonly port: number
  /** As `port`. Default `"127.0.0.1"`. */
  readonly host?: string | undefined
  /** With an `App`: passwords may travel readable, or a proxy in front ends TLS. Not needed with an `SSLApp`. */
  readonly plain?: boolean | undefined
}

/** How permessage-deflate is used with a station that offers it. */
export interface CompressionOptions {
  /** Messages to a station shorter than this many characters go out uncompressed. Default 1024. `Infinity`: none. */
  readonly threshold?: number | undefined
  /**
   * Window of a station's compressor as a power of two, 9 to 15 bits, asked of stations that offer to limit it. Default
   * 12 (4 KiB to keep per station instead of 32 KiB).
   */
  readonly windowBits?: number | undefined
}

/** What every kind of listener understands. */
export interface CommonOptions {
  /** Path of the endpoint, for example `"/ocpp"`. Default `"/"`. Upgrades elsewhere get 404, or the app's next route. */
  readonly path?: string | undefined
  /** Bytes a message may have, inflated; a longer one closes the connection with 1009. Default 1 MiB. */
  readonly maxMessageBytes?: number | undefined
  /** Bytes that may wait for a station which does not read; with more it is closed with 1008. Default 4 MiB. */
  readonly maxBufferedBytes?: number | undefined
  /**
   * Connections that are no WebSockets yet; one more is cut off. Default 10 000. Only on a port of the adapter's own.
   */
  readonly maxPendingSockets?: number | undefined
  /** permessage-deflate. Default `true`; `false` turns it off for debugging. */
  readonly compression?: boolean | CompressionOptions | undefined
  /** Seconds between two pings to the same station. Default 60; 0 sends none and cuts no silent station off. */
  readonly pingInterval?: number | undefined
  /** Ping intervals without a message, ping or pong of a station before it is cut off. Default 2. */
  readonly missedPings?: number | undefined
  /**
   * Seconds a station has to read what waits for it before a close frame; then it is cut off. Default 5. For its
   * answer to the close frame uWebSockets.js gives it 4 to 8 seconds.
   */
  readonly closeTimeout?: number | undefined
  /** Seconds from the connection to the end of the request, and again for the core to decide on it. Default 30. */
  readonly handshakeTimeout?: number | undefined
  /** The proxies whose word on address, TLS and certificate of a station is taken. Default: nobody's. */
  readonly proxy?: ProxyOptions | undefined
  /** The loaded module `uWebSockets.js`. Default: imported when a port of the adapter's own is opened. */
  readonly native?: UwsModule | undefined
}

/** Where to listen, and how. */
export type UwsServerOptions = CommonOptions & (OwnPlainPort | OwnTlsPort | Attached)

/** Where stations come in. */
export type ListenerSettings = { readonly port: number; readonly host: string } & (
  | { readonly kind: "plain" }
  | { readonly kind: "tls"; readonly tls: TlsFiles }
  | { readonly kind: "app"; readonly app: UwsApp }
)

/** The options with every default filled in. */
export interface Settings {
  readonly listener: ListenerSettings
  /** `""` or `/` and at least one segment; never with a slash at its end. */
  readonly path: string
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  readonly maxPendingSockets: number
  readonly compression: Required<{ readonly [K in keyof CompressionOptions]: number }> | undefined
  readonly pingInterval: number
  readonly missedPings: number
  readonly closeTimeout: number
  readonly handshakeTimeout: number
  readonly proxy: TrustedProxy | undefined
  readonly native: UwsModule | undefined
}

/** Fills in the defaults; fails with the first option that makes no sense. */
export const resolve = (options: UwsServerOptions): Result.Result<Settings, ListenError> => {
  const listener = listenerOf(options)
  if (listener === undefined) return Result.fail(plainNotAllowed)
  const proxy = options.proxy === undefined ? Result.succeed(undefined) : trustedProxy(options.proxy, net)
  if (Result.isFailure(proxy)) return Result.fail(proxy.failure)
  const compression = options.compression === true ? {} : (options.compression ?? {})
  const settings: Settings = {
    listener,
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
    proxy: proxy.success,
    native: options.native
  }
  const wrong = violations(settings).find(([ok]) => !ok)
  return wrong === undefined
    ? Result.succeed(settings)
    : Result.fail(new ListenError({ reason: "InvalidOption", message: wrong[1] }))
}

const listenerOf = (options: UwsServerOptions): ListenerSettings | undefined => {
  const { port, host = "127.0.0.1" } = options
  const plain = "plain" in options && options.plain === true
  if ("tls" in options) return { kind: "tls", port, host, tls: options.tls }
  if ("app" in options) {
    return plain || isTlsApp(options.app) ? { kind: "app", port, host, app: options.app } : undefined
  }
  return plain ? { kind: "plain", port, host } : undefined
}

const plainNotAllowed = new ListenError({
  reason: "PlainNotAllowed",
  message:
    "Without TLS everybody on the network can read the passwords of the stations. " +
    "Say `plain: true` if the network is trusted, or give `tls`, or an SSLApp as `app`."
})

const whole = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max

/** Largest number of seconds a timer of Node can wait for. */
const maxSeconds = 2_147_483

const seconds = (value: number) => value > 0 && value <= maxSeconds

const violations = (settings: Settings): ReadonlyArray<readonly [ok: boolean, message: string]> => {
  const { listener, compression } = settings
  return [
    [whole(listener.port, 0, 65_535), "`port` must be a whole number from 0 to 65535."],
    [listener.kind !== "app" || listener.port > 0, "`port` must say where the `app` listens."],
    [
      settings.path === "" || /^(?:\/[^/?#:*\s][^/?#\s]*)+$/.test(settings.path),
      '`path` must start with "/" and have no empty segment, query, fragment or space, and no segment that starts with ":" or "*", for example "/ocpp".'
    ],
    [whole(settings.maxMessageBytes, 1, 2 ** 30), "`maxMessageBytes` must be a whole number from 1 to 1073741824."],
    [settings.maxBufferedBytes >= 1, "`maxBufferedBytes` must be a number of bytes from 1 up."],
    [settings.maxPendingSockets >= 1, "`maxPendingSockets` must be a number from 1 up."],
    [
      compression === undefined || compression.threshold >= 0,
      "`compression.threshold` must be a number of characters from 0 up."
    ],
    [
      compression === undefined || whole(compression.windowBits, 9, 15),
      "`compression.windowBits` must be a whole number from 9 to 15."
    ],
    [
      settings.pingInterval === 0 || seconds(settings.pingInterval),
      "`pingInterval` must be a number of seconds, or 0 for no pings."
    ],
    [whole(settings.missedPings, 1, 1000), "`missedPings` must be a whole number from 1 to 1000."],
    [seconds(settings.closeTimeout), "`closeTimeout` must be a number of seconds above 0."],
    [seconds(settings.handshakeTimeout), "`handshakeTimeout` must be a number of seconds above 0."]
  ]
}
