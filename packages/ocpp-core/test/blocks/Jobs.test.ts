import { describe, expect, it } from "vitest"
import { actions, type Action } from "@wattline/ocpp-v201"
import {
  askedBy,
  type FollowedKind,
  jobActions,
  jobKinds,
  type JobKind,
  maxStagedItems
} from "../../src/blocks/JobKinds.ts"
import {
  findFinished,
  findJob,
  isExpected,
  maxFinishedJobs,
  maxOpenJobs,
  missingParts,
  noJobs,
  restored,
  silentSince
} from "../../src/blocks/Jobs.ts"
import { JobsDriver } from "./jobsDriver.ts"
import { noon, part, reported, stored } from "./payloads.ts"

const data = [reported("A", "x")]
const tbc = { tbc: true }
const report = () => new JobsDriver().starts("GetReport", 1, "Accepted", { reportBase: undefined })
const seqNos = (driver: JobsDriver) => findJob(driver.state, "Report", 1)?.parts.map(({ seqNo }) => seqNo)

/** One message that follows, the last one where there are parts. */
const followUp = (kind: JobKind, requestId: number): object =>
  ({
    Report: part(requestId, 0, data),
    MonitoringReport: { requestId, seqNo: 0, generatedAt: "2024-05-01T12:00:00Z", monitor: [] },
    CustomerInformation: { requestId, seqNo: 0, generatedAt: "2024-05-01T12:00:00Z", data: "none" },
    ChargingProfiles: { requestId, chargingLimitSource: "CSO", chargingProfile: [], evseId: 0 },
    DisplayMessages: { requestId },
    Log: { requestId, status: "Uploaded" },
    Firmware: { requestId, status: "Installed" },
    PublishFirmware: { requestId, status: "Published", location: ["http://lc/fw"] }
  })[kind]

const kinds = Object.keys(jobKinds) as ReadonlyArray<JobKind>
const asks = Object.entries(askedBy) as ReadonlyArray<readonly [Action, JobKind]>

describe("Jobs: kinds", () => {
  it("CE-2, R-164: nine requests and the eight messages that follow them, each from the right side", () => {
    expect(jobActions.asks.map((action) => actions[action].direction)).toEqual(Array(9).fill("csms-to-station"))
    expect(jobActions.followUps.map((action) => actions[action].direction)).toEqual(Array(8).fill("station-to-csms"))
  })

  it.each(asks)("CE-1, CE-5: %s is registered, accepted, followed, and ends once as %s", (action, kind) => {
    const driver = new JobsDriver().asks(action, 7)
    expect(findJob(driver.state, kind, 7)).toMatchObject({ standing: "Requested", openedAt: noon })
    driver.answers(action, 7).hears(jobKinds[kind].follow, followUp(kind, 7))
    driver.hears(jobKinds[kind].follow, followUp(kind, 7))
    expect(driver.told).toEqual([{ _tag: "JobStarted", kind, requestId: 7 }])
    expect(driver.outcomes).toMatchObject([{ _tag: "Complete" }])
    expect(driver.state.open).toEqual([])
    expect(findFinished(driver.state, kind, 7)).toMatchObject({ endedAt: noon, outcome: { _tag: "Complete" } })
  })

  it("CE-2: two jobs of different kinds with the same requestId do not mix", () => {
    for (const [action, kind] of asks)
      for (const [otherAction, other] of asks) {
        if (kind === other) continue
        const driver = new JobsDriver().starts(action, 7).starts(otherAction, 7)
        driver.hears(jobKinds[other].follow, followUp(other, 7))
        expect(driver.open).toEqual([`${kind} 7`])
        expect(driver.ends.map(({ job }) => job.kind)).toEqual([other])
        driver.starts(otherAction, 7, "AcceptedCanceled")
        expect(driver.open).toContain(`${kind} 7`)
      }
  })

  it("CE-6, B-13: messages of an id that nobody asked for change nothing", () => {
    const driver = new JobsDriver().starts("GetLog", 7)
    const before = driver.state
    for (const kind of kinds) driver.hears(jobKinds[kind].follow, followUp(kind, 8))
    for (const kind of kinds) if (kind !== "Log") driver.hears(jobKinds[kind].follow, followUp(kind, 7))
    expect(driver.state).toBe(before)
    expect(driver.ends).toEqual([])
  })

  it("ST-7: requestId 0 is a requestId", () => {
    for (const [action, kind] of asks)
      expect(new JobsDriver().starts(action, 0).hears(jobKinds[kind].follow, followUp(kind, 0)).ends).toHaveLength(1)
  })

  it("A-14: neither a URL nor a person is kept of a request", () => {
    const driver = new JobsDriver()
    const secret = { idToken: { idToken: "secret", type: "Central" }, customerIdentifier: "secret" }
    for (const [index, [action]] of asks.entries()) driver.starts(action, index, "Accepted", secret)
    expect(driver.state.open).toHaveLength(9)
    expect(JSON.stringify(driver.state)).not.toContain("secret")
  })

  it("what is kept of a request is what the result is read by", () => {
    const about = (action: Action, more: object) => new JobsDriver().asks(action, 1, more).state.open[0]?.about
    expect(about("GetBaseReport", {})).toEqual({ reportBase: "FullInventory" })
    expect(about("GetMonitoringReport", { monitoringCriteria: ["DeltaMonitoring"] })).toEqual({
      monitoringCriteria: ["DeltaMonitoring"]
    })
    expect(about("GetChargingProfiles", { evseId: 0 })).toEqual({ evseId: 0, chargingProfile: { stackLevel: 0 } })
    expect(about("GetDisplayMessages", { id: [0], state: "Charging" })).toEqual({ id: [0], state: "Charging" })
    expect(about("CustomerInformation", {})).toEqual({ report: true, clear: false })
    const log = new JobsDriver().asks("GetLog", 1).answers("GetLog", 1, "Accepted", { filename: "a.log" })
    expect(log.state.open[0]?.about).toEqual({ logType: "SecurityLog", filename: "a.log" })
  })
})

