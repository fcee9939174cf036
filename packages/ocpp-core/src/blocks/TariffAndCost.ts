/**
 * Block I: which way the running cost of a transaction goes to the station. The cost itself is with the transaction (block E);
 * texts for drivers that a station cannot show are told with the tokens (block C).
 */
import type { Block, Exchange } from "./Block.ts"

/** State of block I for one station. Plain data. */
export interface TariffAndCostState {
  /** Transactions whose cost was told while they ran, oldest first; at most `maxRunningCosts`. */
  readonly running: ReadonlyArray<RunningCost>
}

/** How the running cost of one transaction is told (I-2). */
export interface RunningCost {
  readonly transactionId: string
  /** `Answers`: totalCost in answers to Updated. `CostUpdated`: CALLs of ours. One of the two is meant to be used. */
  readonly by: "Answers" | "CostUpdated" | "Both"
}

/** Transactions that are held per station. */
export const maxRunningCosts = 32

/** What block I says happened. */
export type TariffAndCostEvent = RunningCostToldTwice

/** The running cost of a transaction goes to the station in both ways, where one is meant to be used (I-2). Told once. */
export interface RunningCostToldTwice {
  readonly _tag: "RunningCostToldTwice"
  readonly transactionId: string
}

type Emit = (event: TariffAndCostEvent) => void
type State = TariffAndCostState

/** Most answers hold no cost, and most transactions have no running cost. */
const transactionEvent = (state: State, { request, response }: Exchange<"TransactionEvent">, emit: Emit): State => {
  if (request.eventType === "Updated" && response.totalCost !== undefined)
    return told(state, request.transactionInfo.transactionId, "Answers", emit)
  return request.eventType === "Ended" && state.running.length > 0
    ? without(state, request.transactionInfo.transactionId)
    : state
}

const costUpdated = (state: State, { request }: Exchange<"CostUpdated">, emit: Emit): State =>
  told(state, request.transactionId, "CostUpdated", emit)

const told = (state: State, transactionId: string, by: "Answers" | "CostUpdated", emit: Emit): State => {
  const { running } = state
  const at = running.findIndex((known) => known.transactionId === transactionId)
  const before = running[at]
  if (before === undefined) return { running: [...running, { transactionId, by }].slice(-maxRunningCosts) }
  if (before.by === by || before.by === "Both") return state
  emit({ _tag: "RunningCostToldTwice", transactionId })
  return { running: running.with(at, { transactionId, by: "Both" }) }
}

const without = (state: State, transactionId: string): State =>
  state.running.some((known) => known.transactionId === transactionId)
    ? { running: state.running.filter((known) => known.transactionId !== transactionId) }
    : state

/** Block I, TariffAndCost. */
export const tariffAndCost: Block<TariffAndCostState, TariffAndCostEvent> = {
  initial: Object.freeze({ running: Object.freeze([]) }),
  reduce: { TransactionEvent: transactionEvent, CostUpdated: costUpdated }
}
