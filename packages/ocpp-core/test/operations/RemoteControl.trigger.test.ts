/** Operations of block F: messages that are asked for. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Csms, RemoteControl } from "../../src/index.ts"
import { at, begin, booted, bootsAs, failureOf, settle, statusNotification, transactionEvent } from "../csms/support.ts"

describe("triggerMessage", () => {
  const meterValues = (evseId: number) => ({
    evseId,
    meterValue: [{ timestamp: at, sampledValue: [{ value: 1, context: "Trigger" }] }]
  })
  const available = {
    generatedAt: at,
    seqNo: 0,
    eventData: [
      {
        eventId: 1,
        timestamp: at,
        trigger: "Delta",
        actualValue: "Available",
        component: { name: "Connector", evse: { id: 1, connectorId: 1 } },
        variable: { name: "AvailabilityState" },
        eventNotificationType: "HardWiredNotification"
      }
    ]
  }
  const connector = { id: 1, connectorId: 1 }

  const simple = [
    ["TC_F_20_CSMS", "Heartbeat", {}],
    ["TC_F_15_CSMS", "LogStatusNotification", { status: "Idle" }],
    ["TC_F_18_CSMS", "FirmwareStatusNotification", { status: "Idle" }],
    ["F-9", "PublishFirmwareStatusNotification", { status: "Idle" }]
  ] as const
  it.effect.each(simple)("%s: %s is followed to the message", ([, action, payload]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(RemoteControl.triggerMessage(station, action))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["TriggerMessage", { requestedMessage: action }])
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.isUndefined(trigger.pollUnsafe())
      fake.call(action, payload)
      const outcome = yield* Fiber.join(trigger)
      assert.strictEqual(outcome._tag, "Received")
      if (outcome._tag === "Received") assert.lengthOf(outcome.messages, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  const statuses = [
    ["TC_F_23_CSMS: a StatusNotification", "StatusNotification", statusNotification()],
    ["TC_F_24_CSMS: a NotifyEvent", "NotifyEvent", available]
  ] as const
  it.effect.each(statuses)("%s tells the status of the connector that was asked for", ([, action, payload]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "StatusNotification", connector))
      assert.deepStrictEqual(fake.lastCall[3], { requestedMessage: "StatusNotification", evse: connector })
      fake.reply({ status: "Accepted" })
      fake.call("StatusNotification", statusNotification(2))
      yield* settle
      assert.isUndefined(trigger.pollUnsafe())
      fake.call(action, payload)
      assert.strictEqual((yield* Fiber.join(trigger))._tag, "Received")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_F_11_CSMS, F06.FR.06: MeterValues of one EVSE", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "MeterValues", { id: 2 }))
      fake.reply({ status: "Accepted" })
      fake.call("MeterValues", meterValues(1))
      yield* settle
      assert.isUndefined(trigger.pollUnsafe())
      fake.call("MeterValues", meterValues(2))
      assert.strictEqual((yield* Fiber.join(trigger))._tag, "Received")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    ["MeterValues", { ...meterValues(2), meterValue: [{ timestamp: at, sampledValue: [{ value: 1 }] }] }],
    ["StatusNotification", { ...statusNotification(2), connectorStatus: "Occupied" }],
    ["TransactionEvent", transactionEvent(0, { evse: { id: 2, connectorId: 1 }, triggerReason: "CablePluggedIn" })],
    ["Heartbeat", {}]
  ] as const)("F-11, F06.FR.10: a %s that came for another reason counts as well", ([action, payload]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const evse = action === "Heartbeat" ? undefined : { id: 2, connectorId: 1 }
      const trigger = yield* begin(RemoteControl.triggerMessage(station, action, evse as never))
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.isUndefined(trigger.pollUnsafe())
      fake.call(action, payload)
      const outcome = yield* Fiber.join(trigger)
      assert.strictEqual(outcome._tag === "Received" && outcome.messages.length, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_F_12_CSMS, F06.FR.11: without an EVSE, MeterValues of every EVSE known", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const evseId of [1, 2]) fake.call("StatusNotification", statusNotification(evseId))
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "MeterValues"))
      fake.reply({ status: "Accepted" })
      for (const evseId of [1, 1, 0]) fake.call("MeterValues", meterValues(evseId))
      yield* settle
      assert.isUndefined(trigger.pollUnsafe())
      fake.call("MeterValues", meterValues(2))
      const outcome = yield* Fiber.join(trigger)
      assert.strictEqual(outcome._tag === "Received" && outcome.messages.length, 4)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_F_13_CSMS: the TransactionEvent of an EVSE, which names its EVSE or does not", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("TransactionEvent", transactionEvent())
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "TransactionEvent", { id: 1 }))
      fake.reply({ status: "Accepted" })
      fake.call("TransactionEvent", transactionEvent(1, { triggerReason: "Trigger" }))
      assert.strictEqual((yield* Fiber.join(trigger))._tag, "Received")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_F_14_CSMS, F06.FR.07: without an EVSE, a TransactionEvent of every running transaction", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const of = (transactionId: string, evseId: number, seqNo: number) =>
        transactionEvent(seqNo, { transactionInfo: { transactionId }, evse: { id: evseId, connectorId: 1 } })
      fake.call("TransactionEvent", of("T1", 1, 0))
      fake.call("TransactionEvent", of("T2", 2, 0))
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "TransactionEvent"))
      fake.reply({ status: "Accepted" })
      fake.call("TransactionEvent", of("T1", 1, 1))
      yield* settle
      assert.isUndefined(trigger.pollUnsafe())
      fake.call("TransactionEvent", { ...of("T2", 2, 1), evse: undefined })
      assert.strictEqual((yield* Fiber.join(trigger))._tag, "Received")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([["Rejected"], ["NotImplemented"]] as const)("TC_F_27_CSMS, F06.FR.08: %s is a value", ([status]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "Heartbeat"))
      fake.reply({ status })
      assert.deepStrictEqual(yield* Fiber.join(trigger), { _tag: "Refused", status })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_B_31_CSMS, B02.FR.02: works while the station is Pending", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const status = yield* begin(RemoteControl.triggerMessage(station, "StatusNotification", connector))
      fake.reply({ status: "Accepted" })
      fake.call("StatusNotification", statusNotification())
      assert.strictEqual((yield* Fiber.join(status))._tag, "Received")
      const boot = yield* begin(RemoteControl.triggerMessage(station, "BootNotification"))
      fake.reply({ status: "Accepted" })
      fake.boot("Triggered")
      const outcome = yield* Fiber.join(boot)
      assert.deepStrictEqual(outcome._tag === "Received" && outcome.messages.map(({ _tag }) => _tag), ["Booted"])
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending", "Accepted") })))
  )

  it.effect.each([["Accepted"], ["Rejected"]] as const)(
    "TC_A_11_CSMS: a CSR counts, whether it is answered %s or not",
    ([status]) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const trigger = yield* begin(RemoteControl.triggerMessage(station, "SignChargingStationCertificate"))
        fake.reply({ status: "Accepted" })
        fake.call("SignCertificate", { csr: "CSR", certificateType: "V2GCertificate" })
        yield* settle
        assert.isUndefined(trigger.pollUnsafe())
        fake.call("SignCertificate", { csr: "CSR", certificateType: "ChargingStationCertificate" })
        assert.strictEqual((yield* Fiber.join(trigger))._tag, "Received")
      }).pipe(Effect.provide(Csms.layer({ SignCertificate: () => Effect.succeed({ status }) })))
  )

  it.effect("CE-4, CE-5: what does not come in time is told, with what came", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const evseId of [1, 2]) fake.call("StatusNotification", statusNotification(evseId))
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "MeterValues"))
      fake.reply({ status: "Accepted" })
      fake.call("MeterValues", meterValues(1))
      yield* settle
      yield* TestClock.adjust("60 seconds")
      const outcome = yield* Fiber.join(trigger)
      assert.strictEqual(outcome._tag === "Incomplete" && outcome.messages.length, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("is done with the answer when it is not followed", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "Heartbeat", undefined, { follow: false }))
      fake.reply({ status: "Accepted" })
      assert.deepStrictEqual(yield* Fiber.join(trigger), { _tag: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-10, F06.FR.13: a StatusNotification needs the connector", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      // @ts-expect-error -- the type says so too
      const trigger = yield* begin(RemoteControl.triggerMessage(station, "StatusNotification", { id: 1 }))
      const failure = yield* failureOf(trigger)
      assert.include(failure.message, "F06.FR.13")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("F-12, F06.FR.17: no BootNotification is asked of a station that is Accepted", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const failure = yield* Effect.flip(RemoteControl.triggerMessage(station, "BootNotification"))
      assert.include(failure.message, "F06.FR.17")
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