describe("Jobs: answers", () => {
  it.each([
    ["GetReport", "EmptyResultSet"],
    ["GetMonitoringReport", "EmptyResultSet"],
    ["GetChargingProfiles", "NoProfiles"],
    ["GetDisplayMessages", "Unknown"]
  ] as const)("B-16, K-34, O-5: %s answered %s is complete and empty", (action, status) => {
    expect(new JobsDriver().starts(action, 1, status).outcomes).toEqual([{ _tag: "Complete", parts: [] }])
  })

  it.each([
    ["GetReport", "NotSupported"],
    ["CustomerInformation", "Invalid"],
    ["GetLog", "Rejected"],
    ["UpdateFirmware", "RevokedCertificate"],
    ["PublishFirmware", "Rejected"]
  ] as const)("B-16, N-16, L-1: %s answered %s has failed, and never began", (action, status) => {
    const driver = new JobsDriver().starts(action, 1, status)
    expect([driver.outcomes, driver.told, driver.open]).toEqual([[{ _tag: "Failed", reason: status }], [], []])
  })

  it("CE-1, R-165: what overtakes the answer is kept, and the end waits for the answer", () => {
    const driver = new JobsDriver().asks("GetReport", 1)
    driver.hears("NotifyReport", part(1, 1, data)).hears("NotifyReport", part(1, 0, data, tbc))
    expect([seqNos(driver), driver.ends]).toEqual([[0, 1], []])
    expect(driver.answers("GetReport", 1).outcomes).toMatchObject([{ _tag: "Complete", parts: [{ seqNo: 0 }, {}] }])
    const log = new JobsDriver().asks("GetLog", 1).hears("LogStatusNotification", { requestId: 1, status: "Uploaded" })
    log.hears("LogStatusNotification", { requestId: 1, status: "Uploading" })
    expect([log.ends, log.told]).toEqual([[], []])
    expect(log.answers("GetLog", 1).outcomes).toMatchObject([{ _tag: "Complete", message: { status: "Uploaded" } }])
  })

  it("LC-6, CE-1: a request that was not sent, or got a CALLERROR, leaves no job and no event", () => {
    const driver = new JobsDriver().asks("GetReport", 1).hears("NotifyReport", part(1, 0, data))
    driver.withdraws("GetReport", 1)
    expect([driver.state, driver.ends, driver.told]).toEqual([noJobs, [], []])
  })

  it("CE-1: after an answer that was lost, what follows shows that the station accepted", () => {
    for (const [action, kind] of asks) {
      const late = new JobsDriver().asks(action, 1).losesAnswer(action, 1)
      expect(findJob(late.state, kind, 1)?.standing).toBe("Unanswered")
      expect(late.hears(jobKinds[kind].follow, followUp(kind, 1)).outcomes).toMatchObject([{ _tag: "Complete" }])
      const early = new JobsDriver().asks(action, 1).hears(jobKinds[kind].follow, followUp(kind, 1))
      expect(early.losesAnswer(action, 1).outcomes).toMatchObject([{ _tag: "Complete" }])
      const never = new JobsDriver().asks(action, 1).losesAnswer(action, 1).givesUp(kind, 1)
      expect([never.state, never.ends]).toEqual([noJobs, []]) // it never began
    }
  })

  it("LC-6: a follow-up is expected from the sending on, as long as the job is open", () => {
    const driver = new JobsDriver().asks("GetReport", 1)
    const isOpen = (requestId: unknown = 1) => isExpected(driver.state, "NotifyReport", { requestId })
    expect([isOpen(), isOpen(2), isOpen("1"), isExpected(driver.state, "NotifyReport", null)]).toEqual([
      true,
      false,
      false,
      false
    ])
    expect(isExpected(driver.state, "NotifyMonitoringReport", { requestId: 1 })).toBe(false)
    driver.answers("GetReport", 1).hears("NotifyReport", part(1, 1, data))
    expect(isOpen()).toBe(true) // B-14: the part without tbc came first
    driver.hears("NotifyReport", part(1, 0, data, tbc))
    expect(isOpen()).toBe(false)
    expect(
      isExpected(driver.asks("GetReport", 3).losesAnswer("GetReport", 3).state, "NotifyReport", { requestId: 3 })
    ).toBe(false)
  })

  it("CE-5: a reused id starts afresh, and the job before it ends", () => {
    const driver = report().hears("NotifyReport", part(1, 0, data, tbc))
    driver.starts("GetReport", 1)
    expect([driver.outcomes, seqNos(driver)]).toEqual([[{ _tag: "Cancelled" }], []])
    driver.hears("NotifyReport", part(1, 0, data)).asks("GetReport", 1)
    expect(driver.state.finished).toEqual([])
  })
})

