/** Meter values as the wire has them (block J). */
import type { Reading } from "./Charger.ts"

/** What a TransactionEvent is sent for, as far as its meter values are concerned. */
export type TransactionEventType = "Started" | "Updated" | "Ended"

/** The ReadingContext of the meter values of a TransactionEvent. */
export const contextOf = (eventType: TransactionEventType, triggerReason: string): string => {
  if (eventType === "Started") return "Transaction.Begin"
  if (eventType === "Ended") return "Transaction.End"
  return triggerReason === "MeterValuePeriodic" ? "Sample.Periodic" : "Other"
}

/** One meter value with the measurands that are wanted. */
export const meterValue = (
  { registerWh, powerW, voltageV, stateOfChargePercent }: Reading,
  wanted: ReadonlyArray<string>,
  context: string,
  timestamp: string
): object => {
  const samples = [
    { context, measurand: "Energy.Active.Import.Register", value: registerWh, unitOfMeasure: { unit: "Wh" } },
    { context, measurand: "Power.Active.Import", value: powerW, unitOfMeasure: { unit: "W" } },
    { context, measurand: "Voltage", value: voltageV, unitOfMeasure: { unit: "V" } },
    {
      context,
      measurand: "SoC",
      value: stateOfChargePercent,
      location: "EV",
      unitOfMeasure: { unit: "Percent" }
    }
  ]
  return { timestamp, sampledValue: samples.filter(({ measurand }) => wanted.includes(measurand)) }
}
