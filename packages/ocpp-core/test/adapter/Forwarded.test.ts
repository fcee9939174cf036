import { X509Certificate } from "node:crypto"
import { BlockList } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import type { X509 } from "../../src/adapter/Certificate.ts"
import { forwarded, type Hop, plainAddress, type TrustedProxy } from "../../src/adapter/Forwarded.ts"

const ours = new BlockList()
ours.addSubnet("10.0.0.0", 8)
ours.addSubnet("fd00::", 8, "ipv6")

const proxy: TrustedProxy = {
  trusts: (address) => ours.check(address, address.includes(":") ? "ipv6" : "ipv4"),
  certificate: { certificateHeader: "X-Client-Cert", verifyHeader: "X-Client-Verify" }
}

const pem = "-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n"
const station: X509 = { subject: "O=Wattline\nCN=SN-1", validTo: "Nov 22 10:00:00 2027 GMT", fingerprint256: "AA" }

const parse = (certificate: string | Uint8Array): X509 => {
  const text = typeof certificate === "string" ? certificate : new TextDecoder().decode(certificate)
  if (text === pem || text === "der") return station
  throw new Error("no certificate")
}

const hop: Hop = { remoteAddress: "10.0.0.1", secure: false }

const seen = (headers: Record<string, string>, of: Hop = hop, by: TrustedProxy | undefined = proxy) =>
  forwarded(by, of, (name) => headers[name], parse)

describe("R-060: which hops are believed", () => {
  const lies = {
    "x-forwarded-for": "192.0.2.9",
    "x-forwarded-proto": "https",
    "x-client-cert": encodeURIComponent(pem),
    "x-client-verify": "SUCCESS"
  }

  it("headers count for nothing unless a proxy is configured", () => {
    assert.strictEqual(
      forwarded(undefined, hop, (name) => (lies as Record<string, string>)[name], parse),
      hop
    )
  })

  it("headers of a request that comes from elsewhere count for nothing", () => {
    for (const remoteAddress of ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "11.0.0.1", undefined]) {
      const stranger = { remoteAddress, secure: false }
      assert.strictEqual(seen(lies, stranger), stranger)
    }
  })

  it("headers of a trusted hop count, also when IPv4 comes in IPv6", () => {
    for (const remoteAddress of ["10.0.0.1", "::ffff:10.9.9.9", "fd00::7"]) {
      const result = seen(lies, { remoteAddress, secure: false })
      assert.deepInclude(result, { remoteAddress: "192.0.2.9", secure: true })
      assert.deepInclude(result.certificate, {
        commonName: "SN-1",
        organizations: ["Wattline"],
        verification: "trusted"
      })
    }
  })
})

describe("address", () => {
  const addresses: ReadonlyArray<readonly [header: string, address: string, why: string]> = [
    ["192.0.2.9", "192.0.2.9", "the one address"],
    ["203.0.113.66, 192.0.2.9", "192.0.2.9", "what a station wrote stands to the left"],
    ["192.0.2.9, 10.0.0.2, 10.0.0.3", "192.0.2.9", "our own hops are skipped"],
    ["10.0.0.2", "10.0.0.2", "a station inside the trusted net"],
    ["", "10.0.0.1", "an empty header"],
    ["192.0.2.9, unknown", "10.0.0.1", "what is no address ends it"],
    ["192.0.2.9, <script>, 10.0.0.2", "10.0.0.2", "what is no address ends it, behind a hop of ours"],
    ["[2001:DB8::1]:4711", "2001:db8::1", "IPv6 with a port"],
    ["192.0.2.9:4711", "192.0.2.9", "IPv4 with a port"],
    ["::ffff:192.0.2.9", "192.0.2.9", "IPv4 in IPv6"]
  ]
  for (const [header, address, why] of addresses)
    it(`R-060: "${header}" is ${address}: ${why}`, () => {
      assert.strictEqual(seen({ "x-forwarded-for": header }).remoteAddress, address)
    })

  it("without the header it is the hop's", () => {
    assert.strictEqual(seen({}).remoteAddress, "10.0.0.1")
  })

  it("plainAddress leaves IPv6 as it is, but for case and zone", () => {
    assert.deepStrictEqual(["FE80::1%eth0", "::1", "2001:db8::ffff:1"].map(plainAddress), [
      "fe80::1",
      "::1",
      "2001:db8::ffff:1"
    ])
  })
})

describe("TLS", () => {
  it("R-060: the header says whether the station used it; all values must, where there are several", () => {
    const secure = (value: string) => seen({ "x-forwarded-proto": value }).secure
    assert.deepStrictEqual(
      ["https", "WSS", " https", "http", "ws", "", "https,http", "http, https", "https, wss"].map(secure),
      [true, true, true, false, false, false, false, false, true]
    )
  })

  it("without the header it is as the hop's own connection", () => {
    assert.isTrue(seen({}, { ...hop, secure: true }).secure)
    assert.isFalse(seen({}).secure)
  })
})

describe("certificate", () => {
  const certificate = (value: string | undefined, verify: string | undefined) =>
    seen({
      ...(value !== undefined && { "x-client-cert": value }),
      ...(verify !== undefined && { "x-client-verify": verify })
    }).certificate

  it("R-060: a URL-encoded PEM and an RFC 9440 value are read", () => {
    for (const value of [encodeURIComponent(pem), `:${btoa("der")}:`])
      assert.deepInclude(certificate(value, "SUCCESS"), { commonName: "SN-1", verification: "trusted" })
  })

  it("R-060: the plus signs of a PEM stay plus signs", () => {
    assert.strictEqual(certificate(pem.replaceAll("\n", "%0A"), "SUCCESS")?.verification, "trusted")
  })

  it("R-055: anything but SUCCESS is untrusted, expiry too, since a proxy cannot vouch for the rest", () => {
    for (const verify of ["FAILED:certificate has expired", "FAILED", "success", "SUCCESS, SUCCESS", "", undefined])
      assert.strictEqual(certificate(encodeURIComponent(pem), verify)?.verification, "untrusted", verify)
  })

  it("R-055: NONE, and no header, are no certificate", () => {
    assert.isUndefined(certificate(encodeURIComponent(pem), "NONE"))
    for (const verify of ["SUCCESS", "NONE", undefined]) assert.isUndefined(certificate(undefined, verify))
    assert.isUndefined(certificate("", "SUCCESS"))
  })

  it("R-055: what cannot be read is untrusted, and never throws", () => {
    for (const value of ["%zz", "hello", ":AAAA:", ":*:", `${encodeURIComponent(pem)}, ${encodeURIComponent(pem)}`])
      assert.strictEqual(certificate(value, "SUCCESS")?.verification, "untrusted", value)
  })

  it("R-060: the proxy's own certificate is never the station's", () => {
    const own = { ...hop, secure: true, certificate: certificate(encodeURIComponent(pem), "SUCCESS") }
    assert.isUndefined(seen({}, own).certificate)
    assert.isUndefined(
      seen({ "x-client-cert": encodeURIComponent(pem), "x-client-verify": "SUCCESS" }, own, { trusts: proxy.trusts })
        .certificate
    )
  })

  it("node's X509Certificate fits as the parser", () => {
    const parser: (certificate: string | Uint8Array) => X509 = (encoded) => new X509Certificate(encoded)
    const result = forwarded(
      proxy,
      hop,
      (name) => ({ "x-client-cert": "nonsense", "x-client-verify": "SUCCESS" })[name],
      parser
    )
    assert.strictEqual(result.certificate?.verification, "untrusted")
  })
})
