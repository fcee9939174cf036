import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, TestStation } from "@wattline/ocpp-memory"
import { Effect, Layer } from "effect"
import { onboarding, register } from "../src/onboarding.ts"
import { now, settle } from "./support.ts"

const csms = Csms.layer(onboarding, { inventory: "off" })

layer(Layer.provideMerge(MemoryTransport.layer, csms))("onboarding", (it) => {
  it.effect("a new station is set up while Pending, and Accepted once its inventory is there", () =>
    Effect.gen(function* () {
      yield* register("CS-1", "a-password-of-16-at-least")
      const station = yield* TestStation.connect({
        identity: "CS-1",
        password: "a-password-of-16-at-least",
        secure: true
      })
      assert.strictEqual((yield* station.boot()).status, "Pending")
      for (const name of ["HeartbeatInterval", "EVConnectionTimeOut", "AuthorizeRemoteStart"]) {
        const set = yield* station.expectCall("SetVariables")
        const [{ component, variable } = assert.fail()] = set.request.setVariableData
        assert.strictEqual(variable.name, name)
        yield* set.reply({ setVariableResult: [{ attributeStatus: "Accepted", component, variable }] })
      }
      const asked = yield* station.expectCall("GetBaseReport")
      yield* asked.reply({ status: "Accepted" })
      const { requestId } = asked.request
      yield* station.call("NotifyReport", { requestId, generatedAt: yield* now, seqNo: 0 })
      yield* (yield* station.expectCall("TriggerMessage")).reply({ status: "Accepted" })
      assert.strictEqual((yield* station.boot({ reason: "Triggered" })).status, "Accepted")
    })
  )

  it.effect("who is not registered, or has another password, does not come in", () =>
    Effect.gen(function* () {
      yield* register("CS-2", "a-password-of-16-at-least")
      const dial = { identity: "CS-2", secure: true }
      const wrong = yield* Effect.flip(TestStation.connect({ ...dial, password: "another-password-of-24" }))
      assert.strictEqual(wrong.status, 401)
      const stranger = { identity: "CS-3", secure: true, password: "a-password-of-16-at-least" }
      assert.strictEqual((yield* Effect.flip(TestStation.connect(stranger))).status, 404)
      yield* settle
    })
  )
})
