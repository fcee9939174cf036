/** Over a limit: what the station gets, and the one log line, count and event that tell of it. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger, Metric, References } from "effect"
import { TestClock } from "effect/testing"
import { Acceptor, Csms, type CsmsOptions, type Limit, StationDirectory, type UpgradeRequest } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, connected, Recorder, settle, statusNotification, upgrade } from "./support.ts"

/** Log lines with their annotations. */
const recordedLog = () => {
  const lines: Array<Record<string, unknown>> = []
  const logger = Logger.make(({ fiber, logLevel, message }) => {
    lines.push({ level: logLevel, message, ...fiber.getRef(References.CurrentLogAnnotations) })
  })
  return { lines, layer: Logger.layer([logger]) }
}

const countOf = (limit: Limit) =>
  Effect.map(
    Metric.snapshot,
    (snapshots) =>
      snapshots.find(({ attributes, id }) => id === "ocpp_limits_reached_total" && attributes?.["limit"] === limit)
        ?.state
  )

/** Runs a test against a CSMS, and checks that exactly one line, count and event told of `limit`. */
const expectOne = (
  limit: Limit,
  options: CsmsOptions,
  body: Effect.Effect<object, unknown, Csms | Acceptor>,
  who: Record<string, unknown> = { station: "CS-1", connectionId: "CS-1#1" }
) => {
  const { layer, lines } = recordedLog()
  return Effect.gen(function* () {
    const recorder = yield* Recorder.start
    yield* body
    yield* settle
    const { connectionId, remoteAddress, station } = who
    assert.deepStrictEqual(lines, [{ level: "Warn", message: ["LimitReached"], limit, ...who }])
    assert.deepStrictEqual(recorder.of("LimitReached"), [
      {
        _tag: "LimitReached",
        limit,
        ...(station !== undefined && { identity: station }),
        ...(connectionId !== undefined && { connectionId }),
        ...(remoteAddress !== undefined && { remoteAddress }),
        leftOut: 0,
        at: 0
      } as never
    ])
    assert.deepStrictEqual(yield* countOf(limit), { count: 1, incremental: true })
  }).pipe(
    Effect.provide(Csms.layer({}, { drain: { grace: 0 }, ...options })),
    Effect.provide(layer),
    Effect.provideService(Metric.MetricRegistry, new Map())
  )
}

const closedBy = (fake: FakeStation, limit: Limit) =>
  assert.deepStrictEqual(fake.closed, { code: 1008, reason: `limit reached: ${limit}` })

const heartbeats = (fake: FakeStation, n: number) => {
  for (let i = 0; i < n; i++) fake.call("Heartbeat", {})
}

