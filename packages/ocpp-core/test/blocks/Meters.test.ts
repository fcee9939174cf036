import type { MeterValueType, ReadingContextEnumType, TransactionEventRequest } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { initial, type MirrorEvent, reduce, type StationMirror } from "../../src/blocks/Mirror.ts"
import { defaultMeterTimeline, findMeter, latestReading, maxMeters } from "../../src/blocks/Meters.ts"
import { defaultLimits } from "../../src/blocks/Transactions.ts"
import { exchange, frozen, noon, property, recorder, stored, time } from "./payloads.ts"

const quarter = 15 * 60

/** A reading of the energy register, `seconds` after noon. */
const reading = (seconds: number, value: number, context: ReadingContextEnumType = "Sample.Clock"): MeterValueType => ({
  timestamp: time(seconds),
  sampledValue: [{ value, context }]
})

const meterValues = (evseId: number, ...meterValue: Array<MeterValueType>) =>
  ({ action: "MeterValues", exchange: exchange("MeterValues", { evseId, meterValue }, {}) }) as const

const event = (seqNo: number, meterValue: Array<MeterValueType>, more: Partial<TransactionEventRequest> = {}) => {
  const request: TransactionEventRequest = {
    eventType: seqNo === 0 ? "Started" : "Updated",
    triggerReason: "MeterValueClock",
    seqNo,
    timestamp: meterValue.at(-1)?.timestamp ?? time(),
    transactionInfo: { transactionId: "T1" },
    ...(seqNo === 0 && { evse: { id: 1, connectorId: 1 } }),
    ...(meterValue.length > 0 && { meterValue }),
    ...more
  }
  return { action: "TransactionEvent", exchange: exchange("TransactionEvent", request, {}) } as const
}

type Step = ReturnType<typeof meterValues> | ReturnType<typeof event>

const after = (...steps: ReadonlyArray<Step>) => {
  const { emit, events } = recorder<MirrorEvent>()
  const mirror = steps.reduce<StationMirror>(
    (before, step) => frozen(reduce(before, step.action, step.exchange as never, emit)),
    initial
  )
  return { mirror, fell: events.filter(({ _tag }) => _tag === "MeterRegisterFell") }
}

const timelineOf = ({ metering }: StationMirror, evseId = 1) => findMeter(metering, evseId)?.timeline ?? []

