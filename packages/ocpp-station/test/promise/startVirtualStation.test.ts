/** A virtual station for plain async code. */
import { startVirtualStation, WaitTimeout } from "@wattline/ocpp-station/promise"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { expect, it } from "vitest"
import { FakeCsms } from "../client/FakeCsms.ts"
import { next, rejection } from "./support.ts"

const setup = async () => {
  const csms = new FakeCsms()
  csms.answers.set("BootNotification", () => ({
    status: "Accepted",
    currentTime: new Date().toISOString(),
    interval: 300
  }))
  csms.answers.set("StatusNotification", () => ({}))
  const station = await startVirtualStation({ dialer: csms.layer, identity: "CS-1", url: "ws://csms/ocpp" })
  await station.accepted()
  return { csms, station, [Symbol.asyncDispose]: () => station.close() }
}

it("tells what happens, and waits for it", async () => {
  await using given = await setup()
  const { controls } = given.station
  const events = given.station.events()
  const plugged = given.station.waitFor((event) => (event._tag === "CablePlugged" ? event.connectorId : undefined))
  expect(controls.plugIn(1, makeEV("compact"))).toBe("Plugged")
  expect(await plugged).toBe(1)
  expect(await next(events, "StatusChanged")).toMatchObject({ evseId: 1, status: "Occupied" })
})

it("waiting ends by its time, with the stack of the caller, and by its signal", async () => {
  await using given = await setup()
  const waitFromHere = () => given.station.waitFor(() => undefined, { timeout: 20 })
  const error = await rejection(waitFromHere())
  expect(error).toBeInstanceOf(WaitTimeout)
  expect(error).toMatchObject({ message: "What was waited for did not happen within 0.02 s" })
  expect((error as Error).stack).toMatch(/^WaitTimeout: .*\n.*waitFromHere/)
  const controller = new AbortController()
  const waiting = rejection(given.station.waitFor(() => undefined, { signal: controller.signal, timeout: "1 minute" }))
  controller.abort()
  expect(await waiting).toMatchObject({ name: "AbortError" })
})

it("what `look` throws is what the waiting is rejected with", async () => {
  await using given = await setup()
  const wrong = new Error("not that one")
  const waiting = rejection(
    given.station.waitFor(() => {
      throw wrong
    })
  )
  given.station.controls.plugIn(1, makeEV("compact"))
  expect(await waiting).toBe(wrong)
})

it("closing switches the station off", async () => {
  const given = await setup()
  await given.station.close()
  expect(given.csms.closedWith).toBe(1001)
  expect(await rejection(given.station.accepted())).toMatchObject({ name: "StationClosed" })
})
