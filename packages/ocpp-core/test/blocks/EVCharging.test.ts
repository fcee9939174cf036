import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Action, ChargingProfileType, Messages, TransactionEventRequest } from "@wattline/ocpp-v201"
import {
  judgeSchedule,
  maxSessions,
  needsOf,
  profileWindow,
  sessionAt,
  tellOverdue,
  type EVChargingEvent
} from "../../src/blocks/EVCharging.ts"
import { maxHeldPeriods } from "../../src/blocks/HeldSchedule.ts"
import { initial, type MirrorEvent, reduce } from "../../src/blocks/Mirror.ts"
import { exchange, frozen, noon, property, recorder, stored, time, transactionEvent } from "./payloads.ts"

type Needs = Messages["NotifyEVChargingNeeds"]["request"]
type NeedsStatus = Messages["NotifyEVChargingNeeds"]["response"]["status"]
type Schedule = Messages["NotifyEVChargingSchedule"]["request"]["chargingSchedule"]

const needs = (evseId = 1, more: Partial<Needs> = {}): Needs => ({
  evseId,
  chargingNeeds: { requestedEnergyTransfer: "DC", dcChargingParameters: { evMaxCurrent: 200, evMaxVoltage: 800 } },
  ...more
})

const schedule = (limit: number, length = 1): Schedule => ({
  id: 1,
  chargingRateUnit: "W",
  chargingSchedulePeriod: Array.from({ length }, (_, at) => ({
    startPeriod: at,
    limit
  })) as Schedule["chargingSchedulePeriod"]
})

const txProfile = (
  transactionId: string,
  limit = 11_000,
  more: Partial<ChargingProfileType> = {}
): ChargingProfileType => ({
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: "TxProfile",
  chargingProfileKind: "Relative",
  chargingSchedule: [schedule(limit)],
  transactionId,
  ...more
})

const setup = () => {
  const { emit, events } = recorder<MirrorEvent>()
  let mirror = frozen(initial)
  const take = <A extends Action>(
    action: A,
    request: Messages[A]["request"],
    response: Messages[A]["response"],
    at = noon
  ) => void (mirror = frozen(reduce(mirror, action, exchange(action, request, response, at), emit)))
  return {
    events,
    evEvents: () => events.filter(({ _tag }) => /^(EV|ChargingProfileO)/.test(_tag)) as Array<EVChargingEvent>,
    mirror: () => mirror,
    state: () => mirror.evCharging,
    needs: (request: Needs, status: NeedsStatus = "Accepted", at = noon) =>
      take("NotifyEVChargingNeeds", request, { status }, at),
    schedule: (chargingSchedule: Schedule, status: "Accepted" | "Rejected" = "Accepted", evseId = 1) =>
      take("NotifyEVChargingSchedule", { evseId, timeBase: time(), chargingSchedule }, { status }),
    transaction: (
      transactionId: string,
      seqNo: number,
      { transactionInfo, ...more }: Partial<TransactionEventRequest> = {},
      type: TransactionEventRequest["eventType"] = seqNo === 0 ? "Started" : "Updated"
    ) =>
      take(
        "TransactionEvent",
        transactionEvent(type, seqNo, {
          ...(seqNo === 0 && { evse: { id: 1, connectorId: 1 } }),
          ...more,
          transactionInfo: { ...transactionInfo, transactionId }
        }),
        {}
      ),
    status: (transactionId: string, ongoingIndicator: boolean) =>
      take("GetTransactionStatus", { transactionId }, { ongoingIndicator, messagesInQueue: false }),
    profile: (profile: ChargingProfileType, status: "Accepted" | "Rejected" = "Accepted") =>
      take("SetChargingProfile", { evseId: 1, chargingProfile: profile }, { status })
  }
}

