/** The monitoring base and level of a station: in force, or in doubt since an answer was lost (N-7, N-12, ST-3). Pure. */
import type { Exchange } from "./Block.ts"
import type { DiagnosticsState, MonitoringBaseSet, MonitoringLevelSet } from "./Diagnostics.ts"

type Emit = (event: MonitoringBaseSet | MonitoringLevelSet) => void
type Limit = "monitoringBase" | "monitoringLevel"

/** The base or the level may be another by now. */
export const doubtLimit = (state: DiagnosticsState, limit: Limit): DiagnosticsState =>
  state.uncertain?.[limit] === true ? state : { ...state, uncertain: { ...state.uncertain, [limit]: true } }

/** The base or the level is known. */
export const confirmLimit = (state: DiagnosticsState, limit: Limit): DiagnosticsState => {
  if (state.uncertain?.[limit] !== true) return state
  const { uncertain, ...certain } = state
  const { [limit]: _, ...left } = uncertain
  return Object.keys(left).length === 0 ? certain : { ...certain, uncertain: left }
}

/** An answered SetMonitoringLevel (N-12). */
export const levelSet = (
  state: DiagnosticsState,
  { request, response }: Exchange<"SetMonitoringLevel">,
  emit: Emit
): DiagnosticsState => (response.status === "Accepted" ? withLevel(state, request.severity, emit) : state)

const withLevel = (state: DiagnosticsState, to: number, emit: Emit): DiagnosticsState => {
  const { monitoringLevel: from } = state
  if (to === from) return confirmLimit(state, "monitoringLevel")
  emit({ _tag: "MonitoringLevelSet", ...(from !== undefined && { from }), to })
  return { ...confirmLimit(state, "monitoringLevel"), monitoringLevel: to }
}

/** What is in force can be read, which settles what an answer that was lost left in doubt (ST-3). */
export const limitsRead = (
  state: DiagnosticsState,
  { response }: Exchange<"GetVariables">,
  emit: Emit
): DiagnosticsState => {
  if (state.uncertain === undefined) return state
  let next = state
  for (const {
    attributeStatus,
    attributeType = "Actual",
    attributeValue,
    component,
    variable
  } of response.getVariableResult) {
    if (attributeStatus !== "Accepted" || attributeType !== "Actual") continue
    if (component.name.toLowerCase() !== "monitoringctrlr") continue
    switch (variable.name.toLowerCase()) {
      case "activemonitoringbase":
        next = baseRead(next, attributeValue, emit)
        break
      case "activemonitoringlevel":
        if (/^[0-9]$/.test(attributeValue ?? "")) next = withLevel(next, Number(attributeValue), emit)
    }
  }
  return next
}

const baseRead = (state: DiagnosticsState, value: string | undefined, emit: Emit): DiagnosticsState => {
  if (value !== "All" && value !== "FactoryDefault" && value !== "HardWiredOnly") return state
  const { monitoringBase: from } = state
  const certain = confirmLimit(state, "monitoringBase")
  if (value === from) return certain
  emit({ _tag: "MonitoringBaseSet", ...(from !== undefined && { from }), to: value })
  return { ...certain, monitoringBase: value }
}
