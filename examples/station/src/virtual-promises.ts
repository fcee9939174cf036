import { startVirtualStation } from "@wattline/ocpp-station/promise"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { WsDialer } from "@wattline/ocpp-ws"

const token = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

await using station = await startVirtualStation({
  dialer: WsDialer.layer(),
  url: process.env["CSMS_URL"] ?? "ws://127.0.0.1:9000/ocpp",
  identity: "CS-1",
  password: "change-me-in-production"
})
await station.accepted()
const { controls } = station
const charging = station.waitFor(
  (event) => (event._tag === "ChargingStateChanged" && event.chargingState === "Charging" ? event : undefined),
  { timeout: "1 minute" }
)
controls.plugIn(1, makeEV("compact"))
controls.present(token, 1)
console.log(`${(await charging).transactionId} charges`)
