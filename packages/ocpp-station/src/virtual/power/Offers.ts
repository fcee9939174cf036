/** What an EVSE offers to an EV, and what that comes to. Pure. */
import type { ChargingStateEnumType } from "@wattline/ocpp-v201"
import { type EV, intakeOf, isSatisfied, powerTaken } from "../EV.ts"
import type { Supply } from "../EVSE.ts"
import type { Limit } from "../parts.ts"

/** What an EVSE offers until it is changed. */
export interface Offer {
  /** A per phase, or of the DC output. */
  readonly current: number
  /** W over all phases that may be used. */
  readonly power: number
  /** Indexes of the phases that the EV charges on; empty for DC. */
  readonly lines: ReadonlyArray<number>
}

/** Nothing is offered. */
export const noOffer: Offer = { current: 0, power: 0, lines: [] }

/** What an EVSE offers to an EV by itself: what it has, within its limit. */
export const offerOf = (ev: EV, supply: Supply, limit: Limit): Offer => {
  const { current = Infinity, power = Infinity } = limit
  const { maxCurrent, voltage } = supply
  const phases = Math.max(1, Math.min(supply.phases, limit.phases ?? supply.phases))
  const most = tenths(Math.min(maxCurrent, current, power / (voltage * phases)))
  const offer = { current: most, power: most * voltage * phases }
  return capped(ev, supply, { ...offer, lines: supply.phases === 0 ? [] : linesOf(ev, phases, limit) }, Infinity)
}

/** The same with no more than `most` A; nothing where that is too little to charge with. */
export const capped = (ev: EV, supply: Supply, offer: Offer, most: number): Offer => {
  const current = Math.min(offer.current, tenths(most))
  if (current < leastOf(ev, supply) || current <= 0) return { ...offer, current: 0, power: 0 }
  return current === offer.current ? offer : { ...offer, current, power: (offer.power / offer.current) * current }
}

/** A below which nothing flows: a control pilot (IEC 61851) knows nothing between 0 and 6 A. */
export const leastOf = (ev: EV, { phases }: Supply): number => (phases === 0 ? 0 : Math.max(6, ev.model.minCurrent))

/** A per phase, or of the DC output, that the EV would take of an offer now. */
export const drawOf = (ev: EV, { voltage }: Supply, offer: Offer): number => {
  const lines = offer.lines.length
  const volts = voltage * Math.max(1, lines)
  return powerTaken(ev, offer.current * volts, intakeOf(ev.model, lines)) / volts
}

/** Who is the one that does not, when nothing flows. */
export const stateOf = (ev: EV, offer: Offer): ChargingStateEnumType => {
  if (offer.power <= 0) return "SuspendedEVSE"
  return isSatisfied(ev) || intakeOf(ev.model, offer.lines.length) <= 0 ? "SuspendedEV" : "Charging"
}

const linesOf = ({ model }: EV, phases: number, { phaseToUse }: Limit): ReadonlyArray<number> =>
  phases === 1 && phaseToUse !== undefined ? [phaseToUse - 1] : [0, 1, 2].slice(0, Math.min(phases, model.phases))

/** Downwards to 0.1 A, which is what a control pilot and a ChargingSchedulePeriod can say. */
const tenths = (amperes: number): number => Math.floor(amperes * 10 + 1e-6) / 10
