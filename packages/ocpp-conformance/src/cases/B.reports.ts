/** Block B, reports: TC_B_12, 13, 14, 18. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { type Messages, Provisioning } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import { getsBaseReport, notifiesReport } from "./variables.ts"

const baseReport = (
  head: Omit<OcaCase, "run" | "title">,
  reportBase: Messages["GetBaseReport"]["request"]["reportBase"]
): OcaCase => ({
  ...head,
  title: `base report ${reportBase}`,
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    yield* getsBaseReport(world, reportBase)
  })
})

/** The cases, in the order of the standard. */
export const reports: ReadonlyArray<OcaCase> = [
  baseReport(
    {
      id: "TC_B_12_CSMS",
      certification: "C(C-17), M ADM",
      requirements: ["B07.FR.07", "B07.FR.01", "B07.FR.03", "B07.FR.04", "B07.FR.10"]
    },
    "ConfigurationInventory"
  ),
  baseReport(
    { id: "TC_B_13_CSMS", certification: "C(C-50.2)", requirements: ["B07.FR.08", "B07.FR.14"] },
    "FullInventory"
  ),
  baseReport(
    { id: "TC_B_14_CSMS", certification: "M ADM (C-56)", requirements: ["B07.FR.09", "B07.FR.02"] },
    "SummaryInventory"
  ),
  {
    id: "TC_B_18_CSMS",
    title: "custom report by criteria and variables",
    certification: "M ADM",
    requirements: ["B08.FR.01", "B08.FR.03", "B08.FR.05", "B08.FR.15"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const component = { name: "EVSE", evse: { id: 1 } }
      const variable = { name: "AvailabilityState" }
      const asks = Effect.fnUntraced(function* (criterion: "Problem" | "Available") {
        const criteria = { componentCriteria: [criterion], componentVariable: [{ component, variable }] }
        const operation = yield* world.starts(Provisioning.getReport(world.station, criteria))
        const { answer, request } = yield* world.cs.asked("GetReport")
        const { requestId, ...rest } = request
        assert.deepStrictEqual(rest, criteria)
        return { answer, operation, requestId }
      })
      const first = yield* asks("Problem")
      yield* first.answer({ status: "EmptyResultSet" })
      assert.deepInclude(yield* Fiber.join(first.operation), { status: "EmptyResultSet", reportData: [] })
      const { answer, operation, requestId } = yield* asks("Available")
      yield* answer({ status: "Accepted" })
      const reportData = [{ component, variable, variableAttribute: [{ value: "Available" }] }]
      yield* notifiesReport(world, requestId, [reportData])
      assert.deepInclude(yield* Fiber.join(operation), { status: "Complete", reportData })
      assert.strictEqual((yield* world.station.variable("EVSE", variable.name, { evseId: 1 }))?.raw, "Available")
      assert.deepStrictEqual((yield* world.view).mirror.jobs.open, [])
    })
  }
]
