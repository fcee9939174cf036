import type { ConnectorEnumType, ReserveNowRequest } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import { at, booted, card, central, ev } from "./availability.support.ts"

const two = [["cType2"], ["cType2"]] satisfies ReadonlyArray<ReadonlyArray<ConnectorEnumType>>
const mixed = [["cType2"], ["cCCS2", "cType2"]] satisfies ReadonlyArray<ReadonlyArray<ConnectorEnumType>>

const request = (id: number, rest: Partial<ReserveNowRequest> = {}): ReserveNowRequest => ({
  id,
  expiryDateTime: at(600),
  idToken: card("A"),
  ...rest
})

const made = (kinds: ReadonlyArray<ReadonlyArray<ConnectorEnumType>> = two) => {
  const station = booted(kinds)
  return {
    ...station,
    reserve: (id: number, rest: Partial<ReserveNowRequest> = {}) => station.ask("ReserveNow", request(id, rest)).status,
    cancel: (reservationId: number) => station.ask("CancelReservation", { reservationId }).status
  }
}

describe("ReserveNow of an EVSE", () => {
  it("H01.FR.23, TC_H_01: a free EVSE is reserved with all its connectors", () => {
    const { model, reserve, take } = made(mixed)
    expect(reserve(1, { evseId: 2 })).toBe("Accepted")
    expect(take()).toEqual(["2.1 Reserved", "2.2 Reserved"])
    expect(model.value({ name: "EVSE", evse: { id: 2 } }, "AvailabilityState")).toBe("Reserved")
  })

  it("H01.FR.11: is Occupied with a cable, with a transaction, or when it is reserved", () => {
    const { availability, begin, reserve } = made([...two, ["cType2"]])
    availability.plugIn(1, ev)
    begin(2, card("B"))
    reserve(1, { evseId: 3 })
    expect([1, 2, 3].map((evseId) => reserve(9, { evseId }))).toEqual(["Occupied", "Occupied", "Occupied"])
  })

  it("H01.FR.12, H01.FR.14: is Faulted or Unavailable when the EVSE is", () => {
    const { availability, reserve } = made()
    availability.setFault(true, 1)
    availability.setOperational("Inoperative", 2)
    expect([reserve(1, { evseId: 1 }), reserve(2, { evseId: 2 })]).toEqual(["Faulted", "Unavailable"])
    expect(reserve(3)).toBe("Unavailable")
    availability.setFault(true)
    expect(reserve(3)).toBe("Faulted")
  })

  it("H01.FR.01, TC_H_22: is Rejected where reservations are off", () => {
    const { model, reserve } = made()
    model.set("ReservationCtrlr", "Enabled", false)
    expect(reserve(1, { evseId: 1 })).toBe("Rejected")
  })

  it("is Rejected for an EVSE that is not there, a connector it has not, and a time that is over", () => {
    const { reserve } = made()
    expect(reserve(1, { evseId: 3 })).toBe("Rejected")
    expect(reserve(1, { connectorType: "cCCS2" })).toBe("Rejected")
    expect(reserve(1, { evseId: 1, expiryDateTime: at(0) })).toBe("Rejected")
  })

  it("H01.FR.02: the same id takes the place of what was reserved", () => {
    const { cancel, reserve, take } = made()
    reserve(1, { evseId: 1 })
    take()
    expect(reserve(1, { evseId: 2 })).toBe("Accepted")
    expect(take()).toEqual(["1.1 Available", "2.1 Reserved"])
    expect([cancel(1), cancel(1)]).toEqual(["Accepted", "Rejected"])
  })

  it("H01.FR.02: a later expiry for the same EVSE holds, also with a stranger's cable in it", () => {
    const { availability, pass, reserve, take } = made()
    reserve(1, { evseId: 1 })
    availability.plugIn(1, ev)
    expect(reserve(1, { evseId: 1, expiryDateTime: at(1200) })).toBe("Accepted")
    pass(700)
    expect(availability.statusOf(1, 1)).toBe("Reserved")
    take()
    pass(600)
    expect(take()).toEqual(["1.1 Occupied", "reservation 1 Expired"])
  })

  it("a refused replacement leaves the old reservation", () => {
    const { availability, reserve } = made()
    reserve(1, { evseId: 1 })
    availability.plugIn(2, ev)
    expect(reserve(1, { evseId: 2 })).toBe("Occupied")
    expect(availability.statusOf(1, 1)).toBe("Reserved")
  })
})

