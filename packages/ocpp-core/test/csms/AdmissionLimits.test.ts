/** How often one may ask to come in: the table without a CSMS. */
import { assert, describe, it } from "@effect/vitest"
import { addressKey, AdmissionLimits, maxKeys } from "../../src/csms/AdmissionLimits.ts"
import { settingsOf } from "../../src/csms/Settings.ts"
import type { CsmsOptions, UpgradeRequest } from "../../src/index.ts"

const limitsWith = (options: CsmsOptions = {}) => new AdmissionLimits(settingsOf(options), false)

const from = (remoteAddress: string | undefined, identity = "CS-1"): UpgradeRequest => ({
  target: `/ocpp/${identity}`,
  protocols: "ocpp2.0.1",
  authorization: undefined,
  remoteAddress,
  secure: false
})

/** How many of so many requests come through at once. */
const through = (limits: AdmissionLimits, tries: number, request: (i: number) => UpgradeRequest, now = 0) =>
  Array.from({ length: tries }, (_, i) => limits.request(request(i), 0, now)).filter((refusal) => refusal === undefined)
    .length

describe("attempts", () => {
  it("R-189: 5 000 stations behind one address connect at once, four times a minute, with the defaults", () => {
    const limits = limitsWith()
    for (const now of [0, 15_000, 30_000, 45_000])
      assert.strictEqual(
        through(limits, 5_000, (i) => from("192.0.2.1", `CS-${i}`), now),
        5_000
      )
  })

  it("beyond connectionAttemptsPerAddress: 429, for that address only", () => {
    const limits = limitsWith({ connectionAttemptsPerAddress: 10 })
    assert.strictEqual(
      through(limits, 50, (i) => from("192.0.2.1", `CS-${i}`)),
      10
    )
    const refusal = limits.request(from("192.0.2.1", "CS-99"), 0, 1_000)
    assert.strictEqual(refusal?.limit, "connectionAttemptsPerAddress")
    assert.strictEqual(refusal?.identity, "CS-99")
    assert.strictEqual(refusal?.refused.status, 429)
    assert.deepStrictEqual(refusal?.refused.headers, { "Retry-After": "5" })
    assert.isUndefined(limits.request(from("192.0.2.2", "CS-99"), 0, 1_000))
  })

  it("whoever is refused and keeps asking gets in when his time has come: refusals lengthen nothing", () => {
    const limits = limitsWith({ connectionAttemptsPerAddress: 10 })
    through(limits, 10, () => from("192.0.2.1"))
    for (let now = 0; now < 6_000; now += 10) assert.isDefined(limits.request(from("192.0.2.1"), 0, now))
    assert.isUndefined(limits.request(from("192.0.2.1"), 0, 6_000))
  })

  it("beyond connectionAttemptsPerIdentity: 429, in any spelling of the identity, for that address only", () => {
    const limits = limitsWith()
    assert.strictEqual(
      through(limits, 100, (i) => from("192.0.2.1", i % 2 === 0 ? "CS-1" : "cs-1")),
      60
    )
    assert.strictEqual(limits.request(from("192.0.2.1"), 0, 0)?.limit, "connectionAttemptsPerIdentity")
    assert.isUndefined(limits.request(from("192.0.2.1", "CS-2"), 0, 0))
    assert.isUndefined(limits.request(from("198.51.100.7", "CS-1"), 0, 0), "a stranger cannot lock CS-1 out")
  })

  it("an identity that cannot be read counts for its address", () => {
    const limits = limitsWith({ connectionAttemptsPerAddress: 3 })
    assert.strictEqual(
      through(limits, 9, () => from("192.0.2.1", "%FF")),
      3
    )
  })

  it("requests without an address share one count", () => {
    const limits = limitsWith({ connectionAttemptsPerAddress: 3 })
    assert.strictEqual(
      through(limits, 9, (i) => from(undefined, `CS-${i}`)),
      3
    )
  })

  it("Infinity switches a limit off", () => {
    const limits = limitsWith({ connectionAttemptsPerAddress: Infinity, connectionAttemptsPerIdentity: Infinity })
    assert.strictEqual(
      through(limits, 30_000, () => from("192.0.2.1")),
      30_000
    )
  })
})

