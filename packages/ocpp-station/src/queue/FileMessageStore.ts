/**
 * Keeps the queues of stations in a folder, one small file each: a line for every message that was queued, and one for every
 * message that is done with. The end of a file that was cut off by a crash is read as far as it goes.
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

type Line = { readonly queued: StoredMessage } | { readonly done: number }

const attempt = <A>(what: string, action: () => A): Effect.Effect<A, MessageStoreError> =>
  Effect.try({
    try: action,
    catch: (error) =>
      new MessageStoreError({ message: `${what}: ${error instanceof Error ? error.message : String(error)}` })
  })

/** Makes a store; `layer` gives it to `Stations`. */
export const make = ({ directory, sync = true }: FileMessageStoreOptions): MessageStoreShape => {
  /** Messages in the file of each station that are not done with. */
  const open = new Map<string, number>()
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
  const append = (identity: string, line: Line): void => {
    write(fileOf(identity), `${JSON.stringify(line)}\n`, "a")
  }

  return {
    load: (identity) =>
      attempt(`The queue of ${identity} cannot be read`, () => {
        mkdirSync(directory, { recursive: true, mode: 0o700 })
        const file = fileOf(identity)
        const messages = existsSync(file) ? read(readFileSync(file, "utf8")) : []
        open.set(identity, messages.length)
        // Written anew: what is done with goes, and so does half a line at the end.
        write(`${file}.new`, messages.map((queued) => `${JSON.stringify({ queued })}\n`).join(""), "w")
        renameSync(`${file}.new`, file)
        return messages
      }),
    append: (identity, { action, number, request }) =>
      attempt(`A message of ${identity} cannot be stored`, () => {
        append(identity, { queued: { number, action, request } })
        open.set(identity, (open.get(identity) ?? 0) + 1)
      }),
    remove: (identity, number) =>
      attempt(`A message of ${identity} cannot be removed`, () => {
        const left = (open.get(identity) ?? 1) - 1
        open.set(identity, left)
        if (left > 0) append(identity, { done: number })
        else truncateSync(fileOf(identity))
      })
  }
}

/** The messages in the text of a file that are not done with. */
const read = (text: string): ReadonlyArray<StoredMessage> => {
  const messages = new Map<number, StoredMessage>()
  for (const line of text.split("\n")) {
    const entry = parse(line)
    if (entry === undefined) continue
    if ("queued" in entry) messages.set(entry.queued.number, entry.queued)
    else messages.delete(entry.done)
  }
  return [...messages.values()].toSorted((one, other) => one.number - other.number)
}

const parse = (line: string): Line | undefined => {
  try {
    return line === "" ? undefined : (JSON.parse(line) as Line)
  } catch {
    return undefined // cut off
  }
}

/** Gives the store to `Stations.layer`. */
export const layer = (options: FileMessageStoreOptions): Layer.Layer<MessageStore> =>
  Layer.succeed(MessageStore, make(options))
