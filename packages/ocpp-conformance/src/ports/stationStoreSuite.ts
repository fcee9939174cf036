/**
 * What every `StationStore` must do (habits 6–8 of "Room for many nodes"). The suite promises implementations that the core
 * never changes what it hands over and never changes what it gets, so a store may keep and give the very objects it was
 * given; in turn a store must not change them either.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { describe, it } from "@effect/vitest"
import { type StationEvent, StationStore } from "@wattline/ocpp-core"
import { build, notApplicable, provideAll } from "./harness.ts"
import { type RecordedStation, recordStation } from "./recordedStation.ts"
import { epochs } from "./store/epochs.ts"
import { brokenJournal, journal } from "./store/journal.ts"
import { secondInstance } from "./store/secondInstance.ts"
import { snapshots } from "./store/snapshots.ts"

/** What a store gives to be put through `stationStoreSuite`. `R` is what its instances share: a database, a directory. */
export interface StationStoreHarness<R = never> {
  /** Makes an empty store; built anew for every test. */
  readonly layer: Layer.Layer<StationStore | R, unknown>
  /**
   * Another instance over the data of the first, as another node or the next process has it. Leave it out when the data is
   * gone with the instance.
   */
  readonly second?: Layer.Layer<StationStore, unknown, StationStore | R>
  /** Reads the durable events of a station back, oldest first. Leave it out when the store keeps none. */
  readonly events?: (identity: string) => Effect.Effect<ReadonlyArray<StationEvent>, unknown, StationStore | R>
  /** Makes every append of events fail from now on, behind the back of the store. Leave it out when that cannot be done. */
  readonly breakEvents?: Effect.Effect<void, unknown, StationStore | R>
}

/** What a case works with. */
export interface StoreBench {
  readonly store: StationStore["Service"]
  /** What a CSMS saves of a station in reality. */
  readonly recorded: RecordedStation
  readonly second: Effect.Effect<StationStore["Service"], unknown, Scope.Scope>
  readonly events: (identity: string) => Effect.Effect<ReadonlyArray<StationEvent>, unknown>
  readonly breakEvents: Effect.Effect<void, unknown>
}

/** Defines one test. */
export type StoreCase = (title: string, body: (bench: StoreBench) => Effect.Effect<void, unknown, Scope.Scope>) => void

/** Defines the store contract tests under `name`, in real time. */
export const stationStoreSuite = <R = never>(name: string, harness: StationStoreHarness<R>): void => {
  const { breakEvents, events, second } = harness
  const missing = Effect.die(new Error("the harness does not have this"))
  const storeCase: StoreCase = (title, body) =>
    it.live(
      title,
      Effect.fnUntraced(function* () {
        const context = yield* build(harness.layer, Context.empty())
        yield* body({
          store: Context.get(context, StationStore),
          recorded: yield* recordStation,
          second:
            second === undefined
              ? missing
              : Effect.map(build(second, context), (other) => Context.get(other, StationStore)),
          events: (identity) => (events === undefined ? missing : provideAll(events(identity), context)),
          breakEvents: breakEvents === undefined ? missing : provideAll(breakEvents, context)
        })
      })
    )

  describe(`StationStore contract: ${name}`, () => {
    describe("snapshots", () => {
      snapshots(storeCase)
    })
    describe("epochs", () => {
      epochs(storeCase)
    })
    describe("durable events", () => {
      if (events === undefined) notApplicable("durable events are not kept")
      else journal(storeCase)
      if (breakEvents === undefined) notApplicable("events cannot be made to fail")
      else brokenJournal(storeCase)
    })
    describe("two instances", () => {
      if (second === undefined) notApplicable("the data belongs to one instance only")
      else secondInstance(storeCase)
    })
  })
}
