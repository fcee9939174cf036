import { assert, layer } from "@effect/vitest"
import { Csms, findMeter, findTransaction } from "@wattline/ocpp-core"
import { MemoryTransport, type TestStation } from "@wattline/ocpp-memory"
import { Effect, Layer } from "effect"
import { Archive, billable, handlers, loadProfile, powerNow, type Row } from "../src/metering.ts"
import { accepted, transactionEvent } from "./support.ts"

const rows = new Map<string, Row>()
let failures = 0
const archive = Layer.succeed(Archive, {
  insert: (some) =>
    Effect.suspend(() => {
      if (failures-- > 0) return Effect.fail({ message: "the disk is full" })
      for (const row of some) if (!rows.has(row.key)) rows.set(row.key, row)
      return Effect.void
    })
})
const rowsOf = (identity: string) => [...rows.values()].filter(({ key }) => key.startsWith(`${identity} `))

const signedMeterValue = { signedMeterData: "AAECAw==", signingMethod: "", encodingMethod: "OCMF", publicKey: "" }

/** The register in Wh at a quarter of an hour. */
const clockAligned = (station: TestStation, evseId: number, minutes: number, wh: number) =>
  station.call("MeterValues", {
    evseId,
    meterValue: [
      {
        timestamp: new Date(minutes * 60_000).toISOString(),
        sampledValue: [{ value: wh, context: "Sample.Clock", signedMeterValue }]
      }
    ]
  })

const csms = Layer.provide(Csms.layer(handlers, { inventory: "off" }), archive)

layer(Layer.provideMerge(MemoryTransport.layer, csms))("metering", (it) => {
  it.effect("J-3, J-4, J-6: a reading is kept once, in one unit, with its signature", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-1")
      yield* clockAligned(station, 1, 15, 500)
      yield* station.call("TransactionEvent", {
        eventType: "Started",
        seqNo: 0,
        timestamp: "1970-01-01T00:20:00Z",
        triggerReason: "Authorized",
        evse: { id: 1, connectorId: 1 },
        transactionInfo: { transactionId: "T1" },
        meterValue: [
          {
            timestamp: "1970-01-01T00:15:00Z", // the same reading once more
            sampledValue: [{ value: 0.5, context: "Sample.Clock", unitOfMeasure: { unit: "kWh" } }]
          },
          {
            timestamp: "1970-01-01T00:20:00Z",
            sampledValue: [{ value: 11, measurand: "Power.Active.Import", unitOfMeasure: { unit: "kW" } }]
          }
        ]
      })
      const timestamp = "1970-01-01T00:20:00Z"
      yield* station.call("StatusNotification", { evseId: 1, connectorId: 1, connectorStatus: "Occupied", timestamp })
      assert.deepStrictEqual(
        rowsOf("CS-1").map(({ signed, transactionId, unit, value }) => ({ value, unit, signed, transactionId })),
        [
          { value: 500, unit: "Wh", signed: signedMeterValue, transactionId: undefined },
          { value: 11_000, unit: "W", signed: undefined, transactionId: "T1" }
        ]
      )
      assert.strictEqual(yield* powerNow(inCsms), 11_000)
      assert.lengthOf(findMeter((yield* inCsms.snapshot).mirror.metering, 1)?.timeline ?? [], 1)
    })
  )

  it.effect("J-5: the load profile of the main meter, also when the meter was replaced", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      yield* clockAligned(station, 0, 0, 1_000)
      yield* clockAligned(station, 0, 15, 1_750)
      yield* clockAligned(station, 0, 30, 100)
      assert.deepStrictEqual(loadProfile((yield* inCsms.snapshot).mirror.metering, 0), [
        { until: "1970-01-01T00:15:00.000Z", wh: 750 },
        { until: "1970-01-01T00:30:00.000Z", wh: 100 }
      ])
      assert.isUndefined(yield* powerNow(inCsms))
    })
  )

  it.effect("J-1: an archive that fails is asked again, and at last does not keep the station from its answer", () =>
    Effect.gen(function* () {
      const { station } = yield* accepted("CS-3")
      failures = 2
      assert.deepStrictEqual(yield* clockAligned(station, 1, 15, 500), {})
      assert.lengthOf(rowsOf("CS-3"), 1)
      failures = 3
      assert.deepStrictEqual(yield* clockAligned(station, 1, 30, 600), {})
      assert.lengthOf(rowsOf("CS-3"), 1)
      failures = 0
    })
  )

  it.effect("E-12: a transaction is billed when all its events have come", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-4")
      const bill = Effect.map(inCsms.snapshot, ({ mirror }) => {
        const transaction = findTransaction(mirror.transactions, "T1")
        return transaction && billable(transaction)
      })
      yield* transactionEvent(station, "Started", 0, { triggerReason: "Authorized", wh: 1_000 })
      yield* transactionEvent(station, "Ended", 2, { triggerReason: "EVDeparted", wh: 8_500 })
      assert.isUndefined(yield* bill)
      yield* transactionEvent(station, "Updated", 1, { triggerReason: "MeterValuePeriodic", wh: 3_000 })
      assert.strictEqual(yield* bill, 7_500)
    })
  )
})
