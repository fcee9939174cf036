/** Why a virtual station cannot be built as its options say: what would be ignored without a word is told. */
import { bootProblem, connectionProblem, settingsProblem } from "../client/problems.ts"
import { builtConnection } from "./Connection.ts"
import { type Inventory, inventoryOf, type Item } from "./deviceModel/Inventory.ts"
import { valueProblem } from "./deviceModel/Variables.ts"
import { evsesOf, type VirtualStationOptions } from "./VirtualStationOptions.ts"

/** A sentence that says what to change; `undefined` when the station can be built. */
export const buildProblem = (options: VirtualStationOptions): string | undefined =>
  connectionProblem(options.identity, builtConnection(options)) ??
  settingsProblem(options.settings ?? {}) ??
  (options.chargingStation && bootProblem(options.chargingStation)) ??
  evseProblem(options) ??
  modelProblem(options)

const evseProblem = ({ evses = [{}] }: VirtualStationOptions): string | undefined => {
  if (evses.length === 0) return "`evses` must hold one EVSE at least."
  for (const { connectors, supply } of evses) {
    if (connectors?.length === 0) return "An EVSE must have one connector at least."
    if (supply === undefined) continue
    if (![0, 1, 2, 3].includes(supply.phases)) return "`supply.phases` must be 1 to 3, or 0 for DC."
    if (!(supply.voltage > 0 && supply.maxCurrent > 0))
      return "`supply.voltage` and `supply.maxCurrent` must be above 0."
  }
  return undefined
}

const modelProblem = ({
  evses,
  model: { values = {}, without = [] } = {}
}: VirtualStationOptions): string | undefined => {
  const given = Object.entries<unknown>(values)
  if (given.length === 0 && without.length === 0) return undefined
  const inventory = inventoryOf({ evses: evsesOf(evses) })
  const problems = [
    ...without.map((name) => withoutProblem(inventory, name)),
    ...given.map(([name, value]) => givenProblem(inventory, name, value))
  ]
  return problems.find((problem) => problem !== undefined)
}

const withoutProblem = ({ items }: Inventory, name: string): string | undefined =>
  items.some(({ componentKey }) => componentKey.split("\n")[0] === name.toLowerCase())
    ? undefined
    : `\`model.without\` has ${name}, which is not a component of the station.`

/** Names are as the standard writes them. */
const givenProblem = (inventory: Inventory, name: string, value: unknown): string | undefined => {
  const item = variablesOf(inventory).get(name)
  if (item === undefined)
    return `\`model.values\` has ${name}, which is not a variable of the station; write "Component.Variable" or "Component.Variable[instance]" as the standard does.`
  const { live, setting } = item.definition
  if (setting !== undefined) return `\`model.values\` has ${name}: give it as \`settings.${setting}\`.`
  if (live !== undefined) return `\`model.values\` has ${name}, which the station says itself.`
  const problem = typeof value === "string" ? valueProblem(item, value) : "it must be a text"
  return problem && `\`model.values\` has a value for ${name} that it cannot have: ${problem}.`
}

const variables = new WeakMap<Inventory, ReadonlyMap<string, Item>>()

/** By the names that `model.values` has. */
const variablesOf = (inventory: Inventory): ReadonlyMap<string, Item> => {
  const known = variables.get(inventory)
  if (known !== undefined) return known
  const made = new Map(
    inventory.items.map((item) => {
      const { instance, name } = item.variable
      return [`${item.component.name}.${name}${instance === undefined ? "" : `[${instance}]`}`, item] as const
    })
  )
  variables.set(inventory, made)
  return made
}
