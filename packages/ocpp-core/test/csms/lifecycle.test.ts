/** Stations are added and removed, and a CSMS closes without leaving anything behind. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, type Duration, Effect, Fiber, Layer, Logger, Scope } from "effect"
import { TestClock } from "effect/testing"
import { Acceptor, Csms, type CsmsOptions, type Handlers, type NewStation } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { requests } from "./requests.ts"
import { begin, booted, connected, failureOf, Recorder, settle, statusNotification, upgrade } from "./support.ts"

describe("addStation", () => {
  it.effect.each<readonly [string, NewStation, RegExp]>([
    ["R-022: no identity", { identity: "", securityProfile: 0 }, /the identity is empty/],
    ["R-023: too long", { identity: "x".repeat(49), securityProfile: 0 }, /longer than 48 characters/],
    ["R-025: a space", { identity: "RDAM 123", securityProfile: 0 }, /a character that is not allowed/],
    ["R-022: a slash", { identity: "a/b", securityProfile: 0 }, /must not change the path/],
    [
      "R-024: a colon with Basic",
      { identity: "a:b", securityProfile: 1, password: "correct-horse-battery" },
      /`:` cannot log in with Basic/
    ],
    ["R-044: a short password", { identity: "CS-1", securityProfile: 2, password: "short" }, /has 5 characters.*16/],
    [
      "R-044: a long password",
      { identity: "CS-1", securityProfile: 1, password: "x".repeat(65) },
      /has 65 characters.*at most 64/
    ]
  ])("%s is refused with a message that helps", ([, station, message]) =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const failure = yield* Effect.flip(csms.addStation(station))
      if (failure._tag !== "InvalidStation") return assert.fail(failure._tag)
      assert.match(failure.message, message)
      assert.include(failure.message, "was not added")
      assert.notInclude(failure.message, ("password" in station ? station.password : undefined) ?? "\0")
      assert.deepStrictEqual(yield* csms.stations, [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-023, R-024, R-025: what is allowed is added", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      for (const identity of ["x".repeat(48), "aA0*-_=:+|@.", "RDAM 123"]) {
        const station = yield* csms.addStation({ identity, securityProfile: 0 })
        assert.strictEqual(station.identity, identity)
        assert.deepInclude(yield* upgrade(`/${encodeURIComponent(identity)}`), { _tag: "Admitted", identity })
      }
    }).pipe(Effect.provide(Csms.layer({}, { lenientIdentity: true })))
  )

  it.effect("R-026: two spellings are one station, and the first one counts", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const one = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
      const two = yield* csms.addStation({ identity: "cs-1", securityProfile: 0 })
      assert.strictEqual(one, two)
      assert.strictEqual(yield* csms.station("Cs-1"), one)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("removeStation", () => {
  it.effect("closes the link, fails what waits, forgets all, and lets it in no more", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { csms, fake, station } = yield* booted()
      const outstanding = yield* begin(station.call("ClearCache", {}))
      const waiting = yield* begin(station.call("ClearCache", {}, { waitForReconnect: true }))
      yield* csms.removeStation("cs-1")
      assert.deepStrictEqual(fake.closed, { code: 1000, reason: "the station was removed" })
      assert.deepInclude(yield* failureOf(outstanding), { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      assert.deepInclude(yield* failureOf(waiting), { _tag: "NotSent", reason: "Offline" })
      assert.deepInclude(yield* upgrade("/CS-1"), { _tag: "Refused", status: 404 })
      assert.deepInclude(yield* Effect.flip(csms.station("CS-1")), { _tag: "UnknownStation" })
      assert.deepInclude(yield* station.snapshot, { state: "Disconnected", epoch: 0, connected: false })
      assert.deepStrictEqual(yield* csms.stations, [])
      yield* settle
      assert.deepStrictEqual(recorder.tags.slice(-2), ["Removed", "AdmissionRefused"])

      const again = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
      assert.isUndefined((yield* again.snapshot).registration)
      assert.strictEqual((yield* station.snapshot).state, "Disconnected") // the old reference is good again
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("an unknown station is an error with a message that helps", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      for (const unknown of [csms.removeStation("CS-7"), csms.station("CS-7")]) {
        const failure = yield* Effect.flip(unknown)
        assert.strictEqual(failure._tag, "UnknownStation")
        assert.match(failure.message, /no station CS-7.*addStation/)
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("a handler may remove its own station", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({
        identity: "CS-1",
        securityProfile: 0,
        handlers: { TransactionEvent: () => Effect.as(Effect.orDie(csms.removeStation("CS-1")), {}) }
      })
      const fake = yield* FakeStation.connect("CS-1")
      fake.boot()
      fake.call("TransactionEvent", { ...requests.TransactionEvent, idToken: undefined })
      assert.strictEqual(fake.closed?.code, 1000)
      const again = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
      assert.deepInclude(yield* again.snapshot, { registration: undefined, epoch: 0 }) // nothing was stored after it
    }).pipe(Effect.provide(Csms.layer()))
  )
})

it.effect("adapters announce where stations can connect, for as long as they serve", () =>
  Effect.gen(function* () {
    const [csms, acceptor] = [yield* Csms, yield* Acceptor]
    const endpoint = { adapter: "memory", url: "memory://here" }
    const serving = yield* Scope.make()
    yield* Scope.provide(acceptor.announce(endpoint), serving)
    assert.deepStrictEqual(yield* csms.endpoints, [endpoint])
    yield* Scope.close(serving, Effect.runSync(Effect.exit(Effect.void)))
    assert.deepStrictEqual(yield* csms.endpoints, [])
  }).pipe(Effect.provide(Csms.layer()))
)

/** Counts the fibers that sleep on the clock of the test. */
const countingClock = Effect.map(Clock.Clock, (clock) => {
  const counter = { sleeping: 0 }
  const counting = Object.assign(Object.create(clock) as Clock.Clock, {
    sleep: (duration: Duration.Duration) =>
      Effect.acquireUseRelease(
        Effect.sync(() => void counter.sleeping++),
        () => clock.sleep(duration),
        () => Effect.sync(() => void counter.sleeping--)
      )
  })
  return { counter, layer: Layer.succeed(Clock.Clock, counting) }
})

