/** Operations of block L: updates, images of local controllers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import {
  Csms,
  EventLog,
  FirmwareManagement,
  findFirmwareUpdate,
  findPublishedFirmware,
  Jobs,
  type Messages,
  type Station
} from "../../src/index.ts"
import { begin, booted, connected, lastRequestId, Recorder, reported, reportPart, settle } from "../csms/support.ts"
import { TestStore } from "../csms/TestStore.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { image, root, signatures, signingChain } from "../transport/firmware.ts"

type UpdateStatus = Messages["UpdateFirmware"]["response"]["status"]

const location = "https://ota:s3cret@files.example/fw.bin?sig=t0ken"
const now = "1970-01-01T00:00:00.000Z" // of the TestClock
const secure = { location, signingCertificate: signingChain, signature: signatures.ecdsa }
const checksum = "d41d8cd98f00b204e9800998ecf8427e"

/** An update that was answered. */
const updated = Effect.fnUntraced(function* (
  { fake, station }: { readonly fake: FakeStation; readonly station: Station },
  status: UpdateStatus = "Accepted"
) {
  const update = yield* begin(FirmwareManagement.updateFirmware(station, { firmware: secure }))
  fake.reply({ status })
  return yield* Fiber.join(update)
})

const tells = (fake: FakeStation, requestId: number, ...statuses: ReadonlyArray<string>) => {
  for (const status of statuses)
    assert.deepStrictEqual(fake.answerTo(fake.call("FirmwareStatusNotification", { status, requestId })), [{}])
}

/** The rules that an operation breaks; nothing was sent. */
const brokenBy = <A, E extends { readonly _tag: string }>(fake: FakeStation, operation: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(operation), (failure) => {
    assert.lengthOf(fake.calls, 0)
    assert.notInclude(JSON.stringify(failure), "s3cret")
    return "broken" in failure ? (failure.broken as ReadonlyArray<{ rule: string }>).map(({ rule }) => rule) : failure
  })