describe("charging needs of an EV", () => {
  it("K-53: belong to the transaction that runs at their EVSE", () => {
    const { evEvents, needs: say, state, transaction } = setup()
    transaction("T1", 0)
    say(needs(1, { maxScheduleTuples: 5 }))
    expect(needsOf(state(), "T1")).toEqual({ ...needs(), evseId: undefined, maxScheduleTuples: 5, status: "Accepted", receivedAt: noon }) // prettier-ignore
    expect(needsOf(state(), "T2")).toBeUndefined()
    expect(evEvents()).toEqual([
      {
        _tag: "EVChargingNeedsReceived",
        transactionId: "T1",
        status: "Accepted",
        ...needs(1, { maxScheduleTuples: 5 })
      }
    ])
  })

  it("K-53: are kept for the EVSE until its transaction appears", () => {
    const { evEvents, needs: say, state, transaction } = setup()
    say(needs())
    transaction("T0", 0, { evse: { id: 2, connectorId: 1 } })
    expect(sessionAt(state(), 1)).not.toHaveProperty("transactionId")
    transaction("T1", 0)
    expect(needsOf(state(), "T1")).toMatchObject({ receivedAt: noon })
    expect(evEvents().at(-1)).toEqual({ _tag: "EVChargingNeedsLinked", evseId: 1, transactionId: "T1" })
  })

  it("K-53, E-16: also when the transaction tells its EVSE only later", () => {
    const { needs: say, state, transaction } = setup()
    say(needs())
    transaction("T1", 0, { evse: undefined } as never)
    expect(needsOf(state(), "T1")).toBeUndefined()
    transaction("T1", 1, { evse: { id: 1, connectorId: 1 } })
    expect(needsOf(state(), "T1")).toMatchObject({ receivedAt: noon })
  })

  it("K-53, K-56: a transaction of an offline time is not theirs", () => {
    const { needs: say, state, transaction } = setup()
    say(needs())
    transaction("T0", 0, { offline: true })
    transaction("T0", 1, {}, "Ended")
    transaction("T1", 0)
    expect([needsOf(state(), "T0"), needsOf(state(), "T1")?.receivedAt]).toEqual([undefined, noon])
  })

  it("K-53: a new transaction on the EVSE drops the old ones, and its end its own", () => {
    const { needs: say, state, transaction } = setup()
    transaction("T1", 0)
    say(needs())
    transaction("T2", 0)
    expect(state().sessions).toEqual([])
    say(needs())
    expect(needsOf(state(), "T2")).toBeDefined()
    transaction("T1", 1)
    expect(needsOf(state(), "T2")).toBeDefined()
    transaction("T2", 1, {}, "Ended")
    expect(state().sessions).toEqual([])
  })

  it("K-53, E-14: so does the word of the station that it is over", () => {
    const { needs: say, state, status, transaction } = setup()
    transaction("T1", 0)
    say(needs())
    status("T1", true)
    expect(needsOf(state(), "T1")).toBeDefined()
    status("T1", false)
    expect(state().sessions).toEqual([])
  })

  it("K-41, K15.FR.08, K17.FR.08: a profile is owed for 60 seconds after Accepted and Processing, not after Rejected", () => {
    const { needs: say, state } = setup()
    const dueAfter = (status: NeedsStatus): number | undefined => {
      say(needs(), status, noon + 5)
      return sessionAt(state(), 1)?.profileDueAt
    }
    expect(dueAfter("Accepted")).toBe(noon + 5 + profileWindow)
    expect(dueAfter("Processing")).toBe(noon + 5 + profileWindow)
    expect(dueAfter("Rejected")).toBeUndefined()
    expect(profileWindow).toBe(60_000)
  })

  it("K-41: only a TxProfile for that transaction that the station accepted settles it", () => {
    const { needs: say, profile, state, transaction } = setup()
    transaction("T1", 0)
    say(needs())
    const isOwed = () => sessionAt(state(), 1)?.profileDueAt !== undefined
    profile(txProfile("T1"), "Rejected")
    profile(txProfile("T2"))
    profile(txProfile("T1", 1, { chargingProfilePurpose: "TxDefaultProfile" }))
    expect(isOwed()).toBe(true)
    profile(txProfile("T1"))
    expect(isOwed()).toBe(false)
    expect(needsOf(state(), "T1")).toBeDefined()
  })

  it("K-42, K16.FR.09, K16.FR.12: needs during a renegotiation oblige once more", () => {
    const { needs: say, profile, state, transaction } = setup()
    transaction("T1", 0)
    say(needs())
    profile(txProfile("T1"))
    say(needs(), "Accepted", noon + 90_000)
    expect(sessionAt(state(), 1)?.profileDueAt).toBe(noon + 90_000 + profileWindow)
  })

  it("K-41: what is overdue is told once, with the transaction, and the needs stay known", () => {
    const { needs: say, state, transaction } = setup()
    transaction("T1", 0)
    say(needs())
    say(needs(2), "Processing", noon + 1)
    const { emit, events } = recorder<EVChargingEvent>()
    expect(tellOverdue(state(), noon + profileWindow - 1, emit)).toEqual(state())
    const later = tellOverdue(state(), noon + profileWindow, emit)
    expect(events).toEqual([{ _tag: "ChargingProfileOverdue", evseId: 1, transactionId: "T1", status: "Accepted" }])
    tellOverdue(later, noon + profileWindow + 1, emit)
    expect(events.slice(1)).toEqual([{ _tag: "ChargingProfileOverdue", evseId: 2, status: "Processing" }])
    expect(needsOf(later, "T1")).toBeDefined()
  })
})

