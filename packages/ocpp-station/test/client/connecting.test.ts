/** How a station gets its link, loses it, and gets it again. */
import { assert, describe, it } from "@effect/vitest"
import { backOff, defaultSettings, InvalidStation } from "@wattline/ocpp-station"
import { Effect, Redacted } from "effect"
import fc from "fast-check"
import { lifecycleEvents, next, type StationState, stationStates } from "../../src/client/StationState.ts"
import { connectionOf } from "../../src/client/Stations.ts"
import { accepted, connection, pass, setup } from "./FakeCsms.ts"
import { Rig } from "./Rig.ts"

const settings = { retryBackOffWaitMinimum: 10, retryBackOffRandomRange: 0, retryBackOffRepeatTimes: 2 }

describe("back-off (R-189)", () => {
  it("R-189: doubles RetryBackOffRepeatTimes times, then stays", () => {
    const waits = [0, 1, 2, 3, 4].map((failures) => backOff(failures, settings, 0.7))
    assert.deepStrictEqual(waits, [10, 20, 40, 40, 40])
  })

  it("R-189: adds a random part of its own to each wait, never more than the range", () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.record({
          retryBackOffWaitMinimum: fc.nat(600),
          retryBackOffRandomRange: fc.nat(600),
          retryBackOffRepeatTimes: fc.nat(10)
        }),
        (failures, random, given) => {
          const least = backOff(failures, given, 0)
          const wait = backOff(failures, given, random)
          assert.isAtLeast(wait, least)
          assert.isAtMost(wait, least + given.retryBackOffRandomRange)
          assert.isAtMost(least, backOff(failures + 1, given, 0))
          assert.isAtMost(least, given.retryBackOffWaitMinimum * 2 ** given.retryBackOffRepeatTimes)
        }
      )
    )
  })

  it.effect("R-189, TC_B_57: attempts come after 10, 20, 40, 40 s, and a success resets the wait", () =>
    Effect.gen(function* () {
      const { csms } = yield* accepted({ settings })
      csms.failures.push("Unreachable", "Refused", "Timeout")
      csms.hangUp()
      yield* pass(200)
      const waits = csms.attempts.slice(1).map(({ at }, index) => at - (csms.attempts[index]?.at ?? 0))
      assert.deepStrictEqual(waits, [10_000, 20_000, 40_000, 40_000])
      csms.hangUp()
      yield* pass(10.25)
      assert.isTrue(csms.isConnected)
    })
  )

  it.effect("R-230, R-231: offers ocpp2.0.1 and gives identity and password with every attempt", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ password: "0123456789abcdef", settings }, ({ failures }) =>
        failures.push("Refused")
      )
      yield* pass(11)
      assert.strictEqual(csms.attempts.length, 2)
      for (const { identity, password, protocols, securityProfile, timeout } of csms.attempts) {
        assert.deepStrictEqual([identity, protocols, securityProfile, timeout], ["CS-1", ["ocpp2.0.1"], 1, 30_000])
        assert.strictEqual(password === undefined ? "" : Redacted.value(password), "0123456789abcdef")
      }
    })
  )

  it("without `securityProfile` it follows from the URL, the password and the certificate", () => {
    const tls = { certificate: "PEM" }
    const given = [{}, { password: "p" }, { password: "p", url: "WSS://csms" }, { url: "wss://csms", tls }]
    assert.deepStrictEqual(
      given.map((one) => connectionOf({ ...connection, ...one }).securityProfile),
      [0, 1, 2, 3]
    )
    assert.strictEqual(connectionOf({ ...connection, tls, securityProfile: 0 }).securityProfile, 0)
  })
})