/** Runs a life on a CSMS of its own, which closes after it. */
const life = <A, E>(
  body: Effect.Effect<A, E, Csms | Acceptor | Scope.Scope>,
  handlers: Handlers = {},
  options: CsmsOptions = {}
) =>
  Effect.scoped(
    Effect.provide(
      body,
      Csms.layer(handlers, { drain: { grace: 0 }, ...options }).pipe(Layer.provideMerge(Logger.layer([])))
    )
  )

describe("the CSMS closes", () => {
  it.effect("links are closed with 1001, waiting CALLs fail, and none can be made", () =>
    Effect.gen(function* () {
      const { calls, fakes, station } = yield* life(
        Effect.gen(function* () {
          const one = yield* booted("CS-1")
          const two = yield* booted("CS-2")
          const three = yield* connected("CS-3")
          two.fake.vanish()
          const begun = [
            one.station.call("ClearCache", {}),
            one.station.call("ClearCache", {}),
            two.station.call("ClearCache", {}, { waitForReconnect: true }),
            three.station.call("ClearCache", {})
          ].map((call) => Effect.runFork(Effect.flip(call)))
          yield* settle
          return { calls: begun, fakes: [one.fake, three.fake], station: one.station }
        })
      )
      for (const fake of fakes) assert.deepStrictEqual(fake.closed, { code: 1001, reason: "going away" })
      const failures = yield* Effect.forEach(calls, Fiber.join)
      assert.deepStrictEqual(
        failures.map((failure) => [failure._tag, "reason" in failure && failure.reason]),
        [
          ["OutcomeUnknown", "ConnectionLost"],
          ["NotSent", "ConnectionLost"],
          ["NotSent", "Offline"],
          ["NotSent", "ConnectionLost"]
        ]
      )
      for (const options of [{}, { waitForReconnect: true }])
        assert.deepInclude(yield* Effect.flip(station.call("ClearCache", {}, options)), { reason: "Offline" })
    })
  )

  it.effect("handlers are interrupted, and what waited behind them is not begun", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { fake, recorder } = yield* life(
        Effect.gen(function* () {
          const { fake: station } = yield* booted()
          for (const evseId of [1, 2, 3]) station.call("StatusNotification", statusNotification(evseId))
          return { fake: station, recorder: yield* Recorder.start }
        }),
        {
          StatusNotification: ({ evseId }) =>
            Effect.onInterrupt(
              Effect.andThen(
                Effect.sync(() => void seen.push(`begun ${evseId}`)),
                Effect.never
              ),
              () => Effect.sync(() => void seen.push(`interrupted ${evseId}`))
            )
        }
      )
      yield* settle
      assert.deepStrictEqual(seen, ["begun 1", "interrupted 1"])
      assert.strictEqual(fake.texts.length, 1)
      assert.strictEqual(recorder.count("HandlerFailed"), 0)
    })
  )

  it.effect("no deadline is left: nothing sleeps on the clock any more", () =>
    Effect.gen(function* () {
      const { counter, layer } = yield* countingClock
      const busy = Effect.gen(function* () {
        const { fake, station } = yield* booted("CS-1")
        for (let i = 0; i < 3; i++) fake.call("StatusNotification", statusNotification()) // a handler's deadline
        for (let i = 0; i < 3; i++)
          yield* begin(Effect.exit(station.call("ClearCache", {}, { queueTimeout: "1 hour" })))
        const two = yield* booted("CS-2")
        yield* begin(Effect.exit(two.station.call("Reset", { type: "OnIdle" })))
        two.fake.reply({ status: "Accepted" }) // a reset's deadline
        yield* begin(Effect.exit(two.station.getBaseReport("FullInventory")))
        two.fake.reply({ status: "Accepted" }) // a report's deadline
        yield* connected("CS-3") // the grace time of a link
        yield* TestClock.adjust("1 second")
        assert.isAbove(counter.sleeping, 0)
      })
      yield* life(busy, { StatusNotification: () => Effect.never }).pipe(Effect.provide(layer))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(counter.sleeping, 0)
    })
  )

  it.effect("no deadline is left of a station that is removed, or that is simply quiet", () =>
    Effect.gen(function* () {
      const { counter, layer } = yield* countingClock
      yield* Effect.gen(function* () {
        const { csms, fake, station } = yield* booted()
        yield* TestClock.adjust("1 second")
        const idle = counter.sleeping
        for (let i = 0; i < 3; i++) fake.call("StatusNotification", statusNotification())
        yield* begin(Effect.exit(station.call("ClearCache", {})))
        yield* begin(Effect.exit(station.getBaseReport("FullInventory", { queueTimeout: "1 hour" })))
        yield* settle
        assert.isAbove(counter.sleeping, idle)
        yield* csms.removeStation("CS-1")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(counter.sleeping, idle)
      }).pipe(
        Effect.provide(
          Csms.layer({ StatusNotification: () => Effect.never }, { inventory: "off", statusTimeout: 0 }).pipe(
            Layer.provide(Logger.layer([]))
          )
        ),
        Effect.provide(layer)
      )
    })
  )
})
