/** What both chaos runs have in common: options, report, waiting, and what has to be gone in the end. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { ChaosFailed, type Child } from "./Child.ts"
import type { Present, Stopped } from "./contract.ts"
import type { Verdict } from "./judge.ts"

/** Seconds: at least, and how many more at random. */
export type Seconds = readonly [least: number, random: number]

/** How a run is made. */
export interface ChaosOptions {
  /** Stations that charge all the time. */
  readonly stations: number
  /** How often a process is killed. */
  readonly kills: number
  /** Decides when processes are killed and what drivers do; what the network and the processor do is not repeatable. */
  readonly seed: string
  /** Before each kill, and after the last one. Default 1 to 7. */
  readonly between?: Seconds
  /** Until a killed process is started again. Default 0.2 to 2. */
  readonly away?: Seconds
  /** Milliseconds that handlers of the CSMS, and its store before and after it has written, take at most. Default 200. */
  readonly latency?: number
  /** Told at each step, in words. */
  readonly tell?: (text: string) => void
}

/** The options that have a default. */
export const defaults = { between: [1, 6], away: [0.2, 1.8], latency: 200 } as const satisfies Partial<ChaosOptions>

/** What a run has shown. */
export interface ChaosReport extends Verdict {
  readonly stations: number
  readonly kills: number
  readonly seconds: number
  /**
   * TransactionEvents that a kill made the stations deliver once more, or later than in their turn: sent and not answered, or
   * found in a queue by the next process.
   */
  readonly resent: number
  /** TransactionEvents that were answered; absent where those who would have counted were killed. */
  readonly acknowledged?: number
  /** What was still there when everything was closed: `3 links of the CSMS`. */
  readonly leftovers: ReadonlyArray<string>
}

/** Whether the run has shown what it is to show: something was at stake, nothing was lost, doubled or left behind. */
export const isProven = ({ findings, kills, leftovers, resent }: ChaosReport): boolean =>
  findings.length === 0 && leftovers.length === 0 && (kills === 0 || resent > 0)

/** Seconds that everything may take to be delivered in the end. */
export const patience = 60

/** The names of the stations. */
export const identitiesOf = (stations: number): ReadonlyArray<string> =>
  Array.from({ length: stations }, (_, index) => `CHAOS-${String(index + 1).padStart(4, "0")}`)

/** A folder that is gone with the scope. */
export const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "ocpp-chaos-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** Waits for a random time. */
export const wait = ([least, random]: Seconds): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (share) => Effect.sleep((least + random * share) * 1000))

/** Waits for something to become true. */
export const until = (what: string, seconds: number, isSo: () => boolean): Effect.Effect<void, ChaosFailed> =>
  Effect.gen(function* () {
    for (let tries = 0; tries < seconds * 10; tries++) {
      if (isSo()) return
      yield* Effect.sleep("100 millis")
    }
    return yield* new ChaosFailed({ message: `${what} took longer than ${seconds} s` })
  })

/** Once all stations are gone: waits until the CSMS has noticed, and closes it. Gives what is still there. */
export const leftoversOf = (csms: Child): Effect.Effect<ReadonlyArray<string>, ChaosFailed> =>
  Effect.gen(function* () {
    let present = yield* csms.ask<Present>("present")
    for (let tries = 0; tries < 50 && present.links + present.connected > 0; tries++) {
      yield* Effect.sleep("100 millis")
      present = yield* csms.ask<Present>("present")
    }
    const { fibers } = yield* csms.stop<Stopped>()
    return [
      ...(present.links > 0 ? [`${present.links} links of the CSMS`] : []),
      ...(present.connected > 0 ? [`${present.connected} stations that the CSMS takes for connected`] : []),
      ...(fibers > 0 ? [`${fibers} fibers of the CSMS`] : [])
    ]
  })
