/** Block M, installing root certificates: TC_M_01 to 05. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { CertificateManagement, type Messages } from "@wattline/ocpp-core"
import { makeTestCa } from "../Pki.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type CertificateType = Messages["InstallCertificate"]["request"]["certificateType"]
type InstallStatus = Messages["InstallCertificate"]["response"]["status"]

const installs = (
  number: "01" | "02" | "03" | "04",
  certificateType: CertificateType,
  certification: string
): OcaCase => ({
  id: `TC_M_${number}_CSMS`,
  title: `install a ${certificateType}`,
  certification,
  requirements: ["M05.FR.01", "M05.FR.02"],
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    yield* certificateInstalled(world, certificateType)
  })
})

/** The cases, in the order of the standard. */
export const certificateInstallations: ReadonlyArray<OcaCase> = [
  installs("01", "CSMSRootCertificate", "M"),
  installs("02", "ManufacturerRootCertificate", "M"),
  installs("03", "V2GRootCertificate", "M ISO 15118"),
  installs("04", "MORootCertificate", "M ISO 15118"),
  {
    id: "TC_M_05_CSMS",
    title: "a root certificate could not be installed",
    certification: "M",
    requirements: ["M05.FR.01", "M05.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* certificateInstalled(world, "CSMSRootCertificate", "Failed")
    })
  }
]

/** CertificateInstalled: the station gets a root certificate, and says what became of it. Gives the certificate, PEM. */
export const certificateInstalled = Effect.fnUntraced(function* (
  world: World,
  certificateType: CertificateType,
  status: InstallStatus = "Accepted"
) {
  const { cert: certificate } = yield* makeTestCa(`Wattline ${certificateType}`)
  const outcome = yield* world.operated(
    CertificateManagement.installCertificate(world.station, certificateType, certificate),
    "InstallCertificate",
    { certificateType, certificate },
    { status }
  )
  assert.strictEqual(outcome.status, status)
  return certificate
})
