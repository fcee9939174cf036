/**
 * The part of uWebSockets.js that the adapter uses, as structural types: they describe the native module without needing
 * it to be installed. All of its objects are valid for a short time only, and calling a dead one throws.
 */
import * as Effect from "effect/Effect"
import { ListenError } from "@wattline/ocpp-core/adapter"

/** An HTTP request; valid inside the handler's call only. */
export interface UwsRequest {
  getUrl(): string
  getQuery(): string | undefined
  getCaseSensitiveMethod(): string
  forEach(callback: (name: string, value: string) => void): void
  setYield(yielding: boolean): unknown
}

/** Its response; valid until it is answered, upgraded or aborted. */
export interface UwsResponse {
  onAborted(callback: () => void): unknown
  cork(callback: () => void): unknown
  writeStatus(status: string): unknown
  writeHeader(name: string, value: string): unknown
  end(body?: string, closeConnection?: boolean): unknown
  close(): unknown
  getRemoteAddressAsText(): ArrayBuffer
  /** `context` is what the upgrade handler was given; the library's own, opaque. */
  upgrade(userData: object, key: string, protocol: string, extensions: string, context: object): void
  /** On a TLS app; not in the library's own types. PEM of a client certificate that was verified, or `""`. */
  getX509Certificate?(): string
}

/** An open WebSocket; valid until its close handler was called. */
export interface UwsSocket {
  getUserData(): object
  send(message: string, isBinary?: boolean, compress?: boolean): number
  getBufferedAmount(): number
  ping(message?: string): number
  end(code?: number, reason?: string): void
  close(): void
  cork(callback: () => void): unknown
}

/** What a WebSocket route does. */
export interface UwsBehavior {
  readonly maxPayloadLength: number
  readonly maxBackpressure: number
  readonly idleTimeout: number
  readonly sendPingsAutomatically: boolean
  readonly compression: number
  readonly upgrade: (response: UwsResponse, request: UwsRequest, context: object) => void
  readonly open: (socket: UwsSocket) => void
  readonly message: (socket: UwsSocket, message: ArrayBuffer, isBinary: boolean) => void
  readonly ping: (socket: UwsSocket) => void
  readonly pong: (socket: UwsSocket) => void
  readonly drain: (socket: UwsSocket) => void
  readonly close: (socket: UwsSocket, code: number, reason: ArrayBuffer) => void
}

/** A `TemplatedApp` of uWebSockets.js. */
export interface UwsApp {
  ws(pattern: string, behavior: UwsBehavior): unknown
  any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): unknown
  filter(callback: (response: UwsResponse, count: { valueOf(): number }) => void): unknown
  listen(host: string, port: number, callback: (socket: object | false) => void): unknown
  /** Seconds a connection has until its request is there; not in the library's own types. */
  setIdleTimeout?(seconds: number): unknown
}

/** How an app listens without sharing the port; not in the library's own types in this form. */
interface ListensAlone {
  listen(host: string, port: number, options: number, callback: (socket: object | false) => void): unknown
}

/** `LIBUS_LISTEN_EXCLUSIVE_PORT`. Without it two processes could listen on one port and each get some of the stations. */
const exclusive = 1

/** Lets `app` listen; `undefined` when it cannot, the library does not say why. */
export const listenOn = (app: UwsApp, host: string, port: number): object | undefined => {
  let listening: object | undefined
  ;(app as UwsApp & ListensAlone).listen(host, port, exclusive, (socket) => {
    if (socket !== false) listening = socket
  })
  return listening
}

/** The files of a TLS app; the library reads them when the app is made. */
export interface UwsTlsOptions {
  readonly cert_file_name: string
  readonly key_file_name: string
  readonly passphrase?: string
  readonly ca_file_name?: string
  readonly ssl_ciphers?: string
}

/** The module itself. */
export interface UwsModule {
  App(): UwsApp
  SSLApp(options: UwsTlsOptions): UwsApp
  us_listen_socket_close(socket: object): void
  us_socket_local_port(socket: object): number
}

/** The library's name for compressing with one shared window for all stations, and inflating with one of up to 32 KiB each. */
export const compressionChoice = 0x001 | 0xf00

/** Whether an app of the user ends TLS itself. */
export const isTlsApp = (app: UwsApp): boolean => app.constructor.name === "uWS.SSLApp"

/** Loads the optional peer dependency; fails with what to do when it is not there or does not load. */
export const importNative = (
  load: () => Promise<unknown> = () => import(moduleName)
): Effect.Effect<UwsModule, ListenError> =>
  Effect.flatMap(Effect.tryPromise({ try: load, catch: missing }), (loaded) =>
    isModule(loaded) ? Effect.succeed(loaded) : Effect.fail(missing("it is another module of this name"))
  )

/** A variable, so that no compiler and no bundler asks for the module. */
const moduleName: string = "uWebSockets.js"

const isModule = (loaded: unknown): loaded is UwsModule =>
  typeof loaded === "object" &&
  loaded !== null &&
  "App" in loaded &&
  "SSLApp" in loaded &&
  "us_listen_socket_close" in loaded &&
  "us_socket_local_port" in loaded

const missing = (cause: unknown): ListenError => {
  const text = cause instanceof Error ? cause.message : String(cause)
  const install =
    'Install it with `npm install uWebSockets.js@"npm:@btc-vision/uwebsockets.js@^20.57.0"` or ' +
    "`npm install uNetworking/uWebSockets.js#v20.57.0`."
  return new ListenError({
    reason: "NativeModule",
    message: /GLIBC/.test(text)
      ? `uWebSockets.js does not load, because its binary needs a newer glibc than this machine has (${firstLine(text, /GLIBC/)}). Use Debian 13, Ubuntu 24.04 or later, or @wattline/ocpp-ws.`
      : `uWebSockets.js cannot be loaded (${firstLine(text)}). ${install} Or use @wattline/ocpp-ws, which needs no native library.`
  })
}

const firstLine = (text: string, about = /./): string => text.split("\n").find((line) => about.test(line)) ?? ""
