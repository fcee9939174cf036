/** Block B, variables: TC_B_06 to 10. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { Provisioning } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import { getsVariables, integer, notifiesReport, setsVariables } from "./variables.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const variables: ReadonlyArray<OcaCase> = [
  {
    id: "TC_B_06_CSMS",
    title: "get one variable",
    certification: "M",
    requirements: ["B06.FR.01", "B06.FR.02", "B06.FR.03", "B06.FR.04", "B06.FR.10", "B06.FR.11"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* getsVariables(world, [["OCPPCommCtrlr", "OfflineThreshold", "60"]])
    })
  },
  {
    id: "TC_B_07_CSMS",
    title: "get several variables",
    certification: "C(C-45)",
    requirements: ["B06.FR.01", "B06.FR.02", "B06.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* getsVariables(world, [
        ["OCPPCommCtrlr", "OfflineThreshold", "60"],
        ["AuthCtrlr", "AuthorizeRemoteStart", "true"]
      ])
    })
  },
  {
    id: "TC_B_08_CSMS",
    title: "get more variables than one message may have",
    certification: "not in Part 5",
    requirements: ["B06.FR.05"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* knowsLimit(world)
      const operation = yield* world.starts(Provisioning.getVariables(world.station, five))
      for (const names of [five.slice(0, 4), five.slice(4)]) {
        const { answer, request } = yield* world.cs.asked("GetVariables")
        assert.deepStrictEqual(request.getVariableData, names.map(nameOf))
        yield* answer({
          getVariableResult: names.map((item) => ({
            component: nameOf(item).component,
            variable: nameOf(item).variable,
            attributeStatus: "Accepted",
            attributeValue: "4"
          }))
        })
      }
      const { outcomes } = yield* Fiber.join(operation)
      assert.deepStrictEqual(
        outcomes.map(({ item, status }) => ({ item, status })),
        five.map((item) => ({ item, status: "Accepted" as const }))
      )
    })
  },
  {
    id: "TC_B_09_CSMS",
    title: "set one variable",
    certification: "M",
    requirements: ["B05.FR.01", "B05.FR.02", "B05.FR.03", "B05.FR.10", "B05.FR.12"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* setsVariables(world, [["OCPPCommCtrlr", "OfflineThreshold", "123"]])
    })
  },
  {
    id: "TC_B_10_CSMS",
    title: "set several variables",
    certification: "C(C-46)",
    requirements: ["B05.FR.01", "B05.FR.02", "B05.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* setsVariables(world, [
        ["OCPPCommCtrlr", "OfflineThreshold", "123"],
        ["AuthCtrlr", "AuthorizeRemoteStart", "false"]
      ])
    })
  }
]

const items = { component: "DeviceDataCtrlr", variable: "ItemsPerMessage" } as const
const bytes = { component: "DeviceDataCtrlr", variable: "BytesPerMessage" } as const

/** What the operator asks for. */
const five: ReadonlyArray<{ readonly component: string; readonly variable: string; readonly instance?: string }> = [
  { ...items, instance: "GetReport" },
  { ...items, instance: "GetVariables" },
  { ...bytes, instance: "GetReport" },
  { ...bytes, instance: "GetVariables" },
  { component: "AuthCtrlr", variable: "AuthorizeRemoteStart" }
]

const nameOf = ({ component, instance, variable }: (typeof five)[number]) => ({
  component: { name: component },
  variable: { name: variable, ...(instance !== undefined && { instance }) }
})

/** The station told in a report that it takes 4 variables in one GetVariables. */
const knowsLimit = Effect.fnUntraced(function* (world: World) {
  const operation = yield* world.starts(Provisioning.getBaseReport(world.station, "ConfigurationInventory"))
  const { answer, request } = yield* world.cs.asked("GetBaseReport")
  yield* answer({ status: "Accepted" })
  yield* notifiesReport(world, request.requestId, [[integer([items.component, items.variable, "4"], "GetVariables")]])
  yield* Fiber.join(operation)
})
