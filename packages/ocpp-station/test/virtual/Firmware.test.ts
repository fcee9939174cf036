import { describe, expect, it } from "vitest"
import * as Effect from "effect/Effect"
import { testPki } from "@wattline/ocpp-conformance"
import type { FirmwareType } from "@wattline/ocpp-v201"
import { Firmware, type FirmwareOptions } from "../../src/virtual/Firmware.ts"
import { versionOf } from "../../src/virtual/firmware/Version.ts"
import { FakeStation } from "./jobs.support.ts"

const made = (options: FirmwareOptions = {}) => {
  const fake = new FakeStation()
  const firmware = new Firmware(fake.station, options)
  fake.part = firmware
  return { fake, firmware }
}

const update = (
  fake: FakeStation,
  firmware: Partial<FirmwareType> = {},
  request: { readonly requestId?: number; readonly retries?: number; readonly retryInterval?: number } = {}
) =>
  fake.ask("UpdateFirmware", {
    requestId: 1,
    ...request,
    firmware: { location: "https://ota.example/cs-2.4.1.bin", retrieveDateTime: fake.station.time(), ...firmware }
  })

const statuses = (fake: FakeStation, requestId?: number) =>
  fake
    .requests("FirmwareStatusNotification")
    .filter((one) => requestId === undefined || one.requestId === requestId)
    .map(({ status }) => status)

const securityEvents = (fake: FakeStation) => fake.securityEvents.map(({ type }) => type)

/** The station goes down and comes back, accepted again. */
const reboot = ({ fake, firmware }: ReturnType<typeof made>) => {
  firmware.down()
  fake.pass(10)
  firmware.online(true)
}

const pki = Effect.runPromise(testPki)
const signing = async (notAfter?: Date) =>
  (
    await Effect.runPromise(
      (await pki).ca.issue({ commonName: "fw", key: "EC", usage: "client", ...(notAfter && { notAfter }) })
    )
  ).cert

