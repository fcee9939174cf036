/**
 * What a functional block is. A block mirrors completed exchanges (a request with its response, in either direction) into
 * plain, serialisable state, and says what happened as events. It sends nothing, waits for nothing, reads no clock.
 */
import type { Action, CsmsAction, Messages } from "@wattline/ocpp-v201"
import type { JobEnd } from "./Job.ts"
import type { ChangeOf, CollectedKind, JobKind } from "./JobKinds.ts"
import type { StationMirror } from "./Mirror.ts"
import type { MeteringLimits } from "./Meters.ts"
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
  /** How much is held of transactions and meters; the defaults when absent. */
  readonly limits?: TransactionLimits & MeteringLimits
}

/**
 * Folds one exchange into the state of the block; says what happened through `emit`. Pure apart from that. `mirror` is for
 * the few that have to look at another block: the blocks before this one have the exchange in them already.
 */
export type Reducer<S, E, A extends Action> = (
  state: S,
  exchange: Exchange<A>,
  emit: (event: E) => void,
  mirror?: StationMirror
) => S

/** Takes the result of a job that has ended into the state of the block. Pure apart from `emit`. */
export type Consumer<S, E, K extends JobKind> = (state: S, end: JobEnd<K>, emit: (event: E) => void) => S

/**
 * Marks what a CALL of ours touched, when it is not known whether the station took it (ST-3). What was there keeps its content;
 * what may be there since is put in. `at`: CSMS clock in milliseconds since 1970, when the outcome was given up. Pure.
 */
export type Doubt<S, A extends CsmsAction> = (state: S, request: RequestOf<A>, at: number, mirror: StationMirror) => S

/**
 * What of an exchange holds over a report that was asked for before it, by action: the report may have been made before it, or
 * after. `response` is absent when the outcome is not known (ST-3). Told only while such a report is open. Pure.
 */
export type Since<S, K extends CollectedKind> = {
  readonly [A in Action]?: (
    exchange: Pick<Exchange<A>, "at" | "request"> & { readonly response?: ResponseOf<A> },
    after: S,
    before: S
  ) => ReadonlyArray<ChangeOf<K>>
}

/** One functional block: its state before anything happened, and how each action changes it. */
export interface Block<S, E> {
  readonly initial: S
  /** Actions that are absent change nothing here. Returning the same `state` means no change. */
  readonly reduce: { readonly [A in Action]?: Reducer<S, E, A> }
  /** Jobs whose end changes something here; run once for each, whatever it ended with (CE-5). */
  readonly jobs?: { readonly [K in JobKind]?: Consumer<S, E, K> }
  /** What changes while a report is open; it is in `changes` of the job when that ends. */
  readonly since?: { readonly [K in CollectedKind]?: Since<S, K> }
  /** CALLs that change something on the station: what is uncertain when their outcome is not known (ST-3). */
  readonly unanswered?: { readonly [A in CsmsAction]?: Doubt<S, A> }
  /** Other hardware has taken over the identity: what it was told, or told, before is uncertain (DM-28, ST-3). */
  readonly replaced?: (state: S) => S
}
