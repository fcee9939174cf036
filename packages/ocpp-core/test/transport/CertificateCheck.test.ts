import { assert, describe, it } from "@effect/vitest"
import { certificateProblem, type ExpectedCertificate } from "../../src/transport/CertificateCheck.ts"
import type { ClientCertificate } from "../../src/transport/Transport.ts"

const good: ClientCertificate = {
  commonName: "SN-1",
  organizations: ["Wattline"],
  verification: "trusted",
  problem: undefined,
  fingerprint256: "AA:BB",
  validTo: 0
}

const expected: ExpectedCertificate = { serialNumber: "SN-1", organizations: ["Wattline"], acceptExpired: false }

const problem = (certificate: Partial<ClientCertificate>, wanted: Partial<ExpectedCertificate> = {}) =>
  certificateProblem({ ...good, ...certificate }, { ...expected, ...wanted })

describe("certificate of a station", () => {
  it("R-056: one of the right CA, organization and serial number is good", () => {
    assert.isUndefined(problem({}))
    assert.isUndefined(problem({ organizations: ["Other", " WATTLINE "] }))
  })

  it("R-055: one that is not trusted is refused, also with acceptExpired", () => {
    assert.match(problem({ verification: "untrusted" }) ?? "", /not trusted/)
    assert.match(problem({ verification: "untrusted" }, { acceptExpired: true }) ?? "", /not trusted/)
  })

  it("R-058: an expired one is good only with acceptExpired, and must be right otherwise", () => {
    assert.match(problem({ verification: "expired" }) ?? "", /expired/)
    assert.isUndefined(problem({ verification: "expired" }, { acceptExpired: true }))
    assert.match(problem({ verification: "expired", commonName: "SN-2" }, { acceptExpired: true }) ?? "", /CN/)
  })

  it("R-056: O must be one of the expected organizations, where any are expected", () => {
    for (const organizations of [[], ["Other"], ["Wattline Europe"], [""]])
      assert.match(problem({ organizations }) ?? "", /organization/)
    assert.isUndefined(problem({ organizations: ["Other"] }, { organizations: [] }))
  })

  it("R-056: the CN must be the serial number, in its case; any CN where none is known yet, but one", () => {
    assert.match(problem({ commonName: "sn-1" }) ?? "", /CN/)
    assert.match(problem({ commonName: "SN-11" }) ?? "", /CN/)
    assert.isUndefined(problem({ commonName: "SN-2" }, { serialNumber: undefined }))
    for (const commonName of [undefined, ""])
      for (const serialNumber of [undefined, "SN-1"])
        assert.match(problem({ commonName }, { serialNumber }) ?? "", /has no CN/)
  })
})
