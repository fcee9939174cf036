/** One step of a job that is still to come, and outlives a reboot of the station. */
import type { Timer, VirtualStation } from "../VirtualStation.ts"

/** See the head of the file. A new step takes the place of the one before. */
export class Later {
  private readonly station: VirtualStation
  private step: { readonly due: number; readonly action: () => void } | undefined = undefined
  private timer: Timer | undefined = undefined

  constructor(station: VirtualStation) {
    this.station = station
  }

  /** Does something in so many milliseconds. */
  set(milliseconds: number, action: () => void): void {
    this.cancel()
    this.step = { due: this.station.now() + milliseconds, action }
    this.resume()
  }

  cancel(): void {
    this.pause()
    this.step = undefined
  }

  /** The station goes down: nothing happens until `resume`. */
  pause(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  /** The station is back: what was due meanwhile is done soon. */
  resume(): void {
    const { step } = this
    if (step === undefined || this.timer !== undefined) return
    const left = Math.max(0, step.due - this.station.now())
    this.timer = this.station.after(Math.min(left, longest), () => {
      this.timer = undefined
      if (left > longest) return this.resume()
      this.step = undefined
      step.action()
    })
  }
}

/** A day in milliseconds: longer waits are too long for the timers of a platform. */
const longest = 86_400_000
