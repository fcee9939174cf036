import { andThen, connectStation } from "@wattline/ocpp-station/promise"
import { WsDialer } from "@wattline/ocpp-ws"

await using client = await connectStation({
  dialer: WsDialer.layer(),
  url: process.env["CSMS_URL"] ?? "ws://127.0.0.1:9000/ocpp",
  identity: "CS-1",
  password: "change-me-in-production",
  chargingStation: { vendorName: "Example", model: "One" },
  handlers: {
    Reset: async (_request, { station }) => andThen({ status: "Accepted" }, () => station.reboot("RemoteReset", 1))
  }
})
const events = client.events()
await client.accepted({ signal: AbortSignal.timeout(30_000) })
const { idTokenInfo } = await client.call("Authorize", { idToken: { idToken: "04A2E8B1C39D80", type: "ISO14443" } })
console.log(`The token is ${idTokenInfo.status}`)
for await (const { _tag } of events) console.log(_tag)
