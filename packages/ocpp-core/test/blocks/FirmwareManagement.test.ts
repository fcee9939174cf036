import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Action, BootReasonEnumType, Messages } from "@wattline/ocpp-v201"
import { maskedLocation, schemeOf } from "../../src/blocks/FileLocation.ts"
import {
  expectsUnavailable,
  findFirmwareUpdate,
  findPublishedFirmware,
  firmwareManagement,
  maxFirmwareUpdates,
  maxPublishedFirmware,
  runningFirmwareUpdate
} from "../../src/blocks/FirmwareManagement.ts"
import * as Jobs from "../../src/blocks/Jobs.ts"
import { initial, type MirrorEvent, reduce, restored, type StationMirror, withJobs } from "../../src/blocks/Mirror.ts"
import { exchange, frozen, noon, property, stored, time } from "./payloads.ts"

const location = "ftp://ota:s3cret@files.example/fw.bin?sig=t0ken"
const md5 = "d41d8cd98f00b204e9800998ecf8427e"

/** The mirror of one station; requests are registered before they are answered, as the engine does. */
class Driver {
  mirror: StationMirror = initial
  at = noon
  readonly events: Array<MirrorEvent> = []

  get state() {
    return this.mirror.firmwareManagement
  }
  private hears<A extends Action>(
    action: A,
    request: Messages[A]["request"],
    response: Messages[A]["response"],
    rebooted = false
  ): this {
    const emit = (event: MirrorEvent) => void this.events.push(event)
    this.mirror = frozen(reduce(this.mirror, action, exchange(action, request, response, this.at, rebooted), emit))
    return this
  }
  asks(action: "UpdateFirmware" | "PublishFirmware", request: object): this {
    const emit = (event: MirrorEvent) => void this.events.push(event)
    this.mirror = frozen(
      withJobs(this.mirror, (jobs, ears) => Jobs.request(jobs, action, request, this.at, ears), emit)
    )
    return this
  }
  updates(requestId: number, status: Messages["UpdateFirmware"]["response"]["status"] = "Accepted"): this {
    const request = { requestId, firmware: { location, retrieveDateTime: time() } }
    return this.asks("UpdateFirmware", request).hears("UpdateFirmware", request, { status })
  }
  tells(
    requestId: number,
    ...statuses: ReadonlyArray<Messages["FirmwareStatusNotification"]["request"]["status"]>
  ): this {
    for (const status of statuses) this.hears("FirmwareStatusNotification", { requestId, status }, {})
    return this
  }
  boots(reason: BootReasonEnumType, firmwareVersion?: string, rebooted = true): this {
    const version = firmwareVersion === undefined ? {} : { firmwareVersion }
    const request = { reason, chargingStation: { model: "M", vendorName: "V", ...version } }
    return this.hears("BootNotification", request, { status: "Accepted", interval: 1, currentTime: time() }, rebooted)
  }
  reports(type: string): this {
    return this.hears("SecurityEventNotification", { type, timestamp: time(1) }, {})
  }
  publishes(requestId: number, checksum: string, at: ReadonlyArray<string>): this {
    const request = { requestId, location, checksum }
    const [first = "", ...others] = at
    return this.asks("PublishFirmware", request)
      .hears("PublishFirmware", request, { status: "Accepted" })
      .hears("PublishFirmwareStatusNotification", { requestId, status: "Published", location: [first, ...others] }, {})
  }
  unpublishes(checksum: string, status: Messages["UnpublishFirmware"]["response"]["status"]): this {
    return this.hears("UnpublishFirmware", { checksum }, { status })
  }
  knows(variable: string, value: string): this {
    return this.hears(
      "GetVariables",
      { getVariableData: [{ component: { name: "ChargingStation" }, variable: { name: variable } }] },
      {
        getVariableResult: [
          {
            attributeStatus: "Accepted",
            attributeValue: value,
            component: { name: "ChargingStation" },
            variable: { name: variable }
          }
        ]
      }
    )
  }
  told(...tags: ReadonlyArray<MirrorEvent["_tag"]>) {
    return this.events.filter(({ _tag }) => tags.includes(_tag))
  }
}

