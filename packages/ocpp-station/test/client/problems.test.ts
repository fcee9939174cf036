/** What a station cannot be or send is told at once, with what to change; what nobody may miss is logged. */
import { assert, describe, it } from "@effect/vitest"
import {
  InvalidStation,
  MessageStore,
  MessageStoreError,
  Stations,
  type TransactionEventRequest
} from "@wattline/ocpp-station"
import { Cause, Effect, Exit, Layer, Logger } from "effect"
import { accepted, connection, FakeCsms, pass, setup } from "./FakeCsms.ts"
import { Rig } from "./Rig.ts"

describe("a station that cannot work is not started", () => {
  it.effect.each([
    ["an identity that is no text", { identity: undefined }, "`identity` must be a text"],
    ["a URL that is no text", { url: undefined, password: "0123456789abcdef" }, "`url` must be a URL"],
    ["a profile that there is not", { securityProfile: 5 }, "must be 0, 1, 2 or 3"],
    ["a password with profile 0", { securityProfile: 0, password: "0123456789abcdef" }, "without a password"],
    [
      "a time that is no number",
      { settings: { messageTimeout: Number.NaN } },
      "`messageTimeout` must be a number above 0"
    ],
    ["a time below 0", { settings: { retryBackOffWaitMinimum: -1 } }, "`retryBackOffWaitMinimum` must be a number"],
    ["a time that is a text", { settings: { heartbeatInterval: "5 minutes" } }, "`heartbeatInterval` must be a number"],
    ["a switch that is no boolean", { settings: { queueAllMessages: "yes" } }, "`queueAllMessages` must be true or"],
    ["a setting that is undefined", { settings: { messageTimeout: undefined } }, "without it the default counts"],
    [
      "a setting that there is not",
      { settings: { messageTimout: 3 } },
      "no setting `messageTimout`; there are heartbeat"
    ],
    ["no chargingStation", { chargingStation: undefined }, "required property 'chargingStation'"],
    [
      "a model that is too long",
      { chargingStation: { vendorName: "V", model: "M".repeat(21) } },
      "/chargingStation/model"
    ],
    ["a boot reason that there is not", { bootReason: "Boot" }, "/reason"],
    ["a handler of no action", { handlers: { Rest: () => Effect.void } }, "has Rest, which is not an action"],
    ["a handler of an action of stations", { handlers: { Authorize: () => Effect.void } }, "has Authorize"],
    ["a handler that is no function", { handlers: { Reset: {} } }, "The handler of Reset must be a function"]
  ] as const)("%s", ([, options, words]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(setup(options as object))
      assert.instanceOf(failure, InvalidStation)
      assert.include(failure.message, words)
    })
  )

  it.effect("and nothing is dialled", () =>
    Effect.gen(function* () {
      const csms = new FakeCsms()
      const context = yield* Layer.build(Layer.provide(Stations.layer, csms.layer))
      const { connect } = yield* Effect.provide(Stations, context)
      yield* Effect.flip(connect({ ...connection, chargingStation: { vendorName: "", model: "M".repeat(21) } }))
      assert.strictEqual(csms.attempts.length, 0)
    })
  )
})

const event = {
  eventType: "Started",
  timestamp: "2026-01-05T08:00:00Z",
  triggerReason: "CablePluggedIn",
  seqNo: 0,
  transactionInfo: { transactionId: "t".repeat(37) }
} as const satisfies TransactionEventRequest

describe("a message that breaks the schema", () => {
  it.effect("is refused to who queues it, online and offline, and is not in the queue", () =>
    Effect.gen(function* () {
      const { client } = yield* accepted()
      const refuse = Effect.gen(function* () {
        const failure = yield* Effect.flip(client.transactionEvent(event))
        assert.deepStrictEqual([failure._tag, failure.reason], ["NotSent", "InvalidRequest"])
        assert.include(failure.message, "/transactionInfo/transactionId")
        const other = yield* Effect.flip(client.securityEvent({ type: "", timestamp: "now" }))
        assert.include(other.message, "/timestamp")
        assert.strictEqual(yield* client.undelivered, 0)
      })
      yield* refuse
      yield* client.outage(60)
      yield* refuse
    })
  )
})

describe("configure", () => {
  it.effect("does not take what the settings of a new station may not be", () =>
    Effect.gen(function* () {
      const { client } = yield* accepted()
      const exit = yield* Effect.exit(client.configure({ messageTimeout: 0 }))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.include(String(exit), "CS-1 is not configured: The setting `messageTimeout`")
    })
  )
})

