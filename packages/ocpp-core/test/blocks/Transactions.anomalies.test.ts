/** Transactions of stations that count wrongly, restart, lose messages, have no clock, or want to fill the memory. */
import type { TransactionEventRequest, TransactionEventResponse } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isComplete, maxRanges, missingEvents } from "../../src/blocks/Transaction.ts"
import {
  defaultLimits,
  findTransaction,
  tellUnconfirmed,
  type TransactionLimits,
  transactions,
  type TransactionsEvent,
  transactionWith
} from "../../src/blocks/Transactions.ts"
import { isFar } from "../../src/blocks/Timestamp.ts"
import {
  basicExchange,
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

const start = (limits: TransactionLimits = defaultLimits) => {
  const { events, emit } = recorder<TransactionsEvent>()
  let state = transactions.initial
  return {
    events,
    get state() {
      return state
    },
    get tags() {
      return events.map(({ _tag }) => _tag)
    },
    of: (transactionId = "T1") => {
      const found = findTransaction(state, transactionId)
      if (found === undefined) throw new Error(`${transactionId} is not there`)
      return found
    },
    event: (request: TransactionEventRequest, response: TransactionEventResponse = {}, at = noon) => {
      const one = { ...exchange("TransactionEvent", request, response, at), limits }
      state = frozen(transactions.reduce.TransactionEvent!(state, frozen(one), emit))
    },
    status: (messagesInQueue: boolean, ongoingIndicator?: boolean, transactionId?: string) => {
      const request = transactionId === undefined ? {} : { transactionId }
      const response = ongoingIndicator === undefined ? { messagesInQueue } : { messagesInQueue, ongoingIndicator }
      state = frozen(
        transactions.reduce.GetTransactionStatus!(state, exchange("GetTransactionStatus", request, response), emit)
      )
    },
    boot: (rebooted = true) => {
      const request = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
      const response = { status: "Accepted", currentTime: time(), interval: 1 } as const
      state = frozen(
        transactions.reduce.BootNotification!(
          state,
          exchange("BootNotification", request, response, noon, rebooted),
          emit
        )
      )
    },
    overdue: () => tellUnconfirmed(state, emit)
  }
}

const of = (transactionId: string) => ({ transactionInfo: { transactionId } })

describe("another event under a number that is taken", () => {
  it("E-6: is kept apart and told, without its token; the first one counts", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { meterValue: [register(0, 100)] }))
    station.event(transactionEvent("Updated", 1, { meterValue: [register(60, 200)] }))
    const other = transactionEvent("Updated", 1, {
      meterValue: [register(60, 900)],
      idToken: { idToken: "1234", type: "KeyCode" }
    })
    station.event(other)
    const { idToken: _, ...kept } = other
    expect(station.events.slice(2)).toEqual([
      { _tag: "TransactionConflict", transactionId: "T1", seqNo: 1, request: kept }
    ])
    expect(station.of()).toMatchObject({ received: [0, 1], conflicts: [1, 1], energy: { last: { wh: 200 } } })
  })

  it("E-6: is told once, however often it is sent again", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    const other = transactionEvent("Started", 0, { triggerReason: "Authorized" })
    station.event(other)
    const { state } = station
    station.event(other)
    station.event(transactionEvent("Started", 0))
    expect(station.tags).toEqual(["TransactionStarted", "TransactionConflict"])
    expect(station.state).toBe(state)
  })

  it.each<readonly [string, Partial<TransactionEventRequest>]>([
    ["the time", { timestamp: time(1) }],
    ["the trigger", { triggerReason: "ChargingStateChanged" }],
    ["a charging state", { transactionInfo: { transactionId: "T1", chargingState: "Idle" } }],
    ["a remote start", { transactionInfo: { transactionId: "T1", remoteStartId: 0 } }],
    ["a reservation", { reservationId: 0 }],
    ["the EVSE", { evse: { id: 1 } }],
    ["a token", { idToken: { idToken: "A", type: "ISO14443" } }],
    ["a reading", { meterValue: [register(60, 200.5)] }]
  ])("E-6: %s makes another event", (_, difference) => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 1))
    station.event(transactionEvent("Updated", 1, difference))
    expect(station.tags.at(-1)).toBe("TransactionConflict")
  })

  it("E-5, E-22, E11.FR.07: an event sent before the link broke and again after it, now offline, is a resend", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Started", 0, { offline: true }))
    station.event(transactionEvent("Started", 0, { offline: false }))
    expect(station.tags).toEqual(["TransactionStarted"])
  })

  it("E-5: a transaction that was stored without fingerprints goes on", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    const { prints: _, ...old } = station.of()
    const stale = { running: [old], ended: [] }
    const again = exchange("TransactionEvent", transactionEvent("Started", 0), {})
    expect(transactions.reduce.TransactionEvent!(stale, again, () => {})).toBe(stale)
    const next = exchange("TransactionEvent", transactionEvent("Updated", 1), {})
    expect(transactions.reduce.TransactionEvent!(stale, next, () => {}).running[0]?.received).toEqual([0, 1])
  })

  it("E-6: an Ended under a number that was used counts, and is told as a conflict too", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Ended", 0))
    expect(station.tags).toEqual(["TransactionStarted", "TransactionEnded", "TransactionConflict"])
    const { state } = station
    station.event(transactionEvent("Ended", 0))
    expect(station.state).toBe(state)
  })

  it("E-6: a station that counts from the beginning again is noticed long after; a late resend is none", () => {
    const station = start()
    for (let seqNo = 0; seqNo < 40; seqNo++) station.event(transactionEvent(seqNo === 0 ? "Started" : "Updated", seqNo))
    station.event(transactionEvent("Updated", 2))
    expect(station.tags.slice(40)).toEqual([])
    station.event(transactionEvent("Updated", 2, { timestamp: time(41 * 60) }))
    expect(station.tags.slice(40)).toEqual(["TransactionConflict"])
  })
})

