/** The harnesses of the suites over uWebSockets.js. */
import {
  type AdapterHarness,
  type Dial,
  dial,
  recorded,
  type RecordingOptions,
  running,
  testPki,
  type WebSocketHarness,
  writeFiles
} from "@wattline/ocpp-conformance"
import { Context, Effect, Layer } from "effect"
import { type CommonOptions, UwsServer, type UwsServerOptions } from "../src/index.ts"
import { tryNative } from "./native.ts"

/** The native module; `undefined` on a machine where it cannot be loaded, whose tests are skipped. */
export const native = tryNative()

/** Starts the adapter, for as long as the scope lives. */
export const start = (options: UwsServerOptions) =>
  Effect.map(Layer.build(UwsServer.layer({ native, ...options })), (context) => Context.get(context, UwsServer))

/** Starts the adapter in a scope of its own, with the means to end it. */
export const startWith = (options: UwsServerOptions, recording: RecordingOptions = {}) =>
  Effect.map(recorded(start(options), recording), (started) => ({ ...started, port: started.server.address.port }))

/** Starts the adapter at `/ocpp` and gives a way to connect to it. */
export const setup = (options: CommonOptions = {}, recording: RecordingOptions = {}) =>
  running(start({ port: 0, plain: true, path: "/ocpp", ...options }), recording)

/** The harness that `webSocketSuite` runs. */
export const webSocketHarness: WebSocketHarness = {
  adapter: "uws",
  early: false,
  start: (wishes) => start({ port: 0, plain: true, path: "/ocpp", ...wishes })
}

/** What `adapterSuite` asks for. */
const contract = { port: 0, path: "/ocpp", maxMessageBytes: 65_536, pingInterval: 0 } as const

/** The harness that `adapterSuite` runs. */
export const plainHarness: AdapterHarness = {
  registeredCloseCodes: false,
  start: Effect.map(start({ ...contract, plain: true }), ({ address }) => ({
    dial: (request: Dial) => dial(`ws://127.0.0.1:${address.port}`, request)
  }))
}

/** A server certificate of the test CA, as files. */
export const serverFiles = Effect.fnUntraced(function* (key: "EC" | "RSA") {
  const { ca } = yield* testPki
  const { chain, key: privateKey } = yield* ca.issue({ commonName: "localhost", key, usage: "server" })
  const { caFile, certFile, keyFile } = yield* writeFiles({ certFile: chain, keyFile: privateKey, caFile: ca.cert })
  return { tls: { certFile, keyFile }, caFile, ca: ca.cert }
})

/** The same over TLS. */
export const tlsHarness: AdapterHarness = {
  secure: true,
  registeredCloseCodes: false,
  start: Effect.gen(function* () {
    const { ca, tls } = yield* serverFiles("EC")
    const { address } = yield* start({ ...contract, tls })
    const url = `wss://127.0.0.1:${address.port}`
    return { dial: (request: Dial) => dial(url, request, { ca, servername: "localhost" }) }
  })
}
