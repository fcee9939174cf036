/** What our CALLs come to: every outcome is typed, and can be told from every other (R-160…R-163). */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { CallFailure } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { listen, outcomeOf, sent, settled, start, withLink, withStation, type World } from "./support.ts"

const accepted = { status: "Accepted" }

const reset = ({ station }: World) => start(station.call("Reset", { type: "OnIdle" }))

/** How a call made here and now fails at once. */
const failureOf = (call: Effect.Effect<object, CallFailure>): Effect.Effect<CallFailure, object> => Effect.flip(call)

describe("answers", () => {
  it.effect("R-160: an answer is matched by its id; the action is that of our CALL", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const version = yield* start(world.station.call("GetLocalListVersion", {}))
        world.fake.reply({ versionNumber: 7 })
        assert.deepStrictEqual(outcomeOf(version), { versionNumber: 7 })
        const clear = yield* start(world.station.call("ClearCache", {}))
        world.fake.reply({ versionNumber: 7 })
        assert.strictEqual(outcomeOf(clear), "OutcomeUnknown InvalidResponse")
      })
    )
  )

  it.effect("R-141: a negative status is a response, not a failure", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const call = yield* reset(world)
        world.fake.reply({ status: "Rejected" })
        assert.deepStrictEqual(outcomeOf(call), { status: "Rejected" })
      })
    )
  )

  it.effect("R-161: a late answer is told as an event with the action of its CALL, and settles nothing", () =>
    withStation((world) =>
      Effect.gen(function* () {
        yield* reset(world)
        const [, late] = world.fake.lastCall
        yield* TestClock.adjust("31 seconds")
        const next = yield* start(world.station.call("ClearCache", {}))
        const heard = yield* listen(world.csms)
        world.fake.say(JSON.stringify([3, late, accepted]))
        world.fake.say(JSON.stringify([4, late, "GenericError", "", {}]))
        yield* settled
        const event = { _tag: "LateAnswer", messageId: late, action: "Reset" } as const
        assert.lengthOf(heard, 2)
        for (const one of heard) assert.deepInclude(one, event)
        assert.isUndefined(outcomeOf(next))
        world.fake.reply(accepted)
        assert.deepStrictEqual(outcomeOf(next), accepted)
      })
    )
  )

  it.effect("R-161: an answer to nobody is told as an event, and gets no reply", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const heard = yield* listen(world.csms)
        world.fake.say(JSON.stringify([3, "unknown", accepted]))
        yield* settled
        assert.lengthOf(heard, 1)
        assert.deepInclude(heard[0], { _tag: "AnswerDropped", messageId: "unknown" })
        assert.deepStrictEqual([sent(world.fake), world.fake.closed], [[], undefined])
      })
    )
  )

  it.effect("R-162: an invalid response says where it is invalid, and frees the slot", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const call = yield* start(Effect.flip(world.station.call("Reset", { type: "OnIdle" })))
        const next = yield* start(world.station.call("ClearCache", {}))
        world.fake.reply({ status: "Accepted", statusInfo: {} })
        const failure = call.pollUnsafe()
        assert.include(JSON.stringify(failure), "/statusInfo")
        assert.include(JSON.stringify(failure), "required")
        world.fake.reply(accepted)
        assert.deepStrictEqual(outcomeOf(next), accepted)
      })
    )
  )

  it.effect("R-163, §10: a CALLERROR in the spelling of 1.6 is typed as the code of 2.0.1", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const call = yield* start(Effect.flip(world.station.call("Reset", { type: "OnIdle" })))
        world.fake.say(JSON.stringify([4, world.fake.lastCall[1], "OccurenceConstraintViolation", "", {}]))
        const failure = yield* Effect.flatten(Effect.sync(() => call.pollUnsafe() ?? Effect.die("outstanding")))
        assert.deepInclude(failure, {
          errorCode: "OccurrenceConstraintViolation",
          rawErrorCode: "OccurenceConstraintViolation"
        })
      })
    )
  )
})

