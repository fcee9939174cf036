/** The floor: `ws`, JSON.parse, and an answer that is valid for the action. No checks, no state. */
import { type AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import { serve } from "./control.ts"

const server: WebSocketServer = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () =>
  serve((server.address() as AddressInfo).port)
)
server.on("connection", (socket) => {
  socket.on("message", (data: Buffer) => {
    const [, id, action] = JSON.parse(data.toString()) as [number, string, string]
    const payload =
      action === "BootNotification"
        ? { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 }
        : action === "Heartbeat"
          ? { currentTime: new Date().toISOString() }
          : {}
    socket.send(JSON.stringify([3, id, payload]))
  })
})
