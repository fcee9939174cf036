/** What a thousand stations leave behind: nothing. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Stations } from "@wattline/ocpp-station"
import { makeEV, VirtualStations } from "@wattline/ocpp-station/virtual"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { VirtualProcess } from "../../src/virtual/VirtualProcess.ts"
import { pass } from "./Site.ts"

setFlagsFromString("--expose-gc")
const gc = runInNewContext("gc") as () => void

const count = 1_000
const identityOf = (index: number): string => `CS-${index}`

/** Both ends without a station. */
const ends = Effect.gen(function* () {
  yield* TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))
  const context = yield* Layer.build(
    Stations.layer.pipe(
      Layer.provideMerge(MemoryDialer.layer),
      Layer.provideMerge(MemoryTransport.layer),
      Layer.provideMerge(Csms.layer({ authorize: () => Effect.succeed({ status: "Accepted" }) }))
    )
  )
  const { addStation } = Context.get(context, Csms)
  for (let index = 0; index < count; index++) yield* addStation({ identity: identityOf(index), securityProfile: 0 })
  return { context, host: Context.get(context, Stations).host }
})

/** Fails while more than a few of them are still in memory; what the optimiser still holds in a register is no leak. */
const collected = (refs: ReadonlyArray<WeakRef<object>>) =>
  Effect.gen(function* () {
    let left = refs.length
    for (let round = 0; round < 10 && left > 5; round++) {
      yield* Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))
      gc()
      left = refs.filter((ref) => ref.deref() !== undefined).length
    }
    assert.isAtMost(left, 5)
  })

describe("a thousand stations that came and went", () => {
  it.effect("virtual stations with sessions leave no deadline and no object behind", () =>
    Effect.gen(function* () {
      const { context, host } = yield* ends
      const refs: Array<WeakRef<object>> = []
      yield* Effect.gen(function* () {
        for (let index = 0; index < count; index++) {
          const { controls } = yield* VirtualStations.start({ identity: identityOf(index), url: "ws://csms/ocpp" })
          refs.push(new WeakRef(controls))
        }
        yield* pass(5)
        for (const [index, ref] of refs.entries()) {
          const controls = ref.deref() as VirtualProcess
          if (index % 2 === 0) controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
          if (index % 4 === 0) controls.present({ idToken: "04A2E8B1C39D80", type: "ISO14443" }, 1)
        }
        yield* pass(10)
        assert.isAbove(host.deadlines.size, count)
        assert.strictEqual(host.counters.open, count)
      }).pipe(Effect.scoped, Effect.provide(context))
      yield* pass(10)
      assert.deepStrictEqual([host.deadlines.size, host.counters.open], [0, 0])
      yield* collected(refs)
    })
  )

  it.effect("clients that call, listen and wait leave no deadline and no object behind", () =>
    Effect.gen(function* () {
      const { context, host } = yield* ends
      const refs: Array<WeakRef<object>> = []
      yield* Effect.gen(function* () {
        const { connect } = yield* Stations
        for (let index = 0; index < count; index++) {
          const client = yield* connect({
            identity: identityOf(index),
            url: "ws://csms/ocpp",
            chargingStation: { model: "Test", vendorName: "Wattline" }
          })
          refs.push(new WeakRef(client))
          yield* client.subscribe
          yield* Effect.forkScoped(Effect.andThen(client.accepted, client.call("Heartbeat", {})))
        }
        yield* pass(1)
        assert.strictEqual(host.counters.open, count)
      }).pipe(Effect.scoped, Effect.provide(context))
      yield* pass(10)
      assert.deepStrictEqual([host.deadlines.size, host.counters.open], [0, 0])
      yield* collected(refs)
    })
  )
})
