/** Block N, monitors: TC_N_01 to 03, 05, 08, 09, 16 to 18, 44, 47, 60. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { Diagnostics, type Messages, monitorsOf, Provisioning } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type MonitoringData = NonNullable<Messages["NotifyMonitoringReport"]["request"]["monitor"]>[number]

const certification = "M Advanced Device Management"

const stationPower = { component: { name: "ChargingStation" }, variable: { name: "Power" } }
const stationState = { component: { name: "ChargingStation" }, variable: { name: "AvailabilityState" } }
const evseState = (id: number) => ({
  component: { name: "EVSE", evse: { id } },
  variable: { name: "AvailabilityState" }
})

const threshold = (id: number): MonitoringData => ({
  ...stationPower,
  variableMonitoring: [{ id, transaction: false, value: 20_000 + id, type: "UpperThreshold", severity: id }]
})
const delta = (id: number, place: Pick<MonitoringData, "component" | "variable">): MonitoringData => ({
  ...place,
  variableMonitoring: [{ id, transaction: false, value: 1, type: "Delta", severity: 8 }]
})

/** The operator asks for monitors; the station is asked for just those, and has none. */
const findsNone = Effect.fnUntraced(function* (world: World, query: Diagnostics.MonitoringReportQuery) {
  const getting = yield* asks(world, query)
  yield* getting.answer({ status: "EmptyResultSet" })
  const { monitors, status } = yield* Fiber.join(getting.report)
  assert.deepStrictEqual([status, monitors], ["EmptyResultSet", []])
})

/** The operator asks for monitors; the station is asked for just those, and reports them in two parts. */
const finds = Effect.fnUntraced(function* (
  world: World,
  query: Diagnostics.MonitoringReportQuery,
  ...found: ReadonlyArray<MonitoringData>
) {
  const { answer, report, requestId } = yield* asks(world, query)
  yield* answer({ status: "Accepted" })
  for (const [seqNo, monitor] of found.entries()) {
    const tbc = seqNo < found.length - 1
    const part = { requestId, seqNo, tbc, generatedAt: yield* world.now, monitor: [monitor] }
    assert.deepStrictEqual<unknown>(yield* world.cs.call("NotifyMonitoringReport", part), {})
  }
  const { monitors, status } = yield* Fiber.join(report)
  assert.deepStrictEqual([status, monitors], ["Complete", found])
  const known = monitorsOf((yield* world.view).mirror.diagnostics.monitors).map(({ id }) => id)
  assert.includeMembers(
    [...known],
    found.flatMap(({ variableMonitoring }) => variableMonitoring.map(({ id }) => id))
  )
})

const asks = Effect.fnUntraced(function* (world: World, query: Diagnostics.MonitoringReportQuery) {
  const itemsPerMessage = 2
  const report = yield* world.starts(Diagnostics.getMonitoringReport(world.station, query, { itemsPerMessage }))
  const { answer, request } = yield* world.cs.asked("GetMonitoringReport")
  const { requestId } = request
  assert.deepStrictEqual<unknown>(request, { requestId, ...query })
  return { answer, report, requestId }
})

/** The operator sets Delta monitors of availability states; the station takes them, with ids from 1 on. */
const sets = Effect.fnUntraced(function* (world: World, ...monitors: ReadonlyArray<Diagnostics.MonitorItem>) {
  const itemsPerMessage = 2
  const setting = yield* world.starts(Diagnostics.setVariableMonitoring(world.station, monitors, { itemsPerMessage }))
  const { answer, request } = yield* world.cs.asked("SetVariableMonitoring")
  const results = request.setMonitoringData.map(({ component, severity, type, variable }, i) => ({
    id: i + 1,
    status: "Accepted" as const,
    type,
    severity,
    component,
    variable
  }))
  yield* answer({ setMonitoringResult: results.toReversed() })
  const { outcomes } = yield* Fiber.join(setting)
  assert.deepStrictEqual(
    outcomes.map(({ id, status }) => [status, id]),
    results.map(({ id, status }) => [status, id])
  )
  return request
})

const ofState = { variable: "AvailabilityState", type: "Delta", value: 1, severity: 8 } as const

