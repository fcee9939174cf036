import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import {
  basicCredentials,
  identityKey,
  identityOf,
  maxIdentityLength,
  selectProtocol
} from "../../src/transport/Handshake.ts"

const identity = (target: string, lenientIdentity = false) =>
  Result.getOrUndefined(identityOf(target, { lenientIdentity }))?.identity

const encode = (text: string) => Buffer.from(text, "utf8").toString("base64")

const strictChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-_=:+|@."
const strictIdentity = fc
  .string({ unit: fc.constantFrom(...Array.from(strictChars)), minLength: 1, maxLength: maxIdentityLength })
  .filter((text) => text !== "." && text !== "..")

describe("identityOf", () => {
  it("R-020: the identity is the last path segment, the rest is the prefix", () => {
    assert.deepStrictEqual(Result.getOrThrow(identityOf("/ocpp/tenant%20a/CS1")), {
      identity: "CS1",
      prefix: "/ocpp/tenant%20a"
    })
    assert.deepStrictEqual(Result.getOrThrow(identityOf("/CS1")), { identity: "CS1", prefix: "" })
  })

  it("R-002: a version in the path is only path", () => {
    assert.deepStrictEqual(Result.getOrThrow(identityOf("/ocpp/1.6/CS1")), { identity: "CS1", prefix: "/ocpp/1.6" })
  })

  it("R-021: the segment is percent-decoded exactly once, and + stays +", () => {
    assert.strictEqual(identity("/RDAM%7C123"), "RDAM|123")
    assert.strictEqual(identity("/RDAM%20123", true), "RDAM 123")
    assert.strictEqual(identity("/a%2525", true), "a%25")
    assert.strictEqual(identity("/a+b"), "a+b")
    assert.strictEqual(identity("/a%2Bb"), "a+b")
  })

  it("R-022: query string and fragment are not part of the identity", () => {
    assert.strictEqual(identity("/ocpp/CS1?token=/a/b#c"), "CS1")
    assert.strictEqual(identity("/ocpp/CS1#/x?y"), "CS1")
  })

  for (const target of [
    "",
    "/",
    "/ocpp/",
    "/ocpp/?CS1",
    "CS1",
    "ws://csms/CS1",
    "/a%",
    "/a%2",
    "/a%zz",
    "/%ff",
    "/%C0%AF",
    "/%ED%A0%80",
    "/a%2Fb",
    "/..",
    "/ocpp/%2e%2E",
    "/."
  ]) {
    it(`R-022: ${JSON.stringify(target)} is refused, strict and lenient`, () => {
      assert.isUndefined(identity(target))
      assert.isUndefined(identity(target, true))
    })
  }

  it("R-023: 48 characters pass, 49 do not", () => {
    assert.strictEqual(identity(`/${"a".repeat(48)}`), "a".repeat(48))
    assert.isUndefined(identity(`/${"a".repeat(49)}`))
    assert.strictEqual(identity(`/${encodeURIComponent("😀".repeat(48))}`, true), "😀".repeat(48))
    assert.isUndefined(identity(`/${encodeURIComponent("😀".repeat(49))}`, true))
  })

  it("R-023: every character of an identifierString passes", () => {
    for (const char of strictChars) assert.strictEqual(identity(`/x${encodeURIComponent(char)}`), `x${char}`)
  })

  it("R-025: a character outside the set is refused by default and passes the lenient switch", () => {
    for (const char of [" ", "é", "電", "%", "~", "\\", "<"]) {
      assert.isUndefined(identity(`/x${encodeURIComponent(char)}`), char)
      assert.strictEqual(identity(`/x${encodeURIComponent(char)}`, true), `x${char}`)
    }
  })

  it("R-025: control and format characters never pass", () => {
    for (const char of ["\0", "\n", "\r", "\u007f", "\u0085", "\u200b", "\u202e", "\u2028", "\ufeff"]) {
      assert.isUndefined(identity(`/x${encodeURIComponent(char)}`, true), JSON.stringify(char))
    }
  })

  it("R-021: encodeURIComponent and identityOf are inverse for every identifierString", () => {
    fc.assert(
      fc.property(strictIdentity, (text) => {
        assert.strictEqual(identity(`/ocpp/${encodeURIComponent(text)}`), text)
      })
    )
  })

  it("R-022: never throws, and what it accepts is a legal identity", () => {
    const pieces = fc.constantFrom(
      "/",
      "%",
      "%2",
      "%2F",
      "%00",
      "%7C",
      "%C3%A9",
      "%ff",
      "?",
      "#",
      "a",
      "Z",
      ":",
      ".",
      "é"
    )
    const target = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(pieces).map((parts) => `/${parts.join("")}`)
    )
    fc.assert(
      fc.property(target, fc.boolean(), (text, lenientIdentity) => {
        const found = identity(text, lenientIdentity)
        if (found === undefined) return
        assert.isFalse(found.includes("/"))
        assert.isTrue(found.length > 0 && Array.from(found).length <= maxIdentityLength)
        if (!lenientIdentity) assert.isTrue(Array.from(found).every((char) => strictChars.includes(char)))
      }),
      { numRuns: 1000 }
    )
  })
})

