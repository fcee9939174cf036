/** What must hold of meter values besides their schema: units, phases, readings (P2 MeasurandEnumType, UnitOfMeasureType). Pure. */
import type { MeasurandEnumType, MeterValueType, SampledValueType } from "@wattline/ocpp-v201"
import type { FrameProblem } from "./frames.ts"

/** The units of each kind of measurand, the first part of its name deciding. */
const units: ReadonlyArray<readonly [prefix: string, units: ReadonlyArray<string>]> = [
  ["Energy.Reactive", ["varh", "kvarh"]],
  ["Energy.Apparent", ["VAh", "kVAh"]],
  ["Energy.Active", ["Wh", "kWh"]],
  ["Power.Reactive", ["var", "kvar"]],
  ["Power.Factor", []],
  ["Power", ["W", "kW", "VA", "kVA"]],
  ["Current", ["A"]],
  ["Voltage", ["V"]],
  ["Frequency", ["Hz"]],
  ["SoC", ["Percent"]]
]

const unitsOf = (measurand: MeasurandEnumType): ReadonlyArray<string> =>
  units.find(([prefix]) => measurand.startsWith(prefix))?.[1] ?? []

const defaultMeasurand = "Energy.Active.Import.Register"

const problemOf = ({
  measurand = defaultMeasurand,
  unitOfMeasure,
  value
}: SampledValueType): FrameProblem | undefined => {
  const allowed = unitsOf(measurand)
  const unit = unitOfMeasure?.unit
  if (unit === undefined && allowed.length > 0 && !allowed.includes("Wh"))
    return {
      severity: "warning",
      rules: ["J-3"],
      message: `${measurand} has no unit, which means Wh; it should be ${allowed.join(" or ")}`
    }
  if (unit !== undefined && allowed.length > 0 && !allowed.includes(unit))
    return {
      severity: "warning",
      rules: ["J-3"],
      message: `the unit of ${measurand} is ${JSON.stringify(unit)}; the standard has ${allowed.join(" and ")} for it`
    }
  if (measurand === "SoC" && (value < 0 || value > 100))
    return { severity: "error", rules: ["J-3"], message: `SoC is ${value}; it is a percentage` }
  return undefined
}

const kindOf = ({
  context = "Sample.Periodic",
  location = "Outlet",
  measurand = defaultMeasurand,
  phase
}: SampledValueType) => `${measurand}/${phase ?? ""}/${location}/${context}`

/** The first problem that these meter values have. */
export const meterProblems = (values: ReadonlyArray<MeterValueType>): ReadonlyArray<FrameProblem> => {
  for (const { sampledValue } of values) {
    for (const sample of sampledValue) {
      const problem = problemOf(sample)
      if (problem !== undefined) return [problem]
    }
    if (new Set(sampledValue.map(kindOf)).size < sampledValue.length)
      return [
        {
          severity: "warning",
          rules: ["J01.FR.17", "J-7"],
          message:
            "one meterValue holds two samples of the same measurand, phase, location and context; it is one moment"
        }
      ]
  }
  return []
}

/** The import register of the outlet in Wh, over all phases; `undefined` when there is none. */
export const energyRegister = ({ sampledValue }: MeterValueType): number | undefined => {
  const sample = sampledValue.find(
    ({ location = "Outlet", measurand = defaultMeasurand, phase }) =>
      measurand === defaultMeasurand && location === "Outlet" && phase === undefined
  )
  if (sample === undefined) return undefined
  const { multiplier = 0, unit = "Wh" } = sample.unitOfMeasure ?? {}
  return sample.value * 10 ** multiplier * (unit === "kWh" ? 1_000 : 1)
}
