import type { BootNotificationRequest, ChargingStationType, NotifyReportRequest } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { entries, find, value } from "../../src/blocks/DeviceModel.ts"
import { initial, reduce, withJobs, type MirrorEvent, type StationMirror } from "../../src/blocks/Mirror.ts"
import { findJob, giveUp, request as registered } from "../../src/blocks/Jobs.ts"
import { provisioning, type ProvisioningState } from "../../src/blocks/Provisioning.ts"
import { exchange, noon, part, property, recorder, reported, time } from "./payloads.ts"

const station: ChargingStationType = { model: "M", vendorName: "V", firmwareVersion: "1.0", serialNumber: "S" }

/** A station's part of the mirror, driven exchange by exchange. */
const start = () => {
  const { events, emit } = recorder<MirrorEvent>()
  let mirror: StationMirror = initial
  const session = {
    events,
    get state(): ProvisioningState {
      return mirror.provisioning
    },
    get model() {
      return mirror.provisioning.deviceModel
    },
    get open() {
      return mirror.jobs.open
    },
    /** A request is sent (CE-1). */
    asks: (requestId: number) => {
      const payload = { requestId, reportBase: "FullInventory" }
      mirror = withJobs(mirror, (jobs, ears) => registered(jobs, "GetBaseReport", payload, noon, ears), emit)
    },
    /** The deadline of a report passes. */
    abandon: (requestId: number, at = noon) => {
      mirror = withJobs(
        mirror,
        (jobs, ears) => {
          const job = findJob(jobs, "Report", requestId)
          return job === undefined ? jobs : giveUp(jobs, job, at, ears)
        },
        emit
      )
    },
    boot: (
      reason: BootNotificationRequest["reason"] = "PowerUp",
      status: "Accepted" | "Pending" | "Rejected" = "Accepted",
      chargingStation = station,
      at = noon,
      rebooted = reason !== "Triggered"
    ) => {
      const response = { currentTime: time(), interval: 300, status }
      mirror = reduce(
        mirror,
        "BootNotification",
        exchange("BootNotification", { reason, chargingStation }, response, at, rebooted),
        emit
      )
    },
    base: (
      requestId: number,
      reportBase: "FullInventory" | "ConfigurationInventory" = "FullInventory",
      status: "Accepted" | "Rejected" | "NotSupported" | "EmptyResultSet" = "Accepted"
    ) => {
      mirror = reduce(mirror, "GetBaseReport", exchange("GetBaseReport", { requestId, reportBase }, { status }), emit)
    },
    custom: (requestId: number) => {
      mirror = reduce(mirror, "GetReport", exchange("GetReport", { requestId }, { status: "Accepted" }), emit)
    },
    part: (request: NotifyReportRequest, at = noon) => {
      mirror = reduce(mirror, "NotifyReport", exchange("NotifyReport", request, {}, at), emit)
    },
    reset: (status: "Accepted" | "Scheduled" | "Rejected", evseId?: number) => {
      const request = { type: "OnIdle", ...(evseId !== undefined && { evseId }) } as const
      mirror = reduce(mirror, "Reset", exchange("Reset", request, { status }, noon + 7), emit)
    },
    set: (attributeValue: string, attributeStatus: "Accepted" | "RebootRequired") => {
      const names = { component: { name: "A" }, variable: { name: "x" } }
      mirror = reduce(
        mirror,
        "SetVariables",
        exchange(
          "SetVariables",
          { setVariableData: [{ ...names, attributeValue }] },
          { setVariableResult: [{ ...names, attributeStatus }] }
        ),
        emit
      )
    },
    get: (attributeValue: string) => {
      const names = { component: { name: "A" }, variable: { name: "x" } }
      const response = { getVariableResult: [{ ...names, attributeStatus: "Accepted" as const, attributeValue }] }
      mirror = reduce(mirror, "GetVariables", exchange("GetVariables", { getVariableData: [names] }, response), emit)
    }
  }
  return session
}

const names = (session: ReturnType<typeof start>) =>
  entries(session.model).map(({ component, variable }) => `${component.name}.${variable.name}`)