describe("the schedule of an EV", () => {
  it("K-53: is kept with the transaction, and told with what the library makes of it", () => {
    const { evEvents, profile, schedule: say, state, transaction } = setup()
    transaction("T1", 0)
    profile(txProfile("T1"))
    say(schedule(11_001), "Rejected")
    expect(sessionAt(state(), 1)).toMatchObject({
      transactionId: "T1",
      schedule: {
        timeBase: time(),
        chargingSchedule: schedule(11_001),
        status: "Rejected",
        verdict: "Exceeds",
        receivedAt: noon
      }
    })
    expect(evEvents()).toEqual([
      {
        _tag: "EVChargingScheduleReceived",
        evseId: 1,
        transactionId: "T1",
        status: "Rejected",
        verdict: "Exceeds",
        timeBase: time(),
        chargingSchedule: schedule(11_001)
      }
    ])
  })

  it("K-43, K16.FR.06, K16.FR.07: the profile that the station accepted last for the transaction counts", () => {
    const { mirror, profile, transaction } = setup()
    const verdict = (limit: number) =>
      judgeSchedule(mirror(), { evseId: 1, timeBase: time(), chargingSchedule: schedule(limit) })
    expect(verdict(11_000)).toBe("NoProfile")
    transaction("T1", 0)
    expect(verdict(11_000)).toBe("NoProfile")
    profile(txProfile("T1"))
    expect([verdict(11_000), verdict(11_001)]).toEqual(["Within", "Exceeds"])
    profile(txProfile("T1", 7_000), "Rejected")
    expect(verdict(11_000)).toBe("Within")
    profile(txProfile("T1", 7_000))
    expect([verdict(7_000), verdict(11_000)]).toEqual(["Within", "Exceeds"])
  })

  it("K-43: the start of power delivery is the first Charging of the transaction", () => {
    const { mirror, needs: say, profile, state, transaction } = setup()
    transaction("T1", 0)
    say(needs())
    const rising: Schedule = {
      ...schedule(3_000),
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 3_000 },
        { startPeriod: 600, limit: 11_000 }
      ]
    }
    profile(txProfile("T1", 0, { chargingSchedule: [rising] }))
    const verdictAt = (seconds: number) =>
      judgeSchedule(mirror(), { evseId: 1, timeBase: time(seconds), chargingSchedule: schedule(11_000) })
    expect(verdictAt(1_000)).toBe("UnknownStart")
    transaction("T1", 1, { transactionInfo: { transactionId: "T1", chargingState: "Charging" } })
    transaction("T1", 2, { transactionInfo: { transactionId: "T1", chargingState: "Charging" } })
    expect(sessionAt(state(), 1)?.chargingSince).toBe(time(60))
    expect([verdictAt(659), verdictAt(660)]).toEqual(["Exceeds", "Within"])
  })
})

describe("EV sessions", () => {
  it("ST-1: what is not about EVs leaves the state as it is", () => {
    const { needs: say, state, transaction } = setup()
    transaction("T1", 0)
    expect(state()).toBe(initial.evCharging)
    say(needs(2))
    const before = state()
    transaction("T1", 1)
    expect(state()).toBe(before)
  })

  it("K-53: a station cannot fill the memory", () => {
    const { schedule: say, state } = setup()
    for (let evseId = 1; evseId <= maxSessions + 10; evseId++) say(schedule(1, 1000), "Accepted", evseId)
    expect(state().sessions).toHaveLength(maxSessions)
    const held = state().sessions.flatMap(({ schedule: last }) => last?.chargingSchedule?.chargingSchedulePeriod ?? [])
    expect(held.length).toBeLessThanOrEqual(maxHeldPeriods)
    expect(state().sessions[0]?.schedule).toMatchObject({ verdict: "NoProfile", cut: true })
    expect(state().sessions.at(-1)?.schedule?.chargingSchedule).toBeDefined()
  })

  it("K-53: whatever comes, one session per EVSE, and none of a transaction that does not run there", () => {
    const evseId = fc.constantFrom(1, 2)
    const transactionId = fc.constantFrom("T1", "T2", "T3")
    const step = fc.oneof(
      fc.record({ do: fc.constant("needs" as const), evseId }),
      fc.record({ do: fc.constant("schedule" as const), evseId }),
      fc.record({ do: fc.constant("profile" as const), transactionId }),
      fc.record({ do: fc.constant("event" as const), evseId, transactionId, ends: fc.boolean(), offline: fc.boolean() })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const all = setup()
        steps.forEach((one, at) => {
          if (one.do === "needs") all.needs(needs(one.evseId))
          else if (one.do === "schedule") all.schedule(schedule(1), "Accepted", one.evseId)
          else if (one.do === "profile") all.profile(txProfile(one.transactionId))
          else {
            const evse = { id: one.evseId, connectorId: 1 }
            all.transaction(one.transactionId, at + 1, { evse, offline: one.offline }, one.ends ? "Ended" : "Updated")
          }
          const { sessions } = all.state()
          expect(new Set(sessions.map((session) => session.evseId)).size).toBe(sessions.length)
          for (const session of sessions) {
            if (session.transactionId === undefined) continue
            const { running } = all.mirror().transactions
            const transaction = running.find((known) => known.transactionId === session.transactionId)
            expect(transaction?.evse?.id).toBe(session.evseId)
          }
          expect(stored(all.state())).toEqual(all.state())
        })
      }),
      property
    )
  })
})
