/** What all clients of one process share: clock, deadlines, random numbers, the way into Effect, the way to the network. */
import type * as Context from "effect/Context"
import type {
  Counters,
  Deadlines,
  Dialer,
  InboundLimits,
  ConnectionRates,
  Protocol,
  Run
} from "@wattline/ocpp-core/engine"
import type { MessageStoreShape } from "../queue/MessageStore.ts"

/** See the head of the file. */
export interface Host {
  readonly protocol: Protocol
  readonly deadlines: Deadlines
  readonly counters: Counters
  readonly rates: ConnectionRates
  readonly inboundLimits: InboundLimits
  readonly dialer: Context.Service.Shape<typeof Dialer>
  readonly store: MessageStoreShape
  readonly run: Run
  /** The clock of this machine in milliseconds since 1970. */
  readonly now: () => number
  /** A moment, in milliseconds since 1970, as on the wire. */
  readonly timeOf: (milliseconds: number) => string
  /** Milliseconds with fractions, from any beginning: for durations. */
  readonly tick: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** A message id never used before. */
  readonly nextMessageId: () => string
}
