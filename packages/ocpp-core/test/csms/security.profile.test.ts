/** Security profiles over the life of a station: raised, never lowered, by a whole CSMS. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { Csms, StationDirectory } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { begin, Recorder, reported, reportPart, settle } from "./support.ts"
import { enter, mutual, password, plain, statusOf, tls } from "./securitySupport.ts"
import { TestStore } from "./TestStore.ts"

const add = (securityProfile: 1 | 2 | 3) =>
  Effect.flatMap(Csms, (csms) => csms.addStation({ identity: "CS-1", securityProfile, password }))

const setNetworkProfile = (securityProfile: number) => ({
  configurationSlot: 2,
  connectionData: {
    messageTimeout: 30,
    ocppCsmsUrl: "wss://csms.example.com/ocpp",
    ocppInterface: "Wired0" as const,
    ocppTransport: "JSON" as const,
    ocppVersion: "OCPP20" as const,
    securityProfile
  }
})

/** Puts a profile into a slot of the station. */
const offer = Effect.fnUntraced(function* (fake: FakeStation, securityProfile: number, status = "Accepted") {
  const csms = yield* Csms
  const station = yield* csms.station("CS-1")
  const call = yield* begin(station.call("SetNetworkProfile", setNetworkProfile(securityProfile)))
  fake.reply({ status })
  yield* Fiber.join(call)
})

/** The station tells whether it lets its profile be lowered. */
const allowDowngrade = Effect.fnUntraced(function* (fake: FakeStation, value: string) {
  const csms = yield* Csms
  const station = yield* csms.station("CS-1")
  const report = yield* begin(station.getBaseReport("FullInventory"))
  const { requestId } = fake.lastCall[3] as { readonly requestId: number }
  fake.reply({ status: "Accepted" })
  const data = [reported("SecurityCtrlr", "AllowSecurityProfileDowngrade", value)]
  fake.call("NotifyReport", reportPart(requestId, 0, false, data))
  yield* Fiber.join(report)
})

const booted = Effect.fnUntraced(function* (way: Parameters<typeof enter>[0]) {
  const fake = yield* enter(way)
  fake.call("BootNotification", {
    reason: "PowerUp",
    chargingStation: { model: "M1", vendorName: "V", serialNumber: "SN-1" }
  })
  return fake
})

