/** Stations that dial, and CSMSs that are bare servers of `ws`. */
import { type Dialed, Dialer, type DialFailed, type DialRequest, type LinkHandler } from "@wattline/ocpp-core/engine"
import { Deferred, Effect, Exit, Layer, Queue } from "effect"
import { createServer, type IncomingMessage, type Server } from "node:http"
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net"
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws"
import { WsDialer } from "../src/index.ts"

/** A request for profile 0 to `ocpp2.0.1`. */
export const requestTo = (url: string, wishes: Partial<DialRequest> = {}): DialRequest => ({
  url,
  identity: "CS-1",
  protocols: ["ocpp2.0.1"],
  securityProfile: 0,
  timeout: 30_000,
  ...wishes
})

/** What reached a station, one word or text each; `closed 1000 reason` is the last. */
export interface DialedStation extends Dialed {
  readonly next: Effect.Effect<string>
}

/** A dialer for as long as the scope lives, and a way to connect with it. */
export const dialing = (options: WsDialer.WsDialerOptions = {}) =>
  Effect.map(Layer.build(WsDialer.layer(options)), (context) => {
    const dial = (request: DialRequest): Effect.Effect<DialedStation, DialFailed> =>
      Effect.gen(function* () {
        const heard = yield* Queue.unbounded<string>()
        const opened = Deferred.makeUnsafe<DialedStation>()
        const open = (dialed: Dialed): LinkHandler => {
          const station = {
            link: dialed.link,
            protocol: dialed.protocol,
            ping: (seconds: number) => dialed.ping(seconds),
            next: Queue.take(heard)
          }
          Deferred.doneUnsafe(opened, Exit.succeed(station))
          return {
            onText: (text) => Queue.offerUnsafe(heard, text),
            onBinary: () => Queue.offerUnsafe(heard, "binary"),
            onClose: (code, reason) => Queue.offerUnsafe(heard, `closed ${code} ${reason}`.trim())
          }
        }
        yield* Effect.flatMap(Dialer, ({ dial: dialOnce }) => dialOnce(request, open))
        return yield* Deferred.await(opened)
      }).pipe(Effect.provideContext(context))
    const refusal = (request: DialRequest) => Effect.flip(dial(request))
    return { dial, refusal }
  })

const listening = (server: Server | TcpServer, cutOff: () => void) =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        cutOff()
      })
  )

/** A server below HTTP: `onSocket` does what it likes with each connection. */
export const tcpServer = (onSocket: (socket: Socket) => void) => {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => undefined)
    onSocket(socket)
  })
  return listening(server, () => sockets.forEach((socket) => socket.destroy()))
}

/** A CSMS that is a bare server of `ws`. */
export const bareCsms = Effect.fnUntraced(function* (options: ServerOptions = {}) {
  const server = createServer()
  const csms = new WebSocketServer({ server, ...options })
  const connections = yield* Queue.unbounded<{ readonly ws: WebSocket; readonly request: IncomingMessage }>()
  csms.on("connection", (ws, request) => Queue.offerUnsafe(connections, { ws, request }))
  const port = yield* listening(server, () => {
    for (const ws of csms.clients) ws.terminate()
    server.closeAllConnections()
  })
  return { url: `ws://127.0.0.1:${port}/ocpp`, port, next: Queue.take(connections) }
})

/** A CSMS that answers every request for a WebSocket with this HTTP answer. */
export const refusingCsms = (answer: string) =>
  Effect.map(
    tcpServer((socket) => void socket.once("data", () => socket.end(answer))),
    (port) => `ws://127.0.0.1:${port}`
  )