describe("ReserveNow of any EVSE", () => {
  it("H01.FR.19: is Rejected unless NonEvseSpecific is true", () => {
    const { model, reserve } = made()
    model.set("ReservationCtrlr", "NonEvseSpecific", false)
    expect(reserve(1)).toBe("Rejected")
    expect(reserve(1, { evseId: 1 })).toBe("Accepted")
  })

  it("H01.FR.04, H01.FR.20, TC_H_14: shows when every free EVSE is needed", () => {
    const { reserve, take } = made()
    expect(reserve(1)).toBe("Accepted")
    expect(take()).toEqual([])
    expect(reserve(2)).toBe("Accepted")
    expect(take()).toEqual(["1.1 Reserved", "2.1 Reserved"])
    expect(reserve(3)).toBe("Occupied")
  })

  it("H01.FR.06, H01.FR.24, TC_H_15: of a connector type, the EVSEs that have it", () => {
    const { reserve, take } = made(mixed)
    expect(reserve(1, { connectorType: "cCCS2" })).toBe("Accepted")
    expect(take()).toEqual(["2.1 Reserved", "2.2 Reserved"])
    expect(reserve(2, { connectorType: "cCCS2" })).toBe("Occupied")
    expect(reserve(3, { connectorType: "cType2" })).toBe("Accepted")
    expect(take()).toEqual(["1.1 Reserved"])
  })

  it("H01.FR.07: an EVSE that another reservation needs cannot be reserved by name", () => {
    const { reserve } = made(mixed)
    reserve(1, { connectorType: "cCCS2" })
    expect(reserve(2, { evseId: 2 })).toBe("Occupied")
    expect(reserve(3, { evseId: 1 })).toBe("Accepted")
  })

  it("H01.FR.07: a cable in one EVSE leaves the other to the reservation, a stranger's cable there takes nothing away", () => {
    const { availability, reserve, take } = made()
    reserve(1)
    availability.plugIn(1, ev)
    expect(take()).toEqual(["1.1 Occupied", "2.1 Reserved"])
    availability.plugIn(2, ev)
    expect(take()).toEqual([]) // G03.FR.09
    expect(availability.admits(2, card("B"))).toBe("Reserved")
    availability.unplug(1)
    expect(take()).toEqual(["1.1 Reserved", "2.1 Occupied"])
  })

  it("H01.FR.07: transactions of strangers are let in as long as an EVSE is left", () => {
    const { availability, begin, reserve } = made()
    reserve(1)
    expect(availability.admits(1, card("B"))).toBe("Yes")
    begin(1, card("B"))
    expect(availability.admits(2, card("B"))).toBe("Reserved")
  })
})

