/** A01: what is stored of a password that is changed, and where it is never seen. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import { Csms, type CsmsOptions, hashPassword, StoreError } from "../../src/index.ts"
import { begin, failureOf, Recorder, reported, reportPart, settle } from "./support.ts"
import {
  add,
  arrived,
  changing,
  enter,
  letIn,
  newPassword,
  password,
  passwordResult,
  setPassword,
  statusOf,
  tls,
  untilCalled
} from "./securitySupport.ts"
import { TestStore } from "./TestStore.ts"

const options: CsmsOptions = { callTimeout: "10 seconds" }

/** The new password has been Accepted. */
const changed = Effect.gen(function* () {
  const { change, fake } = yield* changing
  fake.reply(passwordResult("Accepted"))
  yield* Fiber.join(change)
})

/** A change that waits for a store which takes its time. */
const storing = Effect.fnUntraced(function* (store: TestStore) {
  const { fake, station } = yield* arrived
  store.isSlow = true
  const saves = store.log.length
  const change = yield* begin(station.call("SetVariables", setPassword()))
  yield* Effect.repeat(Effect.yieldNow, { until: () => store.log.length > saves })
  return { change, fake }
})

/** A life of a CSMS over the store, that ends without a word: as if it had crashed, nothing is saved any more. */
const crash = (store: TestStore) => {
  const texts = new Map(store.texts)
  return Effect.sync(() => {
    store.texts.clear()
    for (const [key, text] of texts) store.texts.set(key, text)
  })
}