describe("the log", () => {
  const lines: Array<string> = []
  const log = Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))])

  it.effect("has what nobody may miss; a trouble with connecting once in a row", () =>
    Effect.gen(function* () {
      lines.length = 0
      const { client, csms } = yield* setup(
        {
          handlers: { Reset: () => Effect.die(new Error("no relay")) },
          settings: { retryBackOffWaitMinimum: 1, retryBackOffRandomRange: 0 }
        },
        ({ failures }) => failures.push("Unreachable", "Unreachable")
      )
      assert.match(lines.join(), /level=WARN .*CS-1 cannot connect, and goes on trying: as the test says/)
      yield* pass(5)
      assert.strictEqual(lines.length, 1)
      csms.accept()
      csms.ask("Reset", { type: "Immediate" })
      yield* pass(1)
      assert.match(lines[1] ?? "", /level=ERROR .*CS-1: handler of Reset: Error: no relay/)
      csms.failures.push("Unreachable")
      yield* client.outage(1)
      yield* pass(2)
      assert.match(lines[2] ?? "", /CS-1 cannot connect/)
    }).pipe(Effect.provide(log))
  )

  it.effect("R-162, B01.FR.05: says why a station cannot boot, each reason once in a row", () =>
    Effect.gen(function* () {
      lines.length = 0
      const { client, csms } = yield* setup({ settings: { bootRetryInterval: 5 } })
      const local = { status: "Accepted", interval: 300, currentTime: "2026-01-01T12:00:00.123456" }
      csms.call("BootNotification").reply(local)
      yield* pass(6)
      csms.call("BootNotification").reply(local)
      yield* pass(6)
      assert.strictEqual(lines.length, 1)
      assert.match(lines[0] ?? "", /level=WARN .*CS-1 cannot boot.*InvalidResponse: \/currentTime .*date-time/)
      csms.call("BootNotification").refuse()
      assert.match(lines[1] ?? "", /CS-1 cannot boot.*BootNotification ended with InternalError/)
      yield* pass(6)
      csms.accept()
      yield* client.accepted
      assert.strictEqual(lines.length, 2)
    }).pipe(Effect.provide(log))
  )

  it.effect("says that a callback threw, whichever it was", () =>
    Effect.gen(function* () {
      lines.length = 0
      const throws = (what: string) => (): never => {
        throw new Error(`thrown by ${what}`)
      }
      const { rig } = yield* Rig.make({}, { online: throws("online"), loaded: throws("loaded") })
      rig.reaction = throws("tell")
      rig.client.start()
      rig.reaction = () => undefined
      rig.look()
      rig.answer("well")
      rig.client.call("Heartbeat", {}, throws("done"))
      rig.look()
      rig.answer("well")
      for (const what of ["loaded", "tell", "online", "done"])
        assert.match(lines.join("\n"), new RegExp(`level=ERROR .*A callback of station CS-1 threw.*thrown by ${what}`))
    }).pipe(Effect.provide(log))
  )

  it.effect("says what is wrong with a TransactionEvent that a handler queues", () =>
    Effect.gen(function* () {
      lines.length = 0
      const { csms } = yield* accepted({
        handlers: {
          ClearCache: (_request, { client }) =>
            Effect.sync(() => {
              client.transactionEvent({ ...event, seqNo: 0.5 })
              return { status: "Accepted" }
            })
        }
      })
      csms.ask("ClearCache", {})
      yield* pass(1)
      assert.match(lines[0] ?? "", /level=ERROR .*CS-1: TransactionEvent is invalid: \/seqNo/)
      assert.match(lines[1] ?? "", /TransactionEvent was given up \(FormatViolation, 0 attempts\)/)
    }).pipe(Effect.provide(log))
  )

  it.effect("says that the queue cannot be read, which happens before anybody could subscribe", () =>
    Effect.gen(function* () {
      lines.length = 0
      const broken = Effect.fail(new MessageStoreError({ message: "not a directory" }))
      const store = Layer.succeed(MessageStore, {
        load: () => broken,
        append: () => broken,
        keep: () => broken,
        remove: () => broken
      })
      const layer = Stations.layer.pipe(Layer.provide([new FakeCsms().layer, store]))
      const context = yield* Layer.build(layer)
      yield* Effect.provide(
        Effect.flatMap(Stations, ({ connect }) => connect(connection)),
        context
      )
      assert.match(lines.join(), /level=ERROR .*CS-1: the queue is not stored: not a directory/)
    }).pipe(Effect.provide(log))
  )
})
