/** When monitors have to be looked at: those that fire by the clock, and those whose variable does not tell when it changes. */
import type { Timer, VirtualStation } from "../VirtualStation.ts"
import type { Monitor, MonitorSet } from "./Monitor.ts"
import { nextFiring } from "./Trigger.ts"

/** Milliseconds between two looks at a variable that does not tell when it changes. */
const pollInterval = 10_000

/** What is done when it is time. */
export interface Due {
  readonly fire: (monitor: Monitor) => void
  readonly look: (monitors: ReadonlyArray<Monitor>) => void
}

/** One timer for all monitors of a station, and none where no monitor needs it. */
export class Schedule {
  readonly #station: VirtualStation
  readonly #due: Due
  /** When a periodic monitor fires next, in milliseconds since 1970. */
  readonly #dueAt = new Map<Monitor, number>()
  #lookAt = 0
  #timer: Timer | undefined

  constructor(station: VirtualStation, due: Due) {
    this.#station = station
    this.#due = due
  }

  /** Goes by these monitors from now on. */
  run(monitors: MonitorSet): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (const monitor of this.#dueAt.keys()) if (monitors.all.get(monitor.id) !== monitor) this.#dueAt.delete(monitor)
    const now = this.#station.now()
    let at = Infinity
    for (const monitor of monitors.periodic) {
      const due = this.#dueAt.get(monitor) ?? nextFiring(monitor, now)
      this.#dueAt.set(monitor, due)
      at = Math.min(at, due)
    }
    if (monitors.polled.length > 0) {
      if (this.#lookAt <= now) this.#lookAt = now + pollInterval
      at = Math.min(at, this.#lookAt)
    }
    if (at < Infinity) this.#timer = this.#station.after(Math.max(0, at - now), () => this.#woken(monitors))
  }

  /** Nothing is due any longer; periods begin anew with the next `run`. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#dueAt.clear()
  }

  #woken(monitors: MonitorSet): void {
    const now = this.#station.now()
    if (monitors.polled.length > 0 && this.#lookAt <= now) this.#due.look(monitors.polled)
    for (const monitor of monitors.periodic) {
      const due = this.#dueAt.get(monitor) ?? Infinity
      if (due > now) continue
      // What was missed is not made up for.
      const next = nextFiring(monitor, due)
      this.#dueAt.set(monitor, next > now ? next : nextFiring(monitor, now))
      this.#due.fire(monitor)
    }
    this.run(monitors)
  }
}
