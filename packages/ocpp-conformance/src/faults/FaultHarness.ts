/** What an adapter gives to be put through `faultSuite`. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Acceptor } from "@wattline/ocpp-core"

/** The bytes a message may have in every case of the suite. */
export const maxMessageBytes = 65_536

/** What a case asks of the adapter. */
export interface AdapterWishes {
  /** Seconds; 0 in every case that is not about pings. */
  readonly pingInterval: number
  readonly missedPings: number
  /** Seconds. */
  readonly closeTimeout: number
  /** Seconds. */
  readonly handshakeTimeout: number
  readonly maxBufferedBytes: number
}

/** An adapter at work. */
export interface RunningAdapter {
  /** It listens on this port of 127.0.0.1, below `/ocpp`, without TLS. */
  readonly port: number
  /** How many stations are connected now. */
  readonly connections: Effect.Effect<number>
}

/** See the head of the file. */
export interface FaultHarness {
  /**
   * Starts the adapter over the `Acceptor` in the environment, with `maxMessageBytes` and permessage-deflate; closing the
   * scope stops it.
   */
  readonly start: (wishes: AdapterWishes) => Effect.Effect<RunningAdapter, unknown, Acceptor | Scope.Scope>
  /**
   * What ends the connection of a station that breaks the WebSocket protocol: a close frame with the code of RFC 6455, or
   * no frame at all, or one without a code (uWebSockets).
   */
  readonly breach: "closeFrame" | "cut"
  /**
   * Breaches by name (see `breaches.ts`) that the library below the adapter does not notice, or not before more comes. For
   * these the suite asks only that they do no harm.
   */
  readonly unnoticed?: ReadonlyArray<string>
  /** Seconds by which the adapter may be late with `handshakeTimeout`. Default 0. */
  readonly lateness?: number
  /** Whether frames that come right behind the request, before the 101, are kept and handled. */
  readonly early: boolean
}

/** The close codes that may end a connection where RFC 6455 asks for one of `codes`. */
export const allowedCodes = ({ breach }: FaultHarness, codes: ReadonlyArray<number>): ReadonlyArray<number> =>
  breach === "cut" ? [1005, 1006, ...codes] : codes