/** The cases, in the order of the standard. */
export const monitors: ReadonlyArray<OcaCase> = [
  {
    id: "TC_N_01_CSMS",
    title: "monitors are asked for by criterion",
    certification,
    requirements: ["N02.FR.05", "N02.FR.10"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* findsNone(world, { monitoringCriteria: ["DeltaMonitoring"] })
      yield* finds(world, { monitoringCriteria: ["ThresholdMonitoring"] }, threshold(1), threshold(2))
    })
  },
  {
    id: "TC_N_02_CSMS",
    title: "monitors are asked for by component and variable",
    certification,
    requirements: ["N02.FR.05", "N02.FR.08", "N02.FR.10"],
    run: Effect.fnUntraced(function* (world) {
      const state = evseState(world.evses[0].id)
      yield* accepted(world)
      yield* findsNone(world, { componentVariable: [stationPower] })
      yield* finds(world, { componentVariable: [state] }, delta(1, state))
    })
  },
  {
    id: "TC_N_03_CSMS",
    title: "monitors are asked for by criterion, component and variable",
    certification,
    requirements: ["N02.FR.05", "N02.FR.10"],
    run: Effect.fnUntraced(function* (world) {
      const state = evseState(world.evses[0].id)
      yield* accepted(world)
      yield* findsNone(world, { componentVariable: [state], monitoringCriteria: ["DeltaMonitoring"] })
      const query = { componentVariable: [stationPower], monitoringCriteria: ["ThresholdMonitoring"] } as const
      yield* finds(world, query, threshold(1), threshold(2))
    })
  },
  {
    id: "TC_N_05_CSMS",
    title: "all three monitoring bases are set",
    certification,
    requirements: ["N03.FR.03", "N03.FR.04", "N03.FR.05"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const monitoringBase of ["All", "FactoryDefault", "HardWiredOnly"] as const) {
        const setting = Diagnostics.setMonitoringBase(world.station, monitoringBase)
        yield* world.operated(setting, "SetMonitoringBase", { monitoringBase }, { status: "Accepted" })
        const { diagnostics } = (yield* world.view).mirror
        assert.deepInclude(diagnostics, { monitoringBase, stale: true })
      }
    })
  },
  {
    id: "TC_N_08_CSMS",
    title: "one monitor is set",
    certification,
    requirements: ["N04.FR.01", "N04.FR.02", "N04.FR.17"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }] = world.evses
      yield* accepted(world)
      const request = yield* sets(world, { ...ofState, component: "EVSE", evseId: id })
      assert.deepStrictEqual<unknown>(request, {
        setMonitoringData: [{ ...evseState(id), type: "Delta", value: 1, severity: 8 }]
      })
    })
  },
  {
    id: "TC_N_09_CSMS",
    title: "two monitors are set in one request",
    certification: "not certified",
    requirements: ["N04.FR.01", "N04.FR.02", "N04.FR.17"],
    run: Effect.fnUntraced(function* (world) {
      const [{ id }] = world.evses
      yield* accepted(world)
      const request = yield* sets(
        world,
        { ...ofState, component: "EVSE", evseId: id },
        { ...ofState, component: "ChargingStation" }
      )
      assert.deepStrictEqual<unknown>(request, {
        setMonitoringData: [
          { ...evseState(id), type: "Delta", value: 1, severity: 8 },
          { ...stationState, type: "Delta", value: 1, severity: 8 }
        ]
      })
    })
  },
  {
    id: "TC_N_16_CSMS",
    title: "the monitoring level is accepted",
    certification,
    requirements: ["N05.FR.01"],
    run: (world) => setsLevel(world, "Accepted")
  },
  {
    id: "TC_N_17_CSMS",
    title: "the monitoring level is rejected",
    certification,
    requirements: ["N05.FR.02"],
    run: (world) => setsLevel(world, "Rejected")
  },
  {
    id: "TC_N_18_CSMS",
    title: "more monitors are cleared than fit into one message",
    certification,
    requirements: ["N06.FR.04"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const variable = {
        component: { name: "MonitoringCtrlr" },
        variable: { name: "ItemsPerMessage", instance: "ClearVariableMonitoring" }
      }
      const limit = { component: "MonitoringCtrlr", variable: "ItemsPerMessage", instance: "ClearVariableMonitoring" }
      yield* world.operated(
        Provisioning.getVariables(world.station, [limit]),
        "GetVariables",
        { getVariableData: [variable] },
        { getVariableResult: [{ ...variable, attributeStatus: "Accepted", attributeValue: "2" }] }
      )
      const ids = [1, 2, 3]
      const clearing = yield* world.starts(Diagnostics.clearVariableMonitoring(world.station, ids))
      for (const id of [[1, 2], [3]]) {
        const clearMonitoringResult = id.map((one) => ({ id: one, status: "Accepted" as const }))
        yield* world.cs.answers("ClearVariableMonitoring", { id }, { clearMonitoringResult })
      }
      assert.deepStrictEqual(
        yield* Fiber.join(clearing),
        ids.map((id) => ({ id, status: "Accepted" as const }))
      )
    })
  },
  {
    id: "TC_N_44_CSMS",
    title: "a monitor is not cleared",
    certification,
    requirements: ["N06.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const result = { id: 1, status: "Rejected" } as const
      const clearing = Diagnostics.clearVariableMonitoring(world.station, [1])
      const answer = { clearMonitoringResult: [result] }
      assert.deepStrictEqual(yield* world.operated(clearing, "ClearVariableMonitoring", { id: [1] }, answer), [result])
    })
  },
  {
    id: "TC_N_47_CSMS",
    title: "all monitors are asked for",
    certification,
    requirements: ["N02.FR.11"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* finds(world, {}, threshold(1), delta(2, stationState))
    })
  },
  {
    id: "TC_N_60_CSMS",
    title: "monitors are asked for by criterion and a list of components",
    certification,
    requirements: ["N02.FR.05", "N02.FR.10"],
    run: Effect.fnUntraced(function* (world) {
      const state = evseState(world.evses[0].id)
      const componentVariable = [stationState, state]
      yield* accepted(world)
      yield* findsNone(world, { componentVariable, monitoringCriteria: ["DeltaMonitoring"] })
      const query = { componentVariable, monitoringCriteria: ["ThresholdMonitoring"] } as const
      yield* finds(world, query, delta(1, stationState), delta(2, state)) // as the case has it
    })
  }
]

const setsLevel = Effect.fnUntraced(function* (world: World, status: "Accepted" | "Rejected") {
  yield* accepted(world)
  const setting = Diagnostics.setMonitoringLevel(world.station, 4)
  const told = yield* world.operated(setting, "SetMonitoringLevel", { severity: 4 }, { status })
  assert.deepStrictEqual(told, { status })
  const { monitoringLevel } = (yield* world.view).mirror.diagnostics
  assert.strictEqual(monitoringLevel, status === "Accepted" ? 4 : undefined)
})