describe("Jobs: parts", () => {
  it("CE-3, B-14: a duplicate changes nothing", () => {
    const driver = report().hears("NotifyReport", part(1, 0, data, tbc))
    const before = driver.state
    expect(driver.hears("NotifyReport", part(1, 0, [])).state).toBe(before)
  })

  it("CE-3, K-34, O-5: without seqNo the first part without tbc is the last", () => {
    const driver = new JobsDriver().starts("GetChargingProfiles", 1)
    const profiles = { requestId: 1, chargingLimitSource: "CSO", chargingProfile: [] }
    driver.hears("ReportChargingProfiles", { ...profiles, evseId: 1, tbc: true })
    driver.hears("ReportChargingProfiles", { ...profiles, evseId: 1, tbc: true })
    expect(driver.ends).toEqual([])
    driver.hears("ReportChargingProfiles", { ...profiles, evseId: 2 })
    expect(driver.outcomes).toMatchObject([
      { parts: [{ seqNo: 0 }, { seqNo: 1 }, { seqNo: 2, message: { evseId: 2 } }] }
    ])
    const early = new JobsDriver().asks("GetDisplayMessages", 1)
    for (const state of ["Charging", "Idle"])
      early.hears("NotifyDisplayMessages", { requestId: 1, messageInfo: [], state })
    expect(early.answers("GetDisplayMessages", 1).outcomes).toMatchObject([
      { parts: [{ message: { state: "Charging" } }] }
    ])
  })

  it("B-15: missing parts are listed up to the last one, or up to the highest so far", () => {
    const missing = (...parts: ReadonlyArray<ReturnType<typeof part>>) => {
      const driver = report()
      for (const one of parts) driver.hears("NotifyReport", one)
      const job = findJob(driver.state, "Report", 1)
      return job && missingParts(job)
    }
    expect(missing(part(1, 1, data, tbc), part(1, 4, data, tbc))).toEqual([
      [0, 0],
      [2, 3]
    ])
    expect(missing(part(1, 0, data, tbc), part(1, 5, data))).toEqual([[1, 4]])
    expect(missing()).toEqual([])
  })

  it("B-15: a seqNo out of all bounds costs nothing", () => {
    const driver = report().hears("NotifyReport", { ...part(1, 0, data), seqNo: 2 ** 52 })
    driver.hears("NotifyReport", { ...part(1, 0, data), seqNo: -1 })
    expect([seqNos(driver), driver.ends]).toEqual([[2 ** 52], []])
  })

  it("CE-4, B-15: a deadline ends it with what came and what is missing; every message moves it", () => {
    const driver = report()
    driver.at = noon + 40
    driver.hears("NotifyReport", part(1, 1, data, tbc))
    expect(findJob(driver.state, "Report", 1)).toMatchObject({ openedAt: noon, progressAt: noon + 40 })
    driver.givesUp("Report", 1)
    expect(driver.outcomes).toMatchObject([{ _tag: "Partial", parts: [{ seqNo: 1 }], missing: [[0, 0]] }])
    const after = driver.state
    expect(driver.hears("NotifyReport", part(1, 0, data)).state).toBe(after)
  })

  it("B-14: the parts of a report hold no more than a device model takes; what is left out is cut", () => {
    const many = Array.from({ length: maxStagedItems - 1 }, () => reported("A", "x"))
    const driver = report().hears("NotifyReport", part(1, 0, many, tbc))
    driver.hears("NotifyReport", part(1, 1, [...data, ...data, ...data], tbc))
    const job = findJob(driver.state, "Report", 1)
    expect(job?.parts.map(({ message }) => message.reportData?.length)).toEqual([maxStagedItems - 1, 1])
    driver.starts("GetDisplayMessages", 2).hears("NotifyDisplayMessages", { requestId: 2, messageInfo: [{}] })
    expect(driver.open).toEqual(["Report 1", "DisplayMessages 2"]) // all of it or nothing: it stays incomplete
    driver.hears("NotifyReport", part(1, 2, data))
    expect(driver.outcomes).toMatchObject([{ _tag: "Complete", parts: [{}, {}, {}] }])
  })

  it("A-14: secrets of a report are not staged", () => {
    const secret = reported("SecurityCtrlr", "BasicAuthPassword", { value: "S3cret", mutability: "WriteOnly" })
    expect(JSON.stringify(report().hears("NotifyReport", part(1, 0, [secret], tbc)).state)).not.toContain("S3cret")
  })

  it("CE-7: a job of parts can be forgotten, also before its answer, and ends once", () => {
    const driver = report()
      .hears("NotifyReport", part(1, 0, data, tbc))
      .cancels("Report", 1)
    driver.hears("NotifyReport", part(1, 1, data)).cancels("Report", 1)
    expect([driver.outcomes, driver.open]).toEqual([[{ _tag: "Cancelled" }], []])
    const early = new JobsDriver().asks("GetReport", 2).cancels("Report", 2).answers("GetReport", 2)
    expect([early.outcomes, early.open]).toEqual([[{ _tag: "Cancelled" }], []])
  })
})

