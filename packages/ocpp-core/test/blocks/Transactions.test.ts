import type { TransactionEventRequest, TransactionEventResponse } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Exchange } from "../../src/blocks/Block.ts"
import { energyWh, isComplete, missingEvents } from "../../src/blocks/Transaction.ts"
import { defaultLimits, findTransaction, transactions, type TransactionsEvent } from "../../src/blocks/Transactions.ts"
import {
  exchange,
  frozen,
  noon,
  property,
  recorder,
  register,
  stored,
  time,
  transactionEvent,
  wholeTransaction
} from "./payloads.ts"

const start = () => {
  const { events, emit } = recorder<TransactionsEvent>()
  let state = transactions.initial
  return {
    events,
    get state() {
      return state
    },
    get t1() {
      const found = findTransaction(state, "T1")
      if (found === undefined) throw new Error("T1 is not there")
      return found
    },
    event: (request: TransactionEventRequest, response: TransactionEventResponse = {}, at = noon) => {
      state = transactions.reduce.TransactionEvent!(state, exchange("TransactionEvent", request, response, at), emit)
    },
    replay: (all: ReadonlyArray<Exchange<"TransactionEvent">>) => {
      for (const item of all) state = frozen(transactions.reduce.TransactionEvent!(state, frozen(item), emit))
    },
    cost: (totalCost: number, transactionId = "T1") => {
      const shown = exchange("CostUpdated", { transactionId, totalCost }, {})
      state = transactions.reduce.CostUpdated!(state, shown, emit)
    }
  }
}

const charging = { transactionId: "T1", chargingState: "Charging" } as const

