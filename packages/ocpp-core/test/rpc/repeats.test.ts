/** A CALL that comes again before it is answered: attached or refused. */
import { assert, describe, it } from "@effect/vitest"
import type { BootNotificationResponse } from "@wattline/ocpp-v201"
import { Effect } from "effect"
import type { Handlers } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { sent, transfer, transferred, withoutWording, withStation } from "./support.ts"

/** DataTransfer is answered when the test says so, with how often it was handled. */
const suspended = () => {
  let count = 0
  const finish: Array<() => void> = []
  const handlers: Handlers = {
    DataTransfer: () => {
      const data = { count: ++count }
      return Effect.callback((resume) => {
        finish.push(() => resume(Effect.succeed({ status: "Accepted", data })))
      })
    }
  }
  return { handlers, handled: () => count, finish: () => finish.shift()?.() }
}

describe("R-094: a CALL that comes again before its answer", () => {
  it.effect("R-094: is handled once and answered once", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (let i = 0; i < 3; i++) assert.isUndefined(transfer(fake, "a"))
          finish()
          assert.deepStrictEqual([sent(fake), handled()], [[transferred("a", 1)], 1])
        }),
      handlers
    )
  })

  it.effect("R-094: also while it waits for its turn", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (const id of ["a", "b", "b", "a"]) assert.isUndefined(transfer(fake, id))
          finish()
          finish()
          assert.deepStrictEqual([sent(fake), handled()], [[transferred("a", 1), transferred("b", 2)], 2])
        }),
      handlers
    )
  })

  it.effect("R-094: is answered on the connection that brought it last, when the link was replaced", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.gen(function* () {
          transfer(fake, "a")
          const newer = yield* FakeStation.connect("CS-1")
          assert.deepStrictEqual(fake.closed, { code: 1000, reason: "replaced" })
          transfer(newer, "a")
          finish()
          assert.deepStrictEqual([sent(fake), sent(newer), handled()], [[], [transferred("a", 1)], 1])
        }),
      handlers
    )
  })

  it.effect("R-094: … or when the link was lost and opened again", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.gen(function* () {
          transfer(fake, "a")
          fake.vanish()
          transfer(yield* FakeStation.connect("CS-1"), "a")
          const newest = yield* FakeStation.connect("CS-1")
          transfer(newest, "a")
          finish()
          assert.deepStrictEqual([sent(newest), handled()], [[transferred("a", 1)], 1])
        }),
      handlers
    )
  })

  it.effect("R-094, R-182: the answer to a CALL whose link was replaced is kept for when it comes again", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.gen(function* () {
          transfer(fake, "a")
          const newer = yield* FakeStation.connect("CS-1")
          finish()
          assert.deepStrictEqual([sent(fake), sent(newer)], [[], []])
          assert.deepStrictEqual([transfer(newer, "a"), handled()], [transferred("a", 1), 1])
        }),
      handlers
    )
  })

  it.effect("R-094: a BootNotification attaches within one connection only", () => {
    let booted = 0
    const finish: Array<() => void> = []
    const response: BootNotificationResponse = { status: "Accepted", currentTime: "2026-01-01T00:00:00Z", interval: 60 }
    const boot = { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } }
    return withStation(
      ({ fake }) =>
        Effect.gen(function* () {
          const first = booted // the station of this test has booted already
          finish.shift()?.()
          sent(fake)
          for (let i = 0; i < 2; i++) fake.call("BootNotification", boot, "b")
          assert.strictEqual(booted, first + 1)
          const newer = yield* FakeStation.connect("CS-1")
          newer.call("BootNotification", boot, "b")
          assert.strictEqual(booted, first + 2)
          for (const go of finish) go()
          assert.deepStrictEqual([sent(fake), sent(newer)], [[], [[3, "b", response]]])
        }),
      {
        BootNotification: () => {
          booted++
          return Effect.callback((resume) => {
            finish.push(() => resume(Effect.succeed(response)))
          })
        }
      }
    )
  })
})

describe("R-095: another CALL under the id of one that is being handled", () => {
  it.effect("R-095: on the same connection it gets RpcFrameworkError, and the first one its answer", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          transfer(fake, "a", 1)
          assert.deepStrictEqual(transfer(fake, "a", 2), [4, "a", "RpcFrameworkError", {}])
          fake.call("Heartbeat", {}, "a")
          assert.deepStrictEqual(withoutWording(sent(fake)), [[4, "a", "RpcFrameworkError", {}]])
          finish()
          assert.deepStrictEqual([sent(fake), handled()], [[transferred("a", 1)], 1])
        }),
      handlers
    )
  })

  it.effect("R-095: on another connection it is a new CALL and waits for its turn", () => {
    const { finish, handled, handlers } = suspended()
    return withStation(
      ({ fake }) =>
        Effect.gen(function* () {
          transfer(fake, "a", 1)
          const newer = yield* FakeStation.connect("CS-1")
          assert.isUndefined(transfer(newer, "a", 2))
          finish()
          assert.deepStrictEqual([sent(newer), handled()], [[], 2])
          finish()
          assert.deepStrictEqual([sent(fake), sent(newer)], [[], [transferred("a", 2)]])
        }),
      handlers
    )
  })
})
