/** An electric vehicle at the end of the cable: a battery, and what its charger takes. Pure arithmetic on plain data. */

/** What does not change while it charges. */
export interface EVModel {
  /** Usable capacity of the battery in Wh. */
  readonly capacityWh: number
  /** What the onboard charger takes at most over AC, in W, all phases together. */
  readonly maxAcPower: number
  /** What the battery takes at most over DC, in W. */
  readonly maxDcPower: number
  /** Phases of the onboard charger. */
  readonly phases: 1 | 2 | 3
  /** A below which the onboard charger stops (6 A with IEC 61851). */
  readonly minCurrent: number
  /** State of charge, 0 to 1, from which the power goes down in a straight line to a tenth at 1. */
  readonly taperFrom: number
}

/** One EV. Mutable: `Power` charges its battery. */
export interface EV {
  readonly model: EVModel
  /** 0 to 1. */
  stateOfCharge: number
  /** State of charge at which the driver's EV stops by itself, 0 to 1. */
  readonly target: number
  /** Present: it speaks ISO 15118 and tells its needs before it charges (K15 to K17). */
  readonly iso15118?: EVDialogue
}

/** What an EV says over ISO 15118 besides what its battery tells. */
export interface EVDialogue {
  /** Periods that it takes per schedule. */
  readonly maxScheduleTuples?: number
  /** When it wants to leave, in seconds from when it was asked. */
  readonly departureIn?: number
  /** What it asks of its provider when it is plugged in, for its contract certificate (M01, M02). */
  readonly contractRequest?: {
    readonly action: "Install" | "Update"
    /** CertificateInstallationReq or CertificateUpdateReq as EXI in base64, at most 5,600 characters. */
    readonly exiRequest: string
  }
}

/** What the charger of an EV takes at most, in W, over so many AC phases; 0 is DC. */
export const intakeOf = ({ maxAcPower, maxDcPower, phases }: EVModel, lines: number): number =>
  lines === 0 ? maxDcPower : (maxAcPower / phases) * Math.min(lines, phases)

/** Whether it takes no more: at its target, or full. */
export const isSatisfied = (ev: EV): boolean => ev.stateOfCharge >= endOf(ev) - rounding

/** What an EV takes now, in W, of what is offered; `intake` is what its charger takes at most. */
export const powerTaken = (ev: EV, offered: number, intake: number): number =>
  isSatisfied(ev) ? 0 : Math.max(0, Math.min(offered, intake * acceptance(ev.model, ev.stateOfCharge)))

/**
 * The state of charge after so many seconds with a constant offer, in closed form: level until the battery takes less than is
 * offered, from there on an approach that halves in equal times.
 */
export const chargedAfter = (ev: EV, offered: number, intake: number, seconds: number): number => {
  const { model, stateOfCharge } = ev
  const end = endOf(ev)
  if (stateOfCharge >= end || offered <= 0 || intake <= 0 || seconds <= 0) return stateOfCharge
  const flat = Math.min(offered, intake)
  const bend = Math.min(end, bendOf(model, offered / intake))
  const level = secondsOf(model, bend - stateOfCharge, flat)
  if (seconds <= level) return Math.min(bend, stateOfCharge + (flat * seconds) / wattSeconds(model))
  const from = Math.max(bend, stateOfCharge)
  if (from >= end) return end
  const left = acceptance(model, from) * Math.exp(-rateOf(model, intake) * (seconds - Math.max(0, level)))
  return Math.max(from, Math.min(end, model.taperFrom + (1 - left) / slopeOf(model)))
}

/** Seconds until it is satisfied with a constant offer in W; Infinity when it takes nothing. */
export const secondsToTarget = (ev: EV, offered: number, intake: number): number => {
  const { model, stateOfCharge } = ev
  const end = endOf(ev)
  if (isSatisfied(ev)) return 0
  if (offered <= 0 || intake <= 0) return Infinity
  const bend = Math.min(end, bendOf(model, offered / intake))
  const level = Math.max(0, secondsOf(model, bend - stateOfCharge, Math.min(offered, intake)))
  const from = Math.max(bend, stateOfCharge)
  if (from >= end) return level
  return level + Math.log(acceptance(model, from) / acceptance(model, end)) / rateOf(model, intake)
}

const least = 0.1
const rounding = 1e-9

const endOf = ({ target }: EV): number => Math.min(1, target)

const wattSeconds = ({ capacityWh }: EVModel): number => capacityWh * 3600

const secondsOf = (model: EVModel, share: number, power: number): number => (share * wattSeconds(model)) / power

/** Share of its most that the battery takes at a state of charge, 1 down to a tenth. */
const acceptance = (model: EVModel, stateOfCharge: number): number =>
  stateOfCharge <= model.taperFrom ? 1 : 1 - (stateOfCharge - model.taperFrom) * slopeOf(model)

/** How much of the share is lost per state of charge. */
const slopeOf = ({ taperFrom }: EVModel): number => (taperFrom >= 1 ? 0 : (1 - least) / (1 - taperFrom))

/** Per second: in the taper the share that is taken shrinks by this much of itself. */
const rateOf = (model: EVModel, intake: number): number => (slopeOf(model) * intake) / wattSeconds(model)

/** State of charge from which this share of its most is more than the battery takes. */
const bendOf = (model: EVModel, share: number): number =>
  model.taperFrom >= 1 || share <= least ? 1 : model.taperFrom + Math.max(0, 1 - share) / slopeOf(model)
