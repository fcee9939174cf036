/** Block L, and what takes its time: firmware, logs, and the jobs they are made from. */
import { createHash, createSign } from "node:crypto"
import { assert } from "@effect/vitest"
import { testPki } from "@wattline/ocpp-conformance"
import { FirmwareManagement, Jobs } from "@wattline/ocpp-core"
import { Effect } from "effect"
import { charging, card, failure, pass, patiently, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const image = new TextEncoder().encode("firmware 2.4.0")
const checksum = createHash("md5").update(image).digest("hex")
const location = "https://ota.example/cs-2.4.0.bin"
const insecure = (path: string) => ({ firmware: { location: `https://ota.example/${path}` }, insecure: true }) as const

/** An image that a certificate below a CA of the manufacturer has signed. */
const signed = Effect.gen(function* () {
  const { ca } = yield* testPki
  const { cert, key } = yield* ca.issue({ commonName: "Firmware", key: "EC", usage: "client" })
  return { root: ca.cert, signingCertificate: cert, signature: createSign("SHA256").update(image).sign(key, "base64") }
})

tryOperations("FirmwareManagement", FirmwareManagement, {
  updateFirmware: {
    "L02, L01.FR.01: downloaded, installed, booted with another version": {
      run: ({ controls, events, station, view }) =>
        Effect.gen(function* () {
          const update = yield* within(FirmwareManagement.updateFirmware(station, insecure("cs-2.4.0.bin")))
          assert.strictEqual(update.status, "Accepted")
          assert.strictEqual((yield* within(update.ended)).outcome._tag, "Complete")
          yield* pass(60)
          assert.strictEqual(controls.chargingStation.firmwareVersion, "2.4.0")
          assert.strictEqual((yield* view).mirror.provisioning.chargingStation?.firmwareVersion, "2.4.0")
          assert.isTrue(events.some((event) => event._tag === "FirmwareChanged"))
        })
    },
    "L01.FR.06: the update waits for the transaction that runs": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          yield* charging(site)
          const update = yield* within(FirmwareManagement.updateFirmware(station, insecure("cs-2.4.0.bin")))
          assert.strictEqual(update.status, "Accepted")
          yield* pass(600)
          assert.strictEqual(controls.chargingStation.firmwareVersion, "1.0.0")
          controls.present(card(), 1)
          yield* pass(5)
          controls.unplug(1)
          assert.strictEqual((yield* within(update.ended, 600)).outcome._tag, "Complete")
          yield* pass(60)
          assert.strictEqual(controls.chargingStation.firmwareVersion, "2.4.0")
        })
    },
    "L01.FR.24: another update takes its place": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const first = yield* within(FirmwareManagement.updateFirmware(station, insecure("cs-2.0.0.bin")))
          const second = yield* within(FirmwareManagement.updateFirmware(station, insecure("cs-3.0.0.bin")))
          assert.strictEqual(second.status, "AcceptedCanceled")
          assert.strictEqual((yield* within(first.ended)).outcome._tag, "Cancelled")
          assert.strictEqual((yield* within(second.ended)).outcome._tag, "Complete")
          yield* pass(60)
          assert.strictEqual(controls.chargingStation.firmwareVersion, "3.0.0")
        })
    },
    "L01.FR.05, L01.FR.10: what goes wrong is told": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          for (const fault of ["fail-download", "fail-verification", "fail-install"]) {
            const update = yield* within(FirmwareManagement.updateFirmware(station, insecure(fault)))
            assert.strictEqual(update.status, "Accepted")
            assert.strictEqual((yield* within(update.ended, 600)).outcome._tag, "Failed", fault)
          }
          assert.strictEqual(controls.chargingStation.firmwareVersion, "1.0.0")
        })
    },
    "L01.FR.02: a signing certificate that cannot be trusted is InvalidCertificate": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { signature, signingCertificate } = yield* signed
          const firmware = { location, signature, signingCertificate }
          const update = yield* within(FirmwareManagement.updateFirmware(station, { firmware }))
          assert.strictEqual(update.status, "InvalidCertificate")
          assert.strictEqual((yield* within(update.ended)).outcome._tag, "Failed")
          assert.strictEqual(controls.chargingStation.firmwareVersion, "1.0.0")
        })
    },
    "L-2, L-8: what cannot be is not sent": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const nowhere = FirmwareManagement.updateFirmware(station, {
            firmware: { location: "nowhere" },
            insecure: true
          })
          assert.strictEqual((yield* failure(nowhere))?._tag, "CheckFailed")
        })
    }
  },
  publishFirmware: {
    "L03.FR.01, L03.FR.04: a local controller says where its stations find it": {
      station: { firmware: { publishes: true } },
      run: ({ station }) =>
        Effect.gen(function* () {
          const { ended, status } = yield* within(FirmwareManagement.publishFirmware(station, { location, checksum }))
          assert.strictEqual(status, "Accepted")
          const { outcome } = yield* within(ended, 600)
          if (outcome._tag !== "Complete") return assert.fail(outcome._tag)
          assert.isNotEmpty(outcome.message.location)
        })
    },
    "L03: a station that is no local controller answers NotSupported": {
      allowed: ["Answered"],
      run: ({ station }) =>
        Effect.gen(function* () {
          const failed = yield* failure(FirmwareManagement.publishFirmware(station, { location, checksum }))
          assert.deepInclude(failed, { _tag: "CallError", errorCode: "NotSupported" })
        })
    }
  },
  unpublishFirmware: {
    "L04.FR.01 to L04.FR.04: DownloadOngoing, Unpublished, NoFirmware": {
      station: { firmware: { publishes: true } },
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { ended } = yield* within(FirmwareManagement.publishFirmware(station, { location, checksum }))
          yield* within(ended, 600)
          const unpublish = Effect.map(
            within(FirmwareManagement.unpublishFirmware(station, checksum)),
            ({ status }) => status
          )
          controls.firmware.fetches(checksum, true)
          assert.strictEqual(yield* unpublish, "DownloadOngoing")
          controls.firmware.fetches(checksum, false)
          assert.strictEqual(yield* unpublish, "Unpublished")
          assert.strictEqual(yield* unpublish, "NoFirmware")
        })
    }
  },
  checkFirmware: {
    "L-9, L01.FR.02: what the CSMS finds good the station installs": {
      begins: Date.now(),
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { root, signature, signingCertificate } = yield* signed
          const problems = yield* FirmwareManagement.checkFirmware({
            image,
            signature,
            signingCertificate,
            roots: root
          })
          assert.deepStrictEqual(problems, [])
          yield* patiently(
            station.call("InstallCertificate", { certificateType: "ManufacturerRootCertificate", certificate: root })
          )
          const firmware = { location, signature, signingCertificate }
          const update = yield* patiently(FirmwareManagement.updateFirmware(station, { firmware }))
          assert.strictEqual(update.status, "Accepted")
          assert.strictEqual((yield* within(update.ended, 600)).outcome._tag, "Complete")
          yield* pass(60)
          assert.strictEqual(controls.chargingStation.firmwareVersion, "2.4.0")
        })
    }
  }
})

