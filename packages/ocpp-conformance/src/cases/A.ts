/** Block A: what `securitySuite` shows over real TLS, and the V2G certificates of stations, TC_A_12 and 13. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { type Messages, Security } from "@wattline/ocpp-core"
import type { CaseId, OcaCase, ReferredCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import { isChainOf, newCsr, sign } from "./V2g.ts"

/** A case of `securitySuite`. */
export const shownBySecuritySuite = (
  id: CaseId,
  title: string,
  requirements: ReadonlyArray<string> = [],
  certification = "M"
): ReferredCase => ({
  id,
  title,
  certification,
  requirements,
  shownBy: "securitySuite",
  notApplicable: "there is no HTTP upgrade and no TLS; it is shown over ws and uws"
})

const renewal = (
  head: Omit<OcaCase, "run">,
  certificate: Security.RenewableCertificate,
  requestedMessage: Messages["TriggerMessage"]["request"]["requestedMessage"],
  type: Pick<Messages["SignCertificate"]["request"], "certificateType">
): OcaCase => ({
  ...head,
  run: Effect.fnUntraced(function* (world) {
    yield* world.handles({ signCertificate: ({ csr }) => sign(csr) })
    yield* accepted(world)
    const operation = yield* world.starts(Security.requestCertificateRenewal(world.station, certificate))
    yield* world.cs.answers("TriggerMessage", { requestedMessage }, { status: "Accepted" })
    const csr = yield* newCsr("SN.1")
    const before = world.cs.heard.length
    assert.strictEqual((yield* world.cs.call("SignCertificate", { csr, ...type })).status, "Accepted")
    const { answer, request } = yield* world.cs.asked("CertificateSigned")
    assert.deepStrictEqual(world.cs.heard.slice(before), ["CALLRESULT SignCertificate", "CALL CertificateSigned"])
    const { certificateChain, ...rest } = request
    assert.deepStrictEqual<unknown>(rest, type)
    assert.isAtMost(certificateChain.length, 10_000)
    assert.isTrue(yield* isChainOf(certificateChain, csr))
    yield* answer({ status: "Accepted" })
    assert.deepStrictEqual(yield* Fiber.join(operation), { status: "Accepted" })
  })
})

/** The cases, in the order of the standard. */
export const security: ReadonlyArray<OcaCase | ReferredCase> = [
  shownBySecuritySuite("TC_A_01_CSMS", "Basic authentication with the right credentials", ["A00.FR.204", "B01.FR.02"]),
  shownBySecuritySuite("TC_A_02_CSMS", "Basic authentication, the user name is not the identity", ["A00.FR.204"]),
  shownBySecuritySuite("TC_A_03_CSMS", "Basic authentication with a wrong password", ["A00.FR.204"]),
  shownBySecuritySuite("TC_A_04_CSMS", "server certificates and cipher suites", ["A00.FR.306", "A00.FR.502"]),
  shownBySecuritySuite("TC_A_06_CSMS", "TLS below 1.2 is refused", ["A00.FR.314", "A00.FR.417"]),
  shownBySecuritySuite("TC_A_07_CSMS", "client certificate, valid", ["A00.FR.409", "A00.FR.421"], "M AdvSec"),
  shownBySecuritySuite("TC_A_08_CSMS", "client certificate, invalid", ["A00.FR.405", "A00.FR.407"], "M AdvSec"),
  shownBySecuritySuite("TC_A_09_CSMS", "change the password, accepted", ["A01.FR.02", "A01.FR.03"]),
  shownBySecuritySuite("TC_A_10_CSMS", "change the password, rejected", ["A01.FR.02", "A01.FR.04"]),
  shownBySecuritySuite("TC_A_11_CSMS", "renew the station's certificate", ["A02.FR.11", "A02.FR.14"], "M AdvSec"),
  renewal(
    {
      id: "TC_A_12_CSMS",
      title: "renew the V2G certificate",
      certification: "M ISO 15118",
      requirements: ["A02.FR.11", "A02.FR.14", "F06.FR.01"]
    },
    "V2GCertificate",
    "SignV2GCertificate",
    { certificateType: "V2GCertificate" }
  ),
  renewal(
    {
      id: "TC_A_13_CSMS",
      title: "renew the combined certificate",
      certification: "withdrawn 2025-02",
      requirements: ["A02.FR.11"]
    },
    "Combined",
    "SignCombinedCertificate",
    {}
  ),
  shownBySecuritySuite("TC_A_14_CSMS", "the station refuses its renewed certificate", ["A02.FR.07"], "M AdvSec"),
  shownBySecuritySuite("TC_A_19_CSMS", "raise the security profile", ["A05.FR.04", "A05.FR.07"])
]
