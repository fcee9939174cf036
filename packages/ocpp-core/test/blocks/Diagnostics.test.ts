import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { maxAlerts } from "../../src/blocks/Alerts.ts"
import { diagnostics, isMonitoringReportDue } from "../../src/blocks/Diagnostics.ts"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { maxMonitors } from "../../src/blocks/Monitors.ts"
import { alerting, cleared, monitored, Monitoring, place, wanted } from "./monitoring.ts"
import { noon, property, stored, time } from "./payloads.ts"

describe("monitors", () => {
  it("N-8, N04.FR.11, DM-40: what the station takes is on record under the id it gave, and nothing else is", () => {
    const monitoring = new Monitoring().with(
      "SetVariableMonitoring",
      { setMonitoringData: [wanted("A", { transaction: true }), wanted("B"), wanted("C")] },
      {
        setMonitoringResult: [
          { ...wanted("C"), status: "Duplicate" },
          { ...wanted("a"), id: 7, status: "Accepted" }, // names count without case (DM-03)
          { ...wanted("B", { severity: 3 }), id: 8, status: "Accepted" } // nobody asked for this severity
        ]
      }
    )
    expect(monitoring.state.monitors).toEqual({
      7: {
        id: 7,
        ...place("a"),
        type: "UpperThreshold",
        value: 10,
        severity: 4,
        transaction: true,
        kind: "CustomMonitor",
        stale: false,
        at: noon
      }
    })
    expect(monitoring.events).toEqual([{ _tag: "MonitorSet", monitor: monitoring.state.monitors[7] }])
    expect(stored(monitoring.mirror)).toEqual(monitoring.mirror)
  })

  it("N-10, DM-44, N04.FR.15: a monitor that replaces another one is a custom one", () => {
    const monitoring = new Monitoring()
      .reports([monitored(7, "A")])
      .hears(alerting(7, "A", 0, { trigger: "Delta", eventNotificationType: "PreconfiguredMonitor" }))
    expect(monitoring.state.monitors[7]?.kind).toBe("PreconfiguredMonitor")
    const before = monitoring.state.monitors[7]
    monitoring.sets(7, wanted("A", { id: 7, value: 20 }))
    expect(monitoring.state.monitors[7]).toMatchObject({ value: 20, kind: "CustomMonitor" })
    expect(monitoring.events.at(-1)).toMatchObject({ _tag: "MonitorSet", replaced: before })
  })

  it("DM-44: who made a monitor shows in its events, and stays known over reports of the same monitor", () => {
    const preconfigured = { trigger: "Periodic", eventNotificationType: "PreconfiguredMonitor" } as const
    const monitoring = new Monitoring().reports([monitored(7, "A"), monitored(8, "B")])
    expect(monitoring.state.monitors[7]).not.toHaveProperty("kind")
    monitoring.hears(alerting(7, "A", 0, preconfigured), alerting(8, "C", 0, preconfigured))
    expect(monitoring.state.monitors[7]?.kind).toBe("PreconfiguredMonitor")
    expect(monitoring.state.monitors[8], "an event of another variable").not.toHaveProperty("kind")
    expect(monitoring.reports([monitored(7, "A")]).state.monitors[7]?.kind).toBe("PreconfiguredMonitor")
    expect(monitoring.reports([monitored(7, "B")]).state.monitors[7]).not.toHaveProperty("kind")
  })

  it("N-13, N06.FR.02: cleared ones and those the station does not have are gone, a refused one stays", () => {
    const monitoring = new Monitoring().sets(1, wanted("A"), wanted("B"), wanted("C"))
    monitoring.clears("Rejected", 1)
    expect(monitoring.ids).toEqual([1, 2, 3])
    monitoring.clears("Accepted", 2).clears("NotFound", 3)
    expect(monitoring.ids).toEqual([1])
    expect(monitoring.events.slice(-2)).toEqual([
      { _tag: "MonitorsRemoved", monitorIds: [2] },
      { _tag: "MonitorsRemoved", monitorIds: [3] }
    ])
  })

  it("N-5: a report of all replaces what was known, one by criterion what has its types, one of variables adds", () => {
    const monitoring = new Monitoring().sets(1, wanted("A"), wanted("B", { type: "Delta" }))
    monitoring.reports([monitored(3, "C", { type: "Delta" })], { monitoringCriteria: ["DeltaMonitoring"] })
    expect(monitoring.ids).toEqual([1, 3])
    monitoring.reports([monitored(4, "D")], { componentVariable: [place("D")] })
    expect(monitoring.ids).toEqual([1, 3, 4])
    expect(monitoring.state).not.toHaveProperty("reportedAt")
    monitoring.reports([monitored(4, "D"), monitored(5, "E")])
    expect(monitoring.ids).toEqual([4, 5])
    expect(monitoring.state.reportedAt).toBe(noon)
    expect(monitoring.events.at(-1)).toEqual({ _tag: "MonitorsReported", requestId: 3, monitors: 2, isWhole: true })
    monitoring.asks({}, "EmptyResultSet")
    expect(monitoring.ids).toEqual([])
  })

  it("N-5, CE-5: what came of an incomplete report is taken, and what did not come stays", () => {
    const monitoring = new Monitoring().sets(1, wanted("A")).boots()
    const requestId = monitoring.asks()
    monitoring.part(requestId, [monitored(2, "B")], true).givesUp()
    expect(monitoring.ids).toEqual([1, 2])
    expect([monitoring.state.monitors[1]?.stale, monitoring.state.monitors[2]?.stale]).toEqual([true, false])
    expect(isMonitoringReportDue(monitoring.state)).toBe(true)
  })

  it("DM-43: there is one monitor per variable, type and severity: one that has another id now is not there twice", () => {
    const monitoring = new Monitoring().sets(1, wanted("A")).sets(2, wanted("A"))
    expect(monitoring.ids).toEqual([2])
    expect(monitoring.sets(3, wanted("A", { severity: 5 })).ids).toEqual([2, 3])
  })

  it("N-7, DM-46, N03.FR.03: a base makes all stale; FactoryDefault and HardWiredOnly remove what is custom", () => {
    const known = () => new Monitoring().reports([monitored(1, "A")]).sets(2, wanted("B"))
    expect(known().base("FactoryDefault", "Rejected").state).toMatchObject({ stale: false })
    const all = known().base("All")
    expect(all.ids).toEqual([1, 2])
    expect(all.state).toMatchObject({ stale: true, monitoringBase: "All" })
    for (const base of ["FactoryDefault", "HardWiredOnly"] as const) {
      const monitoring = known().base(base)
      expect(monitoring.ids).toEqual([1])
      expect(monitoring.state.monitors[1]?.stale).toBe(true)
      expect(monitoring.events.slice(-2)).toEqual([
        { _tag: "MonitoringBaseSet", to: base },
        { _tag: "MonitorsRemoved", monitorIds: [2] }
      ])
    }
  })

  it("N-11, DM-46: monitors outlive a reboot and are stale until all are reported; a boot that is none changes nothing", () => {
    const monitoring = new Monitoring().sets(1, wanted("A"))
    const before = monitoring.state
    expect(monitoring.boots(false).state).toBe(before)
    expect(isMonitoringReportDue(monitoring.state)).toBe(false)
    monitoring.boots()
    expect(monitoring.ids).toEqual([1])
    expect(isMonitoringReportDue(monitoring.state)).toBe(true)
    monitoring.reports([monitored(9, "A")])
    expect(monitoring.ids).toEqual([9])
    expect(isMonitoringReportDue(monitoring.state)).toBe(false)
  })

  it("N-11: a station of which no monitor is known is not asked; one that refuses is asked again after a reboot", () => {
    expect(new Monitoring().boots().state).toBe(diagnostics.initial)
    const monitoring = new Monitoring().sets(1, wanted("A")).boots()
    monitoring.asks({}, "Rejected")
    expect(isMonitoringReportDue(monitoring.state)).toBe(false)
    expect(isMonitoringReportDue(monitoring.boots().state)).toBe(true)
  })

  it("N-12, N05.FR.01: the level is the one that was accepted last", () => {
    const monitoring = new Monitoring()
      .with("SetMonitoringLevel", { severity: 0 }, { status: "Accepted" })
      .with("SetMonitoringLevel", { severity: 4 }, { status: "Rejected" })
      .with("SetMonitoringLevel", { severity: 9 }, { status: "Accepted" })
    expect(monitoring.state.monitoringLevel).toBe(9)
    expect(monitoring.events).toEqual([
      { _tag: "MonitoringLevelSet", to: 0 },
      { _tag: "MonitoringLevelSet", from: 0, to: 9 }
    ])
  })

  it("holds no more monitors than there is room for, and nothing a vendor adds", () => {
    const component = { name: "A", customData: { vendorId: "v" } }
    const all = Array.from({ length: maxMonitors + 5 }, (_, id) => ({
      ...monitored(id, `C${id}`),
      ...(id === 0 && { component })
    }))
    const monitoring = new Monitoring().reports(all)
    expect(monitoring.ids).toHaveLength(maxMonitors)
    expect(monitoring.state.monitors[0]?.component).toEqual({ name: "A" })
  })
})

