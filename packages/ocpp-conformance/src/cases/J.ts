/** Block J, meter values: TC_J_01 to 04, 07 to 11. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { findMeter, readings } from "@wattline/ocpp-core"
import { type MeterValue, reading, reports, transactionEvent } from "./messages.ts"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import {
  accepted,
  authorized,
  ends,
  energyTransferStarted,
  evConnectedPostSession,
  evConnectedPreSession,
  isRunning
} from "./states.ts"
import type { World } from "./World.ts"

/** What a meter that signs adds to a value. */
const signedMeterValue = {
  signedMeterData: "T0NNRnx7IkZWIjoiMS4wIn0=",
  signingMethod: "ECDSA-secp256k1-SHA256",
  encodingMethod: "OCMF",
  publicKey: ""
}

/** EVDisconnected, whose Ended has several readings of one context, and one of the end. */
const readingsAtTheEnd = (
  id: CaseId,
  title: string,
  requirements: ReadonlyArray<string>,
  context: "Sample.Clock" | "Sample.Periodic",
  signed: boolean
): OcaCase => ({
  id,
  title,
  certification: "M",
  requirements,
  bothForms: true,
  run: Effect.fnUntraced(function* (world) {
    const [evse] = world.evses
    const received: Array<MeterValue> = []
    yield* world.handles({
      TransactionEvent: ({ meterValue = [] }) => Effect.sync(() => (received.push(...meterValue), {}))
    })
    yield* accepted(world)
    yield* evConnectedPostSession(world)
    yield* reports(world, "Available", evse)
    const contexts = [context, context, context, "Transaction.End"] as const
    const meterValue = yield* Effect.forEach(contexts, (one, i) => valueAt(world, one, i, signed))
    yield* ends(world, evse, "EVCommunicationLost", { state: "Idle", stop: "EVDisconnected", meterValue })
    assert.deepStrictEqual(received, meterValue)
    const { mirror } = yield* world.view
    const aligned = findMeter(mirror.metering, evse.id)?.timeline.map(({ timestamp }) => timestamp) ?? []
    const clocks = meterValue.slice(0, 3).map(({ timestamp }) => timestamp)
    assert.deepStrictEqual(aligned, context === "Sample.Clock" ? clocks : [])
    const [ended] = mirror.transactions.ended
    assert.strictEqual(ended?.energy?.last.timestamp, meterValue.at(-1)?.timestamp)
    const signatures = readings(received).map(({ raw }) => raw.signedMeterValue)
    assert.deepStrictEqual(signatures, signed ? contexts.map(() => signedMeterValue) : contexts.map(() => undefined))
  })
})

/** One reading, `i` seconds from now; signed if the meter signs. */
const valueAt = Effect.fnUntraced(function* (
  { now }: World,
  context: MeterValue["sampledValue"][number]["context"] & string,
  i: number,
  signed: boolean
) {
  const timestamp = new Date(Date.parse(yield* now) + i * 1000).toISOString()
  const value: MeterValue = {
    timestamp,
    sampledValue: [{ value: 1000 + i, context, ...(signed && { signedMeterValue }) }]
  }
  return value
})

/** MeterValues of the main meter and of all EVSEs but one; answered, and known. */
const alignedValues = Effect.fnUntraced(function* (world: World, charging?: number) {
  for (const evseId of [0, ...world.evses.map(({ id }) => id)]) {
    if (evseId === charging) continue
    const meterValue = yield* reading(world, "Sample.Clock", 100)
    assert.deepStrictEqual<unknown>(yield* world.cs.call("MeterValues", { evseId, meterValue }), {})
    const meter = findMeter((yield* world.view).mirror.metering, evseId)
    assert.deepInclude(meter?.timeline.at(-1), { timestamp: meterValue[0].timestamp, context: "Sample.Clock", wh: 100 })
  }
})

