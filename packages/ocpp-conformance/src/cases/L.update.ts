/** Block L, firmware updates: TC_L_01 to 11, 13. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { expectsUnavailable } from "@wattline/ocpp-core"
import { ends, fails, installs, later, reportsSecurity, restarts, runs, tells, updates } from "./L.steps.ts"
import { reports } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted, energyTransferStarted, evConnectedPostSession, evDisconnected, stopAuthorized } from "./states.ts"

const minute = 60_000

/** The cases, in the order of the standard. */
export const firmwareUpdates: ReadonlyArray<OcaCase> = [
  {
    id: "TC_L_01_CSMS",
    title: "a secure update",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.15"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world)
      yield* tells(world, update, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
      yield* installs(world, update)
    })
  },
  {
    id: "TC_L_02_CSMS",
    title: "a secure update that is to be installed later",
    certification: "C(C-15)",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.15", "L01.FR.16"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world, "Accepted", { installDateTime: yield* later(world, 5 * minute) })
      yield* tells(world, update, "Downloading", "Downloaded", "SignatureVerified", "InstallScheduled")
      yield* world.passes("5 minutes")
      yield* tells(world, update, "Installing", "InstallRebooting")
      yield* installs(world, update)
    })
  },
  {
    id: "TC_L_03_CSMS",
    title: "a secure update that is to be fetched later",
    certification: "C(C-15)",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.13", "L01.FR.15"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world, "Accepted", { retrieveDateTime: yield* later(world, 5 * minute) })
      yield* tells(world, update, "DownloadScheduled")
      yield* world.passes("5 minutes")
      yield* tells(world, update, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
      yield* installs(world, update)
    })
  },
  {
    id: "TC_L_04_CSMS",
    title: "the signing certificate is revoked",
    certification: "M",
    requirements: ["L01.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* ends(yield* updates(world, "RevokedCertificate"), { _tag: "Failed", reason: "RevokedCertificate" })
    })
  },
  {
    id: "TC_L_05_CSMS",
    title: "the signing certificate is invalid",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.02", "L01.FR.22"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world, "InvalidCertificate")
      yield* ends(update, { _tag: "Failed", reason: "InvalidCertificate" })
      yield* reportsSecurity(world, update, "InvalidFirmwareSigningCertificate")
    })
  },
  {
    id: "TC_L_06_CSMS",
    title: "the signature is invalid, and the security event comes before or after it",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.03", "L01.FR.11"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const isFirst of [false, true]) {
        const update = yield* updates(world)
        yield* tells(world, update, "Downloading", "Downloaded")
        if (isFirst) yield* reportsSecurity(world, update, "InvalidFirmwareSignature")
        yield* fails(world, update, "InvalidSignature")
        if (!isFirst) yield* reportsSecurity(world, update, "InvalidFirmwareSignature")
      }
    })
  },
  {
    id: "TC_L_07_CSMS",
    title: "the image cannot be fetched",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.30"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world)
      yield* tells(world, update, "Downloading")
      yield* fails(world, update, "DownloadFailed")
    })
  },
  {
    id: "TC_L_08_CSMS",
    title: "the firmware is not verified while it is installed",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.29"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world)
      yield* tells(world, update, "Downloading", "Downloaded", "SignatureVerified", "Installing")
      yield* fails(world, update, "InstallVerificationFailed")
    })
  },
  {
    id: "TC_L_09_CSMS",
    title: "the installation fails after the restart",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.11"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const update = yield* updates(world)
      yield* tells(world, update, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
      yield* restarts(world, update)
      yield* fails(world, update, "InstallationFailed")
    })
  },
  {
    id: "TC_L_10_CSMS",
    title: "a second update takes the place of the first",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.24"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const first = yield* updates(world)
      yield* tells(world, first, "Downloading")
      const second = yield* updates(world, "AcceptedCanceled")
      assert.notStrictEqual(second.requestId, first.requestId)
      yield* ends(first, { _tag: "Cancelled", by: second.requestId })
      yield* tells(world, first, "DownloadFailed") // late
      yield* tells(world, second, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
      yield* installs(world, second)
      yield* ends(first, { _tag: "Cancelled" })
    })
  },
  {
    id: "TC_L_11_CSMS",
    title: "a second update is refused, and the first goes on",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.11", "L01.FR.27"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const first = yield* updates(world)
      yield* tells(world, first, "Downloading")
      yield* ends(yield* updates(world, "Rejected"), { _tag: "Failed", reason: "Rejected" })
      yield* runs(world, first, "Downloading")
      yield* tells(world, first, "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
      yield* installs(world, first)
    })
  },
  {
    id: "TC_L_13_CSMS",
    title: "an update waits for a transaction",
    certification: "M",
    requirements: ["L01.FR.01", "L01.FR.06", "L01.FR.07", "L01.FR.11", "L01.FR.13"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [used, free] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world, used)
      const update = yield* updates(world, "Accepted", { retrieveDateTime: yield* later(world, minute) })
      yield* tells(world, update, "DownloadScheduled")
      yield* reports(world, "Unavailable", free)
      assert.isTrue(expectsUnavailable((yield* world.view).mirror))
      yield* stopAuthorized(world, used)
      yield* evConnectedPostSession(world, used)
      yield* evDisconnected(world, used)
      yield* tells(world, update, "Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")
      yield* installs(world, update)
      assert.isFalse(expectsUnavailable((yield* world.view).mirror))
    })
  }
]
