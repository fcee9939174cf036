/** A station that is a bare client of `ws`: for what no OCPP-J library sends. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { openWebSocket } from "../dial.ts"
import type { RpcLogin } from "./RpcStation.ts"

/** Connects; the connection is cut off with the scope. `next` is the next text, or `pong` and its content. */
export const rawStation = Effect.fnUntraced(function* ({ compression, endpoint, identity, password, tls }: RpcLogin) {
  const heard = yield* Queue.unbounded<string>()
  const settings = {
    ...tls,
    perMessageDeflate: compression && { threshold: 0 },
    ...(password !== undefined && { auth: `${identity}:${password}` })
  }
  const url = `${endpoint}/${encodeURIComponent(identity)}`
  const opening = openWebSocket(url, ["ocpp2.0.1"], settings, (ws) => {
    ws.on("message", (data: Buffer) => Queue.offerUnsafe(heard, data.toString()))
    ws.on("pong", (data) => Queue.offerUnsafe(heard, `pong ${data.toString()}`))
    return ws
  })
  return { next: Queue.take(heard), ws: yield* Effect.orDie(opening) }
})
