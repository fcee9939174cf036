/**
 * Stations of one make have the same components, variables and characteristics. Held once for all of them, a model of 300
 * variables takes two thirds of what it takes alone; with ten thousand stations that is what decides.
 */
import type { ComponentNode, DeviceModel, VariableNode } from "./DeviceModel.ts"

/** Values that are remembered; then it begins anew, so that no station can fill the memory with names it makes up. */
const maxShared = 20_000

const pool = new Map<string, object>()

/** The value itself, or an equal one that was given before. For plain data that nobody changes. */
export const shared = <A extends object>(value: A): A => {
  const text = JSON.stringify(value)
  const known = pool.get(text)
  if (known !== undefined) return known as A // equal as JSON, and therefore of the same type
  if (pool.size >= maxShared) pool.clear()
  pool.set(text, value)
  return value
}

/** A model as it was stored, sharing what it has in common with others. */
export const withShared = (model: DeviceModel): DeviceModel => ({
  ...model,
  components: mapValues(model.components, ({ component, variables }): ComponentNode => ({
    component: shared(component),
    variables: mapValues(variables, ({ attributes, characteristics, variable }): VariableNode => ({
      variable: shared(variable),
      attributes,
      ...(characteristics && { characteristics: shared(characteristics) })
    }))
  }))
})

const mapValues = <A>(record: { readonly [key: string]: A }, change: (value: A) => A): { readonly [key: string]: A } =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