describe("FirmwareManagement: boots of an update", () => {
  it("L-6, L01.FR.15: a boot with reason FirmwareUpdate is recorded, and is no success", () => {
    const driver = new Driver().boots("PowerUp", "1").updates(7).tells(7, "Downloading", "InstallRebooting")
    driver.boots("FirmwareUpdate", "2")
    expect(findFirmwareUpdate(driver.state, 7)).toEqual({
      requestId: 7,
      at: noon,
      firmwareVersion: "1",
      boot: { reason: "FirmwareUpdate", firmwareVersion: "2", at: noon },
      securityEvents: []
    })
    expect(driver.told("FirmwareBooted", "JobEnded")).toEqual([
      { _tag: "FirmwareBooted", requestId: 7, reason: "FirmwareUpdate", firmwareVersion: "2" }
    ])
    expect(runningFirmwareUpdate(driver.mirror.jobs)).toMatchObject({ requestId: 7 })
    expect(stored(driver.mirror)).toEqual(driver.mirror)
  })

  it("L-6: so is a boot for another reason with another firmware, and the one that goes back to the old", () => {
    const driver = new Driver().boots("PowerUp", "1").updates(7).boots("PowerUp", "1")
    expect(findFirmwareUpdate(driver.state, 7)?.boot).toBeUndefined()
    driver.boots("Watchdog", "2").boots("Watchdog", "1")
    expect(driver.told("FirmwareBooted")).toEqual([
      { _tag: "FirmwareBooted", requestId: 7, reason: "Watchdog", firmwareVersion: "2" },
      { _tag: "FirmwareBooted", requestId: 7, reason: "Watchdog", firmwareVersion: "1" }
    ])
  })

  it("L-6, L01.FR.32: Installed may come before the boot", () => {
    const driver = new Driver().boots("PowerUp", "1").updates(7).tells(7, "Installed").boots("FirmwareUpdate", "2")
    expect(findFirmwareUpdate(driver.state, 7)?.boot).toMatchObject({ firmwareVersion: "2" })
  })

  it("L-6: a BootNotification that is no reboot, one without an update, and one a day later belong to none", () => {
    const driver = new Driver().boots("FirmwareUpdate", "1").updates(7).boots("Triggered", "2", false)
    driver.tells(7, "Installed")
    driver.at += 86_400_001
    expect(driver.boots("FirmwareUpdate", "3").told("FirmwareBooted")).toEqual([])
    expect(new Driver().updates(8, "Rejected").boots("FirmwareUpdate").told("FirmwareBooted")).toEqual([])
  })

  it("L-6: an update whose answer is not known is on record with its first status", () => {
    const driver = new Driver().boots("PowerUp", "1")
    driver.asks("UpdateFirmware", { requestId: 7, firmware: { location, retrieveDateTime: time() } })
    driver.tells(7, "Downloading").tells(99, "Downloading").boots("FirmwareUpdate", "2")
    expect(driver.state.updates).toMatchObject([{ requestId: 7, firmwareVersion: "1", boot: { firmwareVersion: "2" } }])
  })
})

