import { describe, expect, it } from "vitest"
import { maxChanges } from "../../src/blocks/Jobs.ts"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { Folding, txDefault, txProfile } from "./chargingProfiles.ts"
import { alerting, monitored, Monitoring, place, wanted } from "./monitoring.ts"
import { exchange, noon, part, reported, stored, time } from "./payloads.ts"

const all = { requestId: 1, chargingProfile: {} }
const accepted = { status: "Accepted" } as const

const reportOf = (tbc: boolean, ...chargingProfile: [ReturnType<typeof txDefault>]) =>
  ({ requestId: 1, chargingLimitSource: "CSO", evseId: 1, tbc, chargingProfile }) as const

const ids = ({ smartCharging }: Mirror.StationMirror) => smartCharging.profiles.map(({ profile }) => profile.id)

/** Profiles 5 and 6 are there, and have been asked for. */
const asked = (): Folding => {
  const folding = new Folding()
  folding.sets(txDefault({ id: 5 }))
  folding.sets(txDefault({ id: 6 }))
  folding.with("GetChargingProfiles", all, accepted)
  return folding
}

describe("a change between the parts of a report", () => {
  it("K-35: a profile that is cleared meanwhile does not come back, and that is told once", () => {
    const folding = asked()
    folding.with("ReportChargingProfiles", reportOf(true, txDefault({ id: 5 })), {})
    folding.with("ClearChargingProfile", { chargingProfileId: 6 }, accepted)
    folding.with("ReportChargingProfiles", reportOf(false, txDefault({ id: 6 })), {})
    expect(ids(folding.mirror)).toEqual([5])
    expect(folding.told.slice(-2)).toEqual([
      { _tag: "ChargingProfilesRemoved", chargingProfileIds: [6], why: "Cleared" },
      { _tag: "ChargingProfilesReported", added: [], removed: [] }
    ])
  })

  it("K-35: one that is set meanwhile is not gone for want of a mention", () => {
    const folding = asked()
    folding.sets(txDefault({ id: 7 }), 2, noon + 5)
    folding.with("ReportChargingProfiles", reportOf(false, txDefault({ id: 5 })), {})
    expect(folding.mirror.smartCharging.profiles).toEqual([
      { evseId: 1, profile: txDefault({ id: 5 }), acceptedAt: noon },
      { evseId: 2, profile: txDefault({ id: 7 }), acceptedAt: noon + 5 }
    ])
  })

  it("K-57: nor is the one of a remote start whose transaction begins meanwhile; it goes with its end", () => {
    const { transactionId: _, ...profile } = txProfile({ id: 8 })
    const begun = (): Folding => {
      const folding = new Folding()
      const start = {
        remoteStartId: 3,
        evseId: 1,
        idToken: { idToken: "R", type: "Central" },
        chargingProfile: profile
      }
      folding.with("RequestStartTransaction", start as never, accepted)
      folding.with("GetChargingProfiles", all, accepted)
      folding.transaction({ transactionInfo: { transactionId: "T1", remoteStartId: 3 } })
      return folding
    }
    const running = begun()
    running.with("ReportChargingProfiles", reportOf(false, txDefault({ id: 5 })), {})
    expect(ids(running.mirror)).toEqual([5, 8])
    const over = begun()
    over.ends()
    over.with("ReportChargingProfiles", reportOf(false, txProfile({ id: 8 })), {})
    expect(ids(over.mirror)).toEqual([])
  })

  it("ST-3: what is in doubt since the request is in doubt after the report", () => {
    const folding = asked()
    folding.loses("ClearChargingProfile", { chargingProfileId: 5 })
    folding.with("ReportChargingProfiles", reportOf(false, txDefault({ id: 5 })), {})
    expect(folding.mirror.smartCharging.profiles).toEqual([
      { evseId: 1, profile: txDefault({ id: 5 }), acceptedAt: noon, uncertain: true }
    ])
  })

  it("CE-8: it is remembered over a restart; jobs that were stored without go on", () => {
    const folding = asked()
    expect(folding.mirror.jobs.open[0]).not.toHaveProperty("changes")
    folding.mirror = Mirror.restored(stored(folding.mirror) as Mirror.StationMirror)
    folding.with("ClearChargingProfile", { chargingProfileId: 6 }, accepted)
    folding.mirror = Mirror.restored(stored(folding.mirror) as Mirror.StationMirror)
    folding.with("ReportChargingProfiles", reportOf(false, txDefault({ id: 6 })), {})
    expect(ids(folding.mirror)).toEqual([])
  })

  it("nothing is remembered where no report of it is open", () => {
    const folding = new Folding()
    folding.with("GetDisplayMessages", { requestId: 1 }, accepted)
    const { jobs } = folding.mirror
    folding.sets(txDefault())
    expect(folding.mirror.jobs).toBe(jobs)
  })

  it("CE-4: a report that more changes have outrun than are remembered is given up, and changes nothing", () => {
    const folding = asked()
    for (let i = 0; i < maxChanges; i++) folding.sets(txDefault({ id: 5 }))
    expect(folding.mirror.jobs.open).toHaveLength(1)
    folding.sets(txDefault({ id: 5, stackLevel: 3 }))
    expect(folding.mirror.jobs.open).toEqual([])
    expect(folding.events.at(-1)).toMatchObject({ _tag: "JobEnded", outcome: { _tag: "Partial" } })
    folding.with("ReportChargingProfiles", reportOf(false, txDefault({ id: 5 })), {})
    expect(ids(folding.mirror)).toEqual([6, 5])
  })

  it("DM-46: a base that is set meanwhile leaves the monitors stale, and those it removed are gone", () => {
    const monitoring = new Monitoring().sets(1, wanted("A"))
    const requestId = monitoring.asks()
    monitoring.base("FactoryDefault").part(requestId, [monitored(1, "A"), monitored(2, "B")], false)
    const { monitors, stale } = monitoring.mirror.diagnostics
    expect([Object.keys(monitors), stale, monitors[2]?.stale]).toEqual([["2"], true, true])
  })

  it("DM-46: the alert of a monitor that is set meanwhile stays open", () => {
    const monitoring = new Monitoring()
    const requestId = monitoring.asks()
    monitoring
      .sets(4, wanted("A"))
      .hears(alerting(4, "A"))
      .part(requestId, [monitored(2, "B")], false)
    expect(monitoring.mirror.diagnostics.alerts).toHaveLength(1)
    expect(Object.keys(monitoring.mirror.diagnostics.monitors)).toEqual(["2", "4"])
  })

  it("DM-24: a value that is written meanwhile stays, also when its part comes later and is stamped later", () => {
    const folding = new Folding()
    folding.reports(reported("A", "V", "1"))
    folding.with("GetBaseReport", { requestId: 9, reportBase: "FullInventory" }, accepted)
    const { component, variable } = place("A")
    const names = { component, variable }
    folding.with(
      "SetVariables",
      { setVariableData: [{ ...names, attributeValue: "2" }] },
      { setVariableResult: [{ ...names, attributeStatus: "Accepted" }] },
      noon + 1
    )
    const late = { ...part(9, 0, [reported("A", "V", "1")]), generatedAt: time(3) }
    folding.mirror = Mirror.reduce(
      folding.mirror,
      "NotifyReport",
      exchange("NotifyReport", late, {}, noon + 3000),
      () => {}
    )
    const { components } = folding.mirror.provisioning.deviceModel
    expect(components["a\n\n\n"]?.variables["v\n"]?.attributes.Actual?.value).toBe("2")
  })
})
