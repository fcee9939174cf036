import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ReservationUpdateStatusEnumType, ReserveNowRequest, ReserveNowResponse } from "@wattline/ocpp-v201"
import { initial, reduce } from "../../src/blocks/Mirror.ts"
import {
  maxClosed,
  maxOpen,
  reservations,
  type ReservationEvent,
  type ReservationState,
  reservationStatus
} from "../../src/blocks/Reservation.ts"
import { exchange, frozen, noon, property, recorder, stored, time, transactionEvent } from "./payloads.ts"

const { CancelReservation, ReservationStatusUpdate, ReserveNow, TransactionEvent } = reservations.reduce
const idToken = { idToken: "0123ABCD", type: "ISO14443" } as const
const groupIdToken = { idToken: "FLEET", type: "Central" } as const

const setup = () => {
  const { emit, events } = recorder<ReservationEvent>()
  let state: ReservationState = reservations.initial
  const change = (next: ReservationState | undefined) => (state = frozen(next ?? state))
  return {
    events,
    get state() {
      return state
    },
    reserve: (
      id: number,
      more: Partial<ReserveNowRequest> = {},
      status: ReserveNowResponse["status"] = "Accepted",
      at = noon
    ) => {
      const request = { id, idToken, expiryDateTime: time(1800), ...more }
      change(ReserveNow?.(state, exchange("ReserveNow", request, { status }, at), emit))
    },
    cancel: (reservationId: number, status: "Accepted" | "Rejected" = "Accepted") =>
      change(CancelReservation?.(state, exchange("CancelReservation", { reservationId }, { status }), emit)),
    update: (reservationId: number, reservationUpdateStatus: ReservationUpdateStatusEnumType, at = noon) => {
      const request = { reservationId, reservationUpdateStatus }
      change(ReservationStatusUpdate?.(state, exchange("ReservationStatusUpdate", request, {}, at), emit))
    },
    use: (reservationId: number, at = noon) => {
      const request = transactionEvent("Started", 0, { reservationId })
      change(TransactionEvent?.(state, exchange("TransactionEvent", request, {}, at), emit))
    }
  }
}

