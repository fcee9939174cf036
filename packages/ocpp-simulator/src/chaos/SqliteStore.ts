/**
 * A `StationStore` in SQLite: snapshots in one table, durable events in another, both written in one database transaction, so
 * that a process that is killed leaves both or neither. What the disk does in a power failure is not its business here.
 */
import { DatabaseSync } from "node:sqlite"
import {
  identityKey,
  StaleEpoch,
  type StationEvent,
  type StationSnapshot,
  type StationStoreShape,
  StoreError
} from "@wattline/ocpp-core"
import * as Effect from "effect/Effect"

/** Opens a database that survives the end of its process at any moment, and that two processes may use. */
export const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000")
  return database
}

const attempt = <A>(what: string, action: () => A): Effect.Effect<A, StoreError> =>
  Effect.try({
    try: action,
    catch: (error) =>
      new StoreError({ detail: `${what} failed: ${error instanceof Error ? error.message : String(error)}` })
  })

/** Makes the store, and its tables where they are missing. Events have no key: what is written twice is there twice. */
export const makeSqliteStore = (database: DatabaseSync): StationStoreShape => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS station (key TEXT PRIMARY KEY, epoch INTEGER NOT NULL, snapshot TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY, key TEXT NOT NULL, event TEXT NOT NULL)`)
  const epochOf = database.prepare("SELECT epoch FROM station WHERE key = ?")
  const snapshotOf = database.prepare("SELECT snapshot FROM station WHERE key = ?")
  const replace = database.prepare("INSERT OR REPLACE INTO station (key, epoch, snapshot) VALUES (?, ?, ?)")
  const append = database.prepare("INSERT INTO event (key, event) VALUES (?, ?)")
  const forget = database.prepare("DELETE FROM station WHERE key = ?")

  /** The epoch on record where it is newer than that of the snapshot, and nothing was written; else `undefined`. */
  const write = (snapshot: StationSnapshot, events: ReadonlyArray<StationEvent>): number | undefined => {
    const key = identityKey(snapshot.identity)
    database.exec("BEGIN IMMEDIATE")
    try {
      const current = epochOf.get(key)?.["epoch"]
      if (typeof current === "number" && snapshot.epoch < current) {
        database.exec("ROLLBACK")
        return current
      }
      replace.run(key, snapshot.epoch, JSON.stringify(snapshot))
      for (const event of events) append.run(key, JSON.stringify(event))
      database.exec("COMMIT")
      return undefined
    } catch (error) {
      database.exec("ROLLBACK")
      throw error
    }
  }

  return {
    load: (identity) =>
      attempt(`loading ${identity}`, () => {
        const text = snapshotOf.get(identityKey(identity))?.["snapshot"]
        return typeof text === "string" ? (JSON.parse(text) as StationSnapshot) : undefined
      }),
    save: (snapshot, events) => {
      const { epoch, identity } = snapshot
      return Effect.flatMap(
        attempt(`saving ${identity}`, () => write(snapshot, events)),
        (current) => (current === undefined ? Effect.void : Effect.fail(new StaleEpoch({ identity, epoch, current })))
      )
    },
    remove: (identity) => attempt(`removing ${identity}`, () => void forget.run(identityKey(identity)))
  }
}

/** The durable events of a station, oldest first. */
export const storedEvents = (database: DatabaseSync, identity: string): ReadonlyArray<StationEvent> =>
  database
    .prepare("SELECT event FROM event WHERE key = ? ORDER BY number")
    .all(identityKey(identity))
    .map(({ event }) => JSON.parse(String(event)) as StationEvent)
