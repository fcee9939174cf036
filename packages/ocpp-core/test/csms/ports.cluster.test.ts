/** The other ports: a directory that is kept elsewhere, and a cluster that says who has a station. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger } from "effect"
import {
  Acceptor,
  ClaimRefused,
  Cluster,
  Csms,
  DirectoryError,
  type LocalStations,
  type Membership,
  StationDirectory,
  StationStore
} from "../../src/index.ts"
import { hash } from "../../src/transport/Password.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { basic, begin, booted, connected, Recorder, settle, statusNotification, upgrade } from "./support.ts"

const password = "correct-horse-battery"

describe("StationDirectory", () => {
  const fromLookup = StationDirectory.fromLookup((identity) =>
    identity.toLowerCase() === "cs-9"
      ? Effect.map(hash(password, { iterations: 2 }), (passwordHash) => ({
          identity: "CS-9",
          securityProfile: 1,
          passwordHash
        }))
      : identity === "broken"
        ? Effect.fail(new DirectoryError({ detail: "no database" }))
        : Effect.undefined
  )
  const layer = Csms.layer().pipe(Layer.provide(fromLookup), Layer.provideMerge(Logger.layer([])))

  it.effect("R-015, R-027, R-040: it decides who comes in", () =>
    Effect.gen(function* () {
      const outcomes = [
        yield* upgrade("/cs-9", basic("cs-9", password)),
        yield* upgrade("/cs-9", basic("cs-9", "wrong-password-here")),
        yield* upgrade("/cs-9"),
        yield* upgrade("/unknown"),
        yield* upgrade("/broken")
      ]
      assert.deepStrictEqual(
        outcomes.map((outcome) => (outcome._tag === "Refused" ? outcome.status : outcome._tag)),
        ["Admitted", 401, 401, 404, 503]
      )
      assert.deepInclude(outcomes[0], { identity: "CS-9", protocol: "ocpp2.0.1", remoteAddress: "192.0.2.1" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("LC-18: its stations connect without addStation, with the handlers of the CSMS", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const recorder = yield* Recorder.start
      assert.deepInclude(yield* Effect.flip(csms.station("CS-9")), { _tag: "UnknownStation" })
      const fake = yield* FakeStation.connect("CS-9")
      assert.deepInclude(fake.boot(), { status: "Accepted" })
      const station = yield* csms.station("cs-9")
      assert.deepInclude(yield* station.snapshot, { identity: "CS-9", state: "Accepted" })
      yield* settle
      assert.deepStrictEqual(recorder.tags.slice(0, 3), ["Added", "Connected", "StateChanged"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("R-040, R-044: addStation sets credentials, and adding again replaces them", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const admitted = (secret: string) =>
        Effect.map(upgrade("/CS-1", basic("CS-1", secret)), ({ _tag }) => _tag === "Admitted")
      yield* csms.addStation({ identity: "CS-1", securityProfile: 1, password })
      assert.deepStrictEqual([yield* admitted(password), yield* admitted(`${password}!`)], [true, false])
      yield* csms.addStation({ identity: "CS-1", securityProfile: 1, password: `${password}!` })
      assert.deepStrictEqual([yield* admitted(password), yield* admitted(`${password}!`)], [false, true])
    }).pipe(Effect.provide(Csms.layer()))
  )
})

/** A cluster of one whose claims the test decides on. */
class TestCluster {
  readonly log: Array<string> = []
  local: LocalStations | undefined = undefined
  claim: Membership["claim"] = (_identity, atLeast) => Effect.succeed(atLeast + 1)

  readonly layer = Layer.succeed(Cluster, {
    join: (local) =>
      Effect.sync(() => {
        this.local = local
        return {
          claim: (identity, atLeast) => {
            this.log.push(`claim ${identity} > ${atLeast}`)
            return this.claim(identity, atLeast)
          },
          release: (identity, epoch) => Effect.sync(() => void this.log.push(`release ${identity} ${epoch}`)),
          call: local.call,
          view: local.view,
          nextRequestId: local.nextRequestId,
          disconnect: local.disconnect,
          cancelJob: local.cancelJob
        }
      })
  })
  readonly csms = Csms.layer().pipe(Layer.provide(this.layer))
}

const withCluster = <A, E, R>(test: (cluster: TestCluster) => Effect.Effect<A, E, R | Csms | Acceptor>) => {
  const cluster = new TestCluster()
  return Effect.provide(test(cluster), cluster.csms)
}

