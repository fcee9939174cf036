import { describe, expect, it } from "vitest"
import { booted, card, ev, station } from "./availability.support.ts"

const two = [["cType2"], ["cType2"]] as const

describe("statuses", () => {
  it("B01.FR.05: after a boot every connector is reported", () => {
    const { availability, take } = station()
    availability.online(true, 0)
    expect(take()).toEqual(["1.1 Available", "2.1 Available", "2.2 Available"])
  })

  it("G01.FR.03, G01.FR.04, G01.FR.08: a cable makes its connector Occupied, and only that one", () => {
    const { availability, model, take } = booted()
    expect(availability.plugIn(2, ev, 2)).toBe("Plugged")
    expect(take()).toEqual(["2.2 Occupied"])
    expect(model.value({ name: "Connector", evse: { id: 2, connectorId: 2 } }, "AvailabilityState")).toBe("Occupied")
    expect(model.value({ name: "EVSE", evse: { id: 2 } }, "AvailabilityState")).toBe("Occupied")
    expect(model.value("ChargingStation", "AvailabilityState")).toBe("Available")
    expect(availability.plugIn(2, ev, 1)).toBe("Refused")
    expect(availability.unplug(2)).toBe("Unplugged")
    expect(take()).toEqual(["2.2 Available"])
    expect(availability.unplug(2)).toBe("Empty")
  })

  it("a cable goes into a connector that is there", () => {
    const { availability, take } = booted()
    expect([availability.plugIn(3, ev), availability.plugIn(1, ev, 2)]).toEqual(["Refused", "Refused"])
    expect(take()).toEqual([])
  })

  it("B04.FR.01: after longer than OfflineThreshold all statuses are told again", () => {
    const { availability, model, take } = booted()
    model.set("OCPPCommCtrlr", "OfflineThreshold", 60)
    availability.online(false, 61)
    expect(take()).toEqual(["1.1 Available", "2.1 Available", "2.2 Available"])
  })

  it("B04.FR.02: after a short time offline only those that have changed", () => {
    const { availability, model, take, told, world } = booted()
    model.set("OCPPCommCtrlr", "OfflineThreshold", 60)
    world.online = false
    availability.plugIn(1, ev)
    availability.plugIn(2, ev)
    availability.unplug(2)
    expect(take()).toEqual([])
    expect(told.filter(({ _tag }) => _tag === "StatusChanged")).toHaveLength(3)
    world.online = true
    availability.online(false, 60)
    expect(take()).toEqual(["1.1 Occupied"])
  })

  it("a report that was lost is sent again after the reconnect, one that got a CALLERROR is not", () => {
    const { availability, take, world } = booted()
    world.fate = "Unknown"
    availability.plugIn(1, ev)
    world.fate = "CallError"
    availability.plugIn(2, ev)
    take()
    world.fate = "Answered"
    availability.online(false, 1)
    expect(take()).toEqual([])
    world.fate = "Unknown"
    availability.unplug(1)
    take()
    world.fate = "Answered"
    availability.online(false, 1)
    expect(take()).toEqual(["1.1 Available"])
  })

  it("F06.FR.12: TriggerMessage gets the status of a connector, or of those of an EVSE, and needs the EVSE", () => {
    const { availability, sent, take } = booted()
    const trigger = (evseId?: number, connectorId?: number) => {
      const go = availability.triggers.StatusNotification?.(evseId, connectorId)
      if (typeof go === "function") go()
      return typeof go
    }
    expect(trigger(2, 1)).toBe("function")
    expect(sent.map(({ triggered }) => triggered)).toEqual([true])
    expect(take()).toEqual(["2.1 Available"])
    availability.plugIn(1, ev)
    expect(sent.map(({ triggered }) => triggered)).toEqual([false]) // B02.FR.02: not while Pending
    expect(take()).toEqual(["1.1 Occupied"])
    trigger(2)
    expect(take()).toEqual(["2.1 Available", "2.2 Available"])
    expect([trigger(), trigger(3), trigger(1, 2)]).toEqual(["string", "string", "string"])
    expect(take()).toEqual([])
  })
})