describe("alerts", () => {
  it("N-14, DM-47, N07.FR.02, TC_N_21_CSMS: Alerting opens an alert, cleared closes it", () => {
    const monitoring = new Monitoring().sets(4, wanted("A")).hears(alerting(4, "A", 0, { cause: 99, techCode: "E1" }))
    expect(monitoring.state.alerts).toEqual([
      {
        monitorId: 4,
        ...place("A"),
        eventNotificationType: "CustomMonitor",
        severity: 4,
        eventId: 1,
        cause: 99,
        techCode: "E1",
        openedAt: time(),
        timestamp: time(),
        receivedAt: noon
      }
    ])
    expect(monitoring.hears(cleared(4, "A")).state.alerts).toEqual([])
    expect(monitoring.alerts).toEqual(["+4", "-4 Cleared"])
  })

  it("N-14: an alert that is told again is the same one, with its first time", () => {
    const monitoring = new Monitoring().hears(alerting(4, "A")).hears(alerting(4, "A", 30, { eventId: 2 }))
    expect(monitoring.state.alerts).toMatchObject([{ eventId: 2, openedAt: time(), timestamp: time(30) }])
    expect(monitoring.alerts).toEqual(["+4"])
  })

  it("N-14, TC_N_49_CSMS, N07.FR.14: a close without an open is told and changes nothing", () => {
    const monitoring = new Monitoring().hears(cleared(4, "A"))
    expect(monitoring.alerts).toEqual(["-4 Cleared unheard"])
    expect(monitoring.state).toBe(diagnostics.initial)
  })

  it("DM-47, TC_N_24_CSMS, TC_N_50_CSMS: Delta and Periodic events open nothing", () => {
    const monitoring = new Monitoring()
      .hears(alerting(4, "A", 0, { trigger: "Periodic" }))
      .hears(alerting(4, "A", 0, { trigger: "Delta" }))
    expect(monitoring.state).toBe(diagnostics.initial)
    expect(monitoring.events).toEqual([])
  })

  it("DM-44: a HardWiredNotification has no monitor; its alert goes by its variable", () => {
    const notification = { eventNotificationType: "HardWiredNotification" } as const
    const monitoring = new Monitoring()
      .hears(alerting(undefined, "A", 0, notification), alerting(undefined, "B", 0, notification))
      .hears(cleared(undefined, "a", 60, notification))
    expect(monitoring.state.alerts.map(({ component }) => component.name)).toEqual(["B"])
  })

  it("N-14, ST-5: an event from before the last one closes nothing", () => {
    const monitoring = new Monitoring().hears(alerting(4, "A", 60)).hears(cleared(4, "A", 30))
    expect(monitoring.state.alerts).toHaveLength(1)
  })

  it("N-14, N07.FR.12: clearing a monitor closes its alert, because no word will come", () => {
    const monitoring = new Monitoring().sets(4, wanted("A"), wanted("B")).hears(alerting(4, "A"), alerting(5, "B"))
    monitoring.clears("Rejected", 4).clears("Accepted", 4)
    expect(monitoring.state.alerts.map(({ monitorId }) => monitorId)).toEqual([5])
    expect(monitoring.alerts).toEqual(["+4", "+5", "-4 MonitorRemoved"])
  })

  it("N-14, DM-46: a base closes the alerts of the monitors it removes or switches off", () => {
    const kinds = ["HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"] as const
    const left = (base: "All" | "FactoryDefault" | "HardWiredOnly") => {
      const monitoring = new Monitoring().hears(
        ...kinds.map((eventNotificationType, id) => alerting(id, `C${id}`, 0, { eventNotificationType }))
      )
      return monitoring.base(base).state.alerts.map(({ monitorId }) => monitorId)
    }
    expect([left("All"), left("FactoryDefault"), left("HardWiredOnly")]).toEqual([[0, 1, 2], [0, 1], [0]])
  })

  it("N-11, DM-46, ST-4: alerts outlive a reboot and follow the new ids of their monitors", () => {
    const monitoring = new Monitoring()
      .sets(4, wanted("A"), wanted("B"))
      .hears(alerting(4, "A"), alerting(5, "B"))
      .boots()
    expect(monitoring.state.alerts).toHaveLength(2)
    monitoring.reports([monitored(5, "A"), monitored(4, "B")])
    expect(monitoring.state.alerts.map(({ component, monitorId }) => [component.name, monitorId])).toEqual([
      ["A", 5],
      ["B", 4]
    ])
    monitoring.hears(cleared(5, "A"))
    expect(monitoring.alerts).toEqual(["+4", "+5", "-5 Cleared"])
  })

  it("N-14, DM-46: after a reboot, before the ids are read, a close finds its alert by the variable", () => {
    const monitoring = new Monitoring().sets(4, wanted("A")).hears(alerting(4, "A")).boots().hears(cleared(12, "A"))
    expect(monitoring.alerts).toEqual(["+4", "-4 Cleared"])
  })

  it("N-14, N07.FR.12: a report without the monitor closes its alert, but never that of a hard-wired one", () => {
    const hardWired = { eventNotificationType: "HardWiredMonitor" } as const
    const monitoring = new Monitoring()
      .sets(4, wanted("A"), wanted("B"))
      .hears(alerting(4, "A"), alerting(5, "B"), alerting(6, "C", 0, hardWired))
    monitoring.reports([monitored(1, "X", { type: "Delta" })], { monitoringCriteria: ["DeltaMonitoring"] })
    expect(monitoring.state.alerts).toHaveLength(3)
    monitoring.reports([monitored(4, "A"), monitored(5, "D")])
    expect(monitoring.state.alerts.map(({ monitorId }) => monitorId)).toEqual([4, 6])
    expect(monitoring.alerts.slice(3)).toEqual(["-5 MonitorRemoved"])
  })

  it("holds no more alerts than there is room for: the oldest goes, and is told", () => {
    const monitoring = new Monitoring()
    for (let id = 0; id <= maxAlerts; id++) monitoring.hears(alerting(id, "A", id))
    expect(monitoring.state.alerts).toHaveLength(maxAlerts)
    expect(monitoring.alerts.slice(-2)).toEqual(["-0 Displaced", `+${maxAlerts}`])
  })

  it("N-14: opened and closed events pair off, whatever happens", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom("alerts", "clears"), id: fc.nat(3), at: fc.nat(100) }),
      fc.record({ do: fc.constantFrom("removes", "sets", "reports"), id: fc.nat(3), at: fc.nat(100) }),
      fc.record({ do: fc.constantFrom("boots", "base"), id: fc.nat(3), at: fc.nat(100) })
    )
    const run = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const monitoring = new Monitoring()
      for (const { at, do: what, id } of steps) {
        if (what === "alerts") monitoring.hears(alerting(id, `C${id}`, at))
        else if (what === "clears") monitoring.hears(cleared(id, `C${id}`, at))
        else if (what === "removes") monitoring.clears("Accepted", id)
        else if (what === "sets") monitoring.sets(id, wanted(`C${id}`))
        else if (what === "reports") monitoring.reports([monitored(id, `C${(id + at) % 4}`)])
        else if (what === "boots") monitoring.boots()
        else monitoring.base("FactoryDefault")
        const open = monitoring.events.reduce((sum, event) => {
          if (event._tag === "AlertOpened") return sum + 1
          return event._tag === "AlertClosed" && event.wasOpen ? sum - 1 : sum
        }, 0)
        expect(monitoring.state.alerts).toHaveLength(open)
      }
      expect(stored(monitoring.mirror)).toEqual(monitoring.mirror)
    })
    fc.assert(run, property)
  })
})

it("N-6, N-15: what block N does not look at changes nothing", () => {
  const monitoring = new Monitoring().hears(
    alerting(1, "A", 0, { trigger: "Delta", eventNotificationType: "HardWiredNotification" })
  )
  expect(monitoring.mirror.diagnostics).toBe(Mirror.initial.diagnostics)
})
