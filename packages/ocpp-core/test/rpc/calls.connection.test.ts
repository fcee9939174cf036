/** Our CALLs when links open, close and are replaced, and when handlers call. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { BootNotificationResponse } from "@wattline/ocpp-v201"
import { andThen, type CallOptions, type Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { outcomeOf, sent, start, status, withLink, withStation, type World } from "./support.ts"

const accepted = { status: "Accepted" }
const bootRequest = { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } }
const boot = { status: "Accepted", currentTime: "2026-01-01T00:00:00Z", interval: 60 } as const

const clear = ({ station }: Pick<World, "station">, options?: CallOptions) =>
  start(station.call("ClearCache", {}, options))

/** Actions of our CALLs on a link, in order. */
const called = ({ fake }: Pick<World, "fake">): ReadonlyArray<string> => fake.calls.map(([, , action]) => action)

describe("R-181: the connection is lost", () => {
  it.effect("R-181: the outcome of the outstanding CALL is unknown, those that waited were not sent", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const calls = [yield* clear(world), yield* clear(world), yield* clear(world)]
        world.fake.vanish()
        assert.deepStrictEqual(calls.map(outcomeOf), [
          "OutcomeUnknown ConnectionLost",
          "NotSent ConnectionLost",
          "NotSent ConnectionLost"
        ])
      })
    )
  )

  it.effect("R-181, R-192: a CALL marked to wait is sent once, on the next connection; one that was sent is not", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const outstanding = yield* clear(world, { waitForReconnect: true })
        const waiting = yield* start(world.station.call("Reset", { type: "OnIdle" }, { waitForReconnect: true }))
        world.fake.vanish()
        const offline = yield* start(world.station.call("GetLocalListVersion", {}, { waitForReconnect: true }))
        assert.strictEqual(outcomeOf(outstanding), "OutcomeUnknown ConnectionLost")
        assert.deepStrictEqual([outcomeOf(waiting), outcomeOf(offline)], [undefined, undefined])
        const fake = yield* FakeStation.connect("CS-1")
        fake.call("StatusNotification", status())
        fake.reply(accepted)
        fake.reply({ versionNumber: 1 })
        assert.deepStrictEqual([outcomeOf(waiting), outcomeOf(offline)], [accepted, { versionNumber: 1 }])
        assert.deepStrictEqual(called({ fake }), ["Reset", "GetLocalListVersion"])
      })
    )
  )

  it.effect("R-181: a CALL that waits for a reconnect waits no longer than it may", () =>
    withStation((world) =>
      Effect.gen(function* () {
        world.fake.vanish()
        const call = yield* clear(world, { waitForReconnect: true, queueTimeout: "10 seconds" })
        yield* TestClock.adjust("10250 millis")
        assert.strictEqual(outcomeOf(call), "NotSent QueueTimeout")
        const fake = yield* FakeStation.connect("CS-1")
        fake.boot()
        assert.deepStrictEqual(called({ fake }), [])
      })
    )
  )

  it.effect(
    "R-181, R-186: a link that is replaced takes the outstanding CALL with it; what waited goes out on the new one",
    () =>
      withStation((world) =>
        Effect.gen(function* () {
          const [outstanding, waiting] = [yield* clear(world), yield* clear(world)]
          const fake = yield* FakeStation.connect("CS-1")
          assert.deepStrictEqual(
            [outcomeOf(outstanding), outcomeOf(waiting)],
            ["OutcomeUnknown ConnectionLost", undefined]
          )
          fake.boot()
          fake.reply(accepted)
          assert.deepStrictEqual(outcomeOf(waiting), accepted)
        })
      )
  )

  it.effect("R-181: a caller that tries again as soon as it hears of the loss waits for the station", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const once = (options?: CallOptions) => world.station.call("ClearCache", {}, options)
        const call = yield* start(Effect.catch(once(), () => once({ waitForReconnect: true })))
        world.fake.vanish()
        const fake = yield* FakeStation.connect("CS-1")
        fake.boot()
        fake.reply(accepted)
        assert.deepStrictEqual(outcomeOf(call), accepted)
      })
    )
  )

  it.effect("R-182: an answer whose link is gone is not sent on a newer one", () => {
    let finish: (() => void) | undefined
    return withStation(
      (world) =>
        Effect.gen(function* () {
          world.fake.call("StatusNotification", status(), "a")
          world.fake.vanish()
          const fake = yield* FakeStation.connect("CS-1")
          finish?.()
          assert.deepStrictEqual([sent(world.fake), sent(fake)], [[], []])
        }),
      { StatusNotification: () => Effect.callback<void>((resume) => void (finish = () => resume(Effect.void))) }
    )
  })
})

