/** Stations over WebSocket: clients of `ws`, for the tests of the adapters and of what stands above them. */
import type { ClientRequest, IncomingMessage } from "node:http"
import type { ConnectionOptions } from "node:tls"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { type ClientOptions, WebSocket } from "ws"
import { textFrame } from "./faults/Frame.ts"
import { type Dial, DialRefused, type Peer, PeerClosed } from "./Peer.ts"

/** What `ws` takes; it hands on to `tls.connect` more than its types know. */
export type ClientSettings = Omit<ClientOptions, keyof ConnectionOptions> &
  Omit<ConnectionOptions, "checkServerIdentity">

/**
 * Dials `url` and waits for the 101 or the refusal. `listen` gets the socket before the first frame can come. What is open when
 * the scope closes is cut off.
 */
export const openWebSocket = <A>(
  url: string,
  protocols: ReadonlyArray<string>,
  settings: ClientSettings,
  listen: (ws: WebSocket) => A
): Effect.Effect<A, DialRefused, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<readonly [A, WebSocket], DialRefused>((resume) => {
      const ws = new WebSocket(url, [...protocols], settings)
      const listener = listen(ws)
      ws.once("open", () => resume(Effect.succeed([listener, ws])))
      ws.once("unexpected-response", (_: ClientRequest, response: IncomingMessage) => {
        let body = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => (body += chunk))
        response.once("end", () => {
          const { headers, statusCode: status = 0 } = response
          resume(Effect.fail(new DialRefused({ status, headers: asTexts(headers), body })))
        })
      })
      ws.on("error", ({ message: problem }) =>
        resume(Effect.fail(new DialRefused({ status: 0, headers: {}, body: "", problem })))
      )
    }),
    ([, ws]) => Effect.sync(() => ws.terminate())
  ).pipe(Effect.map(([listener]) => listener))

/** Dials `url` + `target`, without compression unless `settings` say so, and gives the station's end of the connection. */
export const dial = (
  url: string,
  request: Dial,
  settings: ClientSettings = {}
): Effect.Effect<Peer, DialRefused, Scope.Scope> =>
  openWebSocket(
    `${url}${request.target}`,
    request.protocols ?? [],
    {
      perMessageDeflate: false,
      ...settings,
      ...(request.authorization === undefined ? {} : { headers: { Authorization: request.authorization } }),
      ...(request.early === undefined ? {} : { finishRequest: sendBehind(request.early) })
    },
    peerOf
  )

const peerOf = (ws: WebSocket): Peer => {
  const inbox = Effect.runSync(Queue.unbounded<string, PeerClosed>())
  const end = Deferred.makeUnsafe<{ readonly code: number; readonly reason: string }>()
  ws.on("message", (data: Buffer) => Queue.offerUnsafe(inbox, data.toString()))
  ws.on("close", (code: number, reason: Buffer) => {
    const closed = { code, reason: reason.toString() }
    Queue.failCauseUnsafe(inbox, Cause.fail(new PeerClosed(closed)))
    Deferred.doneUnsafe(end, Exit.succeed(closed))
  })
  return {
    get protocol() {
      return ws.protocol
    },
    send: (text) => Effect.sync(() => ifOpen(ws, () => ws.send(text))),
    sendBinary: (data) => Effect.sync(() => ifOpen(ws, () => ws.send(data))),
    receive: Queue.take(inbox),
    close: (code, reason) => Effect.sync(() => ws.close(code, reason)),
    terminate: Effect.sync(() => ws.terminate()),
    closed: Deferred.await(end)
  }
}

const ifOpen = (ws: WebSocket, action: () => void): void => {
  if (ws.readyState === WebSocket.OPEN) action()
}

const asTexts = (headers: IncomingMessage["headers"]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Sends texts right behind the request, before the 101. */
const sendBehind = (texts: ReadonlyArray<string>) => (request: ClientRequest) => {
  request.end(() => request.socket?.write(Buffer.concat(texts.map(textFrame))))
}
