/** What energy costs here, and how much of it a transaction has drawn. */
import type { Handler, Transaction } from "@wattline/ocpp-core"

/** Per kWh. */
export const tariff = { pricePerKwh: 0.49, currency: "EUR" } as const

/** The price of some energy, in cents exactly. */
export const costOf = (energyWh: number): number => Math.round((energyWh / 1000) * tariff.pricePerKwh * 100) / 100

/** A TransactionEvent as a handler gets it. */
type TransactionEvent = Parameters<Handler<"TransactionEvent">>[0]

/** Energy that a transaction has drawn up to and with `event`, in Wh; `undefined` as long as no reading is known. */
export const energyWith = (transaction: Transaction | undefined, event: TransactionEvent): number | undefined => {
  const readings = (event.meterValue ?? []).flatMap(({ sampledValue }) =>
    sampledValue.flatMap((one) => registerWh(one))
  )
  const first = transaction?.energy?.first.wh ?? readings[0]
  const last = readings.at(-1) ?? transaction?.energy?.last.wh
  return first === undefined || last === undefined ? undefined : last - first
}

type SampledValue = NonNullable<TransactionEvent["meterValue"]>[number]["sampledValue"][number]

/** The energy register in Wh; none for other measurands and for single phases. */
const registerWh = ({ measurand, phase, unitOfMeasure, value }: SampledValue): ReadonlyArray<number> => {
  if ((measurand ?? "Energy.Active.Import.Register") !== "Energy.Active.Import.Register" || phase !== undefined)
    return []
  const factor = unitOfMeasure?.unit === "kWh" ? 1000 : 1
  return [value * factor * 10 ** (unitOfMeasure?.multiplier ?? 0)]
}
