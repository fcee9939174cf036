/** Events as log lines: one each, structured, without content and without secrets. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { Csms, EventLog, type Handlers } from "../../src/index.ts"
import { booted, connected, settle, statusNotification, token, transactionEvent, upgrade } from "../csms/support.ts"

type Line = Record<string, unknown>

const logged = (handlers: Handlers = {}, options?: EventLog.EventLogOptions) => {
  const lines: Array<Line> = []
  const logger = Logger.make(({ fiber, logLevel, message }) => {
    lines.push({ level: logLevel, message, ...fiber.getRef(References.CurrentLogAnnotations) })
  })
  const layer = EventLog.layer(options).pipe(
    Layer.provideMerge(Csms.layer(handlers, { drain: { grace: 0 } })),
    Layer.provideMerge(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "All")))
  )
  return { layer, lines }
}

const messagesOf = (lines: ReadonlyArray<Line>, level?: string) =>
  lines.filter((line) => level === undefined || line["level"] === level).map(({ message }) => String(message))

describe("EventLog", () => {
  it.effect("writes one line per event, with station and connection", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      fake.call("StatusNotification", statusNotification())
      fake.vanish(1001, "bye\nnow")
      yield* settle
      const who = { station: "CS-1", connectionId: "CS-1#1" }
      assert.deepStrictEqual(lines, [
        { level: "Debug", message: ["Added"], station: "CS-1" },
        { level: "Info", message: ["Connected"], ...who, protocol: "ocpp2.0.1", securityProfile: 0 },
        {
          level: "Debug",
          message: ["StateChanged"],
          ...who,
          event: "LinkOpened",
          from: "Disconnected",
          to: "Connected"
        },
        {
          level: "Debug",
          message: ["StateChanged"],
          ...who,
          event: "BootNotification",
          from: "Connected",
          to: "Booting"
        },
        {
          level: "Info",
          message: ["Booted"],
          ...who,
          interval: 300,
          reason: "PowerUp",
          rebooted: true,
          status: "Accepted"
        },
        { level: "Debug", message: ["StateChanged"], ...who, event: "BootAccepted", from: "Booting", to: "Accepted" },
        { level: "Info", message: ["Ready"], ...who, resumed: false },
        { level: "Debug", message: ["NotificationReceived"], ...who, action: "StatusNotification" },
        {
          level: "Info",
          message: ["ConnectorStatusChanged"],
          ...who,
          connectorId: 1,
          evseId: 1,
          from: "Unknown",
          to: "Available"
        },
        { level: "Info", message: ["Disconnected"], ...who, code: 1001, reason: "bye?now" },
        { level: "Debug", message: ["StateChanged"], ...who, event: "LinkClosed", from: "Accepted", to: "Offline" }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("what comes many times an hour from a healthy station is Debug", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* settle
      lines.length = 0
      fake.call("Heartbeat", {})
      fake.call("MeterValues", {
        evseId: 1,
        meterValue: [{ timestamp: "2026-01-01T00:00:00Z", sampledValue: [{ value: 1 }] }]
      })
      fake.call("TransactionEvent", transactionEvent(0, token))
      fake.call("TransactionEvent", transactionEvent(1))
      yield* settle
      assert.deepStrictEqual(messagesOf(lines, "Info"), ["TransactionStarted"])
      assert.includeMembers(messagesOf(lines, "Debug"), ["NotificationReceived", "TransactionUpdated"])
      assert.notMatch(JSON.stringify(lines), /0123ABCD|sampledValue/)
    }).pipe(Effect.provide(layer))
  })

  it.effect("what the core logs by itself is logged once", () => {
    const { layer, lines } = logged({ StatusNotification: () => Effect.die("broken") })
    return Effect.gen(function* () {
      const { fake } = yield* booted()
      yield* settle
      lines.length = 0
      fake.call("StatusNotification", statusNotification())
      yield* settle
      const failures = lines.filter(({ level }) => level === "Error")
      assert.strictEqual(failures.length, 1)
      assert.deepInclude(failures[0], { station: "CS-1", connectionId: "CS-1#1" })
      assert.notInclude(messagesOf(lines), "HandlerFailed")
    }).pipe(Effect.provide(layer))
  })

  it.effect("a refused request shows its path without the query, and no credentials", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      yield* upgrade("/ocpp/NOBODY?key=hunter2hunter2", "Basic aHVudGVyMmh1bnRlcjI=")
      yield* settle
      assert.deepStrictEqual(lines, [
        {
          level: "Warn",
          message: ["AdmissionRefused"],
          reason: "No station of this identity is known here.",
          remoteAddress: "192.0.2.1",
          status: 404,
          target: "/ocpp/NOBODY"
        }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("long texts are cut", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      const { fake } = yield* connected()
      yield* settle
      lines.length = 0
      fake.vanish(1000, "x".repeat(500))
      yield* settle
      const reason = lines.find(({ message }) => String(message) === "Disconnected")?.["reason"]
      assert.strictEqual(String(reason).length, 128)
    }).pipe(Effect.provide(layer))
  })

  it.effect("levels can be changed, and events left out", () => {
    const { layer, lines } = logged({}, { levels: { Connected: "None", Ready: "Error" } })
    return Effect.gen(function* () {
      yield* booted()
      yield* settle
      assert.notInclude(messagesOf(lines), "Connected")
      assert.deepStrictEqual(messagesOf(lines, "Error"), ["Ready"])
    }).pipe(Effect.provide(layer))
  })
})
