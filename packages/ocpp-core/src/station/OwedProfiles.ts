/**
 * The charging profiles that are owed to EVs (K-41): one deadline for all of a station, the earliest. When a profile is due is
 * in the mirror, so a restart of the CSMS changes nothing.
 */
import { type EVChargingState, tellOverdue } from "../blocks/EVCharging.ts"
import { Duty } from "./Duty.ts"

/** See the head of the file. */
export class OwedProfiles extends Duty {
  /** Sets the deadline to what is due first, after a change and after a restart; forgets it when nothing is due. */
  arm(): void {
    const { engine, mirror } = this.station
    const first = firstDue(mirror.evCharging)
    if (first === undefined) this.close()
    else this.due(Math.max(first - engine.now(), 0))
  }

  expire(): void {
    const now = this.station.engine.now()
    this.station.remirror((mirror, emit) => ({ ...mirror, evCharging: tellOverdue(mirror.evCharging, now, emit) }))
    this.arm()
  }
}

/** CSMS clock in milliseconds; `undefined` when nothing is owed. */
export const firstDue = ({ sessions }: EVChargingState): number | undefined => {
  let first: number | undefined
  for (const { profileDueAt } of sessions)
    if (profileDueAt !== undefined && (first === undefined || profileDueAt < first)) first = profileDueAt
  return first
}
