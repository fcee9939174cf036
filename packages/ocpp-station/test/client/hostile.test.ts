import { assert, describe, it } from "@effect/vitest"
import { decode, Dialer, DialFailed, type LinkHandler } from "@wattline/ocpp-core/engine"
import { Stations } from "@wattline/ocpp-station"
import { Clock, Context, Effect, Layer, Logger, type Scope } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type { ClientEvent } from "../../src/client/ClientEvent.ts"
import { ClientProcess } from "../../src/client/ClientProcess.ts"
import { connectionOf } from "../../src/client/Stations.ts"
import { connection, pass } from "./FakeCsms.ts"
import { Rig } from "./Rig.ts"

const handlers = {
  ClearCache: () => Effect.succeed({ status: "Accepted" } as const),
  GetLocalListVersion: () => Effect.delay(Effect.succeed({ versionNumber: 1 }), 3_000),
  GetTransactionStatus: () => Effect.die("broken"),
  GetVariables: () => Effect.succeed({} as never) // an answer that the schema refuses
}

/** A CALL of the CSMS; the id is made when it is said. */
const actions: ReadonlyArray<readonly [string, object]> = [
  ["ClearCache", {}],
  ["GetLocalListVersion", {}],
  ["GetTransactionStatus", {}],
  ["GetVariables", { getVariableData: [{ component: { name: "A" }, variable: { name: "B" } }] }],
  ["GetVariables", {}], // breaks the schema
  ["Reset", { type: "Immediate" }], // no handler
  ["Heartbeat", {}], // a station's
  ["Nonsense", { a: 1 }],
  ["TriggerMessage", { requestedMessage: "BootNotification" }]
]

/** Frames that a CSMS could say, before something happens to them. */
const validTexts = [
  '[2,"m-1","ClearCache",{}]',
  '[3,"m-2",{"status":"Accepted","currentTime":"2026-01-01T00:00:00Z","interval":10}]',
  '[4,"m-3","InternalError","no",{}]'
]

/** Of one text by changing it anywhere. */
const mutated = fc
  .tuple(fc.constantFrom(...validTexts), fc.nat(80), fc.nat(4), fc.string({ maxLength: 3 }))
  .map(([text, at, length, by]) => text.slice(0, at) + by + text.slice(at + length))

type Step = (rig: Rig) => Effect.Effect<void> | void

/** What is no answer may be answered, once, under the id that can be read in it. */
const sayAnything = (rig: Rig, text: string): void => {
  const frame = decode(text)
  const messageId = "messageId" in frame ? frame.messageId : undefined
  const isAnswer = frame._tag === "CallResult" || frame._tag === "CallError"
  if (rig.outstanding === undefined || rig.outstanding[1] !== messageId) rig.say(text, isAnswer ? undefined : messageId)
}

let ids = 0

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    (rig) => rig.answer("well"), // often enough that the station gets somewhere
    (rig) => rig.answer("well"),
    (rig) => rig.answer("CALLERROR"),
    (rig) => rig.push(),
    (rig) => rig.call(),
    (rig) => rig.pass(6)
  ),
  fc.oneof(fc.string(), mutated, fc.json()).map((text) => (rig: Rig) => sayAnything(rig, text)),
  fc.constantFrom(...actions).map(([action, payload]) => (rig: Rig) => {
    const id = `c-${++ids}`
    rig.say([2, id, action, payload], id)
  }),
  fc.tuple(fc.constantFrom(...actions), fc.constantFrom("r-1", "r-2")).map(([[action, payload], id]) => (rig: Rig) => {
    rig.say([2, id, action, payload], id) // ids that come again
  }),
  fc.constantFrom<Step>(
    (rig) => rig.say([3, "nobody's", {}]),
    (rig) => rig.say([4, "-1", "InternalError", "", {}]),
    (rig) => {
      if (rig.previous !== undefined && rig.outstanding === undefined) rig.say([3, rig.previous[1], {}]) // late, or twice
    },
    (rig) => rig.say("x".repeat(100_000), "-1"),
    (rig) => {
      if (rig.csms.isConnected) rig.say("", undefined)
    },
    (rig) => rig.hangUp(),
    (rig) =>
      Effect.gen(function* () {
        for (const pause of [6, 11, 1]) {
          rig.answer("CALLERROR")
          yield* rig.pass(pause)
        }
      }),
    (rig) => rig.answer({ status: "Pending", currentTime: "garbage", interval: -1 }),
    (rig) => void rig.csms.failures.push("Refused", "Timeout"),
    (rig) => rig.pass(1),
    (rig) => rig.pass(40),
    (rig) => rig.client.reboot("RemoteReset", 3),
    (rig) => rig.client.outage(7),
    (rig) => rig.client.reconnect(),
    (rig) => rig.client.relink(),
    (rig) => rig.client.bootAgain(),
    (rig) => rig.client.heartbeat()
  )
)

