import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import fc from "fast-check"
import { authorizationOf, dialProblem, dialTarget, refusedDial } from "../../src/adapter/dialing.ts"
import { basicCredentials, identityOf } from "../../src/transport/Handshake.ts"
import type { DialRequest } from "../../src/transport/Dialer.ts"
import type { SecurityProfile } from "../../src/transport/Transport.ts"

const password = Redacted.make("0123456789abcdef")

const requestTo = (url: string, wishes: Partial<DialRequest> = {}): DialRequest => ({
  url,
  identity: "CS-1",
  protocols: ["ocpp2.0.1"],
  securityProfile: 0,
  timeout: 30_000,
  ...wishes
})

describe("a request that makes no sense", () => {
  const wrong: ReadonlyArray<readonly [what: string, url: string, wishes: Partial<DialRequest>, says: string]> = [
    ["a URL of HTTP", "http://csms.test", {}, "`ws:` or `wss:`"],
    ["no URL at all", "csms.test", {}, "`ws:` or `wss:`"],
    ["a password in the URL", "ws://CS-1:secret@csms.test", {}, "user name or a password"],
    ["a fragment", "ws://csms.test/#a", {}, "fragment"],
    ["profile 1 without a password", "ws://csms.test", { securityProfile: 1 }, "`password`"],
    ["profile 1 with TLS", "wss://csms.test", { securityProfile: 1, password }, "`ws:`"],
    ["profile 2 without TLS", "ws://csms.test", { securityProfile: 2, password }, "`wss:`"],
    ["profile 3 without TLS", "ws://csms.test", { securityProfile: 3 }, "`wss:`"],
    ["profile 3 without a certificate", "wss://csms.test", { securityProfile: 3 }, "`tls.certificate`"],
    ["R-024: a colon with a password", "ws://csms.test", { securityProfile: 1, password, identity: "a:b" }, '":"'],
    ["an identity that a URL swallows", "ws://csms.test", { identity: ".." }, '".."'],
    ["an empty identity", "ws://csms.test", { identity: "" }, "empty"],
    ["no subprotocol", "ws://csms.test", { protocols: [] }, "one subprotocol"],
    ["a subprotocol with a comma", "ws://csms.test", { protocols: ["a,b"] }, "commas"],
    ["the same subprotocol twice", "ws://csms.test", { protocols: ["a", "a"] }, "once"],
    ["no time", "ws://csms.test", { timeout: 0 }, "`timeout`"]
  ]
  for (const [what, url, wishes, says] of wrong) {
    it(`${what} is told`, () => {
      const problem = dialProblem(requestTo(url, wishes), ["ws:", "wss:"]) ?? ""
      assert.include(problem, says)
      assert.notInclude(problem, "secret")
    })
  }

  it("profiles 0 to 3 that make sense have no problem", () => {
    const tls = { certificate: "PEM", key: Redacted.make("PEM") }
    for (const [url, wishes] of [
      ["ws://csms.test", {}],
      ["wss://csms.test/a?b=c", {}],
      ["ws://csms.test", { securityProfile: 1, password }],
      ["wss://csms.test", { securityProfile: 2, password }],
      ["wss://csms.test", { securityProfile: 3, tls, identity: "a:b" }]
    ] as const)
      assert.isUndefined(dialProblem(requestTo(url, wishes), ["ws:", "wss:"]))
  })
})

describe("the upgrade request", () => {
  const identity = fc
    .stringMatching(/^[a-zA-Z0-9*\-_=+|@.]{1,48}$/)
    .filter((text) => dialProblem(requestTo("ws://csms.test", { identity: text }), ["ws:"]) === undefined)

  it("R-020, R-021: our own CSMS reads the identity as it was", () => {
    fc.assert(
      fc.property(identity, fc.constantFrom("", "/", "/ocpp", "/ocpp/", "/a/b?c=d"), (text, path) => {
        const { pathname, search } = dialTarget(requestTo(`ws://csms.test${path}`, { identity: text }))
        const read = identityOf(pathname + search, { lenientIdentity: false })
        assert.strictEqual(Result.getOrThrow(read).identity, text)
      })
    )
  })

  it("R-042: our own CSMS reads the password as it was, with any characters", () => {
    fc.assert(
      fc.property(identity, fc.string({ unit: "grapheme", minLength: 1 }), (text, secret) => {
        const wishes = { identity: text, securityProfile: 1, password: Redacted.make(secret) } as const
        const read = basicCredentials(authorizationOf(requestTo("ws://csms.test", wishes)))
        assert.deepStrictEqual(read, { user: text, password: secret })
      })
    )
  })

  it("profiles 0 and 3 send no password", () => {
    for (const securityProfile of [0, 3] as const)
      assert.isUndefined(authorizationOf(requestTo("wss://csms.test", { securityProfile, password })))
  })
})

describe("a refusal", () => {
  const request = requestTo("ws://csms.test", { securityProfile: 1, password })
  const detailOf = (explanation: string): string =>
    refusedDial(request, { status: 401, retryAfter: undefined, explanation }, 0).detail

  it("R-046: tells what the CSMS says, but for secrets, what is long and what would spoil a log", () => {
    assert.strictEqual(detailOf("No.\n"), "The upgrade was answered with HTTP 401: No.")
    for (const left of ["0123456789abcdef!", authorizationOf(request) ?? "", "x".repeat(201), "a\nb", "\u001b[31m"])
      assert.strictEqual(detailOf(left), "The upgrade was answered with HTTP 401.")
  })

  it("A04: 401 is FailedToAuthenticateAtCsms, and so is 403 where a certificate was shown; nothing else is", () => {
    const eventOf = (securityProfile: SecurityProfile, status: number) =>
      refusedDial({ ...request, securityProfile }, { status, retryAfter: undefined, explanation: "" }, 0).securityEvent
    assert.strictEqual(eventOf(1, 401), "FailedToAuthenticateAtCsms")
    assert.strictEqual(eventOf(3, 403), "FailedToAuthenticateAtCsms")
    assert.strictEqual(eventOf(2, 403), undefined)
    assert.strictEqual(eventOf(3, 404), undefined)
  })

  it("Retry-After is a number of seconds, a date, or nothing", () => {
    const now = Date.parse("2026-01-01T00:00:00Z")
    const after = (retryAfter: string) =>
      refusedDial(request, { status: 503, retryAfter, explanation: "" }, now).retryAfter
    assert.strictEqual(after("120"), 120)
    assert.strictEqual(after("Thu, 01 Jan 2026 00:01:30 GMT"), 90)
    assert.strictEqual(after("Wed, 31 Dec 2025 00:00:00 GMT"), 0)
    assert.strictEqual(after("soon"), undefined)
  })
})