describe("Jobs: followed by their status", () => {
  const statuses = (kind: FollowedKind) =>
    Object.entries(jobKinds[kind].statuses).map(([status, meaning]) => [kind, status, meaning] as const)
  const action = { Log: "GetLog", Firmware: "UpdateFirmware", PublishFirmware: "PublishFirmware" } as const

  it.each([...statuses("Log"), ...statuses("Firmware"), ...statuses("PublishFirmware")])(
    "L-4, L-10, N-1, N-3: %s: %s is %s",
    (kind, status, meaning) => {
      const driver = new JobsDriver().starts(action[kind], 1)
      const before = driver.state
      driver.hears(jobKinds[kind].follow, { requestId: 1, status })
      const message = { requestId: 1, status }
      const outcome = {
        progress: [],
        none: [],
        success: [{ _tag: "Complete", message }],
        failure: [{ _tag: "Failed", reason: status, message }],
        cancelled: [{ _tag: "Cancelled" }]
      }[meaning]
      expect(driver.outcomes).toEqual(outcome)
      expect(driver.told.slice(1)).toEqual(
        meaning === "progress" ? [{ _tag: "JobProgressed", kind, requestId: 1, status }] : []
      )
      expect(driver.state === before).toBe(meaning === "none")
    }
  )

  it("N-2, L-3: a status without requestId belongs to no job", () => {
    const driver = new JobsDriver().starts("GetLog", 1)
    expect(driver.hears("LogStatusNotification", { status: "Uploaded" }).ends).toEqual([])
  })

  it("L-4: states may repeat and be missing; a repeated one is told once, and still counts as a sign of life", () => {
    const driver = new JobsDriver().starts("UpdateFirmware", 1)
    for (const status of ["Downloading", "Downloading", "Installing", "Downloading"]) {
      driver.at += 1000
      driver.hears("FirmwareStatusNotification", { requestId: 1, status })
    }
    expect(driver.told.slice(1).map((event) => "status" in event && event.status)).toEqual([
      "Downloading",
      "Installing",
      "Downloading"
    ])
    expect(findJob(driver.state, "Firmware", 1)?.progressAt).toBe(noon + 4000)
  })

  it.each(["GetLog", "UpdateFirmware"] as const)(
    "L-5, N-3: %s answered AcceptedCanceled ends the one before",
    (ask) => {
      const driver = new JobsDriver().starts(ask, 1).starts(ask, 2, "AcceptedCanceled")
      expect(driver.outcomes).toEqual([{ _tag: "Cancelled", by: 2 }])
      expect(driver.state.open.map(({ requestId }) => requestId)).toEqual([2])
    }
  )

  it("N-3, TC_N_36_CSMS: AcceptedCanceled as status may come before the answer to the newer request", () => {
    const driver = new JobsDriver().starts("GetLog", 1).asks("GetLog", 2)
    driver.hears("LogStatusNotification", { requestId: 1, status: "AcceptedCanceled" })
    driver.answers("GetLog", 2, "AcceptedCanceled")
    expect(driver.outcomes).toEqual([{ _tag: "Cancelled" }])
    expect(driver.open).toEqual(["Log 2"])
  })

  it("L-5, TC_L_11_CSMS: a second update that is refused leaves the first one alone", () => {
    const driver = new JobsDriver().starts("UpdateFirmware", 1).starts("UpdateFirmware", 2, "Rejected")
    expect(driver.open).toEqual(["Firmware 1"])
  })

  it("CE-4: one that falls silent fails with its last status", () => {
    const driver = new JobsDriver().starts("UpdateFirmware", 1)
    driver.hears("FirmwareStatusNotification", { requestId: 1, status: "Downloading" }).givesUp("Firmware", 1)
    expect(driver.outcomes).toEqual([
      { _tag: "Failed", reason: "Silent", message: { requestId: 1, status: "Downloading" } }
    ])
  })

  it("CE-4, L01: silence counts from the latest of the last status and the times the update is put off to", () => {
    const since = (retrieveDateTime: string, installDateTime?: string) => {
      const firmware = { retrieveDateTime, ...(installDateTime !== undefined && { installDateTime }) }
      const [job] = new JobsDriver().starts("UpdateFirmware", 1, "Accepted", { firmware }).state.open
      return job && silentSince(job) - noon
    }
    expect(since("2024-05-01T11:00:00Z")).toBe(0)
    expect(since("2024-05-01T13:00:00Z")).toBe(3_600_000)
    expect(since("2024-05-01T13:00:00Z", "2024-05-01T14:00:00Z")).toBe(7_200_000)
    expect(since("some day")).toBe(0)
  })
})

