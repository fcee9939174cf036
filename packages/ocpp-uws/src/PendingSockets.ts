/** Counts the connections that are no WebSockets yet, and cuts off what is too much (slow handshakes, TLS without end). */
import type { Acceptor } from "@wattline/ocpp-core"
import type { UwsResponse } from "./Native.ts"
import { remoteAddressOf } from "./Request.ts"

/** See the head of the file. */
export class PendingSockets {
  private count = 0
  private readonly limit: number
  private readonly acceptor: Acceptor["Service"]

  constructor(limit: number, acceptor: Acceptor["Service"]) {
    this.limit = limit
    this.acceptor = acceptor
  }

  /** The filter of an app: `change` is 1 for a new connection, -1 for one that ends without having become a WebSocket. */
  readonly onConnection = (response: UwsResponse, change: { valueOf(): number }): void => {
    this.count += change.valueOf()
    if (change.valueOf() < 0 || this.count <= this.limit) return
    // Its end is told by another call, which counts it off.
    const remoteAddress = remoteAddressOf(response)
    response.close()
    this.acceptor.limitReached("pendingSockets", { remoteAddress })
  }

  /** One became a WebSocket; its end is not told to the filter. */
  readonly upgraded = (): void => {
    this.count--
  }
}
