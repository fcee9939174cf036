import { assert, describe, it } from "@effect/vitest"
import { readRequest } from "../../src/pki/SigningRequest.ts"
import { chain, csr, otherCsr } from "../transport/certificates.ts"
import { csrEd25519, csrP384, csrP521, csrPss, csrRsa } from "../transport/moreCertificates.ts"

/** By an EC key and ECDSA, and says that it is RSA; its CN is a BMPString. */
const claimsRsa = `-----BEGIN CERTIFICATE REQUEST-----
MIHOMHUCAQAwFTETMBEGA1UEAx4KAEcAcgD2AN8AZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBil6rVSGP9rsNlCru5AwuGCFymZV0XUBR1aVf6jlNO/cBoUOQsILYObPi9KMydaXUNsod/gfzhpXLjBNAze6cUwCwYJKoZIhvcNAQELA0gAMEUCIQCD97zfuoeSxutWSdE+PUFUKP1j1Hg6axWJ/4hyxm40KQIgMY0nxOgikKOv1j2dmDlxhSdR+djwoOmeWAFF0tjkv5M=
-----END CERTIFICATE REQUEST-----`

/** A CSR with these bytes of it, in hexadecimal, changed. */
const changed = (pem: string, from: string, to: string): string => {
  const der = Buffer.from(pem.replaceAll(/-----.*-----/g, ""), "base64").toString("hex")
  assert.include(der, from)
  const body = Buffer.from(der.replaceAll(from, to), "hex").toString("base64")
  return `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----`
}

describe("signing requests", () => {
  for (const [name, pem] of Object.entries({ csr, otherCsr, csrP384, csrP521, csrRsa, csrPss }))
    it(`A-18: ${name} is read, and signed by its own key`, async () => {
      const read = { commonName: "SN-1", organizations: ["Wattline"], signature: "Valid" }
      assert.deepStrictEqual<unknown>(await readRequest(pem), read)
    })

  for (const [name, pem] of Object.entries({ csr, csrP521, csrRsa, csrPss }))
    it(`A-18: ${name} with another subject is not`, async () => {
      const hex = (text: string) => Buffer.from(text).toString("hex")
      const forged = changed(pem, hex("SN-1"), hex("SN-2"))
      assert.deepInclude(await readRequest(forged), { commonName: "SN-2", signature: "Invalid" })
    })

  it("A-18: what cannot be verified is told apart", async () => {
    const verdict = async (pem: string) => (await readRequest(pem)).signature
    assert.strictEqual(await verdict(csrEd25519), "UnknownAlgorithm")
    assert.strictEqual(await verdict(changed(csrRsa, "2a864886f70d01010b", "2a864886f70d010105")), "UnknownAlgorithm") // SHA-1
    assert.strictEqual(await verdict(changed(csr, "2a8648ce3d030107", "2a8648ce3d030101")), "UnknownAlgorithm") // P-192
    assert.strictEqual(await verdict(changed(csr, "2a8648ce3d030107", "2a8648ce3d03017f")), "UnknownAlgorithm")
    const claims = { commonName: "Größe", organizations: [], signature: "UnknownAlgorithm" }
    assert.deepStrictEqual<unknown>(await readRequest(claimsRsa), claims)
    assert.strictEqual(await verdict(chain), "Unreadable")
    assert.strictEqual(await verdict(""), "Unreadable")
  })
})
