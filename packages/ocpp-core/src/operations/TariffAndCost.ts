/** Operations of block I, TariffAndCost: the running cost of a transaction, and what is shown when no cost is known. */
import * as Effect from "effect/Effect"
import { currencyOf, supportsCost } from "../blocks/Tariff.ts"
import { findTransaction } from "../blocks/Transactions.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import type { StationView } from "../station/StationView.ts"
import { type AllowedRules, type BrokenRule, CheckFailed, unallowed } from "./CheckFailed.ts"
import {
  type InvalidVariables,
  type PartlySet,
  setVariables,
  type SetVariableOutcome,
  type SetVariablesOptions
} from "./ProvisioningVariables.ts"

export { currencyOf, supportsCost } from "../blocks/Tariff.ts"

/** How a cost is sent. */
export interface CostOptions extends CallOptions {
  /** Rules that it may break and is sent all the same, such as `["I02.FR.02"]`; `"All"`: whatever is known. Default: none. */
  readonly allow?: AllowedRules
}

/**
 * Tells the station what a running transaction costs so far, taxes included, for its display (I-3, I02.FR.02). The amount is
 * in the currency of the station and goes out with at most six decimal places (I-7). This is one of two ways; the other is
 * `totalCost` in the answers to Updated, and both for one transaction are told as `RunningCostToldTwice` (I-2). The final
 * cost goes into the answer to Ended (I-4). After an answer, it is the follow-up of a handler.
 *
 * Fails as `station.call` does; with `CheckFailed`, before anything is sent, when the transaction does not run, or the station
 * has said that it shows no costs.
 *
 * @example
 * TransactionEvent: ({ transactionInfo: { transactionId } }, { station, transaction }) =>
 *   Effect.succeed(andThen({}, TariffAndCost.costUpdated(station, transactionId, costOf(transaction))))
 */
export const costUpdated = Effect.fnUntraced(function* (
  station: Station,
  transactionId: string,
  totalCost: number,
  { allow, ...options }: CostOptions = {}
): Effect.fn.Return<void, CallFailure | CheckFailed> {
  const broken = unallowed(costProblems(yield* station.snapshot, transactionId), allow)
  if (broken.length > 0) return yield* new CheckFailed({ identity: station.identity, action: "CostUpdated", broken })
  yield* station.call("CostUpdated", { transactionId, totalCost }, options)
})

const costProblems = ({ mirror }: StationView, transactionId: string): ReadonlyArray<BrokenRule> => {
  const { provisioning, transactions } = mirror
  const transaction = findTransaction(transactions, transactionId)
  const isRunning = transaction !== undefined && transaction.endedAt === undefined && transaction.givenUp === undefined
  return [
    ...(isRunning
      ? []
      : [{ rule: "I02.FR.02", detail: transaction ? "the transaction is over" : "the transaction is not known" }]),
    ...(supportsCost(provisioning.deviceModel) === false
      ? [{ rule: "I02.FR.01", detail: "the station shows no costs" }]
      : [])
  ]
}

/** The longest fallback message, in characters (I-6). */
const maxFallback = 255

/** How setting a fallback message can fail; see `Provisioning.setVariables`. */
export type FallbackFailure = CallFailure | CheckFailed | InvalidVariables | PartlySet

/**
 * Sets what is shown to a driver whose tariff is not known: at most 255 characters (I-6, I04.FR.02). Gives what became of the
 * variable; a negative status is a value. Fails with `CheckFailed` when the text is longer, else as `setVariables` does.
 *
 * @example
 * const { status } = yield* TariffAndCost.setTariffFallbackMessage(station, "0.45 EUR per kWh")
 */
export const setTariffFallbackMessage = (
  station: Station,
  message: string,
  options?: SetVariablesOptions
): Effect.Effect<SetVariableOutcome, FallbackFailure> =>
  setFallback(station, "TariffFallbackMessage", "I04.FR.02", message, options)

/**
 * Sets what is shown at the end of a transaction whose cost is not known: at most 255 characters (I-6, I05.FR.01). As
 * `setTariffFallbackMessage`.
 *
 * @example
 * const { status } = yield* TariffAndCost.setTotalCostFallbackMessage(station, "Your receipt comes by mail")
 */
export const setTotalCostFallbackMessage = (
  station: Station,
  message: string,
  options?: SetVariablesOptions
): Effect.Effect<SetVariableOutcome, FallbackFailure> =>
  setFallback(station, "TotalCostFallbackMessage", "I05.FR.01", message, options)

const setFallback = Effect.fnUntraced(function* (
  station: Station,
  variable: "TariffFallbackMessage" | "TotalCostFallbackMessage",
  rule: string,
  message: string,
  options?: SetVariablesOptions
): Effect.fn.Return<SetVariableOutcome, FallbackFailure> {
  const item = { component: "TariffCostCtrlr", variable }
  if (Array.from(message).length > maxFallback) {
    const broken = [{ rule, detail: `${variable} has at most ${maxFallback} characters` }]
    return yield* new CheckFailed({ identity: station.identity, action: "SetVariables", broken })
  }
  const { outcomes } = yield* setVariables(station, [{ ...item, value: message }], options)
  return outcomes[0] ?? { item, status: "Missing" }
})

/**
 * The currency of all amounts of a station, ISO 4217; `undefined` when it has not said (I-7).
 *
 * @example
 * const inWhat = yield* TariffAndCost.currency(station)
 */
export const currency = (station: Station): Effect.Effect<string | undefined> =>
  Effect.map(station.snapshot, ({ mirror }) => currencyOf(mirror.provisioning.deviceModel))
