import { assert, describe, it } from "@effect/vitest"
import { Csms, hashPassword, RemoteControl, type StationEvent } from "@wattline/ocpp-core"
import { MemoryTransport, TestStation } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { keyOf, makeStore, restore, resume, storeLayer } from "../src/restart-and-persistence.ts"
import { settle, transactionEvent } from "./support.ts"

const password = "correct-horse-battery"
const passwordHash = await Effect.runPromise(hashPassword(password))
const stations = [{ identity: "CS-1", passwordHash }]

/** One life of a CSMS over these texts. */
const life = (texts: Map<string, string>) => {
  const store = storeLayer({
    get: (key) => texts.get(key),
    set: (entries) => {
      for (const [key, text] of entries) texts.set(key, text)
    },
    delete: (key) => texts.delete(key)
  })
  return Layer.provideMerge(MemoryTransport.layer, Layer.provide(Csms.layer({}, { inventory: "off" }), store))
}

const connect = TestStation.connect({ identity: "CS-1", password })

/** The durable events that are stored. */
const stored = (texts: ReadonlyMap<string, string>) =>
  [...texts].flatMap(([key, text]) => (key.startsWith("event/") ? [JSON.parse(text) as StationEvent] : []))

describe("restart and persistence", () => {
  it.effect("LC-18, F-2, CE-8: a remote start and a log that were asked for before the restart go on after it", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      let requestId = 0
      let remoteStartId = 0
      yield* Effect.scoped(
        Effect.gen(function* () {
          const [inCsms] = yield* restore(stations)
          assert.isDefined(inCsms)
          const station = yield* connect
          yield* station.boot()
          const follow = { follow: false }
          yield* station.answer("RequestStartTransaction", { status: "Accepted" })
          const started = yield* RemoteControl.requestStartTransaction(inCsms, { idToken: "app", evseId: 1 }, follow)
          if (started._tag === "Accepted") remoteStartId = started.remoteStartId
          yield* station.answer("GetLog", { status: "Accepted" })
          requestId = yield* inCsms.nextRequestId
          const log = { remoteLocation: "https://files.example.com/" }
          yield* inCsms.call("GetLog", { requestId, logType: "SecurityLog", log })
        }).pipe(Effect.provide(life(texts)))
      )
      const results = yield* Effect.scoped(
        Effect.gen(function* () {
          const [inCsms] = yield* restore(stations)
          const resuming = yield* Effect.forkChild(resume(inCsms!))
          const station = yield* connect // accepted before: no boot
          yield* transactionEvent(station, "Started", 0, { triggerReason: "RemoteStart", remoteStartId, wh: 0 })
          yield* station.call("LogStatusNotification", { requestId, status: "Uploaded" })
          return yield* Fiber.join(resuming)
        }).pipe(Effect.provide(life(texts)))
      )
      assert.deepStrictEqual(results, [`start ${remoteStartId}: Started`, `Log ${requestId}: Complete`])
      const told = stored(texts).map(({ _tag }) => _tag)
      assert.includeMembers(told, ["Booted", "TransactionStarted"])
      assert.strictEqual(new Set(stored(texts).map(keyOf)).size, told.length)
    })
  )

  it.effect("LC-18: one station that cannot be loaded keeps the others from nothing", () =>
    Effect.gen(function* () {
      const restored = yield* restore([...stations, { identity: "CS-2", passwordHash }])
      assert.deepStrictEqual(
        restored.map(({ identity }) => identity),
        ["CS-2"]
      )
    }).pipe(Effect.provide(life(new Map([["station/cs-1", "{"]]))))
  )

  it.effect("habit 7: a write of an older connection is refused, and a removed station is forgotten", () =>
    Effect.gen(function* () {
      const texts = new Map<string, string>()
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* restore(stations)
          yield* (yield* connect).boot()
          yield* settle
        }).pipe(Effect.provide(life(texts)))
      )
      const store = makeStore({
        get: (key) => texts.get(key),
        set: () => assert.fail("written"),
        delete: (key) => texts.delete(key)
      })
      const snapshot = yield* store.load("cs-1")
      assert.isDefined(snapshot)
      const stale = yield* Effect.flip(store.save({ ...snapshot, epoch: 0 }, []))
      assert.deepInclude(stale, { _tag: "StaleEpoch", epoch: 0, current: snapshot.epoch })
      yield* store.remove("CS-1")
      assert.isUndefined(yield* store.load("CS-1"))
    })
  )
})
