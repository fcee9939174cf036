/** The queue over a restart of the process: what is delivered, what is known of transactions, and a store that is slow or fails. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import {
  MessageStore,
  type MessageStoreShape,
  type StationClient,
  Stations,
  type StoredMessage
} from "@wattline/ocpp-station"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { Effect, Exit, Fiber, Layer, Stream } from "effect"
import { forgetful } from "../../src/queue/MessageStore.ts"
import { connection, FakeCsms, pass } from "./FakeCsms.ts"

const event = (
  seqNo: number,
  eventType: TransactionEventRequest["eventType"] = "Updated",
  transactionId = "T1"
): TransactionEventRequest => ({
  eventType,
  timestamp: "1970-01-01T00:00:00Z",
  triggerReason: "MeterValuePeriodic",
  seqNo,
  transactionInfo: { transactionId }
})

const settings = { retryBackOffWaitMinimum: 5, retryBackOffRandomRange: 0 }

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "wattline-queue-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
)

/** A life of a station's process with a store. */
const life = Effect.fnUntraced(function* (store: MessageStoreShape, csms: FakeCsms, maxQueuedMessages = 100) {
  const context = yield* Layer.build(
    Layer.provide(Stations.layer, Layer.merge(csms.layer, Layer.succeed(MessageStore, store)))
  )
  return yield* Effect.flatMap(Stations, ({ connect }) => connect({ ...connection, settings, maxQueuedMessages })).pipe(
    Effect.provide(context)
  )
})

/** An event is in the queue. */
const queued = (client: StationClient, made: TransactionEventRequest) =>
  Effect.forkChild(client.transactionEvent(made), { startImmediately: true })

