/** The variables of the device model that transactions go by, as they are now. */
import type { ModelPart } from "../parts.ts"
import { type TxPoint, txPoints, txPointsRefusal } from "./TxPoints.ts"

const usual: ReadonlyArray<TxPoint> = ["EVConnected", "Authorized"]

const pointsOf = (model: ModelPart, variable: "TxStartPoint" | "TxStopPoint"): ReadonlyArray<TxPoint> => {
  const points = txPoints(model.list("TxCtrlr", variable))
  return points.length === 0 ? usual : points
}

/** TxCtrlr.TxStartPoint. */
export const startPoints = (model: ModelPart): ReadonlyArray<TxPoint> => pointsOf(model, "TxStartPoint")

/** TxCtrlr.TxStopPoint. */
export const stopPoints = (model: ModelPart): ReadonlyArray<TxPoint> => pointsOf(model, "TxStopPoint")

/** Refuses start and stop points that make no sense together, or that the meter cannot see (E-30). */
export const guardPoints = (model: ModelPart): void => {
  const canSign = (): boolean => model.value("SampledDataCtrlr", "SignReadings") !== undefined
  model.guard("TxCtrlr", "TxStartPoint", (start) =>
    txPointsRefusal(start, model.value("TxCtrlr", "TxStopPoint"), canSign())
  )
  model.guard("TxCtrlr", "TxStopPoint", (stop) =>
    txPointsRefusal(model.value("TxCtrlr", "TxStartPoint"), stop, canSign())
  )
}

/** Calls `changed` when a variable changes that says when the meter is read in a transaction. */
export const watchReadings = (model: ModelPart, changed: () => void): void => {
  for (const component of ["SampledDataCtrlr", "AlignedDataCtrlr"])
    for (const variable of ["Enabled", "Interval", "TxUpdatedInterval", "TxEndedInterval"])
      if (model.value(component, variable) !== undefined) model.watch(component, variable, changed)
}

/** Whether the station looks at its parking bays: some point is about them. */
export const seesBay = (model: ModelPart): boolean =>
  startPoints(model).includes("ParkingBayOccupancy") || stopPoints(model).includes("ParkingBayOccupancy")

/** Whether the meter signs sampled values (E01.FR.04). */
export const signs = (model: ModelPart): boolean => model.flag("SampledDataCtrlr", "SignReadings")

/** Whether a component is in use: it is, unless it says that it is not. */
export const isEnabled = (model: ModelPart, component: string): boolean => model.value(component, "Enabled") !== "false"

/** Milliseconds that a driver has to plug in [TxCtrlr.EVConnectionTimeOut]. */
export const connectionTimeout = (model: ModelPart): number =>
  model.number("TxCtrlr", "EVConnectionTimeOut", undefined, 120) * 1000

/** Wh that may flow though the CSMS does not accept the token; none where the variable is absent or 0 (E05.FR.02, E05.FR.03). */
export const energyOnInvalidId = (model: ModelPart): number => model.number("TxCtrlr", "MaxEnergyOnInvalidId")

/** Whether transactions are made before the CSMS has accepted the station. */
export const beforeAccepted = (model: ModelPart): boolean => model.flag("TxCtrlr", "TxBeforeAcceptedEnabled")
