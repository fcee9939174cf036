/** Block M, which certificates a station has: TC_M_12 to 19. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { CertificateManagement, installedCertificates, type Messages } from "@wattline/ocpp-core"
import { makeTestCa } from "../Pki.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type Response = Messages["GetInstalledCertificateIds"]["response"]
/** One certificate as a station reports it. */
export type ReportedCertificate = NonNullable<Response["certificateHashDataChain"]>[number]
type CertificateType = ReportedCertificate["certificateType"]
type Algorithm = ReportedCertificate["certificateHashData"]["hashAlgorithm"]
type Types = readonly [CertificateType, ...ReadonlyArray<CertificateType>]

const allTypes: Types = [
  "CSMSRootCertificate",
  "ManufacturerRootCertificate",
  "V2GRootCertificate",
  "V2GCertificateChain",
  "MORootCertificate"
]

const lists = (
  number: "13" | "14" | "15" | "16" | "17",
  types: Types,
  certification: string,
  requirements: ReadonlyArray<string> = ["M03.FR.01"]
): OcaCase => ({
  id: `TC_M_${number}_CSMS`,
  title: `installed certificates of ${types.join(" and ")}`,
  certification,
  requirements,
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    yield* installedAre(world, yield* Effect.forEach(types, (type) => reportedAs(type)), types)
  })
})

/** The cases, in the order of the standard. */
export const certificateLists: ReadonlyArray<OcaCase> = [
  {
    id: "TC_M_12_CSMS",
    title: "installed certificates of CSMSRootCertificate, by three algorithms",
    certification: "not certified",
    requirements: ["M03.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const algorithm of ["SHA256", "SHA384", "SHA512"] as const)
        yield* installedAre(world, [yield* reportedAs("CSMSRootCertificate", algorithm)], ["CSMSRootCertificate"])
    })
  },
  lists("13", ["ManufacturerRootCertificate"], "M"),
  lists("14", ["V2GRootCertificate"], "M ISO 15118"),
  lists("15", ["V2GCertificateChain"], "M ISO 15118", ["M03.FR.01", "M03.FR.05"]),
  lists("16", ["MORootCertificate"], "M ISO 15118"),
  lists("17", ["CSMSRootCertificate", "ManufacturerRootCertificate"], "not certified"),
  {
    id: "TC_M_18_CSMS",
    title: "installed certificates of all types",
    certification: "M",
    requirements: ["M03.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* installedAre(world, yield* Effect.forEach(allTypes, (type) => reportedAs(type)))
    })
  },
  {
    id: "TC_M_19_CSMS",
    title: "no installed certificate is found",
    certification: "M",
    requirements: ["M03.FR.01", "M03.FR.02"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* installedAre(world, [], ["ManufacturerRootCertificate"])
    })
  }
]

/** A new certificate as a station reports it; a V2G chain has a sub-CA. */
const reportedAs = Effect.fnUntraced(function* (certificateType: CertificateType, algorithm: Algorithm = "SHA256") {
  const ca = yield* makeTestCa(`Wattline ${certificateType}`)
  const root = yield* CertificateManagement.certificateHashData(ca.cert, algorithm)
  if (certificateType !== "V2GCertificateChain") return { certificateType, certificateHashData: root }
  const subCa = yield* ca.intermediate("Wattline V2G Sub-CA")
  const { chain } = yield* subCa.issue({ commonName: "SECC", key: "EC", usage: "client" })
  return {
    certificateType,
    certificateHashData: yield* CertificateManagement.certificateHashData(chain, algorithm),
    childCertificateHashData: [yield* CertificateManagement.certificateHashData(subCa.cert, algorithm, ca.cert)]
  }
})

/** GetInstalledCertificates: the station is asked for these types, or for all, and has just these certificates. */
export const installedAre = Effect.fnUntraced(function* (
  world: World,
  certificates: ReadonlyArray<ReportedCertificate>,
  types?: Types
) {
  const response: Response =
    certificates.length === 0
      ? { status: "NotFound" }
      : { status: "Accepted", certificateHashDataChain: [...certificates] }
  const found = yield* world.operated(
    CertificateManagement.getInstalledCertificateIds(world.station, types),
    "GetInstalledCertificateIds",
    types === undefined ? {} : { certificateType: [...types] },
    response
  )
  assert.deepStrictEqual(found, certificates)
  const known = installedCertificates((yield* world.view).mirror.certificates)
  for (const { certificateHashData, certificateType } of certificates)
    assert.deepInclude(known, { certificateType, ...certificateHashData })
})
