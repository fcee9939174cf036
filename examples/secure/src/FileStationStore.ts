/**
 * A `StationStore` in a directory: one JSON file per station, so that registration, security profile, pinned serial number and
 * changed passwords survive a restart. For one process and some hundred stations, since every write waits for the disk; for
 * more, write the same three functions over a database.
 */
import { createHash, randomUUID } from "node:crypto"
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import path from "node:path"
import {
  identityKey,
  StaleEpoch,
  type StationSnapshot,
  StationStore,
  type StationStoreShape,
  StoreError
} from "@wattline/ocpp-core"
import { Effect, Layer } from "effect"

/** The name of a station's file: what can be read of its identity, and a hash, since identities hold `/`, `*` and more. */
const nameOf = (identity: string): string => {
  const key = identityKey(identity)
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 32)
  return `${key.replaceAll(/[^a-z0-9-]/g, "_").slice(0, 48)}.${hash}.json`
}

/** What the disk said, with the name of the file and nothing of what is in it: it holds hashes of passwords. */
const attempt = <A>(what: string, run: () => A): Effect.Effect<A, StoreError> =>
  Effect.try({
    try: run,
    catch: (error) => {
      const why = error instanceof Error && "code" in error ? String(error.code) : "it holds no snapshot"
      return new StoreError({ detail: `${what}: ${why}` })
    }
  })

const read = (file: string): StationSnapshot | undefined => {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
  const snapshot = JSON.parse(text) as StationSnapshot
  if (typeof snapshot?.identity !== "string" || typeof snapshot.epoch !== "number") throw new SyntaxError()
  return snapshot
}

/** All of the new file or all of the old one, whenever the process or the machine stops. Its owner alone may read it. */
const replace = (file: string, text: string): void => {
  const fresh = `${file}.${randomUUID()}.tmp`
  try {
    const descriptor = openSync(fresh, "wx", 0o600)
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor) // or a power cut may leave the new name with nothing behind it
    } finally {
      closeSync(descriptor)
    }
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  sync(path.dirname(file))
}

/** The names in a directory are on the disk, too. */
const sync = (directory: string): void => {
  const descriptor = openSync(directory, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A store over a directory that exists. It does not wait between reading an epoch and writing, so no save can come between. */
const make = (directory: string): StationStoreShape => {
  const fileOf = (identity: string): string => path.join(directory, nameOf(identity))
  return {
    load: (identity) => attempt(`${fileOf(identity)} cannot be read`, () => read(fileOf(identity))),
    save: (snapshot) =>
      Effect.suspend(() => {
        const { epoch, identity } = snapshot
        const file = fileOf(identity)
        return Effect.flatMap(
          attempt(`${file} cannot be read`, () => read(file)?.epoch ?? epoch),
          (current): Effect.Effect<void, StaleEpoch | StoreError> =>
            epoch < current
              ? Effect.fail(new StaleEpoch({ identity, epoch, current }))
              : attempt(`${file} cannot be written`, () => replace(file, JSON.stringify(snapshot)))
        )
      }),
    remove: (identity) =>
      attempt(`${fileOf(identity)} cannot be removed`, () => {
        rmSync(fileOf(identity), { force: true })
        sync(directory)
      })
  }
}

/** Makes the directory if there is none, and sweeps out what a stopped write may have left. */
export const layer = (directory: string): Layer.Layer<StationStore, StoreError> =>
  Layer.effect(
    StationStore,
    attempt(`${directory} cannot be used`, () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      for (const name of readdirSync(directory))
        if (name.endsWith(".tmp")) rmSync(path.join(directory, name), { force: true })
      return make(directory)
    })
  )