describe("Transactions: one transaction", () => {
  it("is assembled from Started, Updated and Ended", () => {
    const station = start()
    station.event(
      transactionEvent("Started", 0, { evse: { id: 1, connectorId: 1 }, meterValue: [register(0, 1000)] }),
      {},
      noon + 1
    )
    station.event(
      transactionEvent("Updated", 1, {
        triggerReason: "Authorized",
        idToken: { idToken: "A", type: "ISO14443" },
        transactionInfo: charging
      }),
      { idTokenInfo: { status: "Accepted" }, totalCost: 0 },
      noon + 2
    )
    station.event(
      transactionEvent("Ended", 2, {
        triggerReason: "EVDeparted",
        transactionInfo: { transactionId: "T1", stoppedReason: "EVDisconnected" },
        meterValue: [register(120, 3500)]
      }),
      { totalCost: 4.2 },
      noon + 3
    )
    expect(station.state.running).toEqual([])
    expect(station.t1).toEqual({
      transactionId: "T1",
      received: [0, 2],
      startedAt: time(0),
      endedAt: time(120),
      updatedAt: time(120),
      triggerReason: "EVDeparted",
      stoppedReason: "EVDisconnected",
      receivedAt: noon + 3,
      offline: false,
      chargingState: "Charging",
      evse: { id: 1, connectorId: 1 },
      idToken: { idToken: "A", type: "ISO14443" },
      verdict: "Accepted",
      totalCost: 4.2,
      energy: {
        location: "Outlet",
        first: { wh: 1000, timestamp: time(0), seqNo: 0 },
        last: { wh: 3500, timestamp: time(120), seqNo: 2 }
      },
      prints: expect.any(Array),
      origin: { started: 0, ended: 2, evse: 0, chargingState: 1, idToken: 1, verdict: 1, totalCost: 2 }
    })
    expect(energyWh(station.t1)).toBe(2500)
    expect(isComplete(station.t1)).toBe(true)
  })

  it("says what happened with what is known by then", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { evse: { id: 2, connectorId: 1 }, meterValue: [register(0, 100)] }))
    station.event(
      transactionEvent("Updated", 2, { offline: true, transactionInfo: charging, meterValue: [register(60, 150)] })
    )
    station.event(transactionEvent("Ended", 3))
    const known = { transactionId: "T1", evseId: 2, connectorId: 1 }
    expect(station.events).toEqual([
      {
        _tag: "TransactionStarted",
        ...known,
        seqNo: 0,
        timestamp: time(0),
        triggerReason: "CablePluggedIn",
        offline: false,
        replayed: false,
        energyWh: 0,
        complete: false,
        missing: []
      },
      {
        _tag: "TransactionUpdated",
        ...known,
        seqNo: 2,
        timestamp: time(120),
        triggerReason: "MeterValuePeriodic",
        offline: true,
        replayed: true,
        chargingState: "Charging",
        energyWh: 50,
        complete: false,
        missing: [[1, 1]]
      },
      {
        _tag: "TransactionEnded",
        ...known,
        seqNo: 3,
        timestamp: time(180),
        triggerReason: "MeterValuePeriodic",
        offline: false,
        replayed: false,
        chargingState: "Charging",
        energyWh: 50,
        complete: false,
        missing: [[1, 1]],
        stoppedReason: "Local"
      }
    ])
  })

  it("E-5: an exact resend changes nothing and is no event", () => {
    fc.assert(
      fc.property(wholeTransaction, fc.array(fc.nat({ max: 20 })), (all, picks) => {
        const station = start()
        station.replay(all)
        const before = station.state
        const seen = station.events.length
        station.replay(picks.map((i) => all[i % all.length]!))
        expect(station.state).toBe(before)
        expect(station.events).toHaveLength(seen)
      }),
      property
    )
  })

  it("E-10: events in any order with duplicates give the same transaction", () => {
    fc.assert(
      fc.property(
        wholeTransaction.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray(all, { minLength: all.length }),
            fc.array(fc.constantFrom(...all), { maxLength: 4 })
          )
        ),
        ([inOrder, shuffled, again]) => {
          const expected = start()
          expected.replay(inOrder)
          const station = start()
          station.replay(shuffled.flatMap((item, i) => [item, ...again.slice(i, i + 1)]))
          expect(station.state).toStrictEqual(expected.state)
          expect(stored(station.state)).toStrictEqual(station.state)
          expect(station.events.at(-1)).toMatchObject({ complete: true, missing: [] })
          expect(station.events).toHaveLength(inOrder.length)
        }
      ),
      property
    )
  })

  it("E-10: a late event never reopens an ended transaction", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Ended", 2, { transactionInfo: { transactionId: "T1", chargingState: "Idle" } }))
    station.event(transactionEvent("Updated", 1, { transactionInfo: charging }))
    station.event(transactionEvent("Updated", 3))
    expect(station.state.running).toEqual([])
    expect(station.t1).toMatchObject({ endedAt: time(120), chargingState: "Idle" })
  })

  it("E-11: seqNo may begin anywhere", () => {
    const station = start()
    station.event(transactionEvent("Started", 41))
    station.event(transactionEvent("Ended", 42))
    expect([isComplete(station.t1), missingEvents(station.t1)]).toEqual([true, []])
  })

  it("E-12: missing numbers are listed until they come", () => {
    const station = start()
    station.event(transactionEvent("Started", 5))
    station.event(transactionEvent("Updated", 8))
    station.event(transactionEvent("Ended", 11))
    expect(missingEvents(station.t1)).toEqual([
      [6, 7],
      [9, 10]
    ])
    for (const seqNo of [10, 7, 9, 6]) station.event(transactionEvent("Updated", seqNo))
    const complete = station.events.map((event) => "complete" in event && event.complete)
    expect(complete).toEqual([false, false, false, false, false, false, true])
    expect(station.t1.received).toEqual([5, 11])
  })

  it("E-13: Updated or Ended may come before Started", () => {
    const station = start()
    station.event(transactionEvent("Updated", 1))
    expect(station.state.running).toHaveLength(1)
    expect(station.t1).not.toHaveProperty("startedAt")
    station.event(transactionEvent("Ended", 2))
    expect(isComplete(station.t1)).toBe(false)
    station.event(transactionEvent("Started", 0))
    expect(station.t1).toMatchObject({ startedAt: time(0), endedAt: time(120) })
    expect(isComplete(station.t1)).toBe(true)
  })

  it("E-15: several Updated with one timestamp are distinct", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 1, { timestamp: time(60) }))
    station.event(transactionEvent("Updated", 2, { timestamp: time(60) }))
    expect(station.events).toHaveLength(3)
  })

  it("E-16: ST-7: evse, idToken, reservationId and remoteStartId stay, 0 included", () => {
    const station = start()
    const idToken = { idToken: "A", type: "Central" } as const
    station.event(
      transactionEvent("Started", 0, {
        evse: { id: 1 },
        idToken,
        reservationId: 0,
        transactionInfo: { transactionId: "T1", remoteStartId: 0 }
      })
    )
    station.event(transactionEvent("Updated", 1))
    station.event(transactionEvent("Updated", 2, { reservationId: 4, idToken: { ...idToken, idToken: "B" } }))
    expect(station.t1).toMatchObject({ evse: { id: 1 }, idToken, reservationId: 0, remoteStartId: 0 })
  })

  it("E-17: the EVSE and the connector may become known later", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 1, { evse: { id: 3 } }))
    station.event(transactionEvent("Updated", 2, { evse: { id: 3, connectorId: 2 } }))
    station.event(transactionEvent("Updated", 3, { evse: { id: 3 } }))
    expect(station.t1.evse).toEqual({ id: 3, connectorId: 2 })
  })

  it("E-18: the start token and the stop token are kept apart", () => {
    const tokenA = { idToken: "A", type: "ISO14443" } as const
    const tokenB = { idToken: "B", type: "ISO14443" } as const
    const station = start()
    station.event(transactionEvent("Started", 0, { triggerReason: "Authorized", idToken: tokenA }))
    station.event(transactionEvent("Updated", 1, { triggerReason: "StopAuthorized", idToken: tokenB }))
    expect(station.t1).toMatchObject({ idToken: tokenA, stopIdToken: tokenB })
    const ended = start()
    ended.event(transactionEvent("Ended", 2, { triggerReason: "StopAuthorized", idToken: tokenB }))
    expect(ended.t1).not.toHaveProperty("idToken")
    const only = start()
    only.event(transactionEvent("Ended", 2, { triggerReason: "Authorized", idToken: tokenA }))
    expect(only.t1).toMatchObject({ idToken: tokenA })
  })

  it("E-20: Ended without a reason means Local", () => {
    const station = start()
    station.event(transactionEvent("Ended", 1))
    expect(station.t1.stoppedReason).toBe("Local")
    expect(station.events).toMatchObject([{ _tag: "TransactionEnded", stoppedReason: "Local" }])
  })

  it("E-22: offline marks the event and its transaction", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { offline: true }))
    station.event(transactionEvent("Updated", 1, { offline: false }))
    expect(station.t1.offline).toBe(true)
    expect(station.events).toMatchObject([{ offline: true }, { offline: false }])
  })

  it("E-3: the verdict is that of our latest answer that had one", () => {
    const station = start()
    station.event(transactionEvent("Started", 0), { idTokenInfo: { status: "Accepted" } })
    station.event(transactionEvent("Updated", 2), { idTokenInfo: { status: "Blocked" } })
    station.event(transactionEvent("Updated", 1), { idTokenInfo: { status: "Invalid" } })
    station.event(transactionEvent("Updated", 3))
    expect(station.t1.verdict).toBe("Blocked")
  })

  it("E-7: a cost sent on its own counts until an answer to a later event", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 2), { totalCost: 1 })
    station.cost(2)
    station.cost(2)
    station.event(transactionEvent("Updated", 1), { totalCost: 0.5 })
    expect(station.t1.totalCost).toBe(2)
    station.event(transactionEvent("Ended", 3), { totalCost: 0 })
    expect(station.t1.totalCost).toBe(0)
    station.cost(9)
    expect(station.t1.totalCost).toBe(0)
    expect(station.events.filter((event) => !("seqNo" in event))).toEqual([
      { _tag: "TransactionCostUpdated", transactionId: "T1", totalCost: 2 }
    ])
  })

  it("E-32: only Ended closes a transaction", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 1, { triggerReason: "EVCommunicationLost" }))
    station.event(transactionEvent("Updated", 2, { triggerReason: "StopAuthorized" }))
    expect(station.state.running).toHaveLength(1)
  })

  it("E-6: an Ended with a number that was used before still ends", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Ended", 0))
    expect(station.state.running).toEqual([])
    expect(isComplete(station.t1)).toBe(false)
  })

  it("the latest reading is held while the transaction runs", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { meterValue: [register(0, 1)] }))
    expect(station.t1.latest).toEqual({ seqNo: 0, ...register(0, 1) })
    station.event(transactionEvent("Ended", 1, { meterValue: [register(60, 2)] }))
    expect(station.t1).not.toHaveProperty("latest")
    expect(station.t1.energy?.last.wh).toBe(2)
  })
})