describe("two transactions on one EVSE", () => {
  const at = (id: number, transactionId: string) => ({ evse: { id, connectorId: 1 }, ...of(transactionId) })

  it("E-19: are told once, with the older one first", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { timestamp: time(60), ...at(1, "T1") }))
    station.event(transactionEvent("Started", 0, { timestamp: time(120), ...at(1, "T2") }))
    station.event(transactionEvent("Updated", 1, at(1, "T2")))
    station.event(transactionEvent("Started", 0, { timestamp: time(30), ...at(1, "T0") }))
    expect(station.events.filter(({ _tag }) => _tag === "TransactionsOverlap")).toEqual([
      { _tag: "TransactionsOverlap", evseId: 1, older: "T1", newer: "T2" },
      { _tag: "TransactionsOverlap", evseId: 1, older: "T0", newer: "T1" },
      { _tag: "TransactionsOverlap", evseId: 1, older: "T0", newer: "T2" }
    ])
  })

  it("E-19, E-17: also when the EVSE becomes known later; not on another EVSE, not when one has ended", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, at(1, "T1")))
    station.event(transactionEvent("Started", 0, at(2, "T2")))
    station.event(transactionEvent("Started", 0, of("T3")))
    expect(station.tags).not.toContain("TransactionsOverlap")
    station.event(transactionEvent("Updated", 1, at(2, "T3")))
    expect(station.tags.at(-1)).toBe("TransactionsOverlap")
    station.event(transactionEvent("Ended", 1, at(1, "T1")))
    station.event(transactionEvent("Started", 0, at(1, "T4")))
    expect(station.tags.at(-1)).toBe("TransactionStarted")
  })
})

describe("what GetTransactionStatus says", () => {
  it("E-14: with nothing left to send, what is missing is missing for good, and told once", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 3))
    station.status(true, true, "T1")
    expect(station.tags).toHaveLength(2)
    station.status(false, true, "T1")
    station.status(false, true, "T1")
    expect(station.events.slice(2)).toEqual([
      { _tag: "TransactionEventsLost", transactionId: "T1", missing: [[1, 2]], started: false, ended: false }
    ])
    expect(station.of().finalUpTo).toBe(3)
    expect(station.state.running).toHaveLength(1)
  })

  it("E-14: without an id it concerns all transactions, also those that have ended", () => {
    const station = start()
    station.event(transactionEvent("Updated", 4, of("no Started")))
    station.event(transactionEvent("Started", 0, of("whole")))
    station.event(transactionEvent("Ended", 1, of("whole")))
    station.event(transactionEvent("Started", 0, of("gaps")))
    station.event(transactionEvent("Ended", 2, of("gaps")))
    station.status(false)
    expect(station.events.slice(5)).toEqual([
      { _tag: "TransactionEventsLost", transactionId: "no Started", missing: [], started: true, ended: false },
      { _tag: "TransactionEventsLost", transactionId: "gaps", missing: [[1, 1]], started: false, ended: false }
    ])
  })

  it("E-14: one that does not go on and whose Ended will not come is given up; a late event takes that back", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.status(true, false, "T1")
    expect(station.state.running).toHaveLength(1)
    station.status(false, false, "T1")
    expect(station.events.slice(1)).toEqual([
      { _tag: "TransactionEventsLost", transactionId: "T1", missing: [], started: false, ended: true },
      { _tag: "TransactionGivenUp", transactionId: "T1", why: "NotOngoing" }
    ])
    expect([station.state.running, station.of().givenUp]).toEqual([[], "NotOngoing"])
    station.event(transactionEvent("Updated", 1))
    expect(station.state.running).toEqual([station.of()])
    expect(station.of()).not.toHaveProperty("givenUp")
    station.event(transactionEvent("Ended", 2))
    expect(isComplete(station.of())).toBe(true)
  })

  it("of a transaction nobody knows changes nothing", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    const { state } = station
    station.status(false, false, "T2")
    expect(station.state).toBe(state)
  })
})

