/**
 * Limits that others than the CSMS put on the station: held as profiles of purpose ChargingStationExternalConstraints with
 * negative ids, one per source, and told to the CSMS (K11 to K13).
 */
import type { EvseContext } from "@wattline/ocpp-core/engine"
import type { ChargingScheduleType } from "@wattline/ocpp-v201"
import type { ExternalLimitOptions } from "../parts.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import type { Sourced } from "./Selection.ts"

type Source = Sourced["source"]

const ids: { readonly [S in Source]: number } = { EMS: -1, SO: -2, Other: -3 }

interface Held {
  readonly watts: number
  /** W that the CSMS was told of last. */
  readonly toldWatts: number
  readonly isGridCritical: boolean
  readonly profile: Sourced
}

/** See the head of the file. */
export class ExternalLimits {
  readonly #station: VirtualStation
  readonly #held = new Map<Source, Held>()
  /** Sources of which the CSMS does not know the latest. */
  readonly #untold = new Set<Source>()

  constructor(station: VirtualStation) {
    this.#station = station
  }

  /** One profile per source. */
  get profiles(): ReadonlyArray<Sourced> {
    return this.#held.size === 0 ? none : [...this.#held.values()].map(({ profile }) => profile)
  }

  /** Sets or takes away (`undefined`) the limit of a source in W; whether anything has changed. */
  set(
    watts: number | undefined,
    { isGridCritical = false, source = "EMS" }: ExternalLimitOptions = {},
    rateUnits: ReadonlyArray<string>,
    grid: EvseContext | undefined
  ): boolean {
    const before = this.#held.get(source)
    if (before?.watts === watts && (before === undefined || before.isGridCritical === isGridCritical)) return false
    const isTold =
      before === undefined ||
      watts === undefined ||
      before.isGridCritical !== isGridCritical ||
      this.#isSignificant(before.toldWatts, watts)
    if (watts === undefined) this.#held.delete(source)
    else {
      const toldWatts = isTold ? watts : before.toldWatts
      const profile = this.#profile(source, watts, rateUnits, grid)
      this.#held.set(source, { watts, toldWatts, isGridCritical, profile })
    }
    if (isTold) this.#tell(source)
    return true
  }

  /** Tells what could not be told while offline. */
  online(): void {
    for (const source of this.#untold) this.#tell(source)
  }

  /** K11.FR.02: changes of no more than LimitChangeSignificance percent, counted from what was told, are not told. */
  #isSignificant(before: number, after: number): boolean {
    const significance = this.#station.model.number("SmartChargingCtrlr", "LimitChangeSignificance") / 100
    return Math.abs(after - before) > significance * before
  }

  #tell(chargingLimitSource: Source): void {
    const done = (outcome: { readonly _tag: "Success" | "Failure" }): void => {
      if (outcome._tag === "Success") this.#untold.delete(chargingLimitSource)
    }
    this.#untold.add(chargingLimitSource)
    const held = this.#held.get(chargingLimitSource)
    if (held === undefined) {
      this.#station.client.call("ClearedChargingLimit", { chargingLimitSource }, done)
      return
    }
    const withSchedules = this.#station.model.flag("SmartChargingCtrlr", "NotifyChargingLimitWithSchedules")
    this.#station.client.call(
      "NotifyChargingLimit",
      {
        chargingLimit: { chargingLimitSource, isGridCritical: held.isGridCritical },
        ...(withSchedules && { chargingSchedule: held.profile.profile.chargingSchedule })
      },
      done
    )
  }

  #profile(source: Source, watts: number, rateUnits: ReadonlyArray<string>, grid: EvseContext | undefined): Sourced {
    const schedule: ChargingScheduleType = {
      id: ids[source],
      startSchedule: this.#station.time(),
      ...limitIn(rateUnits, watts, grid)
    }
    return {
      source,
      evseId: 0,
      acceptedAt: this.#station.now(),
      profile: {
        id: ids[source],
        stackLevel: 0,
        chargingProfilePurpose: "ChargingStationExternalConstraints",
        chargingProfileKind: "Absolute",
        chargingSchedule: [schedule]
      }
    }
  }
}

const none: ReadonlyArray<Sourced> = []

/** In W where the station speaks of W, else in A per phase; rounded down to one decimal. */
const limitIn = (
  rateUnits: ReadonlyArray<string>,
  watts: number,
  grid: EvseContext | undefined
): Pick<ChargingScheduleType, "chargingRateUnit" | "chargingSchedulePeriod"> => {
  const { phases = 3, voltage = 230 } = grid ?? {}
  const numberPhases = phases > 0 ? { numberPhases: phases } : {}
  const inWatts = rateUnits.includes("W")
  const limit = inWatts ? watts : watts / (voltage * Math.max(1, phases))
  return {
    chargingRateUnit: inWatts ? "W" : "A",
    chargingSchedulePeriod: [{ startPeriod: 0, limit: Math.floor(limit * 10 + 1e-6) / 10, ...numberPhases }]
  }
}