describe("Provisioning: boot", () => {
  it("keeps what the station says of itself", () => {
    const session = start()
    session.boot("PowerUp", "Pending")
    expect(session.state).toEqual({
      ...provisioning.initial,
      chargingStation: station,
      bootReason: "PowerUp",
      bootStatus: "Pending",
      bootedAt: noon
    })
    expect(session.events).toEqual([])
  })

  it("LC-17: another firmware version raises an event and makes the model stale", () => {
    const session = start()
    session.boot()
    session.boot("FirmwareUpdate", "Accepted", { ...station, firmwareVersion: "1.1" })
    expect(session.events).toEqual([{ _tag: "FirmwareChanged", from: "1.0", to: "1.1" }])
    expect(session.model.stale).toBe(true)
  })

  it("LC-17: a version that is not told is not another one", () => {
    const session = start()
    const { firmwareVersion: _, serialNumber: __, ...plain } = station
    session.boot()
    session.boot("PowerUp", "Accepted", plain)
    session.boot("PowerUp", "Accepted", station)
    expect(session.events).toEqual([])
    expect(session.model.stale).toBe(false)
  })

  it("DM-28: another model, vendor or serial number raises an event and makes the model stale", () => {
    for (const change of [{ model: "N" }, { vendorName: "W" }, { serialNumber: "T" }]) {
      const session = start()
      session.boot()
      session.boot("PowerUp", "Accepted", { ...station, ...change })
      expect(session.events).toEqual([{ _tag: "StationReplaced", from: station, to: { ...station, ...change } }])
      expect(session.model.stale).toBe(true)
    }
  })

  it("LC-16: a retry updates the answer and nothing else", () => {
    const session = start()
    session.boot("PowerUp", "Rejected")
    session.boot("PowerUp", "Accepted", station, noon + 60_000, false)
    expect(session.state).toMatchObject({ bootedAt: noon, bootStatus: "Accepted" })
    session.boot("PowerUp", "Accepted", station, noon + 120_000)
    expect(session.state.bootedAt).toBe(noon + 120_000)
  })

  it("DM-25: a reboot makes pending values due, a triggered boot does not", () => {
    const session = start()
    session.boot()
    session.set("8", "RebootRequired")
    expect(session.events).toEqual([{ _tag: "RebootRequired", component: { name: "A" }, variable: { name: "x" } }])
    const pending = () => find(session.model, "A", "x")?.attributes.Actual?.pending
    session.boot("Triggered")
    expect(pending()).toEqual({ value: "8", rebooted: false })
    session.boot("RemoteReset")
    expect(pending()).toEqual({ value: "8", rebooted: true })
    session.get("8")
    expect(pending()).toBeUndefined()
  })
})

describe("Provisioning: reset", () => {
  it("B-28: an accepted or scheduled reset is pending until the next boot, whatever its reason", () => {
    for (const status of ["Accepted", "Scheduled"] as const) {
      const session = start()
      session.boot()
      session.reset(status)
      expect(session.state.pendingReset).toEqual({ type: "OnIdle", status, at: noon + 7 })
      session.boot("Triggered")
      expect(session.state.pendingReset).toBeDefined()
      session.boot("Unknown")
      expect(session.state).not.toHaveProperty("pendingReset")
      expect(session.events).toEqual([
        { _tag: "ResetPending", type: "OnIdle", status },
        { _tag: "ResetDone", type: "OnIdle", reason: "Unknown" }
      ])
    }
  })

  it("B-28: a rejected reset, and that of one EVSE, leave nothing pending", () => {
    const session = start()
    session.reset("Rejected")
    session.reset("Accepted", 1)
    expect(session.state).toBe(provisioning.initial)
    expect(session.events).toEqual([])
  })
})

