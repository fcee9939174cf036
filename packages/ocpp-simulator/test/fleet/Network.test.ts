/** What can go wrong in the network of a fleet. */
import { assert, describe, it } from "@effect/vitest"
import { Dialer, type Link, type LinkHandler } from "@wattline/ocpp-core/engine"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { layer, Network } from "../../src/fleet/Network.ts"

/** A station that has dialled: what its CSMS got, what it got itself, and how to speak for either. */
const setup = Effect.gen(function* () {
  const toCsms: Array<string> = []
  const toStation: Array<string> = []
  const ends: Array<string> = []
  let csms: LinkHandler | undefined
  const bare = Layer.succeed(
    Dialer,
    Dialer.of({
      dial: (_request, open) =>
        Effect.sync(() => {
          const link: Link = {
            send: (text) => toCsms.push(text) > 0,
            close: (code) => ends.push(`close ${code}`),
            terminate: () => ends.push("terminate")
          }
          csms = open({ link, protocol: "ocpp2.0.1", ping: () => {} })
        })
    })
  )
  const context = yield* Layer.build(Layer.provide(layer, bare))
  return yield* Effect.gen(function* () {
    const { dial } = yield* Dialer
    const { line } = yield* Network
    let station: Link | undefined
    yield* dial(
      { url: "ws://csms", identity: "CS-1", protocols: ["ocpp2.0.1"], securityProfile: 0, timeout: 1 },
      (dialed) => {
        station = dialed.link
        return { onText: (text) => void toStation.push(text), onBinary: () => {}, onClose: () => {} }
      }
    )
    if (station === undefined || csms === undefined) return yield* Effect.die("not connected")
    return { station, csms, line: line("CS-1"), toCsms, toStation, ends }
  }).pipe(Effect.provide(context))
})

describe("the network of a fleet", () => {
  it.effect("passes everything on where nothing is wrong", () =>
    Effect.gen(function* () {
      const { csms, ends, station, toCsms, toStation } = yield* setup
      station.send("[2,…]")
      csms.onText("[3,…]")
      station.close(1000, "")
      assert.deepStrictEqual([toCsms, toStation, ends], [["[2,…]"], ["[3,…]"], ["close 1000"]])
    })
  )

  it.effect("a half-open line swallows both ways, claims to have sent, and ends without a close frame", () =>
    Effect.gen(function* () {
      const { csms, ends, line, station, toCsms, toStation } = yield* setup
      line.isSwallowing = true
      assert.isTrue(station.send("[2,…]"))
      csms.onText("[2,…]")
      station.close(1000, "")
      assert.deepStrictEqual([toCsms, toStation, ends], [[], [], ["terminate"]])
    })
  )

  it.effect("late answers wait, CALLs do not", () =>
    Effect.gen(function* () {
      const { line, station, toCsms } = yield* setup
      line.holdsAnswersUntil = 5_000
      station.send("[3,…]")
      station.send("[4,…]")
      station.send("[2,…]")
      assert.deepStrictEqual(toCsms, ["[2,…]"])
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(toCsms, ["[2,…]", "[3,…]", "[4,…]"])
      station.send("[3,…]")
      assert.strictEqual(toCsms.length, 4)
    })
  )
})