const quiet = Logger.layer([])

const run = <A>(program: Effect.Effect<A, never, Scope.Scope>): Promise<A> =>
  Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Layer.mergeAll(TestClock.layer(), quiet))))

/** A client that was let in. */
const accepted = Effect.gen(function* () {
  const { rig } = yield* Rig.make(handlers)
  rig.client.start()
  rig.look()
  rig.answer("well")
  return rig
})

/** Takes all steps, and looks after each whether the rules hold. */
const follow = (script: ReadonlyArray<Step>, rig: Rig): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (const step of script) {
      const effect = step(rig)
      if (Effect.isEffect(effect)) yield* effect
      rig.look()
    }
  })

/** Answers one CALL after the other until none is left. */
const answerAll = (rig: Rig): void => {
  while ((rig.look(), rig.outstanding !== undefined)) rig.answer("well")
}

describe("a CSMS that does anything", () => {
  it("R-100, R-147, R-189, R-190, E13.FR.04: whatever it says and whenever it hangs up, the rules hold and nothing is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 80, size: "max" }), async (script) =>
        run(
          Effect.gen(function* () {
            const { rig } = yield* Rig.make(handlers)
            rig.client.start()
            rig.look()
            yield* follow(script, rig)
            yield* rig.recover
            rig.check()
          })
        )
      ),
      { numRuns: 300 }
    )
  }, 60_000)

  it("R-104, R-189: 1,000 CALLs and 1,000 TransactionEvents at once go out one at a time, in order", async () => {
    const orders = await run(
      Effect.gen(function* () {
        const rig = yield* accepted
        const order: Array<number> = []
        for (let n = 0; n < 1_000; n++) {
          rig.client.call("Heartbeat", {}, () => order.push(n))
          rig.push()
        }
        answerAll(rig)
        rig.check()
        return { order, concluded: rig.concluded.length }
      })
    )
    assert.deepStrictEqual(
      orders.order,
      Array.from({ length: 1_000 }, (_, n) => n)
    )
    assert.strictEqual(orders.concluded, 1_000)
  })

  it("R-106: the CALL that finds 1,000 waiting is told so, and the others go on", async () => {
    await run(
      Effect.gen(function* () {
        const rig = yield* accepted
        const ends: Array<string> = []
        for (let n = 0; n < 1_002; n++) rig.client.call("Heartbeat", {}, (outcome) => ends.push(outcome._tag))
        assert.deepStrictEqual(ends, ["Failure"])
        answerAll(rig)
        assert.strictEqual(ends.filter((tag) => tag === "Success").length, 1_001)
      })
    )
  })

  it("R-109, R-110: 1,000 CALLs at once are answered once each; when handlers are slow the line is cut and comes back", async () => {
    await run(
      Effect.gen(function* () {
        const rig = yield* accepted
        for (let n = 0; n < 1_000; n++) rig.csms.say([2, `a-${n}`, "ClearCache", {}])
        assert.deepStrictEqual(
          rig.csms.sent().map((frame) => frame[1]),
          Array.from({ length: 1_000 }, (_, n) => `a-${n}`)
        )
        for (let n = 0; n < 1_000; n++) rig.csms.say([2, `b-${n}`, "GetLocalListVersion", {}])
        assert.isFalse(rig.csms.isConnected)
        assert.isAtMost(rig.client.inbound.depth, 65)
        yield* rig.recover
        rig.check()
      })
    )
  })

  it("R-014, R-146: binary messages are answered with a CALLERROR, until there are too many; then the line is cut and comes back", async () => {
    await run(
      Effect.gen(function* () {
        const rig = yield* accepted
        rig.csms.sayBinary()
        assert.deepStrictEqual(
          rig.csms.sent().map((frame) => frame.slice(0, 3)),
          [[4, "-1", "RpcFrameworkError"]]
        )
        for (let n = 0; n < 2_000; n++) rig.csms.sayBinary()
        assert.isFalse(rig.csms.isConnected)
        rig.csms.sent()
        yield* rig.recover
        rig.check()
      })
    )
  })

  it("R-096: what is kept for repeats has a bound, however much is asked", async () => {
    await run(
      Effect.gen(function* () {
        const rig = yield* accepted
        const filler = "x".repeat(20_000)
        const before = JSON.stringify(rig.client.inbound).length
        for (let n = 0; n < 2_000; n++) {
          rig.csms.say([2, `k-${n}`, "ClearCache", { customData: { vendorId: n % 2 === 0 ? filler : "V" } }])
          rig.csms.say([3, `stray-${n}`, { filler }])
        }
        rig.csms.sent()
        assert.isBelow(JSON.stringify(rig.client.inbound).length - before, 8 * 2 * 4_096)
      })
    )
  })
})

