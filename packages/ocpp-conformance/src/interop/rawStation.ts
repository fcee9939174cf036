/** A station that is a bare client of `ws`: for what no OCPP-J library sends. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { WebSocket } from "ws"
import type { RpcLogin } from "./RpcStation.ts"

/** Connects; the connection is cut off with the scope. `next` is the next text, or `pong` and its content. */
export const rawStation = ({ compression, endpoint, identity, password, tls }: RpcLogin) =>
  Effect.gen(function* () {
    const heard = yield* Queue.unbounded<string>()
    const ws = yield* Effect.acquireRelease(
      Effect.callback<WebSocket>((resume) => {
        const socket = new WebSocket(`${endpoint}/${encodeURIComponent(identity)}`, ["ocpp2.0.1"], {
          ...tls,
          perMessageDeflate: compression && { threshold: 0 },
          ...(password !== undefined && { auth: `${identity}:${password}` })
        })
        socket.on("message", (data: Buffer) => Queue.offerUnsafe(heard, data.toString()))
        socket.on("pong", (data) => Queue.offerUnsafe(heard, `pong ${data.toString()}`))
        socket.once("open", () => resume(Effect.succeed(socket)))
        socket.once("error", (error) => resume(Effect.die(error)))
      }),
      (socket) => Effect.sync(() => socket.terminate())
    )
    return { next: Queue.take(heard), ws }
  })
