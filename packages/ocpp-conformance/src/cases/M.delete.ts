/** Block M, deleting certificates: TC_M_20 and 21. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { CertificateManagement, type Messages } from "@wattline/ocpp-core"
import { certificateInstalled } from "./M.install.ts"
import type { ReportedCertificate } from "./M.lists.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type Algorithm = ReportedCertificate["certificateHashData"]["hashAlgorithm"]
type DeleteStatus = Messages["DeleteCertificate"]["response"]["status"]

/** The cases, in the order of the standard. */
export const certificateDeletions: ReadonlyArray<OcaCase> = [
  {
    id: "TC_M_20_CSMS",
    title: "delete a certificate, by three algorithms",
    certification: "M",
    requirements: ["M04.FR.01", "M04.FR.07"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const algorithm of ["SHA256", "SHA384", "SHA512"] as const) yield* deletes(world, algorithm, "Accepted")
    })
  },
  {
    id: "TC_M_21_CSMS",
    title: "a certificate could not be deleted",
    certification: "M",
    requirements: ["M04.FR.01", "M04.FR.03", "M04.FR.07"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* deletes(world, "SHA256", "Failed")
    })
  }
]

/** A root is installed; the operator has it deleted: the station is asked for its certificates, then deletes that one. */
const deletes = Effect.fnUntraced(function* (world: World, algorithm: Algorithm, status: DeleteStatus) {
  const certificateType = "CSMSRootCertificate"
  const certificate = yield* certificateInstalled(world, certificateType)
  const certificateHashData = yield* CertificateManagement.certificateHashData(certificate, algorithm)
  const deletion = CertificateManagement.deleteInstalledCertificate(world.station, { certificateType, certificate })
  const running = yield* world.starts(deletion)
  yield* world.cs.answers(
    "GetInstalledCertificateIds",
    { certificateType: [certificateType] },
    { status: "Accepted", certificateHashDataChain: [{ certificateType, certificateHashData }] }
  )
  yield* world.cs.answers("DeleteCertificate", { certificateHashData }, { status })
  assert.deepStrictEqual(yield* Fiber.join(running), { status })
})