describe("a restart of the station", () => {
  it("E-29: what ran and is not mentioned again is told", () => {
    const station = start()
    for (const id of ["T1", "T2", "T3", "T4"]) station.event(transactionEvent("Started", 0, of(id)))
    station.event(transactionEvent("Ended", 1, of("T4")))
    station.boot()
    station.event(transactionEvent("Updated", 1, of("T2")))
    station.status(true, true, "T3")
    station.overdue()
    expect(station.events.slice(-1)).toEqual([{ _tag: "TransactionUnconfirmed", transactionId: "T1" }])
    expect(station.of("T1").unconfirmed).toBe(true)
    expect(station.of("T2")).not.toHaveProperty("unconfirmed")
  })

  it("E-29: a resend mentions it too; a triggered boot asks nothing", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { evse: { id: 2 } }))
    station.boot(false)
    station.overdue()
    station.boot()
    station.event(transactionEvent("Started", 0, { evse: { id: 2 } }))
    station.overdue()
    expect(station.tags).toEqual(["TransactionStarted"])
  })
})

describe("clocks", () => {
  const doubts = (station: ReturnType<typeof start>) =>
    station.events.map((event) => ("clock" in event ? event.clock : undefined))

  it("E-28: a timestamp far from the receipt, or before an earlier event, is flagged", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { timestamp: "1970-01-01T00:00:12Z" }))
    station.event(transactionEvent("Updated", 1, { timestamp: time(0) }))
    station.event(transactionEvent("Updated", 2, { timestamp: time(-60) }))
    station.event(transactionEvent("Updated", 3, { timestamp: time(3600) }))
    expect(doubts(station)).toEqual(["FarFromReceipt", undefined, "BeforeKnown", "FarFromReceipt"])
  })

  it("E-28, E-22: what happened offline may be old, but not from the future", () => {
    const station = start()
    const offline = { offline: true }
    station.event(transactionEvent("Started", 0, { ...offline, timestamp: "2024-04-25T12:00:00Z" }))
    station.event(transactionEvent("Updated", 1, { ...offline, timestamp: "2024-05-02T12:00:00+02:00" }))
    station.event(transactionEvent("Started", 0, { ...offline, timestamp: "2000-01-01T00:00:00Z", ...of("T2") }))
    expect(doubts(station)).toEqual([undefined, "FarFromReceipt", "FarFromReceipt"])
  })

  it("E-28: far is the same by comparison as by calculation", () => {
    const minutes = 60_000
    const off = fc.oneof(fc.integer({ min: -20 * minutes, max: 20 * minutes }), fc.integer({ min: -4e11, max: 4e11 }))
    const forms: ReadonlyArray<(ms: number) => string> = [
      (ms) => new Date(ms).toISOString(),
      (ms) => new Date(ms).toISOString().slice(0, 19) + "Z",
      (ms) => new Date(ms + 120 * minutes).toISOString().slice(0, 19) + "+02:00"
    ]
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), off, fc.constantFrom(...forms), (at, ms, form) => {
        const timestamp = form(at + ms)
        const exact = Date.parse(timestamp) - at
        expect(isFar(timestamp, at, 10 * minutes, 10 * minutes)).toBe(Math.abs(exact) > 10 * minutes)
      }),
      { ...property, numRuns: 1000 }
    )
    expect(isFar("not a time", noon, minutes, minutes)).toBe(true)
  })
})