describe("a connection over a limit is closed with 1008", () => {
  it.effect("messagesPerSecond: ten seconds' worth at once, then the pace", () =>
    expectOne(
      "messagesPerSecond",
      { messagesPerSecond: 5 },
      Effect.gen(function* () {
        const { fake } = yield* connected()
        heartbeats(fake, 50)
        assert.strictEqual(fake.texts.length, 50)
        fake.call("Heartbeat", {})
        closedBy(fake, "messagesPerSecond")
        assert.strictEqual(fake.texts.length, 50, "the one too many is not answered")
        return fake
      })
    )
  )

  it.effect("messagesPerSecond: a station at the pace is never closed; 200 by default", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      heartbeats(fake, 1_000)
      for (let second = 0; second < 30; second++) {
        yield* TestClock.adjust("1 second")
        heartbeats(fake, 200)
      }
      assert.isUndefined(fake.closed)
      heartbeats(fake, 2_001)
      closedBy(fake, "messagesPerSecond")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("messagesPerSecond: binary messages and empty ones count", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      for (let i = 0; i < 5; i++) fake.sayBinary()
      for (let i = 0; i < 5; i++) fake.say("")
      assert.isUndefined(fake.closed)
      fake.sayBinary()
      closedBy(fake, "messagesPerSecond")
    }).pipe(Effect.provide(Csms.layer({}, { messagesPerSecond: 1 })))
  )

  it.effect("bytesPerSecond", () =>
    expectOne(
      "bytesPerSecond",
      { bytesPerSecond: 100 },
      Effect.gen(function* () {
        const { fake } = yield* connected()
        fake.say(`[2,"a","Heartbeat",{}]${" ".repeat(900)}`)
        assert.isUndefined(fake.closed)
        fake.say(`[2,"b","Heartbeat",{}]${" ".repeat(100)}`)
        closedBy(fake, "bytesPerSecond")
        assert.isUndefined(fake.answerTo("b"))
        return fake
      })
    )
  )

  it.effect("R-146: invalidMessagesPerMinute: sixty are answered, the next one is not", () =>
    expectOne(
      "invalidMessagesPerMinute",
      {},
      Effect.gen(function* () {
        const { fake } = yield* booted()
        const before = fake.texts.length
        const nonsense = [
          () => fake.say("no JSON"),
          () => fake.sayBinary(),
          () => fake.call("Bogus", {}),
          () => fake.call("Reset", { type: "Immediate" }),
          () => fake.call("StatusNotification", {})
        ]
        for (let i = 0; i < 60; i++) nonsense[i % nonsense.length]?.()
        assert.strictEqual(fake.texts.length - before, 60)
        heartbeats(fake, 5) // what makes sense does not count
        assert.isUndefined(fake.closed)
        fake.call("StatusNotification", {})
        closedBy(fake, "invalidMessagesPerMinute")
        assert.strictEqual(fake.texts.length - before, 65)
        return fake
      })
    )
  )

  it.effect("R-146: one a second goes on for ever", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      for (let i = 0; i < 200; i++) {
        yield* TestClock.adjust("1 second")
        fake.say("no JSON")
      }
      assert.isUndefined(fake.closed)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-150: what is refused because the station is not accepted makes sense, and does not count", () =>
    Effect.gen(function* () {
      const { fake } = yield* connected()
      for (let i = 0; i < 100; i++) fake.call("StatusNotification", statusNotification())
      assert.strictEqual(fake.texts.length, 100)
      assert.isUndefined(fake.closed)
    }).pipe(Effect.provide(Csms.layer({}, { unknownRegistration: "reject" })))
  )

  it.effect("Infinity switches a limit off", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      for (let i = 0; i < 3_000; i++) fake.say("no JSON")
      assert.isUndefined(fake.closed)
    }).pipe(
      Effect.provide(
        Csms.layer({}, { messagesPerSecond: Infinity, bytesPerSecond: Infinity, invalidMessagesPerMinute: Infinity })
      )
    )
  )

  it.effect("R-109: maxUnansweredCalls", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake } = yield* booted()
      for (let i = 0; i < 6; i++) fake.call("StatusNotification", statusNotification(i))
      closedBy(fake, "maxUnansweredCalls")
      yield* settle
      assert.deepStrictEqual(
        recorder.of("LimitReached").map(({ connectionId, limit }) => [limit, connectionId]),
        [["maxUnansweredCalls", "CS-1#1"]]
      )
    }).pipe(
      Effect.provide(Csms.layer({ StatusNotification: () => Effect.never }, { maxUnansweredCalls: 4 })),
      Effect.provide(Logger.layer([]))
    )
  )

  it.effect("what comes after the close has begun is dropped, also when the station does not close its end", () =>
    Effect.gen(function* () {
      const { csms, fake } = yield* connected()
      const recorder = yield* Recorder.start
      fake.deaf = true
      heartbeats(fake, 51)
      const { length } = fake.texts
      heartbeats(fake, 500)
      fake.say("no JSON")
      fake.sayBinary()
      yield* settle
      assert.strictEqual(fake.texts.length, length)
      assert.deepStrictEqual(recorder.tags, [
        ...Array.from({ length: 50 }, () => "NotificationReceived"),
        "LimitReached"
      ])
      assert.strictEqual((yield* csms.stations).length, 1)
    }).pipe(Effect.provide(Csms.layer({}, { messagesPerSecond: 5 })), Effect.provide(Logger.layer([])))
  )

  it.effect("our CALL that was outstanding has an unknown outcome, and the station may come back", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const call = yield* begin(Effect.flip(station.call("GetLocalListVersion", {})))
      heartbeats(fake, 60)
      closedBy(fake, "messagesPerSecond")
      yield* settle
      assert.isDefined(call.pollUnsafe())
      const again = yield* FakeStation.connect("CS-1")
      assert.strictEqual(again.answerTo(again.call("Heartbeat", {}))?.length, 1)
    }).pipe(Effect.provide(Csms.layer({}, { messagesPerSecond: 5 })), Effect.provide(Logger.layer([])))
  )
})

