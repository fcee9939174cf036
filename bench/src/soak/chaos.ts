/**
 * The part of the soak in which processes are killed: the CSMS in the middle of the sessions of many stations, then stations
 * with durable queues. Every TransactionEvent must count in the end, once.
 */
import { Effect } from "effect"
import {
  type ChaosOptions,
  type ChaosReport,
  isProven,
  killCsms,
  killStations,
  summary
} from "@wattline/ocpp-simulator/chaos"
import { Failed } from "./stations.ts"

/** Seconds from one kill to the next, on average. */
const pace = 6

/** Kills all the time for so many minutes: two thirds of them the CSMS. */
export const chaos = Effect.fnUntraced(function* (minutes: number, stations: number, seed: number) {
  const kills = Math.max(2, Math.round((minutes * 60) / pace))
  const common = { seed: String(seed), tell: (text: string) => console.log(text) }
  yield* prove("CSMS", killCsms, { ...common, stations, kills: Math.ceil((kills * 2) / 3) })
  yield* prove("stations", killStations, {
    ...common,
    stations: Math.ceil(stations / 10),
    kills: Math.max(2, Math.ceil(kills / 3))
  })
})

const prove = Effect.fnUntraced(function* (
  who: string,
  run: (options: ChaosOptions) => Effect.Effect<ChaosReport, { readonly message: string }>,
  options: ChaosOptions
) {
  const report = yield* Effect.mapError(run(options), ({ message }) => new Failed({ message }))
  console.log(summary(who, report))
  if (!isProven(report))
    return yield* new Failed({ message: `the ${who} were killed, and not everything was as it should be` })
})