describe("live and replayed", () => {
  it("E-22, E-31: an event that happened offline, or comes behind a later one, is replayed", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 3))
    station.event(transactionEvent("Updated", 2))
    station.event(transactionEvent("Ended", 4, { offline: true }))
    expect(station.events.map((event) => "replayed" in event && event.replayed)).toEqual([false, false, true, true])
  })

  it("E-31: a transaction stopped offline ends late, with what its thinned meter values say", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { meterValue: [register(0, 100)] }))
    station.event(
      transactionEvent("Ended", 9, {
        offline: true,
        timestamp: time(7200),
        transactionInfo: { transactionId: "T1", stoppedReason: "EVDisconnected", timeSpentCharging: 3600 },
        meterValue: [register(1800, 400), register(7200, 900)]
      }),
      {},
      noon + 86_400_000
    )
    expect(station.events.at(-1)).toMatchObject({
      _tag: "TransactionEnded",
      offline: true,
      replayed: true,
      complete: false,
      missing: [[1, 8]],
      energyWh: 800,
      stoppedReason: "EVDisconnected"
    })
    expect(station.of()).toMatchObject({ endedAt: time(7200), offline: true, timeSpentCharging: 3600 })
  })
})

describe("facts of a transaction", () => {
  it("E-33: an ISO 15118 stop on an Updated leaves it open, on an Ended it is StoppedByEV", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 1, { triggerReason: "StopAuthorized" }))
    expect(station.state.running).toHaveLength(1)
    station.event(
      transactionEvent("Ended", 2, {
        triggerReason: "StopAuthorized",
        transactionInfo: { transactionId: "T1", stoppedReason: "StoppedByEV" }
      })
    )
    expect(station.of().stoppedReason).toBe("StoppedByEV")
  })

  it("E-21: the charging state follows the events", () => {
    const station = start()
    const states = ["EVConnected", "Charging", "SuspendedEV", "Charging", "Idle"] as const
    const seen = states.map((chargingState, seqNo) => {
      const info = { transactionId: "T1", chargingState }
      station.event(transactionEvent(seqNo === 0 ? "Started" : "Updated", seqNo, { transactionInfo: info }))
      return station.of().chargingState
    })
    expect(seen).toEqual(states)
  })

  it("E-8: the group of the start token, and the priority the app gave last", () => {
    const idToken = { idToken: "A", type: "ISO14443" } as const
    const group = (name: string) => ({ groupIdToken: { idToken: name, type: "Central" } as const })
    const station = start()
    station.event(transactionEvent("Started", 0, { idToken }), {
      idTokenInfo: { status: "Accepted", ...group("G1") },
      chargingPriority: 3
    })
    station.event(transactionEvent("Updated", 1, { idToken, triggerReason: "StopAuthorized" }), {
      idTokenInfo: { status: "Accepted", ...group("G2") },
      chargingPriority: -9
    })
    station.event(transactionEvent("Updated", 2))
    expect(station.of()).toMatchObject({ groupIdToken: { idToken: "G1" }, chargingPriority: -9 })
  })

  it("F-2, E-16: events carry what ties them to a remote start and a reservation", () => {
    const station = start()
    station.event(
      transactionEvent("Started", 0, { reservationId: 0, transactionInfo: { transactionId: "T1", remoteStartId: 0 } })
    )
    station.event(transactionEvent("Updated", 1))
    expect(station.events).toMatchObject([
      { remoteStartId: 0, reservationId: 0 },
      { remoteStartId: 0, reservationId: 0 }
    ])
  })
})

describe("what a handler sees", () => {
  it("the transaction with the event in it, and nothing is changed", () => {
    const station = start()
    station.event(transactionEvent("Started", 0, { meterValue: [register(0, 100)] }))
    const ended = transactionEvent("Ended", 1, { meterValue: [register(60, 350)] })
    const seen = transactionWith(station.state, frozen(ended), noon + 5)
    expect(seen).toMatchObject({ endedAt: time(60), receivedAt: noon + 5, energy: { last: { wh: 350 } } })
    expect(seen.timeline?.map(({ wh }) => wh)).toEqual([100, 350])
    expect(station.of()).not.toHaveProperty("endedAt")
  })

  it("E-5, E-6: a repeated or conflicting event counts no more than it will", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    station.event(transactionEvent("Updated", 1))
    for (const more of [{}, { timestamp: time(61) }])
      expect(transactionWith(station.state, transactionEvent("Updated", 1, more), noon)).toBe(station.of())
    expect(transactionWith(station.state, transactionEvent("Ended", 1), noon)).toHaveProperty("endedAt")
  })

  it("is what the mirror has once it is answered with nothing", () => {
    fc.assert(
      fc.property(wholeTransaction, (all) => {
        const station = start()
        for (const { at, request } of all) {
          const { latest: _, timeline: __, ...seen } = transactionWith(station.state, request, at)
          station.event(request, {}, at)
          const { latest: ___, timeline: ____, ...held } = station.of()
          expect(held).toStrictEqual(seen)
        }
      }),
      property
    )
  })
})

