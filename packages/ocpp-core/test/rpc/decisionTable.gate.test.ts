/** Rows 15 and 16 of the decision table, end to end: ids seen before, and the boot gate. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Handlers } from "../../src/index.ts"
import {
  answerTo,
  sent,
  start,
  status,
  untouched,
  whileCalling,
  withLink,
  withoutWording,
  withStation,
  type World
} from "./support.ts"

describe("§9, row 15: an id that was seen before", () => {
  const suspended: Handlers = { DataTransfer: () => Effect.never }
  const transfer = (id: string, data: number) =>
    JSON.stringify([2, id, "DataTransfer", { vendorId: "V", data: { data } }])

  it.effect("§9 row 15 (R-094): the same CALL again is not answered twice", () =>
    whileCalling(
      (world) =>
        Effect.sync(() => {
          for (let i = 0; i < 3; i++) world.fake.say(transfer("a", 1))
          assert.deepStrictEqual(sent(world.fake), [])
          untouched(world)
        }),
      suspended
    )
  )

  it.effect("§9 row 15 (R-095): another CALL under an id in use gets RpcFrameworkError", () =>
    whileCalling(
      (world) =>
        Effect.sync(() => {
          world.fake.say(transfer("a", 1))
          world.fake.say(transfer("a", 2))
          assert.deepStrictEqual(withoutWording(sent(world.fake)), [[4, "a", "RpcFrameworkError", {}]])
          untouched(world)
        }),
      suspended
    )
  )

  it.effect("§9 row 15 (R-096): a CALL that was answered gets the same answer again", () =>
    whileCalling((world) =>
      Effect.sync(() => {
        world.fake.say(transfer("a", 1))
        world.fake.say(transfer("a", 1))
        const answer = [3, "a", { status: "UnknownVendorId" }]
        assert.deepStrictEqual(sent(world.fake), [answer, answer])
        untouched(world)
      })
    )
  )
})

/** A station with this answer to its BootNotification. */
const registered = (registration: "Pending" | "Rejected"): Handlers => ({
  BootNotification: () => Effect.succeed({ status: registration, currentTime: "2026-01-01T00:00:00Z", interval: 60 })
})

describe("§9, row 16: the boot gate", () => {
  it.effect("§9 row 16 (R-150, B03.FR.07): while Rejected every CALL but BootNotification gets SecurityError", () =>
    withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (const action of ["Heartbeat", "TransactionEvent", "SignCertificate", "SecurityEventNotification"]) {
            fake.call(action, {}, action)
            assert.deepStrictEqual(withoutWording(sent(fake)), [[4, action, "SecurityError", {}]])
          }
          assert.deepInclude(fake.boot(), { status: "Rejected" })
          assert.isUndefined(fake.closed)
        }),
      registered("Rejected")
    )
  )

  it.effect("§9 row 16 (R-150, B02.FR.09): while Pending what was not asked for gets SecurityError", () =>
    withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (const action of ["Heartbeat", "StatusNotification", "NotifyReport", "Authorize", "DataTransfer"]) {
            fake.call(action, {}, action)
            assert.deepStrictEqual(withoutWording(sent(fake)), [[4, action, "SecurityError", {}]])
          }
          assert.deepInclude(fake.boot(), { status: "Pending" })
          assert.isUndefined(fake.closed)
        }),
      registered("Pending")
    )
  )

  it.effect("§9 row 16 (R-150, B02.FR.02): while Pending what was triggered passes, once", () =>
    withStation(
      (world) =>
        Effect.gen(function* () {
          const { fake, station } = world
          yield* start(station.call("TriggerMessage", { requestedMessage: "Heartbeat" }))
          fake.reply({ status: "Accepted" })
          assert.property(answerTo(world, "Heartbeat", {}), "currentTime")
          assert.strictEqual(answerTo(world, "Heartbeat", {}), "SecurityError")
        }),
      registered("Pending")
    )
  )

  it.effect("§9 row 16 (R-185): without registration on record a CALL is served, or refused, as it is set", () =>
    Effect.gen(function* () {
      const ask = (world: Pick<World, "fake">) => answerTo(world, "StatusNotification", status())
      yield* withLink((world) => Effect.sync(() => assert.deepStrictEqual(ask(world), {})))
      yield* withLink(
        (world) => Effect.sync(() => assert.strictEqual(ask(world), "SecurityError")),
        {},
        {
          unknownRegistration: "reject"
        }
      )
      yield* withLink(
        (world) =>
          Effect.sync(() => {
            assert.deepStrictEqual(ask(world), {})
            assert.deepStrictEqual(world.fake.lastCall.slice(2), [
              "TriggerMessage",
              { requestedMessage: "BootNotification" }
            ])
          }),
        {},
        { unknownRegistration: "triggerBoot" }
      )
    })
  )

  it.effect("§9 row 16 leaves our outstanding CALL alone", () =>
    withStation(
      ({ fake, station }) =>
        Effect.gen(function* () {
          const call = yield* start(
            station.call("GetVariables", { getVariableData: [{ component: { name: "C" }, variable: { name: "V" } }] })
          )
          fake.call("Authorize", { idToken: { idToken: "1", type: "Local" } }, "a")
          assert.deepStrictEqual(withoutWording(sent(fake).slice(1)), [[4, "a", "SecurityError", {}]])
          assert.isUndefined(call.pollUnsafe())
        }),
      registered("Pending")
    )
  )
})
