/** The decisions of this CSMS: everything else is answered by the library. */
import { andThen, Csms, findTransaction, type Handlers, type Station } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { DateTime, Effect, Layer } from "effect"
import { colours, Log, printable } from "./Log.ts"
import { costOf, energyWith } from "./tariff.ts"
import { type Contracts, contractOf } from "./tokens.ts"
import { Traffic } from "./Traffic.ts"
import { layer as watch } from "./watch.ts"

/** Seconds between heartbeats. */
const heartbeatInterval = 300

/** What happens with a station once its BootNotification is answered. */
export type AfterBoot<R> = (station: Station) => Effect.Effect<unknown, unknown, R>

const handlers = <R>(afterBoot: AfterBoot<R>, contracts: Contracts): Handlers<Log | Traffic | R> => ({
  BootNotification: (_request, { station }) =>
    Effect.map(DateTime.now, (now) =>
      andThen(
        { status: "Accepted", currentTime: DateTime.formatIso(now), interval: heartbeatInterval },
        afterBoot(station)
      )
    ),

  Authorize: Effect.fnUntraced(function* ({ idToken }, { station }) {
    const { line } = yield* Log
    const contract = contracts(idToken.idToken)
    const status = contract?.status ?? "Unknown"
    const traffic = yield* Traffic
    traffic.received++
    const token = `${printable(idToken.idToken)} (${idToken.type})`
    yield* line({ mark: "in", who: station.identity, what: "Authorize", text: token })
    const verdict = (status === "Accepted" ? colours.green : colours.red)(status)
    const driver = contract === undefined ? "" : `, this is ${contract.driver}`
    yield* line({ mark: "out", who: station.identity, what: "  answer", text: `${verdict}${driver}` })
    return { idTokenInfo: { status } }
  }),

  TransactionEvent: Effect.fnUntraced(function* (event, { station }) {
    const { mirror } = yield* station.snapshot
    const { transactionId } = event.transactionInfo
    const energyWh = energyWith(findTransaction(mirror.transactions, transactionId), event)
    return {
      ...(event.idToken && { idTokenInfo: { status: contracts(event.idToken.idToken)?.status ?? "Unknown" } }),
      // The price is final, and told, when the transaction has ended (I03).
      ...(event.eventType === "Ended" && energyWh !== undefined && { totalCost: costOf(energyWh) })
    }
  })
})

/** The CSMS with its handlers; what happens is printed. */
export const layer = <R>(
  listen: { readonly host: string; readonly port: number },
  afterBoot: AfterBoot<R>,
  contracts = contractOf
) =>
  WsServer.layer({ ...listen, plain: true }).pipe(
    Layer.provideMerge(watch),
    Layer.provideMerge(Csms.layer(handlers(afterBoot, contracts)))
  )
