/** The energy that flows at one EVSE: its meter, and the EV it goes to. */
import type { ChargingStateEnumType } from "@wattline/ocpp-v201"
import { chargedAfter, type EV, intakeOf, isSatisfied, powerTaken, secondsToTarget } from "../EV.ts"
import type { EVSE } from "../EVSE.ts"
import type { Timer } from "../VirtualStation.ts"
import { noOffer, type Offer } from "./Offers.ts"

/** See the head of the file. Made when an EVSE is first used; its registers stay. */
export class Flow {
  readonly evse: EVSE
  /** When it was permitted last, in order; who came first keeps its share. */
  rank = 0
  permitted = false
  ev: EV | undefined = undefined
  offer: Offer = noOffer
  state: ChargingStateEnumType | undefined = undefined
  /** The state that the Transactions part was told last. */
  told: ChargingStateEnumType | undefined = undefined
  /** W that the CSMS was told of last; `undefined` before the first offer. */
  toldOffer: number | undefined = undefined
  timer: Timer | undefined = undefined
  /** When the timer is due, milliseconds since 1970. */
  due = Infinity
  /** Wh that the register showed when an interval of that kind was read last. */
  readonly marks = { clock: 0, periodic: 0 }
  /** Wh per phase since the station was built; a DC meter counts on the first. */
  readonly registers: [number, number, number] = [0, 0, 0]
  /** Wakes the station to look at this EVSE again. */
  readonly wake: () => void
  #at = 0

  constructor(evse: EVSE, now: number, wake: (flow: Flow) => void) {
    this.evse = evse
    this.#at = now
    this.wake = () => wake(this)
  }

  /** Wh. */
  get registerWh(): number {
    return this.registers[0] + this.registers[1] + this.registers[2]
  }

  /** W that flow now. */
  get power(): number {
    return this.ev === undefined || this.state !== "Charging" ? 0 : powerTaken(this.ev, this.#forEV, this.#intake)
  }

  /** Seconds until the EV has enough; Infinity when nothing flows. */
  get secondsLeft(): number {
    if (this.ev === undefined || this.state !== "Charging" || isSatisfied(this.ev)) return Infinity
    return secondsToTarget(this.ev, this.#forEV, this.#intake)
  }

  /** Counts what has flowed up to now. */
  advance(now: number): void {
    const seconds = (now - this.#at) / 1000
    this.#at = now
    const { ev } = this
    if (ev === undefined || this.state !== "Charging" || seconds <= 0) return
    const before = ev.stateOfCharge
    ev.stateOfCharge = chargedAfter(ev, this.#forEV, this.#intake, seconds)
    const energy = (ev.stateOfCharge - before) * ev.model.capacityWh
    const { lines } = this.offer
    if (lines.length === 0) this.registers[0] += energy
    else for (const line of lines) this.registers[line as 0 | 1 | 2] += energy / lines.length
  }

  /** W that the EV could take of the offer: it may have fewer phases than are offered. */
  get #forEV(): number {
    const { current, lines } = this.offer
    return current * this.evse.supply.voltage * Math.max(1, lines.length)
  }

  get #intake(): number {
    return this.ev === undefined ? 0 : intakeOf(this.ev.model, this.offer.lines.length)
  }
}
