/**
 * The mirror of one station: the states of all blocks, and one function that folds any exchange into them. An action no
 * block cares about costs one look-up.
 */
import type { Action } from "@wattline/ocpp-v201"
import { availability, type AvailabilityEvent, type AvailabilityState } from "./Availability.ts"
import type { Block, Exchange, Reducer } from "./Block.ts"
import { provisioning, type ProvisioningEvent, type ProvisioningState } from "./Provisioning.ts"
import {
  localAuthorizationList,
  type LocalAuthorizationListEvent,
  type LocalAuthorizationListState
} from "./LocalAuthorizationList.ts"
import { remoteControl, type RemoteControlEvent, type RemoteControlState } from "./RemoteControl.ts"
import { security, type SecurityEvent, type SecurityState } from "./Security.ts"
import { transactions, type TransactionsEvent, type TransactionsState } from "./Transactions.ts"

/** What the CSMS knows of one station, by block. Plain, serialisable data. */
export interface StationMirror {
  readonly provisioning: ProvisioningState
  readonly availability: AvailabilityState
  readonly transactions: TransactionsState
  readonly remoteControl: RemoteControlState
  readonly localAuthorizationList: LocalAuthorizationListState
  readonly security: SecurityState
}

/** Everything a block can say happened. Identity, epoch, number and time are added by the engine. */
export type MirrorEvent =
  | ProvisioningEvent
  | AvailabilityEvent
  | TransactionsEvent
  | RemoteControlEvent
  | LocalAuthorizationListEvent
  | SecurityEvent

/** Told of each event, in order (ST-2). */
export type EmitMirrorEvent = (event: MirrorEvent) => void

/** The mirror of a station nothing is known of. Shared. */
export const initial: StationMirror = Object.freeze({
  provisioning: provisioning.initial,
  availability: availability.initial,
  transactions: transactions.initial,
  remoteControl: remoteControl.initial,
  localAuthorizationList: localAuthorizationList.initial,
  security: security.initial
})

/** A mirror as it was stored, with the blocks that did not exist when it was. */
export const restored = (stored: StationMirror | undefined): StationMirror =>
  stored === undefined ? initial : { ...initial, ...stored }

/** Folds one exchange into the mirror; the same mirror when it changes nothing (ST-1). Pure but for `emit`. */
export const reduce = <A extends Action>(
  mirror: StationMirror,
  action: A,
  exchange: Exchange<A>,
  emit: EmitMirrorEvent
): StationMirror => {
  const steps = table[action]
  if (steps === undefined) return mirror
  let next = mirror
  for (const { run } of steps) next = run(next, exchange, emit)
  return next
}

/** True when an exchange of this action can change a mirror. */
export const isMirrored = (action: Action): boolean => table[action] !== undefined

/** One reducer of one block, lifted to the mirror. */
interface Step {
  readonly action: Action
  readonly run: (mirror: StationMirror, exchange: Exchange, emit: EmitMirrorEvent) => StationMirror
}

const stepsOf = <S extends keyof StationMirror>(
  slot: S,
  { reduce: reducers }: Block<StationMirror[S], MirrorEvent>
): ReadonlyArray<Step> =>
  // The one cast: a reducer gets exchanges of its own action only, which the table below sees to and no type can say.
  (Object.entries(reducers) as ReadonlyArray<readonly [Action, Reducer<StationMirror[S], MirrorEvent, Action>]>).map(
    ([action, reducer]) => ({
      action,
      run: (mirror, exchange, emit) => {
        const before = mirror[slot]
        const after = reducer(before, exchange, emit)
        return after === before ? mirror : { ...mirror, [slot]: after }
      }
    })
  )

/** Action → the reducers of its blocks. Without a prototype, as groupBy makes it, so any text may be looked up. */
const table = Object.groupBy(
  [
    ...stepsOf("provisioning", provisioning),
    ...stepsOf("availability", availability),
    ...stepsOf("transactions", transactions),
    ...stepsOf("remoteControl", remoteControl),
    ...stepsOf("localAuthorizationList", localAuthorizationList),
    ...stepsOf("security", security)
  ],
  ({ action }) => action
)
