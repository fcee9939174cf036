import { getEventListeners } from "node:events"
import { inspect } from "node:util"
import { expect, it } from "vitest"
import { CallError, createCsms, NotSent, OutcomeUnknown, ReportNotReceived, StationRemoved } from "../../src/promise.ts"
import { InProcess, next, rejection } from "./InProcess.ts"

const booted = async () => {
  const ws = new InProcess()
  const csms = await createCsms({ transports: [ws.transport] })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  return { ws, csms, station, fake: ws.boot("CS-1"), [Symbol.asyncDispose]: () => csms.close() }
}

it("call: resolves with the response, a negative status too", async () => {
  await using given = await booted()
  const answer = given.station.call("Reset", { type: "OnIdle" })
  expect(given.fake.lastCall.slice(2)).toEqual(["Reset", { type: "OnIdle" }])
  given.fake.reply({ status: "Rejected" })
  expect(await answer).toEqual({ status: "Rejected" })
})

it("call: rejects with CallError when the station answers with a CALLERROR", async () => {
  await using given = await booted()
  const answer = rejection(given.station.call("Reset", { type: "OnIdle" }))
  given.fake.say(JSON.stringify([4, given.fake.lastCall[1], "NotSupported", "no resets", { why: 1 }]))
  const error = await answer
  expect(error).toBeInstanceOf(CallError)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    _tag: "CallError",
    name: "CallError",
    message: "CS-1 answered Reset with CALLERROR NotSupported: no resets",
    errorCode: "NotSupported",
    errorDescription: "no resets",
    errorDetails: { why: 1 }
  })
})

it("call: rejects with NotSent when nothing was sent", async () => {
  await using given = await booted()
  const invalid = await rejection(given.station.call("Reset", { type: "Never" as "OnIdle" }))
  expect(invalid).toBeInstanceOf(NotSent)
  expect(invalid).toMatchObject({ _tag: "NotSent", reason: "InvalidRequest" })
  given.fake.vanish()
  const offline = await rejection(given.station.call("Reset", { type: "OnIdle" }))
  expect(offline).toBeInstanceOf(NotSent)
  expect(offline).toMatchObject({ reason: "Offline", message: expect.stringContaining("was not sent to CS-1") })
  expect(given.fake.calls).toEqual([])
})

it("call: rejects with OutcomeUnknown when the answer does not come in time, or the link is lost", async () => {
  await using given = await booted()
  const late = await rejection(given.station.call("Reset", { type: "OnIdle" }, { timeout: "1 millis" }))
  expect(late).toBeInstanceOf(OutcomeUnknown)
  expect(late).toMatchObject({ _tag: "OutcomeUnknown", reason: "Timeout", action: "Reset" })
  const lost = rejection(given.station.call("Reset", { type: "OnIdle" }))
  given.fake.vanish()
  expect(await lost).toMatchObject({ _tag: "OutcomeUnknown", reason: "ConnectionLost" })
})

const callFromHere = (given: Awaited<ReturnType<typeof booted>>): Promise<unknown> =>
  given.station.call("Reset", { type: "OnIdle" })

it("call: the stack of a failure starts at the line that called", async () => {
  await using given = await booted()
  const answer = rejection(callFromHere(given))
  given.fake.say(JSON.stringify([4, given.fake.lastCall[1], "GenericError", "", {}]))
  const [head, first] = ((await answer) as Error).stack?.split("\n") ?? []
  expect(head).toBe("CallError: CS-1 answered Reset with CALLERROR GenericError: ")
  expect(first).toMatch(/callFromHere .*PromiseStation\.test\.ts/)
  given.fake.vanish()
  expect(((await rejection(callFromHere(given))) as Error).stack).toMatch(/^NotSent: .*\n.*callFromHere/)
  await given.csms.close()
  expect(((await rejection(callFromHere(given))) as Error).stack).toMatch(/^CsmsClosed: .*\n.*callFromHere/)
})

it("call: a failure is printed with its message, its stack and its fields", async () => {
  await using given = await booted()
  given.fake.vanish()
  const printed = inspect(await rejection(callFromHere(given)))
  expect(printed).toMatch(/^NotSent: Reset was not sent to CS-1: the station is not connected.*\n +at callFromHere/)
  expect(printed).toContain("reason: 'Offline'")
})

it("call: a waiting CALL whose signal is aborted leaves the queue", async () => {
  await using given = await booted()
  const controller = new AbortController()
  const first = given.station.call("ClearCache", {})
  const second = rejection(given.station.call("Reset", { type: "OnIdle" }, { signal: controller.signal }))
  expect(await given.station.snapshot()).toMatchObject({ queuedCalls: 1 })
  const reason = new Error("the operator changed their mind")
  controller.abort(reason)
  expect(await second).toBe(reason)
  expect(await given.station.snapshot()).toMatchObject({ queuedCalls: 0 })
  given.fake.reply({ status: "Accepted" })
  expect(await first).toEqual({ status: "Accepted" })
  expect(given.fake.calls).toHaveLength(1)
})

it("call: a sent CALL whose signal is aborted is left alone, and keeps its turn (R-107)", async () => {
  await using given = await booted()
  const controller = new AbortController()
  const first = rejection(given.station.call("ClearCache", {}, { signal: controller.signal }))
  const second = given.station.call("Reset", { type: "OnIdle" })
  controller.abort()
  expect(await first).toMatchObject({ name: "AbortError" })
  expect(given.fake.calls).toHaveLength(1)
  given.fake.reply({ status: "Accepted" })
  expect(given.fake.lastCall[2]).toBe("Reset")
  given.fake.reply({ status: "Scheduled" })
  expect(await second).toEqual({ status: "Scheduled" })
})