describe("updates", () => {
  it("L01.FR.01, L01.FR.10, L01.FR.28, L01.FR.31, L01.FR.32: a signed update goes through all steps and is told by the new firmware", async () => {
    const all = made()
    const { fake } = all
    fake.time = Date.now()
    const answer = await update(fake, { signingCertificate: await signing(), signature: "c2ln" }, { requestId: 7 })
    expect(answer).toStrictEqual({ status: "Accepted" })
    fake.pass(60)
    expect(fake.reboots).toStrictEqual([["FirmwareUpdate", 10]])
    expect(fake.station.chargingStation.firmwareVersion).toBe("2.4.1")
    expect(statuses(fake)).not.toContain("Installed")
    reboot(all)
    expect(statuses(fake, 7)).toStrictEqual([
      "Downloading",
      "Downloaded",
      "SignatureVerified",
      "Installing",
      "InstallRebooting",
      "Installed"
    ])
    expect(securityEvents(fake)).toStrictEqual(["FirmwareUpdated"])
    expect(fake.waiting).toBe(0)
  })

  it("L02.FR.20: without a signature, and without a reboot, nothing is verified", async () => {
    const { fake } = made({ reboots: false })
    await update(fake)
    fake.pass(60)
    expect(statuses(fake)).toStrictEqual(["Downloading", "Downloaded", "Installing", "Installed"])
    expect(fake.reboots).toStrictEqual([])
  })

  it("L01.FR.13, L01.FR.16: it is fetched and installed at the times that the CSMS says", async () => {
    const { fake } = made({ reboots: false })
    const at = (seconds: number) => new Date(fake.time + seconds * 1000).toISOString()
    await update(fake, { retrieveDateTime: at(3600), installDateTime: at(7200) })
    expect(statuses(fake)).toStrictEqual(["DownloadScheduled"])
    fake.pass(3599)
    expect(statuses(fake)).toHaveLength(1)
    fake.pass(60)
    expect(statuses(fake).slice(1)).toStrictEqual(["Downloading", "Downloaded", "InstallScheduled"])
    fake.pass(3600 - 60)
    expect(statuses(fake)).toHaveLength(4)
    fake.pass(30)
    expect(statuses(fake).slice(4)).toStrictEqual(["Installing", "Installed"])
  })

  it("L01.FR.06, L01.FR.07, L01.FR.34: it waits for transactions, idle EVSEs are unavailable until it is installed", async () => {
    const { fake } = made({ reboots: false })
    fake.begin(1, "T1")
    await update(fake)
    fake.pass(3600)
    expect(statuses(fake)).toStrictEqual(["Downloading", "Downloaded", "InstallScheduled"])
    expect(fake.operational).toStrictEqual([["Inoperative", 2]])
    fake.end(1)
    fake.pass(1)
    expect(statuses(fake).at(-1)).toBe("Installing")
    expect([...fake.inoperative]).toStrictEqual([2, 1])
    fake.pass(30)
    expect(statuses(fake).at(-1)).toBe("Installed")
    expect([...fake.inoperative]).toStrictEqual([])
  })

  it("L01.FR.07: with AllowNewSessionsPendingFirmwareUpdate EVSEs stay in use until all are free", async () => {
    const { fake } = made({ reboots: false })
    fake.values.set("ChargingStation.AllowNewSessionsPendingFirmwareUpdate.", "true")
    fake.begin(1, "T1")
    await update(fake)
    fake.pass(3600)
    expect(fake.operational).toStrictEqual([])
    fake.begin(2, "T2")
    fake.end(1)
    fake.pass(3600)
    expect(statuses(fake)).toStrictEqual(["Downloading", "Downloaded", "InstallScheduled"])
    fake.end(2)
    fake.pass(60)
    expect(statuses(fake).at(-1)).toBe("Installed")
  })

  it("L01.FR.07: what the CSMS has taken out of operation stays so after the update", async () => {
    const { fake } = made({ reboots: false })
    fake.inoperative.add(1)
    await update(fake)
    fake.pass(60)
    expect(fake.operational).toStrictEqual([
      ["Inoperative", 2],
      ["Operative", 2]
    ])
  })

  it.each<[string, string, ReadonlyArray<string>]>([
    ["L01.FR.30", "fail-download", ["Downloading", "Downloading", "DownloadFailed"]],
    ["L01.FR.30", "fail-first-download", ["Downloading", "Downloading", "Downloaded", "Installing", "Installed"]],
    [
      "L01.FR.14",
      "pause-download",
      ["Downloading", "DownloadPaused", "Downloading", "Downloaded", "Installing", "Installed"]
    ],
    ["L01.FR.29", "fail-verification", ["Downloading", "Downloaded", "Installing", "InstallVerificationFailed"]],
    ["L02.FR.01", "fail-install", ["Downloading", "Downloaded", "Installing", "InstallationFailed"]]
  ])("%s: a location that ends in /%s", async (_, name, expected) => {
    const { fake } = made({ reboots: false })
    await update(fake, { location: `https://ota.example/${name}` }, { retries: 1, retryInterval: 60 })
    fake.pass(300)
    expect(statuses(fake)).toStrictEqual(expected)
    expect([...fake.inoperative]).toStrictEqual([])
  })

  it("L01.FR.03: an invalid signature ends the update with a security event", async () => {
    const { fake } = made()
    fake.time = Date.now()
    await update(fake, {
      location: "https://ota.example/fail-signature",
      signingCertificate: await signing(),
      signature: "c2ln"
    })
    fake.pass(60)
    expect(statuses(fake)).toStrictEqual(["Downloading", "Downloaded", "InvalidSignature"])
    expect(securityEvents(fake)).toStrictEqual(["InvalidFirmwareSignature"])
  })

  it("L01.FR.02, L01.FR.22: a signing certificate that cannot be read, has expired, or comes from nobody, is refused with a security event", async () => {
    const { ca, otherCa } = await pki
    const pems = ["no certificate", await signing(new Date(Date.now() - 1000)), await signing()]
    for (const [at, signingCertificate] of pems.entries()) {
      const { fake } = made()
      fake.time = Date.now()
      fake.security = { ...(fake.security as object), roots: () => (at === 2 ? [otherCa.cert] : [ca.cert]) }
      expect((await update(fake, { signingCertificate, signature: "c2ln" })).status).toBe("InvalidCertificate")
      fake.pass(60)
      expect(statuses(fake)).toStrictEqual([])
      expect(securityEvents(fake)).toStrictEqual(["InvalidFirmwareSigningCertificate"])
    }
  })

  it("L01.FR.02: so is one that is not valid yet, or no more, where no root of a manufacturer is installed", async () => {
    const day = 86_400_000
    const signingCertificate = await signing()
    for (const time of [Date.now() - 7 * day, Date.now(), Date.now() + 365 * day]) {
      const { fake } = made()
      fake.time = time
      fake.security = { ...(fake.security as object), roots: () => [] }
      const { status } = await update(fake, { signingCertificate, signature: "c2ln" })
      expect(status).toBe(Math.abs(time - Date.now()) < day ? "Accepted" : "InvalidCertificate")
    }
  })

  it("L01.FR.12: a signing certificate below a root of the manufacturer is taken", async () => {
    const { ca } = await pki
    const { fake } = made()
    fake.time = Date.now()
    fake.security = { ...(fake.security as object), roots: () => [ca.cert] }
    expect(await update(fake, { signingCertificate: await signing(), signature: "c2ln" })).toStrictEqual({
      status: "Accepted"
    })
  })

  it("L01.FR.24: a newer request cancels the one before, at any step before the reboot", async () => {
    for (const seconds of [0, 5, 11, 15, 25]) {
      const { fake } = made()
      await update(fake)
      fake.pass(seconds)
      const before = statuses(fake, 1).length
      expect(await update(fake, {}, { requestId: 2 })).toStrictEqual({ status: "AcceptedCanceled" })
      fake.pass(600)
      expect(statuses(fake, 1)).toHaveLength(before)
      expect(statuses(fake, 2).at(-1)).toBe("InstallRebooting")
    }
  })

  it("L01.FR.27: while it reboots for the new firmware another update is rejected, and after it is taken", async () => {
    const all = made()
    await update(all.fake)
    all.fake.pass(60)
    expect((await update(all.fake, {}, { requestId: 2 })).status).toBe("Rejected")
    reboot(all)
    expect(await update(all.fake, {}, { requestId: 3 })).toStrictEqual({ status: "Accepted" })
  })

  it("an update that is refused leaves the one before alone", async () => {
    const { fake } = made({ reboots: false })
    await update(fake)
    expect((await update(fake, { location: "nowhere" }, { requestId: 2 })).status).toBe("Rejected")
    fake.pass(60)
    expect(statuses(fake, 1).at(-1)).toBe("Installed")
  })

  it("L01: a location by a protocol that it has not is rejected, as is everything by option", async () => {
    const { fake } = made()
    fake.values.set("OCPPCommCtrlr.FileTransferProtocols.", "HTTPS,SFTP")
    expect((await update(fake, { location: "ftp://ota.example/fw" })).status).toBe("Rejected")
    expect((await update(fake, { location: "sftp://ota.example/fw" })).status).toBe("Accepted")
    const revoking = made({ refuses: "RevokedCertificate" }).fake
    expect((await update(revoking)).status).toBe("RevokedCertificate")
    expect(securityEvents(revoking)).toStrictEqual(["InvalidFirmwareSigningCertificate"])
    expect((await update(made({ acceptsUnsigned: false }).fake)).status).toBe("Rejected")
  })

  it("L01: a reboot for another reason in the middle of a download does not end the update", async () => {
    const all = made({ reboots: false })
    await update(all.fake)
    all.fake.pass(5)
    reboot(all)
    all.fake.pass(60)
    expect(statuses(all.fake).at(-1)).toBe("Installed")
  })

  it("L01.FR.01: the last status is told once more when the link was away", async () => {
    const { fake, firmware } = made({ reboots: false })
    await update(fake)
    fake.isOnline = false
    fake.pass(60)
    fake.isOnline = true
    firmware.online(false)
    firmware.online(false)
    expect(statuses(fake)).toStrictEqual(["Downloading", "Installed"])
  })

  it("L01.FR.25, L01.FR.26, L01.FR.20: a trigger tells the last status, Idle without a requestId after Installed and before any", async () => {
    const { fake, firmware } = made({ reboots: false })
    const triggered = () => {
      firmware.triggers.FirmwareStatusNotification()()
      return fake.sent.at(-1)
    }
    expect(triggered()).toMatchObject({ request: { status: "Idle" }, triggered: true })
    await update(fake, {}, { requestId: 5 })
    expect(triggered()?.request).toStrictEqual({ status: "Downloading", requestId: 5 })
    fake.pass(60)
    expect(triggered()?.request).toStrictEqual({ status: "Idle" })
  })

  it("a new version is the one in the name of the image, else the next one", () => {
    expect(versionOf("https://ota.example/v3/cs-2.4.1.bin", "1.0.0")).toBe("2.4.1")
    expect(versionOf("https://ota.example/firmware", "1.0.9")).toBe("1.0.10")
    expect(versionOf("https://ota.example/firmware", undefined)).toBe("1")
  })
})

