import { assert, describe, it } from "@effect/vitest"
import type { EventDataType, MonitorEnumType, SetMonitoringDataType } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { station } from "./deviceModel.support.ts"

type World = ReturnType<typeof station>

const feed = { component: { name: "ElectricalFeed" }, variable: { name: "ACVoltage" } }
const limit = { component: { name: "OCPPCommCtrlr" }, variable: { name: "OfflineThreshold" } }
const group = { component: { name: "AuthCtrlr" }, variable: { name: "MasterPassGroupId" } }
const evsePower = { component: { name: "EVSE", evse: { id: 1 } }, variable: { name: "Power" } }

const monitor = (changes: Partial<SetMonitoringDataType> = {}): SetMonitoringDataType => ({
  ...limit,
  type: "UpperThreshold",
  value: 100,
  severity: 5,
  ...changes
})

/** Sets monitors; gives status, or reason code, and id of each. */
const set = ({ ask }: World, ...setMonitoringData: Array<SetMonitoringDataType>) =>
  ask("SetVariableMonitoring", { setMonitoringData }).setMonitoringResult.map(
    ({ id, status, statusInfo }) => [statusInfo?.reasonCode ?? status, id] as const
  )

const idOf = (world: World, changes: Partial<SetMonitoringDataType> = {}): number => {
  const [[status, id] = []] = set(world, monitor(changes))
  assert.strictEqual(status, "Accepted")
  return id ?? assert.fail("without an id")
}

const statuses = (world: World, ...data: Array<Partial<SetMonitoringDataType>>) =>
  set(world, ...data.map(monitor)).map(([status]) => status)

/** The events that were sent since the last time, each in a valid message. */
const events = (world: World): ReadonlyArray<EventDataType> =>
  world.take("NotifyEvent").flatMap(({ eventData, seqNo, tbc }) => {
    assert.deepStrictEqual([seqNo, tbc], [0, false])
    return eventData
  })

const brief = (world: World) =>
  events(world).map(({ actualValue, cleared, trigger, variableMonitoringId }) =>
    [variableMonitoringId, trigger, actualValue, ...(cleared ? ["cleared"] : [])].join(" ")
  )

const threshold = (world: World, seconds: number) => world.model.set("OCPPCommCtrlr", "OfflineThreshold", seconds)

const monitorsOf = (world: World, request: object = {}) => {
  const { status } = world.ask("GetMonitoringReport", { requestId: 4, ...request })
  const reports = world.take("NotifyMonitoringReport")
  if (status !== "Accepted") return status
  assert.deepStrictEqual(
    reports.map(({ requestId, seqNo, tbc = false }) => [requestId, seqNo, tbc]),
    reports.map((_, at) => [4, at, at < reports.length - 1])
  )
  return reports.flatMap(({ monitor: data = [] }) => data.flatMap(({ variableMonitoring }) => variableMonitoring))
}

const idsOf = (world: World, request?: object): ReadonlyArray<number> | string => {
  const found = monitorsOf(world, request)
  return typeof found === "string" ? found : found.map(({ id }) => id)
}

