import { expect, it } from "vitest"
import { readOperations, renderOperations } from "../../src/status/Operations.ts"

const namespaces = readOperations()

it("every operation has prose and an example", () => {
  let count = 0
  for (const { name: namespace, operations } of namespaces) {
    for (const { example, name, parameters, text } of operations) {
      if (parameters[0] !== "station") continue
      count++
      expect(text, `${namespace}.${name}`).not.toBe("")
      expect(example, `${namespace}.${name} has no @example`).toContain(`${namespace}.${name}(`)
    }
  }
  expect(count).toBeGreaterThan(50)
})

it("an operation that is exported through another file stands under its namespace, with its parameters", () => {
  const remoteControl = namespaces.find(({ name }) => name === "RemoteControl")
  expect(remoteControl?.operations.find(({ name }) => name === "unlockConnector")?.parameters).toEqual([
    "station",
    "evseId",
    "connectorId",
    "options?"
  ])
  expect(renderOperations(namespaces)).toContain(
    "### RemoteControl.unlockConnector(station, evseId, connectorId, options?)"
  )
})
