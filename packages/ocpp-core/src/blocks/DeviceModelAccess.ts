/** `DeviceModel` as its readers see it: the type, and what can be read from a value of it. */
import {
  capacity,
  type DeviceModel as Model,
  entries,
  entry,
  limit,
  typedValue,
  value,
  type VariableQuery
} from "./DeviceModel.ts"
import { type StandardVariable, standardVariable, type StandardVariables } from "./StandardVariables.ts"
import { parse, type VariableValue } from "./VariableValue.ts"

/** Everything known of a station's components and variables. Plain data. */
export type DeviceModel = Model

/** Names of the standardised components. */
export type StandardComponent = keyof StandardVariables

/** Names of the standardised variables of a component. */
export type StandardVariableOf<C extends StandardComponent> = Extract<keyof StandardVariables[C], string>

/** Which one of the variables of that name: instance, EVSE and connector, attribute (default Actual). */
export type StandardPlace<C extends StandardComponent, V extends StandardVariableOf<C>> = Omit<
  VariableQuery,
  "component" | "variable" | "instance"
> &
  (StandardVariables[C][V] extends { readonly instances: infer I }
    ? I extends ReadonlyArray<infer N>
      ? { readonly instance?: N }
      : { readonly instance?: string }
    : { readonly instance?: never })

/** What a standardised variable reads as: numbers in the unit of the table, a dateTime in milliseconds since 1970. */
export type StandardValue<
  C extends StandardComponent,
  V extends StandardVariableOf<C>
> = StandardVariables[C][V] extends { readonly type: infer T }
  ? T extends keyof Readable
    ? Readable[T]
    : never
  : never

interface Readable {
  readonly boolean: boolean
  readonly integer: number
  readonly decimal: number
  readonly dateTime: number
  readonly string: string
  readonly OptionList: string
  readonly SequenceList: ReadonlyArray<string>
  readonly MemberList: ReadonlyArray<string>
}

/**
 * A standardised variable, read by the data type that the standard gives it: `read(model, "OCPPCommCtrlr",
 * "HeartbeatInterval")` is a number of seconds. `undefined` when it is not known, unset, or cannot be read as that type; then
 * `typedValue` has the raw text (DM-11, DM-14). A variable with exactly one instance needs none named.
 */
const read = <C extends StandardComponent, V extends StandardVariableOf<C>>(
  model: Model,
  component: C,
  variable: V,
  where?: StandardPlace<C, V>
): StandardValue<C, V> | undefined => {
  const standard = standardVariable(component, variable)
  if (standard === undefined) return undefined
  const query: VariableQuery = { ...where, component, variable }
  const instance = query.instance ?? onlyInstance(standard)
  const known = entry(model, instance === undefined ? query : { ...query, instance })
  const raw = known?.attributes[query.attribute ?? "Actual"]?.value
  if (raw === undefined) return undefined
  const parsed = parse(raw, { dataType: standard.type, supportsMonitoring: false })
  // The one cast: the table gave both the type and the parser, which no type can say.
  return ("value" in parsed ? parsed.value : undefined) as StandardValue<C, V> | undefined
}

const onlyInstance = ({ instances }: StandardVariable): string | undefined =>
  instances !== "any" && instances?.length === 1 ? instances[0] : undefined

/**
 * The value of a variable by the data type that the station reported; before it did, by the one of the standard (DM-12,
 * DM-14). `Untyped` where neither is known.
 */
export const parsed = (model: Model, query: VariableQuery, raw: string): VariableValue => {
  const characteristics = entry(model, query)?.characteristics
  if (characteristics !== undefined) return parse(raw, characteristics)
  const dataType = standardOf(query)?.type
  return parse(raw, dataType && { dataType, supportsMonitoring: false })
}

/** The standardised variable that a query names, if it is one. */
export const standardOf = ({ component, variable }: VariableQuery): StandardVariable | undefined =>
  standardVariable(
    typeof component === "string" ? component : component.name,
    typeof variable === "string" ? variable : variable.name
  )

/** How to read a device model. Names compare without case (DM-03). */
export const DeviceModel = { read, value, typedValue, entry, entries, limit, capacity } as const