describe("SetVariableMonitoring", () => {
  it("N04.FR.01, N04.FR.02, N04.FR.11: a result for each item, with an id of the station", () => {
    const world = station()
    const { setMonitoringResult } = world.ask("SetVariableMonitoring", {
      setMonitoringData: [monitor(), monitor({ type: "Delta", value: 5, severity: 2 })]
    })
    const [one, other] = setMonitoringResult
    assert.deepInclude(one, { ...limit, type: "UpperThreshold", severity: 5, status: "Accepted" })
    assert.deepInclude(other, { ...limit, type: "Delta", severity: 2, status: "Accepted" })
    assert.isNumber(one?.id)
    assert.notStrictEqual(one?.id, other?.id)
  })

  it("N04.FR.03 to .06, N04.FR.14: what cannot be monitored so", () => {
    const world = station()
    const found = statuses(
      world,
      { component: { name: "Nothing" } },
      { variable: { name: "Nothing" } },
      { ...group, type: "UpperThreshold", value: 1 },
      { component: { name: "ClockCtrlr" }, variable: { name: "DateTime" }, type: "Delta", value: 1 },
      { component: { name: "ClockCtrlr" }, variable: { name: "NextTimeOffsetTransitionDateTime" }, type: "Periodic" },
      { value: -1 },
      { ...feed, value: 301 },
      { type: "Delta", value: -1 },
      { type: "Periodic", value: 0 },
      { severity: 10 }
    )
    assert.deepStrictEqual(found, [
      "UnknownComponent",
      "UnknownVariable",
      "UnsupportedMonitorType",
      "UnsupportedMonitorType",
      "UnsupportedMonitorType",
      "ValueOutOfRange",
      "ValueOutOfRange",
      "ValuePositiveOnly",
      "ValueTooLow",
      "ValueOutOfRange"
    ])
  })

  it("N04.FR.10, N04.FR.12, N04.FR.13, N04.FR.16, N04.FR.18: duplicates, replacements, and what is fixed", () => {
    const world = station()
    const id = idOf(world)
    assert.deepStrictEqual(statuses(world, { value: 7 }), ["Duplicate"])
    assert.deepStrictEqual(set(world, monitor({ id, value: 7 })), [["Accepted", id]])
    assert.deepStrictEqual(statuses(world, { ...feed, id, value: 200 }), ["InvalidValue"])
    assert.deepStrictEqual(statuses(world, { id: 999 }), ["NotFound"])
    const temperature = { component: { name: "TemperatureSensor" }, variable: { name: "Temperature" } }
    assert.deepStrictEqual(statuses(world, { ...temperature, id: 1, value: 90 }), ["ReadOnly"])
    assert.deepStrictEqual(statuses(world, { ...temperature, severity: 1, value: 90 }), ["Duplicate"])
  })

  it("N04.FR.09: more items than it takes are a CALLERROR, and monitors are not without end", () => {
    const world = station()
    const many = (count: number) => Array.from({ length: count }, () => monitor())
    assert.throws(() => set(world, ...many(33)), /OccurrenceConstraintViolation/)
    const items = world.model.inventory.items.filter(({ definition }) => definition.characteristics.supportsMonitoring)
    const found = items.flatMap(({ component, variable }) =>
      statuses(world, { component, variable, type: "Delta", value: 1 })
    )
    assert.include(found, "OutOfMemory")
  })

  it("is NotSupported where the station has no monitoring, and Rejected where it is off", () => {
    assert.throws(() => set(station({ without: ["MonitoringCtrlr"] }), monitor()), /NotSupported/)
    const off = station({ values: { "MonitoringCtrlr.Enabled": "false" } })
    assert.deepStrictEqual(statuses(off, {}), ["NotEnabled"])
    assert.strictEqual(off.ask("SetMonitoringLevel", { severity: 3 }).status, "Rejected")
  })
})

