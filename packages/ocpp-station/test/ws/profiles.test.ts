/** The client and the virtual station with security profiles 1, 2 and 3, before our own CSMS over real sockets. */
import { assert, describe } from "@effect/vitest"
import type { Station } from "@wattline/ocpp-core"
import { Effect, type Scope } from "effect"
import { startedEvent } from "../promise/support.ts"
import { type Ground, password } from "./Ground.ts"
import { scene } from "./scene.ts"

const profiles = [1, 2, 3] as const

/** The CSMS goes, the station comes back to it, and says what it has said to nobody meanwhile. */
const outage = Effect.fnUntraced(function* (ground: Ground, meanwhile: Effect.Effect<unknown, never, Scope.Scope>) {
  const from = ground.told.length
  yield* ground.close
  yield* ground.until("Disconnected", {}, from)
  const waits: Array<number> = []
  for (let at = from; waits.length < 2;) {
    const failed = yield* ground.until("ConnectFailed", { reason: "Unreachable" }, at)
    waits.push(failed.retryIn)
    at = ground.told.lastIndexOf(failed) + 1
  }
  yield* meanwhile
  yield* ground.open()
  yield* ground.until("StateChanged", { state: "Accepted" }, from)
  return waits
})

const isCalled = (station: Station) =>
  Effect.map(station.call("ClearCache", {}), (response) => assert.deepStrictEqual(response, { status: "Accepted" }))

describe.concurrent("a client", () => {
  for (const profile of profiles)
    scene(
      `R-230, R-231, R-189, R-232, R-183: with profile ${profile} it boots, calls, is called, comes back, and delivers what waited`,
      Effect.fnUntraced(function* (ground) {
        yield* ground.register(profile)
        const own = profile === 3 ? yield* ground.issue() : undefined
        const client = yield* ground.client({
          ...ground.connection(profile, own),
          handlers: { ClearCache: () => Effect.succeed({ status: "Accepted" }) }
        })
        yield* client.accepted
        const { idTokenInfo } = yield* client.call("Authorize", { idToken: { idToken: "A", type: "ISO14443" } })
        assert.strictEqual(idTokenInfo.status, "Accepted")
        yield* isCalled(yield* ground.station)
        const boots = ground.told.filter(({ _tag }) => _tag === "BootAnswered").length
        const waits = yield* outage(
          ground,
          Effect.forkScoped(client.transactionEvent(startedEvent("T-1")), { startImmediately: true })
        )
        assert.deepStrictEqual(waits, [0.5, 1]) // the first wait, 0.25 s, came with Disconnected
        yield* Effect.repeat(client.undelivered, { until: (count) => count === 0 })
        const { mirror } = yield* (yield* ground.station).snapshot
        assert.deepStrictEqual(
          mirror.transactions.running.map(({ transactionId }) => transactionId),
          ["T-1"]
        )
        yield* isCalled(yield* ground.station)
        assert.strictEqual(ground.told.filter(({ _tag }) => _tag === "BootAnswered").length, boots)
      }),
      { handlers: { Authorize: () => Effect.succeed({ idTokenInfo: { status: "Accepted" } }) } }
    )
})

describe.concurrent("a virtual station", () => {
  for (const profile of profiles)
    scene(
      `B01, R-189, R-232: with profile ${profile} it boots, is called, comes back, and delivers what waited`,
      Effect.fnUntraced(function* (ground) {
        yield* ground.register(profile)
        const own = profile === 3 ? yield* ground.issue() : undefined
        const { accepted, controls } = yield* ground.virtual(ground.connection(profile, own))
        yield* accepted
        yield* isCalled(yield* ground.station)
        assert.strictEqual(controls.model.value("SecurityCtrlr", "SecurityProfile"), `${profile}`)
        yield* outage(
          ground,
          Effect.sync(() => controls.security.event("TamperDetectionActivated"))
        )
        yield* ground.securityEvent("TamperDetectionActivated")
        yield* isCalled(yield* ground.station)
      })
    )
})

describe.concurrent("credentials that are not good", () => {
  scene(
    "A00.FR.205, A04: with a wrong password the station is told 401, notes FailedToAuthenticateAtCsms, and tries again",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      const wrong = "another-password-that-is-wrong"
      ground.addPassword(wrong)
      const { controls } = yield* ground.virtual({ ...ground.connection(2), password: wrong })
      const failed = yield* ground.until("ConnectFailed")
      assert.deepInclude(failed, {
        reason: "Refused",
        status: 401,
        securityEvent: "FailedToAuthenticateAtCsms",
        retryIn: 0.25
      })
      assert.include(failed.detail, "The password is wrong.")
      yield* ground.until("ConnectFailed", { retryIn: 0.5 })
      assert.strictEqual(controls.security.events()[0]?.type, "FailedToAuthenticateAtCsms")
    })
  )

  scene(
    "A00.FR.307, A04.FR.01: a CSMS of an unknown CA is not trusted, and learns of it once it is reached",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      yield* ground.close
      yield* ground.open(ground.pki.otherCa)
      yield* ground.virtual(ground.connection(2))
      const failed = yield* ground.until("ConnectFailed", { reason: "Tls" })
      assert.strictEqual(failed.securityEvent, "InvalidCsmsCertificate")
      assert.include(failed.detail, "not issued by a CA that is trusted")
      yield* ground.close
      yield* ground.open()
      yield* ground.securityEvent("InvalidCsmsCertificate")
    })
  )

  scene(
    "A00.FR.309: a CSMS with a certificate for another name is not trusted",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      const { tls, ...connection } = ground.connection(2)
      yield* ground.client({ ...connection, tls: { ...tls, serverName: "other.wattline.test" } })
      const failed = yield* ground.until("ConnectFailed")
      assert.deepInclude(failed, { reason: "Tls", securityEvent: "InvalidCsmsCertificate" })
    })
  )

  scene(
    "A00.FR.404: with an expired certificate the station is not let in, and notes FailedToAuthenticateAtCsms",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(3)
      const day = 86_400_000
      const own = yield* ground.issue({
        notBefore: new Date(Date.now() - 3 * day),
        notAfter: new Date(Date.now() - day)
      })
      const { controls } = yield* ground.virtual(ground.connection(3, own))
      const failed = yield* ground.until("ConnectFailed")
      assert.strictEqual(failed.securityEvent, "FailedToAuthenticateAtCsms")
      assert.match(failed.detail, /expired|certificate/)
      assert.strictEqual(controls.security.events()[0]?.type, "FailedToAuthenticateAtCsms")
    })
  )

  scene(
    "A00.FR.001, R-030: profile 1 at a CSMS that wants more is refused, and not told to be a matter of the password",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(2)
      yield* ground.client({ ...ground.connection(1), password })
      assert.deepInclude(yield* ground.until("ConnectFailed"), {
        reason: "Refused",
        status: 403,
        securityEvent: undefined
      })
    })
  )
})
