/** The file-backed store: the contract of every store, and what only files can get wrong. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { stationStoreSuite } from "@wattline/ocpp-conformance"
import { type StationSnapshot, StationStore } from "@wattline/ocpp-core"
import { Context, Effect, Layer } from "effect"
import { assert, describe, it, onTestFinished } from "vitest"
import * as FileStationStore from "../src/FileStationStore.ts"

class Directory extends Context.Service<Directory, string>()("test/Directory") {
  static readonly layer = Layer.effect(
    Directory,
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(path.join(tmpdir(), "wattline-state-"))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
    )
  )
}

const inDirectory = Layer.unwrap(Effect.map(Directory, FileStationStore.layer))

stationStoreSuite("files in a directory", {
  layer: Layer.provideMerge(inDirectory, Directory.layer),
  second: inDirectory
})

describe("the files", () => {
  const directory = (): string => {
    const parent = mkdtempSync(path.join(tmpdir(), "wattline-state-"))
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
    return path.join(parent, "state")
  }
  const open = (where: string) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.map(Layer.build(FileStationStore.layer(where)), (context) => Context.get(context, StationStore))
      )
    )
  const snapshot = (identity: string, epoch = 1): StationSnapshot => ({
    identity,
    epoch,
    seq: 1,
    registration: "Accepted",
    resetPending: false,
    requestId: 0,
    mirror: {} as StationSnapshot["mirror"] // the store looks at identity and epoch only
  })
  const mode = (file: string): number => statSync(file).mode & 0o777

  it("R-046: are for their owner only, and so is the directory", async () => {
    const where = directory()
    const store = await open(where)
    await Effect.runPromise(store.save(snapshot("CS-1"), []))
    assert.strictEqual(mode(where), 0o700)
    const [file = ""] = readdirSync(where)
    assert.strictEqual(mode(path.join(where, file)), 0o600)
  })

  it("are one per station, with a name that can be read, inside the directory whatever the station is called", async () => {
    const where = directory()
    const store = await open(where)
    for (const identity of ["CS-1", "../../etc/passwd", "..", "a/b", "a\u0000b", "\uD800", "充".repeat(48)])
      await Effect.runPromise(store.save(snapshot(identity), []))
    const names = readdirSync(where)
    assert.strictEqual(names.length, 7)
    assert.isTrue(names.some((name) => name.startsWith("cs-1.")))
    for (const name of names) assert.match(name, /^[a-z0-9_-]+\.[0-9a-f]{32}\.json$/)
    assert.deepStrictEqual(readdirSync(path.dirname(where)), ["state"])
  })

  it("leave nothing beside them: not after a write, and not of one that a stop cut short", async () => {
    const where = directory()
    const store = await open(where)
    await Effect.runPromise(store.save(snapshot("CS-1"), []))
    await Effect.runPromise(store.save(snapshot("CS-1", 2), []))
    const [file = ""] = readdirSync(where)
    writeFileSync(path.join(where, `${file}.0.tmp`), '{"identity":"CS-')
    const next = await open(where)
    assert.deepStrictEqual(readdirSync(where), [file])
    assert.strictEqual((await Effect.runPromise(next.load("cs-1")))?.epoch, 2)
  })

  it("R-032: one that cannot be read is an error, never a station that nothing is known of, and is not written over", async () => {
    const where = directory()
    const store = await open(where)
    await Effect.runPromise(store.save(snapshot("CS-1"), []))
    const file = path.join(where, readdirSync(where)[0] ?? "")
    for (const text of ["", '{"identity":"CS-1","epo', "null", "[]", '{"secret":"hash-of-a-password"}']) {
      writeFileSync(file, text)
      const unread = await Effect.runPromise(Effect.flip(store.load("CS-1")))
      const unwritten = await Effect.runPromise(Effect.flip(store.save(snapshot("CS-1", 2), [])))
      for (const error of [unread, unwritten]) {
        assert.strictEqual(error._tag, "StoreError", text)
        assert.include(error.message, file)
        assert.notInclude(error.message, "hash-of-a-password")
      }
      assert.strictEqual(readFileSync(file, "utf8"), text)
    }
  })

  it("a disk that does not take them is an error, and the old one stays", async () => {
    const where = directory()
    const store = await open(where)
    await Effect.runPromise(store.save(snapshot("CS-1"), []))
    const circle = { ...snapshot("CS-1", 2), mirror: {} as { self?: unknown } }
    circle.mirror.self = circle
    const error = await Effect.runPromise(Effect.flip(store.save(circle as never, [])))
    assert.strictEqual(error._tag, "StoreError")
    assert.strictEqual((await Effect.runPromise(store.load("CS-1")))?.epoch, 1)
    rmSync(where, { recursive: true })
    assert.strictEqual((await Effect.runPromise(Effect.flip(store.save(snapshot("CS-1", 2), []))))._tag, "StoreError")
  })

  it("a directory that cannot be made says so when the program starts", async () => {
    const where = directory()
    writeFileSync(where, "a file")
    const error = await open(path.join(where, "state")).then(
      () => "opened",
      (failure: unknown) => String(failure)
    )
    assert.match(error, /state cannot be used: ENOTDIR/)
  })
})
