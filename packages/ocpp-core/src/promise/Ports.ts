/** The ports of the core as promise users implement them: a directory and a store with plain or async functions. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StationEvent } from "../csms/Events.ts"
import { DirectoryError, StationDirectory } from "../csms/StationDirectory.ts"
import { StaleEpoch, StationStore, type StationSnapshot, StoreError } from "../csms/StationStore.ts"
import type { CheckCertificate, StationCredentials } from "../transport/Admission.ts"
import type { ClientCertificate } from "../transport/Transport.ts"
import { attempt, type MaybePromise, messageOf } from "./MaybePromise.ts"

/**
 * Who may connect. Identities are compared without case. A function that throws makes the upgrade end with HTTP 503,
 * and `addStation` and `removeStation` reject with a `DirectoryError` that has what was thrown as its `cause`.
 */
export interface PromiseStationDirectory {
  /**
   * The station with this identity, or nothing when it is not known (HTTP 404, R-027). `prefix` is what stands before the
   * identity in the URL, for example `/tenant-a`. Called for every connection.
   */
  find(identity: string, prefix: string): MaybePromise<StationCredentials | undefined | null>
  /** Adds a station or replaces its credentials; awaited by `addStation`. Left out where stations are kept elsewhere. */
  add?(station: StationCredentials): MaybePromise<unknown>
  /** Removes a station; fine when there is none. Awaited by `removeStation`. */
  remove?(identity: string): MaybePromise<unknown>
}

/**
 * Where what must survive a restart is kept: one snapshot per station, plain data for JSON. Identities are compared without
 * case. What a function throws becomes a `StoreError` that has it as its `cause`.
 */
export interface PromiseStationStore {
  /** The snapshot on record, or nothing. */
  load(identity: string): MaybePromise<StationSnapshot | undefined | null>
  /**
   * Replaces the snapshot and appends the durable events that led to it, both or neither. Throws `StaleEpoch` when a greater
   * epoch than the snapshot's is on record. A message that causes a durable event is answered after this is done.
   */
  save(snapshot: StationSnapshot, events: ReadonlyArray<StationEvent>): MaybePromise<unknown>
  /** Forgets a station; fine when there is none. */
  remove(identity: string): MaybePromise<unknown>
}

/** Decides on a certificate that is good otherwise: a text is the reason to refuse the station. */
export type PromiseCheckCertificate = (
  identity: string,
  certificate: ClientCertificate
) => MaybePromise<string | undefined | null>

/** The check as an effect. */
export const toCheck =
  (check: PromiseCheckCertificate): CheckCertificate =>
  (identity, certificate) =>
    Effect.map(
      attempt(
        () => check(identity, certificate),
        (thrown) => thrown
      ),
      (reason) => reason ?? undefined
    )

/** The directory as a layer; an empty one where the core is to keep its own. */
export const directoryLayer = (directory: PromiseStationDirectory | undefined): Layer.Layer<never> =>
  directory === undefined
    ? Layer.empty
    : Layer.succeed(StationDirectory, {
        find: (identity, prefix) =>
          Effect.map(
            attempt(() => directory.find(identity, prefix), directoryError),
            (station) => station ?? undefined
          ),
        add: (station) => Effect.asVoid(attempt(() => directory.add?.(station), directoryError)),
        remove: (identity) => Effect.asVoid(attempt(() => directory.remove?.(identity), directoryError))
      })

/** The store as a layer; an empty one where the core is to keep its own. */
export const storeLayer = (store: PromiseStationStore | undefined): Layer.Layer<never> =>
  store === undefined
    ? Layer.empty
    : Layer.succeed(StationStore, {
        load: (identity) =>
          Effect.map(
            attempt(() => store.load(identity), storeError),
            (snapshot) => snapshot ?? undefined
          ),
        save: (snapshot, events) =>
          Effect.asVoid(
            attempt(
              () => store.save(snapshot, events),
              (thrown) => (thrown instanceof StaleEpoch ? thrown : storeError(thrown))
            )
          ),
        remove: (identity) => Effect.asVoid(attempt(() => store.remove(identity), storeError))
      })

const directoryError = (thrown: unknown): DirectoryError =>
  thrown instanceof DirectoryError ? thrown : because(thrown, new DirectoryError({ detail: messageOf(thrown) }))

const storeError = (thrown: unknown): StoreError =>
  thrown instanceof StoreError ? thrown : because(thrown, new StoreError({ detail: messageOf(thrown) }))

const because = <E extends Error>(thrown: unknown, error: E): E =>
  Object.defineProperty(error, "cause", { value: thrown, writable: true, configurable: true })