describe("failures", () => {
  const fail = (limits: AdmissionLimits, times: number, status: number, now = 0) => {
    for (let i = 0; i < times; i++) limits.refused(from("192.0.2.1"), status, now)
  }

  it("120 failures a minute close the door to their address with 429, and it opens again by itself", () => {
    const limits = limitsWith()
    fail(limits, 119, 401)
    assert.isUndefined(limits.request(from("192.0.2.1", "CS-2"), 0, 0))
    fail(limits, 1, 404)
    const refusal = limits.request(from("192.0.2.1", "CS-2"), 0, 0)
    assert.strictEqual(refusal?.limit, "failedAttemptsPerAddress")
    assert.strictEqual(refusal?.refused.status, 429)
    assert.deepStrictEqual(refusal?.refused.headers, { "Retry-After": "1" })
    assert.isUndefined(limits.request(from("198.51.100.7", "CS-2"), 0, 0))
    assert.isUndefined(limits.request(from("192.0.2.1", "CS-2"), 0, 500))
  })

  it("only 401, 403 and 404 are failures", () => {
    const limits = limitsWith({ failedAttemptsPerAddress: 1 })
    for (const status of [101, 400, 429, 503, 1002]) fail(limits, 5, status)
    assert.isUndefined(limits.request(from("192.0.2.1"), 0, 0))
    fail(limits, 1, 403)
    assert.isDefined(limits.request(from("192.0.2.1"), 0, 0))
  })

  it("one broken device cannot close the door to the others behind its address", () => {
    const limits = limitsWith()
    let refusedOthers = 0
    for (let now = 0; now < 300_000; now += 100) {
      const attempt = from("192.0.2.1", "BROKEN")
      if (limits.request(attempt, 0, now) === undefined) limits.refused(attempt, 401, now)
      if (now % 10_000 === 0 && limits.request(from("192.0.2.1", `CS-${now}`), 0, now) !== undefined) refusedOthers++
    }
    assert.strictEqual(refusedOthers, 0)
  })

  it("many broken devices cannot shut out a station that has been in from their address before", () => {
    const limits = limitsWith()
    const healthy = from("192.0.2.1", "HEALTHY")
    limits.admitted(healthy, "HEALTHY")
    let refusedHealthy = 0
    let refusedNew = 0
    for (let now = 0; now < 300_000; now += 50) {
      const broken = from("192.0.2.1", `BROKEN-${(now / 50) % 100}`)
      if (limits.request(broken, 0, now) === undefined) limits.refused(broken, 401, now)
      if (now % 10_000 !== 0) continue
      if (limits.request(healthy, 0, now) !== undefined) refusedHealthy++
      if (limits.request(from("192.0.2.1", "NEW"), 0, now) !== undefined) refusedNew++
    }
    assert.strictEqual(refusedHealthy, 0)
    assert.isAbove(refusedNew, 0, "this is the trade-off")
  })

  it("having been in from one address is worth nothing at another", () => {
    const limits = limitsWith({ failedAttemptsPerAddress: 1 })
    limits.admitted(from("198.51.100.7"), "CS-1")
    fail(limits, 1, 401)
    assert.strictEqual(limits.request(from("192.0.2.1"), 0, 0)?.limit, "failedAttemptsPerAddress")
  })
})

describe("how many at once", () => {
  it("beyond maxConnections: 503 with Retry-After", () => {
    const limits = limitsWith({ maxConnections: 3 })
    assert.isUndefined(limits.request(from("192.0.2.1"), 2, 0))
    const refusal = limits.request(from("192.0.2.1"), 3, 0)
    assert.strictEqual(refusal?.limit, "maxConnections")
    assert.strictEqual(refusal?.refused.status, 503)
    assert.property(refusal?.refused.headers, "Retry-After")
  })

  it("beyond maxPendingAdmissions: 503", () => {
    const limits = limitsWith({ maxPendingAdmissions: 2 })
    limits.pending = 2
    assert.strictEqual(limits.request(from("192.0.2.1"), 0, 0)?.limit, "maxPendingAdmissions")
    limits.pending = 1
    assert.isUndefined(limits.request(from("192.0.2.1"), 0, 0))
  })
})

describe("memory", () => {
  it("holds no more than maxKeys addresses, and forgets the one that was not seen for longest", () => {
    const limits = limitsWith({ connectionAttemptsPerAddress: 2 })
    const ask = (address: string) => limits.request(from(address), 0, 0) === undefined
    assert.deepStrictEqual([ask("a"), ask("a"), ask("a")], [true, true, false])
    assert.deepStrictEqual([ask("b"), ask("b"), ask("b")], [true, true, false])
    for (let i = 0; i < maxKeys - 1; i++) ask(`192.0.2.${i}`)
    assert.isTrue(ask("a"), "forgotten")
    for (let i = 0; i < maxKeys + 5; i++) limits.admitted(from(`${i}`), "CS-1")
    for (const held of Object.values(limits)) if (held instanceof Set) assert.strictEqual(held.size, maxKeys)
    for (const pacer of Object.values(limits))
      if (typeof pacer === "object" && pacer !== null && "due" in pacer && pacer.due instanceof Map)
        assert.isAtMost(pacer.due.size, maxKeys)
  })
})

describe("addresses", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    [undefined, "unknown"]
  ])("%s counts as %s", (address, key) => {
    assert.strictEqual(addressKey(address), key)
  })
})
