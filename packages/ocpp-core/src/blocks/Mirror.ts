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

/** The blocks, each with the slot of the mirror that holds its state. */
const blocks: { readonly [S in keyof StationMirror]: Block<StationMirror[S], MirrorEvent> } = {
  provisioning,
  availability,
  transactions,
  remoteControl,
  localAuthorizationList,
  security
}

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
  const reducers = table[action]
  if (reducers === undefined) return mirror
  let next: { -readonly [S in keyof StationMirror]: unknown } | undefined
  for (const { reducer, slot } of reducers) {
    const before = mirror[slot]
    const after = reducer(before, exchange, emit)
    if (after === before) continue
    next ??= { ...mirror } // one copy, however many blocks the exchange changes
    next[slot] = after
  }
  return (next as StationMirror | undefined) ?? mirror
}

/** True when an exchange of this action can change a mirror. */
export const isMirrored = (action: Action): boolean => table[action] !== undefined

/** A reducer of one block for one action, and where its state is. */
interface Step {
  readonly slot: keyof StationMirror
  readonly action: Action
  /** The one cast: it gets the state of its slot and exchanges of its action, which the table sees to and no type can say. */
  readonly reducer: Reducer<unknown, MirrorEvent, Action>
}

const steps = (Object.keys(blocks) as ReadonlyArray<keyof StationMirror>).flatMap((slot) =>
  (Object.entries(blocks[slot].reduce) as ReadonlyArray<readonly [Action, Step["reducer"]]>).map(
    ([action, reducer]): Step => ({ slot, action, reducer })
  )
)

/** Action → the reducers of its blocks. Without a prototype, as groupBy makes it, so any text may be looked up. */
const table = Object.groupBy(steps, ({ action }) => action)
