/** The boot cycle of a station: what it sends, when, and what it answers before it is accepted. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { accepted, pass, type Sent, setup } from "./FakeCsms.ts"
import { Rig } from "./Rig.ts"

const answer = (status: string, interval: number) => ({ status, interval, currentTime: "1970-01-01T00:00:00Z" })
const noFailover = { retryBackOffRandomRange: 0, retryBackOffWaitMinimum: 5 }

describe("BootNotification", () => {
  it.effect("B01.FR.01: is the first thing sent, with the reason and what the station is", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ bootReason: "Watchdog" })
      const { request } = csms.call("BootNotification")
      assert.deepStrictEqual(request, {
        reason: "Watchdog",
        chargingStation: { model: "Test", vendorName: "Wattline" }
      })
    })
  )

  it.effect("B01.FR.04: Accepted opens the way for CALLs and sets the heartbeat interval", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* setup()
      const waiting = yield* Effect.forkChild(client.accepted)
      yield* pass(0)
      assert.isUndefined(waiting.pollUnsafe())
      csms.call("BootNotification").reply(answer("Accepted", 60))
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* client.state, "Accepted")
      yield* pass(60)
      csms.call("Heartbeat")
    })
  )

  it.effect("B02.FR.07, B02.FR.08: Pending: the station boots again after the interval", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* setup()
      const waiting = yield* Effect.forkChild(client.accepted, { startImmediately: true })
      csms.call("BootNotification").reply(answer("Pending", 40))
      assert.strictEqual(yield* client.state, "Pending")
      yield* pass(0)
      assert.isUndefined(waiting.pollUnsafe())
      yield* pass(39)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(1.25)
      csms.call("BootNotification").reply(answer("Accepted", 60))
      assert.strictEqual(yield* client.state, "Accepted")
    })
  )

  it.effect("R-233, B03.FR.04, B03.FR.06: Rejected: nothing is sent until the interval is over", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* setup()
      csms.call("BootNotification").reply(answer("Rejected", 40))
      assert.strictEqual(yield* client.state, "Rejected")
      const failure = yield* Effect.flip(client.call("Heartbeat", {}))
      assert.deepStrictEqual([failure._tag, "reason" in failure && failure.reason], ["NotSent", "NotAllowed"])
      yield* pass(39)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(1.25)
      csms.call("BootNotification")
    })
  )

  it.effect("B01.FR.04: an interval of 0 leaves the heartbeat to the station", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ settings: { heartbeatInterval: 50 } })
      csms.accept(0)
      yield* pass(49)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(1.5)
      csms.call("Heartbeat")
    })
  )

  it.effect("B02.FR.07: an interval of 0 leaves the wait to the station", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ settings: { bootRetryInterval: 17 } })
      csms.call("BootNotification").reply(answer("Pending", 0))
      yield* pass(16)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(1.25)
      csms.call("BootNotification")
    })
  )

  it.effect("B01.FR.05: is sent again when it is answered with a CALLERROR", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ settings: { bootRetryInterval: 17 } })
      csms.call("BootNotification").refuse()
      yield* pass(17.25)
      csms.call("BootNotification").reply(answer("Accepted", 60))
    })
  )

  it.effect("R-183: a lost link needs no new boot once the station was accepted", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted({ settings: noFailover })
      csms.hangUp()
      assert.strictEqual(yield* client.state, "Waiting")
      yield* pass(5.25)
      assert.strictEqual(yield* client.state, "Accepted")
      assert.deepStrictEqual(csms.sent(), [])
    })
  )

  it.effect("B03.FR.06: a Rejected station that loses its link keeps silent until its interval is over", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* setup({ settings: noFailover })
      csms.call("BootNotification").reply(answer("Rejected", 60))
      csms.hangUp()
      yield* pass(5.25)
      assert.strictEqual(yield* client.state, "Rejected")
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(55)
      csms.call("BootNotification").reply(answer("Accepted", 60))
    })
  )

  it.effect("a reboot forgets the interval of Rejected too", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* setup()
      csms.call("BootNotification").reply(answer("Rejected", 1_000))
      yield* client.reboot("RemoteReset", 20)
      yield* pass(20.25)
      assert.strictEqual(csms.call("BootNotification").request["reason"], "RemoteReset")
    })
  )

  it.effect("F06.FR.17: BootNotification goes out again when it is triggered, and only one at a time", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({}, { settings: noFailover })
      rig.client.start()
      rig.client.bootAgain()
      rig.look()
      rig.answer(answer("Pending", 60))
      assert.isUndefined(rig.outstanding)
      rig.client.bootAgain()
      rig.look()
      assert.propertyVal(rig.outstanding?.[3], "reason", "Triggered")
      rig.answer("well")
      yield* rig.pass(61)
      assert.strictEqual(rig.previous?.[2], "BootNotification") // the interval of Pending counts no more
      assert.isUndefined(rig.outstanding)
    })
  )

  it.effect("B03.FR.06: a station that was accepted and is Rejected then does not go on with its next link", () =>
    Effect.gen(function* () {
      const { rig } = yield* Rig.make({}, { settings: noFailover })
      rig.client.start()
      rig.look()
      rig.answer("well")
      rig.client.bootAgain()
      rig.look()
      rig.answer(answer("Rejected", 60))
      rig.hangUp()
      yield* rig.pass(6)
      assert.strictEqual(rig.client.state, "Rejected")
    })
  )

  it.effect("`online` is told whether the station has booted, and how long it could not speak", () =>
    Effect.gen(function* () {
      const told: Array<unknown> = []
      const { rig } = yield* Rig.make(
        {},
        {
          settings: { ...noFailover, messageTimeout: 5 },
          online: (...what) => told.push(what),
          offline: () => told.push("offline")
        }
      )
      rig.csms.failures.push("Refused", undefined)
      rig.client.start()
      yield* rig.pass(5)
      rig.answer(answer("Pending", 1))
      for (let times = 0; times < 2; times++) {
        rig.hangUp() // it was not online yet
        yield* rig.pass(5)
      }
      rig.answer("well")
      rig.client.outage(3)
      yield* rig.pass(3)
      rig.csms.failures.push("Refused")
      rig.hangUp()
      yield* rig.pass(15)
      rig.client.relink()
      assert.deepStrictEqual(told, [[true, 10], "offline", [false, 3], "offline", [false, 15], "offline"])
    })
  )

  it.effect("a reboot forgets the registration and gives its reason", () =>
    Effect.gen(function* () {
      const { client, csms } = yield* accepted()
      yield* client.reboot("RemoteReset", 20)
      assert.strictEqual(csms.closedWith, 1000)
      yield* pass(20.25)
      assert.strictEqual(csms.call("BootNotification").request["reason"], "RemoteReset")
    })
  )
})

describe("before the station is accepted", () => {
  it.effect("R-234, B03.FR.08: Rejected: a CALL of the CSMS gets SecurityError", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ handlers: { ClearCache: () => Effect.succeed({ status: "Accepted" }) } })
      csms.call("BootNotification").reply(answer("Rejected", 60))
      assert.deepStrictEqual(csms.ask("ClearCache", {})?.slice(0, 3), [4, "csms-1", "SecurityError"])
    })
  )

  it.effect("R-234, B02.FR.05: Pending: remote start and stop are answered Rejected, without a handler", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup()
      csms.call("BootNotification").reply(answer("Pending", 60))
      const start = csms.ask("RequestStartTransaction", {
        remoteStartId: 1,
        idToken: { idToken: "A", type: "Central" }
      })
      const stop = csms.ask("RequestStopTransaction", { transactionId: "T" })
      assert.deepStrictEqual([start?.[2], stop?.[2]], [{ status: "Rejected" }, { status: "Rejected" }])
    })
  )

  it.effect("B02.FR.01: Pending: configuration is answered, anything else gets SecurityError", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({
        handlers: {
          GetBaseReport: () => Effect.succeed({ status: "Accepted" }),
          ClearCache: () => Effect.succeed({ status: "Accepted" })
        }
      })
      csms.call("BootNotification").reply(answer("Pending", 60))
      const report = csms.ask("GetBaseReport", { requestId: 1, reportBase: "FullInventory" })
      assert.deepStrictEqual(report?.[2], { status: "Accepted" })
      assert.strictEqual(csms.ask("ClearCache", {})?.[2], "SecurityError")
      assert.strictEqual(csms.ask("MakeCoffee", {})?.[2], "SecurityError")
    })
  )

  it.effect(
    "A02, R-233: Pending: a certificate that was asked for is taken; nothing goes out that was not triggered",
    () =>
      Effect.gen(function* () {
        const { rig } = yield* Rig.make({ CertificateSigned: () => Effect.succeed({ status: "Accepted" }) })
        rig.client.start()
        rig.look()
        rig.answer(answer("Pending", 60))
        rig.client.heartbeat()
        rig.look()
        assert.isUndefined(rig.outstanding)
        rig.client.heartbeat(true)
        rig.look()
        assert.strictEqual(rig.outstanding?.[2], "Heartbeat")
        rig.answer("well")
        rig.client.call("LogStatusNotification", { status: "Idle" })
        rig.client.call("LogStatusNotification", { status: "Uploaded" }, undefined, { triggered: true })
        rig.look()
        assert.deepStrictEqual((rig.outstanding as Sent | undefined)?.[3], { status: "Uploaded" })
        assert.deepStrictEqual(rig.csms.ask("CertificateSigned", { certificateChain: "A" })?.[2], {
          status: "Accepted"
        })
      })
  )

  it.effect("F06: TriggerMessage for a BootNotification is answered in any state", () =>
    Effect.gen(function* () {
      const { csms } = yield* setup({ handlers: { TriggerMessage: () => Effect.succeed({ status: "Accepted" }) } })
      csms.call("BootNotification").reply(answer("Rejected", 60))
      const trigger = csms.ask("TriggerMessage", { requestedMessage: "BootNotification" })
      assert.deepStrictEqual(trigger?.[2], { status: "Accepted" })
    })
  )
})
