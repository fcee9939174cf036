/** A CALL that comes again after it was answered: answered from memory. */
import { assert, describe, it } from "@effect/vitest"
import type { BootNotificationResponse } from "@wattline/ocpp-v201"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { type Acceptor, type CsmsOptions, type Handlers, refuse } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { sent, transfer, transferred, withStation, type World } from "./support.ts"

/** DataTransfer is answered at once with how often it was handled. */
const counting = (): Handlers => {
  let count = 0
  return { DataTransfer: () => Effect.sync(() => ({ status: "Accepted", data: { count: ++count } }) as const) }
}

const withCounting = (body: (world: World) => Effect.Effect<void, unknown, Acceptor>, options?: CsmsOptions) =>
  withStation(body, counting(), options)

describe("R-096: a CALL that comes again after its answer", () => {
  it.effect("R-093, R-096: gets the same answer, and is not handled again", () =>
    withCounting(({ fake }) =>
      Effect.sync(() => {
        for (let i = 0; i < 3; i++) assert.deepStrictEqual(transfer(fake, "a"), transferred("a", 1))
      })
    )
  )

  it.effect("R-096: on another connection too", () =>
    withCounting(({ fake }) =>
      Effect.gen(function* () {
        transfer(fake, "a")
        fake.vanish()
        assert.deepStrictEqual(transfer(yield* FakeStation.connect("CS-1"), "a"), transferred("a", 1))
      })
    )
  )

  it.effect("R-096: with another payload under the same id it is a new CALL", () =>
    withCounting(({ fake }) =>
      Effect.sync(() => {
        assert.deepStrictEqual(
          [transfer(fake, "a", 1), transfer(fake, "a", 2), transfer(fake, "b", 1)],
          [transferred("a", 1), transferred("a", 2), transferred("b", 3)]
        )
      })
    )
  )

  it.effect("R-096: stations do not share their answers", () =>
    withStation(
      ({ csms, fake }) =>
        Effect.gen(function* () {
          yield* csms.addStation({ identity: "CS-2", securityProfile: 0 })
          const other = yield* FakeStation.connect("CS-2")
          assert.deepStrictEqual(
            [transfer(fake, "a"), transfer(other, "a")],
            [transferred("a", 1), transferred("a", 2)]
          )
        }),
      counting()
    )
  )

  it.effect("R-096: answers are kept for 5 minutes, and not longer", () =>
    withCounting(({ fake }) =>
      Effect.gen(function* () {
        transfer(fake, "a")
        yield* TestClock.adjust("299 seconds")
        assert.deepStrictEqual(transfer(fake, "a"), transferred("a", 1))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(transfer(fake, "a"), transferred("a", 2))
      })
    )
  )

  it.effect("R-096: how long and how many answers are kept can be set", () =>
    withCounting(
      ({ fake }) =>
        Effect.gen(function* () {
          const asked = ["a", "b", "c", "c", "b", "a"].map((id) => transfer(fake, id))
          assert.deepStrictEqual(asked, [
            transferred("a", 1),
            transferred("b", 2),
            transferred("c", 3),
            transferred("c", 3),
            transferred("b", 2),
            transferred("a", 4)
          ])
          yield* TestClock.adjust("10 seconds")
          assert.deepStrictEqual(transfer(fake, "c"), transferred("c", 5))
        }),
      { maxAnswers: 2, answerWindow: "10 seconds" }
    )
  )

  it.effect("R-096: Heartbeats do not push other answers out of the memory", () =>
    withCounting(
      ({ fake }) =>
        Effect.sync(() => {
          transfer(fake, "a")
          for (let i = 0; i < 5; i++) fake.call("Heartbeat", {}, `h${i}`)
          sent(fake)
          assert.deepStrictEqual(transfer(fake, "a"), transferred("a", 1))
        }),
      { maxAnswers: 1 }
    )
  )

  it.effect("R-096: a CALL that got a CALLERROR is judged afresh", () => {
    let calls = 0
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          assert.deepStrictEqual(transfer(fake, "a"), [4, "a", "InternalError", {}])
          assert.deepStrictEqual(transfer(fake, "a"), [3, "a", { status: "Accepted" }])
          fake.call("Heartbeat", { wrong: true }, "b")
          fake.call("Heartbeat", {}, "b")
          assert.deepStrictEqual(
            sent(fake).map(([type]) => type),
            [4, 3]
          )
        }),
      {
        DataTransfer: () =>
          Effect.suspend(() =>
            ++calls === 1 ? refuse("InternalError") : Effect.succeed({ status: "Accepted" as const })
          )
      }
    )
  })

  it.effect("R-096, R-175: a Heartbeat is never answered from memory: each answer has the time of its writing", () =>
    withStation(({ fake }) =>
      Effect.gen(function* () {
        fake.call("Heartbeat", {}, "a")
        yield* TestClock.adjust("10 seconds")
        fake.call("Heartbeat", {}, "a")
        assert.deepStrictEqual(
          sent(fake).map(([, , payload]) => payload),
          ["1970-01-01T00:00:00Z", "1970-01-01T00:00:10Z"].map((currentTime) => ({ currentTime }))
        )
      })
    )
  )

  it.effect("R-096: a BootNotification is never answered from memory: each answer is the present decision", () => {
    const decisions = ["Pending", "Rejected", "Accepted"] as const
    let boots = 0
    const boot = { reason: "PowerUp", chargingStation: { model: "M1", vendorName: "V" } }
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (let i = 0; i < 2; i++) fake.call("BootNotification", boot, "s1")
          assert.deepStrictEqual(
            sent(fake).map(([, , payload]) => (payload as BootNotificationResponse).status),
            ["Rejected", "Accepted"]
          )
        }),
      {
        BootNotification: () =>
          Effect.sync(() => ({
            status: decisions[boots++] ?? "Rejected",
            currentTime: "2026-01-01T00:00:00Z",
            interval: 60
          }))
      }
    )
  })

  it.effect("R-096: a BootNotification empties the memory: a station that boots has forgotten its ids", () =>
    withCounting(({ fake }) =>
      Effect.sync(() => {
        transfer(fake, "a")
        fake.boot()
        sent(fake)
        assert.deepStrictEqual(transfer(fake, "a"), transferred("a", 2))
      })
    )
  )
})