describe("published images", () => {
  const checksum = "0123456789abcdef0123456789abcdef"
  const publish = (fake: FakeStation, location = "https://ota.example/fw", sum = checksum) =>
    fake.ask("PublishFirmware", { requestId: 3, location, checksum: sum, retries: 1 })
  const told = (fake: FakeStation) => fake.requests("PublishFirmwareStatusNotification")

  it("L03.FR.01, L03.FR.04, L03.FR.09: an image is fetched, checked and published for every protocol", async () => {
    const { fake } = made({ publishes: true })
    fake.values.set("OCPPCommCtrlr.FileTransferProtocols.", "HTTPS,FTP")
    expect(await publish(fake)).toStrictEqual({ status: "Accepted" })
    fake.pass(60)
    expect(told(fake).map(({ status }) => status)).toStrictEqual([
      "Downloading",
      "Downloaded",
      "ChecksumVerified",
      "Published"
    ])
    expect(told(fake).at(-1)).toStrictEqual({
      status: "Published",
      requestId: 3,
      location: [`https://CS-1.local/firmware/${checksum}`, `ftp://CS-1.local/firmware/${checksum}`]
    })
  })

  it.each([
    ["L03.FR.06", "fail-download", "DownloadFailed"],
    ["L03.FR.07", "fail-checksum", "InvalidChecksum"],
    ["L03.FR.08", "fail-publish", "PublishFailed"]
  ])("%s: a location that ends in /%s ends as %s, and there is nothing to unpublish", async (_, name, status) => {
    const { fake } = made({ publishes: true })
    await publish(fake, `https://ota.example/${name}`)
    fake.pass(60)
    expect(told(fake).at(-1)).toStrictEqual({ status, requestId: 3 })
    expect(await fake.ask("UnpublishFirmware", { checksum })).toStrictEqual({ status: "NoFirmware" })
  })

  it("L04.FR.02 to L04.FR.04: an image is unpublished once, and not while a station fetches it", async () => {
    const { fake, firmware } = made({ publishes: true })
    await publish(fake)
    fake.pass(60)
    firmware.fetches(checksum, true)
    expect(await fake.ask("UnpublishFirmware", { checksum })).toStrictEqual({ status: "DownloadOngoing" })
    firmware.fetches(checksum, false)
    expect(await fake.ask("UnpublishFirmware", { checksum })).toStrictEqual({ status: "Unpublished" })
    expect(await fake.ask("UnpublishFirmware", { checksum })).toStrictEqual({ status: "NoFirmware" })
  })

  it("L03.FR.10, L03.FR.11: a trigger tells the last status, Idle after Published", async () => {
    const { fake, firmware } = made({ publishes: true })
    const triggered = () => {
      const go = firmware.triggers.PublishFirmwareStatusNotification()
      if (typeof go === "function") go()
      return told(fake).at(-1)
    }
    await publish(fake)
    expect(triggered()).toStrictEqual({ status: "Downloading", requestId: 3 })
    fake.pass(60)
    expect(triggered()).toStrictEqual({ status: "Idle" })
  })

  it("F06.FR.08: a station that is no local controller publishes nothing", async () => {
    const { fake, firmware } = made()
    await expect(publish(fake)).rejects.toThrow("NotSupported")
    expect(firmware.triggers.PublishFirmwareStatusNotification()).toBe("NotImplemented")
  })
})
