import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type {
  ChangeAvailabilityResponse,
  ConnectorStatusEnumType,
  EventDataType,
  OperationalStatusEnumType
} from "@wattline/ocpp-v201"
import {
  availability,
  type AvailabilityEvent,
  type AvailabilityState,
  maxPlaces
} from "../../src/blocks/Availability.ts"
import { operationalStatus, usability } from "../../src/blocks/AvailabilityView.ts"
import { type AvailabilityPlace, maxRequested, requestedAt } from "../../src/blocks/RequestedAvailability.ts"
import { eventData, exchange, frozen, noon, property, recorder, stored, time } from "./payloads.ts"

const { BootNotification, ChangeAvailability, NotifyEvent, StatusNotification } = availability.reduce

type Answer = ChangeAvailabilityResponse["status"]

const setup = () => {
  const { emit, events } = recorder<AvailabilityEvent>()
  let state: AvailabilityState = availability.initial
  let seconds = 0
  const change = (next: AvailabilityState | undefined) => (state = frozen(next ?? state))
  const status = (connectorStatus: ConnectorStatusEnumType, evseId = 1, connectorId = 1) => {
    const request = { evseId, connectorId, connectorStatus, timestamp: time(++seconds) }
    change(StatusNotification?.(state, exchange("StatusNotification", request, {}), emit))
  }
  return {
    get state() {
      return state
    },
    /** Without the changes of status. */
    get events() {
      return events.filter(({ _tag }) => !_tag.endsWith("StatusChanged"))
    },
    status,
    notify: (...items: ReadonlyArray<EventDataType>) => {
      const request = { generatedAt: time(), seqNo: 0, eventData: [...items] }
      change(NotifyEvent?.(state, exchange("NotifyEvent", request, {}), emit))
    },
    /** The status of an EVSE, or of the station, as it states it itself. */
    states: (actualValue: ConnectorStatusEnumType, evseId?: number) => {
      const component = evseId === undefined ? { name: "ChargingStation" } : { name: "EVSE", evse: { id: evseId } }
      const event = eventData(component, "AvailabilityState", actualValue, { timestamp: time(++seconds) })
      const request = { generatedAt: time(), seqNo: 0, eventData: [event] as [EventDataType] }
      change(NotifyEvent?.(state, exchange("NotifyEvent", request, {}), emit))
    },
    ask: (
      wanted: OperationalStatusEnumType,
      { connectorId, evseId }: AvailabilityPlace = {},
      answer: Answer = "Accepted"
    ) => {
      const evse = evseId !== undefined && { evse: { id: evseId, ...(connectorId !== undefined && { connectorId }) } }
      const request = { operationalStatus: wanted, ...evse }
      change(ChangeAvailability?.(state, exchange("ChangeAvailability", request, { status: answer }), emit))
    },
    boot: () => {
      const request = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
      const response = { currentTime: time(), interval: 300, status: "Accepted" } as const
      change(BootNotification?.(state, exchange("BootNotification", request, response, noon, true), emit))
    }
  }
}

const isScheduled = (state: AvailabilityState, place: AvailabilityPlace = {}) => requestedAt(state, place)?.scheduled

