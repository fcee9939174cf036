/** Random interleavings of everything a station and the author of a CSMS can do; the rules hold in all of them. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import {
  andThen,
  type CallFailure,
  Csms,
  type CsmsEvent,
  type Handlers,
  refuse,
  StationStore
} from "../../src/index.ts"
import { makeMemoryStore } from "../../src/csms/StationStore.ts"
import { isConnected, isReady } from "../../src/station/StationState.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { requests, stationActions } from "./requests.ts"
import { begin, Recorder, settle } from "./support.ts"
import { times, WireChecker } from "./wireChecker.ts"

/** What a handler shall do, carried in the request that it handles. */
interface Wish {
  readonly delay: number
  readonly how: "answer" | "fail" | "die" | "refuse" | "andThen"
}

type Step =
  | { readonly do: "connect" | "vanish" | "settle" }
  | { readonly do: "boot"; readonly status: "Accepted" | "Pending" | "Rejected"; readonly wish: Wish }
  | { readonly do: "ask"; readonly action: string; readonly wish: Wish }
  | { readonly do: "tell"; readonly what: "DataTransfer" | "Heartbeat" | "BootNotification"; readonly keep: boolean }
  | { readonly do: "reply"; readonly how: "answer" | "error" | "invalid" | "stray" }
  | { readonly do: "wait"; readonly ms: number }

const Wishes: fc.Arbitrary<Wish> = fc.record({
  delay: fc.constantFrom(0, 0, 0, 100, 400, 3000),
  how: fc.constantFrom("answer", "answer", "fail", "die", "refuse", "andThen")
})

const Steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant("connect" as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("vanish", "settle") }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("boot" as const),
        status: fc.constantFrom("Accepted", "Accepted", "Pending", "Rejected"),
        wish: Wishes
      })
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("ask" as const),
        action: fc.constantFrom("StatusNotification", "TransactionEvent", "Heartbeat", "DataTransfer", "Nonsense"),
        wish: Wishes
      })
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("tell" as const),
        what: fc.constantFrom("DataTransfer", "DataTransfer", "Heartbeat", "BootNotification"),
        keep: fc.boolean()
      })
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("reply" as const),
        how: fc.constantFrom("answer", "answer", "error", "invalid", "stray")
      })
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(50, 300, 600, 2300) }) }
  ),
  { minLength: 5, maxLength: 40 }
)

const wishOf = (request: unknown): Wish => (request as { readonly customData: { readonly wish: Wish } }).customData.wish

const responses: { readonly [action: string]: (request: unknown) => object } = {
  BootNotification: (request) => ({
    status: (request as { customData: { status: string } }).customData.status,
    interval: 1,
    currentTime: "2026-01-01T00:00:00Z"
  }),
  DataTransfer: () => ({ status: "Accepted" }),
  TransactionEvent: () => ({ idTokenInfo: { status: "Accepted" } })
}

/** Handlers for all actions that do what the request wishes. */
const obedient = (checker: WireChecker): Handlers =>
  Object.fromEntries(
    stationActions.map((action) => [
      action,
      (request: unknown) => {
        const { delay, how } = wishOf(request)
        if (action === "BootNotification") checker.isDeciding = true
        const response = responses[action]?.(request) ?? {}
        const ends: { readonly [H in Wish["how"]]: Effect.Effect<unknown, unknown> } = {
          answer: Effect.succeed(response),
          andThen: Effect.succeed(andThen(response, Effect.void)),
          fail: Effect.fail("no"),
          refuse: refuse("GenericError"),
          die: Effect.die("no")
        }
        return delay === 0 ? ends[how] : Effect.delay(ends[how], delay)
      }
    ])
  )

const replies = {
  answer: (id: string, action: string, payload: unknown) =>
    JSON.stringify([
      3,
      id,
      action === "DataTransfer"
        ? { status: "Accepted", data: { echo: (payload as { vendorId: string }).vendorId } }
        : { status: "Accepted" }
    ]),
  error: (id: string) => JSON.stringify([4, id, "InternalError", "", {}]),
  invalid: (id: string) => JSON.stringify([3, id, { status: 1 }]),
  stray: (id: string) => JSON.stringify([3, `${id}x`, {}])
}

/** A store that takes its time. */
const slowStore = Layer.sync(StationStore, () => {
  const store = makeMemoryStore()
  return { ...store, save: (snapshot, events) => Effect.delay(store.save(snapshot, events), 120) }
})