describe("thresholds", () => {
  it("N07.FR.02, N07.FR.16: an alert beyond the threshold, not on it, and the all-clear when it is back", () => {
    const world = station()
    const id = idOf(world)
    for (const seconds of [99, 100, 101, 500, 100, 80]) threshold(world, seconds)
    assert.deepStrictEqual(brief(world), [`${id} Alerting 101`, `${id} Alerting 100 cleared`])
  })

  it("N07.FR.17: below a lower threshold", () => {
    const world = station()
    const id = idOf(world, { type: "LowerThreshold", value: 30 })
    for (const seconds of [30, 29, 31]) threshold(world, seconds)
    assert.deepStrictEqual(brief(world), [`${id} Alerting 29`, `${id} Alerting 31 cleared`])
  })

  it("N07.FR.16: a value that is beyond already is told once the answer is out", () => {
    const world = station()
    const id = idOf(world, { value: 50 })
    assert.deepStrictEqual(brief(world), [`${id} Alerting 60`])
  })

  it("N07.FR.11: a new threshold may clear, or raise, the alert", () => {
    const world = station()
    const id = idOf(world, { value: 50 })
    idOf(world, { id, value: 55 })
    idOf(world, { id, value: 70 })
    idOf(world, { id, value: 59 })
    assert.deepStrictEqual(brief(world), [`${id} Alerting 60`, `${id} Alerting 60 cleared`, `${id} Alerting 60`])
  })

  it("N07.FR.12: a monitor that is removed says nothing any more", () => {
    const world = station()
    const id = idOf(world, { value: 50 })
    world.ask("ClearVariableMonitoring", { id: [id] })
    events(world)
    threshold(world, 40)
    threshold(world, 90)
    assert.deepStrictEqual(brief(world), [])
  })

  it("N07.FR.14: an alert from before a restart is cleared after it", () => {
    const world = station()
    const id = idOf(world, { value: 50 })
    events(world)
    world.world.online = false
    world.monitoring.down()
    world.model.set("MonitoringCtrlr", "OfflineQueuingSeverity", 0)
    threshold(world, 40)
    world.world.online = true
    world.monitoring.online()
    assert.deepStrictEqual(brief(world), [`${id} Alerting 40 cleared`])
  })

  it("property: alerts and all-clears take turns, and the last one tells how it stands", () => {
    const run = fc.property(fc.array(fc.integer({ min: 0, max: 10 })), fc.constantFrom(3, 5), (values, value) => {
      const world = station()
      threshold(world, 4)
      idOf(world, { value })
      for (const one of values) threshold(world, one)
      const told = events(world).map(({ cleared = false }) => cleared)
      for (const [at, cleared] of told.entries()) assert.strictEqual(cleared, at % 2 === 1)
      assert.strictEqual(told.length % 2 === 1, (values.at(-1) ?? 4) > value)
    })
    fc.assert(run)
  })
})

