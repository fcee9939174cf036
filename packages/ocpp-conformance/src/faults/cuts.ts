/** Connections that end where they should not: at every byte of an exchange, in the middle of everything. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { until } from "./Census.ts"
import { allClosed, boot, endOf, faultCase, type FaultBench, requestOf, transfer } from "./faultCase.ts"
import type { FaultHarness } from "./FaultHarness.ts"
import { closeFrame, fragments, textFrame } from "./Frame.ts"
import type { Cut, RawStation } from "./RawStation.ts"

/** What a station sends, and what it then waits for. */
interface Step {
  readonly bytes: Buffer
  readonly answered: (station: RawStation) => Effect.Effect<unknown, unknown>
}

const call = (action: string, payload: object): string => JSON.stringify([2, `id-of-${action}`, action, payload])

/** Upgrade, BootNotification, Heartbeat, a DataTransfer in three fragments, and the closing handshake. */
const exchange = (identity: string): ReadonlyArray<Step> => [
  { bytes: requestOf(identity), answered: (station) => station.upgraded },
  { bytes: textFrame(call("BootNotification", boot)), answered: (station) => station.next },
  { bytes: textFrame(call("Heartbeat", {})), answered: (station) => station.next },
  { bytes: Buffer.concat(fragments(call("DataTransfer", transfer()), 20)), answered: (station) => station.next },
  { bytes: closeFrame(1000), answered: (station) => station.closed }
]

/** Index of the BootNotification in `exchange`. */
const bootStep = 1

/** One place to cut: behind `offset` bytes of a step, all steps before it answered. */
interface Place {
  readonly identity: string
  readonly step: number
  readonly offset: number
}

const places = (prefix: string): ReadonlyArray<Place> =>
  exchange(`${prefix}-0-0000`).flatMap(({ bytes }, step) =>
    Array.from({ length: bytes.length + 1 }, (_, offset) => ({
      identity: `${prefix}-${step}-${String(offset).padStart(4, "0")}`,
      step,
      offset
    }))
  )

/** Whether the whole BootNotification was sent. */
const hasBooted = ({ identity, offset, step }: Place): boolean =>
  step > bootStep || (step === bootStep && offset === exchange(identity)[step]?.bytes.length)

const goAndCut = (bench: FaultBench, place: Place, how: Cut) =>
  Effect.gen(function* () {
    const station = yield* bench.tcp({ answersClose: false })
    for (const [step, { answered, bytes }] of exchange(place.identity).entries()) {
      if (step === place.step) {
        station.write(bytes.subarray(0, place.offset))
        station.cut(how)
        break
      }
      station.write(bytes)
      yield* answered(station)
    }
    yield* station.closed
  }).pipe(Effect.scoped)

/** The stations of the places that are Offline and Accepted now. */
const offline = Effect.fnUntraced(function* ({ csms }: FaultBench) {
  const views = yield* Effect.flatMap(
    csms.stations,
    Effect.forEach(({ snapshot }) => snapshot)
  )
  return views.filter(({ state }) => state === "Offline").map(({ identity }) => identity)
})

const identities = (list: ReadonlyArray<Place>): ReadonlyArray<string> =>
  list.map(({ identity }) => identity).toSorted()