describe("RequestedAvailability", () => {
  it("G-6, ST-1: what the station accepts is on record, what it rejects is not", () => {
    const station = setup()
    station.ask("Inoperative", { evseId: 1 }, "Rejected")
    expect(station.state).toBe(availability.initial)
    station.ask("Inoperative", { evseId: 1 })
    station.ask("Inoperative", { evseId: 1, connectorId: 2 })
    station.ask("Operative")
    expect(station.state.requested).toEqual([
      { evseId: 1, operationalStatus: "Inoperative", scheduled: false, at: noon },
      { evseId: 1, connectorId: 2, operationalStatus: "Inoperative", scheduled: false, at: noon },
      { operationalStatus: "Operative", scheduled: false, at: noon }
    ])
    expect(station.events[1]).toEqual({
      _tag: "AvailabilityRequested",
      evseId: 1,
      connectorId: 2,
      operationalStatus: "Inoperative",
      scheduled: false
    })
    expect(stored(station.state)).toEqual(station.state)
  })

  it("G-6, G03.FR.05: Scheduled stays until the connectors of the EVSE are reported Unavailable, by either message", () => {
    const station = setup()
    station.status("Occupied", 1, 1)
    station.status("Available", 1, 2)
    station.status("Unavailable", 2, 1)
    station.ask("Inoperative", { evseId: 1 }, "Scheduled")
    station.status("Unavailable", 1, 2)
    station.status("Available", 1, 1)
    expect(isScheduled(station.state, { evseId: 1 })).toBe(true)
    const component = { name: "Connector", evse: { id: 1, connectorId: 1 } }
    station.notify(eventData(component, "AvailabilityState", "Unavailable", { timestamp: time(600) }))
    expect(isScheduled(station.state, { evseId: 1 })).toBe(false)
    expect(station.events.slice(1)).toEqual([
      { _tag: "ScheduledAvailabilityReached", evseId: 1, operationalStatus: "Inoperative" }
    ])
  })

  it("TC_G_14_CSMS, G04.FR.06: of the station, until the last connector in use is; a Faulted one says nothing", () => {
    const station = setup()
    station.status("Occupied", 1)
    station.status("Available", 2)
    station.status("Faulted", 3)
    station.ask("Inoperative", {}, "Scheduled")
    station.status("Unavailable", 2)
    expect(isScheduled(station.state)).toBe(true)
    station.status("Unavailable", 1)
    expect(isScheduled(station.state)).toBe(false)
  })

  it("G-6: of one connector, that one counts, and not when it is only Faulted", () => {
    const station = setup()
    const place = { evseId: 1, connectorId: 1 }
    station.status("Occupied")
    station.ask("Inoperative", place, "Scheduled")
    station.status("Unavailable", 1, 2)
    station.status("Faulted")
    expect(isScheduled(station.state, place)).toBe(true)
    station.status("Unavailable")
    expect(isScheduled(station.state, place)).toBe(false)
  })

  it("G-6: what the EVSE or the station states of itself counts too", () => {
    const station = setup()
    station.status("Occupied")
    station.ask("Inoperative", { evseId: 1 }, "Scheduled")
    station.ask("Inoperative", {}, "Scheduled")
    station.states("Unavailable", 2)
    expect(isScheduled(station.state, { evseId: 1 })).toBe(true)
    station.states("Unavailable", 1)
    expect([isScheduled(station.state, { evseId: 1 }), isScheduled(station.state)]).toEqual([false, true])
    station.states("Unavailable")
    expect(isScheduled(station.state)).toBe(false)
  })

  it("G-6, R-165: a report that overtakes the answer Scheduled counts", () => {
    const station = setup()
    station.status("Unavailable")
    station.ask("Inoperative", { evseId: 1 }, "Scheduled")
    expect(isScheduled(station.state, { evseId: 1 })).toBe(false)
    expect(station.events.map(({ _tag }) => _tag)).toEqual(["AvailabilityRequested", "ScheduledAvailabilityReached"])
  })

  it("G-6: Operative that is Scheduled ends with reports of all that it frees", () => {
    const station = setup()
    station.ask("Inoperative", { evseId: 1, connectorId: 2 })
    station.ask("Inoperative", { evseId: 1 })
    station.status("Unavailable", 1, 1)
    station.status("Unavailable", 1, 2)
    station.ask("Operative", { evseId: 1 }, "Scheduled")
    expect(isScheduled(station.state, { evseId: 1 })).toBe(true)
    station.status("Available", 1, 1)
    expect(isScheduled(station.state, { evseId: 1 })).toBe(false)
    station.ask("Operative", { evseId: 3 }, "Scheduled") // nothing is known of its connectors
    station.status("Available", 2)
    expect(isScheduled(station.state, { evseId: 3 })).toBe(true)
  })

  it("G-7, G03.FR.06, G04.FR.07: Inoperative above leaves what was asked for below, and Operative brings it back", () => {
    const station = setup()
    const [connector, other] = [
      { evseId: 1, connectorId: 1 },
      { evseId: 1, connectorId: 2 }
    ]
    station.ask("Inoperative", connector)
    station.ask("Inoperative", {})
    for (const place of [{}, { evseId: 1 }, { evseId: 2 }, connector, other])
      expect(operationalStatus(station.state, place).operationalStatus).toBe("Inoperative")
    expect(operationalStatus(station.state, other).requested).toBe("Operative")
    station.ask("Operative", {})
    const shown = [{}, { evseId: 1 }, connector, other].map((place) => operationalStatus(station.state, place))
    expect(shown.map((one) => one.operationalStatus)).toEqual(["Operative", "Operative", "Inoperative", "Operative"])
    expect(operationalStatus(station.state, connector)).toEqual({
      requested: "Inoperative",
      operationalStatus: "Inoperative",
      scheduled: false
    })
  })

  it("G-7: what only waits for a transaction is shown as scheduled", () => {
    const station = setup()
    station.status("Occupied")
    station.ask("Inoperative", { evseId: 1 }, "Scheduled")
    const connector = { evseId: 1, connectorId: 1 }
    expect(operationalStatus(station.state, connector)).toMatchObject({ requested: "Operative", scheduled: true })
    station.ask("Inoperative", connector)
    expect(operationalStatus(station.state, connector)).toMatchObject({ requested: "Inoperative", scheduled: false })
  })

  it("B-30, G03.FR.08, G04.FR.09: a reboot keeps what was asked for, scheduled or not", () => {
    const station = setup()
    station.status("Occupied")
    station.ask("Inoperative", { evseId: 2 })
    station.ask("Inoperative", { evseId: 1 }, "Scheduled")
    const before = station.state.requested
    station.boot()
    expect(station.state.requested).toEqual(before)
    station.status("Unavailable")
    expect(isScheduled(station.state, { evseId: 1 })).toBe(false)
  })

  it("G-3, G01.FR.08: another connector of an occupied EVSE stays Available and is not usable", () => {
    const station = setup()
    station.status("Available", 1, 1)
    station.status("Available", 1, 2)
    station.status("Available", 2, 1)
    const all = () => [usability(station.state, 1, 1), usability(station.state, 1, 2), usability(station.state, 2, 1)]
    expect(all()).toEqual(["Usable", "Usable", "Usable"])
    station.status("Occupied", 1, 1)
    expect(station.state.connectors[1]?.status).toBe("Available")
    expect(all()).toEqual(["Occupied", "EvseOccupied", "Usable"])
    station.states("Occupied", 2)
    expect(all()).toEqual(["Occupied", "EvseOccupied", "EvseOccupied"])
  })

  it("G-3: usable is what reports Available, is not asked to be Inoperative, and is in nothing that is out of use", () => {
    const station = setup()
    expect(usability(station.state, 1, 1)).toBe("Unknown")
    station.status("Available", 1, 1)
    station.ask("Inoperative", { evseId: 1 })
    expect(usability(station.state, 1, 1)).toBe("Inoperative")
    station.ask("Operative", { evseId: 1 })
    expect(usability(station.state, 1, 1)).toBe("Usable")
    station.states("Reserved", 1)
    expect(usability(station.state, 1, 1)).toBe("Reserved")
    station.states("Faulted")
    expect(usability(station.state, 1, 1)).toBe("Faulted")
    station.boot()
    expect(usability(station.state, 1, 1)).toBe("Unknown")
  })

  it("G-9, G05.FR.02: a lock that fails is an event, once", () => {
    const station = setup()
    const lock = { name: "connectorPlugRetentionLock", evse: { id: 1, connectorId: 2 } }
    station.notify(
      eventData(lock, "problem", "true", { timestamp: time(4) }),
      eventData(lock, "Problem", "false"),
      eventData(lock, "Problem", "true", { cleared: true }),
      eventData(lock, "Problem", "true", { trigger: "Periodic" }),
      eventData("Display", "Problem", "true"),
      eventData("ConnectorPlugRetentionLock", "Active", "true")
    )
    expect(station.events).toEqual([{ _tag: "ConnectorLockFailed", evseId: 1, connectorId: 2, timestamp: time(4) }])
    expect(station.state).toBe(availability.initial)
  })

  it("is bounded", () => {
    const station = setup()
    for (let id = 0; id < maxPlaces + 3; id++) {
      station.status("Available", id)
      station.states("Available", id)
      station.ask("Inoperative", { evseId: id })
    }
    const { connectors, evses, requested } = station.state
    expect([connectors.length, evses.length, requested?.length]).toEqual([maxPlaces, maxPlaces, maxRequested])
    expect(requestedAt(station.state, { evseId: maxPlaces + 2 })).toBeDefined()
  })

  const place = fc.constantFrom<AvailabilityPlace>({}, { evseId: 1 }, { evseId: 2 }, { evseId: 1, connectorId: 1 })
  const step = fc.oneof(
    fc.record({
      ask: fc.constantFrom<OperationalStatusEnumType>("Operative", "Inoperative"),
      place,
      answer: fc.constantFrom<Answer>("Accepted", "Rejected", "Scheduled")
    }),
    fc.record({
      evseId: fc.constantFrom(1, 2),
      status: fc.constantFrom<ConnectorStatusEnumType>("Available", "Occupied", "Unavailable", "Faulted")
    }),
    fc.constant("boot" as const)
  )

  it("G-7: the status at a place is decided by the last answers at it and around it, whatever is reported", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const station = setup()
        const last = new Map<string, OperationalStatusEnumType>()
        for (const one of steps) {
          if (one === "boot") station.boot()
          else if ("status" in one) station.status(one.status, one.evseId)
          else {
            station.ask(one.ask, one.place, one.answer)
            if (one.answer !== "Rejected") last.set(JSON.stringify(one.place), one.ask)
          }
        }
        const around = [{}, { evseId: 1 }, { evseId: 1, connectorId: 1 }]
        around.forEach((inner, depth) => {
          const isOut = around.slice(0, depth + 1).some((outer) => last.get(JSON.stringify(outer)) === "Inoperative")
          expect(operationalStatus(station.state, inner)).toMatchObject({
            requested: last.get(JSON.stringify(inner)) ?? "Operative",
            operationalStatus: isOut ? "Inoperative" : "Operative"
          })
        })
        const { length } = station.state.requested ?? []
        expect(length).toBe(last.size)
      }),
      property
    )
  })
})