/** Plays the steps; whatever is wrong throws, here or in the checker. */
const play = (steps: ReadonlyArray<Step>, isSlow: boolean) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const checker = new WireChecker(() => clock.currentTimeMillisUnsafe())
    const layer = Csms.layer(obedient(checker), {
      callTimeout: times.call,
      handlerTimeout: times.handler,
      reconnectGrace: times.grace,
      reportTimeout: 700,
      statusTimeout: 400,
      inventorySpread: 300
    }).pipe(Layer.provide(isSlow ? slowStore : StationStore.layerMemory), Layer.provideMerge(Logger.layer([])))
    const told: Array<{ readonly n: string; readonly fiber: Fiber.Fiber<unknown, unknown> }> = []

    let isClosing = false
    const playing = Effect.gen(function* () {
      const csms = yield* Csms
      const recorder = yield* Recorder.start
      const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
      for (const step of steps) {
        switch (step.do) {
          case "connect": {
            const fake = new FakeStation()
            checker.watch(fake)
            yield* fake.open("CS-1")
            break
          }
          case "vanish": {
            const { link } = checker
            checker.lost()
            link?.fake.vanish()
            break
          }
          case "boot":
          case "ask": {
            const action = step.do === "boot" ? "BootNotification" : step.action
            const status = step.do === "boot" ? step.status : undefined
            const request = (requests as { readonly [action: string]: object })[action] ?? {}
            checker.asks(action, { ...request, customData: { vendorId: "t", wish: step.wish, status } })
            break
          }
          case "tell": {
            const n = `${told.length}`
            const options = { waitForReconnect: step.keep }
            const call: Effect.Effect<object, CallFailure> =
              step.what === "DataTransfer"
                ? station.call("DataTransfer", { vendorId: n }, options)
                : station.call("TriggerMessage", { requestedMessage: step.what }, options)
            told.push({ n: step.what === "DataTransfer" ? n : "", fiber: yield* begin(call) })
            break
          }
          case "reply": {
            if (step.how === "stray") checker.link?.fake.say(replies.stray("nobody"))
            else checker.replies(replies[step.how])
            break
          }
          case "wait":
            yield* TestClock.adjust(step.ms)
            break
          case "settle":
            yield* settle
        }
        if (checker.violations.length > 0) throw checker.violations[0]
        const view = yield* station.snapshot
        // With a slow store a boot is decided on a while before its answer; with its link the answer is lost.
        if (isSlow && (step.do === "connect" || step.do === "vanish")) checker.registration = view.registration
        if (!isSlow) assert.strictEqual(view.registration, checker.registration, "LC-2, R-185")
        assert.strictEqual(view.connected, checker.link !== undefined)
        assert.strictEqual(isConnected(view.state), view.connected)
        if (isReady(view.state)) assert.strictEqual(view.registration, "Accepted")
      }
      yield* TestClock.adjust(steps.length * (times.handler + times.call + 500))
      assert.deepStrictEqual(checker.link?.asked ?? [], [], "R-111: every CALL on a living link is answered")
      if (checker.link !== undefined)
        assert.strictEqual((yield* station.snapshot).queuedCalls, 0, "no CALL of ours is forgotten")
      checker.link?.fake.vanish()
      yield* TestClock.adjust(500)
      if (checker.violations.length > 0) throw checker.violations[0]
      yield* settle
      const seqs = new Map<number, number>()
      for (const event of recorder.events) {
        if (!("seq" in event)) return assert.fail(`${event._tag} is out of place`)
        assert.strictEqual(event.seq, (seqs.get(event.epoch) ?? 0) + 1, "habit 6: no gap")
        seqs.set(event.epoch, event.seq)
      }
      assert.deepStrictEqual(wronglyUnreported(recorder.events), [], "LC-12: a status that is known")
    }).pipe(Effect.ensuring(Effect.sync(() => void (isClosing = true))), Effect.provide(layer), Effect.scoped)

    const played = yield* begin(playing)
    // The CSMS does not close before the store has everything, and the store takes its time.
    while (played.pollUnsafe() === undefined) yield* isClosing ? TestClock.adjust(100) : Effect.yieldNow
    yield* Fiber.join(played)

    for (const { fiber, n } of told) {
      const exit = fiber.pollUnsafe() ?? (yield* Fiber.await(fiber))
      if (Exit.isSuccess(exit) && n !== "")
        assert.deepStrictEqual(exit.value, { status: "Accepted", data: { echo: n } }, "R-103: the answer of this CALL")
    }
  }).pipe(Effect.provide(TestClock.layer()))

/** Events that call the one connector unreported although its status is known. */
const wronglyUnreported = (events: ReadonlyArray<CsmsEvent>): ReadonlyArray<CsmsEvent> => {
  let status = "Unknown"
  return events.filter((event) => {
    if (event._tag === "ConnectorStatusChanged") status = event.to
    return event._tag === "ConnectorsUnreported" && status !== "Unknown"
  })
}

describe("any interleaving", () => {
  it.each([
    ["at once", false],
    ["later", true]
  ])(
    "R-100, R-091, R-109–R-112, R-150, R-155, R-181, LC-1, LC-7, LC-12, B-17: the rules of the wire hold, the store saves %s",
    (_when, isSlow) =>
      fc.assert(
        fc.asyncProperty(Steps, (steps) => Effect.runPromise(play([{ do: "connect" }, ...steps], isSlow))),
        { seed: 20_126, numRuns: 300 }
      )
  )
})