describe("updateFirmware", () => {
  it.effect(
    "TC_L_01_CSMS, L-1, L01.FR.01: sends what it is given with a new requestId, and follows it to Installed",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const update = yield* updated({ fake, station })
        const requestId = lastRequestId(fake)
        assert.deepStrictEqual(fake.lastCall.slice(2), [
          "UpdateFirmware",
          { requestId, firmware: { ...secure, retrieveDateTime: now } }
        ])
        assert.deepInclude(update, { status: "Accepted", requestId, warnings: [] })
        tells(fake, requestId, "Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed")
        assert.deepStrictEqual((yield* update.ended).outcome, {
          _tag: "Complete",
          message: { status: "Installed", requestId }
        })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "InvalidCertificate", "RevokedCertificate"] as const)(
    "TC_L_04_CSMS, TC_L_05_CSMS, L-1: %s is a value, and the end",
    (status) =>
      Effect.gen(function* () {
        const update = yield* updated(yield* booted(), status)
        assert.strictEqual(update.status, status)
        assert.deepStrictEqual((yield* update.ended).outcome, { _tag: "Failed", reason: status })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("L-1, TC_L_02_CSMS: times, retries and their interval go as they are", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const firmware = { ...secure, retrieveDateTime: "2026-02-01T00:00:00Z", installDateTime: "2026-02-02T00:00:00Z" }
      yield* begin(FirmwareManagement.updateFirmware(station, { firmware, retries: 3, retryInterval: 60 }))
      const requestId = lastRequestId(fake)
      assert.deepStrictEqual(fake.lastCall[3], { requestId, firmware, retries: 3, retryInterval: 60 })
      fake.reply({ status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("L-2, L01.FR.11: goes without certificate and signature only by an explicit choice", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { signature: _, ...unsigned } = secure
      // @ts-expect-error the type says so too
      const typed: FirmwareManagement.FirmwareUpdateRequest = { firmware: unsigned }
      for (const firmware of [unsigned, { ...secure, signature: " " }, { ...secure, signingCertificate: "" }]) {
        const request = { ...typed, firmware: firmware as FirmwareManagement.SecureFirmware }
        const operation = FirmwareManagement.updateFirmware(station, request, { allow: ["L-2"] })
        assert.deepStrictEqual(yield* brokenBy(fake, operation), ["L-2"])
      }
      yield* begin(FirmwareManagement.updateFirmware(station, { firmware: { location }, insecure: true }))
      assert.hasAllKeys(fake.lastCall[3], ["requestId", "firmware"])
      assert.hasAllKeys((fake.lastCall[3] as { firmware: object }).firmware, ["location", "retrieveDateTime"])
      fake.reply({ status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_L_07_CSMS, L-3, L-4, L01.FR.30: repeated and missing states are no harm, failures end it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const update = yield* updated({ fake, station })
      tells(fake, update.requestId, "Downloading", "Downloading", "SignatureVerified", "InstallVerificationFailed")
      const { outcome } = yield* update.ended
      assert.deepInclude(outcome, { _tag: "Failed", reason: "InstallVerificationFailed" })
      assert.deepStrictEqual(fake.answerTo(fake.call("FirmwareStatusNotification", { status: "Idle" })), [{}])
      tells(fake, 4711, "Installed")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_L_10_CSMS, L-5, L01.FR.24: AcceptedCanceled ends the update before; its late status is answered", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* updated({ fake, station })
      tells(fake, first.requestId, "Downloading")
      const second = yield* updated({ fake, station }, "AcceptedCanceled")
      assert.notStrictEqual(second.requestId, first.requestId)
      assert.deepStrictEqual((yield* first.ended).outcome, { _tag: "Cancelled", by: second.requestId })
      tells(fake, first.requestId, "DownloadFailed")
      tells(fake, second.requestId, "Installed")
      assert.strictEqual((yield* second.ended).outcome._tag, "Complete")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_L_11_CSMS, L-5, L01.FR.27: a second update that is refused leaves the first", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* updated({ fake, station })
      const second = yield* updated({ fake, station }, "Rejected")
      assert.strictEqual((yield* second.ended).outcome._tag, "Failed")
      tells(fake, first.requestId, "Installed")
      assert.strictEqual((yield* first.ended).outcome._tag, "Complete")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("CE-8, L-6: is followed over lost connections, a reboot and a restart of the CSMS", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const requestId = yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* booted()
          const update = yield* updated({ fake, station })
          tells(fake, update.requestId, "Downloading", "InstallRebooting")
          fake.vanish()
          return update.requestId
        })
      )
      assert.notInclude([...store.texts.values()].join(), "s3cret")
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* connected()
          const end = yield* begin(Jobs.follow(station, "Firmware", requestId))
          const chargingStation = { model: "M", vendorName: "V", firmwareVersion: "2" }
          fake.call("BootNotification", { reason: "FirmwareUpdate", chargingStation })
          yield* settle
          assert.isUndefined(end.pollUnsafe()) // TC_L_09_CSMS: a boot alone is no success
          const { mirror } = yield* station.snapshot
          assert.deepInclude(findFirmwareUpdate(mirror.firmwareManagement, requestId)?.boot, {
            reason: "FirmwareUpdate",
            firmwareVersion: "2"
          })
          tells(fake, requestId, "InstallationFailed")
          assert.deepInclude((yield* Fiber.join(end)).outcome, { _tag: "Failed", reason: "InstallationFailed" })
        })
      )
    })
  )

  it.effect("L-8, L01.FR.08: http and ftp raise a warning, unless the image is encrypted", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const ask = Effect.fnUntraced(function* (scheme: string, encrypted: boolean) {
        const firmware = { ...secure, location: `${scheme}://files.example/fw` }
        const update = yield* begin(FirmwareManagement.updateFirmware(station, { firmware }, { encrypted }))
        fake.reply({ status: "Accepted" })
        return (yield* Fiber.join(update)).warnings.map(({ rule }) => rule)
      })
      assert.deepStrictEqual(yield* ask("http", false), ["L-8"])
      assert.deepStrictEqual(yield* ask("FTP", false), ["L-8"])
      assert.deepStrictEqual(yield* ask("ftp", true), [])
      assert.deepStrictEqual(yield* ask("https", false), [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("L-8: a location that is no URL or too long, and a time that is none, are not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const broken = (firmware: Partial<FirmwareManagement.SecureFirmware>) =>
        brokenBy(fake, FirmwareManagement.updateFirmware(station, { firmware: { ...secure, ...firmware } }))
      assert.deepStrictEqual(yield* broken({ location: "s3cret" }), ["L-8"])
      assert.deepStrictEqual(yield* broken({ location: location.padEnd(513, "x") }), ["L-8"])
      assert.deepStrictEqual(yield* broken({ retrieveDateTime: "soon" }), ["L-8"])
      assert.deepStrictEqual(yield* broken({ installDateTime: "", location: "" }), ["L-8", "L-8"])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("L-8: a scheme that the station has not told is not sent, unless it is allowed", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(station.getBaseReport("FullInventory"))
      const requestId = lastRequestId(fake)
      fake.reply({ status: "Accepted" })
      const protocols = reported("OCPPCommCtrlr", "FileTransferProtocols", "FTPS, HTTPS")
      fake.call("NotifyReport", reportPart(requestId, 0, false, [protocols]))
      yield* Fiber.join(report)
      const firmware = { ...secure, location: "sftp://files.example/fw" }
      const refused = yield* Effect.flip(FirmwareManagement.updateFirmware(station, { firmware }))
      assert.include(refused.message, "the station takes files by ftps, https, not by sftp (L-8)")
      yield* begin(FirmwareManagement.updateFirmware(station, { firmware }, { allow: ["L-8"] }))
      assert.strictEqual(fake.lastCall[2], "UpdateFirmware")
      fake.reply({ status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-14: no URL, certificate or signature is in what is told, kept or logged", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, station } = yield* booted()
      const update = yield* updated({ fake, station })
      tells(fake, update.requestId, "Downloading", "Installed")
      yield* settle
      const seen = JSON.stringify([
        recorder.events,
        yield* station.snapshot,
        recorder.events.map(EventLog.annotationsOf)
      ])
      for (const secret of ["s3cret", "t0ken", signatures.ecdsa, "BEGIN CERTIFICATE"]) assert.notInclude(seen, secret)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-9: an image is checked, then offered", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const offer = Effect.fnUntraced(function* (bytes: Uint8Array) {
        const problems = yield* FirmwareManagement.checkFirmware({ ...secure, image: bytes, roots: root })
        if (problems.length > 0) return problems
        return yield* FirmwareManagement.updateFirmware(station, { firmware: secure })
      })
      assert.lengthOf((yield* offer(image.with(0, 0))) as ReadonlyArray<string>, 1)
      assert.lengthOf(fake.calls, 0)
      const asked = yield* begin(offer(image))
      while (fake.calls.length === 0) yield* Effect.promise(() => new Promise((done) => setTimeout(done, 1)))
      fake.reply({ status: "Accepted" })
      assert.deepInclude(yield* Fiber.join(asked), { status: "Accepted" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("publishFirmware", () => {
  it.effect("TC_L_17_CSMS, L-10, L03.FR.04: Published gives the locations, which the mirror keeps", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted("LC-1")
      const publishing = yield* begin(FirmwareManagement.publishFirmware(station, { location, checksum }))
      const requestId = lastRequestId(fake)
      assert.deepStrictEqual(fake.lastCall.slice(2), ["PublishFirmware", { requestId, location, checksum }])
      fake.reply({ status: "Accepted" })
      const { ended, warnings } = yield* Fiber.join(publishing)
      assert.deepStrictEqual(warnings, [])
      for (const status of ["Downloading", "Downloaded", "ChecksumVerified"])
        fake.call("PublishFirmwareStatusNotification", { requestId, status })
      const published = { requestId, status: "Published", location: ["https://10.0.0.1/fw"] }
      assert.deepStrictEqual(fake.answerTo(fake.call("PublishFirmwareStatusNotification", published)), [{}])
      assert.deepStrictEqual((yield* ended).outcome, { _tag: "Complete", message: published } as never)
      const { mirror } = yield* station.snapshot
      assert.deepStrictEqual(findPublishedFirmware(mirror.firmwareManagement, checksum)?.locations, published.location)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["DownloadFailed", "InvalidChecksum", "PublishFailed"])(
    "TC_L_19_CSMS, TC_L_20_CSMS, TC_L_24_CSMS, L-10: %s ends it",
    (status) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const publishing = yield* begin(FirmwareManagement.publishFirmware(station, { location, checksum }))
        fake.reply({ status: "Accepted" })
        const { ended, requestId } = yield* Fiber.join(publishing)
        fake.call("PublishFirmwareStatusNotification", { requestId, status })
        assert.deepInclude((yield* ended).outcome, { _tag: "Failed", reason: status })
        assert.lengthOf((yield* station.snapshot).mirror.firmwareManagement.published, 0)
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("L-10: a checksum that is no MD5 and a location that is no URL are not sent; http raises a warning", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const broken = (more: object) =>
        brokenBy(fake, FirmwareManagement.publishFirmware(station, { location, checksum, ...more }))
      assert.deepStrictEqual(yield* broken({ checksum: checksum.slice(1) }), ["L-10"])
      assert.deepStrictEqual(yield* broken({ checksum: "" }), ["L-10"])
      assert.deepStrictEqual(yield* broken({ location: "fw" }), ["L-10"])
      const publishing = yield* begin(
        FirmwareManagement.publishFirmware(station, { location: "http://10.0.0.1/fw", checksum })
      )
      fake.reply({ status: "Rejected" })
      const { ended, status, warnings } = yield* Fiber.join(publishing)
      assert.deepStrictEqual([status, warnings.length], ["Rejected", 1])
      assert.deepStrictEqual((yield* ended).outcome, { _tag: "Failed", reason: "Rejected" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("unpublishFirmware", () => {
  it.effect.each(["Unpublished", "NoFirmware", "DownloadOngoing"])(
    "TC_L_21_CSMS, TC_L_22_CSMS, TC_L_23_CSMS, L-11: %s is a value",
    (status) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const unpublishing = yield* begin(FirmwareManagement.unpublishFirmware(station, checksum))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["UnpublishFirmware", { checksum }])
        fake.reply({ status })
        assert.deepStrictEqual(yield* Fiber.join(unpublishing), { status } as never)
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("L-11: a checksum that is no MD5 is not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const broken = brokenBy(fake, FirmwareManagement.unpublishFirmware(station, "x".repeat(32)))
      assert.deepStrictEqual(yield* broken, ["L-11"])
    }).pipe(Effect.provide(Csms.layer()))
  )
})
