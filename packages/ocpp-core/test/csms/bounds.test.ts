/** What a station can make the CSMS keep is bounded, and kept in order. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Cluster, Csms, type CsmsOptions, type LocalStations, StationStore, StoreError } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { booted, connected, Recorder, settle, statusNotification } from "./support.ts"

/** A CSMS whose claims wait for `answer`. */
const slowCluster = (answer: Deferred.Deferred<number>, options: CsmsOptions = {}) =>
  Csms.layer({}, options).pipe(
    Layer.provide(
      Layer.succeed(Cluster, {
        join: (local: LocalStations) =>
          Effect.succeed({ ...local, claim: () => Deferred.await(answer), release: () => Effect.void })
      })
    )
  )

/** A CSMS whose stations are in the directory only, and in a store that waits for `answer`. */
const slowStore = (answer: Deferred.Deferred<undefined, StoreError>, options: CsmsOptions = {}) =>
  Csms.layer({}, options).pipe(
    Layer.provide(
      Layer.succeed(StationStore, {
        load: () => Deferred.await(answer),
        save: () => Effect.void,
        remove: () => Effect.void
      })
    ),
    Layer.provideMerge(Logger.layer([]))
  )

const say = (fake: FakeStation, n: number) =>
  Array.from({ length: n }, (_, i) => fake.call("StatusNotification", statusNotification(i)))

const answeredIds = (fake: FakeStation) => fake.frames.map(([, id]) => id)

describe("R-013: frames before the station is claimed", () => {
  it.effect("a known station: none is lost, none is early, their order stays", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<number>()
      yield* Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const { fake } = yield* connected()
        const ids = say(fake, 5)
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(fake.texts, [])
        yield* Deferred.succeed(answer, 1)
        yield* settle
        assert.deepStrictEqual(answeredIds(fake), [...ids])
        assert.strictEqual(recorder.tags.indexOf("Connected") < recorder.tags.indexOf("NotificationReceived"), true)
        const next = say(fake, 2)
        assert.deepStrictEqual(answeredIds(fake), [...ids, ...next])
      }).pipe(Effect.provide(slowCluster(answer)))
    })
  )

  it.effect("a station that is still being loaded: the same", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<undefined, StoreError>()
      yield* Effect.gen(function* () {
        const fake = yield* FakeStation.connect("CS-1")
        const ids = say(fake, 3)
        fake.sayBinary()
        assert.deepStrictEqual(fake.texts, [])
        yield* Deferred.succeed(answer, undefined)
        yield* settle
        assert.deepStrictEqual(new Set(answeredIds(fake)), new Set([...ids, "-1"]))
        assert.deepStrictEqual(
          answeredIds(fake).filter((id) => id !== "-1"),
          ids
        )
      }).pipe(Effect.provide(slowStore(answer)))
    })
  )

  it.effect("more than maxEarlyFrames closes the link with 1008: known station", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<number>()
      yield* Effect.gen(function* () {
        const { fake } = yield* connected()
        say(fake, 4)
        assert.isUndefined(fake.closed)
        say(fake, 1)
        assert.deepStrictEqual(fake.closed, { code: 1008, reason: "limit reached: maxEarlyFrames" })
      }).pipe(Effect.provide(slowCluster(answer, { maxEarlyFrames: 4 })))
    })
  )

  it.effect("more than maxEarlyFrames closes the link with 1008: station being loaded", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<undefined, StoreError>()
      yield* Effect.gen(function* () {
        const fake = yield* FakeStation.connect("CS-1")
        say(fake, 3)
        fake.sayBinary()
        assert.isUndefined(fake.closed)
        fake.sayBinary()
        assert.deepStrictEqual(fake.closed, { code: 1008, reason: "limit reached: maxEarlyFrames" })
        yield* Deferred.succeed(answer, undefined)
        yield* settle
        assert.deepStrictEqual(fake.texts, [])
      }).pipe(Effect.provide(slowStore(answer, { maxEarlyFrames: 4 })))
    })
  )

  it.effect("a snapshot that cannot be loaded closes the link with 1013", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<undefined, StoreError>()
      yield* Effect.gen(function* () {
        const csms = yield* Csms
        const fake = yield* FakeStation.connect("CS-1")
        say(fake, 1)
        yield* Deferred.fail(answer, new StoreError({ detail: "no disk" }))
        yield* settle
        assert.strictEqual(fake.closed?.code, 1013)
        assert.deepStrictEqual(yield* csms.stations, [])
      }).pipe(Effect.provide(slowStore(answer)))
    })
  )

  it.effect("LC-18: addStation while the station is being loaded by its link: its handlers count", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<undefined, StoreError>()
      yield* Effect.gen(function* () {
        const csms = yield* Csms
        const fake = yield* FakeStation.connect("CS-1")
        const adding = yield* Effect.forkChild(
          csms.addStation({
            identity: "CS-1",
            securityProfile: 0,
            handlers: { DataTransfer: () => Effect.succeed({ status: "Accepted" }) }
          }),
          { startImmediately: true }
        )
        yield* Deferred.succeed(answer, undefined)
        yield* settle
        assert.isDefined(adding.pollUnsafe())
        assert.deepStrictEqual(fake.answerTo(fake.call("DataTransfer", { vendorId: "v" })), [{ status: "Accepted" }])
      }).pipe(Effect.provide(slowStore(answer)))
    })
  )
})

describe("R-109: CALLs that wait for a handler", () => {
  it.effect("more than maxUnansweredCalls closes the link with 1008", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      say(fake, 5) // one is being handled, four wait
      assert.isUndefined(fake.closed)
      say(fake, 1)
      assert.deepStrictEqual(fake.closed, { code: 1008, reason: "limit reached: maxUnansweredCalls" })
    }).pipe(Effect.provide(Csms.layer({ StatusNotification: () => Effect.never }, { maxUnansweredCalls: 4 })))
  )

  it.effect("answers to our CALLs are not held up by them", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      say(fake, 3)
      const call = yield* Effect.forkChild(station.call("GetLocalListVersion", {}), { startImmediately: true })
      fake.reply({ versionNumber: 4 })
      yield* settle
      assert.isDefined(call.pollUnsafe())
    }).pipe(Effect.provide(Csms.layer({ StatusNotification: () => Effect.never }, { drain: { grace: 0 } })))
  )
})
