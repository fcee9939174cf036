/** The WebSocket harness of the adapter contract: stations are clients of `ws`, some of them with bad manners. */
import {
  type AdapterHarness,
  type Dial,
  DialRefused,
  type Peer,
  PeerClosed,
  type SecurityHarness,
  testPki
} from "@wattline/ocpp-conformance"
import { Cause, Context, Deferred, Effect, Exit, Layer, Queue } from "effect"
import type { ClientRequest, IncomingMessage } from "node:http"
import type { ConnectionOptions } from "node:tls"
import { type ClientOptions, WebSocket } from "ws"
import { WsServer, type WsServerOptions } from "../src/index.ts"

/** Starts the adapter, for as long as the scope lives. */
export const start = (options: WsServerOptions) =>
  Effect.map(Layer.build(WsServer.layer(options)), (context) => Context.get(context, WsServer))

/** A text message as a client frame, masked with zeros so that it can be read in a test. */
export const textFrame = (text: string): Buffer => {
  const payload = Buffer.from(text)
  if (payload.length > 125) throw new Error("only short texts")
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

/** Dials `url` + `target` and waits for the 101 or the refusal; what is open when the scope closes is cut off. */
export const dial = (url: string, request: Dial, options: ClientOptions = {}) =>
  Effect.map(
    Effect.acquireRelease(handshake(url, request, options), ({ ws }) => Effect.sync(() => ws.terminate())),
    ({ peer }) => peer
  )

/** The harness that `adapterSuite` runs. */
export const harness: AdapterHarness = {
  early: true,
  start: Effect.map(
    start({ port: 0, plain: true, path: "/ocpp", maxMessageBytes: 65_536, pingInterval: 0, closeTimeout: 1 }),
    ({ address }) => ({ dial: (request: Dial) => dial(`ws://127.0.0.1:${address.port}`, request) })
  )
}

/** The same over TLS. */
export const tlsHarness: AdapterHarness = {
  early: true,
  secure: true,
  start: Effect.gen(function* () {
    const { ca } = yield* testPki
    const { chain, key } = yield* ca.issue({ commonName: "csms.test", key: "EC", usage: "server" })
    const tls = { certificates: [{ cert: chain, key }] }
    const { address } = yield* start({
      port: 0,
      tls,
      path: "/ocpp",
      maxMessageBytes: 65_536,
      pingInterval: 0,
      closeTimeout: 1
    })
    const client: ClientOptions & ConnectionOptions = { ca: ca.cert, servername: "csms.test" }
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

type End = Deferred.Deferred<{ readonly code: number; readonly reason: string }>

const handshake = (url: string, request: Dial, options: ClientOptions) =>
  Effect.callback<{ readonly ws: WebSocket; readonly peer: Peer }, DialRefused>((resume) => {
    const ws = new WebSocket(`${url}${request.target}`, request.protocols?.slice() ?? [], {
      perMessageDeflate: false,
      ...options,
      ...(request.authorization === undefined ? {} : { headers: { Authorization: request.authorization } }),
      ...(request.early === undefined ? {} : { finishRequest: sendBehind(request.early) })
    })
    const inbox = Effect.runSync(Queue.unbounded<string, PeerClosed>())
    const end: End = Deferred.makeUnsafe()
    ws.on("message", (data: Buffer) => Queue.offerUnsafe(inbox, data.toString()))
    ws.on("close", (code: number, reason: Buffer) => {
      const closed = { code, reason: reason.toString() }
      Queue.failCauseUnsafe(inbox, Cause.fail(new PeerClosed(closed)))
      Deferred.doneUnsafe(end, Exit.succeed(closed))
    })
    ws.once("open", () => resume(Effect.succeed({ ws, peer: peerOf(ws, inbox, end) })))
    ws.once("unexpected-response", (_: ClientRequest, response: IncomingMessage) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (body += chunk))
      response.once("end", () =>
        resume(Effect.fail(new DialRefused({ status: response.statusCode ?? 0, headers: headersOf(response), body })))
      )
    })
    ws.on("error", () => resume(Effect.fail(new DialRefused({ status: 0, headers: {}, body: "" }))))
  })

const peerOf = (ws: WebSocket, inbox: Queue.Queue<string, PeerClosed>, end: End): Peer => ({
  protocol: ws.protocol,
  send: (text) => Effect.sync(() => ifOpen(ws, () => ws.send(text))),
  sendBinary: (data) => Effect.sync(() => ifOpen(ws, () => ws.send(data))),
  receive: Queue.take(inbox),
  close: (code, reason) => Effect.sync(() => ws.close(code, reason)),
  terminate: Effect.sync(() => ws.terminate()),
  closed: Deferred.await(end)
})

const ifOpen = (ws: WebSocket, action: () => void): void => {
  if (ws.readyState === WebSocket.OPEN) action()
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

const sendBehind = (texts: ReadonlyArray<string>) => (request: ClientRequest) => {
  request.end(() => request.socket?.write(Buffer.concat(texts.map(textFrame))))
}