describe("the end of a reservation", () => {
  it("H02.FR.02, TC_H_17: a cancelled one is gone, H02.FR.01: one nobody knows is Rejected", () => {
    const { availability, cancel, reserve, take } = made()
    reserve(7, { evseId: 1 })
    take()
    expect(availability.reservations.map(({ id }) => id)).toEqual([7])
    expect([cancel(8), cancel(7)]).toEqual(["Rejected", "Accepted"])
    expect(availability.reservations).toEqual([])
    expect(take()).toEqual(["1.1 Available"])
  })

  it("H04.FR.01, H04.FR.03, TC_H_07: it expires, Available before Expired", () => {
    const { pass, reserve, take, timers } = made()
    reserve(7, { evseId: 1 })
    take()
    pass(599)
    expect(take()).toEqual([])
    pass(1)
    expect(take()).toEqual(["1.1 Available", "reservation 7 Expired"])
    expect(timers()).toBe(0)
  })

  it("H01.FR.16, TC_H_20: a fault removes it, Faulted before Removed", () => {
    const { availability, reserve, take } = made()
    reserve(7, { evseId: 1 })
    take()
    availability.setFault(true, 1)
    expect(take()).toEqual(["1.1 Faulted", "reservation 7 Removed"])
    availability.setFault(false, 1)
    expect(take()).toEqual(["1.1 Available"])
  })

  it("H01.FR.17: so does Unavailable", () => {
    const { ask, reserve, take } = made()
    reserve(7, { evseId: 1 })
    take()
    ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1 } })
    expect(take()).toEqual(["1.1 Unavailable", "reservation 7 Removed"])
  })

  it("H01.FR.16: of those that name no EVSE the last goes when one EVSE too few is left", () => {
    const { availability, reserve, take } = made()
    reserve(1)
    reserve(2)
    take()
    availability.setFault(true, 1)
    expect(take()).toEqual(["1.1 Faulted", "reservation 2 Removed"])
    expect(availability.statusOf(2, 1)).toBe("Reserved")
  })

  it("an end that comes offline is told afterwards", () => {
    const { availability, pass, reserve, take, world } = made()
    reserve(7, { evseId: 1 })
    take()
    world.online = false
    pass(700)
    expect(take()).toEqual([])
    world.online = true
    availability.online(false, 10)
    expect(take()).toEqual(["1.1 Available", "reservation 7 Expired"])
  })

  it("an end that does not arrive is told after the reconnect", () => {
    const { availability, pass, reserve, take, world } = made()
    reserve(7, { evseId: 1 })
    world.fate = "Lost"
    pass(700)
    take()
    world.fate = "Answered"
    availability.online(false, 10)
    expect(take()).toEqual(["1.1 Available", "reservation 7 Expired"])
    availability.online(false, 10)
    expect(take()).toEqual([])
  })

  it("B01.FR.13: it outlives a reboot, and its end then too", () => {
    const { availability, pass, reserve, take, timers } = made()
    reserve(7, { evseId: 1 })
    availability.down()
    availability.refresh()
    expect(timers()).toBe(0)
    pass(30)
    take()
    availability.online(true, 30)
    expect(take()).toEqual(["1.1 Reserved", "2.1 Available"])
    pass(600)
    expect(take()).toEqual(["1.1 Available", "reservation 7 Expired"])
  })
})

describe("the use of a reservation", () => {
  it("H03.FR.01, G01.FR.06, G03.FR.09: only its token may charge, and makes the connector Occupied", () => {
    const { availability, reserve, take } = made()
    reserve(7, { evseId: 1 })
    availability.plugIn(1, ev)
    expect(take()).toEqual(["1.1 Reserved"])
    expect([card("B"), undefined, card("a")].map((token) => availability.admits(1, token))).toEqual([
      "Reserved",
      "Reserved",
      "Yes"
    ])
    expect(availability.useReservation(1, card("B"))).toBeUndefined()
    expect(availability.useReservation(1, card("a"))).toBe(7) // H01.FR.15
    expect(take()).toEqual(["1.1 Occupied"]) // H03.FR.10
    expect(availability.useReservation(1, card("a"))).toBeUndefined() // H03.FR.09
  })

  it("H03.FR.04, TC_H_19: so may a token of its group", () => {
    const { availability, reserve } = made()
    reserve(7, { evseId: 1, groupIdToken: central("G") })
    expect(availability.admits(1, card("B"), central("H"))).toBe("Reserved")
    expect(availability.admits(1, card("B"), central("g"))).toBe("Yes")
    expect(availability.useReservation(1, card("B"), central("g"))).toBe(7)
  })

  it("H03.FR.01: who has a reservation of any EVSE cannot use the one that is reserved for somebody else", () => {
    const { availability, reserve } = made()
    reserve(1, { idToken: card("B") })
    reserve(2, { evseId: 1 })
    expect(availability.admits(1, card("B"))).toBe("Reserved")
    expect(availability.useReservation(1, card("B"))).toBeUndefined()
    expect(availability.useReservation(2, card("B"))).toBe(1)
  })

  it("H03.FR.02, H03.FR.03: one without an EVSE is used where it fits, the closest first", () => {
    const { availability, reserve } = made([["cType2"], ["cCCS2"], ["cCCS2"]])
    reserve(1)
    reserve(2, { connectorType: "cCCS2" })
    expect(availability.useReservation(2, card("A"))).toBe(2)
    expect(availability.useReservation(2, card("A"))).toBe(1)
    reserve(3, { evseId: 3 })
    expect(availability.useReservation(2, card("A"))).toBeUndefined()
  })
})
