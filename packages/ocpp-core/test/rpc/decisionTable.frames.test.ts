/** Rows 1–14 of the decision table, end to end, each with a CALL of ours outstanding. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import type { CallFailure } from "../../src/index.ts"
import {
  listen,
  type Outstanding,
  sent,
  settled,
  start,
  untouched,
  whileCalling,
  withoutWording,
  withStation
} from "./support.ts"

/** What the CALL has ended with. */
const failure = ({ reset }: Outstanding): Effect.Effect<CallFailure, unknown> =>
  Effect.flip(Effect.flatten(Effect.sync(() => reset.pollUnsafe() ?? Exit.die("still outstanding"))))

/** These texts get these CALLERRORs back, and nothing else happens. */
const answers = (rows: Readonly<Record<string, readonly [id: string, code: string]>>) =>
  whileCalling((world) =>
    Effect.sync(() => {
      for (const [text, [id, code]] of Object.entries(rows)) {
        world.fake.say(text)
        assert.deepStrictEqual(withoutWording(sent(world.fake)), [[4, id, code, {}]], text)
      }
      untouched(world)
    })
  )

/** These texts get nothing back, and nothing else happens. */
const ignored = (...texts: ReadonlyArray<string>) =>
  whileCalling((world) =>
    Effect.sync(() => {
      for (const text of texts) {
        world.fake.say(text)
        assert.deepStrictEqual(sent(world.fake), [], text)
      }
      untouched(world)
    })
  )

describe("§9, rows 1–6 and 12–14: what is no frame", () => {
  it.effect("§9 row 1 (R-080): an empty message is ignored", () => ignored("", ""))

  it.effect("§9 row 2 (R-014): a binary message gets RpcFrameworkError under -1", () =>
    whileCalling((world) =>
      Effect.sync(() => {
        world.fake.sayBinary()
        assert.deepStrictEqual(withoutWording(sent(world.fake)), [[4, "-1", "RpcFrameworkError", {}]])
        untouched(world)
      })
    )
  )

  it.effect("§9 row 3 (R-145): what is not JSON gets RpcFrameworkError, under its id if it can be read", () =>
    answers({
      "no JSON": ["-1", "RpcFrameworkError"],
      '[2,"a","Heartbeat",{}': ["a", "RpcFrameworkError"],
      '[9,"a",{}}': ["a", "RpcFrameworkError"]
    })
  )

  it.effect("§9 row 3 (R-147): a broken answer to nobody gets no reply", () =>
    ignored('[3,"unknown",{', '[4,"unknown","Int', '[3,"unk', "[3,", "[4,7,{")
  )

  it.effect("§9 row 3 (R-162): a broken answer fails the CALL it names, and gets no reply", () =>
    whileCalling((world) =>
      Effect.gen(function* () {
        world.fake.say(`[3,"${world.id}",{"status":`)
        assert.deepInclude(yield* failure(world), { _tag: "OutcomeUnknown", reason: "InvalidResponse" })
        assert.deepStrictEqual([sent(world.fake), world.fake.closed], [[], undefined])
      })
    )
  )

  it.effect("§9 row 4 (R-070): what is no array, or an empty one, gets RpcFrameworkError under -1", () =>
    answers({ "{}": ["-1", "RpcFrameworkError"], "7": ["-1", "RpcFrameworkError"], "[]": ["-1", "RpcFrameworkError"] })
  )

  it.effect("§9 row 5 (R-145): a message type that is no integer gets RpcFrameworkError under the id", () =>
    answers({ '["2","a","Heartbeat",{}]': ["a", "RpcFrameworkError"], "[null,7]": ["-1", "RpcFrameworkError"] })
  )

  it.effect("§9 row 6 (R-148): an unknown message type gets MessageTypeNotSupported under the id", () =>
    answers({
      '[5,"a","GenericError","",{}]': ["a", "MessageTypeNotSupported"],
      '[6,"b","NotifyPeriodicEventStream",{}]': ["b", "MessageTypeNotSupported"],
      "[7,null]": ["-1", "MessageTypeNotSupported"]
    })
  )

  it.effect("§9 row 12 (R-145): a CALL without a readable id gets RpcFrameworkError under -1", () =>
    answers({
      '[2,7,"Heartbeat",{}]': ["-1", "RpcFrameworkError"],
      '[2,"","Heartbeat",{}]': ["-1", "RpcFrameworkError"],
      "[2]": ["-1", "RpcFrameworkError"]
    })
  )

  it.effect("§9 row 13 (R-090, §20-H): an id of more than 36 characters gets RpcFrameworkError under itself", () => {
    const id = "x".repeat(37)
    return answers({ [`[2,"${id}","Heartbeat",{}]`]: [id, "RpcFrameworkError"] })
  })

  it.effect(
    "§9 row 14 (R-071): a CALL of another length, or with an action that is no string, gets RpcFrameworkError",
    () =>
      answers({
        '[2,"a","Heartbeat"]': ["a", "RpcFrameworkError"],
        '[2,"a","Heartbeat",{},{}]': ["a", "RpcFrameworkError"],
        '[2,"a",7,{}]': ["a", "RpcFrameworkError"]
      })
  )

  it.effect("R-145: every refused message is told as an event with its id and code", () =>
    withStation(({ csms, fake }) =>
      Effect.gen(function* () {
        const heard = yield* listen(csms)
        fake.say('[2,7,"Heartbeat",{}]')
        yield* settled
        assert.deepInclude(heard[0], { _tag: "MessageRefused", messageId: "-1", errorCode: "RpcFrameworkError" })
      })
    )
  )
})

