/** Block N, events of monitors: TC_N_21, 24, 48 to 50. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { Messages } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type EventData = Messages["NotifyEvent"]["request"]["eventData"][number]

/** CS → CSMS NotifyEvent of one monitor; answered empty. */
const notifies = Effect.fnUntraced(function* (world: World, event: Partial<EventData>) {
  const timestamp = yield* world.now
  world.events += 1
  const data: EventData = {
    eventId: world.events,
    timestamp,
    trigger: "Alerting",
    actualValue: "42",
    eventNotificationType: "CustomMonitor",
    variableMonitoringId: 7,
    component: { name: "ChargingStation" },
    variable: { name: "Power" },
    ...event
  }
  const request = { generatedAt: timestamp, seqNo: 0, tbc: false, eventData: [data] }
  assert.deepStrictEqual<unknown>(yield* world.cs.call("NotifyEvent", request), {})
})

const alerts = (world: World) => Effect.map(world.view, ({ mirror }) => mirror.diagnostics.alerts)

const certification = "M Advanced Device Management"

/** The cases, in the order of the standard. */
export const monitoringEvents: ReadonlyArray<OcaCase> = [
  {
    id: "TC_N_21_CSMS",
    title: "an alert of a hard-wired monitor",
    certification,
    requirements: ["N07.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* notifies(world, { eventNotificationType: "HardWiredMonitor" })
      const [alert, ...others] = yield* alerts(world)
      assert.deepInclude(alert, { monitorId: 7, eventNotificationType: "HardWiredMonitor" })
      assert.deepStrictEqual(others, [])
    })
  },
  {
    id: "TC_N_24_CSMS",
    title: "periodic events",
    certification,
    requirements: ["N08.FR.02"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const actualValue of ["1", "2", "3"]) {
        yield* notifies(world, { trigger: "Periodic", actualValue })
        yield* world.passes("1 minute")
      }
      assert.deepStrictEqual(yield* alerts(world), [])
    })
  },
  {
    id: "TC_N_48_CSMS",
    title: "an alert of a write-only variable has an empty value",
    certification: "not certified",
    requirements: ["N07.FR.03", "N07.FR.10"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* notifies(world, { actualValue: "" })
      assert.lengthOf(yield* alerts(world), 1)
    })
  },
  {
    id: "TC_N_49_CSMS",
    title: "an alert is cleared after a reboot",
    certification,
    requirements: ["N07.FR.03", "N07.FR.14"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* notifies(world, {})
      yield* world.cs.leave
      yield* accepted(world)
      assert.lengthOf(yield* alerts(world), 1, "it outlives the reboot")
      yield* world.passes("1 minute")
      yield* notifies(world, { cleared: true })
      assert.deepStrictEqual(yield* alerts(world), [])
    })
  },
  {
    id: "TC_N_50_CSMS",
    title: "an alert event with a periodic trigger",
    certification,
    requirements: ["N07.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* notifies(world, { trigger: "Periodic" })
      assert.deepStrictEqual(yield* alerts(world), [])
    })
  }
]