describe("bounds", () => {
  it("maxRunning: the one that was silent for longest is given up", () => {
    const station = start({ ...defaultLimits, maxRunning: 2 })
    station.event(transactionEvent("Started", 0, of("T1")), {}, noon)
    station.event(transactionEvent("Started", 0, of("T2")), {}, noon + 1)
    station.event(transactionEvent("Updated", 1, of("T1")), {}, noon + 2)
    station.event(transactionEvent("Started", 0, of("T3")), {}, noon + 3)
    expect(station.state.running.map(({ transactionId }) => transactionId)).toEqual(["T1", "T3"])
    expect(station.events.at(-1)).toEqual({ _tag: "TransactionGivenUp", transactionId: "T2", why: "TooMany" })
    station.event(transactionEvent("Ended", 1, of("T2")), {}, noon + 4)
    expect(station.of("T2")).toMatchObject({ received: [0, 1], endedAt: time(60) })
  })

  it.each([0, 1, 3])("maxEnded: %i are held", (maxEnded) => {
    const station = start({ ...defaultLimits, maxEnded })
    for (let i = 0; i < 5; i++) station.event(transactionEvent("Ended", 1, of(`T${i}`)))
    expect(station.state.ended.map(({ transactionId }) => transactionId)).toEqual(
      ["T0", "T1", "T2", "T3", "T4"].slice(5 - maxEnded)
    )
  })

  it("a station that leaves out more numbers than are held is never complete", () => {
    const station = start()
    station.event(transactionEvent("Started", 0))
    for (let i = 1; i <= maxRanges + 10; i++) station.event(transactionEvent("Updated", 2 * i))
    expect(station.of().received.length).toBe(2 * maxRanges)
    const last = 2 * (maxRanges + 10) + 1
    for (const [from, to] of missingEvents(station.of()))
      for (let seqNo = from; seqNo <= to; seqNo++) station.event(transactionEvent("Updated", seqNo))
    station.event(transactionEvent("Ended", last))
    expect(station.of()).toMatchObject({ received: [0, last], gapsForgotten: true })
    expect(isComplete(station.of())).toBe(false)
  })

  it("E-10: the same transaction in any order also where the timeline is full", () => {
    const limits = { ...defaultLimits, timelineLength: 3 }
    fc.assert(
      fc.property(
        wholeTransaction.chain((all) =>
          fc.tuple(fc.constant(all.slice(0, -1)), fc.shuffledSubarray(all.slice(0, -1), { minLength: all.length - 1 }))
        ),
        ([inOrder, shuffled]) => {
          const [one, other] = [start(limits), start(limits)]
          for (const { at, request, response } of inOrder) one.event(request, response, at)
          for (const { at, request, response } of [...shuffled, ...inOrder]) other.event(request, response, at)
          expect(other.state).toStrictEqual(one.state)
          expect(one.of().timeline?.length ?? 0).toBeLessThanOrEqual(3)
        }
      ),
      property
    )
  })

  it("any events, answers and questions in any order are folded without a throw, into plain data", () => {
    const any = basicExchange.filter(({ action }) => action === "TransactionEvent")
    const steps = fc.oneof(
      any.map((item) => ({ _tag: "event" as const, item })),
      fc.record({ _tag: fc.constant("status" as const), queue: fc.boolean(), ongoing: fc.option(fc.boolean()) }),
      fc.constant({ _tag: "boot" as const })
    )
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), (log) => {
        const station = start({ maxEnded: 2, maxRunning: 2, timelineLength: 2 })
        for (const step of log) {
          if (step._tag === "boot") station.boot()
          else if (step._tag === "status") station.status(step.queue, step.ongoing ?? undefined, "T1")
          else {
            const { at, request, response } = step.item.exchange
            station.event(request as TransactionEventRequest, response, at)
          }
        }
        station.overdue()
        expect(stored(station.state)).toStrictEqual(station.state)
        expect(stored(station.events)).toStrictEqual(station.events)
        expect(station.state.running.length).toBeLessThanOrEqual(2)
        expect(station.state.ended.length).toBeLessThanOrEqual(2)
      }),
      property
    )
  })
})
