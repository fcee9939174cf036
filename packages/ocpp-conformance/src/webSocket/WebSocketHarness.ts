/** What an adapter gives to be put through `webSocketSuite`. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Acceptor } from "@wattline/ocpp-core"
import type { ListenError, WebSocketOptions } from "@wattline/ocpp-core/adapter"

/** A listening adapter. */
export interface RunningWebSocket {
  readonly address: { readonly host: string; readonly port: number }
  readonly url: string
  readonly connections: Effect.Effect<number>
}

/** What a case asks of the adapter. */
export interface Wishes extends WebSocketOptions {
  /** Default 0. */
  readonly port?: number
  /** Default `"127.0.0.1"`. */
  readonly host?: string
}

/** See the head of the file. */
export interface WebSocketHarness {
  /** The name under which it announces its endpoint. */
  readonly adapter: string
  /** Starts the adapter without TLS on a port of its own, at `/ocpp` unless told otherwise. */
  readonly start: (wishes?: Wishes) => Effect.Effect<RunningWebSocket, ListenError, Acceptor | Scope.Scope>
  /** Whether frames that come right behind the request, before the 101, are kept. */
  readonly early: boolean
}