describe("a clock that is set", () => {
  it.effect("R-104, G02.FR.02: a clock that goes back by a year holds neither a timeout nor a Heartbeat up", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      let year = 2026
      const now = () => Date.UTC(year, 0, 1) + clock.currentTimeMillisUnsafe()
      const rig = yield* Effect.provideService(
        accepted,
        Clock.Clock,
        Object.assign(Object.create(clock) as Clock.Clock, { currentTimeMillisUnsafe: now })
      )
      rig.call()
      year = 2025
      yield* pass(31)
      assert.isFalse(rig.csms.isConnected)
      yield* rig.recover
      rig.check()
      rig.csms.sent()
      year = 2024
      yield* pass(301)
      assert.deepStrictEqual(
        rig.csms.sent().map((frame) => frame[2]),
        ["Heartbeat"]
      )
    })
  )

  for (const [currentTime, follows] of [
    ["1970-01-01T00:00:00Z", true],
    ["9998-12-31T00:00:00Z", true],
    ["9999-12-31T23:59:59Z", false],
    ["2016-12-31T23:59:60Z", false] // a leap second, which no clock here has
  ] as const)
    it.effect(
      `G02.FR.05: currentTime ${currentTime} is ${follows ? "" : "not "}followed, and messages stay valid`,
      () =>
        Effect.gen(function* () {
          yield* TestClock.setTime(Date.UTC(2026, 0, 1))
          const rig = yield* accepted
          rig.client.heartbeat()
          rig.look()
          rig.answer({ currentTime })
          assert.strictEqual(rig.client.clock() === Date.parse(currentTime), follows)
          const timestamp = new Date(rig.client.clock()).toISOString()
          let end = ""
          rig.client.call(
            "StatusNotification",
            { timestamp, connectorStatus: "Available", evseId: 1, connectorId: 1 },
            (outcome) => (end = outcome._tag)
          )
          rig.look()
          rig.answer("well")
          assert.strictEqual(end, "Success")
        })
    )

  it.effect(
    "B01.FR.06: the answer to BootNotification sets the clock; each change is told, small ones are not made",
    () =>
      Effect.gen(function* () {
        const moved: Array<number> = []
        const { rig } = yield* Rig.make(handlers, { clockSet: (milliseconds) => moved.push(milliseconds) })
        rig.client.start()
        rig.look()
        rig.answer({ status: "Accepted", interval: 300, currentTime: "1970-01-01T01:00:00Z" })
        for (const currentTime of ["1970-01-01T01:00:02Z", "1970-01-01T00:59:50Z"]) {
          rig.client.heartbeat()
          rig.look()
          rig.answer({ currentTime })
        }
        assert.deepStrictEqual(moved, [3_600_000, -10_000])
        assert.strictEqual(rig.client.clock(), 3_590_000)
      })
  )

  it.effect("R-162: currentTime that is no time is an invalid answer", () =>
    Effect.gen(function* () {
      const rig = yield* accepted
      rig.client.heartbeat()
      rig.look()
      rig.answer({ currentTime: "garbage" })
      assert.deepInclude(rig.events.at(-1), { _tag: "CallEnded", end: "InvalidResponse" })
    })
  )
})

/** A client whose dialer the test writes. */
const dialled = (dial: Context.Service.Shape<typeof Dialer>["dial"], tell: (event: ClientEvent) => void = () => {}) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(Layer.provide(Stations.layer, Layer.succeed(Dialer, Dialer.of({ dial }))))
    const client = new ClientProcess(Context.get(context, Stations).host, {
      identity: connection.identity,
      connection: () => connectionOf(connection),
      chargingStation: () => connection.chargingStation,
      handlers: new Map(),
      settings: {},
      maxQueuedMessages: 100,
      tell
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => client.dispose()))
    return client
  })