describe("A-29, R-032: raised", () => {
  for (const [from, to, lower, higher] of [
    [1, 2, plain(), tls()],
    [2, 3, tls(), mutual()]
  ] as const)
    it.effect(`TC_A_19_CSMS: from ${from} to ${to}, and the lower one is refused from then on`, () =>
      Effect.gen(function* () {
        const recorder = yield* Recorder.start
        yield* add(from)
        const fake = yield* booted(lower)
        assert.notStrictEqual(yield* statusOf(higher), 101)
        yield* offer(fake, to)
        assert.strictEqual(yield* statusOf(lower), 101)
        yield* enter(higher)
        assert.strictEqual(yield* statusOf(lower), 403)
        assert.strictEqual(yield* statusOf(higher), 101)
        yield* settle
        assert.deepInclude(recorder.of("SecurityProfileChanged")[0], { from, to, durable: true })
        assert.strictEqual(recorder.count("SecurityProfileChanged"), 1)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect(
    "R-030, A-31: a network connection profile that the station rejects opens nothing, and the session lives on",
    () =>
      Effect.gen(function* () {
        const station = yield* add(1)
        const fake = yield* booted(plain())
        for (const profile of [2, 3] as const) yield* offer(fake, profile, "Rejected") // no root, no certificate of its own
        assert.strictEqual(yield* statusOf(tls()), 403)
        assert.strictEqual(yield* statusOf(plain()), 101)
        assert.deepInclude(yield* station.snapshot, { state: "Accepted", connected: true })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-030: an admission whose link never opens raises nothing", () =>
    Effect.gen(function* () {
      yield* add(1)
      const fake = yield* booted(plain())
      yield* offer(fake, 2)
      assert.strictEqual(yield* statusOf(tls()), 101)
      assert.strictEqual(yield* statusOf(plain()), 101)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-032: adding the station again with its first profile does not lower it", () =>
    Effect.gen(function* () {
      yield* add(1)
      yield* offer(yield* booted(plain()), 2)
      yield* enter(tls())
      const station = yield* add(1)
      assert.strictEqual(yield* statusOf(plain()), 403)
      assert.strictEqual(yield* statusOf(tls()), 101)
      assert.strictEqual((yield* station.snapshot).security?.securityProfile, 2)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("R-032: over a restart", () => {
  it.effect("what is on record and what is offered survive, also for a station that only the directory knows", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          yield* add(1)
          yield* offer(yield* booted(plain()), 2)
          yield* offer(yield* booted(tls()), 3)
        })
      )
      assert.deepInclude(
        store.events.find(({ _tag }) => _tag === "SecurityProfileChanged"),
        { from: 1, to: 2 }
      )
      yield* store.csms(
        Effect.gen(function* () {
          yield* add(1)
          assert.strictEqual(yield* statusOf(plain()), 403)
          assert.strictEqual(yield* statusOf(tls()), 101)
          assert.strictEqual(yield* statusOf(mutual()), 101)
        })
      )
      const directory = StationDirectory.fromLookup((identity) =>
        Effect.succeed(identity === "CS-1" ? { identity, securityProfile: 1 } : undefined)
      )
      const life = Effect.gen(function* () {
        assert.strictEqual(yield* statusOf({ secure: false }), 403) // the profile comes before the credentials
        assert.strictEqual(yield* statusOf({ secure: true }), 401)
        const fake = yield* enter(mutual())
        assert.isUndefined(fake.closed)
        assert.strictEqual(yield* statusOf({ secure: true }), 403)
      })
      yield* Effect.scoped(
        Effect.provide(life, Csms.layer().pipe(Layer.provide(store.layer), Layer.provide(directory)))
      )
      assert.strictEqual(store.texts.size, 1)
    })
  )

  it.effect("a snapshot of before there was a record is read", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(Effect.flatMap(add(2), () => booted(tls())))
      const text = store.texts.get("cs-1") ?? ""
      const { security, ...old } = JSON.parse(text) as { readonly security?: unknown }
      assert.deepStrictEqual(security, { securityProfile: 2 })
      store.texts.set("cs-1", JSON.stringify(old))
      yield* store.csms(
        Effect.gen(function* () {
          yield* add(1)
          assert.strictEqual(yield* statusOf(plain()), 101)
        })
      )
    })
  )
})

describe("R-033, A-30: lowered", () => {
  it.effect("from 3 to 2 by a station that allows it, as an expected change; 3 and 1 are then refused", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      yield* add(3)
      const fake = yield* booted(mutual())
      yield* allowDowngrade(fake, "true")
      yield* offer(fake, 2)
      assert.strictEqual(yield* statusOf(mutual()), 101)
      const lowered = yield* booted(tls())
      assert.strictEqual(yield* statusOf(mutual()), 401) // profile 2 wants a password
      assert.strictEqual(yield* statusOf(plain()), 403)
      yield* settle
      assert.deepInclude(recorder.of("SecurityProfileChanged")[0], { from: 3, to: 2 })
      yield* offer(lowered, 1)
      assert.strictEqual(yield* statusOf(plain()), 403)
      yield* offer(lowered, 3)
      yield* enter(mutual())
      assert.strictEqual(yield* statusOf(tls()), 403)
    }).pipe(Effect.provide(Csms.layer()))
  )

  for (const value of ["false", "", undefined])
    it.effect(`not by one whose AllowSecurityProfileDowngrade is ${value ?? "not known"}`, () =>
      Effect.gen(function* () {
        yield* add(3)
        const fake = yield* booted(mutual())
        if (value !== undefined) yield* allowDowngrade(fake, value)
        yield* offer(fake, 2)
        assert.strictEqual(yield* statusOf(tls()), 403)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("from 2 to 1 never, whatever the station allows", () =>
    Effect.gen(function* () {
      yield* add(2)
      const fake = yield* booted(tls())
      yield* allowDowngrade(fake, "true")
      yield* offer(fake, 1)
      assert.strictEqual(yield* statusOf(plain()), 403)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
