/** Whole sessions between a virtual station and our own CSMS. */
import { assert, describe, it } from "@effect/vitest"
import { missingEvents } from "@wattline/ocpp-core"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Effect } from "effect"
import { makeSite, pass } from "./Site.ts"

const token = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

describe("a session", () => {
  it.effect("E02, E06: cable first, then the token; the CSMS sees it all, and the energy is right", () =>
    Effect.gen(function* () {
      const { controls, view } = yield* makeSite()
      controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
      yield* pass(5)
      controls.present(token, 1)
      yield* pass(3600)
      controls.present(token, 1)
      yield* pass(5)
      controls.unplug(1)
      yield* pass(5)
      const { mirror } = yield* view
      assert.strictEqual(mirror.transactions.running.length, 0)
      const [transaction] = mirror.transactions.ended
      if (transaction === undefined) return assert.fail("no transaction ended")
      assert.deepStrictEqual(missingEvents(transaction), [])
      assert.strictEqual(transaction.stoppedReason ?? "Local", "Local")
      assert.strictEqual(mirror.availability.connectors[0]?.status, "Available")
      const reading = controls.power.reading(controls.evses[0] as never)
      assert.closeTo(reading.registerWh, 11_040, 60)
    })
  )
})