describe("R-112: a fresh connection", () => {
  const back = (world: World) => {
    world.fake.vanish()
    return FakeStation.connect("CS-1")
  }

  it.effect("R-112: our CALLs wait for the answer to the first message of the station", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const fake = yield* back(world)
        const call = yield* clear(world)
        assert.deepStrictEqual([called({ fake }), outcomeOf(call)], [[], undefined])
        fake.call("StatusNotification", status())
        assert.deepStrictEqual(called({ fake }), ["ClearCache"])
        assert.deepStrictEqual(
          fake.frames.map(([type]) => type),
          [3, 2]
        ) // the answer came first
      })
    )
  )

  it.effect("R-112: … a CALLERROR is an answer too", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const fake = yield* back(world)
        yield* clear(world)
        fake.call("Bogus", {})
        assert.deepStrictEqual(called({ fake }), ["ClearCache"])
      })
    )
  )

  it.effect("R-112, R-096: … and so is an answer from memory", () =>
    withStation((world) =>
      Effect.gen(function* () {
        world.fake.call("StatusNotification", status(), "a")
        const fake = yield* back(world)
        yield* clear(world)
        fake.call("StatusNotification", status(), "a")
        assert.deepStrictEqual(called({ fake }), ["ClearCache"])
      })
    )
  )

  it.effect("R-112: … or for the grace time of 5 seconds without a message", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const fake = yield* back(world)
        yield* clear(world)
        yield* TestClock.adjust("4999 millis")
        assert.deepStrictEqual(called({ fake }), [])
        yield* TestClock.adjust("251 millis")
        assert.deepStrictEqual(called({ fake }), ["ClearCache"])
      })
    )
  )

  it.effect(
    "R-112, R-155: a station that boots now is called when its BootNotification is answered, not before",
    () => {
      let answer: ((response: BootNotificationResponse) => void) | undefined
      const handlers: Handlers = {
        BootNotification: () =>
          Effect.callback<BootNotificationResponse>(
            (resume) => void (answer = (given) => resume(Effect.succeed(given)))
          )
      }
      return withLink(
        (world) =>
          Effect.gen(function* () {
            world.fake.boot()
            const call = yield* clear(world)
            yield* TestClock.adjust("10 seconds")
            assert.deepStrictEqual([called(world), outcomeOf(call)], [[], undefined])
            answer?.(boot)
            assert.deepStrictEqual(called(world), ["ClearCache"])
            world.fake.reply(accepted)
            world.fake.boot()
            const next = yield* clear(world)
            answer?.({ ...boot, status: "Rejected" })
            assert.strictEqual(outcomeOf(next), "NotSent NotAllowed")
          }),
        handlers
      )
    }
  )
})

describe("R-108: handlers that call", () => {
  it.effect("R-108: a handler may call its own station and wait for the answer", () =>
    withStation(
      (world) =>
        Effect.sync(() => {
          world.fake.call("DataTransfer", { vendorId: "V" }, "a")
          assert.deepStrictEqual(called(world), ["GetLocalListVersion"])
          assert.isUndefined(world.fake.answerTo("a"))
          world.fake.reply({ versionNumber: 7 })
          assert.deepStrictEqual(world.fake.answerTo("a"), [{ status: "Accepted", data: { versionNumber: 7 } }])
        }),
      {
        DataTransfer: (_request, { station }) =>
          Effect.map(station.call("GetLocalListVersion", {}), ({ versionNumber }) => ({
            status: "Accepted",
            data: { versionNumber }
          }))
      }
    )
  )

  it.effect("R-108: a handler may wait behind other CALLs of ours", () =>
    withStation(
      (world) =>
        Effect.gen(function* () {
          yield* start(world.station.call("Reset", { type: "OnIdle" }))
          world.fake.call("DataTransfer", { vendorId: "V" }, "a")
          world.fake.reply(accepted)
          world.fake.reply(accepted)
          assert.deepStrictEqual(world.fake.answerTo("a"), [{ status: "Accepted" }])
        }),
      {
        DataTransfer: (_request, { station }) =>
          Effect.as(station.call("ClearCache", {}), { status: "Accepted" as const })
      }
    )
  )

  it.effect("R-108: a CALL from the BootNotification handler is refused at once, also from a fiber it forks", () => {
    const outcomes: Array<unknown> = []
    return withLink(
      (world) =>
        Effect.sync(() => {
          assert.deepStrictEqual(world.fake.boot(), boot)
          assert.deepStrictEqual(outcomes, ["NotSent InsideBoot", "NotSent InsideBoot"])
          assert.deepStrictEqual(called(world), [])
        }),
      {
        BootNotification: (_request, { station }) =>
          Effect.gen(function* () {
            outcomes.push(outcomeOf(yield* start(station.call("ClearCache", {}))))
            yield* Effect.catch(station.call("ClearCache", {}), (failure) =>
              Effect.sync(() => outcomes.push(failure._tag === "NotSent" ? `NotSent ${failure.reason}` : failure._tag))
            )
            return boot
          })
      }
    )
  })

  it.effect("R-108: what should follow a boot runs after its answer", () =>
    withLink(
      (world) =>
        Effect.sync(() => {
          world.fake.call("BootNotification", bootRequest, "b")
          assert.deepStrictEqual(
            sent(world.fake).map(([type, , what]) => [type, what]),
            [
              [3, boot],
              [2, "ClearCache"]
            ]
          )
        }),
      {
        BootNotification: (_request, { station }) => Effect.succeed(andThen(boot, station.call("ClearCache", {})))
      }
    )
  )

  it.effect("R-108: another station may be called from the BootNotification handler", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const handlers: Handlers = {
          BootNotification: () => Effect.as(world.station.call("ClearCache", {}), boot)
        }
        yield* world.csms.addStation({ identity: "CS-2", securityProfile: 0, handlers })
        const other = yield* FakeStation.connect("CS-2")
        other.call("BootNotification", bootRequest, "b")
        assert.deepStrictEqual([called(world), other.answerTo("b")], [["ClearCache"], undefined])
        world.fake.reply(accepted)
        assert.deepStrictEqual(other.answerTo("b"), [boot])
      })
    )
  )
})
