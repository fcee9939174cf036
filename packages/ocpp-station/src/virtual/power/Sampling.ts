/** A meter's readings as sampled values: which measurands there are, with which phases, units and decimals (J). Pure. */
import type {
  MeasurandEnumType,
  PhaseEnumType,
  ReadingContextEnumType,
  SampledValueType,
  UnitOfMeasureType
} from "@wattline/ocpp-v201"

/** What a meter shows at one moment. */
export interface Metered {
  /** AC phases of the meter, 1 to 3; 0 is DC. */
  readonly phases: number
  /** Wh per phase since the station was built; DC on the first. */
  readonly registers: ReadonlyArray<number>
  /** Wh since the interval was read last. */
  readonly intervalWh: number
  /** W per phase; DC on the first. */
  readonly powers: ReadonlyArray<number>
  /** V between phase and neutral, or DC. */
  readonly voltage: number
  /** The main meter is at the inlet, that of an EVSE at the outlet, which goes without saying (J01.FR.09). */
  readonly isMain?: boolean
  /** Absent for the main meter, which offers nothing to anybody. */
  readonly offered?: { readonly current: number; readonly power: number }
  /** Percent; only where it is known. */
  readonly stateOfCharge: number | undefined
}

/**
 * The readings of these measurands, named as in the device model; what the meter does not measure is left out. With
 * `perPhase` the import register is told per phase besides its total (SampledDataCtrlr.RegisterValuesWithoutPhases false).
 */
export const sampledValues = (
  metered: Metered,
  measurands: ReadonlyArray<string>,
  context: ReadingContextEnumType,
  perPhase: boolean
): Array<SampledValueType> => {
  const values: Array<SampledValueType> = []
  for (const name of measurands) {
    if (!isMeasured(name)) continue
    for (const one of measures[name](metered, perPhase))
      values.push({ ...one, context, ...(metered.isMain === true && { location: "Inlet" }) })
  }
  return values
}

/** Measurands that the meters of a virtual station know: the valuesList of the measurand variables. */
export const isMeasured = (name: string): name is keyof typeof measures => Object.hasOwn(measures, name)

type Value = Omit<SampledValueType, "context">
type Measure = (metered: Metered, perPhase: boolean) => ReadonlyArray<Value>

const value = (
  measurand: MeasurandEnumType,
  unitOfMeasure: UnitOfMeasureType,
  amount: number,
  decimals: number,
  phase?: PhaseEnumType
): Value => ({
  value: Math.round(amount * 10 ** decimals) / 10 ** decimals,
  measurand,
  unitOfMeasure,
  ...(phase && { phase })
})

const unit = {
  wattHours: { unit: "Wh" },
  watts: { unit: "W" },
  amperes: { unit: "A" },
  volts: { unit: "V" },
  hertz: { unit: "Hz" },
  percent: { unit: "Percent" }
} as const

const lines = ["L1", "L2", "L3"] as const
const toNeutral = ["L1-N", "L2-N", "L3-N"] as const

const sum = (amounts: ReadonlyArray<number>): number => amounts.reduce((total, amount) => total + amount, 0)

/** One value per phase; a single phase, and DC, need no name. */
const each = (
  { phases }: Metered,
  names: ReadonlyArray<PhaseEnumType>,
  make: (index: number, phase?: PhaseEnumType) => Value
): ReadonlyArray<Value> => (phases < 2 ? [make(0)] : names.slice(0, phases).map((name, index) => make(index, name)))

const measures = {
  "Energy.Active.Import.Register": (metered, perPhase) => {
    const register = (amount: number, phase?: PhaseEnumType): Value =>
      value("Energy.Active.Import.Register", unit.wattHours, amount, 1, phase)
    const total = register(sum(metered.registers))
    if (!perPhase || metered.phases < 2) return [total]
    return [total, ...each(metered, lines, (index, phase) => register(metered.registers[index] ?? 0, phase))]
  },
  "Energy.Active.Import.Interval": ({ intervalWh }) => [
    value("Energy.Active.Import.Interval", unit.wattHours, intervalWh, 1)
  ],
  "Power.Active.Import": ({ powers }) => [value("Power.Active.Import", unit.watts, sum(powers), 1)],
  "Power.Offered": ({ offered }) =>
    offered === undefined ? [] : [value("Power.Offered", unit.watts, offered.power, 1)],
  "Current.Import": (metered) =>
    each(metered, lines, (index, phase) =>
      value("Current.Import", unit.amperes, (metered.powers[index] ?? 0) / metered.voltage, 2, phase)
    ),
  "Current.Offered": ({ offered }) =>
    offered === undefined ? [] : [value("Current.Offered", unit.amperes, offered.current, 1)],
  Voltage: (metered) => each(metered, toNeutral, (_, phase) => value("Voltage", unit.volts, metered.voltage, 1, phase)),
  Frequency: ({ phases }) => (phases === 0 ? [] : [value("Frequency", unit.hertz, 50, 2)]),
  SoC: ({ stateOfCharge }) =>
    stateOfCharge === undefined ? [] : [{ ...value("SoC", unit.percent, stateOfCharge, 1), location: "EV" }]
} as const satisfies { readonly [M in MeasurandEnumType]?: Measure }

/** All measurands that a virtual station measures. */
export const measuredMeasurands: ReadonlyArray<MeasurandEnumType> = Object.keys(measures).filter(isMeasured)
