/** One link: what comes before it is claimed, after it is closed, and too much of it. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Cluster, Csms, type CsmsOptions } from "../../src/index.ts"
import { joinSingle } from "../../src/csms/Cluster.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { connected, sent, status, withoutWording, withStation, type World } from "./support.ts"

/** Runs a test whose station is claimed only when the test says so. */
const withSlowClaim = (
  body: (world: World & { readonly claim: Effect.Effect<void> }) => Effect.Effect<void, unknown>,
  options: CsmsOptions = {}
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const allowed = yield* Deferred.make<void>()
    const slow = Layer.succeed(Cluster, {
      join: (local) =>
        Effect.map(joinSingle(local), (membership) => ({
          ...membership,
          claim: (identity, epoch) => Effect.andThen(Deferred.await(allowed), membership.claim(identity, epoch))
        }))
    })
    const claim = Effect.asVoid(Deferred.succeed(allowed, undefined))
    yield* Effect.flatMap(connected, (world) => body({ ...world, claim })).pipe(
      Effect.provide(Layer.provide(Csms.layer({}, options), slow)),
      Effect.scoped
    )
  })

describe("R-013: before the link is claimed", () => {
  it.effect("R-013: what comes is neither handled early nor lost, and is answered in the order of the wire", () =>
    withSlowClaim(({ fake, claim }) =>
      Effect.gen(function* () {
        fake.call("Heartbeat", {}, "a")
        fake.sayBinary()
        fake.say("no JSON")
        fake.call("Bogus", {}, "b")
        assert.deepStrictEqual(sent(fake), [])
        yield* TestClock.adjust("1 second")
        yield* claim
        assert.deepStrictEqual(withoutWording(sent(fake)), [
          [3, "a", { currentTime: "1970-01-01T00:00:01Z" }],
          [4, "-1", "RpcFrameworkError", {}],
          [4, "-1", "RpcFrameworkError", {}],
          [4, "b", "NotImplemented", {}]
        ])
        assert.deepStrictEqual(fake.closed, undefined)
      })
    )
  )

  it.effect("R-013: no more is kept than asked for; then the link is closed with 1008", () =>
    withSlowClaim(
      ({ fake }) =>
        Effect.sync(() => {
          fake.call("Heartbeat", {})
          fake.sayBinary()
          assert.deepStrictEqual(fake.closed, undefined)
          fake.call("Heartbeat", {})
          assert.strictEqual(fake.closed?.code, 1008)
          assert.deepStrictEqual(sent(fake), [])
        }),
      { maxEarlyFrames: 2 }
    )
  )

  it.effect("R-013: a link that closes before it is claimed leaves nothing behind", () =>
    withSlowClaim(({ station, fake, claim }) =>
      Effect.gen(function* () {
        fake.call("BootNotification", { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } })
        fake.vanish()
        yield* claim
        const view = yield* station.snapshot
        assert.deepStrictEqual([view.connected, view.registration, sent(fake)], [false, undefined, []])
      })
    )
  )
})

describe("too much, too late, too deep", () => {
  it.effect("R-109: a station that sends more than it may without an answer is closed with 1008", () =>
    withStation(
      ({ fake }) =>
        Effect.sync(() => {
          fake.call("DataTransfer", { vendorId: "V" })
          for (let i = 0; i < 3; i++) fake.call("StatusNotification", status())
          assert.deepStrictEqual(fake.closed, undefined)
          fake.call("StatusNotification", status())
          assert.strictEqual(fake.closed?.code, 1008)
        }),
      { DataTransfer: () => Effect.never },
      { maxUnansweredCalls: 3 }
    )
  )

  it.effect("R-110: answers do not overtake each other", () =>
    withStation(
      ({ fake }) =>
        Effect.gen(function* () {
          const ids = [30, 10, 20].map((delay) => fake.call("DataTransfer", { vendorId: String(delay) }))
          ids.push(fake.call("Heartbeat", {}))
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(
            sent(fake).map(([, id]) => id),
            ids
          )
        }),
      {
        DataTransfer: ({ vendorId }) =>
          Effect.delay(Effect.succeed({ status: "Accepted" as const }), Number(vendorId) * 100)
      }
    )
  )

  it.effect("R-187: what still comes on a link that was replaced is nobody's", () => {
    let handled = 0
    return withStation(
      ({ station, fake }) =>
        Effect.gen(function* () {
          const newer = yield* FakeStation.connect("CS-1")
          fake.call("StatusNotification", status())
          fake.sayBinary()
          fake.say("no JSON")
          assert.deepStrictEqual([handled, sent(fake), sent(newer)], [0, [], []])
          assert.isTrue((yield* station.snapshot).connected)
        }),
      { StatusNotification: () => Effect.sync(() => void handled++) }
    )
  })

  it.effect("R-173: every message is a sign of life, whatever it is", () =>
    withStation(({ station, fake }) =>
      Effect.gen(function* () {
        const seen: Array<unknown> = []
        for (const say of [
          () => fake.sayBinary(),
          () => fake.say("no JSON"),
          () => fake.say('[3,"x",{}]'),
          () => fake.say("")
        ]) {
          yield* TestClock.adjust("1 second")
          say()
          seen.push((yield* station.snapshot).lastSeen)
        }
        assert.deepStrictEqual(seen, [1000, 2000, 3000, 4000])
      })
    )
  )

  it.effect("R-095: a CALL nested a hundred thousand deep is handled, and may come again", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
    const text = (space: string) => `[2,"a",${space}"DataTransfer",{"vendorId":"V","data":{"deep":${deep}}}]`
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          fake.say(text(""))
          fake.say(text(""))
          assert.deepStrictEqual(sent(fake), [])
          fake.say(text(" "))
          assert.deepStrictEqual(withoutWording(sent(fake)), [[4, "a", "RpcFrameworkError", {}]])
        }),
      { DataTransfer: () => Effect.never }
    )
  })

  it.effect("R-111: a handler that gives back what is nested too deep to be written is replaced", () =>
    withStation(
      ({ fake }) =>
        Effect.sync(() => {
          const deep = `${'{"d":'.repeat(50_000)}1${"}".repeat(50_000)}`
          fake.say(`[2,"a","DataTransfer",{"vendorId":"V","data":${deep}}]`)
          assert.deepStrictEqual(withoutWording(sent(fake)), [[4, "a", "InternalError", {}]])
        }),
      { DataTransfer: ({ data = {} }) => Effect.succeed({ status: "Accepted", data }) }
    )
  )
})