describe("R-047: what is stored", () => {
  it.effect("the new password is stored before it is sent", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { change, fake } = yield* storing(store)
          yield* settle
          assert.deepStrictEqual(fake.calls, [])
          store.isSlow = false
          yield* store.release
          assert.strictEqual(fake.lastCall[2], "SetVariables")
          fake.reply(passwordResult("Accepted"))
          yield* Fiber.join(change)
        }),
        options
      )
    })
  )

  for (const [how, lose] of [
    ["the station leaves", "leave"],
    ["its caller gives up", "interrupt"]
  ] as const)
    it.effect(`while it is being stored ${how}: it is not sent, and the old one counts`, () =>
      Effect.gen(function* () {
        const store = new TestStore()
        yield* store.csms(
          Effect.gen(function* () {
            const { change, fake } = yield* storing(store)
            if (lose === "leave") fake.vanish()
            else yield* Fiber.interrupt(change)
            store.isSlow = false
            for (let i = 0; i < 4; i++) yield* store.release
            if (lose === "leave") assert.deepInclude(yield* failureOf(change), { _tag: "NotSent", reason: "Offline" })
            assert.deepStrictEqual(fake.calls, [])
            assert.strictEqual(yield* letIn, "old")
          }),
          options
        )
      })
    )

  it.effect("what cannot be stored is not sent", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* arrived
          store.refuseWith = () => new StoreError({ detail: "disk full" })
          const failure = yield* Effect.flip(station.call("SetVariables", setPassword()))
          assert.deepInclude(failure, { _tag: "NotSent", reason: "NotStored" })
          assert.deepStrictEqual(fake.calls, [])
          assert.strictEqual(yield* letIn, "old")
        }),
        options
      )
    })
  )

  it.effect("a crash while the answer is outstanding locks nobody out: both work, until the first login decides", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      let restore: Effect.Effect<void> = Effect.void
      yield* store.csms(
        Effect.gen(function* () {
          const { fake } = yield* changing
          restore = crash(store)
          fake.vanish()
        }),
        options
      )
      yield* restore
      yield* store.csms(
        Effect.gen(function* () {
          yield* add()
          assert.strictEqual(yield* letIn, "old,new")
          yield* enter(tls(newPassword))
          assert.strictEqual(yield* letIn, "new")
        }),
        options
      )
    })
  )

  it.effect("a change survives a restart, also when every start adds the station with its first password", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          yield* changed
        }),
        options
      )
      assert.deepInclude(store.events.at(-1), { _tag: "PasswordChanged", by: "Answer", durable: true })
      yield* store.csms(
        Effect.gen(function* () {
          yield* add()
          assert.strictEqual(yield* letIn, "new")
          yield* add()
          assert.strictEqual(yield* letIn, "new")
        }),
        options
      )
    })
  )

  it.effect("an application that adds the station with another password wins", () =>
    Effect.gen(function* () {
      yield* changed
      yield* add("set-by-the-operator")
      assert.strictEqual(yield* letIn, "")
      assert.strictEqual(yield* statusOf(tls("set-by-the-operator")), 101)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("an application that puts the new hash into its directory wins, and nothing changes for the station", () =>
    Effect.gen(function* () {
      yield* changed
      const csms = yield* Csms
      const passwordHash = yield* hashPassword(newPassword, { iterations: 1000 })
      yield* csms.addStation({ identity: "CS-1", securityProfile: 2, passwordHash })
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("removing the station forgets the change", () =>
    Effect.gen(function* () {
      yield* changed
      const csms = yield* Csms
      yield* csms.removeStation("CS-1")
      yield* add()
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("A-14, R-046: the value is nowhere", () => {
  it.effect("not in events, snapshots, logs, errors or the store, also when the station quotes it", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const lines: Array<string> = []
      const logger = Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))
      const said: Array<unknown> = []
      const life = Effect.gen(function* () {
        const recorder = yield* Recorder.start
        const { fake, station } = yield* arrived
        const quoting = `cannot set ${newPassword}`
        const refused = yield* untilCalled(fake, station.call("SetVariables", setPassword()))
        fake.say(JSON.stringify([4, "-1", "RpcFrameworkError", quoting, {}]))
        fake.fail("PropertyConstraintViolation", quoting, { value: newPassword })
        said.push(yield* failureOf(refused))
        const lost = yield* untilCalled(fake, station.call("SetVariables", setPassword()))
        fake.reply({ setVariableResult: [{ attributeStatus: newPassword }] })
        said.push(yield* failureOf(lost))
        const accepted = yield* untilCalled(fake, station.call("SetVariables", setPassword()))
        fake.reply(passwordResult("Accepted"))
        yield* Fiber.join(accepted)
        const told = { ...reported("SecurityCtrlr", "BasicAuthPassword", newPassword) }
        fake.call("NotifyReport", reportPart(7, 0, false, [told]))
        fake.call("NotifyEvent", {
          generatedAt: "2026-01-01T00:00:00Z",
          seqNo: 0,
          eventData: [
            {
              eventId: 1,
              timestamp: "2026-01-01T00:00:00Z",
              trigger: "Delta",
              actualValue: newPassword,
              eventNotificationType: "CustomMonitor",
              component: { name: "SecurityCtrlr" },
              variable: { name: "BasicAuthPassword" }
            }
          ]
        })
        const read = yield* untilCalled(
          fake,
          station.call("GetVariables", {
            getVariableData: [{ component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" } }]
          })
        )
        fake.reply({
          getVariableResult: [
            {
              attributeStatus: "Accepted",
              attributeValue: newPassword,
              component: { name: "SecurityCtrlr" },
              variable: { name: "BasicAuthPassword" }
            }
          ]
        })
        yield* Fiber.join(read)
        fake.vanish()
        yield* settle
        said.push(recorder.events, yield* station.snapshot)
        assert.isAbove(recorder.count("NotificationReceived"), 1)
        assert.strictEqual(recorder.count("AnswerDropped"), 1)
        assert.strictEqual(recorder.count("PasswordChanged"), 1)
      })
      yield* store.csms(life.pipe(Effect.provide(Logger.layer([logger]))))
      const shown = JSON.stringify(said) + lines.join()
      for (const secret of [password, newPassword, "$pbkdf2", btoa(`CS-1:${password}`)])
        assert.notInclude(shown, secret)
      for (const failure of said.slice(0, 2)) assert.notInclude(String(failure), newPassword)
      const stored = [...store.texts.values()].join() + JSON.stringify(store.events)
      for (const secret of [password, newPassword]) assert.notInclude(stored, secret)
      assert.include(stored, "$pbkdf2") // a salted hash, in the snapshot only
      assert.notInclude(JSON.stringify(store.events), "$pbkdf2")
    })
  )
})
