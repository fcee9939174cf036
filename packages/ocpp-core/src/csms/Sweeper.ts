/**
 * Drops what has become too old to matter, once a minute, in a fiber that lives only while there is something left: a CSMS that is
 * idle does nothing, however far its clock goes.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Run } from "../station/Engine.ts"

/** See the head of the file. */
export class Sweeper {
  private isAwake = false
  private fiber: Fiber.Fiber<void> | undefined = undefined
  private readonly run: Run
  /** Gives whether anything is left. */
  private readonly sweep: () => boolean

  constructor(run: Run, sweep: () => boolean) {
    this.run = run
    this.sweep = sweep
  }

  /** There is something that will become too old. */
  wake(): void {
    if (this.isAwake) return
    this.isAwake = true
    this.fiber = this.run(this.pass)
  }

  /** The CSMS is closed: no fiber is left behind. */
  stop(): void {
    this.isAwake = true
    this.fiber?.interruptUnsafe()
  }

  private readonly pass: Effect.Effect<void> = Effect.delay(
    Effect.suspend(() => {
      this.isAwake = this.sweep()
      return this.isAwake ? this.pass : Effect.void
    }),
    "1 minute"
  )
}
