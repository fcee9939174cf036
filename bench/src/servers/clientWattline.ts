/** Our client over ocpp-ws. */
import { openStations } from "@wattline/ocpp-station/promise"
import { WsDialer } from "@wattline/ocpp-ws"
import { Station } from "../messages.ts"
import { drive } from "./control.ts"

const stations = await openStations({ dialer: WsDialer.layer() })

await drive(async (url, identity) => {
  const client = await stations.connect({
    identity,
    url,
    chargingStation: { model: "Bench 22", vendorName: "Wattline" },
    settings: { webSocketPingInterval: 0 }
  })
  await client.accepted()
  const station = new Station(identity)
  return () => {
    const [action, payload] = station.nextCall()
    return client.call(action as "Heartbeat", payload)
  }
})
