/** EVs to choose from: invented models with the numbers of their kind. */
import type { EV, EVDialogue, EVModel } from "./EV.ts"

/** By name; the hybrid charges over AC only. */
export const evModels = {
  compact: { capacityWh: 26_800, maxAcPower: 7_400, maxDcPower: 40_000, phases: 1, minCurrent: 6, taperFrom: 0.7 },
  family: { capacityWh: 58_000, maxAcPower: 11_040, maxDcPower: 120_000, phases: 3, minCurrent: 6, taperFrom: 0.65 },
  limousine: { capacityWh: 95_000, maxAcPower: 22_080, maxDcPower: 250_000, phases: 3, minCurrent: 6, taperFrom: 0.5 },
  van: { capacityWh: 75_000, maxAcPower: 11_040, maxDcPower: 80_000, phases: 3, minCurrent: 6, taperFrom: 0.8 },
  truck: { capacityWh: 480_000, maxAcPower: 22_080, maxDcPower: 380_000, phases: 3, minCurrent: 6, taperFrom: 0.75 },
  hybrid: { capacityWh: 12_000, maxAcPower: 3_680, maxDcPower: 0, phases: 1, minCurrent: 6, taperFrom: 0.9 }
} as const satisfies { readonly [name: string]: EVModel }

/** The names of the models. */
export type EVModelName = keyof typeof evModels

const modelOf = (name: EVModelName): EVModel => {
  if (Object.hasOwn(evModels, name)) return evModels[name]
  throw new RangeError(`There is no EV model ${name}; there are ${Object.keys(evModels).join(", ")}.`)
}

/**
 * An EV of a model. Its state of charge (default 0.3) and target (default 1) are from 0 to 1. A name that is none throws a
 * RangeError, and so does a share that is no such number.
 */
export const makeEV = (
  model: EVModelName | EVModel,
  options: { readonly stateOfCharge?: number; readonly target?: number; readonly iso15118?: EVDialogue } = {}
): EV => ({
  model: typeof model === "string" ? modelOf(model) : model,
  stateOfCharge: shareOf("stateOfCharge", options.stateOfCharge ?? 0.3),
  target: shareOf("target", options.target ?? 1),
  ...(options.iso15118 && { iso15118: options.iso15118 })
})

const shareOf = (name: string, share: number): number => {
  if (share >= 0 && share <= 1) return share
  throw new RangeError(`\`${name}\` is ${share}; it must be from 0 to 1, where 1 is a full battery.`)
}
