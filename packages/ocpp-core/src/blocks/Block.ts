/**
 * What a functional block is. A block mirrors completed exchanges (a request with its response, in either direction) into
 * plain, serialisable state, and says what happened as events. It sends nothing, waits for nothing, reads no clock.
 */
import type { Action, Messages } from "@wattline/ocpp-v201"
import type { TransactionLimits } from "./Transactions.ts"

/** Request payload of an action. */
export type RequestOf<A extends Action> = Messages[A]["request"]
/** Response payload of an action. */
export type ResponseOf<A extends Action> = Messages[A]["response"]

/** One completed CALL and its CALLRESULT. */
export interface Exchange<A extends Action = Action> {
  readonly request: RequestOf<A>
  readonly response: ResponseOf<A>
  /** CSMS clock in milliseconds since 1970: when the request (of a station) or the response (to us) was received. */
  readonly at: number
  /** Only with BootNotification: whether the station has restarted. The first boot of a link, unless triggered (LC-16). */
  readonly rebooted?: boolean
  /** How much is held of transactions; the defaults when absent. */
  readonly limits?: TransactionLimits
}

/** Folds one exchange into the state of the block; says what happened through `emit`. Pure apart from that. */
export type Reducer<S, E, A extends Action> = (state: S, exchange: Exchange<A>, emit: (event: E) => void) => S

/** One functional block: its state before anything happened, and how each action changes it. */
export interface Block<S, E> {
  readonly initial: S
  /** Actions that are absent change nothing here. Returning the same `state` means no change. */
  readonly reduce: { readonly [A in Action]?: Reducer<S, E, A> }
}
