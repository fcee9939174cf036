/** Variables and base reports, as steps of a case. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { type Messages, Provisioning } from "@wattline/ocpp-core"
import type { World } from "./World.ts"

/** Component, variable and value. */
export type Variable = readonly [component: string, variable: string, value: string]

/** What a report tells of a variable. */
export type ReportData = NonNullable<Messages["NotifyReport"]["request"]["reportData"]>[number]

const nameOf = ([component, variable]: Variable) => ({ component: { name: component }, variable: { name: variable } })

const itemOf = ([component, variable]: Variable) => ({ component, variable })

/**
 * CSMS → CS GetVariables for these, in one request; the station gives the values in the other order. The operator gets
 * them, and they are in the device model.
 */
export const getsVariables = Effect.fnUntraced(function* (world: World, variables: ReadonlyArray<Variable>) {
  const results = variables.map(
    (variable) => ({ ...nameOf(variable), attributeStatus: "Accepted", attributeValue: variable[2] }) as const
  )
  const { outcomes } = yield* world.operated(
    Provisioning.getVariables(world.station, variables.map(itemOf), { itemsPerMessage: 4 }),
    "GetVariables",
    { getVariableData: variables.map(nameOf) },
    { getVariableResult: results.toReversed() }
  )
  const told = outcomes.map((outcome) => ("value" in outcome ? outcome.value.raw : outcome.status))
  assert.deepStrictEqual(
    told,
    variables.map(([, , value]) => value)
  )
  yield* areKnown(world, variables)
})

/** CSMS → CS SetVariables for these, in one request; the station accepts them. The operator gets every result. */
export const setsVariables = Effect.fnUntraced(function* (world: World, variables: ReadonlyArray<Variable>) {
  const data = variables.map((variable) => ({ ...nameOf(variable), attributeValue: variable[2] }))
  const results = variables.map((variable) => ({ ...nameOf(variable), attributeStatus: "Accepted" }) as const)
  const items = variables.map((variable) => ({ ...itemOf(variable), value: variable[2] }))
  const { outcomes } = yield* world.operated(
    Provisioning.setVariables(world.station, items, { itemsPerMessage: 4 }),
    "SetVariables",
    { setVariableData: data },
    { setVariableResult: results.toReversed() }
  )
  assert.deepStrictEqual(
    outcomes,
    variables.map((variable) => ({ item: itemOf(variable), status: "Accepted" }))
  )
  yield* areKnown(world, variables)
})

const areKnown = (world: World, variables: ReadonlyArray<Variable>) =>
  Effect.forEach(
    variables,
    ([component, variable, raw]) =>
      Effect.map(world.station.variable(component, variable), (known) => assert.strictEqual(known?.raw, raw)),
    { discard: true }
  )

/** What a report tells of an integer that can be changed. */
export const integer = ([component, variable, value]: Variable, instance?: string): ReportData => ({
  component: { name: component },
  variable: { name: variable, ...(instance !== undefined && { instance }) },
  variableAttribute: [{ value, mutability: "ReadWrite" }],
  variableCharacteristics: { dataType: "integer", supportsMonitoring: false }
})

/** CS → CSMS NotifyReport, in these parts; each is answered. */
export const notifiesReport = Effect.fnUntraced(function* (
  world: World,
  requestId: number,
  parts: ReadonlyArray<ReadonlyArray<ReportData>>
) {
  const generatedAt = yield* world.now
  for (const [seqNo, reportData] of parts.entries()) {
    const tbc = seqNo < parts.length - 1
    const response = yield* world.cs.call("NotifyReport", {
      requestId,
      seqNo,
      generatedAt,
      ...(tbc && { tbc }), // its default is false
      ...(reportData.length > 0 && { reportData: [...reportData] })
    })
    assert.deepStrictEqual<unknown>(response, {})
  }
})

/** CSMS → CS GetBaseReport; the station sends a report in three parts, one of them empty, and the operator gets all of it. */
export const getsBaseReport = Effect.fnUntraced(function* (
  world: World,
  reportBase: Messages["GetBaseReport"]["request"]["reportBase"]
) {
  const operation = yield* world.starts(Provisioning.getBaseReport(world.station, reportBase))
  const { answer, request } = yield* world.cs.asked("GetBaseReport")
  assert.strictEqual(request.reportBase, reportBase)
  assert.isTrue(Number.isInteger(request.requestId) && request.requestId >= 0)
  yield* answer({ status: "Accepted" })
  const first: Variable = ["OCPPCommCtrlr", "HeartbeatInterval", "300"]
  const last: Variable = ["OCPPCommCtrlr", "OfflineThreshold", "60"]
  yield* notifiesReport(world, request.requestId, [[integer(first)], [], [integer(last)]])
  const { parts, reportData, status } = yield* Fiber.join(operation)
  assert.deepStrictEqual([status, parts], ["Complete", 3])
  assert.deepStrictEqual(reportData, [integer(first), integer(last)])
  yield* areKnown(world, [first, last])
})