describe("deltas", () => {
  it("N07.FR.18: a number that has moved further than that since the last event", () => {
    const world = station()
    const id = idOf(world, { type: "Delta", value: 10 })
    for (const seconds of [65, 70, 71, 75, 60, 200]) threshold(world, seconds)
    assert.deepStrictEqual(brief(world), [`${id} Delta 71`, `${id} Delta 60`, `${id} Delta 200`])
  })

  it("N07.FR.19: any change of what is no number", () => {
    const world = station()
    const id = idOf(world, { ...group, type: "Delta", value: 1000 })
    for (const value of ["A", "A", "B"]) world.model.set("AuthCtrlr", "MasterPassGroupId", value)
    assert.deepStrictEqual(brief(world), [`${id} Delta A`, `${id} Delta B`])
  })

  it("those that are built in count from the value before the first change", () => {
    const world = station()
    world.model.set("CaseAccessSensor", "Active", true)
    const [event] = events(world)
    assert.deepInclude(event, { trigger: "Delta", actualValue: "true", eventNotificationType: "PreconfiguredMonitor" })
  })

  it("N07.FR.10: a WriteOnly variable has an empty value", () => {
    const world = station()
    const password = { component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" } }
    const id = idOf(world, { ...password, type: "Delta", value: 1 })
    world.ask("SetVariables", { setVariableData: [{ ...password, attributeValue: "0123456789abcdef" }] })
    assert.deepStrictEqual(brief(world), [`${id} Delta `])
  })
})

describe("periods", () => {
  it("N08.FR.05, N08.FR.06: every so many seconds from when it was set; nothing is scheduled without one", () => {
    const world = station()
    world.monitoring.online()
    assert.strictEqual(world.timers(), 0)
    const id = idOf(world, { type: "Periodic", value: 30 })
    world.pass(29_999)
    assert.deepStrictEqual(brief(world), [])
    world.pass(60_001)
    assert.deepStrictEqual(brief(world), Array(3).fill(`${id} Periodic 60`))
    world.ask("ClearVariableMonitoring", { id: [id] })
    assert.strictEqual(world.timers(), 0)
  })

  it("N08.FR.07: at multiples of the period since midnight", () => {
    const world = station()
    idOf(world, { type: "PeriodicClockAligned", value: 900 })
    world.pass(3_600_000)
    assert.deepStrictEqual(
      events(world).map(({ timestamp }) => timestamp.slice(11)),
      ["10:15:00Z", "10:30:00Z", "10:45:00Z", "11:00:00Z"]
    )
  })

  it("timers do not outlive a restart, and begin again after it", () => {
    const world = station()
    const id = idOf(world, { type: "Periodic", value: 30 })
    world.monitoring.down()
    assert.strictEqual(world.timers(), 0)
    world.pass(100_000)
    assert.deepStrictEqual(brief(world), [])
    world.monitoring.online()
    world.pass(30_000)
    assert.deepStrictEqual(brief(world), [`${id} Periodic 60`])
  })

  it("a variable that does not tell when it changes is looked at while a monitor watches it", () => {
    const world = station()
    const id = idOf(world, { ...evsePower, value: 7000 })
    world.power.watts = 11_000
    world.pass(10_000)
    assert.deepStrictEqual(brief(world), [`${id} Alerting 11000`])
    world.ask("ClearVariableMonitoring", { id: [id] })
    assert.strictEqual(world.timers(), 0)
  })

  it("a monitor for transactions is silent outside of them, and names them", () => {
    const world = station()
    const id = idOf(world, { ...evsePower, value: 7000, transaction: true })
    world.power.watts = 11_000
    world.pass(20_000)
    assert.deepStrictEqual(brief(world), [])
    const [evse] = world.evses
    Object.assign(evse ?? {}, { transaction: { transactionId: "T1" } })
    world.pass(10_000)
    assert.deepInclude(events(world)[0], { variableMonitoringId: id, transactionId: "T1", actualValue: "11000" })
  })
})

describe("levels, bases and being offline", () => {
  it("N05.FR.01 to .03, N07.FR.15: a level keeps back what is less severe; what still holds is told when it is lifted", () => {
    const world = station()
    const id = idOf(world)
    assert.strictEqual(world.ask("SetMonitoringLevel", { severity: 4 }).status, "Accepted")
    threshold(world, 101)
    assert.deepStrictEqual(brief(world), [])
    assert.strictEqual(world.model.value("MonitoringCtrlr", "ActiveMonitoringLevel"), "4")
    assert.strictEqual(world.ask("SetMonitoringLevel", { severity: 5 }).status, "Accepted")
    assert.deepStrictEqual(brief(world), [`${id} Alerting 101`])
    assert.strictEqual(world.ask("SetMonitoringLevel", { severity: 10 }).status, "Rejected")
  })

  it("N07.FR.04: offline, events are queued up to OfflineQueuingSeverity; of the others, what still holds is told later", () => {
    const world = station()
    const severe = idOf(world, { severity: 4 })
    const mild = idOf(world, { severity: 5 })
    const delta = idOf(world, { type: "Delta", value: 0, severity: 5 })
    world.world.online = false
    for (const seconds of [150, 60, 101]) threshold(world, seconds)
    assert.deepStrictEqual(brief(world), [])
    world.world.online = true
    world.monitoring.online()
    assert.deepStrictEqual(brief(world), [
      `${severe} Alerting 150`,
      `${severe} Alerting 60 cleared`,
      `${severe} Alerting 101`,
      `${mild} Alerting 101`,
      `${delta} Delta 101`
    ])
  })

  it("N08.FR.03: periodic events are queued as any other", () => {
    const world = station()
    const id = idOf(world, { type: "Periodic", value: 30, severity: 4 })
    idOf(world, { type: "Periodic", value: 30, severity: 5 })
    world.world.online = false
    world.pass(60_000)
    world.world.online = true
    world.monitoring.online()
    assert.deepStrictEqual(brief(world), [`${id} Periodic 60`, `${id} Periodic 60`])
  })

  it("an event that could not be sent is sent once the station is back, before the others", () => {
    const world = station()
    const id = idOf(world)
    world.world.fails = 1
    threshold(world, 101)
    events(world)
    world.monitoring.online()
    assert.deepStrictEqual(brief(world), [`${id} Alerting 101`])
  })

  it("events that come faster than they are answered go together, each once and in order", () => {
    const world = station()
    idOf(world, { type: "Delta", value: 0 })
    world.world.holds = []
    for (let seconds = 100; seconds < 125; seconds++) threshold(world, seconds)
    const found: Array<EventDataType> = []
    for (let answered = 0; world.sent.length > 0; answered++) {
      assert.strictEqual(world.sent.length, 1)
      found.push(...events(world))
      world.world.holds[answered]?.()
    }
    assert.deepStrictEqual(
      found.map(({ eventId }) => eventId),
      Array.from({ length: 25 }, (_, at) => at + 1)
    )
  })

  it("N03.FR.04: a periodic monitor that another base takes away fires no more", () => {
    const world = station()
    idOf(world, { type: "Periodic", value: 30 })
    world.ask("SetMonitoringBase", { monitoringBase: "HardWiredOnly" })
    world.pass(120_000)
    assert.deepStrictEqual(brief(world), [])
  })

  it("N03.FR.03 to .05, N04.FR.15: the monitoring base", () => {
    const world = station()
    const builtIn = [1, 2, 3, 4, 5, 6, 7]
    const custom = idOf(world)
    const preconfigured = { component: { name: "TemperatureSensor" }, variable: { name: "Temperature" } }
    const overruled = 3
    idOf(world, { ...preconfigured, id: overruled, value: 60 })
    const base = (monitoringBase: "All" | "FactoryDefault" | "HardWiredOnly") => {
      assert.strictEqual(world.ask("SetMonitoringBase", { monitoringBase }).status, "Accepted")
      assert.strictEqual(world.model.value("MonitoringCtrlr", "ActiveMonitoringBase"), monitoringBase)
      const found = idsOf(world)
      return typeof found === "string" ? found : found.toSorted((a, b) => a - b)
    }
    assert.deepStrictEqual(base("All"), [...builtIn, custom])
    world.model.set("TemperatureSensor", "Temperature", 65)
    const [event] = events(world)
    assert.deepInclude(event, { eventNotificationType: "CustomMonitor", variableMonitoringId: overruled })
    assert.deepStrictEqual(base("HardWiredOnly"), [1, 2])
    assert.deepStrictEqual(base("All"), builtIn)
    idOf(world)
    assert.deepStrictEqual(base("FactoryDefault"), builtIn)
    world.model.set("TemperatureSensor", "Temperature", 66)
    assert.deepStrictEqual(brief(world), [])
  })
})

describe("GetMonitoringReport and ClearVariableMonitoring", () => {
  it("N02.FR.01 to .14, N02.FR.10: by criterion and by variable", () => {
    const world = station()
    const types = (monitoringCriteria: ReadonlyArray<string>): ReadonlyArray<MonitorEnumType> | string => {
      const found = monitorsOf(world, { monitoringCriteria })
      return typeof found === "string" ? found : [...new Set(found.map(({ type }) => type))].toSorted()
    }
    assert.deepStrictEqual(types(["ThresholdMonitoring"]), ["LowerThreshold", "UpperThreshold"])
    assert.deepStrictEqual(types(["DeltaMonitoring"]), ["Delta"])
    assert.strictEqual(types(["PeriodicMonitoring"]), "EmptyResultSet")
    const id = idOf(world, { type: "Periodic", value: 60 })
    assert.deepStrictEqual(idsOf(world, { monitoringCriteria: ["PeriodicMonitoring"] }), [id])
    assert.deepStrictEqual(idsOf(world, { componentVariable: [{ component: { name: "ocppcommctrlr" } }] }), [id])
    assert.strictEqual(idsOf(world, { componentVariable: [{ component: { name: "TxCtrlr" } }] }), "EmptyResultSet")
    const both = { monitoringCriteria: ["DeltaMonitoring"], componentVariable: [feed] }
    assert.strictEqual(idsOf(world, both), "EmptyResultSet")
  })

  it("N02.FR.09: in parts, when there are many", () => {
    const world = station()
    for (const { component, variable } of world.model.inventory.items.slice(0, 60))
      set(world, monitor({ component, variable, type: "Delta", value: 1 }))
    assert.isAbove(idsOf(world).length, 60)
  })

  it("N06.FR.01 to .06: a result for each id", () => {
    const world = station()
    const id = idOf(world)
    assert.deepStrictEqual(world.ask("ClearVariableMonitoring", { id: [id, 1, 3, 999] }).clearMonitoringResult, [
      { id, status: "Accepted" },
      { id: 1, status: "Rejected" },
      { id: 3, status: "Accepted" },
      { id: 999, status: "NotFound" }
    ])
    assert.strictEqual(String(idsOf(world)), "1,4,2,5,6,7")
    assert.throws(
      () => world.ask("ClearVariableMonitoring", { id: Array.from({ length: 33 }, () => 1) }),
      /OccurrenceConstraintViolation/
    )
  })
})

describe("events of the hardware, and causes", () => {
  it("N07: a hardware event has no monitor, and is kept while offline", () => {
    const world = station()
    const connector = { name: "Connector", evse: { id: 1, connectorId: 1 } }
    world.world.online = false
    world.monitoring.hardwareEvent(connector, "Problem", "true", { techCode: "E17" })
    world.world.online = true
    world.monitoring.online()
    const [event] = events(world)
    assert.deepInclude(event, {
      component: connector,
      variable: { name: "Problem" },
      eventNotificationType: "HardWiredNotification",
      trigger: "Alerting",
      techCode: "E17",
      actualValue: "true"
    })
    world.monitoring.hardwareEvent(connector, "Problem", "false", { cleared: true })
    assert.deepInclude(events(world)[0], { cleared: true, eventId: 2 })
  })

  it("N07.FR.05: an event that a change led to names the event of that change", () => {
    const world = station()
    idOf(world, { ...group, type: "Delta", value: 1 })
    world.model.watch("CaseAccessSensor", "Active", (value) => {
      world.model.set("AuthCtrlr", "MasterPassGroupId", value)
      world.monitoring.hardwareEvent("CaseAccessSensor", "Active", value)
    })
    world.model.set("CaseAccessSensor", "Active", true)
    world.model.set("CaseAccessSensor", "Active", false)
    assert.deepStrictEqual(
      events(world).map(({ cause, eventId }) => [eventId, cause]),
      [
        [1, undefined],
        [2, 1],
        [3, 1],
        [4, undefined],
        [5, 4],
        [6, 4]
      ]
    )
  })

  it("of more than 500 events that wait the oldest are gone", () => {
    const world = station()
    world.world.online = false
    for (let at = 0; at < 502; at++) world.monitoring.hardwareEvent("CaseAccessSensor", "Active", "true")
    world.world.online = true
    world.monitoring.online()
    const sent = events(world)
    assert.deepStrictEqual([sent.length, sent[0]?.eventId, sent.at(-1)?.eventId], [500, 3, 502])
  })

  it("N07.FR.05: a change that makes no event is no cause, and neither is what was before it", () => {
    const world = station()
    idOf(world, { ...group, type: "Delta", value: 1 })
    world.model.watch("CaseAccessSensor", "Active", (value) => world.model.set("AuthCtrlr", "MasterPassGroupId", value))
    world.model.watch("CaseAccessSensor", "Problem", () => world.model.set("AuthCtrlr", "MasterPassGroupId", "other"))
    world.model.set("CaseAccessSensor", "Active", true)
    world.model.set("CaseAccessSensor", "Problem", true)
    assert.deepStrictEqual(
      events(world).map(({ cause }) => cause),
      [undefined, 1, undefined]
    )
  })
})