describe("Provisioning: reports", () => {
  const data = [reported("A", "x"), reported("B", "y")]

  it("DM-20: a complete FullInventory replaces the model, in one event", () => {
    const session = start()
    session.get("5")
    session.events.length = 0
    session.base(7)
    session.part(part(7, 0, [reported("B", "y")], { tbc: true }))
    expect(names(session)).toEqual(["A.x"])
    session.part(part(7, 1, [reported("C", "z")]))
    expect(names(session)).toEqual(["B.y", "C.z"])
    expect(session.events).toEqual([
      {
        _tag: "ReportReceived",
        requestId: 7,
        reportBase: "FullInventory",
        variables: 2,
        reportData: [reported("B", "y"), reported("C", "z")]
      }
    ])
    expect(session.open).toEqual([])
  })

  it("DM-21: any other complete report merges", () => {
    const session = start()
    session.base(1)
    session.part(part(1, 0, data))
    session.base(2, "ConfigurationInventory")
    session.part(part(2, 0, [reported("A", "x", "2")]))
    session.custom(3)
    session.part(part(3, 0, [reported("C", "z")]))
    expect(names(session)).toEqual(["A.x", "B.y", "C.z"])
    expect(value(session.model, { component: "A", variable: "x" })).toBe("2")
    expect(session.events.at(-1)).toEqual({
      _tag: "ReportReceived",
      requestId: 3,
      variables: 1,
      reportData: [reported("C", "z")]
    })
  })

  it("R-165: a whole report may be there before its acknowledgement", () => {
    const session = start()
    session.asks(7)
    session.part(part(7, 0, data))
    expect(names(session)).toEqual([])
    session.base(7)
    expect(names(session)).toEqual(["A.x", "B.y"])
    expect(session.events).toHaveLength(1)
  })

  it("B-14: B-19: parts of several reports in any order with duplicates give the same model", () => {
    const parts = [0, 1, 2].flatMap((seqNo) => [
      part(1, seqNo, [reported("A", `a${seqNo}`)], { tbc: seqNo < 2, generatedAt: time() }),
      part(2, seqNo, [reported("B", `b${seqNo}`)], { tbc: seqNo < 2, generatedAt: time() })
    ])
    fc.assert(
      fc.property(
        fc.shuffledSubarray(parts, { minLength: parts.length }),
        fc.array(fc.nat({ max: parts.length - 1 }), { maxLength: 5 }),
        (shuffled, repeats) => {
          const session = start()
          session.custom(1)
          session.custom(2)
          for (const item of shuffled) session.part(item)
          for (const i of repeats) session.part(shuffled[i] ?? shuffled[0]!)
          expect(names(session).toSorted()).toEqual(["A.a0", "A.a1", "A.a2", "B.b0", "B.b1", "B.b2"])
          expect(session.events).toHaveLength(2)
          expect(session.open).toEqual([])
        }
      ),
      property
    )
  })

  it("B-16: a refused report has failed, an empty one is done", () => {
    const session = start()
    session.base(1, "FullInventory", "Rejected")
    session.base(2, "FullInventory", "NotSupported")
    session.base(3, "FullInventory", "EmptyResultSet")
    const reportBase = "FullInventory"
    expect(session.events).toEqual([
      { _tag: "ReportFailed", requestId: 1, reportBase, reason: "Rejected", missing: [] },
      { _tag: "ReportFailed", requestId: 2, reportBase, reason: "NotSupported", missing: [] },
      { _tag: "ReportReceived", requestId: 3, reportBase, variables: 0, reportData: [] }
    ])
    expect(session.state).toEqual({ ...provisioning.initial, inventoryRefused: true })
  })

  it("B-16: what came before a refusal is dropped", () => {
    const session = start()
    session.asks(1)
    session.part(part(1, 0, data))
    session.base(1, "FullInventory", "Rejected")
    expect(session.open).toEqual([])
    expect(names(session)).toEqual([])
  })

  it("DM-22: a report that is given up merges what is there, removes nothing, and says what is missing", () => {
    const session = start()
    session.base(1)
    session.part(part(1, 0, data))
    session.base(2)
    session.part(part(2, 1, [reported("A", "x", "2")], { tbc: true }))
    session.part(part(2, 3, [reported("C", "z")]))
    session.events.length = 0
    session.abandon(2, noon + 60_000)
    expect(entries(session.model).map(({ component }) => component.name)).toEqual(["A", "B", "C"])
    expect(value(session.model, { component: "A", variable: "x" })).toBe("2")
    expect(session.open).toEqual([])
    expect(session.events).toEqual([
      {
        _tag: "ReportFailed",
        requestId: 2,
        reportBase: "FullInventory",
        reason: "Incomplete",
        missing: [
          [0, 0],
          [2, 2]
        ]
      }
    ])
  })

  it("DM-22: a report without any part fails without a trace in the model", () => {
    const session = start()
    session.custom(1)
    const before = session.state
    session.abandon(1)
    expect(session.state).toBe(before)
    expect(session.events).toEqual([{ _tag: "ReportFailed", requestId: 1, reason: "Incomplete", missing: [] }])
    session.abandon(1)
    expect(session.events).toHaveLength(1)
  })

  it("B-20: a report goes on after a reconnect, and after a boot", () => {
    const session = start()
    session.base(1)
    session.part(part(1, 0, [reported("A", "x")], { tbc: true }))
    session.boot()
    session.part(part(1, 1, [reported("B", "y")]))
    expect(names(session)).toEqual(["A.x", "B.y"])
  })

  it("B-13: an unknown or finished requestId changes no model and raises no event", () => {
    const session = start()
    session.part(part(9, 0, data))
    session.base(1)
    session.part(part(1, 0, [reported("A", "x")]))
    session.events.length = 0
    session.part(part(1, 0, data))
    expect(names(session)).toEqual(["A.x"])
    expect(session.events).toEqual([])
  })

  it("ST-7: requestId 0 is a requestId", () => {
    const session = start()
    session.base(0)
    session.part(part(0, 0, data))
    expect(session.events).toMatchObject([{ _tag: "ReportReceived", requestId: 0 }])
  })
})

describe("Provisioning: variables", () => {
  it("ST-2: a value that changed by a read or a write is one event, an unchanged one is none", () => {
    const session = start()
    session.get("5")
    session.get("5")
    session.set("6", "Accepted")
    expect(session.events).toEqual([
      { _tag: "VariableChanged", component: { name: "A" }, variable: { name: "x" }, attribute: "Actual", to: "5" },
      {
        _tag: "VariableChanged",
        component: { name: "A" },
        variable: { name: "x" },
        attribute: "Actual",
        from: "5",
        to: "6"
      }
    ])
  })
})
