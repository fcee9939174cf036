/** What the tests of this folder share: one seed, one booted station, and the frames of the CSMS as they come. */
import { assert } from "@effect/vitest"
import { Effect, Exit, type Fiber, Option, Stream } from "effect"
import {
  type Acceptor,
  type CallFailure,
  Csms,
  type CsmsEvent,
  type CsmsOptions,
  type CsmsShape,
  type Handlers,
  type Station
} from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"

/** One seed for all property tests: a failure today is a failure tomorrow. */
export const property = { seed: 20_240_501, numRuns: 300 } as const

/** A CSMS, a station that was added to it, and that station's end of the link. */
export interface World {
  readonly csms: CsmsShape
  readonly station: Station
  readonly fake: FakeStation
}

/** The link is open, nothing was said yet. */
export const connected: Effect.Effect<World, unknown, Csms | Acceptor> = Effect.gen(function* () {
  const csms = yield* Csms
  const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const fake = yield* FakeStation.connect("CS-1")
  return { csms, station, fake }
})

/** The station is Accepted, and what it was told so far is forgotten. */
export const accepted: Effect.Effect<World, unknown, Csms | Acceptor> = Effect.map(connected, (world) => {
  world.fake.boot()
  sent(world.fake)
  return world
})

/** Runs a test against a CSMS whose one station is Accepted. */
export const withStation = (
  body: (world: World) => Effect.Effect<void, unknown, Acceptor>,
  handlers: Handlers = {},
  options: CsmsOptions = {}
): Effect.Effect<void, unknown> =>
  Effect.flatMap(accepted, body).pipe(
    Effect.provide(Csms.layer(handlers, { drain: { grace: 0 }, inventory: "off", ...options })),
    Effect.scoped
  )

/** The same, with a link on which nothing was said yet. */
export const withLink = (
  body: (world: World) => Effect.Effect<void, unknown, Acceptor>,
  handlers: Handlers = {},
  options: CsmsOptions = {}
): Effect.Effect<void, unknown> =>
  Effect.flatMap(connected, body).pipe(
    Effect.provide(Csms.layer(handlers, { drain: { grace: 0 }, inventory: "off", ...options })),
    Effect.scoped
  )

/** Everything the CSMS has sent since the last look, parsed. */
export const sent = (fake: FakeStation): ReadonlyArray<ReadonlyArray<unknown>> =>
  fake.texts.splice(0).map((text) => JSON.parse(text) as ReadonlyArray<unknown>)

/** Starts an effect now; it goes on beside the test. */
export const start = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.forkChild(effect, { startImmediately: true })

/** Events from now on; let them arrive with `settled` before looking. */
export const listen = (csms: CsmsShape): Effect.Effect<Array<CsmsEvent>> =>
  Effect.gen(function* () {
    const heard: Array<CsmsEvent> = []
    yield* start(Stream.runForEach(csms.events, (event) => Effect.sync(() => heard.push(event))))
    yield* settled
    return heard
  })

/** Gives fibers that can go on the time to do so. */
export const settled: Effect.Effect<void> = Effect.repeat(Effect.yieldNow, { times: 8 }).pipe(Effect.asVoid)

/** CALLERRORs in full, but for their wording: `[4, id, code, details]`. */
export const withoutWording = (frames: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<ReadonlyArray<unknown>> =>
  frames.map((frame) => {
    const [type, id, code, description, details, ...rest] = frame
    const fits = typeof description === "string" && description.length <= 255 && rest.length === 0
    return type === 4 && fits ? [4, id, code, details] : frame
  })

/** A world in which a Reset waits for its answer. */
export interface Outstanding extends World {
  /** The message id of the Reset. */
  readonly id: string
  readonly reset: Fiber.Fiber<{ readonly status: string }, CallFailure>
}

/** Runs a test while a Reset waits for its answer. */
export const whileCalling = (
  body: (world: Outstanding) => Effect.Effect<void, unknown>,
  handlers: Handlers = {}
): Effect.Effect<void, unknown> =>
  withStation(
    (world) =>
      Effect.gen(function* () {
        const reset = yield* start(world.station.call("Reset", { type: "OnIdle" }))
        yield* body({ ...world, reset, id: String(sent(world.fake)[0]?.[1]) })
      }),
    handlers
  )

/** The link is open, and the Reset is outstanding still: its answer settles it. */
export const untouched = ({ fake, id, reset }: Outstanding): void => {
  assert.deepStrictEqual([fake.closed, reset.pollUnsafe()], [undefined, undefined])
  fake.say(JSON.stringify([3, id, { status: "Scheduled" }]))
  assert.deepStrictEqual(reset.pollUnsafe(), Exit.succeed({ status: "Scheduled" }))
  assert.deepStrictEqual(sent(fake), [])
}

/** What a call has come to: the response, or how it failed in two words; `undefined` while it has not. */
export const outcomeOf = (call: Fiber.Fiber<object, CallFailure>): unknown => {
  const exit = call.pollUnsafe()
  if (exit === undefined) return undefined
  if (Exit.isSuccess(exit)) return exit.value
  const failure = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (failure === undefined) return exit.cause
  return failure._tag === "CallError" ? `CallError ${failure.errorCode}` : `${failure._tag} ${failure.reason}`
}

/** What a DataTransfer is answered with, the `count`th time it is handled. */
export const transferred = (id: string, count: number): ReadonlyArray<unknown> => [
  3,
  id,
  { status: "Accepted", data: { count } }
]

/** Sends a DataTransfer; gives what comes back at once. */
export const transfer = (fake: FakeStation, id: string, data = 1): ReadonlyArray<unknown> | undefined => {
  fake.call("DataTransfer", { vendorId: "V", data: { data } }, id)
  return withoutWording(sent(fake))[0]
}

/** The payload of a StatusNotification. */
export const status = (fields: object = {}) => ({
  timestamp: "2026-01-01T00:00:00Z",
  connectorStatus: "Available",
  evseId: 1,
  connectorId: 1,
  ...fields
})

/** Sends a CALL; gives the CALLERROR code it got, or the response. */
export const answerTo = ({ fake }: Pick<World, "fake">, action: string, payload: unknown): unknown =>
  fake.answerTo(fake.call(action, payload))?.[0]
