/** Block B, how a station registers: TC_B_01, 02, 30, 31. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { RemoteControl } from "@wattline/ocpp-core"
import { boot, connectorIs, reportsAll } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { booted } from "./states.ts"
import { getsBaseReport, getsVariables, setsVariables } from "./variables.ts"

/** The cases, in the order of the standard. */
export const registration: ReadonlyArray<OcaCase> = [
  {
    id: "TC_B_01_CSMS",
    title: "cold boot, accepted",
    certification: "M",
    requirements: ["B01.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* world.cs.connect
      yield* booted(world)
    })
  },
  {
    id: "TC_B_02_CSMS",
    title: "cold boot, pending and then accepted",
    certification: "C(C-44)",
    requirements: ["B02.FR.01", "B02.FR.06"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      world.app.boots.push("Pending")
      yield* world.cs.connect
      const { interval, status } = yield* boot(world)
      assert.strictEqual(status, "Pending")
      assert.isAbove(interval, 0)
      yield* getsVariables(world, [["OCPPCommCtrlr", "OfflineThreshold", "60"]])
      yield* getsBaseReport(world, "FullInventory")
      yield* setsVariables(world, [["OCPPCommCtrlr", "OfflineThreshold", "123"]])
      assert.isTrue((yield* world.view).connected)
      yield* world.passes(`${interval} seconds`)
      yield* booted(world)
    })
  },
  {
    id: "TC_B_30_CSMS",
    title: "not accepted, anything but a BootNotification gets SecurityError",
    certification: "C(C-44 or not AQ-16)",
    requirements: ["B02.FR.09", "B03.FR.07", "B01.FR.10", "FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* world.cs.connect
      for (const verdict of ["Pending", "Rejected"] as const) {
        world.app.boots.push(verdict)
        assert.strictEqual((yield* boot(world)).status, verdict)
        for (const evse of world.evses) yield* isRefused(connectorIs(world, "Available", evse))
        yield* isRefused(world.cs.call("Heartbeat", {}))
        const { connected, mirror, state } = yield* world.view
        assert.deepStrictEqual([connected, state], [true, verdict])
        assert.deepStrictEqual(mirror.availability.connectors, [])
        assert.deepStrictEqual(world.app.told, [])
      }
      yield* booted(world)
    })
  },
  {
    id: "TC_B_31_CSMS",
    title: "not accepted, a new BootNotification is triggered",
    certification: "C(C-44 or not AQ-16)",
    requirements: ["B02.FR.02", "B02.FR.04", "F06.FR.01"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      world.app.boots.push("Pending")
      yield* world.cs.connect
      assert.strictEqual((yield* boot(world)).status, "Pending")
      const trigger = yield* world.starts(RemoteControl.triggerMessage(world.station, "BootNotification"))
      yield* world.cs.answers("TriggerMessage", { requestedMessage: "BootNotification" }, { status: "Accepted" })
      assert.strictEqual((yield* boot(world, "Triggered")).status, "Accepted")
      assert.strictEqual((yield* Fiber.join(trigger))._tag, "Received")
      yield* reportsAll(world, "Available")
    })
  }
]

/** The answer is a CALLERROR SecurityError. */
const isRefused = <A, R>(call: Effect.Effect<A, unknown, R>) =>
  Effect.match(call, {
    onSuccess: () => assert.fail("it was not refused"),
    onFailure: (error) => assert.deepInclude(error, { errorCode: "SecurityError" })
  })
