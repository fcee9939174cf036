import { assert, describe, it } from "@effect/vitest"
import { isSameHashData } from "../../src/transport/CertificateHash.ts"

const sha256 = {
  hashAlgorithm: "SHA256",
  issuerNameHash: "6a9ed51813df0acbfc4e76244b328b5ae7ac9f7195849d390b19ad23554e653c",
  issuerKeyHash: "0c01697f017f3fb4b73ebe45c7de55be4e572edfbb96ac4dc72fa52df7d09776",
  serialNumber: "62238e37a1a21bc9"
} as const

describe("hash data", () => {
  it("M-4: case and leading zeros do not matter, the algorithm does", () => {
    const shouted = { ...sha256, issuerKeyHash: sha256.issuerKeyHash.toUpperCase(), serialNumber: "0062238E37A1A21BC9" }
    assert.isTrue(isSameHashData(sha256, shouted))
    assert.isFalse(isSameHashData(sha256, { ...sha256, hashAlgorithm: "SHA384" }))
    assert.isFalse(isSameHashData(sha256, { ...sha256, serialNumber: "62238e37a1a21bc90" }))
  })
})