describe("§9, rows 7–11: answers", () => {
  it.effect("§9 row 7 (R-145): a CALLERROR under -1 settles nothing and gets no reply", () =>
    whileCalling((world) =>
      Effect.gen(function* () {
        const heard = yield* listen(world.csms)
        world.fake.say('[4,"-1","RpcFrameworkError","what did you say?",{}]')
        yield* settled
        assert.deepInclude(heard[0], { _tag: "AnswerDropped", messageId: "-1" })
        assert.deepStrictEqual(sent(world.fake), [])
        untouched(world)
      })
    )
  )

  it.effect("§9 row 8 (R-103, R-147, R-161): an answer to nobody is dropped and gets no reply", () =>
    ignored(
      '[3,"unknown",{"status":"Accepted"}]',
      '[4,"unknown","InternalError","",{}]',
      '[3,7,{"status":"Accepted"}]',
      "[3,null,{}]",
      "[3]",
      '[4,"","InternalError","",{}]',
      "[4]"
    )
  )

  it.effect("§9 row 8 (R-161): an answer that comes twice is dropped the second time", () =>
    whileCalling((world) =>
      Effect.gen(function* () {
        untouched(world)
        const heard = yield* listen(world.csms)
        const next = yield* start(world.station.call("ClearCache", {}))
        sent(world.fake)
        world.fake.say(JSON.stringify([3, world.id, { status: "Accepted" }]))
        yield* settled
        assert.deepInclude(heard[0], { _tag: "AnswerDropped", messageId: world.id })
        assert.deepStrictEqual([next.pollUnsafe(), sent(world.fake), world.fake.closed], [undefined, [], undefined])
      })
    )
  )

  const invalid = {
    "has no payload": [],
    "has one element too many": [{ status: "Accepted" }, {}],
    "has a payload that is no object": ["Accepted"],
    "has a list for a payload": [[{ status: "Accepted" }]],
    "has a null payload where {} is no valid one (R-077)": [null],
    "lacks a required field": [{}],
    "has an unknown field (R-125)": [{ status: "Accepted", more: 1 }],
    "has a status that does not exist": [{ status: "Perhaps" }]
  }
  for (const [what, rest] of Object.entries(invalid))
    it.effect(`§9 row 9 (R-162): a CALLRESULT that ${what} fails its CALL and gets no reply`, () =>
      whileCalling((world) =>
        Effect.gen(function* () {
          world.fake.say(JSON.stringify([3, world.id, ...rest]))
          assert.deepInclude(yield* failure(world), {
            _tag: "OutcomeUnknown",
            reason: "InvalidResponse",
            action: "Reset",
            messageId: world.id
          })
          assert.deepStrictEqual([sent(world.fake), world.fake.closed], [[], undefined])
        })
      )
    )

  it.effect("§9 row 10 (R-160): a CALLRESULT settles its CALL with the response", () =>
    whileCalling((world) =>
      Effect.sync(() => {
        const response = {
          status: "Rejected",
          statusInfo: { reasonCode: "Busy" },
          customData: { vendorId: "V", x: [1] }
        }
        world.fake.say(JSON.stringify([3, world.id, response]))
        assert.deepStrictEqual<unknown>(world.reset.pollUnsafe(), Exit.succeed(response))
        assert.deepStrictEqual([sent(world.fake), world.fake.closed], [[], undefined])
      })
    )
  )

  it.effect("§9 row 11 (R-163): a CALLERROR settles its CALL with what it says", () =>
    whileCalling((world) =>
      Effect.gen(function* () {
        world.fake.say(JSON.stringify([4, world.id, "NotSupported", "no reset here", { x: 1 }]))
        assert.deepInclude(yield* failure(world), {
          _tag: "CallError",
          identity: "CS-1",
          action: "Reset",
          messageId: world.id,
          errorCode: "NotSupported",
          rawErrorCode: "NotSupported",
          errorDescription: "no reset here",
          errorDetails: { x: 1 }
        })
        assert.deepStrictEqual([sent(world.fake), world.fake.closed], [[], undefined])
      })
    )
  )

  it.effect("§9 row 11 (R-078): a short CALLERROR settles its CALL as well; an unknown code is a GenericError", () =>
    whileCalling((world) =>
      Effect.gen(function* () {
        world.fake.say(JSON.stringify([4, world.id, "OutOfCoffee"]))
        const expected = {
          errorCode: "GenericError",
          rawErrorCode: "OutOfCoffee",
          errorDescription: "",
          errorDetails: {}
        } as const
        assert.deepInclude(yield* failure(world), { _tag: "CallError", ...expected })
        assert.deepStrictEqual([sent(world.fake), world.fake.closed], [[], undefined])
      })
    )
  )
})