describe("Jobs: bounds and storage", () => {
  it("only so many jobs are open; the oldest is given up for one more", () => {
    const driver = new JobsDriver()
    for (let id = 0; id <= maxOpenJobs; id++) driver.starts("GetReport", id)
    expect(driver.state.open).toHaveLength(maxOpenJobs)
    expect(driver.ends.map(({ job, outcome }) => [job.requestId, outcome._tag])).toEqual([[0, "Partial"]])
  })

  it("only the last finished jobs are remembered, without their parts", () => {
    const driver = new JobsDriver()
    for (let id = 0; id < maxFinishedJobs + 2; id++)
      driver.starts("GetReport", id).hears("NotifyReport", part(id, 0, data))
    expect(driver.state.finished.map(({ requestId }) => requestId)).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
    expect(driver.state.finished[0]?.outcome).toEqual({ _tag: "Complete", parts: [] })
    expect(driver.ends[0]?.outcome).toMatchObject({ parts: [{ seqNo: 0 }] })
  })

  it("CE-8: what was stored goes on; a request that was on its way is unanswered", () => {
    const driver = new JobsDriver().starts("GetLog", 1).asks("UpdateFirmware", 2)
    driver.state = restored(stored(driver.state) as typeof driver.state)
    expect(driver.state.open.map(({ standing }) => standing)).toEqual(["Accepted", "Unanswered"])
    driver.hears("LogStatusNotification", { requestId: 1, status: "Uploaded" })
    driver.hears("FirmwareStatusNotification", { requestId: 2, status: "Downloading" })
    expect(driver.outcomes).toMatchObject([{ _tag: "Complete" }])
    expect(findJob(driver.state, "Firmware", 2)?.standing).toBe("Accepted")
  })

  it("a snapshot from before there were jobs has none", () => {
    expect(restored(undefined)).toEqual(noJobs)
  })
})