describe("limits of admission", () => {
  const ask = (identity: string, remoteAddress = "192.0.2.1") =>
    Effect.flatMap(Acceptor, (acceptor) =>
      acceptor.admit({
        target: `/ocpp/${identity}`,
        protocols: "ocpp2.0.1",
        authorization: undefined,
        remoteAddress,
        secure: false
      } satisfies UpgradeRequest)
    )
  const everybody = StationDirectory.fromLookup((identity) => Effect.succeed({ identity, securityProfile: 0 as const }))

  it.effect("R-189: 5 000 stations from one address connect, boot and are Accepted with the defaults", () =>
    Effect.gen(function* () {
      const acceptor = yield* Acceptor
      for (let i = 0; i < 5_000; i++) {
        const verdict = yield* ask(`CS-${i}`)
        if (verdict._tag !== "Admitted") return assert.fail(`CS-${i}: ${JSON.stringify(verdict)}`)
        const fake = new FakeStation()
        fake.attach(acceptor.open(verdict, fake))
        assert.propertyVal(fake.boot(), "status", "Accepted")
      }
    }).pipe(Effect.provide(Layer.provide(Csms.layer({}, { drain: { wave: 5_000 } }), everybody)))
  )

  it.effect("connectionAttemptsPerIdentity: 429 with Retry-After", () =>
    expectOne(
      "connectionAttemptsPerIdentity",
      { connectionAttemptsPerIdentity: 2 },
      Effect.gen(function* () {
        const csms = yield* Csms
        yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
        const verdicts = [yield* ask("CS-1"), yield* ask("CS-1"), yield* ask("CS-1")]
        assert.deepStrictEqual(
          verdicts.map((verdict) => (verdict._tag === "Refused" ? [verdict.status, verdict.headers] : verdict._tag)),
          ["Admitted", "Admitted", [429, { "Retry-After": "30" }]]
        )
        return {}
      }),
      { station: "CS-1", remoteAddress: "192.0.2.1" }
    )
  )

  it.effect("a request over a limit is no failure of its address", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS-2", securityProfile: 0 })
      for (let i = 0; i < 20; i++) yield* ask("NOBODY") // two are refused with 404, the others with 429
      assert.strictEqual((yield* ask("CS-2"))._tag, "Admitted")
    }).pipe(
      Effect.provide(Csms.layer({}, { connectionAttemptsPerIdentity: 2, failedAttemptsPerAddress: 3 })),
      Effect.provide(Logger.layer([]))
    )
  )

  it.effect("a flood is told once a second, with the number left out in between; the metric has them all", () => {
    const { layer, lines } = recordedLog()
    return Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const flood = (n: number) => Effect.repeat(ask("NOBODY"), { times: n - 1 })
      yield* flood(10) // the first three fail with 404, the others are one too many
      yield* TestClock.adjust("999 millis")
      yield* flood(5)
      yield* TestClock.adjust("1 millis")
      yield* flood(2)
      yield* settle
      assert.deepStrictEqual(
        lines.map(({ leftOut, limit }) => [limit, leftOut]),
        [
          ["failedAttemptsPerAddress", undefined],
          ["failedAttemptsPerAddress", 11]
        ]
      )
      assert.deepStrictEqual(
        recorder.of("LimitReached").map(({ leftOut }) => leftOut),
        [0, 11]
      )
      assert.strictEqual(recorder.count("AdmissionRefused"), 3, "one over the limit is told as LimitReached only")
      assert.deepInclude(yield* countOf("failedAttemptsPerAddress"), { count: 14 })
    }).pipe(
      Effect.provide(Csms.layer({}, { failedAttemptsPerAddress: 3 })),
      Effect.provide(layer),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  })

  it.effect("maxConnections: 503, until a link is gone", () =>
    expectOne(
      "maxConnections",
      { maxConnections: 1 },
      Effect.gen(function* () {
        const { csms, fake } = yield* connected()
        yield* csms.addStation({ identity: "CS-2", securityProfile: 0 })
        const refused = yield* ask("CS-2")
        assert.deepInclude(refused, { _tag: "Refused", status: 503 })
        fake.vanish()
        assert.strictEqual((yield* ask("CS-2"))._tag, "Admitted")
        return {}
      }),
      { station: "CS-2", remoteAddress: "192.0.2.1" }
    )
  )

  it.effect("maxPendingAdmissions: 503 while the directory is slow; one that gives up makes room", () => {
    const slow = StationDirectory.fromLookup((identity) =>
      identity === "SLOW" ? Effect.never : Effect.succeed({ identity, securityProfile: 0 as const })
    )
    return Effect.gen(function* () {
      const first = yield* begin(ask("SLOW"))
      assert.strictEqual((yield* ask("CS-1"))._tag, "Admitted")
      const second = yield* begin(ask("SLOW"))
      assert.deepInclude(yield* ask("CS-1"), { _tag: "Refused", status: 503 })
      second.interruptUnsafe()
      yield* settle
      assert.strictEqual((yield* ask("CS-1"))._tag, "Admitted")
      first.interruptUnsafe()
    }).pipe(
      Effect.provide(Layer.provide(Csms.layer({}, { maxPendingAdmissions: 2 }), slow)),
      Effect.provide(Logger.layer([]))
    )
  })

  it.effect("the last free connection is given once, however many ask for it at the same time", () => {
    const asked: Array<Deferred.Deferred<void>> = []
    const slow = StationDirectory.fromLookup((identity) =>
      Effect.gen(function* () {
        const answer = yield* Deferred.make<void>()
        asked.push(answer)
        yield* Deferred.await(answer)
        return { identity, securityProfile: 0 as const }
      })
    )
    return Effect.gen(function* () {
      const acceptor = yield* Acceptor
      const asking = [yield* begin(ask("CS-1")), yield* begin(ask("CS-2"))]
      const verdicts: Array<string> = []
      for (const [i, fiber] of asking.entries()) {
        const answer = asked[i]
        if (answer !== undefined) yield* Deferred.succeed(answer, undefined)
        yield* settle
        const exit = fiber.pollUnsafe()
        const verdict = exit?._tag === "Success" ? exit.value : undefined
        verdicts.push(verdict?._tag ?? "undecided")
        if (verdict?._tag === "Admitted") acceptor.open(verdict, new FakeStation())
      }
      assert.deepStrictEqual(verdicts, ["Admitted", "Refused"])
    }).pipe(
      Effect.provide(Layer.provide(Csms.layer({}, { maxConnections: 1, drain: { grace: 0 } }), slow)),
      Effect.provide(Logger.layer([]))
    )
  })

  it.effect("no secret is in a log line or an event", () => {
    const { layer, lines } = recordedLog()
    return Effect.gen(function* () {
      const recorder = yield* Recorder.start
      for (let i = 0; i < 5; i++) yield* upgrade("/ocpp/CS-1?key=hunter2hunter2", "Basic aHVudGVyMmh1bnRlcjI=")
      yield* settle
      assert.isAbove(recorder.count("LimitReached"), 0)
      assert.notMatch(JSON.stringify([lines, recorder.of("LimitReached")]), /hunter2|aHVudGVy/)
    }).pipe(Effect.provide(Csms.layer({}, { failedAttemptsPerAddress: 1 })), Effect.provide(layer))
  })
})

