/**
 * What an EV that speaks ISO 15118 and its station say to the CSMS: the charging needs before energy flows, and the schedule the
 * EV has chosen after each TxProfile (K15 to K17).
 */
import type { ChargingNeedsType, ChargingScheduleType } from "@wattline/ocpp-v201"
import type { EV } from "../EV.ts"
import type { EVSE } from "../EVSE.ts"
import type { Timer, VirtualStation } from "../VirtualStation.ts"

/** Where the EV of an EVSE stands. */
interface Dialogue {
  readonly transactionId: string
  hasTold: boolean
  isWaiting: boolean
  /** The EV charges by a schedule that was told (K15.FR.10). */
  hasChosen: boolean
  timer: Timer | undefined
}

/** Seconds that an EV waits for its profile: ISO 15118 gives no more (K15.FR.08). */
const patience = 60

/** See the head of the file. */
export class EVDialogues {
  readonly #station: VirtualStation
  /** By EVSE id. */
  readonly #dialogues = new Map<number, Dialogue>()

  constructor(station: VirtualStation) {
    this.#station = station
  }

  /** Whether energy may flow; the first time in a transaction the needs of the EV are told, and its profile waited for. */
  mayBegin(evse: EVSE): boolean {
    const { plugged, transaction } = evse
    // Nothing to wait for: the profile needs a transaction to be for, and offline nobody answers (K15.FR.15).
    if (plugged?.ev.iso15118 === undefined || transaction === undefined) return true
    const known = this.#dialogues.get(evse.id)
    if (known?.transactionId === transaction.transactionId) return !known.isWaiting
    if (!this.#station.client.isOnline) return true
    this.#begin(evse, transaction.transactionId)
    return false
  }

  /** Where the EV stands, for the rules of a TxProfile (K01.FR.34, K15.FR.17). */
  needsAt(evse: EVSE): "NotTold" | "Told" {
    return this.#dialogues.get(evse.id)?.hasTold === true ? "Told" : "NotTold"
  }

  /** Whether the EV has chosen a schedule: it does so anew when what it may draw changes (K16.FR.02). */
  hasChosen(evse: EVSE): boolean {
    return this.#dialogues.get(evse.id)?.hasChosen === true
  }

  /** K17: the EV wants another schedule. Does nothing without a transaction or an EV that speaks. */
  renegotiate(evse: EVSE): void {
    const { plugged, transaction } = evse
    if (plugged?.ev.iso15118 === undefined || transaction === undefined) return
    const known = this.#dialogues.get(evse.id)
    if (known?.transactionId === transaction.transactionId) this.#tellNeeds(evse, known)
    else this.#begin(evse, transaction.transactionId)
  }

  /** The CSMS has set a TxProfile: the EV takes it, tells what it makes of it, and begins (K15.FR.10, K16.FR.05). */
  profileSet(evse: EVSE, chargingSchedule: ChargingScheduleType): void {
    const known = this.#dialogues.get(evse.id)
    if (known === undefined) return
    known.hasChosen = true
    const timeBase = this.#station.time()
    this.#station.client.call("NotifyEVChargingSchedule", { timeBase, evseId: evse.id, chargingSchedule })
    this.#goOn(known)
  }

  transactionEnded(transactionId: string): void {
    for (const [evseId, { timer, transactionId: id }] of this.#dialogues) {
      if (id !== transactionId) continue
      timer?.cancel()
      this.#dialogues.delete(evseId)
    }
  }

  /** The link is lost: whoever waits goes on with what profiles there are. */
  offline(): void {
    for (const dialogue of this.#dialogues.values()) this.#goOn(dialogue)
  }

  down(): void {
    for (const { timer } of this.#dialogues.values()) timer?.cancel()
    this.#dialogues.clear()
  }

  #begin(evse: EVSE, transactionId: string): void {
    const dialogue: Dialogue = { transactionId, hasTold: false, isWaiting: true, hasChosen: false, timer: undefined }
    this.#dialogues.set(evse.id, dialogue)
    // The events of the transaction go out first (K15.FR.16).
    dialogue.timer = this.#station.after(1000, () => {
      dialogue.timer = this.#station.after(patience * 1000, () => this.#goOn(dialogue))
      this.#tellNeeds(evse, dialogue)
    })
  }

  #tellNeeds(evse: EVSE, dialogue: Dialogue): void {
    const ev = evse.plugged?.ev
    if (ev === undefined) return
    const { departureIn, maxScheduleTuples } = ev.iso15118 ?? {}
    const departure = departureIn === undefined ? undefined : this.#station.now() + departureIn * 1000
    dialogue.hasTold = true
    this.#station.client.call(
      "NotifyEVChargingNeeds",
      {
        evseId: evse.id,
        chargingNeeds: needsOf(ev, evse, departure),
        ...(maxScheduleTuples !== undefined && { maxScheduleTuples })
      },
      (outcome) => {
        // Processing: the profile comes later, as a renegotiation (K15.FR.05).
        if (outcome._tag === "Failure" || outcome.value.status !== "Accepted") this.#goOn(dialogue)
      }
    )
  }

  #goOn(dialogue: Dialogue): void {
    dialogue.timer?.cancel()
    dialogue.timer = undefined
    if (!dialogue.isWaiting) return
    dialogue.isWaiting = false
    this.#station.power.limitsChanged()
  }
}

const modes = { 1: "AC_single_phase", 2: "AC_two_phase", 3: "AC_three_phase" } as const

/** What an EV needs; whole numbers, as ISO 15118 has them (K15.FR.06). `departure` in milliseconds since 1970. */
export const needsOf = (
  { model, stateOfCharge, target }: EV,
  { supply }: EVSE,
  departure?: number
): ChargingNeedsType => {
  const energyAmount = Math.max(0, Math.round((target - stateOfCharge) * model.capacityWh))
  const leaving = departure === undefined ? {} : { departureTime: `${new Date(departure).toISOString().slice(0, 19)}Z` }
  const volts = Math.round(supply.voltage)
  if (supply.phases === 0)
    return {
      requestedEnergyTransfer: "DC",
      ...leaving,
      dcChargingParameters: {
        evMaxCurrent: Math.round(model.maxDcPower / volts),
        evMaxVoltage: volts,
        evMaxPower: Math.round(model.maxDcPower),
        energyAmount,
        evEnergyCapacity: Math.round(model.capacityWh),
        stateOfCharge: Math.floor(stateOfCharge * 100),
        fullSoC: 100,
        bulkSoC: Math.round(Math.min(1, model.taperFrom) * 100)
      }
    }
  return {
    requestedEnergyTransfer: modes[model.phases],
    ...leaving,
    acChargingParameters: {
      energyAmount,
      evMinCurrent: Math.ceil(model.minCurrent),
      evMaxCurrent: Math.floor(model.maxAcPower / model.phases / volts),
      evMaxVoltage: volts
    }
  }
}
