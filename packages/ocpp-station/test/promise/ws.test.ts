/** Stations with promises over WebSocket, before our own CSMS. */
import { createCsms } from "@wattline/ocpp-core/promise"
import { connectStation, startVirtualStation } from "@wattline/ocpp-station/promise"
import { WsDialer, WsServer } from "@wattline/ocpp-ws"
import { expect, it } from "vitest"
import { startedEvent } from "./support.ts"

const password = "change-me-in-production"

const setup = async () => {
  const csms = await createCsms({ transports: [WsServer.layer({ port: 0, plain: true })] })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 1, password })
  const [endpoint] = await csms.endpoints()
  if (endpoint === undefined) throw new Error("the CSMS does not listen")
  return { csms, station, url: endpoint.url, [Symbol.asyncDispose]: () => csms.close() }
}

it("a client: security profile 1, calls both ways, an outage, a transaction event that waited", async () => {
  await using given = await setup()
  await using station = await connectStation({
    dialer: WsDialer.layer(),
    url: given.url,
    identity: "CS-1",
    password,
    chargingStation: { model: "Test", vendorName: "Wattline" },
    handlers: { ClearCache: async () => ({ status: "Accepted" }) }
  })
  await station.accepted()
  expect(await given.station.call("ClearCache", {})).toEqual({ status: "Accepted" })
  station.outage(Infinity)
  await given.station.waitFor(({ connected }) => !connected)
  const delivered = station.transactionEvent(startedEvent("T-1"))
  station.reconnect()
  expect(await delivered).toEqual({})
  const { mirror } = await given.station.snapshot()
  expect(mirror.transactions.running.map(({ transactionId }) => transactionId)).toEqual(["T-1"])
})

it("a virtual station", async () => {
  await using given = await setup()
  await using station = await startVirtualStation({
    dialer: WsDialer.layer(),
    url: given.url,
    identity: "CS-1",
    password
  })
  await station.accepted({ signal: AbortSignal.timeout(10_000) })
  const value = await given.station.waitFor(({ mirror }) => mirror.availability.connectors[0]?.status)
  expect(value).toBe("Available")
})
