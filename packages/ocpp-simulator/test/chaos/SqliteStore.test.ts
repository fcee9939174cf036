/** The store of the chaos runs: the contract of every store, since the proof is worth no more than it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { stationStoreSuite } from "@wattline/ocpp-conformance"
import { StationStore } from "@wattline/ocpp-core"
import { Context, Effect, Layer } from "effect"
import { makeSqliteStore, openDatabase, storedEvents } from "../../src/chaos/SqliteStore.ts"

class File extends Context.Service<File, string>()("test/File") {
  static readonly layer = Layer.effect(
    File,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "ocpp-chaos-store-"))),
        (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
      ),
      (directory) => join(directory, "csms.sqlite")
    )
  )
}

const open = Effect.flatMap(File, (file) =>
  Effect.acquireRelease(
    Effect.sync(() => openDatabase(file)),
    (database) => Effect.sync(() => database.close())
  )
)

const store = Layer.effect(StationStore, Effect.map(open, makeSqliteStore))

const withDatabase = <A>(use: (database: DatabaseSync) => A) => Effect.scoped(Effect.map(open, use))

stationStoreSuite<File>("in SQLite", {
  layer: Layer.provideMerge(store, File.layer),
  second: store,
  events: (identity) => withDatabase((database) => storedEvents(database, identity)),
  breakEvents: withDatabase((database) => database.exec("DROP TABLE event"))
})
