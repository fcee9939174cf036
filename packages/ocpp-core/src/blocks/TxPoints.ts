/** Which combinations of TxCtrlr.TxStartPoint and TxCtrlr.TxStopPoint do not fit (E-30). A warning: the app chooses. */
import type { SetVariablesRequest } from "@wattline/ocpp-v201"

/** Why a combination of start and stop points does not fit. */
export type TxPointsProblem =
  | "StopAtDataSigned" // means nothing as a stop point
  | "StopAtEnergyTransfer" // the transaction ends whenever charging pauses
  | "NoStopAtParkingBay" // begins at ParkingBayOccupancy, and may never end
  | "NoStopAfterAuthorized" // begins at Authorized only, and stops at neither Authorized nor PowerPathClosed

/** A SetVariables is about to give a station start and stop points that do not fit (E-30). It is sent all the same. */
export interface TxPointsDoubtful {
  readonly _tag: "TxPointsDoubtful"
  /** As they would be, comma-separated; absent when not known. */
  readonly txStartPoint?: string
  readonly txStopPoint?: string
  readonly problems: ReadonlyArray<TxPointsProblem>
}

/** What does not fit; points as in the variables, comma-separated, `undefined` when not known (E-30). */
export const txPointsProblems = (
  start: string | undefined,
  stop: string | undefined
): ReadonlyArray<TxPointsProblem> => {
  const starts = pointsOf(start)
  const stops = pointsOf(stop)
  const problems: Array<TxPointsProblem> = []
  if (stops.includes("DataSigned")) problems.push("StopAtDataSigned")
  if (stops.includes("EnergyTransfer")) problems.push("StopAtEnergyTransfer")
  if (start === undefined || stop === undefined) return problems
  if (starts.includes("ParkingBayOccupancy") && !stops.includes("ParkingBayOccupancy"))
    problems.push("NoStopAtParkingBay")
  if (
    starts.length === 1 &&
    starts[0] === "Authorized" &&
    !stops.includes("Authorized") &&
    !stops.includes("PowerPathClosed")
  )
    problems.push("NoStopAfterAuthorized")
  return problems
}

const pointsOf = (list = ""): ReadonlyArray<string> =>
  list
    .split(",")
    .map((point) => point.trim())
    .filter((point) => point !== "")

/** The points that a SetVariables sets; `undefined` when it sets none. */
export const txPointsIn = ({
  setVariableData
}: SetVariablesRequest): { readonly start?: string; readonly stop?: string } | undefined => {
  const found: { start?: string; stop?: string } = {}
  for (const { attributeType = "Actual", attributeValue, component, variable } of setVariableData) {
    if (attributeType !== "Actual" || component.name.toLowerCase() !== "txctrlr") continue
    const name = variable.name.toLowerCase()
    if (name === "txstartpoint") found.start = attributeValue
    else if (name === "txstoppoint") found.stop = attributeValue
  }
  return found.start === undefined && found.stop === undefined ? undefined : found
}
