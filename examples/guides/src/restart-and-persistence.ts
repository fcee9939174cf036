/** Guide "Restart and persistence": a store, what is billed once whatever happens, and waiting that goes on. */
import {
  Csms,
  identityKey,
  Jobs,
  RemoteControl,
  StaleEpoch,
  type Station,
  type StationEvent,
  type StationSnapshot,
  StationStore,
  type StationStoreShape,
  StoreError
} from "@wattline/ocpp-core"
import { Effect, Layer } from "effect"

/** A table of JSON texts, as of any key-value store. What is set in one call is there whole, or not at all. */
export interface Table {
  readonly get: (key: string) => string | undefined
  readonly set: (entries: ReadonlyArray<readonly [key: string, text: string]>) => void
  readonly delete: (key: string) => void
}

const attempt = <A>(what: string, run: () => A) =>
  Effect.try({ try: run, catch: () => new StoreError({ detail: `${what} failed` }) }) // no cause: it may quote hashes

const rowOf = (identity: string) => `station/${identityKey(identity)}`

export const makeStore = (table: Table): StationStoreShape => {
  const read = (identity: string): StationSnapshot | undefined => {
    const text = table.get(rowOf(identity))
    return text === undefined ? undefined : (JSON.parse(text) as StationSnapshot)
  }
  return {
    load: (identity) => attempt(`loading ${identity}`, () => read(identity)),
    save: (snapshot, events) =>
      Effect.gen(function* () {
        const { epoch, identity } = snapshot
        const known = yield* attempt(`loading ${identity}`, () => read(identity))
        if (known !== undefined && epoch < known.epoch)
          return yield* new StaleEpoch({ identity, epoch, current: known.epoch })
        const toDo = events.map((event) => [`event/${keyOf(event)}`, JSON.stringify(event)] as const)
        yield* attempt(`saving ${identity}`, () => table.set([[rowOf(identity), JSON.stringify(snapshot)], ...toDo]))
      }),
    remove: (identity) => attempt(`removing ${identity}`, () => table.delete(rowOf(identity)))
  }
}

/** No two events have the same. */
export const keyOf = ({ epoch, identity, seq }: StationEvent) => `${identityKey(identity)}/${epoch}/${seq}`

export const storeLayer = (table: Table) => Layer.succeed(StationStore, makeStore(table))

/** Adds the stations again, each with what is known of it; one that cannot be loaded keeps the others from nothing. */
export const restore = Effect.fnUntraced(function* (
  stations: ReadonlyArray<{ identity: string; passwordHash: string }>
) {
  const { addStation } = yield* Csms
  const [restored, failed] = yield* Effect.partition(
    stations,
    (known) =>
      Effect.mapError(
        addStation({ ...known, securityProfile: 1 }),
        (failure) => `${known.identity}: ${failure.message}`
      ),
    { concurrency: 16 }
  )
  if (failed.length > 0) yield* Effect.logError("not restored", failed)
  return restored
})

/** Goes on waiting for what was asked before the restart, and gives what came of it, in words. */
export const resume = Effect.fnUntraced(function* (station: Station) {
  const { jobs, remoteControl } = (yield* station.snapshot).mirror
  const starts = remoteControl.remoteStarts
    .filter(({ transactionId }) => transactionId === undefined)
    .map((start) =>
      Effect.map(RemoteControl.followRemoteStart(station, start), ({ _tag }) => `start ${start.remoteStartId}: ${_tag}`)
    )
  const uploads = jobs.open.map(({ kind, requestId }) =>
    Effect.map(Jobs.follow(station, kind, requestId), ({ outcome }) => `${kind} ${requestId}: ${outcome._tag}`)
  )
  return yield* Effect.all([...starts, ...uploads], { concurrency: "unbounded" })
})