describe("Transactions: several", () => {
  const { maxEnded } = defaultLimits

  const of = (transactionId: string) => ({ transactionInfo: { transactionId } })

  it("E-9: each has its own state, whatever its id", () => {
    const station = start()
    for (const id of ["T1", "__proto__", "constructor", ""]) station.event(transactionEvent("Started", 0, of(id)))
    expect(station.state.running.map(({ transactionId }) => transactionId)).toEqual([
      "T1",
      "__proto__",
      "constructor",
      ""
    ])
    expect(findTransaction(station.state, "toString")).toBeUndefined()
  })

  it("holds all running ones and the last ended ones", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, of("running")))
    for (let i = 0; i < maxEnded + 5; i++) {
      station.event(transactionEvent("Started", 0, of(`T${i}`)))
      station.event(transactionEvent("Ended", 1, of(`T${i}`)))
    }
    expect(station.state.running.map(({ transactionId }) => transactionId)).toEqual(["running"])
    expect(station.state.ended).toHaveLength(maxEnded)
    expect(station.state.ended[0]?.transactionId).toBe("T5")
    expect(station.state.ended.at(-1)?.transactionId).toBe(`T${maxEnded + 4}`)
  })

  it("a change of one shares the others", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, of("other")))
    station.event(transactionEvent("Started", 0))
    const other = findTransaction(station.state, "other")
    const { ended } = station.state
    station.event(transactionEvent("Updated", 1))
    expect(findTransaction(station.state, "other")).toBe(other)
    expect(station.state.ended).toBe(ended)
  })
})
