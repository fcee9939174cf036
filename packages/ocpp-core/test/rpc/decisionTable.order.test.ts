/** frame → id → duplicate → boot gate → action → payload → handler. The first that fails decides the code. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Handlers } from "../../src/index.ts"
import { sent, withStation } from "./support.ts"

const rejecting: Handlers = {
  BootNotification: () => Effect.succeed({ status: "Rejected", currentTime: "2026-01-01T00:00:00Z", interval: 60 })
}

/** The code or the response that a text gets from a CSMS that does not let the station in yet, or does. */
const answers = (texts: ReadonlyArray<string>, handlers: Handlers = {}) => {
  const given: Array<unknown> = []
  return Effect.as(
    withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (const text of texts) {
            fake.say(text)
            given.push(sent(fake)[0]?.[2])
          }
        }),
      handlers
    ),
    given
  )
}

describe("R-151: the order of the checks", () => {
  it.effect("the frame comes before the gate", () =>
    Effect.gen(function* () {
      const texts = ['[2,"a","Heartbeat"]', `[2,"${"x".repeat(37)}","Heartbeat",{}]`, '[2,7,"Heartbeat",{}]', '[5,"a"]']
      assert.deepStrictEqual(yield* answers(texts, rejecting), [
        "RpcFrameworkError",
        "RpcFrameworkError",
        "RpcFrameworkError",
        "MessageTypeNotSupported"
      ])
    })
  )

  it.effect("§20-N: the gate comes before the action: unknown, or one that only a CSMS sends", () =>
    Effect.gen(function* () {
      const texts = [
        '[2,"a","Bogus",{}]',
        '[2,"b","Reset",{"type":"Immediate"}]',
        '[2,"c","Heartbeat",[]]',
        '[2,"d","Heartbeat",{"x":1}]'
      ]
      assert.deepStrictEqual(
        yield* answers(texts, rejecting),
        Array.from({ length: 4 }, () => "SecurityError")
      )
    })
  )

  it.effect("the duplicate comes before the gate", () =>
    Effect.gen(function* () {
      const suspended: Handlers = { BootNotification: () => Effect.never }
      const boot = '[2,"a","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"M","vendorName":"V"}}]'
      const given: Array<unknown> = []
      yield* withStation(
        ({ fake }) =>
          Effect.sync(() => {
            fake.say(boot)
            fake.say(boot) // waits for the first one's answer
            fake.say('[2,"a","Bogus",{}]')
            given.push(...sent(fake).map((frame) => frame[2]))
          }),
        suspended,
        { unknownRegistration: "reject" }
      )
      assert.deepStrictEqual(given, ["RpcFrameworkError"])
    })
  )

  it.effect("the action comes before the payload: NotImplemented is unknown, NotSupported is known", () =>
    Effect.gen(function* () {
      const texts = ['[2,"a","Bogus",7]', '[2,"b","Reset",7]', '[2,"c","Reset",{"more":1}]']
      assert.deepStrictEqual(yield* answers(texts), ["NotImplemented", "NotSupported", "NotSupported"])
    })
  )

  it.effect("the payload's shape comes before its schema, and the schema before the handler", () =>
    Effect.gen(function* () {
      let handled = 0
      const counting: Handlers = {
        Authorize: () =>
          Effect.sync(() => ({ idTokenInfo: { status: ++handled > 0 ? "Accepted" : "Unknown" } }) as const)
      }
      const texts = [
        '[2,"a","Authorize",[]]',
        '[2,"b","Authorize",{}]',
        '[2,"c","Authorize",{"idToken":{"idToken":"1","type":"Local"}}]'
      ]
      assert.deepStrictEqual(yield* answers(texts, counting), [
        "FormatViolation",
        "OccurrenceConstraintViolation",
        { idTokenInfo: { status: "Accepted" } }
      ])
      assert.strictEqual(handled, 1)
    })
  )
})
