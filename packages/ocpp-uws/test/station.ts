/** Stations over WebSocket: clients of `ws`. */
import { type Dial, DialRefused, type Peer, PeerClosed } from "@wattline/ocpp-conformance"
import { Cause, Deferred, Effect, Exit, Queue } from "effect"
import type { ClientRequest, IncomingMessage } from "node:http"
import { type ClientOptions, WebSocket } from "ws"

/** What `ws` takes; its types forget the name that the server's certificate is checked against. */
export type StationOptions = ClientOptions & { readonly servername?: string }

/** Dials `url` + `target` and waits for the 101 or the refusal; what is open when the scope closes is cut off. */
export const dial = (url: string, request: Dial, options: StationOptions = {}) =>
  Effect.map(
    Effect.acquireRelease(handshake(url, request, options), ({ ws }) => Effect.sync(() => ws.terminate())),
    ({ peer }) => peer
  )

type End = Deferred.Deferred<{ readonly code: number; readonly reason: string }>

const handshake = (url: string, request: Dial, options: StationOptions) =>
  Effect.callback<{ readonly ws: WebSocket; readonly peer: Peer }, DialRefused>((resume) => {
    const ws = new WebSocket(`${url}${request.target}`, request.protocols?.slice() ?? [], {
      perMessageDeflate: false,
      ...options,
      ...(request.authorization === undefined ? {} : { headers: { Authorization: request.authorization } })
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
    ws.on("error", (error) => resume(Effect.fail(new DialRefused({ status: 0, headers: {}, body: error.message }))))
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
