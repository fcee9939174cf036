/** Asking the core about an upgrade request, with patience: the answer may take a directory and a password check. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Acceptor, Admission, Refused, UpgradeRequest } from "../transport/Transport.ts"

/** Runs an effect at once, in this tick as far as it goes. */
export type Run = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

/** A refusal that an adapter may have to write without asking the core. */
export type AdapterRefusal = Pick<Refused, "reason" | "headers"> & { readonly status: number }

/** No endpoint at this path. */
export const notFound: AdapterRefusal = { status: 404, reason: "There is no OCPP endpoint at this path.", headers: {} }

/** The adapter is being closed. */
export const shuttingDown: AdapterRefusal = {
  status: 503,
  reason: "The server is shutting down.",
  headers: { "Retry-After": "10" }
}

/** The core did not decide in time, or failed to decide at all. */
export const undecided: AdapterRefusal = {
  status: 503,
  reason: "The station cannot be checked at the moment.",
  headers: { "Retry-After": "10" }
}

/** The questions of one adapter. */
export class Questions {
  private readonly acceptor: Acceptor["Service"]
  private readonly run: Run
  private readonly patience: Duration.Duration
  /** One for every question without an answer; gives it up. */
  private readonly open = new Set<() => void>()
  private stopped = false

  /** `patience`: seconds the core has for an answer. */
  constructor(acceptor: Acceptor["Service"], run: Run, patience: number) {
    this.acceptor = acceptor
    this.run = run
    this.patience = Duration.seconds(patience)
  }

  /** Whether `stop` was called. */
  get isStopped(): boolean {
    return this.stopped
  }

  /**
   * Calls `done` once, in this tick when the core decides at once. The result gives the question up: the station went
   * away; then `done` is not called any more. `undefined` when `done` was called already.
   */
  ask(request: UpgradeRequest, done: (answer: Admission | AdapterRefusal) => void): (() => void) | undefined {
    if (this.stopped) {
      done(shuttingDown)
      return undefined
    }
    const fiber = this.run(this.acceptor.admit(request))
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) {
      done(Exit.isSuccess(exit) ? exit.value : undecided)
      return undefined
    }
    const settle = (answer: (Admission | AdapterRefusal) | undefined): void => {
      if (!this.open.delete(giveUp)) return
      timer.interruptUnsafe()
      if (answer === undefined) return
      done(answer)
    }
    const giveUp = (): void => {
      settle(this.stopped ? shuttingDown : undecided)
      fiber.interruptUnsafe()
    }
    const timer = this.run(Effect.andThen(Effect.sleep(this.patience), Effect.sync(giveUp)))
    this.open.add(giveUp)
    fiber.addObserver((late) => settle(Exit.isSuccess(late) ? late.value : undecided))
    return () => {
      settle(undefined)
      fiber.interruptUnsafe()
    }
  }

  /** Refuses whoever waits, and whoever asks from now on. */
  stop(): void {
    this.stopped = true
    for (const giveUp of this.open) giveUp()
  }
}

/** Whether the core, or the adapter itself, refused with an HTTP status. */
export const isRefusal = (answer: Admission | AdapterRefusal): answer is AdapterRefusal => "status" in answer