describe("links", () => {
  it.effect("R-235: pings are asked for with each link", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ settings: { webSocketPingInterval: 17 } })
      assert.strictEqual(csms.pingInterval, 17)
    })
  )

  it.effect("an outage is without a close frame, and lasts as long as it should", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      yield* client.outage(90)
      assert.strictEqual(csms.closedWith, "terminate")
      yield* pass(89)
      assert.isFalse(csms.isConnected)
      yield* pass(1.25)
      assert.isTrue(csms.isConnected)
      yield* client.outage(1_000)
      yield* client.reconnect
      assert.strictEqual(yield* client.state, "Accepted")
    })
  )

  it.effect("an outage without end lasts until it is ended, also when the station was to connect again soon", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings })
      csms.hangUp()
      yield* client.outage(Infinity)
      yield* pass(10_000)
      assert.strictEqual(csms.attempts.length, 1)
      yield* client.reconnect
      assert.isTrue(csms.isConnected)
    })
  )

  it.effect("A02.FR.08: a relink closes the link and dials at once", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({}, { settings })
      rig.client.relink()
      rig.client.start()
      rig.client.relink()
      assert.strictEqual(rig.csms.closedWith, 1000)
      yield* pass(0.25)
      assert.strictEqual(rig.csms.attempts.length, 2)
      assert.deepInclude(rig.events, { _tag: "Disconnected", code: 1000, reason: "reconnect", retryIn: undefined })
    })
  )

  it.effect("B10: who gives the profile knows how many attempts have failed; what is left on purpose begins anew", () =>
    Effect.gen(function* () {
      const asked: Array<number> = []
      const { rig } = yield* Rig.make(
        {},
        {
          settings,
          connection: (failures) => {
            asked.push(failures)
            return connectionOf(connection)
          }
        }
      )
      rig.csms.failures.push("Refused", "Refused", "Refused")
      rig.client.start()
      yield* pass(10 + 20 + 0.5)
      rig.client.outage(1)
      yield* pass(1.25)
      rig.hangUp()
      rig.csms.failures.push("Refused")
      yield* pass(10.25)
      assert.deepStrictEqual(asked, [0, 1, 2, 0, 0])
      rig.client.reboot("RemoteReset", 1)
      rig.csms.failures.push("Refused")
      yield* pass(1.25)
      assert.deepInclude(rig.events.at(-1), { _tag: "ConnectFailed", retryIn: 10 })
      yield* pass(10.25)
      rig.hangUp()
      yield* pass(10.25)
      assert.deepStrictEqual(asked.slice(5), [0, 1, 0])
    })
  )

  it.effect("a station that is stopped neither reboots nor has an outage", () =>
    Effect.gen(function* () {
      let reboots = 0
      const { rig } = yield* Rig.make({}, { rebooting: () => (reboots += 1) })
      rig.client.reboot("RemoteReset", 1)
      rig.client.outage(1)
      yield* pass(10)
      assert.deepStrictEqual([rig.events, reboots, rig.client.state], [[], 0, "Stopped"])
      rig.client.start()
      rig.client.reboot("RemoteReset", 1)
      assert.strictEqual(reboots, 1)
      assert.deepInclude(rig.events.at(-1), { _tag: "Disconnected", code: 1000, reason: "reboot" })
    })
  )

  it.effect("what happens is told in order, nothing twice", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({ ClearCache: () => Effect.succeed({ status: "Accepted" }) }, { settings })
      rig.client.start()
      rig.client.start()
      yield* pass(3)
      rig.look()
      rig.answer("well")
      rig.csms.ask("ClearCache", {})
      rig.csms.ask("Reset", {})
      rig.say([3, "nobody's", {}])
      rig.call()
      rig.hangUp()
      rig.csms.failures.push("Refused")
      yield* pass(10)
      rig.client.stop()
      rig.client.stop()
      const boot = { action: "BootNotification", end: "CALLRESULT", status: "Accepted", milliseconds: 3_000 } as const
      assert.deepStrictEqual(rig.events, [
        { _tag: "StateChanged", state: "Connecting", previous: "Stopped" },
        { _tag: "Connected", url: connection.url, protocol: "ocpp2.0.1" },
        { _tag: "StateChanged", state: "Booting", previous: "Connecting" },
        { _tag: "CallEnded", ...boot },
        { _tag: "BootAnswered", status: "Accepted", interval: 300 },
        { _tag: "StateChanged", state: "Accepted", previous: "Booting" },
        { _tag: "Answered", action: "ClearCache", with: "CALLRESULT", status: "Accepted" },
        { _tag: "Answered", action: "Reset", with: "OccurrenceConstraintViolation", status: undefined },
        { _tag: "StrayAnswer", messageId: "nobody's" },
        { _tag: "StateChanged", state: "Waiting", previous: "Accepted" },
        { _tag: "CallEnded", action: "Heartbeat", end: "ConnectionLost", status: undefined, milliseconds: 0 },
        { _tag: "Disconnected", code: 1006, reason: "", retryIn: 10 },
        { _tag: "StateChanged", state: "Connecting", previous: "Waiting" },
        { _tag: "StateChanged", state: "Waiting", previous: "Connecting" },
        {
          _tag: "ConnectFailed",
          reason: "Refused",
          status: undefined,
          securityEvent: undefined,
          detail: "as the test says",
          retryIn: 20
        },
        { _tag: "StateChanged", state: "Stopped", previous: "Waiting" }
      ])
    })
  )

  it.effect("a stopped station has closed its link and does not come back", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      yield* client.stop
      assert.strictEqual(csms.closedWith, 1000)
      yield* pass(10_000)
      assert.strictEqual(csms.attempts.length, 1)
      assert.strictEqual(yield* client.state, "Stopped")
    })
  )

  it.effect("the end of the scope closes the link and leaves no deadline behind", () =>
    Effect.gen(function* () {
      const csms = yield* Effect.scoped(Effect.map(accepted(), ({ csms: used }) => used))
      assert.strictEqual(csms.closedWith, 1001)
      yield* pass(10_000)
      assert.strictEqual(csms.attempts.length, 1)
    })
  )

  it.effect.each([
    ["no URL", { url: "csms" }, "must be a URL"],
    ["another scheme", { url: "http://csms" }, "`ws:` or `wss:`"],
    ["profile 2 without TLS", { securityProfile: 2, password: "0123456789abcdef" }, "`wss:`"],
    ["profile 1 without a password", { securityProfile: 1 }, "need a `password`"],
    ["profile 3 without a certificate", { url: "wss://csms", securityProfile: 3 }, "tls.certificate"],
    ["no identity", { identity: "" }, "`identity` must not be empty"]
  ] as const)("a contradiction is told before anything is tried: %s", ([, options, words]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(setup(options))
      assert.instanceOf(failure, InvalidStation)
      assert.include(failure.message, words)
    })
  )
})

describe("lifecycle table", () => {
  it("every state can be left, and from every state it can be stopped", () => {
    for (const state of stationStates) {
      assert.strictEqual(next(state, "Stop"), "Stopped")
      assert.isTrue(lifecycleEvents.some((event) => next(state, event) !== undefined && next(state, event) !== state))
    }
  })

  it("Accepted is entered only by BootAccepted, or by a link that comes back (R-183)", () => {
    const ways = lifecycleEvents.filter((event) => stationStates.some((state) => next(state, event) === "Accepted"))
    assert.deepStrictEqual(ways, ["Resumed", "BootAccepted"])
  })

  it("whatever happens, it ends in a known state", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lifecycleEvents)), (events) => {
        let state: StationState = "Stopped"
        for (const event of events) state = next(state, event) ?? state
        assert.isTrue(stationStates.includes(state))
      })
    )
  })

  it("has a default for every setting", () => {
    assert.isTrue(Object.values(defaultSettings).every((value) => value !== undefined))
  })
})
