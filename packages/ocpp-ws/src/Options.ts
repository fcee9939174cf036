/** What a user may say to the adapter, what holds when nothing is said, and what makes no sense. */
import type { Server as HttpServer } from "node:http"
import type { Server as HttpsServer } from "node:https"
import * as net from "node:net"
import { Server as TlsServer } from "node:tls"
import * as Result from "effect/Result"
import { ListenError, type ProxyOptions, trustedProxy, type TrustedProxy } from "@wattline/ocpp-core/adapter"
import type { ClientCertificateOptions, TlsOptions } from "./Tls.ts"

/** Where a port of the adapter's own is. */
interface Port {
  /** TCP port, 0 to 65535; 0 takes a free one, told by `WsServer.address`. */
  readonly port: number
  /** Address to listen on. Default `"127.0.0.1"`, this machine only; `"0.0.0.0"` or `"::"` listens on all addresses. */
  readonly host?: string | undefined
}

/** A port of the adapter's own, without TLS: security profile 1, for trusted networks, or behind a proxy that ends TLS. */
export interface PlainPort extends Port {
  /** Says that passwords may travel readable. */
  readonly plain: true
  readonly tls?: undefined
}

/** A port of the adapter's own, with TLS: security profiles 2 and 3. */
export interface TlsPort extends Port {
  readonly tls: TlsOptions
  readonly plain?: false | undefined
}

/** A port of the adapter's own. */
export type OwnPort = PlainPort | TlsPort

/**
 * A server of the application that already listens; the adapter takes the upgrades below `path` and leaves the rest.
 */
export type Attached =
  | {
      readonly server: HttpsServer
      readonly plain?: boolean | undefined
      /**
       * The CAs of a server that asks for client certificates (`requestCert`), once more: only with them can an expired
       * certificate be told from one that is also forged or revoked. Without them it counts as untrusted.
       */
      readonly clientCertificates?: ClientCertificateOptions | undefined
    }
  | {
      readonly server: HttpServer
      /** Says that passwords may travel readable, or that a proxy in front of the server ends TLS. */
      readonly plain: true
    }

/** How permessage-deflate is used with a station that offers it. */
export interface CompressionOptions {
  /**
   * Messages to a station shorter than this many characters go out uncompressed. Default 1024. `Infinity` compresses
   * none, which saves about 150 KiB for every station that would be sent a compressed one.
   */
  readonly threshold?: number | undefined
  /**
   * Window of a station's compressor as a power of two, 9 to 15 bits, asked of stations that offer to limit it. Default
   * 12 (4 KiB to keep per station instead of 32 KiB).
   */
  readonly windowBits?: number | undefined
  /** zlib jobs at a time, for all adapters of the process together; the first adapter started decides. Default 10. */
  readonly concurrency?: number | undefined
}

/** What both kinds of listener understand. */
export interface CommonOptions {
  /**
   * Path of the endpoint, for example `"/ocpp"`. Default `"/"`. Upgrades elsewhere get 404, or are left to the other
   * upgrade listeners of an attached server.
   */
  readonly path?: string | undefined
  /** Bytes a message may have, inflated; a longer one closes the connection with 1009. Default 1 MiB. */
  readonly maxMessageBytes?: number | undefined
  /**
   * Bytes that may wait for a station which does not read. Default 4 MiB. From a quarter of them on nothing is read from it;
   * with more than all of them it is closed with 1008.
   */
  readonly maxBufferedBytes?: number | undefined
  /** permessage-deflate. Default `true`; `false` turns it off for debugging. */
  readonly compression?: boolean | CompressionOptions | undefined
  /** Seconds between two pings to the same station. Default 60; 0 sends none and cuts no silent station off. */
  readonly pingInterval?: number | undefined
  /** Ping intervals without a single byte from a station before it is cut off. Default 2. */
  readonly missedPings?: number | undefined
  /** Seconds a station has to answer a close frame before it is cut off. Default 5. */
  readonly closeTimeout?: number | undefined
  /** Seconds for the TLS handshake, again for the request to arrive, and again for the admission. Default 30. */
  readonly handshakeTimeout?: number | undefined
  /**
   * Connections on a port of the adapter's own that may be open and not (yet) a WebSocket. The next one is cut off. Default
   * 10 000.
   */
  readonly maxPendingSockets?: number | undefined
  /** Proxies in front of the adapter. Default: none, and no header says anything about a connection. */
  readonly proxy?: ProxyOptions | undefined
}

/** Where to listen, and how. */
export type WsServerOptions = CommonOptions & (OwnPort | Attached)

