/** One EVSE and the car on it: how much power flows, and the meter that adds it up. No messages in here. */

/** What the meter and the car show at one moment. */
export interface Reading {
  /** Energy import register in whole Wh: counts over all sessions, never resets. */
  readonly registerWh: number
  readonly powerW: number
  readonly voltageV: number
  readonly stateOfChargePercent: number
}

const stepMs = 10
const rampWattsPerMs = 300
const packVoltage = 720
const batteryWh = 77_000

/** A 300 kW DC charger and a car at 41 %. Real time, real units: ten seconds at 247 kW are 686 Wh. */
export class Charger {
  private at: number
  private wattHours: number
  private watts = 0
  private charge = 0.412
  private contactorClosed = false

  /** `registerWh` is what the meter shows when the station is switched on; `now` is any clock in milliseconds. */
  constructor(registerWh: number, now: number) {
    this.wattHours = registerWh
    this.at = now
  }

  /** Closes or opens the contactor. An open one carries nothing. */
  switch(on: boolean, now: number): void {
    this.advance(now)
    this.contactorClosed = on
    if (!on) this.watts = 0
  }

  /** What the meter shows at `now`. */
  read(now: number): Reading {
    this.advance(now)
    return {
      registerWh: Math.round(this.wattHours),
      powerW: Math.round(this.watts),
      voltageV: packVoltage + Math.round(40 * this.charge),
      stateOfChargePercent: Math.round(this.charge * 1000) / 10
    }
  }

  /** Integrates the power since the last look in small steps, so that it does not matter how often one looks. */
  private advance(now: number): void {
    for (let left = now - this.at; left > 0 && this.contactorClosed; left -= stepMs) {
      const step = Math.min(stepMs, left)
      const before = this.watts
      this.watts = Math.min(acceptedAt(this.charge), before + rampWattsPerMs * step)
      const wattHours = (((before + this.watts) / 2) * step) / 3_600_000
      this.wattHours += wattHours
      this.charge += wattHours / batteryWh
    }
    this.at = Math.max(this.at, now)
  }
}

/** The power a car takes at a state of charge from 0 to 1: 247 kW up to half full, then less and less. */
const acceptedAt = (charge: number): number => 247_000 * Math.min(1, Math.max(0, 2 * (1 - charge)))
