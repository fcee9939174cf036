/**
 * Keeps the queues of stations in a folder, one small file each: a line for every message that was queued, kept, or
 * is done with. The end of a file that was cut off by a crash is read as far as it goes.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { MessageStore, MessageStoreError, type MessageStoreShape, type StoredMessage } from "./MessageStore.ts"

/** Where and how messages are kept. */
export interface FileMessageStoreOptions {
  /** The folder; made when it is not there. Nobody else may write there. */
  readonly directory: string
  /**
   * Whether each message is on the disk before it is sent, so that it survives a power failure too. Default `true`; without it
   * only the end of the process is survived, and each message takes microseconds instead of milliseconds.
   */
  readonly sync?: boolean
}

type Line =
  | { readonly queued: StoredMessage }
  | { readonly kept: number; readonly former: number | undefined }
  | { readonly done: number }

/** Lines after which a file is written anew, without what is done with. */
const linesBetween = 1_000

/** What is known of the file of one station. */
interface Content {
  /** Numbers of the messages in it that were not removed. */
  readonly numbers: Set<number>
  /** Lines since it was written anew. */
  lines: number
}

const attempt = <A>(what: string, action: () => A): Effect.Effect<A, MessageStoreError> =>
  Effect.try({
    try: action,
    catch: (error) =>
      new MessageStoreError({ message: `${what}: ${error instanceof Error ? error.message : String(error)}` })
  })

/** Makes a store; `layer` gives it to `Stations`. */
export const make = ({ directory, sync = true }: FileMessageStoreOptions): MessageStoreShape => {
  const contents = new Map<string, Content>()
  const fileOf = (identity: string): string =>
    join(directory, `${encodeURIComponent(identity).replaceAll("*", "%2A")}.jsonl`)

  const write = (file: string, text: string, flag: "a" | "w"): void => {
    const descriptor = openSync(file, flag, 0o600) // tokens of drivers are in it
    try {
      writeSync(descriptor, text)
      if (sync) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }
  /** Writes the file anew: what is done with goes, and so does half a line at the end. */
  const renew = (identity: string): ReadonlyArray<StoredMessage> => {
    const file = fileOf(identity)
    const messages = existsSync(file) ? read(readFileSync(file, "utf8")) : []
    write(`${file}.new`, messages.map((queued) => `${JSON.stringify({ queued })}\n`).join(""), "w")
    renameSync(`${file}.new`, file)
    contents.set(identity, { numbers: new Set(messages.map(({ number }) => number)), lines: 0 })
    return messages
  }
  /** Adds a line. An empty file says the same as one where everything is done with. */
  const append = (identity: string, line: Line): void => {
    const content = contents.get(identity) ?? { numbers: new Set(), lines: 0 }
    contents.set(identity, content)
    const { numbers } = content
    const gone = "done" in line ? line.done : "kept" in line ? line.former : undefined
    if (gone !== undefined && numbers.has(gone) && numbers.size === 1) {
      truncateSync(fileOf(identity))
      content.lines = 0
    } else {
      write(fileOf(identity), `${JSON.stringify(line)}\n`, "a")
      content.lines += 1
    }
    if (gone !== undefined) numbers.delete(gone)
    if ("queued" in line) numbers.add(line.queued.number)
    if (content.lines >= Math.max(linesBetween, 4 * numbers.size)) renew(identity)
  }

  return {
    load: (identity) =>
      attempt(`The queue of ${identity} cannot be read`, () => {
        mkdirSync(directory, { recursive: true, mode: 0o700 })
        return renew(identity)
      }),
    append: (identity, queued) =>
      attempt(`A message of ${identity} cannot be stored`, () => append(identity, { queued })),
    keep: (identity, kept, former) =>
      attempt(`A message of ${identity} cannot be kept`, () => append(identity, { kept, former })),
    remove: (identity, done) => attempt(`A message of ${identity} cannot be removed`, () => append(identity, { done }))
  }
}

/** The messages in the text of a file that are not done with. */
const read = (text: string): ReadonlyArray<StoredMessage> => {
  const messages = new Map<number, StoredMessage>()
  for (const line of text.split("\n")) {
    const entry = parse(line)
    if (entry === undefined) continue
    if ("queued" in entry) messages.set(entry.queued.number, entry.queued)
    else if ("done" in entry) messages.delete(entry.done)
    else {
      if (entry.former !== undefined) messages.delete(entry.former)
      const message = messages.get(entry.kept)
      if (message !== undefined) messages.set(entry.kept, { ...message, isDone: true })
    }
  }
  return [...messages.values()].toSorted((one, other) => one.number - other.number)
}

const parse = (line: string): Line | undefined => {
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined // cut off, or nothing behind the last end of line
  }
}

/** Gives the store to `Stations.layer`. */
export const layer = (options: FileMessageStoreOptions): Layer.Layer<MessageStore> =>
  Layer.succeed(MessageStore, make(options))
