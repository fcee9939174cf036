/** Block B, resets of the station and of one EVSE: TC_B_20 to 22 and 25 to 27. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { type Messages, Provisioning } from "@wattline/ocpp-core"
import { boot, isVerdict, reports, reportsAll, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted, booted, ends, energyTransferStarted } from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const resets: ReadonlyArray<OcaCase> = [
  {
    id: "TC_B_20_CSMS",
    title: "reset the station when it is idle, OnIdle",
    certification: "M",
    requirements: ["B11.FR.04", "B11.FR.03"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const reconnects of [false, true]) {
        const { followUp } = yield* resetsAs(world, { type: "OnIdle" }, "Accepted")
        assert.strictEqual((yield* world.view).state, "Resetting")
        if (reconnects) yield* world.dropsOut
        yield* booted(world, "RemoteReset")
        assert.deepStrictEqual(yield* followUp, { _tag: "Rebooted", reason: "RemoteReset" })
      }
    })
  },
  {
    id: "TC_B_21_CSMS",
    title: "reset the station while a transaction runs, OnIdle",
    certification: "M",
    requirements: ["B12.FR.01", "B12.FR.03"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const { followUp } = yield* resetsAs(world, { type: "OnIdle" }, "Scheduled")
      yield* stopsAndLeaves(world)
      yield* booted(world, "ScheduledReset")
      assert.deepStrictEqual(yield* followUp, { _tag: "Rebooted", reason: "ScheduledReset" })
    })
  },
  {
    id: "TC_B_22_CSMS",
    title: "reset the station while a transaction runs, Immediate",
    certification: "M",
    requirements: ["B12.FR.02", "B12.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [used, other] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const { followUp } = yield* resetsAs(world, { type: "Immediate" }, "Accepted")
      yield* isCutShort(world)
      yield* world.dropsOut
      assert.strictEqual((yield* boot(world, "RemoteReset")).status, "Accepted")
      assert.deepStrictEqual(yield* followUp, { _tag: "Rebooted", reason: "RemoteReset" })
      yield* reports(world, "Occupied", used)
      yield* reports(world, "Available", other)
    })
  },
  {
    id: "TC_B_25_CSMS",
    title: "reset an EVSE when it is idle",
    certification: "C(C-13)",
    requirements: ["B11.FR.04", "B11.FR.08"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const { followUp } = yield* resetsAs(world, { type: "OnIdle", evseId: 1 }, "Accepted")
      yield* awaitsNoBoot(world, followUp)
    })
  },
  {
    id: "TC_B_26_CSMS",
    title: "reset an EVSE while a transaction runs, OnIdle",
    certification: "C(C-13)",
    requirements: ["B12.FR.07", "B12.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const { followUp } = yield* resetsAs(world, { type: "OnIdle", evseId: 1 }, "Scheduled")
      yield* stopsAndLeaves(world)
      yield* awaitsNoBoot(world, followUp)
    })
  },
  {
    id: "TC_B_27_CSMS",
    title: "reset an EVSE while a transaction runs, Immediate",
    certification: "C(C-13)",
    requirements: ["B12.FR.02", "B12.FR.08"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const { followUp } = yield* resetsAs(world, { type: "Immediate", evseId: 1 }, "Accepted")
      yield* isCutShort(world)
      yield* awaitsNoBoot(world, followUp)
    })
  }
]

/** The token stops the transaction, then the cable is pulled out. */
const stopsAndLeaves = Effect.fnUntraced(function* (world: World) {
  const [evse] = world.evses
  const told = { state: "EVConnected", idToken: tokens.a } as const
  isVerdict(yield* transactionEvent(world, evse, "StopAuthorized", told), "Accepted")
  yield* ends(world, evse, "EVCommunicationLost", { state: "Idle", stop: "EVDisconnected" })
})

/** The reset ends the transaction. */
const isCutShort = (world: World) =>
  ends(world, world.evses[0], "ResetCommand", { state: "EVConnected", stop: "ImmediateReset" })

/** CSMS → CS Reset; the operator gets what the station says. */
const resetsAs = Effect.fnUntraced(function* (
  world: World,
  request: Messages["Reset"]["request"],
  status: "Accepted" | "Scheduled"
) {
  const result = yield* world.operated(Provisioning.reset(world.station, request), "Reset", request, { status })
  return result.status === status ? result : assert.fail(`the operator got ${result.status}`)
})

/** The station is in service, as if nothing had been; its EVSE is back. */
const awaitsNoBoot = Effect.fnUntraced(function* (world: World, followUp: Effect.Effect<Provisioning.ResetFollowUp>) {
  assert.strictEqual((yield* world.view).state, "Accepted")
  yield* reportsAll(world, "Available")
  assert.deepStrictEqual(yield* followUp, { _tag: "EvseBack", status: "Available", connectorId: 1 })
})