describe("ChangeAvailability", () => {
  it("G03.FR.04, G03.FR.06: an Inoperative EVSE makes its connectors Unavailable", () => {
    const { ask, take } = booted()
    expect(ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 2 } }).status).toBe("Accepted")
    expect(take()).toEqual(["2.1 Unavailable", "2.2 Unavailable"])
  })

  it("G03.FR.03, G04.FR.04: what is so already is Accepted and not reported", () => {
    const { ask, take } = booted()
    ask("ChangeAvailability", { operationalStatus: "Inoperative" })
    take()
    expect(ask("ChangeAvailability", { operationalStatus: "Inoperative" }).status).toBe("Accepted")
    expect(ask("ChangeAvailability", { operationalStatus: "Operative", evse: { id: 1 } }).status).toBe("Accepted")
    expect(take()).toEqual([])
  })

  it("G03.FR.07, G04.FR.08: Operative brings back what each place was set to itself", () => {
    const { ask, take } = booted()
    ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 2, connectorId: 1 } })
    ask("ChangeAvailability", { operationalStatus: "Inoperative" })
    take()
    ask("ChangeAvailability", { operationalStatus: "Operative" })
    expect(take()).toEqual(["1.1 Available", "2.2 Available"])
  })

  it("G03.FR.05, TC_G_11: with a transaction the change is Scheduled, and done when it ends", () => {
    const { ask, availability, begin, finish, take } = booted()
    availability.plugIn(2, ev, 1)
    begin(2, card("A"))
    take()
    expect(ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 2 } }).status).toBe("Scheduled")
    expect(take()).toEqual([])
    expect(availability.admits(2, card("B"))).toBe("Inoperative")
    finish(2)
    expect(take()).toEqual(["2.1 Unavailable", "2.2 Unavailable"])
  })

  it("G03.FR.05, TC_G_17: a connector waits for the transaction on it, and not for one on its neighbour", () => {
    const { ask, availability, begin, take } = booted()
    availability.plugIn(2, ev, 1)
    begin(2, card("A"))
    take()
    const change = (connectorId: number) =>
      ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 2, connectorId } }).status
    expect([change(1), change(2)]).toEqual(["Scheduled", "Accepted"])
    expect(take()).toEqual(["2.2 Unavailable"])
  })

  it("G04.FR.06, TC_G_14: of the whole station, what is idle changes at once and the rest when it can", () => {
    const { ask, availability, begin, finish, take } = booted()
    availability.plugIn(1, ev)
    begin(1, card("A"))
    take()
    expect(ask("ChangeAvailability", { operationalStatus: "Inoperative" }).status).toBe("Scheduled")
    expect(take()).toEqual(["2.1 Unavailable", "2.2 Unavailable"])
    finish(1)
    expect(take()).toEqual(["1.1 Unavailable"])
  })

  it("a scheduled change is taken back by Operative", () => {
    const { ask, begin, finish, take } = booted()
    begin(1, card("A"))
    ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1 } })
    expect(ask("ChangeAvailability", { operationalStatus: "Operative", evse: { id: 1 } }).status).toBe("Accepted")
    finish(1)
    expect(take()).toEqual([])
  })

  it("G01.FR.05: a connector scheduled to go is Unavailable, not Available, when the cable that ends it all is out", () => {
    const made = booted()
    const { ask, availability, begin, evses, finish, take, virtual } = made
    Object.assign(virtual.transactions, { cableChanged: () => evses[0]?.plugged ?? finish(1) })
    availability.plugIn(1, ev)
    begin(1, card("A"))
    ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1 } })
    take()
    availability.unplug(1)
    expect(take()).toEqual(["1.1 Unavailable"])
  })

  it("G03.FR.08, G04.FR.09, B01.FR.07: the state outlives a reboot", () => {
    const { ask, availability, take } = booted([...two])
    ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1 } })
    take()
    availability.down()
    availability.online(true, 30)
    expect(take()).toEqual(["1.1 Unavailable", "2.1 Available"])
  })

  it("is Rejected for an EVSE or connector that is not there", () => {
    const { ask } = booted()
    const status = (evse: { id: number; connectorId?: number }) =>
      ask("ChangeAvailability", { operationalStatus: "Inoperative", evse }).status
    expect([status({ id: 3 }), status({ id: 1, connectorId: 2 })]).toEqual(["Rejected", "Rejected"])
  })

  it("an operator on site can do the same", () => {
    const { availability, take } = booted([...two])
    availability.setOperational("Inoperative", 2)
    availability.setOperational("Inoperative", 9)
    expect(take()).toEqual(["2.1 Unavailable"])
    expect(availability.admits(2, card("A"))).toBe("Inoperative")
  })
})

