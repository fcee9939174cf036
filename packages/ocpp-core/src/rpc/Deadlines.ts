/**
 * All deadlines of one CSMS in one wheel, turned by one fiber that lives only while there is something to wait for. Adding
 * and removing cost a Map and a Set operation; no timer, fiber or Effect per call. Runs on the Effect Clock.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** Something with a deadline. Mutable on purpose: the entry is the waiting thing itself, nothing is allocated for it. */
export interface Expirable {
  /** Where it waits in the wheel; 0 while it waits nowhere. */
  slot: number
  /** Called once, when the deadline has passed. Should not throw; when it does, that is logged and the others expire all the same. */
  expire(): void
}

/** Resolution in milliseconds: a deadline fires at most this much late, never early. */
export const resolution = 250

/** See the head of the file. */
export class Deadlines {
  private readonly slots = new Map<number, Set<Expirable>>()
  /** The last slot that has expired. */
  private passed = 0
  private turning = false
  private turner: Fiber.Fiber<void> | undefined = undefined
  private readonly now: () => number
  private readonly run: (effect: Effect.Effect<void>) => Fiber.Fiber<void>

  constructor(now: () => number, run: (effect: Effect.Effect<void>) => Fiber.Fiber<void>) {
    this.now = now
    this.run = run
  }

  /** Expires `entry` in `milliseconds`. An entry waits in one place only: adding it again moves it. */
  add(entry: Expirable, milliseconds: number): void {
    if (entry.slot !== 0) this.remove(entry)
    const now = this.now()
    // At least one slot ahead: nothing expires inside `add`, and what expires may add again without end.
    entry.slot = Math.max(Math.ceil((now + milliseconds) / resolution), Math.floor(now / resolution) + 1)
    if (entry.slot <= this.passed) this.passed = entry.slot - 1 // the clock was set back
    const set = this.slots.get(entry.slot)
    if (set === undefined) this.slots.set(entry.slot, new Set([entry]))
    else set.add(entry)
    if (!this.turning) {
      this.turning = true
      this.turner = this.run(this.pause)
    }
  }

  /** Forgets `entry`; does nothing when it waits nowhere. */
  remove(entry: Expirable): void {
    const set = this.slots.get(entry.slot)
    if (set?.delete(entry) === true && set.size === 0) this.slots.delete(entry.slot)
    entry.slot = 0
  }

  /** The CSMS is closed: nothing expires any more, and no fiber is left behind. */
  stop(): void {
    this.turning = true
    this.turner?.interruptUnsafe()
  }

  /** Deadlines that still wait; for leak tests. */
  get size(): number {
    let size = 0
    for (const set of this.slots.values()) size += set.size
    return size
  }

  private readonly turn: Effect.Effect<void> = Effect.suspend(() => {
    this.expireDue()
    if (this.slots.size > 0) return this.pause
    this.turning = false
    return Effect.void
  })

  /** Until the next slot begins. Turning from slot to slot, not from `add` to `add`, keeps lateness below one slot. */
  private readonly pause: Effect.Effect<void> = Effect.suspend(() =>
    Effect.delay(this.turn, resolution - (this.now() % resolution))
  )

  private expireDue(): void {
    const due = Math.floor(this.now() / resolution)
    const isJump = due < this.passed || due - this.passed > this.slots.size
    const slots = isJump ? [...this.slots.keys()].filter((slot) => slot <= due).toSorted((a, b) => a - b) : undefined
    if (slots === undefined) for (let slot = this.passed + 1; slot <= due; slot++) this.expireSlot(slot)
    else for (const slot of slots) this.expireSlot(slot)
    this.passed = due
  }

  private expireSlot(slot: number): void {
    const set = this.slots.get(slot)
    if (set === undefined) return
    this.slots.delete(slot)
    for (const entry of set) {
      if (entry.slot !== slot) continue // one that expired before it removed or moved it
      entry.slot = 0
      try {
        entry.expire()
      } catch (defect) {
        this.run(Effect.logError("Something threw when its time had come", Cause.die(defect)))
      }
    }
  }
}
