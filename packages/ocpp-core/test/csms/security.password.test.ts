/** A01: passwords that are changed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Csms, type CsmsOptions, hashPassword, StoreError } from "../../src/index.ts"
import { begin, failureOf, Recorder, settle, reported, reportPart } from "./support.ts"
import {
  enter,
  letIn,
  newPassword,
  password,
  passwordResult,
  plain,
  setPassword,
  statusOf,
  tls,
  untilCalled
} from "./securitySupport.ts"
import { TestStore } from "./TestStore.ts"

const add = (secret = password) =>
  Effect.flatMap(Csms, (csms) => csms.addStation({ identity: "CS-1", securityProfile: 2, password: secret }))

/** A station of profile 2 that has booted, and whose SetVariables with the new password has arrived. */
const changing = Effect.gen(function* () {
  const station = yield* add()
  const fake = yield* enter(tls())
  fake.boot()
  const change = yield* untilCalled(fake, station.call("SetVariables", setPassword()))
  return { station, fake, change }
})

describe("A-12, A-13: which password is let in", () => {
  const outcomes = [
    ["TC_A_09_CSMS: Accepted", "Accepted", "new"],
    ["TC_A_10_CSMS: Rejected", "Rejected", "old"],
    ["UnknownComponent", "UnknownComponent", "old"],
    ["UnknownVariable", "UnknownVariable", "old"],
    ["NotSupportedAttributeType", "NotSupportedAttributeType", "old"],
    ["RebootRequired", "RebootRequired", "old,new"]
  ] as const
  for (const [title, status, expected] of outcomes)
    it.effect(`${title}: ${expected}; until the answer both, and the link stays open`, () =>
      Effect.gen(function* () {
        const { change, fake } = yield* changing
        assert.strictEqual(yield* letIn, "old,new")
        fake.reply(passwordResult(status))
        assert.strictEqual(yield* letIn, expected)
        assert.isUndefined(fake.closed)
        assert.strictEqual((yield* Fiber.join(change)).setVariableResult[0]?.attributeStatus, status)
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("a CALLERROR: the old one", () =>
    Effect.gen(function* () {
      const { change, fake } = yield* changing
      fake.fail("InternalError")
      assert.strictEqual((yield* failureOf(change))._tag, "CallError")
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: no answer in time: both, until the first login decides", () =>
    Effect.gen(function* () {
      const { change } = yield* changing
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* failureOf(change))._tag, "OutcomeUnknown")
      assert.strictEqual(yield* letIn, "old,new")
      yield* enter(tls(newPassword))
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: the connection is lost: both, until the first login decides", () =>
    Effect.gen(function* () {
      const { change, fake } = yield* changing
      fake.vanish()
      assert.strictEqual((yield* failureOf(change))._tag, "OutcomeUnknown")
      assert.strictEqual(yield* letIn, "old,new")
      yield* enter(tls(password))
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-162: an answer that does not name the variable decides nothing", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.reply(passwordResult("Accepted", { variable: { name: "Identity" } }))
      assert.strictEqual(yield* letIn, "old,new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: after RebootRequired a reconnect decides nothing, and a login after the next boot does", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.reply(passwordResult("RebootRequired"))
      const again = yield* enter(tls(password))
      assert.strictEqual(yield* letIn, "old,new")
      again.boot("ScheduledReset")
      assert.strictEqual(yield* letIn, "old,new")
      yield* enter(tls(password))
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: after RebootRequired the new one counts alone once it is used", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.reply(passwordResult("RebootRequired"))
      yield* enter(tls(newPassword))
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-047: a login that is not let through changes nothing", () =>
    Effect.gen(function* () {
      const { fake } = yield* changing
      fake.vanish()
      yield* statusOf(plain(newPassword))
      yield* statusOf(tls(newPassword)) // admitted, but its link never opens
      assert.strictEqual(yield* letIn, "old,new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-13: a change that never leaves leaves the old one alone", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const failure = yield* Effect.flip(station.call("SetVariables", setPassword()))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "Offline" })
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-107: a caller that gives up before it is sent takes it back; after, the answer still decides", () =>
    Effect.gen(function* () {
      const { change, fake, station } = yield* changing
      const waiting = yield* begin(station.call("SetVariables", setPassword("another-password-1")))
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(change)
      assert.strictEqual(yield* letIn, "old,new")
      fake.reply(passwordResult("Accepted"))
      assert.strictEqual(yield* letIn, "new")
      assert.strictEqual(yield* statusOf(tls("another-password-1")), 401)
      assert.strictEqual((yield* station.snapshot).security?.openPasswords, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-181: one that waits for the station to come back is not decided by its login", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const change = yield* begin(station.call("SetVariables", setPassword(), { waitForReconnect: true }))
      yield* Effect.repeat(Effect.andThen(Effect.yieldNow, station.snapshot), {
        until: (view) => view.queuedCalls === 1
      })
      const fake = yield* enter(tls(password))
      fake.boot()
      assert.strictEqual(yield* letIn, "old,new")
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("A-11: what is refused before it is sent", () => {
  const invalid: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["R-044: too short", "fifteen-letters", /has 15 characters.*at least 16/],
    ["R-044: too long for a station that did not say", "x".repeat(41), /has 41 characters.*at most 40/],
    ["a control character", "correct-horse\nbattery", /control character/]
  ]
  for (const [title, value, detail] of invalid)
    it.effect(`${title}: NotSent, and the old one keeps working`, () =>
      Effect.gen(function* () {
        const station = yield* add()
        const fake = yield* enter(tls())
        fake.boot()
        const failure = yield* Effect.flip(station.call("SetVariables", setPassword(value)))
        assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
        assert.match(failure.message, detail)
        assert.notInclude(failure.message, value)
        assert.deepStrictEqual(fake.calls, [])
        assert.strictEqual(yield* letIn, "old")
      }).pipe(Effect.provide(Csms.layer()))
    )

  it.effect("R-044: a station that takes up to 64 characters gets them", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const fake = yield* enter(tls())
      fake.boot()
      const limit = {
        ...reported("SecurityCtrlr", "BasicAuthPassword", ""),
        variableAttribute: [{ mutability: "WriteOnly" as const }],
        variableCharacteristics: { dataType: "string" as const, supportsMonitoring: false, maxLimit: 64 }
      }
      const report = yield* begin(station.getBaseReport("FullInventory"))
      const { requestId } = fake.lastCall[3] as { readonly requestId: number }
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", reportPart(requestId, 0, false, [limit]))
      yield* Fiber.join(report)
      const change = yield* untilCalled(fake, station.call("SetVariables", setPassword("x".repeat(64))))
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
      assert.strictEqual(yield* statusOf(tls("x".repeat(64))), 101)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("two new passwords in one request", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const fake = yield* enter(tls())
      fake.boot()
      const { setVariableData } = setPassword()
      const twice = { setVariableData: [...setVariableData, ...setVariableData] }
      const failure = yield* Effect.flip(station.call("SetVariables", twice))
      assert.deepInclude(failure, { _tag: "NotSent", reason: "InvalidRequest" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("variables of other components and other attributes are none of its business", () =>
    Effect.gen(function* () {
      const station = yield* add()
      const fake = yield* enter(tls())
      fake.boot()
      const [item] = setPassword("short").setVariableData
      if (item === undefined) return assert.fail()
      for (const one of [
        { ...item, component: { name: "Other" } },
        { ...item, attributeType: "Target" as const }
      ]) {
        const call = yield* untilCalled(fake, station.call("SetVariables", { setVariableData: [one] }))
        fake.reply(passwordResult("Rejected"))
        yield* Fiber.join(call)
      }
      assert.strictEqual(yield* letIn, "old")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("R-047: what is stored", () => {
  const options: CsmsOptions = { callTimeout: "10 seconds" }

  it.effect("the new password is stored before it is sent", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      yield* store.csms(
        Effect.gen(function* () {
          const station = yield* add()
          const fake = yield* enter(tls())
          fake.boot()
          store.isSlow = true
          const saves = store.log.length
          const change = yield* begin(station.call("SetVariables", setPassword()))
          yield* Effect.repeat(Effect.yieldNow, { until: () => store.log.length > saves })
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
            const station = yield* add()
            const fake = yield* enter(tls())
            fake.boot()
            store.isSlow = true
            const saves = store.log.length
            const change = yield* begin(station.call("SetVariables", setPassword()))
            yield* Effect.repeat(Effect.yieldNow, { until: () => store.log.length > saves })
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
          const station = yield* add()
          const fake = yield* enter(tls())
          fake.boot()
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

  /** A life of a CSMS over the store, that ends without a word: as if it had crashed, nothing is saved any more. */
  const crash = (store: TestStore) => {
    const texts = new Map(store.texts)
    return Effect.sync(() => {
      store.texts.clear()
      for (const [key, text] of texts) store.texts.set(key, text)
    })
  }

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
          const { change, fake } = yield* changing
          fake.reply(passwordResult("Accepted"))
          yield* Fiber.join(change)
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
      const { change, fake } = yield* changing
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
      yield* add("set-by-the-operator")
      assert.strictEqual(yield* letIn, "")
      assert.strictEqual(yield* statusOf(tls("set-by-the-operator")), 101)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("an application that puts the new hash into its directory wins, and nothing changes for the station", () =>
    Effect.gen(function* () {
      const { change, fake } = yield* changing
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
      const csms = yield* Csms
      const passwordHash = yield* hashPassword(newPassword, { iterations: 1000 })
      yield* csms.addStation({ identity: "CS-1", securityProfile: 2, passwordHash })
      assert.strictEqual(yield* letIn, "new")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("removing the station forgets the change", () =>
    Effect.gen(function* () {
      const { change, fake } = yield* changing
      fake.reply(passwordResult("Accepted"))
      yield* Fiber.join(change)
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
        const station = yield* add()
        const fake = yield* enter(tls())
        fake.boot()
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
