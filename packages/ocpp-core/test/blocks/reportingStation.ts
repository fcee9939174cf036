/**
 * A naive station that has entries by number and reports them in parts, one entry each, and a mirror that hears of it. It makes
 * its report when it is asked, or part by part of what it has by then: both are truthful.
 */
import type { Action, CsmsAction, Messages } from "@wattline/ocpp-v201"
import fc from "fast-check"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { exchange, frozen, noon, property, stored } from "./payloads.ts"

/** How a station reports. */
export type Making = "at the request" | "part by part"

/** See the head of the file. */
export abstract class ReportingStation<E> {
  mirror: Mirror.StationMirror = Mirror.initial
  readonly has = new Map<number, E>()
  readonly events: Array<Mirror.MirrorEvent> = []
  readonly requestId = 7
  at = noon
  parts = 0
  private readonly making: Making
  private snapshot: ReadonlyMap<number, E> | undefined
  private last = -Infinity

  constructor(making: Making) {
    this.making = making
  }

  /** Asks the station for its report. */
  protected abstract request(): void
  /** Sends one part. */
  protected abstract send(entries: ReadonlyArray<E>, tbc: boolean): void

  asks(): void {
    this.snapshot = new Map(this.has)
    this.request()
  }

  /** The next part; true when it is the last. */
  reports(): boolean {
    const from = this.making === "at the request" ? (this.snapshot ?? this.has) : this.has
    const left = [...from].filter(([id]) => id > this.last).toSorted(([a], [b]) => a - b)
    const [next] = left
    if (next !== undefined) this.last = next[0]
    const tbc = left.length > 1
    this.send(next === undefined ? [] : [next[1]], tbc)
    this.parts++
    return !tbc
  }

  /** An exchange; what is stored of the mirror is enough to go on with. */
  with<A extends Action>(action: A, request: Messages[A]["request"], response: Messages[A]["response"]): void {
    this.at += 1000
    const folded = exchange(action, request, response, this.at)
    this.mirror = this.restarted(Mirror.reduce(this.mirror, action, folded, (event) => this.events.push(event)))
  }

  /** A CALL of ours whose answer is lost. */
  loses<A extends CsmsAction>(action: A, request: Messages[A]["request"]): void {
    this.at += 1000
    this.mirror = this.restarted(Mirror.unanswered(this.mirror, action, request, this.at, () => {}))
  }

  private restarted(mirror: Mirror.StationMirror): Mirror.StationMirror {
    return frozen(Mirror.restored(stored(mirror) as Mirror.StationMirror))
  }
}

/** One thing that changes. */
export type Change<S> = (station: S) => void

/** Runs every order of changes and parts: some changes before the request, some in between, and the rest of the report. */
export const whateverTheOrder = <S extends ReportingStation<unknown>>(
  make: (making: Making) => S,
  change: fc.Arbitrary<Change<S>>,
  check: (station: S) => void
): void =>
  fc.assert(
    fc.property(
      fc.constantFrom<Making>("at the request", "part by part"),
      fc.array(change, { maxLength: 8 }),
      fc.array(fc.option(change), { maxLength: 12 }),
      (making, before, between) => {
        const station = make(making)
        for (const apply of before) apply(station)
        station.asks()
        let isOver = false
        for (const apply of between) {
          if (apply !== null) apply(station)
          else if (!isOver) isOver = station.reports()
        }
        while (!isOver) isOver = station.reports()
        check(station)
      }
    ),
    { ...property, numRuns: 500 }
  )
