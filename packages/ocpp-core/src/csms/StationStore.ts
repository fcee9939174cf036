/**
 * Where what must survive a restart is kept: one snapshot per station. A port; the default keeps snapshots in memory.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StationMirror } from "../blocks/Mirror.ts"
import type { SecurityRecord } from "../station/SecurityRecord.ts"
import type { Registration } from "../station/StationState.ts"
import { identityKey } from "../transport/Handshake.ts"
import type { StationEvent } from "./Events.ts"

/** Everything the core knows of one station that a restart must not lose. Plain data: JSON and back gives the same. */
export interface StationSnapshot {
  readonly identity: string
  /** Number of the connection that wrote it; a later connection has a greater one. */
  readonly epoch: number
  /** Number of the last event within that epoch. */
  readonly seq: number
  /** Answer to the last BootNotification. */
  readonly registration: Registration
  /** Whether a reset was accepted or scheduled, and its BootNotification has not come yet. */
  readonly resetPending: boolean
  /** The last requestId given out. */
  readonly requestId: number
  readonly mirror: StationMirror
  /**
   * What was learned of its security, once there is something. Holds salted hashes of passwords: keep
   * it as safe as the directory.
   */
  readonly security?: SecurityRecord | undefined
}

/** A write by a connection that is no longer the newest one of its station. */
export class StaleEpoch extends Data.TaggedError("StaleEpoch")<{
  readonly identity: string
  /** The epoch of the refused write. */
  readonly epoch: number
  /** The epoch on record. */
  readonly current: number
}> {
  override get message(): string {
    return `A write for ${this.identity} with epoch ${this.epoch} was refused: epoch ${this.current} is on record`
  }
}

/** The store could not do its work. */
export class StoreError extends Data.TaggedError("StoreError")<{
  readonly detail: string
}> {
  override get message(): string {
    return this.detail
  }
}

/**
 * What a store does. Identities are compared case-insensitively. Nobody changes a snapshot or an event after it
 * was handed over, in either direction: a store may keep what it is given, and give what it keeps.
 */
export interface StationStoreShape {
  /** The snapshot on record, or `undefined`. */
  readonly load: (identity: string) => Effect.Effect<StationSnapshot | undefined, StoreError>
  /**
   * Replaces the snapshot and appends the durable events that led to it, both or neither. Refuses an older epoch. A
   * message that causes a durable event is answered after this is done. The core runs each save at once, and once.
   */
  readonly save: (
    snapshot: StationSnapshot,
    events: ReadonlyArray<StationEvent>
  ) => Effect.Effect<void, StaleEpoch | StoreError>
  /** Forgets a station and its epoch; fine when there is none. */
  readonly remove: (identity: string) => Effect.Effect<void, StoreError>
}

/** The port. */
export class StationStore extends Context.Service<StationStore, StationStoreShape>()(
  "@wattline/ocpp-core/StationStore"
) {
  /** Keeps snapshots in this process and durable events nowhere: what a CSMS has when no store is provided. */
  static readonly layerMemory: Layer.Layer<StationStore> = Layer.sync(StationStore, () => makeMemoryStore())
}

/** A new in-memory store; all its effects complete synchronously. */
export const makeMemoryStore = (): StationStoreShape => {
  const snapshots = new Map<string, StationSnapshot>()
  return {
    load: (identity) => Effect.sync(() => snapshots.get(identityKey(identity))),
    save: (snapshot) => {
      const key = identityKey(snapshot.identity)
      const current = snapshots.get(key)?.epoch ?? 0
      if (snapshot.epoch < current)
        return Effect.fail(new StaleEpoch({ identity: snapshot.identity, epoch: snapshot.epoch, current }))
      snapshots.set(key, snapshot)
      return Effect.void
    },
    remove: (identity) => Effect.sync(() => void snapshots.delete(identityKey(identity)))
  }
}
