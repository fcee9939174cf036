/** The floor: `ws`, JSON.stringify and JSON.parse, one CALL at a time. No checks, no timeouts, no state. */
import { once } from "node:events"
import { WebSocket } from "ws"
import { Station } from "../messages.ts"
import { drive } from "./control.ts"

await drive(async (url, identity) => {
  const socket = new WebSocket(`${url}/${identity}`, ["ocpp2.0.1"], { perMessageDeflate: false })
  await once(socket, "open")
  const station = new Station(identity)
  let done: (value?: unknown) => void = () => {}
  socket.on("message", (data: Buffer) => {
    if ((JSON.parse(data.toString()) as [number])[0] === 3) done()
  })
  return () =>
    new Promise((resolve) => {
      done = resolve
      const [action, payload] = station.nextCall()
      socket.send(JSON.stringify([2, crypto.randomUUID(), action, payload]))
    })
})
