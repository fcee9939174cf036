/** npm `ocpp-rpc` with strict validation, handlers that answer as ours do by default. */
import type { AddressInfo } from "node:net"
import { RPCServer } from "ocpp-rpc"
import { serve } from "./control.ts"

const server = new RPCServer({ protocols: ["ocpp2.0.1"], strictMode: true, wssOptions: { perMessageDeflate: false } })
server.auth((accept) => accept())
server.on("client", (client) => {
  client.handle("BootNotification", () => ({
    status: "Accepted",
    currentTime: new Date().toISOString(),
    interval: 300
  }))
  client.handle("Heartbeat", () => ({ currentTime: new Date().toISOString() }))
  for (const action of ["StatusNotification", "MeterValues", "TransactionEvent"]) client.handle(action, () => ({}))
})
const http = await server.listen(0, "127.0.0.1")
serve((http.address() as AddressInfo).port)
