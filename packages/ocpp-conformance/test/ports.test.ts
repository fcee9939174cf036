/**
 * The contracts of the ports, over the defaults of the core. What these cannot show (kept events, a second instance, a
 * second node) is shown with small stand-ins, so that no case of the suites goes untested.
 */
import { assert, it } from "@effect/vitest"
import {
  ClaimRefused,
  Cluster,
  type LocalStations,
  type Membership,
  StaleEpoch,
  type StationCredentials,
  StationDirectory,
  type StationEvent,
  type StationSnapshot,
  StationStore,
  StoreError
} from "@wattline/ocpp-core"
import { Context, Effect, Layer, Scope } from "effect"
import { clusterSuite, stationDirectorySuite, stationStoreSuite } from "../src/index.ts"

stationStoreSuite("in memory", { layer: StationStore.layerMemory })
stationDirectorySuite("in memory", { layer: StationDirectory.layerMemory })
clusterSuite("one process", { layer: Cluster.layerSingle })

// --- a directory that is kept elsewhere

const known: StationCredentials = { identity: "Rdam|123", securityProfile: 1, passwordHash: "hash" }

stationDirectorySuite("looked up elsewhere", {
  layer: StationDirectory.fromLookup((identity) =>
    Effect.succeed(identity.toLowerCase() === "rdam|123" ? known : undefined)
  ),
  readOnly: known
})

stationDirectorySuite("looked up elsewhere, by tenant", {
  layer: StationDirectory.fromLookup((identity, prefix) =>
    Effect.succeed(identity.toLowerCase() === "rdam|123" && prefix === "/a%20b" ? known : undefined)
  ),
  readOnly: known,
  tenants: { own: "/a%20b", foreign: "/a b" }
})

it.effect("R-029: a look-up gets identity and prefix as they are", () =>
  Effect.gen(function* () {
    const asked: Array<readonly [string, string]> = []
    const directory = yield* StationDirectory.pipe(
      Effect.provide(
        StationDirectory.fromLookup((...question) => {
          asked.push(question)
          return Effect.succeed(undefined)
        })
      )
    )
    yield* directory.find("Rdam|123", "/ocpp/tenant%20a")
    assert.deepStrictEqual(asked, [["Rdam|123", "/ocpp/tenant%20a"]])
  })
)

// --- a store that writes JSON rows into a database it shares, each call a little later

class Database extends Context.Service<
  Database,
  { readonly rows: Map<string, string>; readonly journal: Array<string>; broken: boolean }
>()("test/Database") {
  static readonly layer = Layer.sync(Database, () => ({ rows: new Map(), journal: [], broken: false }))
}

const rowStore = Layer.effect(
  StationStore,
  Effect.map(Database, (database) => {
    const { journal, rows } = database
    const key = (identity: string) => identity.toLowerCase()
    const read = (identity: string): StationSnapshot | undefined => {
      const row = rows.get(key(identity))
      return row === undefined ? undefined : (JSON.parse(row) as StationSnapshot)
    }
    return {
      load: (identity) => later(Effect.sync(() => read(identity))),
      save: (snapshot, events) =>
        later(
          Effect.suspend((): Effect.Effect<void, StaleEpoch | StoreError> => {
            const { epoch, identity } = snapshot
            const current = read(identity)?.epoch ?? epoch
            if (epoch < current) return Effect.fail(new StaleEpoch({ identity, epoch, current }))
            if (database.broken && events.length > 0) return Effect.fail(new StoreError({ detail: "the disk is full" }))
            rows.set(key(identity), JSON.stringify(snapshot))
            for (const event of events) journal.push(JSON.stringify(event))
            return Effect.void
          })
        ),
      remove: (identity) => later(Effect.sync(() => void rows.delete(key(identity))))
    }
  })
)

const later = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => Effect.andThen(Effect.yieldNow, effect)

stationStoreSuite("rows of a database", {
  layer: Layer.provideMerge(rowStore, Database.layer),
  second: rowStore,
  events: (identity) =>
    Effect.map(Database, ({ journal }) =>
      journal
        .map((line) => JSON.parse(line) as StationEvent)
        .filter((event) => event.identity.toLowerCase() === identity.toLowerCase())
    ),
  breakEvents: Effect.map(Database, (database) => {
    database.broken = true
  })
})

// --- a cluster of several nodes in one process

class Switchboard extends Context.Service<
  Switchboard,
  { readonly holders: Map<string, LocalStations>; readonly epochs: Map<string, number> }
>()("test/Switchboard") {
  static readonly layer = Layer.sync(Switchboard, () => ({ holders: new Map(), epochs: new Map() }))
}

const switched = Layer.effect(
  Cluster,
  Effect.gen(function* () {
    const { epochs, holders } = yield* Switchboard
    const scope = yield* Effect.scope
    const join = (local: LocalStations): Effect.Effect<Membership> => {
      const holder = (identity: string): LocalStations => holders.get(identity.toLowerCase()) ?? local
      const leave = Effect.sync(() => {
        for (const [key, stations] of holders) if (stations === local) holders.delete(key)
      })
      const membership: Membership = {
        claim: (identity, atLeast) =>
          later(
            Effect.suspend(() => {
              const key = identity.toLowerCase()
              const before = holders.get(key)
              const epoch = Math.max(epochs.get(key) ?? 0, atLeast) + 1
              if (!Number.isSafeInteger(epoch)) return Effect.fail(new ClaimRefused({ identity, detail: "worn out" }))
              epochs.set(key, epoch)
              holders.set(key, local)
              return Effect.as(
                before === undefined || before === local ? Effect.void : before.fence(identity, epoch),
                epoch
              )
            })
          ),
        release: (identity, epoch) =>
          later(
            Effect.sync(() => {
              if (epochs.get(identity.toLowerCase()) === epoch) holders.delete(identity.toLowerCase())
            })
          ),
        call: (request) => later(Effect.suspend(() => holder(request.identity).call(request))),
        view: (identity) => later(Effect.suspend(() => holder(identity).view(identity))),
        nextRequestId: (identity) => later(Effect.suspend(() => holder(identity).nextRequestId(identity))),
        disconnect: (identity, code, reason) =>
          later(Effect.suspend(() => holder(identity).disconnect(identity, code, reason))),
        cancelJob: (identity, kind, requestId) =>
          later(Effect.suspend(() => holder(identity).cancelJob(identity, kind, requestId)))
      }
      return Effect.as(Effect.addFinalizer(() => leave).pipe(Effect.provideService(Scope.Scope, scope)), membership)
    }
    return { join }
  })
)

clusterSuite("two nodes in one process", { layer: Layer.provideMerge(switched, Switchboard.layer), second: switched })