/** The cases about cuts. */
export const cuts = (harness: FaultHarness): void => {
  faultCase(
    harness,
    "R-181: a FIN at every byte of a session leaves an Accepted station exactly where the BootNotification was whole",
    Effect.fnUntraced(function* (bench) {
      const all = places("FIN")
      yield* Effect.forEach(all, (place) => goAndCut(bench, place, "FIN"), { concurrency: 32, discard: true })
      yield* allClosed(bench)
      assert.deepStrictEqual((yield* offline(bench)).toSorted(), identities(all.filter(hasBooted)))
    })
  )

  faultCase(
    harness,
    "R-181: an RST at every byte of a session leaves no Accepted station without a whole BootNotification",
    Effect.fnUntraced(function* (bench) {
      const all = places("RST")
      yield* Effect.forEach(all, (place) => goAndCut(bench, place, "RST"), { concurrency: 32, discard: true })
      yield* Effect.scoped(bench.booted("AFTER")) // the connections before it were accepted before it
      yield* allClosed(bench)
      const accepted = new Set(yield* offline(bench))
      const unbooted = all.filter((place) => !hasBooted(place) && accepted.has(place.identity))
      assert.deepStrictEqual(unbooted, [])
      // An RST may overtake what was sent right before it, but not what was answered.
      const unanswered = all.filter(({ identity, step }) => step > bootStep && !accepted.has(identity))
      assert.deepStrictEqual(unanswered, [])
    })
  )

  faultCase(
    harness,
    "R-013: a session said in one breath before the 101, and a FIN at every byte of it: handled exactly as far as it came",
    Effect.fnUntraced(function* (bench) {
      const all = places("ALL")
      const sayAndCut = Effect.fnUntraced(function* ({ identity, offset, step }: Place) {
        const station = yield* bench.tcp({ answersClose: false })
        const steps = exchange(identity).map(({ bytes }) => bytes)
        station.write(...steps.slice(0, step), (steps[step] ?? Buffer.alloc(0)).subarray(0, offset))
        if (step > 0) yield* station.upgraded // whoever goes before that takes its question back
        station.cut("FIN")
        yield* station.closed
      }, Effect.scoped)
      yield* Effect.forEach(all, sayAndCut, { concurrency: 32, discard: true })
      yield* allClosed(bench)
      assert.deepStrictEqual((yield* offline(bench)).toSorted(), identities(all.filter(hasBooted)))
    }),
    { skip: !harness.early }
  )

  for (const how of ["FIN", "RST"] as const) {
    faultCase(
      harness,
      `R-182: an answer is discarded when a ${how} came while its handler ran`,
      Effect.fnUntraced(function* (bench) {
        yield* bench.gate.close
        const station = yield* bench.booted("CS-1")
        station.say(station.message("DataTransfer", transfer()))
        assert.isTrue(yield* until(() => bench.handled.length === 1), "the handler runs")
        station.cut(how)
        yield* allClosed(bench)
        assert.strictEqual((yield* bench.view("CS-1")).state, "Offline")
        yield* bench.gate.open
        const again = yield* bench.station("CS-1")
        assert.property((yield* again.call("Heartbeat", {}))[2], "currentTime")
        assert.strictEqual(again.unread, 0)
      })
    )

    faultCase(
      harness,
      `a ${how} in the middle of a fragmented message ends the session with 1006 and handles nothing`,
      Effect.fnUntraced(function* (bench) {
        const station = yield* bench.booted("CS-1")
        const parts = fragments(station.message("DataTransfer", transfer("x".repeat(500))), 100)
        station.write(...parts.slice(0, 3))
        station.cut(how)
        yield* allClosed(bench)
        assert.deepStrictEqual(bench.handled, [])
        assert.deepStrictEqual(yield* endOf(bench, "CS-1#1"), 1006)
      })
    )

    faultCase(
      harness,
      `R-186: a ${how} instead of the answer to our close frame ends the session`,
      Effect.fnUntraced(function* (bench) {
        const station = yield* bench.booted("CS-1", { answersClose: false })
        yield* Effect.flatMap(bench.csms.station("CS-1"), (ref) => ref.disconnect(1000, "maintenance"))
        assert.isTrue(yield* until(() => station.farewell !== undefined), "the close frame came")
        station.cut(how)
        yield* allClosed(bench)
        assert.strictEqual((yield* bench.view("CS-1")).state, "Offline")
      })
    )

    faultCase(
      harness,
      `R-186: a ${how} in the middle of the answer to our close frame ends the session`,
      Effect.fnUntraced(function* (bench) {
        const station = yield* bench.booted("CS-1", { answersClose: false })
        yield* Effect.flatMap(bench.csms.station("CS-1"), (ref) => ref.disconnect(1000, "maintenance"))
        assert.isTrue(yield* until(() => station.farewell !== undefined), "the close frame came")
        station.write(closeFrame(1000).subarray(0, 5))
        station.cut(how)
        yield* allClosed(bench)
        assert.strictEqual((yield* bench.view("CS-1")).state, "Offline")
      })
    )
  }

  faultCase(
    harness,
    "R-186: a station that never answers our close frame is cut off after closeTimeout",
    Effect.fnUntraced(function* (bench) {
      const station = yield* bench.booted("CS-1", { answersClose: false })
      yield* Effect.flatMap(bench.csms.station("CS-1"), (ref) => ref.disconnect(1000, "maintenance"))
      const gone = yield* station.closed
      assert.strictEqual(gone.code, 1000)
      yield* allClosed(bench)
    })
  )

  faultCase(
    harness,
    "the adapter stops in the middle of everything and leaves nothing behind",
    Effect.fnUntraced(function* (bench) {
      yield* bench.gate.close
      yield* bench.tcp()
      const half = yield* bench.tcp()
      half.write(requestOf("HALF").subarray(0, 60))
      yield* bench.station("CONNECTED")
      const handling = yield* bench.booted("HANDLING")
      handling.say(handling.message("DataTransfer", transfer()))
      const fragment = yield* bench.booted("FRAGMENT", { answersClose: false })
      fragment.write(fragments(fragment.message("DataTransfer", transfer()), 10)[0] ?? "")
      const deaf = yield* bench.booted("DEAF", { answersClose: false })
      deaf.socket.pause()
      assert.isTrue(yield* until(() => bench.handled.length === 1), "the handler runs")
      yield* bench.shutdown
      yield* Effect.all([half, handling, fragment].map(({ closed }) => closed))
    }),
    { stops: true }
  )
}
