/** From effects to promises of users: signals, traces, and the end of it all. For a CSMS, and for stations. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { CallSite, type ErrorClass, printable } from "./CallSite.ts"

/** See the head of the file. One for what is closed as a whole. */
export class Bridge {
  /** Set when it begins to close. */
  isClosed = false
  /** Makes what every call gets from then on. */
  readonly closed: () => Error
  private readonly errors: ReadonlyArray<ErrorClass>
  private readonly pending = new Set<Fiber.Fiber<unknown, unknown>>()

  /** `errors` are those that are made for one caller alone, `closed` among them. */
  constructor(closed: () => Error, errors: ReadonlyArray<ErrorClass>) {
    this.closed = closed
    this.errors = errors
  }

  /**
   * Runs an effect, starting in this tick. An abort of `signal` interrupts it and rejects with the signal's reason. Called
   * directly by the function that the user called, see `CallSite`.
   */
  run<A, E>(effect: Effect.Effect<A, E>, signal?: AbortSignal): Promise<A> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const site = new CallSite()
    if (this.isClosed) return Promise.reject(site.blame(this.closed(), this.errors))
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
        else {
          const error = Cause.hasInterruptsOnly(exit.cause) ? this.closed() : Cause.squash(exit.cause)
          reject(site.blame(error, this.errors))
        }
      }
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return done(exit)
      this.pending.add(fiber)
      signal?.addEventListener("abort", abort, { once: true })
      fiber.addObserver(done)
    })
  }

  /** What is still unsettled when it has closed is rejected with `closed`. */
  giveUp(): void {
    for (const fiber of this.pending) fiber.interruptUnsafe()
  }
}

/** What a promise is rejected with for a cause. */
export const rejectionOf = (cause: Cause.Cause<unknown>): unknown => printable(Cause.squash(cause))
