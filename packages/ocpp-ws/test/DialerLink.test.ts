/** The link of a station that dialed over `ws`: its limits, its end, and the pings. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { DialedLink } from "../src/dial/DialedLink.ts"
import type { WsDialer } from "../src/index.ts"
import { bareCsms, dialing, requestTo } from "./dialers.ts"

describe("the link", () => {
  const connected = Effect.fnUntraced(function* (options: WsDialer.WsDialerOptions = {}) {
    const csms = yield* bareCsms()
    const station = yield* Effect.flatMap(dialing(options), ({ dial }) => dial(requestTo(csms.url)))
    return { station, ...(yield* csms.next) }
  })

  it.effect("a message longer than maxMessageBytes closes with 1009 (R-012)", () =>
    Effect.gen(function* () {
      const { station, ws } = yield* connected({ maxMessageBytes: 100 })
      const code = Deferred.makeUnsafe<number>()
      ws.on("close", (closed) => Deferred.doneUnsafe(code, Exit.succeed(closed)))
      ws.send("x".repeat(101))
      assert.strictEqual(yield* Deferred.await(code), 1009)
      assert.match(yield* station.next, /^closed/)
      assert.isFalse(station.link.send("late"))
    })
  )

  it.effect("the release of the layer closes what is open with 1001", () =>
    Effect.gen(function* () {
      const csms = yield* bareCsms()
      yield* Effect.scoped(Effect.flatMap(dialing(), ({ dial }) => dial(requestTo(csms.url))))
      const { ws } = yield* csms.next
      assert.strictEqual(ws.readyState, ws.CLOSED)
    })
  )

  const pinged = Effect.fnUntraced(function* (answers: boolean) {
    const { station, ws } = yield* connected()
    let pings = 0
    const first = Deferred.makeUnsafe<void>()
    Object.assign(ws, { _autoPong: answers })
    ws.on("ping", () => {
      pings++
      Deferred.doneUnsafe(first, Exit.void)
    })
    return { station, ws, pings: () => pings, first: Deferred.await(first) }
  })

  it.effect("R-235: a silent CSMS is pinged after the interval and cut off after another one", () =>
    Effect.gen(function* () {
      const { first, pings, station } = yield* pinged(false)
      station.ping(10)
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(pings(), 0)
      yield* TestClock.adjust("1 seconds")
      yield* first
      yield* TestClock.adjust("9 seconds")
      assert.isTrue(station.link.send("still open"))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* station.next, "closed 1006")
      assert.strictEqual(pings(), 1)
    })
  )

  it.effect("R-235: any message is a sign of life, and 0 stops the pings", () =>
    Effect.gen(function* () {
      const { pings, station, ws } = yield* pinged(false)
      station.ping(10)
      for (let second = 0; second < 60; second += 5) {
        ws.send("life")
        assert.strictEqual(yield* station.next, "life")
        yield* TestClock.adjust("5 seconds")
      }
      assert.strictEqual(pings(), 0)
      station.ping(0)
      yield* TestClock.adjust("1 hour")
      ws.send("still there")
      assert.strictEqual(yield* station.next, "still there")
    })
  )

  it.effect("R-235: a CSMS that answers stays", () =>
    Effect.gen(function* () {
      const { first, station, ws } = yield* pinged(true)
      station.ping(10)
      yield* TestClock.adjust("10 seconds")
      yield* first
      ws.send("behind the pong") // in the order of the wire
      assert.strictEqual(yield* station.next, "behind the pong")
      yield* TestClock.adjust("19 seconds")
      assert.isTrue(station.link.send("still open"))
    })
  )
})

describe("R-235: looks", () => {
  /** A link at which looks can be taken by hand, four for each interval of 8 seconds. */
  const looked = () => {
    const state = { now: 0, pings: 0, cut: false, next: 0 }
    const tcp = { bytesRead: 0 }
    const ws = { readyState: 1, isPaused: false, ping: () => state.pings++, terminate: () => (state.cut = true) }
    const nothing = () => undefined
    const deadlines = { add: (_: unknown, after: number) => (state.next = after), remove: nothing }
    const host = { now: () => state.now, deadlines, limitReached: nothing }
    const link = new DialedLink(ws as never, tcp as never, host as never, "CS-1")
    link.ping(8)
    const look = (event: "byte" | "quiet" | "stall") => {
      if (event === "byte") tcp.bytesRead++
      state.now += event === "stall" ? 60_000 : 2000
      if (!state.cut) link.expire()
    }
    return { link, state, look }
  }

  it("two quiet intervals cut the link off, and nothing less does: all sequences of 12 looks", () => {
    const wrong: Array<string> = []
    for (let bits = 0; bits < 2 ** 12; bits++) {
      const { look, state } = looked()
      const looks = bits.toString(2).padStart(12, "0")
      for (const bit of looks) look(bit === "1" ? "byte" : "quiet")
      const longest = Math.max(...looks.split("1").map((quiet) => quiet.length))
      // The look that sees a byte may come up to a quarter of an interval after it.
      if (longest < 7 ? state.cut : longest >= 8 && !state.cut) wrong.push(looks)
    }
    assert.deepStrictEqual(wrong, [])
  })

  it("a new interval counts from when it was set", () => {
    const { link, look, state } = looked()
    for (let quiet = 0; quiet < 6; quiet++) look("quiet")
    assert.deepInclude(state, { pings: 1, cut: false })
    link.ping(8)
    assert.strictEqual(state.next, 2000)
    for (let quiet = 0; quiet < 4; quiet++) look("quiet")
    assert.deepInclude(state, { pings: 2, cut: false })
  })

  it("a process that stood still does not count the time as silence", () => {
    const { look, state } = looked()
    for (let round = 0; round < 20; round++) {
      state.next = 0
      look("stall")
      assert.deepInclude(state, { pings: 0, cut: false, next: 2000 })
    }
  })
})