it("call: nothing is sent when the signal is aborted already, and an abort afterwards does nothing", async () => {
  await using given = await booted()
  const aborted = AbortSignal.abort("no")
  expect(await rejection(given.station.call("ClearCache", {}, { signal: aborted }))).toBe("no")
  expect(given.fake.calls).toEqual([])
  const controller = new AbortController()
  const answer = given.station.call("ClearCache", {}, { signal: controller.signal })
  given.fake.reply({ status: "Accepted" })
  controller.abort()
  expect(await answer).toEqual({ status: "Accepted" })
})

it("call: a signal may serve for many CALLs, none of them stays on it", async () => {
  await using given = await booted()
  const { signal } = new AbortController()
  const answers = [given.station.call("ClearCache", {}, { signal }), given.station.call("ClearCache", {}, { signal })]
  expect(getEventListeners(signal, "abort")).toHaveLength(2)
  given.fake.reply({ status: "Accepted" })
  given.fake.reply({ status: "Accepted" })
  await Promise.all(answers)
  await given.station.snapshot()
  const events = given.station.events({ signal })
  expect(getEventListeners(signal, "abort")).toHaveLength(1)
  await events.return()
  expect(getEventListeners(signal, "abort")).toHaveLength(0)
})

it("call: an option that makes no sense is a rejection, not a throw", async () => {
  await using given = await booted()
  const answer = given.station.call("ClearCache", {}, { timeout: "soon" as "30 seconds" })
  expect(await rejection(answer)).toBeInstanceOf(Error)
  expect(given.fake.calls).toEqual([])
})

it("call: the options of the core are there too", async () => {
  await using given = await booted()
  given.fake.vanish()
  const answer = given.station.call("ClearCache", {}, { waitForReconnect: true })
  const again = given.ws.boot("CS-1")
  again.reply({ status: "Accepted" })
  expect(await answer).toEqual({ status: "Accepted" })
})

it("B07: getBaseReport resolves with the whole report, and variable reads it", async () => {
  await using given = await booted()
  const report = given.station.getBaseReport("FullInventory")
  const { requestId } = given.fake.lastCall[3] as { readonly requestId: number }
  given.fake.reply({ status: "Accepted" })
  given.fake.call("NotifyReport", {
    requestId,
    generatedAt: "2026-01-01T00:00:00Z",
    seqNo: 0,
    reportData: [
      {
        component: { name: "OCPPCommCtrlr" },
        variable: { name: "HeartbeatInterval" },
        variableAttribute: [{ value: "300" }],
        variableCharacteristics: { dataType: "integer", supportsMonitoring: false }
      }
    ]
  })
  expect(await report).toMatchObject({ _tag: "ReportReceived", requestId, variables: 1 })
  expect(await given.station.variable("OCPPCommCtrlr", "HeartbeatInterval")).toMatchObject({ value: 300 })
  expect(await given.station.variable("OCPPCommCtrlr", "Nothing")).toBeUndefined()
})

it("B07: getBaseReport rejects with ReportNotReceived when the station refuses", async () => {
  await using given = await booted()
  const report = rejection(given.station.getBaseReport("FullInventory"))
  given.fake.reply({ status: "NotSupported" })
  const error = await report
  expect(error).toBeInstanceOf(ReportNotReceived)
  expect(error).toMatchObject({ _tag: "ReportNotReceived", reason: "NotSupported" })
})

it("getBaseReport: an abort ends the wait for the parts", async () => {
  await using given = await booted()
  const controller = new AbortController()
  const report = rejection(given.station.getBaseReport("FullInventory", { signal: controller.signal }))
  given.fake.reply({ status: "Accepted" })
  controller.abort()
  expect(await report).toMatchObject({ name: "AbortError" })
})

it("R-166: nextRequestId never gives the same number twice", async () => {
  await using given = await booted()
  const ids = await Promise.all([given.station.nextRequestId(), given.station.nextRequestId()])
  expect(new Set(ids).size).toBe(2)
})

it("disconnect closes the link; the station may come back", async () => {
  await using given = await booted()
  const gone = next(given.station.events(), "Disconnected")
  await given.station.disconnect(1012, "moving")
  expect(given.fake.closed).toEqual({ code: 1012, reason: "moving" })
  expect(await gone).toMatchObject({ code: 1012 })
  expect(await given.station.snapshot()).toMatchObject({ state: "Offline", connected: false })
  expect(given.ws.boot("CS-1").closed).toBeUndefined()
})

it("call: as many as one likes, all are settled when the CSMS closes", async () => {
  await using given = await booted()
  const calls = Array.from({ length: 70 }, () => given.station.call("ClearCache", {}, { timeout: "1 hour" }))
  const settled = Promise.allSettled(calls)
  await given.csms.close()
  expect(new Set((await settled).map(({ status }) => status))).toEqual(new Set(["rejected"]))
})

it("waitFor: resolves with the snapshot, or with what was looked up; rejects with StationRemoved", async () => {
  await using given = await booted()
  const view = await given.station.waitFor(({ state }) => state === "Accepted")
  expect(view.connected).toBe(true)
  expect(await given.station.waitFor(({ mirror }) => mirror.provisioning.chargingStation?.model)).toBe("M1")
  const gone = rejection(given.station.waitFor(({ state }) => state === "Pending"))
  await given.csms.removeStation("CS-1")
  expect(await gone).toBeInstanceOf(StationRemoved)
  const aborted = rejection(given.station.waitFor(() => false, { signal: AbortSignal.abort("enough") }))
  expect(await aborted).toBe("enough")
})
