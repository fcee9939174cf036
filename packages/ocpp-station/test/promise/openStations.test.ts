/** Several stations of one process, with promises. */
import { openStations, StationClosed } from "@wattline/ocpp-station/promise"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Effect, Layer } from "effect"
import { expect, it } from "vitest"
import { csmsInMemory, rejection } from "./support.ts"

const chargingStation = { model: "Test", vendorName: "Wattline" }
const url = "ws://csms/ocpp"
const idToken = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

const setup = async () => {
  const site = await csmsInMemory({ Authorize: () => ({ idTokenInfo: { status: "Accepted" } }) })
  for (const identity of ["CS-1", "CS-2"]) await site.csms.addStation({ identity, securityProfile: 0 })
  return site
}

it("they share one dialer, which lasts until all are closed", async () => {
  await using site = await setup()
  const log: Array<string> = []
  const dialer = Layer.merge(
    site.dialer,
    Layer.effectDiscard(
      Effect.acquireRelease(
        Effect.sync(() => log.push("open")),
        () => Effect.sync(() => log.push("shut"))
      )
    )
  )
  const stations = await openStations({ dialer })
  const one = await stations.connect({ identity: "CS-1", url, chargingStation })
  const two = await stations.virtual({ identity: "CS-2", url })
  await Promise.all([one.accepted(), two.accepted()])
  await one.close()
  expect([one.state, two.controls.client.state]).toEqual(["Stopped", "Accepted"])
  expect(log).toEqual(["open"])
  const waiting = rejection(two.waitFor(() => undefined))
  await stations.close()
  expect(await waiting).toBeInstanceOf(StationClosed)
  expect(two.controls.client.state).toBe("Stopped")
  expect(log).toEqual(["open", "shut"])
  expect(await rejection(stations.connect({ identity: "CS-1", url, chargingStation }))).toBeInstanceOf(StationClosed)
})

it("one that cannot be made disturbs no other, and its error points to the caller", async () => {
  await using site = await setup()
  await using stations = await openStations({ dialer: site.dialer })
  const one = await stations.connect({ identity: "CS-1", url, chargingStation })
  const connectFromHere = () =>
    stations.virtual({ identity: "CS-2", url, securityProfile: 2, password: "1234567890123456" })
  const error = await rejection(connectFromHere())
  expect((error as Error).stack).toMatch(/^InvalidStation: .*\n.*connectFromHere/)
  await one.accepted()
})

it("both ends with promises: calls, answers and a session", async () => {
  await using site = await setup()
  await using stations = await openStations({ dialer: site.dialer })
  const one = await stations.connect({
    identity: "CS-1",
    url,
    chargingStation,
    handlers: { ClearCache: async () => ({ status: "Rejected" }) }
  })
  const two = await stations.virtual({ identity: "CS-2", url })
  await Promise.all([one.accepted(), two.accepted()])
  expect(await one.call("Authorize", { idToken })).toEqual({ idTokenInfo: { status: "Accepted" } })
  const inCsms = await site.csms.station("CS-1")
  expect(await inCsms.call("ClearCache", {})).toEqual({ status: "Rejected" })

  const started = two.waitFor((event) => (event._tag === "TransactionStarted" ? event : undefined))
  two.controls.plugIn(1, makeEV("family"))
  two.controls.present(idToken, 1)
  const { transactionId } = await started
  const view = await (await site.csms.station("CS-2")).waitFor(({ mirror }) => mirror.transactions.running.length > 0)
  expect(view.mirror.transactions.running[0]?.transactionId).toBe(transactionId)
  const ended = two.waitFor((event) => (event._tag === "TransactionEnded" ? event : undefined))
  two.controls.present(idToken, 1)
  expect(await ended).toMatchObject({ transactionId, evseId: 1, stoppedReason: "Local" })
})