describe("Cluster", () => {
  it.effect("habits 1, 4: it is asked for the station before the first frame, and told when the link has gone", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        cluster.claim = (_identity, atLeast) => Effect.succeed(atLeast + 10)
        const { fake, station } = yield* booted()
        assert.strictEqual((yield* station.snapshot).epoch, 10)
        fake.vanish()
        const again = yield* FakeStation.connect("CS-1")
        again.boot()
        assert.strictEqual((yield* station.snapshot).epoch, 20)
        assert.deepStrictEqual(cluster.log, ["claim CS-1 > 0", "release CS-1 10", "claim CS-1 > 10"])
      })
    )
  )

  it.effect("R-013: while it thinks, frames wait", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        const answer = yield* Deferred.make<number>()
        cluster.claim = () => Deferred.await(answer)
        const { fake, station } = yield* connected()
        fake.boot()
        assert.deepStrictEqual([fake.texts, (yield* station.snapshot).connected], [[], false])
        yield* Deferred.succeed(answer, 7)
        yield* settle
        assert.deepInclude(fake.answerTo("s1")?.[0], { status: "Accepted" })
        assert.strictEqual((yield* station.snapshot).epoch, 7)
      })
    )
  )

  it.effect("a claim that is refused closes the link with 1013", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        cluster.claim = (identity) => Effect.fail(new ClaimRefused({ identity, detail: "draining" }))
        const { fake, station } = yield* connected()
        assert.strictEqual(fake.closed?.code, 1013)
        fake.boot()
        assert.deepStrictEqual([fake.texts, (yield* station.snapshot).state], [[], "Disconnected"])
      })
    )
  )

  it.effect("R-187: of two links that are claimed at once the greater epoch wins, whichever answer comes first", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        const first = yield* Deferred.make<number>()
        const claims = [Deferred.await(first), Effect.succeed(2)]
        cluster.claim = () => claims.shift() ?? Effect.never
        const { fake, station } = yield* connected()
        const newer = yield* FakeStation.connect("CS-1")
        newer.boot()
        yield* Deferred.succeed(first, 1)
        yield* settle
        assert.deepStrictEqual([fake.closed, newer.closed], [{ code: 1000, reason: "replaced" }, undefined])
        assert.deepInclude(yield* station.snapshot, { state: "Accepted", epoch: 2 })
        assert.include(cluster.log, "release CS-1 1")
      })
    )
  )

  it.effect("a link that closed while it was being claimed gives the claim back", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        const answer = yield* Deferred.make<number>()
        cluster.claim = () => Deferred.await(answer)
        const { fake, station } = yield* connected()
        fake.vanish()
        yield* Deferred.succeed(answer, 1)
        yield* settle
        assert.deepStrictEqual(cluster.log, ["claim CS-1 > 0", "release CS-1 1"])
        assert.strictEqual((yield* station.snapshot).state, "Disconnected")
      })
    )
  )

  it.effect("a station that was removed while it was being claimed does not come back", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        const answer = yield* Deferred.make<number>()
        cluster.claim = () => Deferred.await(answer)
        const recorder = yield* Recorder.start
        const { csms, fake } = yield* connected()
        yield* csms.removeStation("CS-1")
        yield* Deferred.succeed(answer, 1)
        yield* settle
        assert.strictEqual(fake.closed?.code, 1001)
        assert.strictEqual(recorder.count("Connected"), 0)
        assert.include(cluster.log, "release CS-1 1")
      })
    )
  )

  it.effect("habit 5: a fence closes the link with its event; an older one does nothing", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        const recorder = yield* Recorder.start
        const { fake, station } = yield* booted()
        const { local } = cluster
        if (local === undefined) return assert.fail("not joined")
        yield* local.fence("cs-1", 1)
        assert.isUndefined(fake.closed)
        const call = yield* begin(Effect.flip(station.call("ClearCache", {})))
        yield* local.fence("CS-1", 2)
        assert.deepStrictEqual(fake.closed, { code: 1000, reason: "replaced" })
        assert.deepInclude(yield* Fiber.join(call), { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
        assert.strictEqual((yield* station.snapshot).state, "Offline")
        yield* settle
        assert.deepStrictEqual(recorder.tags.slice(-2), ["Fenced", "StateChanged"])
        assert.strictEqual(recorder.count("Disconnected"), 0)
        fake.call("StatusNotification", statusNotification(), "late")
        assert.isUndefined(fake.answerTo("late"))
      })
    )
  )

  it.effect("habits 2, 3: CALLs and views go through it, as plain data", () =>
    withCluster(
      Effect.fnUntraced(function* (cluster) {
        const { fake } = yield* booted()
        const { local } = cluster
        if (local === undefined) return assert.fail("not joined")
        const request = JSON.parse(
          '{"callId":"c1","identity":"cs-1","action":"GetLocalListVersion","payload":{},"timeout":1000}'
        )
        const call = yield* begin(local.call(request))
        fake.reply({ versionNumber: 1 })
        assert.deepStrictEqual(yield* Fiber.join(call), { versionNumber: 1 })
        assert.isUndefined(yield* local.view("CS-2"))
        const view = yield* local.view("CS-1")
        assert.deepEqual(JSON.parse(JSON.stringify(view)), view)
        yield* local.disconnect("CS-1", 1000, "bye")
        assert.deepStrictEqual(fake.closed, { code: 1000, reason: "bye" })
      })
    )
  )

  it.effect("the default layers are what a CSMS has without any", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      fake.vanish()
      const again = yield* FakeStation.connect("CS-1")
      again.boot()
      assert.deepInclude(yield* station.snapshot, { epoch: 2, state: "Accepted" })
    }).pipe(
      Effect.provide(
        Csms.layer().pipe(Layer.provide([Cluster.layerSingle, StationStore.layerMemory, StationDirectory.layerMemory]))
      )
    )
  )
})
