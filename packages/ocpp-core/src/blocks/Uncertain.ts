/** What a CALL of ours leaves in doubt when its outcome is not known, or a station when it is another one (ST-3). Pure. */
import type { Action } from "@wattline/ocpp-v201"
import type { Slot } from "./Mirror.ts"

/** An entry of a mirror that may be in doubt. */
export interface Uncertain {
  /**
   * Present when a CALL about this entry has an unknown outcome, or other hardware has taken over: the station may have it
   * otherwise, or not at all. Gone with the next answer, report or message about it (ST-3). Absent: certain.
   */
  readonly uncertain?: true
}

/**
 * Entries of a block are uncertain from here on (ST-3): a CALL of this action timed out, lost its connection or was answered
 * with something unreadable; or a BootNotification came from other hardware. Which entries, the mirror says: those with
 * `uncertain`, variables and monitors that are `stale`, types of certificates that are `outdated`. Told once; what removes the
 * doubt is told by the events of the block.
 */
export interface EntriesUncertain {
  readonly _tag: "EntriesUncertain"
  /** The part of the mirror that they are in. */
  readonly block: Slot
  readonly action: Action
}

/** The entry as an uncertain one; the same when it is one already. */
export const doubted = <A extends Uncertain>(entry: A): A =>
  entry.uncertain === true ? entry : { ...entry, uncertain: true }

/** The entries, those that are touched uncertain; the same array when none of them was certain. */
export const doubtedIn = <A extends Uncertain>(
  entries: ReadonlyArray<A>,
  isTouched: (entry: A) => boolean = () => true
): ReadonlyArray<A> =>
  entries.some((entry) => entry.uncertain !== true && isTouched(entry))
    ? entries.map((entry) => (isTouched(entry) ? doubted(entry) : entry))
    : entries
