/** Block M, what a station asks for with ISO 15118: the status of certificates, and contract certificates. TC_M_24, 26, 28. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { CertificateManagement, type Messages } from "@wattline/ocpp-core"
import { makeTestCa } from "../Pki.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import { responderUrl } from "./V2g.ts"
import type { World } from "./World.ts"

type CertificateAction = Messages["Get15118EVCertificate"]["request"]["action"]

const contract = (number: "26" | "28", action: CertificateAction, requirement: string): OcaCase => ({
  id: `TC_M_${number}_CSMS`,
  title: `contract certificate of an EV: ${action}`,
  certification: "M ISO 15118",
  requirements: [requirement],
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    yield* hasPool(world)
    const answer = yield* world.cs.call("Get15118EVCertificate", {
      iso15118SchemaVersion: "urn:iso:15118:2:2013:MsgDef",
      action,
      exiRequest: exi(`Certificate${action}Req`)
    })
    assert.deepStrictEqual(answer, { status: "Accepted", exiResponse: exi(`Certificate${action}Res`) })
  })
})

/** The cases, in the order of the standard. */
export const contractCertificates: ReadonlyArray<OcaCase> = [
  {
    id: "TC_M_24_CSMS",
    title: "status of the certificates of a station by OCSP",
    certification: "M ISO 15118",
    requirements: ["M06.FR.01", "M06.FR.02", "M06.FR.03", "M06.FR.08", "M06.FR.09"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const asked = yield* hasResponder(world)
      const root = yield* makeTestCa("Wattline V2G Root")
      const subCas = [
        yield* root.intermediate("Wattline V2G Sub-CA 1"),
        yield* root.intermediate("Wattline V2G Sub-CA 2")
      ]
      for (const { cert } of subCas) {
        const hashData = yield* CertificateManagement.certificateHashData(cert, "SHA256", root.cert)
        const ocspRequestData = { ...hashData, responderURL: responderUrl }
        const answer = yield* world.cs.call("GetCertificateStatus", { ocspRequestData })
        assert.deepStrictEqual(answer, { status: "Accepted", ocspResult: good.toString("base64") })
        assert.include(asked.at(-1), hashData.issuerKeyHash)
      }
      assert.lengthOf(asked, subCas.length)
    })
  },
  contract("26", "Install", "M01.FR.01"),
  contract("28", "Update", "M02.FR.01")
]

/** A message of ISO 15118, which nobody here reads. */
const exi = (message: string): string => Buffer.from(message).toString("base64")

/** The application has a contract certificate pool. */
const hasPool = (world: World) =>
  world.handles({
    Get15118EVCertificate: ({ action, exiRequest }) =>
      Effect.succeed(
        exiRequest === exi(`Certificate${action}Req`)
          ? { status: "Accepted", exiResponse: exi(`Certificate${action}Res`) }
          : { status: "Failed", exiResponse: "" }
      )
  })

/** OCSPResponse: successful, with an empty basic response. */
const good = Buffer.from("30160a0100a011300f06092b060105050730010104023000", "hex")

/** The application has an OCSP responder; gives what that was asked, hexadecimal. */
const hasResponder = Effect.fnUntraced(function* (world: World) {
  const asked: Array<string> = []
  yield* world.handles({
    GetCertificateStatus: CertificateManagement.getCertificateStatusBy({
      allow: ({ href }) => href === responderUrl,
      fetch: async (_url, init) => {
        asked.push(Buffer.from(init?.body as Uint8Array).toString("hex"))
        return new Response(good)
      }
    })
  })
  return asked
})