/** The options with every default filled in. */
export interface Settings {
  readonly listener: { readonly port: number; readonly host: string } | { readonly server: HttpServer | HttpsServer }
  /** Of an own port. */
  readonly tls: TlsOptions | undefined
  /** Of an attached server. */
  readonly clientCertificates: ClientCertificateOptions | undefined
  /** `""` or `/` and at least one segment; never with a slash at its end. */
  readonly path: string
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  readonly compression: Required<{ readonly [K in keyof CompressionOptions]: number }> | undefined
  readonly pingInterval: number
  readonly missedPings: number
  readonly closeTimeout: number
  readonly handshakeTimeout: number
  readonly maxPendingSockets: number
  readonly proxy: TrustedProxy | undefined
}

/** Fills in the defaults; fails with the first option that makes no sense. */
export const resolve = (options: WsServerOptions): Result.Result<Settings, ListenError> => {
  const tls = "tls" in options ? options.tls : undefined
  const secure = "server" in options ? options.server instanceof TlsServer : tls !== undefined
  if (!secure && options.plain !== true) return Result.fail(plainNotAllowed)
  if (tls !== undefined && (options.plain === true || "server" in options)) return Result.fail(oneTls)
  const proxy = options.proxy === undefined ? Result.succeed(undefined) : trustedProxy(options.proxy, net)
  if (Result.isFailure(proxy)) return Result.fail(proxy.failure)
  const compression = options.compression === true ? {} : (options.compression ?? {})
  const settings: Settings = {
    listener:
      "server" in options ? { server: options.server } : { port: options.port, host: options.host ?? "127.0.0.1" },
    tls,
    clientCertificates: "clientCertificates" in options ? options.clientCertificates : undefined,
    path: (options.path ?? "/").replace(/\/$/, ""),
    maxMessageBytes: options.maxMessageBytes ?? 1024 * 1024,
    maxBufferedBytes: options.maxBufferedBytes ?? 4 * 1024 * 1024,
    compression:
      compression === false
        ? undefined
        : {
            threshold: compression.threshold ?? 1024,
            windowBits: compression.windowBits ?? 12,
            concurrency: compression.concurrency ?? 10
          },
    pingInterval: options.pingInterval ?? 60,
    missedPings: options.missedPings ?? 2,
    closeTimeout: options.closeTimeout ?? 5,
    handshakeTimeout: options.handshakeTimeout ?? 30,
    maxPendingSockets: options.maxPendingSockets ?? 10_000,
    proxy: proxy.success
  }
  const wrong = violations(settings).find(([ok]) => !ok)
  return wrong === undefined
    ? Result.succeed(settings)
    : Result.fail(new ListenError({ reason: "InvalidOption", message: wrong[1] }))
}

const plainNotAllowed = new ListenError({
  reason: "PlainNotAllowed",
  message:
    "Without TLS everybody on the network can read the passwords of the stations. " +
    "Give certificates as `tls`, or an https.Server as `server`; say `plain: true` only if the network is trusted."
})

const oneTls = new ListenError({
  reason: "InvalidOption",
  message: "`tls` is for a port of its own without `plain: true`. An attached server brings its own TLS."
})

const whole = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max

/** Largest number of seconds a timer of Node can wait for. */
const maxSeconds = 2_147_483

const seconds = (value: number) => value > 0 && value <= maxSeconds

const violations = (settings: Settings): ReadonlyArray<readonly [ok: boolean, message: string]> => {
  const { listener, compression } = settings
  return [
    ["server" in listener || whole(listener.port, 0, 65_535), "`port` must be a whole number from 0 to 65535."],
    [
      settings.path === "" || /^(?:\/[^/?#\s]+)+$/.test(settings.path),
      '`path` must start with "/" and have no empty segment, query, fragment or space, for example "/ocpp".'
    ],
    [whole(settings.maxMessageBytes, 1, 2 ** 31 - 1), "`maxMessageBytes` must be a whole number from 1 to 2147483647."],
    [settings.maxBufferedBytes >= 1, "`maxBufferedBytes` must be a number of bytes from 1 up."],
    [
      compression === undefined || compression.threshold >= 0,
      "`compression.threshold` must be a number of characters from 0 up."
    ],
    [
      compression === undefined || whole(compression.windowBits, 9, 15),
      "`compression.windowBits` must be a whole number from 9 to 15."
    ],
    [
      compression === undefined || whole(compression.concurrency, 1, 1024),
      "`compression.concurrency` must be a whole number from 1 to 1024."
    ],
    [
      settings.pingInterval === 0 || seconds(settings.pingInterval),
      "`pingInterval` must be a number of seconds, or 0 for no pings."
    ],
    [whole(settings.missedPings, 1, 1000), "`missedPings` must be a whole number from 1 to 1000."],
    [seconds(settings.closeTimeout), "`closeTimeout` must be a number of seconds above 0."],
    [seconds(settings.handshakeTimeout), "`handshakeTimeout` must be a number of seconds above 0."],
    [
      whole(settings.maxPendingSockets, 1, 2 ** 31 - 1),
      "`maxPendingSockets` must be a whole number from 1 to 2147483647."
    ]
  ]
}
