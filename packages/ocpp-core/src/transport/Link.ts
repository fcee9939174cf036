/**
 * The contract between an adapter and the core, per connection: one `Link` out, one `LinkHandler` in.
 * Plain callbacks, because a frame must get from the socket to its answer in one tick.
 */

/** One open connection to one station. Adapters make it, the core drives it. No method throws, also not after the close. */
export interface Link {
  /**
   * Hands one WebSocket text message to the socket. `true` when the socket took it, `false` when the link is closing or
   * closed; a `false` message was not sent and never will be.
   */
  send(text: string): boolean
  /**
   * Starts the closing handshake with a WebSocket close code and a reason of at most 123 bytes. When no close frame comes
   * back in time, the adapter cuts the connection off by itself.
   */
  close(code: number, reason: string): void
  /** Cuts the connection off without a closing handshake. */
  terminate(): void
}

/**
 * What the core does with one link. The adapter calls these in the order of the wire, never from inside `Acceptor.open`,
 * and `onClose` exactly once, last. None of them throws.
 */
export interface LinkHandler {
  /** One whole text message (fragments joined, inflated, valid UTF-8). */
  onText(text: string): void
  /** One binary message; OCPP-J has none, so its content does not matter. */
  onBinary(): void
  /** The connection is gone. 1006 when it ended without a close frame. */
  onClose(code: number, reason: string): void
}