describe("limits that an adapter enforces", () => {
  for (const limit of ["messageBytes", "sendBuffer", "silence"] as const)
    it.effect(`${limit} is told with the connection`, () =>
      expectOne(
        limit,
        {},
        Effect.gen(function* () {
          const acceptor = yield* Acceptor
          yield* connected()
          acceptor.limitReached(limit, { identity: "CS-1", remoteAddress: "192.0.2.1" })
          return {}
        }),
        { station: "CS-1", connectionId: "CS-1#1", remoteAddress: "192.0.2.1" }
      )
    )

  it.effect("pendingSockets is told once a second, without a station", () =>
    Effect.gen(function* () {
      const acceptor = yield* Acceptor
      const recorder = yield* Recorder.start
      for (let i = 0; i < 100; i++) acceptor.limitReached("pendingSockets", { remoteAddress: "192.0.2.1" })
      yield* TestClock.adjust("1 second")
      acceptor.limitReached("pendingSockets", {})
      yield* settle
      assert.deepStrictEqual(
        recorder.of("LimitReached").map(({ leftOut, remoteAddress }) => [leftOut, remoteAddress]),
        [
          [0, "192.0.2.1"],
          [99, undefined]
        ]
      )
    }).pipe(Effect.provide(Csms.layer()), Effect.provide(Logger.layer([])))
  )
})

describe("options that make no sense", () => {
  it.each([
    [{ messagesPerSecond: 0 }, "messagesPerSecond"],
    [{ bytesPerSecond: 1.5 }, "bytesPerSecond"],
    [{ invalidMessagesPerMinute: -1 }, "invalidMessagesPerMinute"],
    [{ maxConnections: Number.NaN }, "maxConnections"],
    [{ drain: { grace: "soon" as never } }, "drain is with grace"],
    [{ drain: { interval: Infinity } }, "drain is with interval"],
    [{ drain: { wave: 0 } }, "drain is with wave"],
    [{ drain: { code: 1006 } }, "drain is with code"]
  ] satisfies ReadonlyArray<readonly [CsmsOptions, string]>)("%j is refused at once", (options, name) => {
    assert.throws(() => Csms.layer({}, options), RangeError, name)
  })
})
