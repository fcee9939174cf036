import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, type TestStation } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { fetchLog, forget, openAlerts, rollOut, watchHeat } from "../src/firmware-and-diagnostics.ts"
import { image } from "./firmware.ts"
import { accepted, now, settle } from "./support.ts"

/** The station takes an update, and tells how it ended. */
const updates = Effect.fnUntraced(function* (
  station: TestStation,
  status: "Installed" | "InvalidSignature",
  answer: "Accepted" | "Rejected" = "Accepted"
) {
  const { reply, request } = yield* station.expectCall("UpdateFirmware")
  yield* reply({ status: answer })
  if (answer === "Rejected") return
  const { requestId } = request
  yield* station.call("FirmwareStatusNotification", { status: "Downloading", requestId })
  yield* station.call("FirmwareStatusNotification", { status, requestId })
})

layer(Layer.provideMerge(MemoryTransport.layer, Csms.layer({}, { inventory: "off" })))(
  "firmware and diagnostics",
  (it) => {
    it.effect("L-1, A-9: an image that is checked is installed; who refuses or is offline is told", () =>
      Effect.gen(function* () {
        const good = yield* accepted("F-1")
        const bad = yield* accepted("F-2")
        const { addStation } = yield* Csms
        const away = yield* addStation({ identity: "F-3", securityProfile: 0 })
        const rolling = yield* Effect.forkChild(rollOut([good.inCsms, bad.inCsms, away], image))
        yield* updates(good.station, "Installed")
        yield* updates(bad.station, "Installed", "Rejected")
        const results = yield* Fiber.join(rolling)
        assert.deepStrictEqual([results.get("F-1"), results.get("F-2")], ["Complete", "Rejected"])
        assert.match(results.get("F-3") ?? "", /^UpdateFirmware was not sent to F-3/)
      })
    )

    it.effect("L-9: an image that is not signed goes nowhere; one that fails does not reach the whole fleet", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("F-4")
        const other = { ...image, image: new TextEncoder().encode("firmware 2.4.1") }
        const { message } = yield* Effect.flip(rollOut([inCsms], other))
        assert.match(message, /not signed/)
        assert.isFalse(station.log.some(({ text }) => text.includes("UpdateFirmware")))
        const rolling = yield* Effect.forkChild(rollOut([inCsms, ...Array.from({ length: 9 }, () => inCsms)], image, 0))
        for (let n = 0; n < 5; n++) yield* updates(station, "InvalidSignature")
        yield* Fiber.join(rolling)
        const asked = station.log.filter(
          ({ direction, text }) => direction === "received" && /UpdateFirmware/.test(text)
        )
        assert.lengthOf(asked, 5)
      })
    )

    it.effect("N-1: a log is asked for and followed to its end", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("D-1")
        const fetching = yield* Effect.forkChild(fetchLog(inCsms, "https://logs.example.com/D-1/"))
        const { reply, request } = yield* station.expectCall("GetLog")
        yield* reply({ status: "Accepted", filename: "D-1.zip" })
        yield* station.call("LogStatusNotification", { status: "Uploading", requestId: request.requestId })
        yield* station.call("LogStatusNotification", { status: "Uploaded", requestId: request.requestId })
        assert.strictEqual(yield* Fiber.join(fetching), "D-1.zip")
        const again = yield* Effect.forkChild(fetchLog(inCsms, "https://logs.example.com/D-1/"))
        const { reply: accept, request: second } = yield* station.expectCall("GetLog")
        yield* accept({ status: "Accepted" })
        yield* station.call("LogStatusNotification", { status: "PermissionDenied", requestId: second.requestId })
        assert.strictEqual(yield* Fiber.join(again), "PermissionDenied")
        assert.strictEqual((yield* Effect.flip(fetchLog(inCsms, "no URL")))._tag, "CheckFailed")
      })
    )

    it.effect("N-8, N-14: what the station watches, and what is wrong now", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("D-2")
        let ids = 0
        yield* station.answer("SetVariableMonitoring", ({ setMonitoringData }) => ({
          setMonitoringResult: setMonitoringData.map(({ component, severity, type, value, variable }) => ({
            component,
            variable,
            type,
            severity,
            ...(value < 80 ? { status: "Accepted" as const, id: ++ids } : { status: "Rejected" as const })
          }))
        }))
        assert.deepStrictEqual(yield* watchHeat(inCsms), ["85 °C: Rejected"])
        const component = { name: "ChargingStation" }
        const variable = { name: "Temperature" }
        const event = { component, variable, trigger: "Alerting", timestamp: yield* now } as const
        yield* station.call("NotifyEvent", {
          generatedAt: yield* now,
          seqNo: 0,
          eventData: [
            { ...event, eventId: 1, actualValue: "71", eventNotificationType: "CustomMonitor", variableMonitoringId: 1 }
          ]
        })
        yield* settle
        assert.deepStrictEqual(
          (yield* openAlerts(inCsms)).map(({ severity }) => severity),
          [4]
        )
      })
    )

    it.effect("N-16, N-18: a driver is forgotten, or not", () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* accepted("D-3")
        yield* station.answer("GetLocalListVersion", { versionNumber: 0 })
        const forgetting = yield* Effect.forkChild(forget(inCsms, "0F7D3B2A"))
        const { reply, request } = yield* station.expectCall("CustomerInformation")
        yield* reply({ status: "Accepted" })
        const { requestId } = request
        yield* station.call("NotifyCustomerInformation", {
          requestId,
          generatedAt: yield* now,
          seqNo: 0,
          data: "last seen on Monday"
        })
        assert.deepStrictEqual(yield* Fiber.join(forgetting), { data: "last seen on Monday", isGone: true })
        yield* station.answer("CustomerInformation", { status: "Rejected" })
        assert.deepStrictEqual(yield* forget(inCsms, "0F7D3B2A"), { data: "", isGone: false })
      })
    )
  }
)
