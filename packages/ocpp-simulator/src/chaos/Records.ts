/** What the CSMS of a chaos run writes down besides its store, and the ledger that is made of all of it in the end. */
import type { DatabaseSync } from "node:sqlite"
import {
  energyWh,
  findTransaction,
  identityKey,
  isTransactionComplete,
  type StationEvent,
  type StationSnapshot
} from "@wattline/ocpp-core"
import type { KnownTransaction, Ledger, MirroredTransaction } from "./contract.ts"

interface Draft {
  readonly identity: string
  readonly transactionId: string
  readonly stored: Array<readonly [kind: string, seqNo: number]>
  readonly handled: Array<number>
  handledAgain: number
  energyWh?: number
}

const kinds: { readonly [tag: string]: string } = {
  TransactionStarted: "S",
  TransactionUpdated: "U",
  TransactionEnded: "E"
}

/** See the head of the file. */
export class Records {
  readonly #database: DatabaseSync
  readonly #handled: (identity: string, id: string, seqNo: number, again: number) => void
  readonly #anomaly: (tag: string) => void

  constructor(database: DatabaseSync) {
    database.exec(`
      CREATE TABLE IF NOT EXISTS handled (number INTEGER PRIMARY KEY, identity TEXT, id TEXT, seqNo INTEGER, again INTEGER);
      CREATE TABLE IF NOT EXISTS anomaly (number INTEGER PRIMARY KEY, tag TEXT)`)
    const handled = database.prepare("INSERT INTO handled (identity, id, seqNo, again) VALUES (?, ?, ?, ?)")
    const anomaly = database.prepare("INSERT INTO anomaly (tag) VALUES (?)")
    this.#database = database
    this.#handled = (...row) => void handled.run(...row)
    this.#anomaly = (tag) => void anomaly.run(tag)
  }

  /** The handler was asked about an event; `isKnown` where the CSMS has it already. */
  handled(identity: string, transactionId: string, seqNo: number, isKnown: boolean): void {
    this.#handled(identity, transactionId, seqNo, isKnown ? 1 : 0)
  }

  /** The CSMS told of something wrong. */
  anomaly(tag: string): void {
    this.#anomaly(tag)
  }

  /** All that is known; `mirrorOf` gives what the CSMS holds of a station now. */
  ledger(mirrorOf: (identity: string) => StationSnapshot["mirror"] | undefined): Ledger {
    const known = new Map<string, Draft>()
    const at = (identity: string, transactionId: string): Draft => {
      const key = `${identityKey(identity)}\n${transactionId}`
      const found = known.get(key) ?? { identity, transactionId, stored: [], handled: [], handledAgain: 0 }
      known.set(key, found)
      return found
    }
    for (const { again, id, identity, seqNo } of this.#rows(
      "SELECT identity, id, seqNo, again FROM handled ORDER BY number"
    )) {
      const transaction = at(String(identity), String(id))
      transaction.handled.push(Number(seqNo))
      transaction.handledAgain += Number(again)
    }
    for (const row of this.#rows("SELECT event FROM event ORDER BY number")) {
      const event = JSON.parse(String(row["event"])) as StationEvent
      if (
        event._tag !== "TransactionStarted" &&
        event._tag !== "TransactionUpdated" &&
        event._tag !== "TransactionEnded"
      )
        continue
      const transaction = at(event.identity, event.transactionId)
      transaction.stored.push([kinds[event._tag] ?? "", event.seqNo])
      if (event._tag === "TransactionEnded" && event.energyWh !== undefined) transaction.energyWh = event.energyWh
    }
    const anomalies: Record<string, number> = {}
    for (const { count, tag } of this.#rows("SELECT tag, COUNT(*) AS count FROM anomaly GROUP BY tag"))
      anomalies[String(tag)] = Number(count)
    const transactions = Array.from(known.values(), (draft): KnownTransaction => {
      const mirrored = mirroredOf(mirrorOf(draft.identity), draft.transactionId)
      return mirrored === undefined ? draft : { ...draft, mirrored }
    })
    return { transactions, anomalies }
  }

  #rows(query: string): Iterable<Record<string, unknown>> {
    return this.#database.prepare(query).iterate()
  }
}

const mirroredOf = (
  mirror: StationSnapshot["mirror"] | undefined,
  transactionId: string
): MirroredTransaction | undefined => {
  const transaction = mirror && findTransaction(mirror.transactions, transactionId)
  if (mirror === undefined || transaction === undefined) return undefined
  const imported = energyWh(transaction)
  const { conflicts = [], givenUp, received } = transaction
  return {
    isRunning: mirror.transactions.running.includes(transaction),
    received,
    isComplete: isTransactionComplete(transaction),
    conflicts: conflicts.length / 2,
    ...(imported !== undefined && { energyWh: imported }),
    ...(givenUp !== undefined && { givenUp })
  }
}
