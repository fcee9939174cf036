/** The harnesses of the suites over `ws`. */
import {
  type AdapterHarness,
  type Dial,
  dial,
  recorded,
  type RecordingOptions,
  running,
  type SecurityHarness,
  testPki,
  type WebSocketHarness
} from "@wattline/ocpp-conformance"
import { Context, Effect, Layer } from "effect"
import { type CommonOptions, WsServer, type WsServerOptions } from "../src/index.ts"

/** Starts the adapter, for as long as the scope lives. */
export const start = (options: WsServerOptions) =>
  Effect.map(Layer.build(WsServer.layer(options)), (context) => Context.get(context, WsServer))

/** Starts the adapter in a scope of its own, with the means to end it. */
export const startWith = (options: WsServerOptions) => recorded(start(options))

/** Starts the adapter at `/ocpp` and gives a way to connect to it. */
export const setup = (options: CommonOptions = {}, recording: RecordingOptions = {}) =>
  running(start({ port: 0, plain: true, path: "/ocpp", ...options }), recording)

/** The harness that `webSocketSuite` runs. */
export const webSocketHarness: WebSocketHarness = {
  adapter: "ws",
  early: true,
  start: (wishes) => start({ port: 0, plain: true, path: "/ocpp", ...wishes })
}

/** What `adapterSuite` asks for. */
const contract = { port: 0, path: "/ocpp", maxMessageBytes: 65_536, pingInterval: 0, closeTimeout: 1 } as const

/** The harness that `adapterSuite` runs. */
export const harness: AdapterHarness = {
  early: true,
  start: Effect.map(start({ ...contract, plain: true }), ({ address }) => ({
    dial: (request: Dial) => dial(`ws://127.0.0.1:${address.port}`, request)
  }))
}

/** The same over TLS. */
export const tlsHarness: AdapterHarness = {
  early: true,
  secure: true,
  start: Effect.gen(function* () {
    const { ca } = yield* testPki
    const { chain, key } = yield* ca.issue({ commonName: "csms.test", key: "EC", usage: "server" })
    const tls = { certificates: [{ cert: chain, key }] }
    const { address } = yield* start({ ...contract, tls })
    const client = { ca: ca.cert, servername: "csms.test" }
    return { dial: (request: Dial) => dial(`wss://127.0.0.1:${address.port}`, request, client) }
  })
}

/** Any number of listeners, plain and with TLS, for what goes on above them. */
export const listenersHarness: SecurityHarness = {
  start: (tls) => {
    const common = { port: 0, path: "/ocpp", pingInterval: 0, closeTimeout: 1 }
    const options: WsServerOptions =
      tls === undefined
        ? { ...common, plain: true }
        : {
            ...common,
            tls: {
              certificates: tls.certificates.map(({ chain, key }) => ({ cert: chain, key })),
              ...(tls.clientCa !== undefined && { clientCertificates: { ca: tls.clientCa } })
            }
          }
    return Effect.map(start(options), ({ address }) => address.port)
  }
}
