/** Handlers: whose they are, what they need, when they run, and what happens after them. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Acceptor, Csms, type Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { requests } from "./requests.ts"
import { booted, statusNotification, token, transactionEvent } from "./support.ts"

class Inventory extends Context.Service<Inventory, { readonly vendorId: string }>()("test/Inventory") {}

const data = (from: string) => ({ status: "Accepted", data: { from } }) as const

/** Answers DataTransfer with what the inventory says. */
const byInventory: Handlers<Inventory> = {
  DataTransfer: Effect.fnUntraced(function* () {
    return data((yield* Inventory).vendorId)
  })
}

const answers = (vendorId: string): Handlers => ({ DataTransfer: () => Effect.succeed(data(vendorId)) })

const transfer = (fake: FakeStation) => fake.answerTo(fake.call("DataTransfer", requests.DataTransfer))?.[0]

describe("whose handlers", () => {
  it.effect("those of the CSMS serve all stations, and know who asks", () =>
    Effect.gen(function* () {
      const one = yield* booted("CS-1")
      const two = yield* booted("CS-2")
      yield* TestClock.adjust("7 seconds")
      assert.deepStrictEqual(transfer(one.fake), data("CS-1 s2 7000"))
      assert.deepStrictEqual(transfer(two.fake), data("CS-2 s2 7000"))
    }).pipe(
      Effect.provide(
        Csms.layer({
          DataTransfer: (_request, { messageId, receivedAt, station }) =>
            Effect.succeed(data(`${station.identity} ${messageId} ${receivedAt}`))
        })
      )
    )
  )

  it.effect("those of a station go on top of them, action by action", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      yield* csms.addStation({ identity: "CS-1", securityProfile: 0, handlers: answers("own") })
      yield* csms.addStation({ identity: "CS-2", securityProfile: 0 })
      const [one, two] = [yield* FakeStation.connect("CS-1"), yield* FakeStation.connect("CS-2")]
      assert.deepStrictEqual([transfer(one), transfer(two)], [data("own"), data("common")])
      for (const fake of [one, two])
        assert.deepStrictEqual(fake.answerTo(fake.call("Authorize", token)), [{ idTokenInfo: { status: "Blocked" } }])
    }).pipe(
      Effect.provide(
        Csms.layer({ ...answers("common"), Authorize: () => Effect.succeed({ idTokenInfo: { status: "Blocked" } }) })
      )
    )
  )

  it.effect("adding a station again replaces its handlers, also while it is connected", () =>
    Effect.gen(function* () {
      const { csms, fake } = yield* booted()
      assert.deepStrictEqual(transfer(fake), { status: "UnknownVendorId" })
      yield* csms.addStation({ identity: "cs-1", securityProfile: 0, handlers: answers("new") })
      assert.deepStrictEqual(transfer(fake), data("new"))
      yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
      assert.deepStrictEqual(transfer(fake), { status: "UnknownVendorId" })
      assert.strictEqual((yield* csms.stations).length, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("a factory is run by addStation", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      let runs = 0
      const factory = Effect.sync(() => answers(`made ${++runs}`))
      yield* csms.addStation({ identity: "CS-1", securityProfile: 0, handlers: factory })
      const fake = yield* FakeStation.connect("CS-1")
      assert.deepStrictEqual([transfer(fake), transfer(fake)], [data("made 1"), data("made 1")])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("a factory that fails fails addStation, and the station is not added", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      const failure = yield* Effect.flip(
        csms.addStation({ identity: "CS-1", securityProfile: 0, handlers: Effect.fail("no handlers today" as const) })
      )
      assert.strictEqual(failure, "no handlers today")
      assert.deepStrictEqual(yield* csms.stations, [])
      assert.deepInclude(yield* Effect.flip(csms.station("CS-1")), { _tag: "UnknownStation" })
      const request = { target: "/CS-1", protocols: "ocpp2.0.1", authorization: undefined, remoteAddress: undefined }
      const admission = yield* (yield* Acceptor).admit({ ...request, secure: false })
      assert.deepInclude(admission, { _tag: "Refused", status: 404 })
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("what handlers need", () => {
  it.effect("services for the handlers of the CSMS come from its layer", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(transfer(fake), data("of the layer"))
    }).pipe(
      Effect.provide(
        Csms.layer(byInventory).pipe(Layer.provide(Layer.succeed(Inventory, { vendorId: "of the layer" })))
      )
    )
  )

  it.effect("services for the handlers of a station come from addStation", () =>
    Effect.gen(function* () {
      const csms = yield* Csms
      for (const vendorId of ["one", "two"])
        yield* csms
          .addStation({ identity: vendorId, securityProfile: 0, handlers: Effect.as(Inventory, byInventory) })
          .pipe(Effect.provideService(Inventory, { vendorId }))
      for (const vendorId of ["one", "two"])
        assert.deepStrictEqual(transfer(yield* FakeStation.connect(vendorId)), data(vendorId))
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("Authorize for TransactionEvent", () => {
  const authorize: Handlers["Authorize"] = ({ idToken }) =>
    Effect.succeed({ idTokenInfo: { status: idToken.idToken === "0123ABCD" ? "Accepted" : "Invalid" } })

  it.effect("C-19, E-3, E01.FR.11: the tokens of TransactionEvents are decided by Authorize", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const ask = (more: object) => fake.answerTo(fake.call("TransactionEvent", transactionEvent(0, more)))
      assert.deepStrictEqual(ask({ ...token }), [{ idTokenInfo: { status: "Accepted" } }])
      assert.deepStrictEqual(ask({ idToken: { idToken: "FF", type: "ISO14443" } }), [
        { idTokenInfo: { status: "Invalid" } }
      ])
      assert.deepStrictEqual(ask({}), [{}])
      assert.deepStrictEqual(ask({ idToken: { idToken: "", type: "NoAuthorization" } }), [
        { idTokenInfo: { status: "Accepted" } }
      ])
    }).pipe(Effect.provide(Csms.layer({ Authorize: authorize })))
  )

  it.effect("a TransactionEvent handler comes before it", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(fake.answerTo(fake.call("TransactionEvent", transactionEvent(0, { ...token }))), [
        { idTokenInfo: { status: "NoCredit" } }
      ])
    }).pipe(
      Effect.provide(
        Csms.layer({
          Authorize: authorize,
          TransactionEvent: () => Effect.succeed({ idTokenInfo: { status: "NoCredit" } })
        })
      )
    )
  )
})

describe("order", () => {
  const seen: Array<string> = []
  const slow = (ms: number) => Effect.delay(Effect.void, ms)
  const watching: Handlers = {
    StatusNotification: ({ evseId }) =>
      Effect.gen(function* () {
        seen.push(`start ${evseId}`)
        if (evseId !== 2) yield* slow(1000)
        seen.push(`end ${evseId}`)
      })
  }

  it.effect("R-109, R-110: one at a time, in the order of the wire, whoever suspends", () =>
    Effect.gen(function* () {
      seen.length = 0
      const { fake } = yield* booted()
      const ids = [1, 2, 3].map((evseId) => fake.call("StatusNotification", statusNotification(evseId)))
      const answered = () => ids.filter((id) => fake.answerTo(id) !== undefined)
      assert.deepStrictEqual([seen.join(), answered()], ["start 1", []])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([seen.join(), answered()], ["start 1,end 1,start 2,end 2,start 3", ids.slice(0, 2)])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        fake.frames.slice(1).map(([, id]) => id),
        ids
      )
    }).pipe(Effect.provide(Csms.layer(watching)))
  )

  it.effect("R-102, R-110: one station does not wait for another", () =>
    Effect.gen(function* () {
      const one = yield* booted("CS-1")
      const two = yield* booted("CS-2")
      const id = one.fake.call("StatusNotification", statusNotification(1))
      assert.deepStrictEqual(two.fake.answerTo(two.fake.call("StatusNotification", statusNotification(2))), [{}])
      assert.isUndefined(one.fake.answerTo(id))
    }).pipe(Effect.provide(Csms.layer(watching, { drain: { grace: 0 } })))
  )

  it.effect("J-1, G-1: a handler of a notification only watches; what it gives is not the answer", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(fake.answerTo(fake.call("Heartbeat", {})), [{ currentTime: "1970-01-01T00:00:00Z" }])
      assert.deepStrictEqual(fake.answerTo(fake.call("MeterValues", requests.MeterValues)), [{}])
    }).pipe(
      Effect.provide(
        Csms.layer({
          Heartbeat: () => Effect.succeed({ currentTime: "2000-01-01T00:00:00Z" }),
          MeterValues: () => Effect.succeed("thanks")
        })
      )
    )
  )

  it.effect("R-101, R-108: a handler calls its own station, and the answers cross", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const id = fake.call("DataTransfer", requests.DataTransfer)
      assert.deepStrictEqual([fake.lastCall[2], fake.answerTo(id)], ["GetLocalListVersion", undefined])
      fake.reply({ versionNumber: 5 })
      assert.deepStrictEqual(fake.answerTo(id), [{ status: "Accepted", data: { versionNumber: 5 } }])
    }).pipe(
      Effect.provide(
        Csms.layer({
          DataTransfer: (_request, { station }) =>
            Effect.map(station.call("GetLocalListVersion", {}), ({ versionNumber }) => ({
              status: "Accepted",
              data: { versionNumber }
            }))
        })
      )
    )
  )
})