describe("R-163: outcomes can be told apart", () => {
  it.effect("R-163: what left this process ends as response, CALLERROR, invalid response, timeout or lost", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const { fake } = world
        const outcomes: Array<unknown> = []
        for (const then of [
          Effect.sync(() => fake.reply(accepted)),
          Effect.sync(() => fake.say(JSON.stringify([4, fake.lastCall[1], "InternalError", "", {}]))),
          Effect.sync(() => fake.reply({})),
          TestClock.adjust("31 seconds"),
          Effect.sync(() => fake.vanish())
        ]) {
          const call = yield* reset(world)
          yield* then
          outcomes.push(outcomeOf(call))
        }
        assert.deepStrictEqual(outcomes, [
          accepted,
          "CallError InternalError",
          "OutcomeUnknown InvalidResponse",
          "OutcomeUnknown Timeout",
          "OutcomeUnknown ConnectionLost"
        ])
      })
    )
  )

  it.effect("R-121, R-163: a CALL whose payload breaks the schema is refused here, and says where", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const invalid = { type: "Sometimes" } as unknown as { readonly type: "OnIdle" }
        const failure = yield* failureOf(world.station.call("Reset", invalid))
        assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest", identity: "CS-1", action: "Reset" })
        assert.include(failure.message, "/type")
        assert.deepStrictEqual(sent(world.fake), [])
      })
    )
  )

  it.effect("R-123: an empty list is refused here", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const failure = yield* failureOf(world.station.call("GetVariables", { getVariableData: [] as never }))
        assert.deepInclude(failure, { reason: "InvalidRequest" })
      })
    )
  )

  it.effect("R-163: an action that a CSMS does not send is refused here", () =>
    withStation((world) =>
      Effect.gen(function* () {
        for (const action of ["Heartbeat", "Bogus", "constructor"])
          assert.deepInclude(yield* failureOf(world.station.call(action as "ClearCache", {})), {
            _tag: "NotSent",
            reason: "UnknownAction",
            action
          })
      })
    )
  )

  it.effect("R-163: a CALL to a station that is not connected was not sent", () =>
    withStation((world) =>
      Effect.gen(function* () {
        world.fake.vanish()
        assert.deepInclude(yield* failureOf(world.station.call("ClearCache", {})), {
          _tag: "NotSent",
          reason: "Offline"
        })
      })
    )
  )

  it.effect("R-163: a CALL to a station that was removed was not sent", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const waiting = yield* reset(world)
        yield* world.csms.removeStation("CS-1")
        assert.strictEqual(outcomeOf(waiting), "OutcomeUnknown ConnectionLost")
        assert.deepInclude(yield* failureOf(world.station.call("ClearCache", {})), {
          _tag: "NotSent",
          reason: "UnknownStation"
        })
      })
    )
  )

  it.effect("R-155, B02.FR.05: a CALL that the registration does not allow was not sent", () =>
    withLink(
      (world) =>
        Effect.gen(function* () {
          world.fake.boot()
          sent(world.fake)
          const remote = { idToken: { idToken: "1", type: "Local" as const }, remoteStartId: 1 }
          for (const call of [
            world.station.call("RequestStartTransaction", remote),
            world.station.call("ClearCache", {})
          ])
            assert.deepInclude(yield* failureOf(call), { _tag: "NotSent", reason: "NotAllowed" })
          assert.deepStrictEqual(sent(world.fake), [])
        }),
      {
        BootNotification: () => Effect.succeed({ status: "Pending", currentTime: "2026-01-01T00:00:00Z", interval: 60 })
      }
    )
  )

  it.effect("R-163: every failure says in one sentence which CALL to which station it is about", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const messages: Array<string> = []
        for (const then of [
          () => world.fake.say(JSON.stringify([4, world.fake.lastCall[1], "NotSupported", "not here", {}])),
          () => world.fake.vanish(),
          () => {}
        ]) {
          const call = yield* start(Effect.flip(world.station.call("Reset", { type: "OnIdle" })))
          then()
          const failure = yield* Effect.flatten(Effect.sync(() => call.pollUnsafe() ?? Effect.die("outstanding")))
          messages.push(failure.message)
        }
        for (const message of messages) {
          assert.include(message, "Reset")
          assert.include(message, "CS-1")
        }
        assert.include(messages[0], "NotSupported")
        assert.include(messages[0], "not here")
      })
    )
  )

  it.effect("R-103: an answer that comes on another connection than its CALL settles nothing", () =>
    withStation((world) =>
      Effect.gen(function* () {
        const call = yield* reset(world)
        const [, id] = world.fake.lastCall
        world.fake.vanish()
        const fake = yield* FakeStation.connect("CS-1")
        fake.say(JSON.stringify([3, id, accepted]))
        assert.deepStrictEqual([outcomeOf(call), sent(fake)], ["OutcomeUnknown ConnectionLost", []])
      })
    )
  )
})