describe("FirmwareManagement: security events", () => {
  it.each([
    ["FirmwareUpdated", "Installed"],
    ["InvalidFirmwareSignature", "InvalidSignature"]
  ] as const)("L-7: %s goes with the update, before or after %s", (type, status) => {
    const before = new Driver().updates(7).reports(type).tells(7, status)
    const after = new Driver().updates(7).tells(7, status).reports(type)
    for (const driver of [before, after]) {
      expect(findFirmwareUpdate(driver.state, 7)?.securityEvents).toEqual([{ type, timestamp: time(1) }])
      expect(driver.told("FirmwareSecurityReported")).toEqual([
        { _tag: "FirmwareSecurityReported", requestId: 7, type }
      ])
    }
  })

  it("L-7, TC_L_05_CSMS: InvalidFirmwareSigningCertificate goes with the update that was refused for it", () => {
    const driver = new Driver().updates(7)
    driver.at += 1
    driver.updates(8, "InvalidCertificate").reports("InvalidFirmwareSigningCertificate")
    expect(findFirmwareUpdate(driver.state, 7)?.securityEvents).toEqual([])
    expect(findFirmwareUpdate(driver.state, 8)?.securityEvents).toMatchObject([
      { type: "InvalidFirmwareSigningCertificate" }
    ])
    expect(runningFirmwareUpdate(driver.mirror.jobs)).toMatchObject({ requestId: 7 })
  })

  it("L-7: one that comes again, another type, and one without an update change nothing", () => {
    const driver = new Driver().updates(7).reports("FirmwareUpdated")
    const { state } = driver
    expect(driver.reports("FirmwareUpdated").reports("TamperDetectionActivated").state).toBe(state)
    expect(new Driver().reports("FirmwareUpdated").state).toBe(firmwareManagement.initial)
  })

  it("L-7: one that comes a day after the end belongs to no update", () => {
    const driver = new Driver().updates(7).tells(7, "Installed")
    driver.at += 86_400_001
    expect(findFirmwareUpdate(driver.reports("FirmwareUpdated").state, 7)?.securityEvents).toEqual([])
  })
})

describe("FirmwareManagement: EVSEs while an update waits", () => {
  it("L-12, L01.FR.07: Unavailable is expected from the answer to the end", () => {
    const driver = new Driver()
    expect(expectsUnavailable(driver.mirror)).toBe(false)
    expect(expectsUnavailable(driver.updates(7).tells(7, "DownloadScheduled").mirror)).toBe(true)
    expect(expectsUnavailable(driver.tells(7, "InstallScheduled", "Installing").mirror)).toBe(true)
    expect(expectsUnavailable(driver.tells(7, "Installed").mirror)).toBe(false)
  })

  it("L-12, L02.FR.04: with AllowNewSessionsPendingFirmwareUpdate only while it is being installed", () => {
    const driver = new Driver()
      .knows("AllowNewSessionsPendingFirmwareUpdate", "true")
      .updates(7)
      .tells(7, "Downloading")
    expect(expectsUnavailable(driver.mirror)).toBe(false)
    expect(expectsUnavailable(driver.tells(7, "InstallRebooting").mirror)).toBe(true)
  })
})

describe("FirmwareManagement: published images", () => {
  it("L-10, L03.FR.04: where an image is published is kept, without passwords", () => {
    const driver = new Driver().publishes(7, md5.toUpperCase(), ["http://10.0.0.1/fw", location])
    expect(findPublishedFirmware(driver.state, md5)).toEqual({
      checksum: md5,
      locations: ["http://10.0.0.1/fw", "ftp://ota:***@files.example/fw.bin?***"],
      requestId: 7,
      at: noon
    })
    expect(driver.publishes(8, md5, ["https://10.0.0.1/fw"]).state.published).toMatchObject([{ requestId: 8 }])
  })

  it("L-11: Unpublished and NoFirmware take it away, DownloadOngoing does not", () => {
    const driver = new Driver().publishes(7, md5, ["http://10.0.0.1/fw"]).unpublishes(md5, "DownloadOngoing")
    expect(driver.state.published).toHaveLength(1)
    expect(driver.unpublishes(md5.toUpperCase(), "Unpublished").state.published).toEqual([])
    expect(driver.publishes(8, md5, ["http://10.0.0.1/fw"]).unpublishes(md5, "NoFirmware").state.published).toEqual([])
    const { state } = driver
    expect(driver.unpublishes(md5, "NoFirmware").state).toBe(state)
  })

  it("what is held stays within its bounds", () => {
    const driver = new Driver()
    const many = Array.from({ length: 40 }, (_, at) => `http://10.0.0.1/${at}`)
    for (let id = 1; id <= 40; id++) {
      driver.publishes(id, id.toString(16).padStart(32, "0"), many).updates(id).tells(id, "Installed")
      driver.reports("FirmwareUpdated").reports("InvalidFirmwareSignature")
    }
    expect(driver.state.updates).toHaveLength(maxFirmwareUpdates)
    expect(driver.state.published).toHaveLength(maxPublishedFirmware)
    expect(driver.state.published.every(({ locations }) => locations.length <= maxPublishedFirmware)).toBe(true)
  })

  it("B-20: a mirror from before this block gets an empty slot", () => {
    const { firmwareManagement: _, ...before } = initial
    expect(restored(before as StationMirror).firmwareManagement).toBe(firmwareManagement.initial)
  })
})