describe("restart of the process", () => {
  it.effect("what was not acknowledged is delivered by the next process, before what it adds, as it was", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const first = new FakeCsms()
      first.failures.push("Unreachable")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const client = yield* life(FileMessageStore.make({ directory }), first)
          yield* Effect.forkChild(client.transactionEvent(event(0, "Started")))
          yield* Effect.forkChild(client.transactionEvent(event(1)))
          yield* pass(0)
        })
      )
      const second = new FakeCsms()
      const client = yield* life(FileMessageStore.make({ directory }), second)
      yield* Effect.forkChild(client.transactionEvent(event(2)))
      yield* pass(0)
      second.accept()
      for (const seqNo of [0, 1, 2]) {
        const call = second.call("TransactionEvent")
        assert.deepStrictEqual([call.request["seqNo"], call.request["offline"]], [seqNo, true])
        call.reply({})
      }
    })
  )

  it.effect("E11.FR.07: what an earlier process has left is of the time offline; what this one adds is not", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const store = () => FileMessageStore.make({ directory, sync: false })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const csms = new FakeCsms()
          const client = yield* life(store(), csms)
          csms.accept()
          yield* queued(client, event(0, "Started"))
          assert.isUndefined(csms.call("TransactionEvent").request["offline"])
        })
      )
      const csms = new FakeCsms()
      const client = yield* life(store(), csms)
      csms.accept()
      yield* queued(client, event(1))
      const offline = [0, 1].map(() => {
        const call = csms.call("TransactionEvent")
        call.reply({})
        return call.request["offline"]
      })
      assert.deepStrictEqual(offline, [true, undefined])
    })
  )

  it.effect("E04.FR.07: what was dropped is not in the store either", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const store = () => FileMessageStore.make({ directory, sync: false })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const csms = new FakeCsms()
          csms.failures.push("Unreachable")
          const client = yield* life(store(), csms, 1)
          for (const seqNo of [1, 2]) yield* queued(client, event(seqNo))
        })
      )
      const client = yield* life(store(), new FakeCsms())
      assert.strictEqual(yield* client.undelivered, 1)
    })
  )

  it.effect("a file that was cut off in the middle of a line is read as far as it goes", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const store = FileMessageStore.make({ directory, sync: false })
      yield* store.load("CS/1")
      yield* store.append("CS/1", { number: 1, action: "TransactionEvent", request: event(0) })
      yield* store.append("CS/1", { number: 2, action: "TransactionEvent", request: event(1) })
      yield* store.remove("CS/1", 1)
      const [name = ""] = readdirSync(directory)
      assert.strictEqual(name, "CS%2F1.jsonl")
      appendFileSync(join(directory, name), '{"queued":{"number":3,"acti')
      const again = FileMessageStore.make({ directory, sync: false })
      assert.deepStrictEqual(
        (yield* again.load("CS/1")).map(({ number }) => number),
        [2]
      )
      yield* again.append("CS/1", { number: 3, action: "TransactionEvent", request: event(2) })
      assert.strictEqual((yield* again.load("CS/1")).length, 2)
      assert.strictEqual(statSync(join(directory, name)).mode & 0o077, 0) // nobody else reads tokens of drivers
    })
  )

  it.effect("a store that fails is told of, and the message is delivered all the same", () =>
    Effect.gen(function* () {
      const csms = new FakeCsms()
      const client = yield* life(FileMessageStore.make({ directory: import.meta.filename }), csms)
      const told = yield* Effect.forkChild(
        client.events.pipe(
          Stream.filter(({ _tag }) => _tag === "QueueNotStored"),
          Stream.runHead
        )
      )
      csms.accept()
      const sending = yield* Effect.forkChild(client.transactionEvent(event(0)))
      yield* pass(0)
      csms.call("TransactionEvent").reply({})
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(sending)))
      assert.strictEqual((yield* Fiber.join(told))._tag, "Some")
    })
  )

  it.effect("the next process knows of the transactions that run, also where everything was acknowledged", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const store = () => FileMessageStore.make({ directory, sync: false })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const csms = new FakeCsms()
          const client = yield* life(store(), csms)
          assert.deepStrictEqual(yield* client.unfinished, [])
          csms.accept()
          for (const made of [event(0, "Started"), event(1), event(0, "Started", "T2"), event(1, "Ended", "T2")]) {
            yield* queued(client, made)
            csms.call("TransactionEvent").reply({})
          }
          assert.strictEqual(yield* client.undelivered, 0)
        })
      )
      const csms = new FakeCsms()
      const client = yield* life(store(), csms)
      const [last, ...others] = yield* client.unfinished
      assert.deepStrictEqual([last?.transactionInfo.transactionId, last?.seqNo, others.length], ["T1", 1, 0])
      assert.strictEqual(yield* client.undelivered, 0)
      csms.accept()
      yield* queued(client, event(2, "Ended"))
      const call = csms.call("TransactionEvent")
      assert.strictEqual(call.request["seqNo"], 2)
      call.reply({})
      assert.deepStrictEqual(
        readdirSync(directory).map((name) => readFileSync(join(directory, name), "utf8")),
        [""]
      )
    })
  )

  it.effect("what a slow store has goes out once it is read, and what was dropped before touches none of it", () =>
    Effect.gen(function* () {
      const done: Array<number> = []
      const left = { number: 1, action: "TransactionEvent", request: event(0) } as const
      const store: MessageStoreShape = {
        load: () => Effect.delay(Effect.succeed([left]), 1_000),
        append: () => Effect.void,
        keep: (_identity, number) => Effect.sync(() => void done.push(number)),
        remove: (_identity, number) => Effect.sync(() => void done.push(number))
      }
      const csms = new FakeCsms()
      const client = yield* life(store, csms, 1)
      csms.accept()
      for (const timestamp of ["1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"])
        yield* client.securityEvent({ type: "StartupOfTheDevice", timestamp })
      yield* pass(2)
      csms.call("TransactionEvent")
      assert.deepStrictEqual(done, [])
    })
  )

  it.effect("what a slow store has goes out also where nothing comes after it", () =>
    Effect.gen(function* () {
      const left = { number: 1, action: "TransactionEvent", request: event(0) } as const
      const csms = new FakeCsms()
      yield* life({ ...forgetful, load: () => Effect.delay(Effect.succeed([left]), 1_000) }, csms)
      csms.accept()
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(2)
      csms.call("TransactionEvent")
    })
  )

  it.effect("what comes before a slow store is read stands behind what it has, and is called one after the other", () =>
    Effect.gen(function* () {
      const rows = new Map<number, StoredMessage>()
      rows.set(7, { number: 7, action: "TransactionEvent", request: event(0, "Started") })
      let calls = 0
      const slowly = <A>(act: () => A): Effect.Effect<A> =>
        Effect.gen(function* () {
          assert.strictEqual((calls += 1), 1)
          yield* Effect.sleep(1_000)
          calls -= 1
          return act()
        })
      const store: MessageStoreShape = {
        load: () => slowly(() => [...rows.values()]),
        append: (_identity, message) =>
          slowly(() => {
            assert.isFalse(rows.has(message.number))
            rows.set(message.number, message)
          }),
        keep: (_identity, _number, former) => slowly(() => void (former !== undefined && rows.delete(former))),
        remove: (_identity, number) => slowly(() => void rows.delete(number))
      }
      const csms = new FakeCsms()
      const client = yield* life(store, csms)
      csms.accept()
      for (const seqNo of [1, 2]) yield* queued(client, event(seqNo))
      yield* queued(client, event(3, "Ended"))
      for (const seqNo of [0, 1, 2, 3]) {
        yield* pass(10)
        const call = csms.call("TransactionEvent")
        assert.strictEqual(call.request["seqNo"], seqNo)
        assert.strictEqual(call.request["offline"], seqNo === 0 ? true : undefined)
        call.reply({})
      }
      yield* pass(10)
      assert.strictEqual(rows.size, 0)
      // and nothing goes out that would not survive the process
      yield* queued(client, event(0, "Started", "T2"))
      yield* pass(0.5)
      assert.deepStrictEqual(csms.sent(), [])
      yield* pass(0.5)
      csms.call("TransactionEvent")
    })
  )
})
