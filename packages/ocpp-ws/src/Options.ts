/** What a user may say to the adapter, what holds when nothing is said, and what makes no sense. */
import type { Server as HttpServer } from "node:http"
import type { Server as HttpsServer } from "node:https"
import * as net from "node:net"
import { Server as TlsServer } from "node:tls"
import * as Result from "effect/Result"
import {
  checked,
  type DeflateOptions,
  ListenError,
  webSocketChecks,
  type WebSocketOptions,
  type WebSocketSettings,
  webSocketSettings,
  wholeNumber
} from "@wattline/ocpp-core/adapter"
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
export interface CompressionOptions extends DeflateOptions {
  /**
   * Messages to a station shorter than this many characters go out uncompressed. Default 1024. `Infinity` compresses
   * none, which saves about 150 KiB for every station that would be sent a compressed one.
   */
  readonly threshold?: number | undefined
  /** zlib jobs at a time, for all adapters of the process together; the first adapter started decides. Default 10. */
  readonly concurrency?: number | undefined
}

/** What both kinds of listener understand. */
export interface CommonOptions extends WebSocketOptions {
  /**
   * Path of the endpoint, for example `"/ocpp"`. Default `"/"`. Upgrades elsewhere get 404, or are left to the other
   * upgrade listeners of an attached server.
   */
  readonly path?: string | undefined
  /**
   * Bytes that may wait for a station which does not read. Default 4 MiB. From a quarter of them on nothing is read from it;
   * with more than all of them it is closed with 1008.
   */
  readonly maxBufferedBytes?: number | undefined
  /** permessage-deflate. Default `true`; `false` turns it off for debugging. */
  readonly compression?: boolean | CompressionOptions | undefined
  /** Ping intervals without a single byte from a station before it is cut off. Default 2. */
  readonly missedPings?: number | undefined
  /** Seconds for the TLS handshake, again for the request to arrive, and again for the admission. Default 30. */
  readonly handshakeTimeout?: number | undefined
}

/** Where to listen, and how. */
export type WsServerOptions = CommonOptions & (OwnPort | Attached)

/** The options with every default filled in. */
export interface Settings extends WebSocketSettings {
  readonly listener: { readonly port: number; readonly host: string } | { readonly server: HttpServer | HttpsServer }
  /** Of an own port. */
  readonly tls: TlsOptions | undefined
  /** Of an attached server. */
  readonly clientCertificates: ClientCertificateOptions | undefined
  readonly compression: Required<{ readonly [K in keyof CompressionOptions]: number }> | undefined
}

/** Fills in the defaults; fails with the first option that makes no sense. */
export const resolve = (options: WsServerOptions): Result.Result<Settings, ListenError> => {
  const tls = "tls" in options ? options.tls : undefined
  const secure = "server" in options ? options.server instanceof TlsServer : tls !== undefined
  if (!secure && options.plain !== true) return Result.fail(plainNotAllowed)
  if (tls !== undefined && (options.plain === true || "server" in options)) return Result.fail(oneTls)
  return Result.flatMap(webSocketSettings(options, net), (shared) => {
    const settings: Settings = {
      ...shared,
      listener:
        "server" in options ? { server: options.server } : { port: options.port, host: options.host ?? "127.0.0.1" },
      tls,
      clientCertificates: "clientCertificates" in options ? options.clientCertificates : undefined,
      compression: shared.compression && { ...shared.compression, concurrency: concurrencyOf(options) }
    }
    const { compression, listener } = settings
    return checked(settings, [
      wholeNumber("port", "server" in listener ? 0 : listener.port, 0, 65_535),
      ...webSocketChecks(settings),
      wholeNumber("compression.concurrency", compression?.concurrency ?? 1, 1, 1024)
    ])
  })
}

const concurrencyOf = ({ compression }: CommonOptions): number =>
  (typeof compression === "boolean" ? undefined : compression?.concurrency) ?? 10

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