describe("Meters", () => {
  it("J-2: 0 is the main meter, other numbers are EVSEs, known or not", () => {
    const { mirror } = after(
      meterValues(0, reading(0, 5)),
      meterValues(7, reading(0, 6)),
      meterValues(0, reading(1, 9))
    )
    expect(mirror.metering.meters.map(({ evseId, latest }) => [evseId, latest.sampledValue[0]?.value])).toEqual([
      [0, 9],
      [7, 6]
    ])
    expect(findMeter(mirror.metering, 1)).toBeUndefined()
  })

  it("J-3, J-7: the timeline has a point for each time, in Wh, W and percent", () => {
    const { mirror } = after(
      meterValues(1, {
        timestamp: time(),
        sampledValue: [
          { value: 1.5, context: "Trigger", unitOfMeasure: { unit: "kWh" } },
          { value: 11, measurand: "Power.Active.Import", unitOfMeasure: { multiplier: 3 } },
          { value: 80, measurand: "SoC" },
          { value: 250, measurand: "Energy.Active.Import.Interval" }
        ]
      })
    )
    expect(timelineOf(mirror)).toEqual([
      { timestamp: time(), context: "Trigger", wh: 1500, intervalWh: 250, watts: 11_000, soc: 80 }
    ])
  })

  it("J-4: a clock-aligned reading of a transaction is held at its EVSE, whichever event named that", () => {
    const { mirror } = after(event(0, []), event(1, [reading(quarter, 100)]), meterValues(1, reading(2 * quarter, 200)))
    expect(timelineOf(mirror)).toEqual([
      { timestamp: time(quarter), context: "Sample.Clock", transactionId: "T1", wh: 100 },
      { timestamp: time(2 * quarter), context: "Sample.Clock", wh: 200 }
    ])
  })

  it("J-4: the same reading by both messages counts once", () => {
    const { mirror } = after(event(0, []), event(1, [reading(quarter, 100)]), meterValues(1, reading(quarter, 100)))
    expect(timelineOf(mirror)).toEqual([
      { timestamp: time(quarter), context: "Sample.Clock", transactionId: "T1", wh: 100 }
    ])
    expect(mirror.transactions.running[0]?.energy?.last.wh).toBe(100)
  })

  it("J-4: readings of a transaction that are not clock-aligned are held with it alone", () => {
    const before = after(event(0, [])).mirror
    const { mirror } = after(event(0, []), event(1, [reading(60, 100, "Sample.Periodic")]))
    expect(mirror.metering).toBe(before.metering)
    expect(mirror.transactions.running[0]?.timeline).toHaveLength(1)
  })

  it("J-4: an Ended with many aligned intervals adds each of them, and not the one of Transaction.End", () => {
    const values = [reading(quarter, 100), reading(2 * quarter, 200), reading(2 * quarter + 60, 210, "Transaction.End")]
    const { mirror } = after(event(0, []), event(1, values, { eventType: "Ended" }))
    expect(timelineOf(mirror).map(({ wh }) => wh)).toEqual([100, 200])
  })

  it("J-4: intervals sum up to what was imported, in whatever order and however often they are told", () => {
    const steps = Array.from({ length: 8 }, (_, i): ReadonlyArray<Step> => {
      const value: MeterValueType = {
        timestamp: time(i * quarter),
        sampledValue: [{ value: 10 ** i, measurand: "Energy.Active.Import.Interval", context: "Sample.Clock" }]
      }
      return [meterValues(1, value), event(i + 1, [value])]
    })
    const orders = fc.shuffledSubarray(steps.flat(), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(orders, orders, (once, again) => {
        const { mirror } = after(event(0, []), ...once, ...again)
        const timeline = timelineOf(mirror)
        expect(timeline.map(({ timestamp }) => timestamp)).toEqual(steps.map((_, i) => time(i * quarter)))
        expect(timeline.reduce((sum, { intervalWh = 0 }) => sum + intervalWh, 0)).toBe(11_111_111)
      }),
      property
    )
  })

  it("J-4: an event of a transaction whose EVSE is not known changes no meter", () => {
    const unnamed = event(0, [reading(0, 1)], { evse: undefined } as never)
    expect(after(unnamed).mirror.metering).toBe(initial.metering)
  })

  it("the latest reading is that of the station's time, of the transaction too, and has no signature (J-6)", () => {
    const signed: MeterValueType = {
      timestamp: time(30),
      sampledValue: [
        {
          value: 3,
          signedMeterValue: { signedMeterData: "AA==", signingMethod: "", encodingMethod: "OCMF", publicKey: "" }
        }
      ]
    }
    const { mirror } = after(meterValues(1, signed), meterValues(1, reading(20, 2)))
    expect(latestReading(mirror, 1)).toEqual({ timestamp: time(30), sampledValue: [{ value: 3 }] })
    const later = after(meterValues(1, signed), event(0, []), event(1, [reading(60, 9, "Sample.Periodic")])).mirror
    expect(latestReading(later, 1)?.timestamp).toBe(time(60))
    expect(latestReading(later, 2)).toBeUndefined()
  })

  it("J-5: a register is not re-based, and one that falls is told", () => {
    const { fell, mirror } = after(
      meterValues(1, reading(0, 1000)),
      meterValues(1, reading(60, 1000)),
      meterValues(1, reading(30, 5)), // late: it tells of the past
      meterValues(1, reading(120, 3)),
      meterValues(1, reading(180, 4))
    )
    expect(fell).toEqual([{ _tag: "MeterRegisterFell", evseId: 1, fromWh: 1000, toWh: 3, timestamp: time(120) }])
    expect(timelineOf(mirror).map(({ wh }) => wh)).toEqual([1000, 5, 1000, 3, 4])
  })

  it("holds the last points of a meter by the station's time, and no more meters than its limit", () => {
    const seconds = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(seconds, fc.nat(20), (times, meterTimeline) => {
        let mirror = initial
        for (const at of times) {
          const limits = { ...defaultLimits, meterTimeline }
          const one = { ...meterValues(1, reading(at, at)).exchange, limits }
          mirror = frozen(reduce(mirror, "MeterValues", one, () => {}))
        }
        const last = [...new Set(times)].toSorted((a, b) => a - b).slice(-meterTimeline || times.length)
        expect(timelineOf(mirror).map(({ wh }) => wh)).toEqual(meterTimeline === 0 ? [] : last)
        expect(stored(mirror.metering)).toEqual(mirror.metering)
      }),
      property
    )
    const many = Array.from({ length: maxMeters + 5 }, (_, evseId) => meterValues(evseId, reading(0, 1)))
    expect(after(...many).mirror.metering.meters).toHaveLength(maxMeters)
    const long = Array.from({ length: 40 }, (_, i) => meterValues(1, reading(i, i)))
    expect(timelineOf(after(...long).mirror)).toHaveLength(defaultMeterTimeline)
  })

  it("beyond the limit the meter that was silent for longest is forgotten", () => {
    const at = (evseId: number, seconds: number): Step => {
      const { action, exchange: one } = meterValues(evseId, reading(0, 1))
      return { action, exchange: { ...one, at: noon + seconds } }
    }
    const many = Array.from({ length: maxMeters }, (_, evseId) => at(evseId, evseId))
    const { meters } = after(...many, at(0, 500), at(9999, 501)).mirror.metering
    expect(meters).toHaveLength(maxMeters)
    expect(meters.some(({ evseId }) => evseId === 1)).toBe(false)
    expect(meters.some(({ evseId }) => evseId === 0)).toBe(true)
  })
})
