import { X509Certificate } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { doubtsOf, fingerprintOf, isForAnotherKey } from "../../src/transport/RenewedCertificate.ts"
import { keyOfRequest, readCertificate } from "../../src/transport/X509.ts"
import { chain, csr, fingerprints, laterChain, otherChain, otherCsr } from "./certificates.ts"

const read = (pem: string) => readCertificate(pem) ?? assert.fail("cannot be read")

describe("readCertificate", () => {
  for (const [name, pem] of Object.entries({ chain, laterChain }))
    it(`reads of the leaf of ${name} what node:crypto reads`, () => {
      const leaf = read(pem)
      const { publicKey, raw, subject, validFromDate, validToDate } = new X509Certificate(pem)
      assert.strictEqual(subject, `O=${leaf.organizations.join()}\nCN=${leaf.commonName}`)
      assert.strictEqual(leaf.notBefore, validFromDate.getTime())
      assert.strictEqual(leaf.notAfter, validToDate.getTime())
      assert.isTrue(raw.equals(leaf.der))
      assert.isTrue(publicKey.export({ format: "der", type: "spki" }).equals(leaf.publicKey))
    })

  it("A-24: the fingerprint is the one that the TLS layer tells", async () => {
    assert.strictEqual(await fingerprintOf(read(chain)), fingerprints.chain)
  })

  it("what is no certificate gives undefined", () => {
    for (const text of [
      "",
      "a chain",
      csr,
      chain.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"),
      chain.slice(0, 200)
    ])
      assert.isUndefined(readCertificate(text))
    assert.isUndefined(readCertificate("-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----"))
    assert.isUndefined(keyOfRequest(chain))
  })

  it("never throws, whatever bytes a CA or a station sends", () => {
    const original = Buffer.from(new X509Certificate(chain).raw)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(original.length),
        (changes, cut) => {
          const bytes = Buffer.from(original)
          for (const [at, byte] of changes) bytes[at] = byte
          for (const label of ["CERTIFICATE", "CERTIFICATE REQUEST"]) {
            const body = bytes.subarray(cut % 4 === 0 ? cut : 0).toString("base64")
            const pem = `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`
            const leaf = readCertificate(pem)
            keyOfRequest(pem)
            if (leaf !== undefined) assert.isNumber(leaf.notBefore)
          }
        }
      )
    )
  })
})

describe("A-22: a certificate for another key", () => {
  it("is known by the key in the CSR", () => {
    assert.isFalse(isForAnotherKey(read(chain), csr))
    assert.isTrue(isForAnotherKey(read(otherChain), csr))
    assert.isTrue(isForAnotherKey(read(chain), otherCsr))
    assert.isFalse(isForAnotherKey(read(chain), "a CSR that cannot be read"))
  })
})

describe("A-21: what is doubtful of a new certificate", () => {
  const good = { now: Date.UTC(2026, 5, 1), serialNumber: "SN-2", organizations: ["größe & co "] }
  const later = read(laterChain)
  const start = later.notBefore
  for (const [why, expected, said] of [
    ["nothing", {}, []],
    ["nothing where nothing is expected", { serialNumber: undefined, organizations: [] }, []],
    ["it begins in the future", { now: start - 1 }, [/not valid yet/]],
    ["it began less than the tolerance ago", { now: start + 299_999 }, [/clock/]],
    ["nothing once the tolerance is over", { now: start + 300_000 }, []],
    ["it is over", { now: later.notAfter }, [/expired/]],
    ["the CN", { serialNumber: "SN-1" }, [/CN/]],
    ["the O, and the CN", { organizations: ["Wattline"], serialNumber: "SN-1" }, [/CN/, /O is not/]]
  ] as const)
    it(`doubts: ${why}`, () => {
      const doubts = doubtsOf(later, { ...good, ...expected })
      assert.lengthOf(doubts, said.length)
      for (const [i, pattern] of said.entries()) assert.match(doubts[i] ?? "", pattern)
    })
})
