/** Stations with durable queues, in a process of its own that is killed. */
import { Stations } from "@wattline/ocpp-station"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import { WsDialer } from "@wattline/ocpp-ws"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { answer, argumentsOf } from "./Answering.ts"
import { Book } from "./Book.ts"
import type { Ready, StationsArguments, Stopped } from "./contract.ts"
import { FiberCount } from "./FiberCount.ts"
import { Fleet } from "./Fleet.ts"
import { openDatabase } from "./SqliteStore.ts"

const { book: file, identities, queues, seed, url } = argumentsOf() as StationsArguments

const main = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const fibers = new FiberCount()
  const database = openDatabase(file)
  const context = yield* Layer.buildWithScope(
    Layer.provide(Stations.layer, [WsDialer.layer(), FileMessageStore.layer({ directory: queues })]),
    scope
  ).pipe(Random.withSeed(seed), fibers.of)
  const fleet = new Fleet({
    host: Context.get(context, Stations).host,
    url,
    identities,
    book: new Book(database),
    life: seed
  })
  const finish = Effect.gen(function* () {
    fleet.finish()
    while (!fleet.isDone) yield* Effect.sleep("100 millis")
    return fleet.counts
  })
  const stop = Effect.gen(function* () {
    fleet.dispose()
    yield* Scope.close(scope, Exit.void)
    database.close()
    return { fibers: fibers.live } satisfies Stopped
  })
  const ready: Ready = { url: "", port: 0 }
  answer(ready, { finish: () => Effect.runPromise(finish), stop: () => Effect.runPromise(stop) })
})

await Effect.runPromise(main)
