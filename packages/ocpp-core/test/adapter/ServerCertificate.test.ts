import { assert, describe, it } from "@effect/vitest"
import { serverCertificateProblems, type ServerX509 } from "../../src/adapter/ServerCertificate.ts"

const now = Date.UTC(2026, 10, 22)

const good: ServerX509 = {
  subject: "C=NL\nO=Wattline\nCN=csms.example.com",
  subjectAltName: "DNS:CSMS.example.com, DNS:other.example.com",
  validFrom: "Nov  1 00:00:00 2026 GMT",
  validTo: "Nov 30 00:00:00 2026 GMT",
  keyUsage: undefined,
  publicKey: { asymmetricKeyType: "ec", asymmetricKeyDetails: { namedCurve: "prime256v1" } }
}

const rsa = (modulusLength: number) => ({
  publicKey: { asymmetricKeyType: "rsa", asymmetricKeyDetails: { modulusLength } }
})
const ec = (namedCurve: string) => ({ publicKey: { asymmetricKeyType: "ec", asymmetricKeyDetails: { namedCurve } } })

const problems = (change: Partial<ServerX509>) => serverCertificateProblems({ ...good, ...change }, now)

describe("R-054, A-8: the listener's certificate", () => {
  it("one that is right says nothing", () => {
    assert.deepStrictEqual(problems({}), [])
    assert.deepStrictEqual(problems({ subjectAltName: undefined }), [])
    for (const key of [rsa(2048), rsa(4096), ec("secp224r1"), ec("secp384r1"), ec("secp521r1")])
      assert.deepStrictEqual(problems(key), [])
    assert.deepStrictEqual(problems({ publicKey: { asymmetricKeyType: "ed25519", asymmetricKeyDetails: {} } }), [])
  })

  const wrong: ReadonlyArray<readonly [Partial<ServerX509>, RegExp]> = [
    [{ subject: "O=Wattline" }, /no CN/],
    [{ subject: "O=Wattline\nCN=*.example.com", subjectAltName: undefined }, /wildcard/],
    [{ subject: "CN=csms.example.com" }, /no O/],
    [{ validFrom: "Nov 23 00:00:00 2026 GMT" }, /not valid before Nov 23/],
    [{ validTo: "Nov 21 00:00:00 2026 GMT" }, /expired on Nov 21/],
    [rsa(1024), /RSA key has 1024 bits/],
    [rsa(2047), /RSA key has 2047 bits/],
    [ec("secp192k1"), /EC key has 192 bits/],
    [{ subjectAltName: "DNS:other.example.com" }, /subjectAltName/],
    [{ keyUsage: ["1.3.6.1.5.5.7.3.1"] }, /^Note: .*Extended Key Usage/]
  ]
  for (const [change, sentence] of wrong)
    it(`one sentence for ${sentence.source}`, () => {
      const said = problems(change)
      assert.lengthOf(said, 1)
      assert.match(said[0] ?? "", sentence)
    })

  it("a subjectAltName without DNS names asks for nothing", () => {
    assert.deepStrictEqual(problems({ subjectAltName: "IP Address:127.0.0.1" }), [])
  })

  it("everything wrong at once is told at once", () => {
    assert.isAbove(problems({ subject: "", validTo: "Nov 21 00:00:00 2026 GMT", ...rsa(512) }).length, 3)
  })
})
