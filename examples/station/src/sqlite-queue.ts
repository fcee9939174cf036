import type { PromiseMessageStore, StoredMessage } from "@wattline/ocpp-station/promise"
import { DatabaseSync } from "node:sqlite"

/** The queue in a table. Functions may be async where the database is. */
export const sqliteQueue = (database: DatabaseSync): PromiseMessageStore => {
  database.exec(
    "CREATE TABLE IF NOT EXISTS queue (identity TEXT, number INTEGER, message TEXT, PRIMARY KEY (identity, number))"
  )
  const select = database.prepare("SELECT message FROM queue WHERE identity = ? ORDER BY number")
  const insert = database.prepare("INSERT INTO queue VALUES (?, ?, ?)")
  const mark = database.prepare(
    "UPDATE queue SET message = json_set(message, '$.isDone', json('true')) WHERE identity = ? AND number = ?"
  )
  const remove = database.prepare("DELETE FROM queue WHERE identity = ? AND number = ?")
  return {
    load: (identity) => select.all(identity).map(({ message }) => JSON.parse(String(message)) as StoredMessage),
    append: (identity, message) => insert.run(identity, message.number, JSON.stringify(message)),
    keep: (identity, number, former) => {
      mark.run(identity, number)
      if (former !== undefined) remove.run(identity, former)
    },
    remove: (identity, number) => remove.run(identity, number)
  }
}
