/** Charging schedules as the mirror holds them: without prices and vendor data, and no more periods than a station may use up. */
import type { ChargingScheduleType } from "@wattline/ocpp-v201"

/** A charging schedule without its salesTariff and customData. */
export type HeldSchedule = Omit<ChargingScheduleType, "customData" | "salesTariff">

/** Periods of the schedules of one kind that are held per station; beyond, the schedules of the oldest are left out. */
export const maxHeldPeriods = 4096

/** The same without its vendor data. */
export const plain = <A extends { readonly customData?: unknown }>({
  customData: _,
  ...rest
}: A): Omit<A, "customData"> => rest

/** A schedule as it is held. */
export const heldSchedule = ({ salesTariff: _, ...schedule }: ChargingScheduleType): HeldSchedule => ({
  ...plain(schedule),
  chargingSchedulePeriod: schedule.chargingSchedulePeriod.map(plain)
})

/** The same holders, oldest first; `cut` takes the schedules from the oldest when there are more periods than are held. */
export const withinBudget = <A>(
  holders: ReadonlyArray<A>,
  schedulesOf: (holder: A) => ReadonlyArray<HeldSchedule>,
  cut: (holder: A) => A
): ReadonlyArray<A> => {
  let left = maxHeldPeriods
  const kept = holders.toReversed().map((holder) => {
    const schedules = schedulesOf(holder)
    for (const { chargingSchedulePeriod } of schedules) left -= chargingSchedulePeriod.length
    return left < 0 && schedules.length > 0 ? cut(holder) : holder
  })
  return left < 0 ? kept.toReversed() : holders
}
