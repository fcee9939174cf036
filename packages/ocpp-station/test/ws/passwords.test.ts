/** Passwords that our CSMS changes, over the wire (A01). */
import { assert, describe } from "@effect/vitest"
import { Security } from "@wattline/ocpp-core"
import { Effect, Redacted } from "effect"
import type { Ground } from "./Ground.ts"
import { scene } from "./scene.ts"

/** A virtual station with profile 1 that was accepted. */
const started = Effect.fnUntraced(function* (ground: Ground) {
  yield* ground.register(1)
  const station = yield* ground.virtual(ground.connection(1))
  yield* station.accepted
  return station
})

/** The CSMS changes the password; nobody else may be told the new one. */
const changed = Effect.fnUntraced(function* (ground: Ground) {
  const result = yield* Security.changePassword(yield* ground.station)
  if ("password" in result) ground.addPassword(Redacted.value(result.password))
  return result.status
})

/** The CSMS restarts, so that the station has to log in. */
const loggedInAgain = Effect.fnUntraced(function* (ground: Ground) {
  const from = ground.told.length
  yield* ground.close
  yield* ground.open()
  yield* ground.until("Connected", {}, from)
  assert.isUndefined(ground.told.slice(from).find((event) => event._tag === "ConnectFailed" && event.status === 401))
})

describe.concurrent("passwords", () => {
  scene(
    "A01.FR.02, A01.FR.03: the station connects again with the new password, and with no other from then on",
    Effect.fnUntraced(function* (ground) {
      const { controls } = yield* started(ground)
      const from = ground.told.length
      assert.strictEqual(yield* changed(ground), "Accepted")
      yield* ground.until("Disconnected", { code: 1000 }, from)
      yield* ground.until("StateChanged", { state: "Accepted" }, from)
      yield* loggedInAgain(ground)
      assert.strictEqual(controls.model.value("SecurityCtrlr", "SecurityProfile"), "1")
      assert.include(
        controls.security.events().map(({ type }) => type),
        "ReconfigurationOfSecurityParameters"
      )
    })
  )

  scene(
    "R-047, A01.FR.02: the link is cut before the answer is out: the station uses the new password, and the CSMS notices",
    Effect.fnUntraced(function* (ground) {
      const { controls } = yield* started(ground)
      controls.model.watch("SecurityCtrlr", "BasicAuthPassword", () => controls.client.outage(0))
      const from = ground.told.length
      assert.strictEqual(yield* changed(ground), "Unknown")
      yield* ground.until("StateChanged", { state: "Accepted" }, from)
      yield* ground.heardOf("PasswordChanged", { by: "Login" })
      yield* loggedInAgain(ground)
    })
  )

  scene(
    "R-047, A01.FR.04: the link is cut before the request is there: the station keeps the old password, and so does the CSMS",
    Effect.fnUntraced(function* (ground) {
      const { controls } = yield* started(ground)
      const station = yield* ground.station
      const from = ground.told.length
      // Two CALLs: the second waits for the answer to the first, which cuts the link off.
      controls.model.watch("OCPPCommCtrlr", "OfflineThreshold", () => controls.client.outage(0))
      const data = {
        component: { name: "OCPPCommCtrlr" },
        variable: { name: "OfflineThreshold" },
        attributeValue: "61"
      }
      yield* Effect.forkScoped(Effect.exit(station.call("SetVariables", { setVariableData: [data] })), {
        startImmediately: true
      })
      yield* Effect.exit(changed(ground))
      yield* ground.until("StateChanged", { state: "Accepted" }, from)
      yield* loggedInAgain(ground)
      assert.isUndefined(ground.events.find(({ _tag }) => _tag === "PasswordChanged"))
    })
  )
})
