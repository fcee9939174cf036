import type { ConnectorStatusEnumType, EventDataType } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import { availability, connector, forgetStatuses, type AvailabilityEvent } from "../../src/blocks/Availability.ts"
import { initial, reduce, type MirrorEvent, type StationMirror } from "../../src/blocks/Mirror.ts"
import { eventData, exchange, noon, recorder, time } from "./payloads.ts"

const start = () => {
  const { events, emit } = recorder<MirrorEvent>()
  let mirror: StationMirror = initial
  return {
    get state() {
      return mirror.availability
    },
    /** Without the changes of the device model. */
    get events() {
      return events.filter((event) => !Object.values(event).includes("VariableChanged"))
    },
    status: (connectorStatus: ConnectorStatusEnumType, seconds = 0, evseId = 1, connectorId = 1) => {
      const request = { evseId, connectorId, connectorStatus, timestamp: time(seconds) }
      mirror = reduce(mirror, "StatusNotification", exchange("StatusNotification", request, {}, noon + 5), emit)
    },
    notify: (...items: ReadonlyArray<EventDataType>) => {
      const request = { generatedAt: time(), seqNo: 0, eventData: [...items] }
      mirror = reduce(mirror, "NotifyEvent", exchange("NotifyEvent", request, {}, noon + 6), emit)
    },
    boot: (rebooted = true) => {
      const request = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
      const response = { currentTime: time(), interval: 300, status: "Accepted" } as const
      mirror = reduce(
        mirror,
        "BootNotification",
        exchange("BootNotification", request, response, noon + 9, rebooted),
        emit
      )
    }
  }
}

const onConnector = (actualValue: string, more: Partial<EventDataType> = {}) =>
  eventData({ name: "connector", evse: { id: 1, connectorId: 1 } }, "availabilityState", actualValue, more)