tryOperations("Jobs", Jobs, {
  run: {
    "CE-1: asks and collects": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const ask = (requestId: number) =>
            station.call("CustomerInformation", { requestId, report: true, clear: false, customerIdentifier: "C1" })
          const { outcome } = yield* within(Jobs.run(station, "CustomerInformation", ask))
          if (outcome._tag !== "Complete") return assert.fail(outcome._tag)
          assert.deepStrictEqual(
            outcome.parts.map(({ message }) => message.data),
            ["No data was found."]
          )
        })
    }
  },
  start: {
    "CE-8: asks and can be waited for later": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const log = { remoteLocation: "https://logs.example/" }
          const ask = (requestId: number) => station.call("GetLog", { requestId, logType: "DiagnosticsLog", log })
          const job = yield* within(Jobs.start(station, "Log", ask))
          yield* pass(120)
          assert.strictEqual((yield* within(job.ended)).outcome._tag, "Complete")
        })
    }
  },
  follow: {
    "CE-8: by its requestId, while it is open and afterwards; another is unknown": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const { requestId } = yield* within(FirmwareManagement.updateFirmware(station, insecure("cs-2.0.0.bin")))
          for (const moment of ["open", "over"]) {
            const { outcome } = yield* within(Jobs.follow(station, "Firmware", requestId), 600)
            assert.strictEqual(outcome._tag, "Complete", moment)
          }
          assert.strictEqual((yield* failure(Jobs.follow(station, "Firmware", 4711)))?._tag, "UnknownJob")
          yield* pass(60)
        })
    }
  },
  cancel: {
    "CE-7: nothing to cancel where nothing is open, and a log ends at the station only": {
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.isFalse(yield* within(Jobs.cancel(station, "DisplayMessages", 4711)))
          assert.strictEqual((yield* failure(Jobs.cancel(station, "Log", 1)))?._tag, "JobNotCancellable")
        })
    }
  }
})
