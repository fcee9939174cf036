import { assert, describe, it } from "@effect/vitest"
import { clientCertificate } from "../../src/adapter/Certificate.ts"

const x509 = { subject: "CN=SN-1\nO=Wattline", validTo: "Nov 22 10:00:00 2027 GMT", fingerprint256: "AB:CD" }
const of = (subject: string) => {
  const { commonName, organizations } = clientCertificate({ ...x509, subject }, undefined)
  return [commonName, organizations]
}

describe("clientCertificate", () => {
  it("R-056: reads CN, O, the end and the fingerprint", () => {
    assert.deepStrictEqual(clientCertificate(x509, undefined), {
      commonName: "SN-1",
      organizations: ["Wattline"],
      verification: "trusted",
      problem: undefined,
      fingerprint256: "AB:CD",
      validTo: Date.UTC(2027, 10, 22, 10)
    })
  })

  it("R-056: undoes the escapes of node, and splits attributes that share a name", () => {
    assert.deepStrictEqual(of("C=DE\nO=Operator\\, Inc.\nO=Süd\\+Nord\nCN=SN\\\\1"), [
      "SN\\1",
      ["Operator, Inc.", "Süd+Nord"]
    ])
    assert.deepStrictEqual(of("CN=SN-1 + O=Wattline"), ["SN-1", ["Wattline"]])
    assert.deepStrictEqual(of("C=DE"), [undefined, []])
  })

  it("R-056: an escaped line break in a value begins no attribute", () => {
    assert.deepStrictEqual(of("O=Evil\\0ACN=SN-2\nCN=SN-1"), ["SN-1", ["Evil\nCN=SN-2"]])
  })

  it("R-058: only too old is expired, everything else untrusted", () => {
    const verification = (problem: string) => clientCertificate(x509, problem).verification
    assert.strictEqual(verification("CERT_HAS_EXPIRED"), "expired")
    for (const problem of ["CERT_HAS_EXPIRED, and it is forged", "CERT_NOT_YET_VALID", "CERT_REVOKED", ""]) {
      assert.strictEqual(verification(problem), "untrusted", problem)
    }
  })
})
