/**
 * What the stations made, told by the stations' side: every TransactionEvent that was put into a queue, and what the meter says
 * of each transaction that ended. Kept in SQLite, because the process of the stations is killed too.
 */
import type { DatabaseSync } from "node:sqlite"
import type { MessageStoreShape, StoredMessage } from "@wattline/ocpp-station"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import * as Effect from "effect/Effect"
import type { MadeEvent, MadeTransaction } from "./contract.ts"

/** See the head of the file. */
export class Book {
  readonly #database: DatabaseSync
  readonly #made: (life: string, identity: string, transactionId: string, seqNo: number, kind: string) => void
  readonly #ended: (transactionId: string, energyWh: number) => void
  readonly #restored: (messages: number) => void

  constructor(database: DatabaseSync) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS made (number INTEGER PRIMARY KEY, life TEXT, identity TEXT, id TEXT, seqNo INTEGER, kind TEXT);
      CREATE TABLE IF NOT EXISTS meter (id TEXT PRIMARY KEY, wh REAL);
      CREATE TABLE IF NOT EXISTS restored (number INTEGER PRIMARY KEY, messages INTEGER)`)
    const made = database.prepare("INSERT INTO made (life, identity, id, seqNo, kind) VALUES (?, ?, ?, ?, ?)")
    const meter = database.prepare("INSERT INTO meter (id, wh) VALUES (?, ?)")
    const restored = database.prepare("INSERT INTO restored (messages) VALUES (?)")
    this.#restored = (messages) => void restored.run(messages)
    this.#database = database
    this.#made = (...row) => void made.run(...row)
    this.#ended = (...row) => void meter.run(...row)
  }

  /** A transaction ended, and the meter says so much was delivered in it. */
  ended(transactionId: string, energyWh: number): void {
    this.#ended(transactionId, energyWh)
  }

  /** The store with its every message written down first. `life` names the process that runs now. */
  around(store: MessageStoreShape, life: string): MessageStoreShape {
    const note = (identity: string, { action, request }: StoredMessage): void => {
      if (action !== "TransactionEvent") return
      const { eventType, seqNo, transactionInfo } = request as TransactionEventRequest
      this.#made(life, identity, transactionInfo.transactionId, seqNo, eventType.slice(0, 1))
    }
    return {
      ...store,
      load: (identity) =>
        Effect.tap(store.load(identity), (messages) =>
          Effect.sync(() => {
            const isWaiting = ({ action, isDone }: StoredMessage) => action === "TransactionEvent" && isDone !== true
            this.#restored(messages.filter(isWaiting).length)
          })
        ),
      append: (identity, message) =>
        Effect.andThen(
          Effect.sync(() => note(identity, message)),
          store.append(identity, message)
        )
    }
  }

  /** TransactionEvents that processes have found in the queues that an earlier one has left. */
  get restored(): number {
    return Number(this.#database.prepare("SELECT SUM(messages) AS messages FROM restored").get()?.["messages"] ?? 0)
  }

  /** All of it. `killed` names the processes that were killed. */
  read(killed: ReadonlyArray<string> = []): ReadonlyArray<MadeTransaction> {
    const energies = new Map(
      this.#database
        .prepare("SELECT id, wh FROM meter")
        .all()
        .map(({ id, wh }) => [String(id), Number(wh)])
    )
    const last = this.#database.prepare("SELECT MAX(number) AS number FROM made WHERE life = ?")
    const cut = new Set(killed.map((life) => last.get(life)?.["number"]))
    const made = new Map<string, { identity: string; events: Array<MadeEvent> }>()
    for (const row of this.#database.prepare("SELECT * FROM made ORDER BY number").all()) {
      const id = String(row["id"])
      const known = made.get(id) ?? { identity: String(row["identity"]), events: [] }
      made.set(id, known)
      known.events.push({
        kind: String(row["kind"]),
        seqNo: Number(row["seqNo"]),
        ...(cut.has(row["number"]) && { isCut: true })
      })
    }
    return Array.from(made, ([transactionId, { events, identity }]) => {
      const energyWh = energies.get(transactionId)
      return {
        identity,
        transactionId,
        events,
        ...(energyWh !== undefined && { energyWh })
      }
    })
  }
}
