import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer } from "effect"
import { heartbeatOf, inventory, meterEvery } from "../src/configuration.ts"
import { accepted, now } from "./support.ts"

const csms = Csms.layer({}, { inventory: "off" })

layer(Layer.provideMerge(MemoryTransport.layer, csms))("configuration", (it) => {
  it.effect("what needs a reboot gets one, and what the station does not take is told", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-1")
      yield* station.answer("SetVariables", ({ setVariableData }) => ({
        setVariableResult: setVariableData.map(({ component, variable }) => ({
          component,
          variable,
          attributeStatus: variable.name === "TxUpdatedInterval" ? "RebootRequired" : "Rejected"
        }))
      }))
      const setting = yield* Effect.forkChild(meterEvery(inCsms, 60))
      const reset = yield* station.expectCall("Reset")
      assert.deepStrictEqual(reset.request, { type: "OnIdle" })
      yield* reset.reply({ status: "Accepted" })
      const [refused] = yield* Fiber.join(setting)
      assert.strictEqual(refused?.variable, "TxUpdatedMeasurands")
    })
  )

  it.effect("an inventory tells its progress, and the model has it", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* accepted("CS-2")
      const lines: Array<string> = []
      const reading = yield* Effect.forkChild(inventory(inCsms, (line) => lines.push(line)))
      const asked = yield* station.expectCall("GetBaseReport")
      yield* asked.reply({ status: "Accepted" })
      yield* station.call("NotifyReport", {
        requestId: asked.request.requestId,
        generatedAt: yield* now,
        seqNo: 0,
        reportData: [
          {
            component: { name: "OCPPCommCtrlr" },
            variable: { name: "HeartbeatInterval" },
            variableAttribute: [{ value: "900" }],
            variableCharacteristics: { dataType: "integer", supportsMonitoring: false }
          }
        ]
      })
      assert.strictEqual(yield* Fiber.join(reading), 1)
      assert.deepStrictEqual(lines, ["1 parts, 1 variables"])
      assert.strictEqual(yield* heartbeatOf(inCsms), 900)
    })
  )
})
