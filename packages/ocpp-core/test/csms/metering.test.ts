/** Block J over the wire: every meter value is answered, and reaches the application as it came. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { Csms, findMeter, type Handlers, latestReading, readings } from "../../src/index.ts"
import { at, booted, Recorder, settle, transactionEvent } from "./support.ts"

const meterValues = (evseId: number, more: object = {}) => ({
  evseId,
  meterValue: [{ timestamp: at, sampledValue: [{ value: 1.5, context: "Sample.Clock", ...more }] }]
})

describe("metering", () => {
  it.effect(
    "J-1, J01.FR.18, TC_J_01_CSMS: MeterValues are always answered, also if the sink of the application fails",
    () =>
      Effect.gen(function* () {
        const failing: ReadonlyArray<Handlers> = [
          {},
          { MeterValues: () => Effect.fail("the database is gone") },
          { MeterValues: () => Effect.die(new Error("a bug")) },
          {
            MeterValues: () => {
              throw new Error("a bug")
            }
          }
        ]
        for (const handlers of failing)
          yield* Effect.gen(function* () {
            const { fake, station } = yield* booted()
            assert.deepStrictEqual(fake.answerTo(fake.call("MeterValues", meterValues(1))), [{}])
            const { mirror } = yield* station.snapshot
            assert.strictEqual(findMeter(mirror.metering, 1)?.timeline[0]?.wh, 1.5)
          }).pipe(Effect.scoped, Effect.provide(Csms.layer(handlers)))
      }).pipe(Effect.provide(Logger.layer([])))
  )

  it.effect("J-2, J01.FR.02: the main meter, EVSEs, and EVSEs nobody has heard of", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const evseId of [0, 1, 4711])
        assert.deepStrictEqual(fake.answerTo(fake.call("MeterValues", meterValues(evseId))), [{}])
      const { mirror } = yield* station.snapshot
      assert.deepStrictEqual(
        mirror.metering.meters.map(({ evseId }) => evseId),
        [0, 1, 4711]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "J-6, J02.FR.21, TC_J_04_CSMS: signed values reach handler and event unchanged; publicKey may be empty",
    () => {
      const seen: Array<unknown> = []
      const signedMeterValue = {
        signedMeterData: "A".repeat(2500),
        signingMethod: "ECDSA-secp256k1-SHA256",
        encodingMethod: "OCMF",
        publicKey: ""
      }
      return Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const recorder = yield* Recorder.start
        fake.call("MeterValues", meterValues(1, { signedMeterValue }))
        yield* settle
        const [event] = recorder.of("NotificationReceived")
        assert.lengthOf(recorder.of("NotificationReceived"), 1)
        const told = event?.action === "MeterValues" ? readings(event.request.meterValue) : []
        assert.deepStrictEqual(told[0]?.raw.signedMeterValue, signedMeterValue)
        assert.deepStrictEqual(seen, [signedMeterValue])
        const { mirror } = yield* station.snapshot
        assert.notInclude(JSON.stringify(mirror), "signedMeterData") // passed through, not kept
        assert.strictEqual(latestReading(mirror, 1)?.sampledValue[0]?.value, 1.5)
      }).pipe(
        Effect.provide(
          Csms.layer({
            MeterValues: ({ meterValue }) =>
              Effect.sync(() => seen.push(meterValue[0]?.sampledValue[0]?.signedMeterValue))
          })
        )
      )
    }
  )

  it.effect("J-8, J03.FR.04: a metering receipt sent as meter values is answered like any other", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const receipt = {
        context: "Other",
        signedMeterValue: { signedMeterData: "AA==", signingMethod: "", encodingMethod: "ISO15118", publicKey: "" }
      }
      assert.deepStrictEqual(fake.answerTo(fake.call("MeterValues", meterValues(1, receipt))), [{}])
      const event = transactionEvent(0, {
        triggerReason: "SignedDataReceived",
        meterValue: meterValues(1, receipt).meterValue
      })
      assert.deepStrictEqual(fake.answerTo(fake.call("TransactionEvent", event)), [{}])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("J-4: clock-aligned readings by both messages are one point; `meterTimeline` says how many are held", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.call("TransactionEvent", transactionEvent(0))
      for (let i = 1; i <= 5; i++) {
        const timestamp = `2026-01-01T0${i}:00:00Z`
        const meterValue = [{ timestamp, sampledValue: [{ value: i, context: "Sample.Clock" }] }]
        fake.call("TransactionEvent", transactionEvent(i, { triggerReason: "MeterValueClock", timestamp, meterValue }))
        fake.call("MeterValues", { evseId: 1, meterValue })
      }
      const { mirror } = yield* station.snapshot
      assert.deepStrictEqual(
        findMeter(mirror.metering, 1)?.timeline.map(({ wh }) => wh),
        [3, 4, 5]
      )
    }).pipe(Effect.provide(Csms.layer({}, { meterTimeline: 3 })))
  )

  it("`meterTimeline` is a whole number", () => {
    assert.throws(() => Csms.layer({}, { meterTimeline: -1 }), RangeError)
  })

  it.effect("J-5: a register that falls is told once", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      for (const [i, value] of [100, 90, 95].entries())
        fake.call("MeterValues", {
          evseId: 0,
          meterValue: [{ timestamp: `2026-01-01T00:0${i}:00Z`, sampledValue: [{ value }] }]
        })
      yield* settle
      const fell = recorder.of("MeterRegisterFell").map(({ evseId, fromWh, toWh }) => [evseId, fromWh, toWh])
      assert.deepStrictEqual(fell, [[0, 100, 90]])
    }).pipe(Effect.provide(Csms.layer()))
  )
})
