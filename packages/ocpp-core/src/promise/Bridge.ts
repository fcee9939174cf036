/** From effects of the core to promises of its users: signals, traces, and the end of it all. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { CallSite, printable } from "./CallSite.ts"
import { CsmsClosed } from "./CsmsClosed.ts"

/** See the head of the file. One per CSMS. */
export class Bridge {
  /** Set when the CSMS begins to close. */
  isClosed = false
  private readonly pending = new Set<Fiber.Fiber<unknown, unknown>>()

  /**
   * Runs an effect, starting in this tick. An abort of `signal` interrupts it and rejects with the signal's reason. Called
   * directly by the function that the user called, see `CallSite`.
   */
  run<A, E>(effect: Effect.Effect<A, E>, signal?: AbortSignal): Promise<A> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const site = new CallSite()
    if (this.isClosed) return Promise.reject(site.blame(new CsmsClosed()))
    return new Promise((resolve, reject) => {
      const fiber = Effect.runFork(effect)
      const abort = (): void => {
        reject(signal?.reason)
        fiber.interruptUnsafe()
      }
      const done = (exit: Exit.Exit<A, E>): void => {
        this.pending.delete(fiber)
        signal?.removeEventListener("abort", abort)
        if (Exit.isSuccess(exit)) resolve(exit.value)
        else reject(site.blame(Cause.hasInterruptsOnly(exit.cause) ? new CsmsClosed() : Cause.squash(exit.cause)))
      }
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return done(exit)
      this.pending.add(fiber)
      signal?.addEventListener("abort", abort, { once: true })
      fiber.addObserver(done)
    })
  }

  /** What is still unsettled when the CSMS has closed is rejected with `CsmsClosed`. */
  giveUp(): void {
    for (const fiber of this.pending) fiber.interruptUnsafe()
  }
}

/** What a promise is rejected with for a cause of the core. */
export const rejectionOf = (cause: Cause.Cause<unknown>): unknown => printable(Cause.squash(cause))
