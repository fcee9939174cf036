/** Block C, plug and charge: TC_C_50 to 52. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { Messages } from "@wattline/ocpp-core"
import { isVerdict, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted, energyTransferStarted, evConnectedPreSession } from "./states.ts"
import { contractChain, ocspRequestFor } from "./V2g.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const contracts: ReadonlyArray<OcaCase> = [
  {
    id: "TC_C_50_CSMS",
    title: "plug and charge, hash data of a valid certificate",
    certification: "M ISO 15118",
    requirements: ["C07.FR.04", "C07.FR.05", "C07.FR.14"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const { hashData } = yield* plugsIn(world)
      const answer = yield* presents(world, { iso15118CertificateHashData: [hashData] })
      yield* isGood(world, answer)
    })
  },
  {
    id: "TC_C_51_CSMS",
    title: "plug and charge, hash data of a revoked certificate",
    certification: "M ISO 15118",
    requirements: ["C07.FR.16"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const { hashData } = yield* plugsIn(world)
      world.app.ocspAnswer = "revoked"
      const answer = yield* presents(world, { iso15118CertificateHashData: [hashData] })
      assert.deepInclude(answer, { certificateStatus: "CertificateRevoked" })
      isVerdict(answer.idTokenInfo, "Invalid")
    })
  },
  {
    id: "TC_C_52_CSMS",
    title: "plug and charge, a valid certificate itself",
    certification: "M ISO 15118",
    requirements: ["C07.FR.04", "C07.FR.05", "C07.FR.14", "C07.FR.17"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const { certificate } = yield* plugsIn(world)
      const answer = yield* presents(world, { certificate })
      yield* isGood(world, answer)
    })
  }
]

/** The cable is in; gives the contract certificate, and what to ask the OCSP responder about it. */
const plugsIn = Effect.fnUntraced(function* (world: World) {
  yield* accepted(world)
  yield* evConnectedPreSession(world)
  const certificate = yield* contractChain(tokens.contract.idToken)
  const hashData = (yield* ocspRequestFor(certificate)) ?? assert.fail("no chain")
  world.app.contracts.push(hashData)
  return { certificate, hashData }
})

/** CS → CSMS Authorize with the eMAID and what proves it; the CSMS asks the OCSP responder about that certificate. */
const presents = Effect.fnUntraced(function* (
  world: World,
  proof: Pick<Messages["Authorize"]["request"], "certificate" | "iso15118CertificateHashData">
) {
  const answer = yield* world.cs.call("Authorize", { idToken: tokens.contract, ...proof })
  assert.deepStrictEqual(world.app.ocspRequests, world.app.contracts)
  return answer
})

/** The certificate and the eMAID are accepted, in the TransactionEvent too, and energy flows. */
const isGood = Effect.fnUntraced(function* (
  world: World,
  { certificateStatus, idTokenInfo }: Messages["Authorize"]["response"]
) {
  const [evse] = world.evses
  assert.strictEqual(certificateStatus, "Accepted")
  isVerdict(idTokenInfo, "Accepted")
  isVerdict(yield* transactionEvent(world, evse, "Authorized", { idToken: tokens.contract }), "Accepted")
  evse.authorized = true
  yield* energyTransferStarted(world)
})
