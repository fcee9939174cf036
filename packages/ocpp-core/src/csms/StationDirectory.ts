/**
 * Who may connect. A port; the default is filled by `addStation`. A CSMS with its own database of stations provides
 * `StationDirectory.fromLookup`, and need not add stations one by one.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StationCredentials } from "../transport/Admission.ts"
import { identityKey } from "../transport/Handshake.ts"

/** The directory could not do its work. */
export class DirectoryError extends Data.TaggedError("DirectoryError")<{
  readonly detail: string
}> {
  override get message(): string {
    return this.detail
  }
}

/** What a directory does. Identities are compared case-insensitively. */
export interface StationDirectoryShape {
  /**
   * The station with this identity, or `undefined` when it is not known (HTTP 404, R-027). `prefix` is what stands before
   * the identity in the URL, for example `/tenant-a`.
   */
  readonly find: (identity: string, prefix: string) => Effect.Effect<StationCredentials | undefined, DirectoryError>
  /** Adds a station or replaces its credentials. */
  readonly add: (station: StationCredentials) => Effect.Effect<void, DirectoryError>
  /** Removes a station; fine when there is none. */
  readonly remove: (identity: string) => Effect.Effect<void, DirectoryError>
}

/** The port. */
export class StationDirectory extends Context.Service<StationDirectory, StationDirectoryShape>()(
  "@wattline/ocpp-core/StationDirectory"
) {
  /** Stations in memory, added with `addStation`: what a CSMS has when no directory is provided. */
  static readonly layerMemory: Layer.Layer<StationDirectory> = Layer.sync(StationDirectory, () => makeMemoryDirectory())

  /** A directory that is kept elsewhere and only read here: every connecting station is looked up. */
  static readonly fromLookup = (find: StationDirectoryShape["find"]): Layer.Layer<StationDirectory> =>
    Layer.succeed(StationDirectory, {
      find,
      add: () => Effect.void,
      remove: () => Effect.void
    })
}

/** A new in-memory directory; all its effects complete synchronously. */
export const makeMemoryDirectory = (): StationDirectoryShape => {
  const stations = new Map<string, StationCredentials>()
  return {
    find: (identity) => Effect.sync(() => stations.get(identityKey(identity))),
    add: (station) => Effect.sync(() => void stations.set(identityKey(station.identity), station)),
    remove: (identity) => Effect.sync(() => void stations.delete(identityKey(identity)))
  }
}