describe("Availability", () => {
  it("G-1: StatusNotification is mirrored per connector with both times", () => {
    const station = start()
    station.status("Available", 3)
    expect(connector(station.state, 1, 1)).toEqual({
      evseId: 1,
      connectorId: 1,
      status: "Available",
      timestamp: time(3),
      receivedAt: noon + 5,
      source: "StatusNotification"
    })
    expect(station.events).toEqual([
      {
        _tag: "ConnectorStatusChanged",
        evseId: 1,
        connectorId: 1,
        from: "Unknown",
        to: "Available",
        timestamp: time(3)
      }
    ])
  })

  it("G-1: the same status again is no event", () => {
    const station = start()
    station.status("Available", 1)
    station.status("Available", 2)
    expect(station.events).toHaveLength(1)
    expect(connector(station.state, 1, 1)?.timestamp).toBe(time(2))
  })

  it("ST-5: a status that is older than what is known is ignored", () => {
    const station = start()
    station.status("Occupied", 10)
    const before = station.state
    station.status("Available", 9)
    station.notify(onConnector("Faulted", { timestamp: time(9) }))
    expect(station.state).toBe(before)
    station.status("Available", 10)
    expect(connector(station.state, 1, 1)?.status).toBe("Available")
  })

  it("ST-6: ST-7: connectors that were never announced are accepted, 0 included", () => {
    const station = start()
    station.status("Available", 0, 0, 0)
    station.status("Faulted", 0, 77, 9)
    expect(station.state.connectors.map(({ evseId, connectorId }) => [evseId, connectorId])).toEqual([
      [0, 0],
      [77, 9]
    ])
  })

  it("G-3: a plug in one connector leaves the others and the EVSE as they are", () => {
    const station = start()
    station.status("Available", 0, 1, 1)
    station.status("Available", 0, 1, 2)
    const other = connector(station.state, 1, 2)
    station.status("Occupied", 1, 1, 1)
    expect(connector(station.state, 1, 2)).toBe(other)
    expect(station.state.evses).toEqual([])
  })

  it("G-2: NotifyEvent of a connector does the same as StatusNotification", () => {
    const station = start()
    station.status("Available", 0)
    station.notify(onConnector("Occupied", { timestamp: time(4) }))
    expect(connector(station.state, 1, 1)).toEqual({
      evseId: 1,
      connectorId: 1,
      status: "Occupied",
      timestamp: time(4),
      receivedAt: noon + 6,
      source: "NotifyEvent"
    })
    expect(station.events.at(-1)).toMatchObject({ _tag: "ConnectorStatusChanged", from: "Available", to: "Occupied" })
  })

  it("G-2: NotifyEvent of an EVSE and of the station", () => {
    const station = start()
    station.notify(
      eventData({ name: "EVSE", evse: { id: 2 } }, "AvailabilityState", "Reserved"),
      eventData("ChargingStation", "AvailabilityState", "Unavailable")
    )
    expect(station.state).toMatchObject({
      connectors: [],
      evses: [{ evseId: 2, status: "Reserved" }],
      station: { status: "Unavailable" }
    })
    expect(station.events).toEqual([
      { _tag: "EvseStatusChanged", evseId: 2, from: "Unknown", to: "Reserved", timestamp: time() },
      { _tag: "StationStatusChanged", from: "Unknown", to: "Unavailable", timestamp: time() }
    ])
  })

  it("G-2: other variables, other components and unknown values change nothing", () => {
    const station = start()
    station.notify(
      onConnector("Sleeping"),
      onConnector("constructor"),
      eventData({ name: "Connector", evse: { id: 1, connectorId: 1 } }, "Problem", "Available"),
      eventData({ name: "Connector", evse: { id: 1 } }, "AvailabilityState", "Available"),
      eventData("EVSE", "AvailabilityState", "Available"),
      eventData({ name: "Display", evse: { id: 1 } }, "AvailabilityState", "Available")
    )
    expect(station.state).toBe(availability.initial)
    expect(station.events).toEqual([])
  })

  it("ST-4: after a reboot every status is unknown, and what exists is still known", () => {
    const station = start()
    station.status("Occupied", 100)
    station.notify(eventData({ name: "EVSE", evse: { id: 1 } }, "AvailabilityState", "Occupied"))
    station.notify(eventData("ChargingStation", "AvailabilityState", "Occupied"))
    const seen = station.events.length
    station.boot()
    const unknown = { status: "Unknown", receivedAt: noon + 9 }
    expect(station.state).toEqual({
      connectors: [{ evseId: 1, connectorId: 1, ...unknown }],
      evses: [{ evseId: 1, ...unknown }],
      station: unknown
    })
    expect(station.events.slice(seen)).toEqual([
      { _tag: "ConnectorStatusChanged", evseId: 1, connectorId: 1, from: "Occupied", to: "Unknown" },
      { _tag: "EvseStatusChanged", evseId: 1, from: "Occupied", to: "Unknown" },
      { _tag: "StationStatusChanged", from: "Occupied", to: "Unknown" }
    ])
  })

  it("ST-4: after a reboot any timestamp is news", () => {
    const station = start()
    station.status("Occupied", 100)
    station.boot()
    station.status("Available", 50)
    expect(connector(station.state, 1, 1)?.status).toBe("Available")
  })

  it("LC-16: a triggered boot and a retry reset nothing", () => {
    const station = start()
    station.boot()
    station.status("Available", 1)
    station.boot(false)
    expect(connector(station.state, 1, 1)?.status).toBe("Available")
    station.boot()
    expect(connector(station.state, 1, 1)?.status).toBe("Unknown")
  })

  it("LC-13: statuses can be forgotten, once", () => {
    const station = start()
    station.status("Available")
    const { events, emit } = recorder<AvailabilityEvent>()
    const forgotten = forgetStatuses(station.state, noon, emit)
    expect(forgetStatuses(forgotten, noon, emit)).toBe(forgotten)
    expect(events).toHaveLength(1)
  })
})