describe("faults", () => {
  it("a fault shows, is told as a hardware event, and ends what runs there", () => {
    const { availability, begin, ended, hardware, model, take } = booted()
    availability.plugIn(1, ev)
    begin(1, card("A"))
    take()
    availability.setFault(true, 1)
    expect(take()).toEqual(["1.1 Faulted"])
    expect(ended).toEqual(["1 Other AbnormalCondition"])
    expect(hardware).toEqual(["EVSE 1 Problem true"])
    expect(model.value({ name: "EVSE", evse: { id: 1 } }, "Problem")).toBe("true")
    expect(availability.admits(1, card("A"))).toBe("Faulted")
    availability.setFault(false, 1)
    expect(take()).toEqual(["1.1 Occupied"])
    expect(hardware.at(-1)).toBe("EVSE 1 Problem false")
    availability.setFault(true, 99)
    expect(hardware.at(-1)).toBe("EVSE 1 Problem false")
  })

  it("G03.FR.06, G04.FR.07: Faulted goes before Unavailable", () => {
    const { ask, availability, model, take } = booted()
    availability.setFault(true)
    take()
    ask("ChangeAvailability", { operationalStatus: "Inoperative" })
    expect(take()).toEqual([])
    expect(model.value("ChargingStation", "AvailabilityState")).toBe("Faulted")
    availability.setFault(false)
    expect(take()).toEqual(["1.1 Unavailable", "2.1 Unavailable", "2.2 Unavailable"])
  })

  it("G05.FR.01, G05.FR.02, TC_G_20: a lock that fails is told, and nothing starts there", () => {
    const { ask, availability, hardware } = booted()
    availability.setLockFailure(true, 1)
    expect(hardware).toEqual(["ConnectorPlugRetentionLock 1 Problem true"])
    expect(availability.admits(1, card("A"))).toBe("Faulted")
    expect(ask("UnlockConnector", { evseId: 1, connectorId: 1 }).status).toBe("UnlockFailed") // F05.FR.05
    availability.setLockFailure(false, 1)
    expect(availability.admits(1, card("A"))).toBe("Yes")
    availability.setLockFailure(true, 1, 2)
    availability.setLockFailure(true, 99)
    expect(hardware).toHaveLength(2)
  })
})

describe("locks", () => {
  const socket = () => booted([["sType2"]])

  it("a socket holds the cable of an authorized transaction unless UnlockOnEVSideDisconnect is true", () => {
    const { availability, begin, finish, model } = socket()
    model.set("OCPPCommCtrlr", "UnlockOnEVSideDisconnect", false)
    availability.plugIn(1, ev)
    begin(1, card("A"))
    expect(availability.unplug(1)).toBe("Locked")
    model.set("OCPPCommCtrlr", "UnlockOnEVSideDisconnect", true)
    expect(availability.unplug(1)).toBe("Unplugged")
    finish(1)
  })

  it("F05.FR.02: an authorized transaction is not disturbed", () => {
    const { ask, availability, begin } = socket()
    availability.plugIn(1, ev)
    begin(1, card("A"))
    expect(ask("UnlockConnector", { evseId: 1, connectorId: 1 }).status).toBe("OngoingAuthorizedTransaction")
    expect(availability.unlock(1, 1)).toBe("UnlockFailed")
  })

  it("F05.FR.04: a cable that is held after the authorization ended comes loose", () => {
    const { ask, availability, begin } = socket()
    availability.plugIn(1, ev)
    begin(1, card("A"), "EVConnected")
    expect(availability.unplug(1)).toBe("Locked")
    expect(ask("UnlockConnector", { evseId: 1, connectorId: 1 }).status).toBe("Unlocked")
    expect(availability.unplug(1)).toBe("Unplugged")
  })

  it("F05.FR.03, F05.FR.06: an unknown connector is told so; one without a cable is unlocked all the same", () => {
    const { ask } = socket()
    const unlock = (evseId: number, connectorId: number) => ask("UnlockConnector", { evseId, connectorId }).status
    expect([unlock(2, 1), unlock(1, 2), unlock(1, 1)]).toEqual(["UnknownConnector", "UnknownConnector", "Unlocked"])
  })
})