/** A metered Updated; answered with nothing, and known. */
const updates = Effect.fnUntraced(function* (
  world: World,
  triggerReason: "MeterValueClock" | "MeterValuePeriodic",
  context: "Sample.Clock" | "Sample.Periodic",
  value: number
) {
  const [evse] = world.evses
  const meterValue = yield* reading(world, context, value)
  yield* transactionEvent(world, evse, triggerReason, { meterValue })
  const transaction = yield* isRunning(world, evse)
  assert.deepInclude(transaction.timeline?.at(-1), { timestamp: meterValue[0].timestamp, wh: value })
})

/** The cases, in the order of the standard. */
export const meterValues: ReadonlyArray<OcaCase> = [
  {
    id: "TC_J_01_CSMS",
    title: "clock-aligned meter values, no transaction",
    certification: "M",
    requirements: ["J01.FR.18"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const _ of [1, 2, 3]) {
        yield* world.passes("15 minutes")
        yield* alignedValues(world)
      }
      const timestamp = yield* world.now
      const event = yield* world.cs.call("NotifyEvent", {
        generatedAt: timestamp,
        seqNo: 0,
        eventData: [
          {
            eventId: 1,
            timestamp,
            trigger: "Periodic",
            actualValue: "100",
            eventNotificationType: "PreconfiguredMonitor",
            component: { name: "FiscalMetering" },
            variable: { name: "EnergyImportRegister" }
          }
        ]
      })
      assert.deepStrictEqual<unknown>(event, {})
    })
  },
  {
    id: "TC_J_02_CSMS",
    title: "clock-aligned meter values during a transaction",
    certification: "M",
    requirements: ["J01.FR.18", "J02.FR.19"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      for (const i of [1, 2, 3]) {
        yield* world.passes("15 minutes")
        yield* alignedValues(world, evse.id)
        yield* updates(world, "MeterValueClock", "Sample.Clock", i * 100)
      }
      const meter = findMeter((yield* world.view).mirror.metering, evse.id)
      assert.strictEqual(meter?.timeline.at(-1)?.transactionId, evse.transactionId)
    })
  },
  readingsAtTheEnd(
    "TC_J_03_CSMS",
    "clock-aligned meter values in the Ended event",
    ["J01.FR.18"],
    "Sample.Clock",
    false
  ),
  readingsAtTheEnd("TC_J_04_CSMS", "clock-aligned meter values, signed", ["J01.FR.21"], "Sample.Clock", true),
  {
    id: "TC_J_07_CSMS",
    title: "sampled meter values in Started, the EVSE is known",
    certification: "M",
    requirements: ["J02.FR.19"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const meterValue = yield* reading(world, "Transaction.Begin", 1000)
      yield* evConnectedPreSession(world, evse, { meterValue })
      const { energy, evse: place } = yield* isRunning(world, evse)
      assert.strictEqual(energy?.first.wh, 1000)
      assert.strictEqual(place?.id, evse.id)
    })
  },
  {
    id: "TC_J_08_CSMS",
    title: "sampled meter values with Transaction.Begin when the EVSE was not known at the start",
    certification: "M",
    requirements: ["J02.FR.19"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* authorized(world)
      assert.isUndefined((yield* isRunning(world, evse)).evse)
      const meterValue = yield* reading(world, "Transaction.Begin", 1000)
      yield* evConnectedPreSession(world, evse, { meterValue })
      yield* energyTransferStarted(world)
      const { energy, evse: place } = yield* isRunning(world, evse)
      assert.strictEqual(energy?.first.wh, 1000)
      assert.strictEqual(place?.id, evse.id)
    })
  },
  {
    id: "TC_J_09_CSMS",
    title: "sampled meter values in Updated events",
    certification: "M",
    requirements: ["J02.FR.19"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      for (const i of [1, 2, 3]) {
        yield* world.passes("1 minute")
        yield* updates(world, "MeterValuePeriodic", "Sample.Periodic", i * 100)
      }
      assert.isUndefined(findMeter((yield* world.view).mirror.metering, evse.id))
    })
  },
  readingsAtTheEnd("TC_J_10_CSMS", "sampled meter values in the Ended event", ["J02.FR.19"], "Sample.Periodic", false),
  readingsAtTheEnd("TC_J_11_CSMS", "sampled meter values, signed", ["J02.FR.21"], "Sample.Periodic", true)
]
