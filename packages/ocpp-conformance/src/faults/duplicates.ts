/** The same thing twice: CALLs, connections, devices; and what comes in another order than it was sent. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { until } from "./Census.ts"
import { allClosed, endOf, faultCase, transfer } from "./faultCase.ts"
import type { FaultHarness } from "./FaultHarness.ts"
import type { RawStation } from "./RawStation.ts"

const call = (id: string, data = "once"): string => JSON.stringify([2, id, "DataTransfer", transfer(data)])

/** The cases about duplicates and reordering. */
export const duplicates = (harness: FaultHarness): void => {
  faultCase(
    harness,
    "R-094: a CALL that comes again while it is handled gets one answer and is handled once",
    Effect.fnUntraced(function* (bench) {
      yield* bench.gate.close
      const station = yield* bench.booted("CS-1")
      for (let copy = 0; copy < 5; copy++) station.say(call("twin"))
      station.say(call("last"))
      assert.isTrue(yield* until(() => bench.links[0]?.texts.length === 7), "all have arrived")
      yield* bench.gate.open
      assert.include(yield* station.next, '"twin"')
      assert.include(yield* station.next, '"last"')
      assert.deepStrictEqual(bench.handled, ["twin", "last"])
    })
  )

  faultCase(
    harness,
    "R-093, R-096: a CALL that comes again after its answer gets the same answer and is not handled again",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1")
      station.say(call("twin"))
      const answer = yield* station.next
      station.say(call("twin"))
      assert.strictEqual(yield* station.next, answer)
      assert.deepStrictEqual(bench.handled, ["twin"])
    })
  )

  faultCase(
    harness,
    "R-094, R-182: a CALL repeated on the next link while it is handled is answered there, once",
    Effect.fnUntraced(function* (bench) {
      yield* bench.gate.close
      const lost = yield* bench.booted("CS-1")
      lost.say(call("twin"))
      assert.isTrue(yield* until(() => bench.handled.length === 1), "the handler runs")
      lost.cut("RST")
      yield* allClosed(bench)
      const next = yield* bench.station("CS-1")
      next.say(call("twin"))
      next.say(call("last"))
      assert.isTrue(yield* until(() => bench.links[1]?.texts.length === 2), "both have arrived")
      yield* bench.gate.open
      assert.include(yield* next.next, '"twin"')
      assert.include(yield* next.next, '"last"')
      assert.deepStrictEqual(bench.handled, ["twin", "last"])
    })
  )

  faultCase(
    harness,
    "R-096: a CALL repeated on the next link after its answer was lost gets the stored answer",
    Effect.fnUntraced(function* (bench) {
      const lost = yield* bench.booted("CS-1")
      lost.socket.pause() // the answer is on its way, the station will never read it
      lost.say(call("twin"))
      assert.isTrue(yield* until(() => bench.handled.length === 1), "it is handled")
      lost.cut("RST")
      yield* allClosed(bench)
      const next = yield* bench.station("CS-1")
      next.say(call("twin"))
      assert.include(yield* next.next, '"twin"')
      assert.deepStrictEqual(bench.handled, ["twin"])
    })
  )

  faultCase(
    harness,
    "R-186, R-187: a BootNotification on the new link before the last frames of the old one: the old ones are nobody's",
    Effect.fnUntraced(function* (bench) {
      const old = yield* bench.booted("CS-1", { answersClose: false })
      const fresh = yield* bench.booted("CS-1")
      assert.strictEqual(bench.links.length, 2)
      old.say(call("from-the-past"))
      assert.strictEqual((yield* old.closed).reason, "replaced")
      assert.isTrue(yield* until(() => bench.links[0]?.code !== undefined), "the old link is closed")
      const view = yield* bench.view("CS-1")
      assert.deepStrictEqual([view.state, view.connected, view.epoch], ["Accepted", true, 2])
      assert.deepStrictEqual(bench.handled, [])
      assert.strictEqual(old.unread, 0)
      assert.property((yield* fresh.call("Heartbeat", {}))[2], "currentTime")
    })
  )

  faultCase(
    harness,
    "R-187: the abrupt end of a replaced link touches nothing of the new session",
    Effect.fnUntraced(function* (bench) {
      const old = yield* bench.booted("CS-1", { answersClose: false })
      yield* bench.gate.close
      old.say(call("in-flight"))
      assert.isTrue(yield* until(() => bench.handled.length === 1), "the handler runs")
      const fresh = yield* bench.station("CS-1")
      old.cut("RST")
      assert.isTrue(yield* until(() => bench.links[0]?.code !== undefined), "the old link is closed")
      yield* bench.gate.open
      assert.property((yield* fresh.call("Heartbeat", {}))[2], "currentTime")
      assert.isFalse(
        bench.events.some((event) => event._tag === "Disconnected"),
        "no session has ended but the replaced"
      )
    })
  )

  faultCase(
    harness,
    "R-186: of 20 simultaneous connections of one identity the last admitted survives, the others are closed as replaced",
    Effect.fnUntraced(function* (bench) {
      const stations = yield* Effect.forEach(Array.from({ length: 20 }), () => bench.station("CS-1"), {
        concurrency: "unbounded"
      })
      const gone = (): ReadonlyArray<RawStation> => stations.filter(({ socket }) => socket.destroyed)
      assert.isTrue(yield* until(() => gone().length === 19), "19 of 20 are closed")
      for (const station of gone()) assert.deepInclude(yield* station.closed, { code: 1000, reason: "replaced" })
      const survivor = stations.find((station) => !station.socket.destroyed)
      assert.property((yield* survivor?.call("Heartbeat", {}) ?? Effect.die("nobody survived"))[2], "currentTime")
      assert.lengthOf(bench.links.at(-1)?.texts ?? [], 1, "the survivor is the link that was opened last")
      assert.strictEqual(yield* bench.connections, 1)
      assert.lengthOf(
        bench.events.filter(({ _tag }) => _tag === "Replaced"),
        19
      )
    })
  )

  faultCase(
    harness,
    "R-186: two devices that fight over one identity replace each other every time, and the last one is served",
    Effect.fnUntraced(function* (bench) {
      const rounds = 40
      let last = yield* bench.booted("CS-1")
      for (let round = 1; round < rounds; round++) {
        const rival = yield* bench.station("CS-1")
        assert.deepInclude(yield* last.closed, { code: 1000, reason: "replaced" })
        last = rival
      }
      assert.property((yield* last.call("Heartbeat", {}))[2], "currentTime")
      assert.lengthOf(
        bench.events.filter(({ _tag }) => _tag === "Replaced"),
        rounds - 1
      )
      last.cut("FIN")
      assert.strictEqual(yield* endOf(bench, `CS-1#${rounds}`), 1006)
      assert.strictEqual((yield* bench.view("CS-1")).state, "Offline")
    })
  )
}
