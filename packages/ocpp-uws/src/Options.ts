/** What a user may say to the adapter, what holds when nothing is said, and what makes no sense. */
import * as net from "node:net"
import * as Result from "effect/Result"
import {
  checked,
  ListenError,
  webSocketChecks,
  type WebSocketOptions,
  type WebSocketSettings,
  webSocketSettings,
  wholeNumber
} from "@wattline/ocpp-core/adapter"
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

/** What every kind of listener understands. */
export interface CommonOptions extends WebSocketOptions {
  /** Path of the endpoint, for example `"/ocpp"`. Default `"/"`. Upgrades elsewhere get 404, or the app's next route. */
  readonly path?: string | undefined
  /** Ping intervals without a message, ping or pong of a station before it is cut off. Default 2. */
  readonly missedPings?: number | undefined
  /**
   * Seconds a station has to read what waits for it before a close frame; then it is cut off. Default 5. For its
   * answer to the close frame uWebSockets.js gives it 4 to 8 seconds.
   */
  readonly closeTimeout?: number | undefined
  /** Seconds from the connection to the end of the request, and again for the core to decide on it. Default 30. */
  readonly handshakeTimeout?: number | undefined
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
export interface Settings extends WebSocketSettings {
  readonly listener: ListenerSettings
  readonly native: UwsModule | undefined
}

/** Fills in the defaults; fails with the first option that makes no sense. */
export const resolve = (options: UwsServerOptions): Result.Result<Settings, ListenError> => {
  const listener = listenerOf(options)
  if (listener === undefined) return Result.fail(plainNotAllowed)
  return Result.flatMap(webSocketSettings(options, net), (shared) =>
    checked({ ...shared, listener, native: options.native }, [
      wholeNumber("port", listener.port, 0, 65_535),
      [listener.kind !== "app" || listener.port > 0, "`port` must say where the `app` listens."],
      [!/\/[:*]/.test(shared.path), '`path` must have no segment that starts with ":" or "*", for example "/ocpp".'],
      wholeNumber("maxMessageBytes", shared.maxMessageBytes, 1, 2 ** 30), // it is given twice as many, in 32 bits
      ...webSocketChecks(shared)
    ])
  )
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