describe("a dialer that breaks its contract", () => {
  let attempts = 0
  let handler: LinkHandler | undefined
  const deadLink = { cutOff: 0, send: () => true, close: () => {}, terminate: () => (deadLink.cutOff += 1) }
  const bad: Readonly<Record<string, Context.Service.Shape<typeof Dialer>["dial"]>> = {
    throws: () => {
      throw new Error("no network card")
    },
    dies: () => Effect.die("no network card"),
    "interrupts itself": () => Effect.interrupt,
    "ends without a link": () => Effect.void,
    "fails after it has opened a link that never closes": (_, open) => {
      handler = open({ link: deadLink, protocol: "ocpp2.0.1", ping: () => {} })
      return Effect.fail(new DialFailed({ reason: "Unreachable", detail: "gone" }))
    }
  }
  for (const [what, dial] of Object.entries(bad))
    it.effect(`R-189: when it ${what}, the station tries again`, () =>
      Effect.gen(function* () {
        attempts = 0
        const client = yield* dialled((request, open) => {
          attempts += 1
          return dial(request, open)
        })
        const { cutOff: before } = deadLink
        client.start()
        assert.deepStrictEqual([client.state, attempts], ["Waiting", 1])
        assert.strictEqual(deadLink.cutOff - before, what.includes("opened a link") ? 1 : 0)
        yield* pass(60)
        assert.isAtLeast(attempts, 2)
        assert.strictEqual(client.state, "Waiting")
        handler?.onClose(1006, "") // too late
        assert.strictEqual(client.state, "Waiting")
      })
    )

  it.effect("a link that comes from an attempt that was given up is closed, and harms the next one not", () =>
    Effect.gen(function* () {
      const opens: Array<() => void> = []
      const closed: Array<number> = []
      const client = yield* dialled((_, open) => {
        const number = opens.length
        opens.push(() => {
          const link = { send: () => true, close: () => void closed.push(number), terminate: () => {} }
          open({ link, protocol: "ocpp2.0.1", ping: () => {} })
        })
        return Effect.never
      })
      client.start()
      client.outage(5)
      yield* pass(6)
      assert.strictEqual(opens.length, 2)
      opens[0]?.()
      assert.deepStrictEqual([closed, client.state], [[0], "Connecting"])
      opens[1]?.()
      opens[1]?.()
      assert.deepStrictEqual([closed, client.state], [[0, 1], "Booting"])
    })
  )
})

describe("callbacks that act on the client", () => {
  const act = fc.constantFrom<(client: ClientProcess) => void>(
    (client) => client.stop(),
    (client) => client.reboot("RemoteReset", 2),
    (client) => {
      client.stop()
      client.start()
    },
    (client) => client.outage(1),
    (client) => {
      client.outage(1)
      client.reconnect()
    },
    (client) => client.relink(),
    (client) => client.bootAgain(),
    (client) => client.heartbeat(),
    (client) => client.call("Heartbeat", {}, () => client.call("Heartbeat", {})),
    (client) => client.configure({ heartbeatInterval: 1 }),
    () => {
      throw new Error("a listener without care")
    }
  )

  it("whatever `tell`, `done` and `online` do in the very moment, the rules hold and the station comes back", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { maxLength: 30, size: "max" }),
        fc.array(fc.tuple(fc.nat(40), act), { maxLength: 8 }),
        async (script, acts) =>
          run(
            Effect.gen(function* () {
              let moment = 0
              const plan = new Map(acts)
              let isOver = false
              const react = (client: () => ClientProcess): void => {
                if (!isOver) plan.get(moment++)?.(client())
              }
              const { rig } = yield* Rig.make(handlers, {
                online: () => react(() => rig.client),
                offline: () => react(() => rig.client),
                rebooting: () => react(() => rig.client)
              })
              rig.reaction = () => react(() => rig.client)
              rig.client.start()
              rig.look()
              yield* follow(script, rig)
              isOver = true
              rig.client.start() // where it was stopped
              rig.look()
              yield* rig.recover
              rig.check()
            })
          )
      ),
      { numRuns: 300 }
    )
  }, 60_000)

  it.effect("a listener that throws is logged, and the timers of the others go on", () =>
    Effect.gen(function* () {
      const rig = yield* accepted
      const careless = new ClientProcess(rig.client.host, {
        identity: "CS-2",
        connection: () => connectionOf(connection),
        chargingStation: () => connection.chargingStation,
        handlers: new Map(),
        settings: {},
        maxQueuedMessages: 10,
        tell: () => {
          throw new Error("a listener without care")
        }
      })
      for (let attempt = 0; attempt < 100; attempt++) rig.csms.failures.push("Refused")
      careless.start()
      yield* pass(300)
      rig.look()
      assert.strictEqual(rig.outstanding?.[2], "Heartbeat")
      careless.dispose()
    }).pipe(Effect.provide(quiet))
  )
})
