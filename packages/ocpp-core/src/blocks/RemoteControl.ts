/** Block F: the remote starts that a station accepted, or may have, and the transactions they led to. */
import type { IdTokenType, RequestStartTransactionRequest } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import { type DeviceModel, limit } from "./DeviceModel.ts"
import type { Uncertain } from "./Uncertain.ts"

/** One remote start (F-2). Uncertain: its answer was lost, and its transaction has not come (ST-3). Plain data. */
export interface RemoteStart extends Uncertain {
  readonly remoteStartId: number
  /** The token it was asked for; absent while only the transaction has come, and not yet the answer. */
  readonly idToken?: IdTokenType
  /** The EVSE it was asked for; absent when the station may choose. */
  readonly evseId?: number
  /** CSMS clock in milliseconds since 1970: when the station answered, or that was given up, or its transaction came before. */
  readonly at: number
  /** The transaction it led to; absent while that has not come. */
  readonly transactionId?: string
}

/** State of block F for one station. Plain data. */
export interface RemoteControlState {
  /** Oldest first; at most `maxRemoteStarts`. */
  readonly remoteStarts: ReadonlyArray<RemoteStart>
}

/** Remote starts that are held per station. */
export const maxRemoteStarts = 8

/** What block F says happened. */
export type RemoteControlEvent = RemoteStartAccepted | RemoteStartLinked

/** The station accepted a RequestStartTransaction; its transaction follows, or lapses (F-1). */
export interface RemoteStartAccepted {
  readonly _tag: "RemoteStartAccepted"
  readonly remoteStartId: number
  readonly evseId?: number
}

/** The transaction that a remote start led to is known (F-2). */
export interface RemoteStartLinked {
  readonly _tag: "RemoteStartLinked"
  readonly remoteStartId: number
  readonly transactionId: string
}

/** A remote start of this station, or `undefined` when it was refused or is no longer held. */
export const findRemoteStart = (state: RemoteControlState, remoteStartId: number): RemoteStart | undefined =>
  state.remoteStarts.find((known) => known.remoteStartId === remoteStartId)

/** Seconds beyond EVConnectionTimeOut: clocks, and messages that wait for their turn (F-1). */
const margin = 30

/** Seconds that a driver has to plug in, where the station has not said. */
const usualConnectionTimeout = 180

/** Seconds from the answer to a remote start until its transaction is overdue: `TxCtrlr.EVConnectionTimeOut` and 30 (F-1). */
export const remoteStartSeconds = (model: DeviceModel): number => {
  const query = { component: "TxCtrlr", variable: "EVConnectionTimeOut" }
  return (limit(model, query, usualConnectionTimeout) ?? usualConnectionTimeout) + margin
}

type Emit = (event: RemoteControlEvent) => void

const accepted = (
  state: RemoteControlState,
  { at, request, response }: Exchange<"RequestStartTransaction">,
  emit: Emit
): RemoteControlState => {
  if (response.status !== "Accepted") return state
  const { evseId, idToken, remoteStartId } = request
  const before = findRemoteStart(state, remoteStartId)
  const transactionId = before?.transactionId ?? response.transactionId
  emit({ _tag: "RemoteStartAccepted", remoteStartId, ...(evseId !== undefined && { evseId }) })
  if (transactionId !== undefined && before?.transactionId === undefined)
    emit({ _tag: "RemoteStartLinked", remoteStartId, transactionId })
  return held(state, before, {
    remoteStartId,
    idToken,
    ...(evseId !== undefined && { evseId }),
    at,
    ...(transactionId !== undefined && { transactionId })
  })
}

const linked = (
  state: RemoteControlState,
  { at, request }: Exchange<"TransactionEvent">,
  emit: Emit
): RemoteControlState => {
  const { remoteStartId, transactionId } = request.transactionInfo
  if (remoteStartId === undefined) return state
  const before = findRemoteStart(state, remoteStartId)
  if (before?.transactionId !== undefined) return state
  emit({ _tag: "RemoteStartLinked", remoteStartId, transactionId })
  const { uncertain: _, ...known }: Partial<RemoteStart> = before ?? {}
  return held(state, before, { at, ...known, remoteStartId, transactionId })
}

/** What has begun or was accepted before is no doubt. */
const doubtful = (
  state: RemoteControlState,
  { evseId, idToken, remoteStartId }: RequestStartTransactionRequest,
  at: number
): RemoteControlState =>
  findRemoteStart(state, remoteStartId) === undefined
    ? held(state, undefined, {
        remoteStartId,
        idToken,
        ...(evseId !== undefined && { evseId }),
        at,
        uncertain: true
      })
    : state

/** What was asked for and not begun does not outlive a restart of the station. */
const booted = (state: RemoteControlState, { rebooted }: Exchange<"BootNotification">): RemoteControlState =>
  rebooted === true && state.remoteStarts.some(({ transactionId }) => transactionId === undefined)
    ? { remoteStarts: state.remoteStarts.filter(({ transactionId }) => transactionId !== undefined) }
    : state

const held = (
  { remoteStarts }: RemoteControlState,
  before: RemoteStart | undefined,
  after: RemoteStart
): RemoteControlState => ({
  remoteStarts:
    before === undefined
      ? [...remoteStarts, after].slice(-maxRemoteStarts)
      : remoteStarts.map((known) => (known === before ? after : known))
})

/** Block F, RemoteControl. */
export const remoteControl: Block<RemoteControlState, RemoteControlEvent> = {
  initial: Object.freeze({ remoteStarts: Object.freeze([]) }),
  reduce: { RequestStartTransaction: accepted, TransactionEvent: linked, BootNotification: booted },
  unanswered: { RequestStartTransaction: doubtful }
}
