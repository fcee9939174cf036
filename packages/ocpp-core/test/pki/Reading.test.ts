/** What stations send and users give is read without a throw, and PKI.js is loaded by nobody who does not need it. */
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { hashDataOf } from "../../src/pki/HashData.ts"
import { isOcspAnswer } from "../../src/pki/Ocsp.ts"
import { readRequest } from "../../src/pki/SigningRequest.ts"
import { readCertificate } from "../../src/transport/X509.ts"
import { chain, csr } from "../transport/certificates.ts"
import { csrPss, csrRsa, ocspGood } from "../transport/moreCertificates.ts"

const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----.*-----/g, ""), "base64")
const pemOf = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----`

/** These bytes with some of them changed, and sometimes cut. */
const mangled = (original: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.oneof(fc.constant(original.length), fc.nat(original.length))
    )
    .map(([changes, end]) => {
      const bytes = Uint8Array.from(original)
      for (const [at, byte] of changes) bytes[at] = byte
      return bytes.slice(0, end)
    })

describe("whatever bytes come", () => {
  for (const [name, pem] of Object.entries({ csr, csrRsa, csrPss }))
    it(`A-18: ${name} gives a verdict`, () =>
      fc.assert(
        fc.asyncProperty(mangled(derOf(pem)), async (der) => {
          const { commonName, organizations } = await readRequest(pemOf("CERTIFICATE REQUEST", der))
          for (const one of [commonName ?? "", ...organizations]) assert.isString(one)
        }),
        { numRuns: 300 }
      ))

  it("M-7: a certificate gives hash data or none", () =>
    fc.assert(
      fc.asyncProperty(mangled(new X509Certificate(chain).raw), async (der) => {
        const certificate = readCertificate(pemOf("CERTIFICATE", der))
        const hashData = certificate && (await hashDataOf(certificate, certificate, "SHA256"))
        if (hashData !== undefined) assert.match(hashData.serialNumber, /^([1-9a-f][0-9a-f]*|0)$/)
      }),
      { numRuns: 300 }
    ))

  it("M-8: an OCSP response is an answer or none", () => {
    fc.assert(
      fc.property(mangled(Buffer.from(ocspGood, "base64")), (der) => assert.isBoolean(isOcspAnswer(der))),
      { numRuns: 300 }
    )
    assert.isFalse(isOcspAnswer(Uint8Array.from({ length: 4125 }, (_, at) => (at % 2 === 0 ? 0x30 : 0x80)))) // one in another
  })
})

describe("PKI.js", () => {
  const loadedBy = (code: string): string => {
    const hooks = `import { registerHooks } from "node:module"
      const loaded = new Set()
      registerHooks({ load: (url, context, next) => (loaded.add(url), next(url, context)) })`
    const ending = `process.stdout.write([...loaded].filter((url) => /pkijs|asn1js/.test(url)).join(" "))`
    const args = ["--conditions=@wattline/source", "--input-type=module", "-e", `${hooks}\n${code}\n${ending}`]
    return execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" })
  }

  it("is loaded with its first use, not with the library", { timeout: 30_000 }, () => {
    const load = 'const { checkSigningRequest } = await import("@wattline/ocpp-core/promise")'
    assert.strictEqual(loadedBy(load), "")
    assert.match(loadedBy(`${load}\nawait checkSigningRequest(${JSON.stringify(csr)})`), /pkijs/)
  })
})
