/** Which variables a report is about (B07, B08, N02). */
import type {
  ComponentCriterionEnumType,
  ComponentType,
  ComponentVariableType,
  GetReportRequest,
  ReportBaseEnumType,
  VariableType
} from "@wattline/ocpp-v201"
import type { Item } from "./Inventory.ts"
import type { Store } from "./Store.ts"

/** The variables of a base report (B07.FR.07 to .09). */
export const baseSelection = (store: Store, base: ReportBaseEnumType): ReadonlyArray<Item> => {
  switch (base) {
    case "FullInventory":
      return store.items
    case "ConfigurationInventory":
      return store.items.filter(isConfigurable)
    case "SummaryInventory":
      return store.items.filter((item) => isSummary(item, store))
  }
}

/** The CSMS can set an attribute of it. */
const isConfigurable = ({ definition }: Item): boolean =>
  definition.mutability !== "ReadOnly" || definition.others !== undefined

/** Whether it can charge, and what is wrong with it. */
const isSummary = (item: Item, store: Store): boolean =>
  item.variable.name === "AvailabilityState" || (problems.has(item.variable.name) && store.read(item) === "true")

const problems: ReadonlySet<string> = new Set(["Problem", "Tripped", "Overload", "Fallback"])

/** The variables of a GetReport: of components with one of the criteria, and named by one of the entries (B08.FR.05 to .25). */
export const selection = (
  store: Store,
  { componentCriteria, componentVariable }: Pick<GetReportRequest, "componentCriteria" | "componentVariable">
): ReadonlyArray<Item> => {
  const verdicts = new Map<string, boolean>()
  const fits = ({ componentKey }: Item): boolean => {
    if (componentCriteria === undefined) return true
    let verdict = verdicts.get(componentKey)
    if (verdict === undefined) {
      const variables = store.of(componentKey)
      verdict = componentCriteria.some((criterion) => meets(variables, criterion, store))
      verdicts.set(componentKey, verdict)
    }
    return verdict
  }
  return store.items.filter((item) => isNamed(item, componentVariable) && fits(item))
}

/** Problem has to be there and true; the others count as true where they are absent (B08.FR.07 to .10). */
const meets = (variables: ReadonlyArray<Item>, criterion: ComponentCriterionEnumType, store: Store): boolean => {
  const named = variables.filter(({ variable }) => variable.name === criterion)
  if (named.length === 0) return criterion !== "Problem"
  return named.some((item) => store.read(item) === "true")
}

/** Whether one of the entries names a variable; true without entries. */
export const isNamed = (
  place: { readonly component: ComponentType; readonly variable: VariableType },
  entries: ReadonlyArray<ComponentVariableType> | undefined
): boolean =>
  entries === undefined ||
  entries.some(
    ({ component, variable }) =>
      isWithin(place.component, component) && (variable === undefined || isInstance(place.variable, variable))
  )

/** What an entry leaves out stands for all: instances, EVSEs, connectors (B08.FR.22 to .25, N02.FR.18 to .21). */
const isWithin = (one: ComponentType, asked: ComponentType): boolean =>
  isInstance(one, asked) &&
  (asked.evse === undefined ||
    (one.evse?.id === asked.evse.id &&
      (asked.evse.connectorId === undefined || one.evse.connectorId === asked.evse.connectorId)))

const isInstance = (one: VariableType, asked: VariableType): boolean =>
  isSame(one.name, asked.name) && (!asked.instance || isSame(one.instance ?? "", asked.instance))

const isSame = (one: string, other: string): boolean => one === other || one.toLowerCase() === other.toLowerCase()