describe("Reservation", () => {
  it("H-1, ST-1: an accepted reservation is open, one that is not leaves no trace", () => {
    const station = setup()
    for (const status of ["Faulted", "Occupied", "Rejected", "Unavailable"] as const) station.reserve(1, {}, status)
    expect(station.state).toBe(reservations.initial)
    station.reserve(1, { evseId: 2, groupIdToken })
    station.reserve(0, { connectorType: "cType2" })
    expect(station.state).toEqual({
      open: [
        { reservationId: 1, idToken, groupIdToken, expiryDateTime: time(1800), evseId: 2, at: noon },
        { reservationId: 0, idToken, expiryDateTime: time(1800), connectorType: "cType2", at: noon }
      ],
      closed: []
    })
    expect(stored(station.state)).toEqual(station.state)
  })

  it("H-1, H-7: no token is in an event, nor in what is held of a reservation that has ended", () => {
    const station = setup()
    station.reserve(1, { evseId: 2, groupIdToken })
    station.use(1)
    expect(JSON.stringify(station.events)).not.toMatch(/0123ABCD|FLEET/)
    expect(JSON.stringify(station.state)).not.toMatch(/0123ABCD|FLEET/)
    expect(station.events).toEqual([
      { _tag: "ReservationAccepted", reservationId: 1, expiryDateTime: time(1800), evseId: 2, replaced: false },
      { _tag: "ReservationClosed", reservationId: 1, end: "Used", transactionId: "T1" }
    ])
  })

  it("H-2, H01.FR.02: the same id replaces; refused, it replaces nothing", () => {
    const station = setup()
    station.reserve(1, { evseId: 1 })
    const before = station.state
    station.reserve(1, { evseId: 2 }, "Occupied")
    expect(station.state).toBe(before)
    station.reserve(1, { evseId: 2 })
    expect(station.state.open).toMatchObject([{ reservationId: 1, evseId: 2 }])
    expect(station.events[1]).toMatchObject({ evseId: 2, replaced: true })
  })

  it("H-2: an id can be used again after its reservation has ended", () => {
    const station = setup()
    station.reserve(1)
    station.update(1, "Expired")
    station.reserve(1)
    expect(station.state).toMatchObject({ open: [{ reservationId: 1 }], closed: [] })
  })

  it.each(["Expired", "Removed"] as const)("H-4, H04.FR.01, H01.FR.16: %s closes it, once", (end) => {
    const station = setup()
    station.reserve(1)
    station.reserve(2)
    station.update(1, end)
    const after = station.state
    station.update(1, end)
    expect(station.state).toBe(after)
    expect(after).toMatchObject({ open: [{ reservationId: 2 }], closed: [{ reservationId: 1, end, at: noon }] })
    expect(station.events.slice(2)).toEqual([{ _tag: "ReservationClosed", reservationId: 1, end }])
  })

  it("H-5, E-24, H01.FR.15: the reservationId of a TransactionEvent closes it as used, 0 included", () => {
    const station = setup()
    station.reserve(0)
    station.use(0)
    const after = station.state
    station.use(0)
    expect(station.state).toBe(after)
    expect(after).toEqual({
      open: [],
      closed: [{ reservationId: 0, end: "Used", transactionId: "T1", at: noon }]
    })
  })

  it("H-6, H02.FR.02: a cancellation closes it; Rejected closes it as lost", () => {
    const station = setup()
    station.reserve(1)
    station.reserve(2)
    station.cancel(1)
    station.cancel(2, "Rejected")
    expect(station.state).toMatchObject({
      open: [],
      closed: [
        { reservationId: 1, end: "Cancelled" },
        { reservationId: 2, end: "Lost" }
      ]
    })
  })

  it("H-6: what is lost may turn out to be used; after any other end the first counts", () => {
    const station = setup()
    station.reserve(1)
    station.cancel(1, "Rejected")
    station.use(1)
    station.cancel(1, "Rejected")
    station.update(1, "Removed")
    expect(station.state.closed).toMatchObject([{ reservationId: 1, end: "Used" }])
    expect(station.events.map((event) => ("end" in event ? event.end : event._tag))).toEqual([
      "ReservationAccepted",
      "Lost",
      "Used"
    ])
  })

  it("H-6: a rejected cancellation of what is not known changes nothing", () => {
    const station = setup()
    station.cancel(9, "Rejected")
    expect(station.state).toBe(reservations.initial)
    expect(station.events).toEqual([])
  })

  it("CE-6, R-165: the end of an unknown reservation is told, and counts if it only overtook the answer", () => {
    const station = setup()
    station.use(7, noon)
    expect(station.state.closed).toMatchObject([{ reservationId: 7, end: "Used", unknown: true }])
    station.reserve(7, {}, "Accepted", noon + 100)
    expect(station.state.open).toEqual([])
    station.update(8, "Removed", noon)
    station.reserve(8, {}, "Accepted", noon + 60_000) // of another system, long ago
    expect(station.state.open).toMatchObject([{ reservationId: 8 }])
  })

  it("H-6, H-8: connector statuses are not guessed, and Reserved is mirrored as it comes", () => {
    const ask = { id: 1, idToken, expiryDateTime: time(1800), evseId: 1 }
    const emit = () => {}
    const held = reduce(initial, "ReserveNow", exchange("ReserveNow", ask, { status: "Accepted" }), emit)
    expect(held.availability).toBe(initial.availability)
    const report = (connectorId: number, seconds: number) =>
      exchange(
        "StatusNotification",
        { evseId: 1, connectorId, connectorStatus: "Reserved", timestamp: time(seconds) },
        {}
      )
    const shown = [report(1, 1), report(2, 2)].reduce((m, one) => reduce(m, "StatusNotification", one, emit), held)
    expect(shown.availability.connectors.map(({ status }) => status)).toEqual(["Reserved", "Reserved"])
    // H03: a cable without the token changes nothing
    const cable = transactionEvent("Started", 0, { evse: { id: 1, connectorId: 1 } })
    const plugged = reduce(shown, "TransactionEvent", exchange("TransactionEvent", cable, {}), emit)
    expect(plugged.availability).toBe(shown.availability)
    expect(plugged.reservations).toBe(held.reservations)
    const cancel = exchange("CancelReservation", { reservationId: 1 }, { status: "Accepted" })
    const after = reduce(plugged, "CancelReservation", cancel, emit)
    expect(after.reservations.open).toEqual([])
    expect(after.availability).toBe(shown.availability)
  })

  it("B-30, B01.FR.13: a reboot keeps reservations", () => {
    const ask = { id: 1, idToken, expiryDateTime: time(1800) }
    const held = reduce(initial, "ReserveNow", exchange("ReserveNow", ask, { status: "Accepted" }), () => {})
    const boot = exchange(
      "BootNotification",
      { reason: "RemoteReset", chargingStation: { model: "M", vendorName: "V" } },
      { currentTime: time(), interval: 300, status: "Accepted" },
      noon,
      true
    )
    expect(reduce(held, "BootNotification", boot, () => {}).reservations).toBe(held.reservations)
  })

  it("H-9: after its expiry it is presumed expired, until a message says what became of it", () => {
    const station = setup()
    station.reserve(1)
    const at = (seconds: number) => reservationStatus(station.state, 1, noon + seconds * 1000)
    expect([at(0), at(1799), at(1800), at(1e6)]).toEqual(["Reserved", "Reserved", "PresumedExpired", "PresumedExpired"])
    station.use(1)
    expect(at(1e6)).toBe("Used")
    expect(reservationStatus(station.state, 2, noon)).toBeUndefined()
  })

  it("is bounded: past expiries go first", () => {
    const station = setup()
    station.reserve(5000, { expiryDateTime: time(10_000) })
    for (let id = 0; id < maxOpen; id++) station.reserve(id, {}, "Accepted", noon + (id === maxOpen - 1 ? 2e6 : 0))
    expect(station.state.open.map(({ reservationId }) => reservationId)).toEqual([5000])
    for (let id = 0; id < maxOpen + 5; id++) station.reserve(id)
    expect(station.state.open).toHaveLength(maxOpen)
    for (let id = 0; id < 1000; id++) station.update(id, "Expired")
    expect(station.state.closed).toHaveLength(maxClosed)
  })

  const step = fc.record({
    kind: fc.constantFrom("reserve", "cancel", "expire", "use"),
    id: fc.nat(2),
    yes: fc.boolean()
  })

  it("H-2, H-4 to H-6: open are the accepted ones until anything ends them; an id is open or closed, never both", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const station = setup()
        const open = new Set<number>()
        let at = noon
        for (const { id, kind, yes } of steps) {
          at += 10_000 // nothing overtakes
          const before = station.state
          const told = station.events.length
          if (kind === "reserve") station.reserve(id, {}, yes ? "Accepted" : "Occupied", at)
          else if (kind === "cancel") station.cancel(id, yes ? "Accepted" : "Rejected")
          else if (kind === "expire") station.update(id, yes ? "Expired" : "Removed", at)
          else station.use(id, at)
          if (kind !== "reserve") open.delete(id)
          else if (yes) open.add(id)
          expect(station.events.length > told).toBe(station.state !== before)
          const ids = station.state.open.map(({ reservationId }) => reservationId)
          expect(new Set(ids)).toEqual(open)
        }
        const ids = [...station.state.open, ...station.state.closed].map(({ reservationId }) => reservationId)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      property
    )
  })
})