describe("identityKey", () => {
  it("R-026: spellings that differ only in case have one key, others have not", () => {
    assert.strictEqual(identityKey("Rdam|A1"), identityKey("RDAM|a1"))
    assert.notStrictEqual(identityKey("CS1"), identityKey("CS-1"))
  })
})

describe("selectProtocol", () => {
  const both = ["ocpp2.0.1", "ocpp2.1"]

  it("R-003: ocpp2.0.1 is found anywhere in the list, with any spacing", () => {
    for (const header of [
      "ocpp2.0.1",
      "ocpp1.6,ocpp2.0.1",
      "ocpp2.0.1,ocpp1.6",
      "ocpp1.6 ,\t ocpp2.0.1 ",
      ",ocpp2.0.1,"
    ]) {
      assert.strictEqual(selectProtocol(header, ["ocpp2.0.1"]), "ocpp2.0.1", header)
    }
  })

  it("R-005: the client's first supported protocol wins, not the server's", () => {
    assert.strictEqual(selectProtocol("ocpp2.1, ocpp2.0.1", both), "ocpp2.1")
    assert.strictEqual(selectProtocol("ocpp1.6, ocpp2.0.1, ocpp2.1", both), "ocpp2.0.1")
  })

  it("R-006: matching is exact and case-sensitive", () => {
    for (const header of ["ocpp2.0", "OCPP2.0.1", "ocpp2.0.1.", "ocpp 2.0.1", "xocpp2.0.1"]) {
      assert.isUndefined(selectProtocol(header, ["ocpp2.0.1"]), header)
    }
  })

  it("R-007: nothing in common and no header give no protocol", () => {
    assert.isUndefined(selectProtocol(undefined, both))
    assert.isUndefined(selectProtocol("", both))
    assert.isUndefined(selectProtocol("ocpp1.6, ocpp1.5", both))
  })

  it("R-008: ocpp0.1 alone has no match, ocpp0.1,ocpp2.0.1 has", () => {
    assert.isUndefined(selectProtocol("ocpp0.1", ["ocpp2.0.1"]))
    assert.strictEqual(selectProtocol("ocpp0.1,ocpp2.0.1", ["ocpp2.0.1"]), "ocpp2.0.1")
  })

  it("R-004: the result is one the client offered and the server supports", () => {
    const name = fc.constantFrom("ocpp1.6", "ocpp2.0", "ocpp2.0.1", "ocpp2.1", "OCPP2.1", "x")
    fc.assert(
      fc.property(fc.array(name), fc.array(name), fc.constantFrom(",", ", ", " , "), (offers, supported, comma) => {
        const chosen = selectProtocol(offers.join(comma), supported)
        assert.strictEqual(
          chosen,
          offers.find((offer) => supported.includes(offer))
        )
      })
    )
  })
})

describe("basicCredentials", () => {
  it("R-042: the scheme is case-insensitive and the password is everything after the first colon", () => {
    for (const scheme of ["Basic", "basic", "BASIC"]) {
      assert.deepStrictEqual(basicCredentials(`${scheme} ${encode("CS1:a:b")}`), { user: "CS1", password: "a:b" })
    }
  })

  it("R-042: user and password are UTF-8, and a hex string stays a string", () => {
    assert.deepStrictEqual(basicCredentials(`Basic ${encode("CS1:pässwörd電😀")}`), {
      user: "CS1",
      password: "pässwörd電😀"
    })
    assert.deepStrictEqual(basicCredentials(`Basic ${encode("CS1:0011aabb")}`), { user: "CS1", password: "0011aabb" })
    assert.deepStrictEqual(basicCredentials(`Basic ${encode("\ufeffCS1:x")}`), { user: "\ufeffCS1", password: "x" })
  })

  it("R-042: empty user and empty password are read as such", () => {
    assert.deepStrictEqual(basicCredentials(`Basic ${encode(":")}`), { user: "", password: "" })
  })

  it("R-042: an absent, foreign or unreadable header gives none", () => {
    const notUtf8 = Buffer.from([0x43, 0x3a, 0xff, 0xfe]).toString("base64")
    for (const header of [
      undefined,
      "",
      "Basic",
      "Basic ",
      `Bearer ${encode("CS1:x")}`,
      `Basic${encode("CS1:x")}`,
      `Basic ${encode("no colon")}`,
      "Basic %%%",
      "Basic A",
      `Basic ${notUtf8}`,
      `Basic ${encode("CS1:x")} extra`
    ]) {
      assert.isUndefined(basicCredentials(header), header)
    }
  })

  it("R-042: every user without a colon and every password come back as sent", () => {
    const text = fc.string({ unit: "grapheme" })
    fc.assert(
      fc.property(
        text.filter((user) => !user.includes(":")),
        text,
        (user, password) => {
          assert.deepStrictEqual(basicCredentials(`Basic ${encode(`${user}:${password}`)}`), { user, password })
        }
      )
    )
  })

  it("R-042: never throws, and gives text or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (text, encoded) => {
        const found = basicCredentials(`Basic ${encoded ? encode(text) : text}`)
        assert.isTrue(found === undefined || (!found.user.includes(":") && typeof found.password === "string"))
      })
    )
  })
})
