import { createCsms } from "@wattline/ocpp-core/promise"
import { openStations } from "@wattline/ocpp-station/promise"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { WsDialer, WsServer } from "@wattline/ocpp-ws"
import { expect, it } from "vitest"

const password = "change-me-in-production"
const driver = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

it("fifty stations charge at once", async () => {
  await using csms = await createCsms({
    transports: [WsServer.layer({ port: 0, plain: true })],
    handlers: { authorize: () => ({ status: "Accepted" }) }
  })
  const [endpoint] = await csms.endpoints()
  await using stations = await openStations({ dialer: WsDialer.layer() })
  const charge = async (identity: string): Promise<string | undefined> => {
    const inCsms = await csms.addStation({ identity, securityProfile: 1, password })
    const station = await stations.virtual({ identity, password, url: endpoint?.url ?? "" })
    await station.accepted({ signal: AbortSignal.timeout(30_000) })
    station.controls.plugIn(1, makeEV("compact"))
    station.controls.present(driver, 1)
    const { mirror } = await inCsms.waitFor(
      (view) => view.mirror.transactions.running.some(({ chargingState }) => chargingState === "Charging"),
      { signal: AbortSignal.timeout(30_000) }
    )
    return mirror.transactions.running[0]?.idToken?.idToken
  }
  const tokens = await Promise.all(Array.from({ length: 50 }, (_, index) => charge(`CS-${index + 1}`)))
  expect(new Set(tokens)).toEqual(new Set([driver.idToken]))
})
