/** OCSP requests and the hash data in them, as openssl makes them. */
import { assert, describe, it } from "@effect/vitest"
import { hashDataOf } from "../../src/pki/HashData.ts"
import { isOcspAnswer, ocspRequest } from "../../src/pki/Ocsp.ts"
import { hexOf } from "../../src/transport/Der.ts"
import { readCertificates } from "../../src/transport/X509.ts"
import { chain } from "../transport/certificates.ts"
import { ocspGood } from "../transport/moreCertificates.ts"

/** What `openssl ocsp` makes of `chain`, by algorithm. */
const byOpenssl = {
  SHA256:
    "MGUwYzBhMF8wXTANBglghkgBZQMEAgEFAAQgap7VGBPfCsv8TnYkSzKLWuesn3GVhJ05CxmtI1VOZTwEIAwBaX8Bfz+0tz6+RcfeVb5OVy7fu5asTccvpS330Jd2AghiI443oaIbyQ==",
  SHA384:
    "MIGHMIGEMIGBMH8wfTANBglghkgBZQMEAgIFAAQwwNQVnp8qj4FH5ul+gY3f/gpcWs3vPvNe9K1Y9+TWeeF2Js3u4dkSc9XkF7QHDRVJBDBUo7nPER/brTjxLqcEnj7v7HnvGo8TefnNupd3zpCB52lJH4Zli7XD8vfTo5mXbNUCCGIjjjehohvJ",
  SHA512:
    "MIGpMIGmMIGjMIGgMIGdMA0GCWCGSAFlAwQCAwUABEBU6M51oQKo5Hj+4LN+yICDMw2Ghu03g6B07L4r3C/Pf/cFRHI0wu7UdCaC5MRpzzGBUQ98u5QzYEk3Nn+XxyIFBEDU973r8hucuVtM1+3i6yoTfYoV11LTl/wchPACYlYrodGtbukz/583RErcNPvYj4Cp+i6Un1K7NLHCUO1LZCsLAghiI443oaIbyQ=="
} as const

const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"))

const sha256 = {
  hashAlgorithm: "SHA256",
  issuerNameHash: "6a9ed51813df0acbfc4e76244b328b5ae7ac9f7195849d390b19ad23554e653c",
  issuerKeyHash: "0c01697f017f3fb4b73ebe45c7de55be4e572edfbb96ac4dc72fa52df7d09776",
  serialNumber: "62238e37a1a21bc9"
} as const

describe("OCSP requests", () => {
  for (const hashAlgorithm of ["SHA256", "SHA384", "SHA512"] as const)
    it(`M-7, M-8: are as openssl makes them, by ${hashAlgorithm}`, async () => {
      const [leaf, root] = readCertificates(chain) ?? []
      const hashData = leaf && root && (await hashDataOf(leaf, root, hashAlgorithm))
      const request = hashData && ocspRequest(hashData)
      assert.strictEqual(request && Buffer.from(request).toString("base64"), byOpenssl[hashAlgorithm])
    })

  it("M-8: a number whose first bit is set is not negative, an odd one gets its zero", () => {
    const numberOf = (serialNumber: string) => hexOf(ocspRequest({ ...sha256, serialNumber }) ?? bytes("")).slice(-10)
    assert.strictEqual(numberOf("ffee"), "020300ffee")
    assert.strictEqual(numberOf("7ffee"), "020307ffee")
    assert.isTrue(numberOf("0").endsWith("020100"))
    assert.isTrue(numberOf("000007").endsWith("020107"))
  })

  it("M-8: hash data that is none makes no request", () => {
    for (const wrong of [
      { serialNumber: "" },
      { serialNumber: "x" },
      { issuerKeyHash: "00" },
      { issuerNameHash: "zz" }
    ])
      assert.isUndefined(ocspRequest({ ...sha256, ...wrong }))
    assert.isUndefined(ocspRequest({ ...sha256, hashAlgorithm: "SHA512" }))
  })

  it("M-8: only a successful OCSPResponse is an answer", () => {
    assert.isTrue(isOcspAnswer(bytes(ocspGood)))
    assert.isFalse(isOcspAnswer(bytes("MAMKAQM="))) // tryLater
    assert.isFalse(isOcspAnswer(bytes("MAMKAQA="))) // successful, with nothing in it
    assert.isFalse(isOcspAnswer(bytes(ocspGood).subarray(0, 100)))
    assert.isFalse(isOcspAnswer(bytes(Buffer.from("<html>").toString("base64"))))
    assert.isFalse(isOcspAnswer(bytes("")))
  })
})
