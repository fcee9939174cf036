/** Starting a transaction from here, followed to the transaction (F01, F02). */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { IdTokenType, RequestStartTransactionRequest, StatusInfoType } from "@wattline/ocpp-v201"
import type { StationMirror } from "../blocks/Mirror.ts"
import { remoteStartSeconds } from "../blocks/RemoteControl.ts"
import type { Transaction } from "../blocks/Transaction.ts"
import { findTransaction, type TransactionsState } from "../blocks/Transactions.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type AllowedRules, type BrokenRule, CheckFailed, unallowed } from "./CheckFailed.ts"
import { centralToken } from "./CentralToken.ts"
import { watch, within } from "./Following.ts"
import { checkChargingProfile } from "./SmartChargingView.ts"

/** What is asked for. Without `evseId` the station chooses, or refuses (F01.FR.07). */
export interface RemoteStartRequest extends Omit<
  RequestStartTransactionRequest,
  "remoteStartId" | "idToken" | "groupIdToken"
> {
  /**
   * Who starts. A text is a token of type Central: one that the CSMS makes up for a card terminal or an app. The station asks
   * no Authorize for it and does not cache it (C-11, C03.FR.01, C05.FR.01).
   */
  readonly idToken: IdTokenType | string
  /** Who may stop it too; a text is a token of type Central, as every group has it (C09.FR.13). */
  readonly groupIdToken?: IdTokenType | string
  /** Default: a new one. Give one of `station.nextRequestId` to know it whatever becomes of the CALL. */
  readonly remoteStartId?: number
}

/** How a remote start is made and followed. */
export interface RemoteStartOptions extends CallOptions {
  /** `false`: done when the station has answered. Default true. */
  readonly follow?: boolean
  /**
   * How long the transaction may take, from the answer. It starts anew when the station was offline at its end (CE-4).
   * Default: `TxCtrlr.EVConnectionTimeOut` of the station, or 180 seconds, and 30 seconds more (F-1).
   */
  readonly startTimeout?: Duration.Input
  /** Rules that the charging profile may break and is sent all the same, such as `["K-17"]`. Default: none. */
  readonly allow?: AllowedRules
}

/** What became of a remote start (F-1). */
export type RemoteStartOutcome =
  /** The station said no. */
  | { readonly _tag: "Rejected"; readonly remoteStartId: number; readonly statusInfo?: StatusInfoType }
  /** It said yes; not followed. `transactionId`: of a transaction that had begun before (F01.FR.13). */
  | { readonly _tag: "Accepted"; readonly remoteStartId: number; readonly transactionId?: string }
  /** The transaction is there (F01.FR.19, F01.FR.25, F02.FR.21). */
  | { readonly _tag: "Started"; readonly remoteStartId: number; readonly transaction: Transaction }
  /** It said yes, and no transaction came in time, or the station was removed (F02.FR.07). */
  | { readonly _tag: "Lapsed"; readonly remoteStartId: number; readonly transactionId?: string }

/**
 * Starts a transaction and waits until it is there (F01, F02). The remoteStartId is new at this station, over restarts too
 * (F01.FR.25, R-166). The token is decided on again in the TransactionEvent (F-6). Refused locally unless the station is
 * Accepted (LC-10). Fails with `CheckFailed`, before anything is sent, when `evseId` is not greater than 0 (F01.FR.06) or
 * the charging profile breaks a rule (F01.FR.09, F01.FR.11, block K).
 *
 * @example
 * const outcome = yield* RemoteControl.requestStartTransaction(station, { evseId: 1, idToken: "app-4711" })
 * if (outcome._tag === "Started") yield* Effect.log(outcome.transaction.transactionId)
 */
export const requestStartTransaction = Effect.fnUntraced(function* (
  station: Station,
  request: RemoteStartRequest,
  options: RemoteStartOptions = {}
): Effect.fn.Return<RemoteStartOutcome, CallFailure | CheckFailed> {
  const { mirror } = yield* station.snapshot
  const broken = problemsOf(request, mirror, yield* Clock.currentTimeMillis, options.allow)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "RequestStartTransaction", broken })
  const remoteStartId = request.remoteStartId ?? (yield* station.nextRequestId)
  const answer = yield* station.call("RequestStartTransaction", payloadOf(request, remoteStartId), options)
  const { status, statusInfo, transactionId } = answer
  if (status === "Rejected") return { _tag: "Rejected", remoteStartId, ...(statusInfo && { statusInfo }) }
  const start = { remoteStartId, ...(transactionId !== undefined && { transactionId }) }
  return options.follow === false ? { _tag: "Accepted", ...start } : yield* followRemoteStart(station, start, options)
})

/**
 * Waits for the transaction of a remote start that was accepted, also after a restart of the CSMS (F-2). What tells them
 * together is the remoteStartId in the TransactionEvent, or the transactionId in the answer.
 *
 * @example
 * const outcome = yield* RemoteControl.followRemoteStart(station, { remoteStartId: 7 }, { startTimeout: "2 minutes" })
 */
export const followRemoteStart = Effect.fnUntraced(function* (
  station: Station,
  start: { readonly remoteStartId: number; readonly transactionId?: string },
  { startTimeout }: Pick<RemoteStartOptions, "startTimeout"> = {}
): Effect.fn.Return<Extract<RemoteStartOutcome, { readonly _tag: "Started" | "Lapsed" }>> {
  const { mirror } = yield* station.snapshot
  const timeout = startTimeout ?? Duration.seconds(remoteStartSeconds(mirror.provisioning.deviceModel))
  const transaction = yield* within(
    station,
    timeout,
    watch(station, (view) => transactionOf(view.mirror.transactions, start))
  )
  const { remoteStartId } = start
  return transaction === undefined ? { _tag: "Lapsed", ...start } : { _tag: "Started", remoteStartId, transaction }
})

const payloadOf = (request: RemoteStartRequest, remoteStartId: number): RequestStartTransactionRequest => {
  const { groupIdToken, idToken, ...rest } = request
  const group = groupIdToken === undefined ? {} : { groupIdToken: centralToken(groupIdToken) }
  return { ...rest, idToken: centralToken(idToken), ...group, remoteStartId }
}

const transactionOf = (
  transactions: TransactionsState,
  { remoteStartId, transactionId }: { readonly remoteStartId: number; readonly transactionId?: string }
): Transaction | undefined => {
  const isOfStart = (known: Transaction): boolean => known.remoteStartId === remoteStartId
  return (
    transactions.running.find(isOfStart) ??
    transactions.ended.find(isOfStart) ??
    (transactionId === undefined ? undefined : findTransaction(transactions, transactionId))
  )
}

const problemsOf = (
  { chargingProfile, evseId }: RemoteStartRequest,
  mirror: StationMirror,
  now: number,
  allow: AllowedRules | undefined
): ReadonlyArray<BrokenRule> => {
  const where = evseId !== undefined && { evseId }
  const carrier = "RequestStartTransaction"
  return [
    ...(evseId !== undefined && evseId <= 0 ? [{ rule: "F01.FR.06", detail: "evseId is greater than 0" }] : []),
    ...(chargingProfile === undefined
      ? []
      : unallowed(checkChargingProfile(mirror, { ...where, chargingProfile, carrier }, now).broken, allow))
  ]
}