describe("maskedLocation", () => {
  it.each([
    ["https://files.example/fw.bin", "https://files.example/fw.bin"],
    ["ftp://user@host/a:b@c", "ftp://user@host/a:b@c"],
    ["ftps://u:p:q@r@host:21/x#f", "ftps://u:***@host:21/x#***"],
    ["s3cret", "***"],
    ["", "***"]
  ])("%s becomes %s", (text, masked) => expect(maskedLocation(text)).toBe(masked))

  it("never shows a password or a query, and keeps scheme and host", () => {
    const word = fc.stringMatching(/^[a-z0-9:@%]{1,12}$/)
    fc.assert(
      fc.property(fc.constantFrom("ftp", "SFTP", "https"), word, word, (scheme, password, query) => {
        const masked = maskedLocation(`${scheme}://u:${password}@host/fw?${query}`)
        expect(masked).toBe(`${scheme}://u:***@host/fw?***`)
        expect(schemeOf(masked)).toBe(scheme.toLowerCase())
      }),
      property
    )
  })
})

describe("FirmwareManagement: any order", () => {
  it("L-4, L-6, L-7: whatever comes, what is told is in the state, and updates and security events are there once", () => {
    const step = fc.oneof(
      fc
        .record({
          id: fc.integer({ min: 1, max: 3 }),
          status: fc.constantFrom("Accepted", "AcceptedCanceled", "Rejected", "InvalidCertificate")
        })
        .map(
          ({ id, status }) =>
            (d: Driver) =>
              d.updates(id, status)
        ),
      fc
        .record({
          id: fc.integer({ min: 1, max: 4 }),
          status: fc.constantFrom("Downloading", "Installed", "InvalidSignature", "Idle")
        })
        .map(
          ({ id, status }) =>
            (d: Driver) =>
              d.tells(id, status)
        ),
      fc
        .constantFrom("FirmwareUpdated", "InvalidFirmwareSignature", "InvalidFirmwareSigningCertificate", "Other")
        .map((type) => (d: Driver) => d.reports(type)),
      fc.constantFrom("1", "2").map((version) => (d: Driver) => d.boots("PowerUp", version))
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const driver = new Driver()
        for (const take of steps) {
          const before = driver.state
          const told = driver.events.length
          driver.at += 1
          take(driver)
          const own = driver.events
            .slice(told)
            .filter(({ _tag }) => _tag.startsWith("Firmware") && _tag !== "FirmwareChanged")
          expect(own.length === 0 || driver.state !== before).toBe(true)
          const ids = driver.state.updates.map(({ requestId }) => requestId)
          expect(new Set(ids).size).toBe(ids.length)
          expect(ids.length).toBeLessThanOrEqual(maxFirmwareUpdates)
          for (const { securityEvents } of driver.state.updates)
            expect(new Set(securityEvents.map(({ type }) => type)).size).toBe(securityEvents.length)
        }
        expect(driver.state.updates.map(({ requestId }) => requestId)).not.toContain(4) // nobody asked for it
      }),
      property
    )
  })
})
