/** One station and its drivers: they plug in, present a token, charge for some seconds, stop, unplug; again and again. */
import { makeEV, type VirtualProcess } from "@wattline/ocpp-station/virtual"

/** Seconds: at least, and how many more at random. */
type Wait = readonly [least: number, random: number]

const pause: Wait = [0.25, 1.5]
const untilSwipe: Wait = [0.25, 0.75]
const charging: Wait = [2, 4]
const untilUnplug: Wait = [0.25, 0.5]

const idToken = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

/** See the head of the file. */
export class Driver {
  /** No more sessions: the one that goes on is the last. */
  isFinishing = false
  /** The last session is over. */
  isDone = false
  readonly station: VirtualProcess

  constructor(station: VirtualProcess) {
    this.station = station
    this.#after(pause, () => this.#plugIn())
  }

  #after([least, random]: Wait, action: () => void): void {
    this.station.after((least + this.station.random() * random) * 1000, action)
  }

  #plugIn(): void {
    if (this.isFinishing) {
      this.isDone = true
      return
    }
    this.station.plugIn(1, makeEV("limousine", { stateOfCharge: 0.1 + this.station.random() * 0.3 }))
    this.#after(untilSwipe, () => {
      this.station.present(idToken, 1)
      this.#after(charging, () => this.#leave())
    })
  }

  #leave(): void {
    this.station.present(idToken, 1)
    this.#after(untilUnplug, () => this.#unplug())
  }

  /** A socket that holds the cable wants to see the token first. */
  #unplug(): void {
    if (this.station.unplug(1) === "Locked") return this.#leave()
    this.#after(pause, () => this.#plugIn())
  }
}
