/** The composite schedules of a station: what holds for an EVSE or for all of them, now and in a window of time (K08). */
import {
  type CompositePeriod,
  type EvseContext,
  evseSchedule,
  type PlacedLimit,
  type ScheduleWindow,
  stationSchedule
} from "@wattline/ocpp-core/engine"
import type { EVSE } from "../EVSE.ts"
import type { Limit } from "../parts.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { type Compose, Outlook, unlimited } from "./Outlook.ts"
import type { Installed } from "./Rules.ts"

/** See the head of the file. Remembers what it has calculated until it is told to forget. */
export class Composites {
  readonly #station: VirtualStation
  /** All profiles that count, those of others included. */
  readonly #profiles: () => ReadonlyArray<Installed>
  /** By EVSE id, 0 for the station. */
  readonly #outlooks = new Map<number, { readonly key: string; readonly outlook: Outlook }>()

  constructor(station: VirtualStation, profiles: () => ReadonlyArray<Installed>) {
    this.#station = station
    this.#profiles = profiles
  }

  /** The profiles, or what they are counted from, have changed. */
  forget(): void {
    this.#outlooks.clear()
  }

  /** What an EVSE may give now, as if it were alone. */
  ofEVSE(evse: EVSE): Limit {
    if (this.#profiles().length === 0) return unlimited
    const { transaction } = evse
    const key = `${transaction?.transactionId}/${transaction?.energyFrom}`
    return this.#read(evse.id, key, (window) =>
      evseSchedule(this.#profiles(), none, contextOf(evse, window.start), window)
    )
  }

  /** What all EVSEs may draw together now. */
  ofStation(): Limit {
    const own = this.#profiles().filter(
      ({ evseId, profile }) => evseId === 0 && profile.chargingProfilePurpose !== "TxDefaultProfile"
    )
    if (own.length === 0) return unlimited
    return this.#read(0, "", (window) => evseSchedule(own, none, this.grid(), window))
  }

  /** For a window, with what the EVSEs can give at most: a station is never without a limit (K04.FR.02). EVSE 0: together. */
  within(evse: EVSE | undefined, window: ScheduleWindow): ReadonlyArray<CompositePeriod> {
    const { evses } = this.#station
    const hardware = evses.map(hardwareLimit)
    if (evse !== undefined) return evseSchedule(this.#profiles(), hardware, contextOf(evse, window.start), window)
    // Those on AC first: the calculator takes the voltage of the grid connection from the first.
    const contexts = evses
      .toSorted((a, b) => b.supply.phases - a.supply.phases)
      .map((one) => contextOf(one, window.start))
    return stationSchedule(this.#profiles(), hardware, contexts, window)
  }

  /** The grid connection, EVSE 0: as its AC EVSEs are connected. */
  grid(): EvseContext {
    const [first] = this.#station.evses.toSorted((a, b) => b.supply.phases - a.supply.phases)
    return { evseId: 0, ...(first && { phases: first.supply.phases, voltage: first.supply.voltage }) }
  }

  #read(evseId: number, key: string, compose: Compose): Limit {
    const now = this.#station.now()
    const known = this.#outlooks.get(evseId)
    if (known?.key === key && known.outlook.covers(now)) return known.outlook.at(now)
    const outlook = new Outlook(compose, now)
    this.#outlooks.set(evseId, { key, outlook })
    return outlook.at(now)
  }
}

const none: ReadonlyArray<PlacedLimit> = []

/** Relative schedules count from when energy could flow, else from `from` on, milliseconds since 1970 (K01.FR.42). */
const contextOf = ({ id, supply, transaction }: EVSE, from: number): EvseContext => ({
  evseId: id,
  phases: supply.phases,
  voltage: supply.voltage,
  ...(transaction !== undefined && {
    transaction: { transactionId: transaction.transactionId, energyFrom: transaction.energyFrom ?? from }
  })
})

const hardwareLimit = ({ id, supply }: EVSE): PlacedLimit => ({
  evseId: id,
  from: 0,
  schedules: [
    {
      id: 0,
      chargingRateUnit: "A",
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: supply.maxCurrent, ...(supply.phases > 0 && { numberPhases: supply.phases }) }
      ]
    }
  ]
})
