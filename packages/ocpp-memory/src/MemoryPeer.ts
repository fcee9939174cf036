/** The station's end of an in-memory connection, below OCPP. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Link, LinkHandler } from "@wattline/ocpp-core"
import type { Fault } from "./Fault.ts"
import { Inbox } from "./Inbox.ts"

/** The connection is closed. 1006 when it ended without a close frame. */
export class PeerClosed extends Schema.TaggedError<PeerClosed>()("PeerClosed", {
  /** WebSocket close code. */
  code: Schema.Number,
  reason: Schema.String
}) {}

/** How a connection ended. */
export interface CloseInfo {
  /** WebSocket close code; 1006 when there was no close frame. */
  readonly code: number
  readonly reason: string
}

/** What a test can do to one link besides using it. */
export interface Faults {
  /** Sets a fault; it sees the texts sent from now on. */
  readonly inject: (fault: Fault) => Effect.Effect<void>
  /** Takes all faults back. What they have delayed already keeps its delay, a silent link stays silent. */
  readonly clear: Effect.Effect<void>
  /**
   * The station is silently gone: nothing arrives any more, either way, and nobody is told. What is sent meanwhile, a
   * close frame included, is held back until `heal`.
   */
  readonly halfOpen: Effect.Effect<void>
  /** Ends `halfOpen`: what was held back arrives, in order. */
  readonly heal: Effect.Effect<void>
  /** Breaks the connection: both ends see 1006. On a silent link what was held back is lost. */
  readonly cut: Effect.Effect<void>
}

/** The end of a connection that its station drives by callbacks, as a station library would. */
export interface MemoryEnd {
  /** Sends and closes; the other half is the `LinkHandler` given to `MemoryNetwork.connect`. */
  readonly link: Link
  /** Sends one binary message, which OCPP-J does not have. */
  readonly sendBinary: () => void
  /** The subprotocol that the CSMS chose, `""` when it chose none. */
  readonly protocol: string
  /** The number of this connection in its network, from 1. */
  readonly connection: number
  readonly faults: Faults
}

/** The end of a connection that its station drives by effects. */
export interface MemoryPeer extends Omit<MemoryEnd, "sendBinary" | "link"> {
  /** Sends one text message. Does nothing once the connection is closed. */
  readonly send: (text: string) => Effect.Effect<void>
  /** Sends one binary message, which OCPP-J does not have. */
  readonly sendBinary: (data: Uint8Array) => Effect.Effect<void>
  /** The next text in the order of arrival; what arrived before the close can still be received after it. */
  readonly receive: Effect.Effect<string, PeerClosed>
  /** Starts the closing handshake; `closed` waits for its end. */
  readonly close: (code: number, reason: string) => Effect.Effect<void>
  /** Cuts the connection off: the CSMS sees 1006, also when the link was silent. */
  readonly terminate: Effect.Effect<void>
  /** Waits for the end of the connection. */
  readonly closed: Effect.Effect<CloseInfo>
}

/** Collects what arrives at a station that is driven by effects. */
export const makeMailbox = () => {
  const inbox = new Inbox<string, PeerClosed>()
  const closed = Deferred.makeUnsafe<CloseInfo>()
  const handler: LinkHandler = {
    onText: (text) => inbox.push(text),
    onBinary: () => {},
    onClose: (code, reason) => {
      inbox.end(new PeerClosed({ code, reason }))
      Deferred.doneUnsafe(closed, Exit.succeed({ code, reason }))
    }
  }
  const toPeer = ({ link, sendBinary, ...end }: MemoryEnd): MemoryPeer => ({
    ...end,
    send: (text) => Effect.sync(() => void link.send(text)),
    sendBinary: () => Effect.sync(sendBinary),
    receive: inbox.next(Exit.succeed),
    close: (code, reason) => Effect.sync(() => link.close(code, reason)),
    terminate: Effect.sync(() => link.terminate()),
    closed: Deferred.await(closed)
  })
  return { handler, toPeer }
}
