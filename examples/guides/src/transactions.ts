/** Guide "Transactions": follow what is charged, and write the session down once it is over. */
import { Csms, type CsmsEvent, findTransaction, type Handlers, type Transaction } from "@wattline/ocpp-core"
import { Effect, Stream } from "effect"

/** What is billed. */
export interface Session {
  readonly station: string
  readonly transactionId: string
  readonly wh: number
  readonly seconds: number
  /** Events are missing: somebody should look at it. */
  readonly doubtful: boolean
}

const isEnd = (event: CsmsEvent): event is Extract<CsmsEvent, { readonly _tag: "TransactionEnded" }> =>
  event._tag === "TransactionEnded"

export const sessions = Effect.gen(function* () {
  const csms = yield* Csms
  const events = yield* csms.subscribe
  return events.pipe(
    Stream.filter(isEnd),
    Stream.mapEffect((event) =>
      Effect.gen(function* () {
        const view = yield* (yield* csms.station(event.identity)).snapshot
        const transaction = findTransaction(view.mirror.transactions, event.transactionId)
        return sessionOf(event, transaction)
      })
    )
  )
})

const sessionOf = (
  event: Extract<CsmsEvent, { readonly _tag: "TransactionEnded" }>,
  transaction: Transaction | undefined
): Session => ({
  station: event.identity,
  transactionId: event.transactionId,
  wh: event.energyWh ?? 0,
  seconds: (Date.parse(event.timestamp) - Date.parse(transaction?.startedAt ?? event.timestamp)) / 1000,
  doubtful: !event.complete
})

/** In euro for each kWh. */
const price = 0.59

export const costs: Pick<Handlers, "TransactionEvent"> = {
  TransactionEvent: (_event, { transaction }) =>
    Effect.sync(() => {
      const { energy } = transaction
      const wh = energy === undefined ? 0 : energy.last.wh - energy.first.wh
      return { totalCost: Math.round((wh / 1000) * price * 100) / 100 }
    })
}
