/**
 * A charging station that says what a scenario tells it to, over a WebSocket of `ws`. It checks nothing by itself; what
 * the CSMS sends is kept in the order of arrival.
 */
import type { IncomingMessage } from "node:http"
import { type ConnectionOptions, TLSSocket } from "node:tls"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { CsmsAction, Messages, StationAction } from "@wattline/ocpp-core"
import type { WebSocket } from "ws"
import { type ClientSettings, openWebSocket } from "../dial.ts"
import { type DialRefused, PeerClosed } from "../Peer.ts"

/** The CSMS answered a CALL of the station with a CALLERROR. */
export class CallErrorReceived extends Data.TaggedError("CallErrorReceived")<{
  readonly errorCode: string
  readonly errorDescription: string
}> {}

/** How a station knocks. */
export interface Knock {
  /** With the identity, percent-encoded: `wss://127.0.0.1:9000/ocpp/CS-1`. */
  readonly url: string
  /** The subprotocols on offer. Default `["ocpp2.0.1"]`. */
  readonly protocols?: ReadonlyArray<string>
  /** The header `Sec-WebSocket-Protocol` of a station that goes on without the server's choice. */
  readonly unheeded?: string
  /** The `Authorization` header. */
  readonly authorization?: string | undefined
  /** The TLS side, as in `node:tls`. */
  readonly tls?: ConnectionOptions
}

/** One CALL of the CSMS. */
export interface AskedCall<A extends CsmsAction> {
  readonly request: Messages[A]["request"]
  /** Sends the CALLRESULT. */
  readonly answer: (response: Messages[A]["response"]) => Effect.Effect<void>
}

/** What a frame from the CSMS was, in short: `CALL TriggerMessage`, `CALLRESULT SignCertificate`. */
export type Heard = string

type Waiting = {
  readonly action: string
  readonly settle: (exit: Exit.Exit<never, CallErrorReceived | PeerClosed>) => void
}
type Inbound = { readonly messageId: string; readonly action: string; readonly payload: unknown }

/** See the head of the file. */
export class ScriptedStation {
  /** The TLS connection below, `undefined` over plain. */
  tls: TLSSocket | undefined = undefined
  /** What arrived so far, in order. */
  readonly heard: Array<Heard> = []
  private readonly ws: WebSocket
  private readonly end = Deferred.makeUnsafe<{ readonly code: number; readonly reason: string }>()
  private readonly calls = Effect.runSync(Queue.unbounded<Inbound, PeerClosed>())
  private readonly waiting = new Map<string, Waiting>()
  private lastId = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on("message", (data: Buffer) => this.onText(data.toString()))
    ws.on("close", (code: number, reason: Buffer) => this.onClose(code, reason.toString()))
    ws.once("upgrade", ({ socket }: IncomingMessage) => {
      if (socket instanceof TLSSocket) this.tls = socket
    })
  }

  /** Dials and waits for the 101 or the refusal; a connection that is open when the scope closes is cut off. */
  static connect(knock: Knock): Effect.Effect<ScriptedStation, DialRefused, Scope.Scope> {
    const { authorization, protocols = ["ocpp2.0.1"], tls, unheeded, url } = knock
    const settings: ClientSettings = {
      ...tls,
      headers: {
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(unheeded !== undefined && { "Sec-WebSocket-Protocol": unheeded })
      }
    }
    return openWebSocket(url, unheeded === undefined ? protocols : [], settings, (ws) => new ScriptedStation(ws))
  }

  /** The subprotocol of the 101 response, `""` when it named none. */
  get protocol(): string {
    return this.ws.protocol
  }

  /** Sends a CALL and waits for its answer. */
  call<A extends StationAction>(
    action: A,
    request: Messages[A]["request"]
  ): Effect.Effect<Messages[A]["response"], CallErrorReceived | PeerClosed> {
    return Effect.callback((resume) => {
      const messageId = `${action}-${++this.lastId}`
      this.waiting.set(messageId, { action, settle: resume })
      this.ws.send(JSON.stringify([2, messageId, action, request]))
    })
  }

  /** Takes the next CALL of the CSMS, which must be of this action. */
  asked<A extends CsmsAction>(action: A): Effect.Effect<AskedCall<A>, PeerClosed> {
    return Effect.flatMap(Queue.take(this.calls), ({ action: actual, messageId, payload }) =>
      actual === action
        ? Effect.succeed({
            request: payload as Messages[A]["request"],
            answer: (response) => Effect.sync(() => this.ws.send(JSON.stringify([3, messageId, response])))
          })
        : Effect.die(new Error(`the CSMS sent ${actual} where ${action} was expected`))
    )
  }

  /** Waits for the end of the connection: the close frame of the server, or 1006. */
  get closed(): Effect.Effect<{ readonly code: number; readonly reason: string }> {
    return Deferred.await(this.end)
  }

  /** Closes with 1000 and waits for the end. */
  get leave(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.ws.close(1000)
      return Effect.asVoid(this.closed)
    })
  }

  /** Cuts the connection off, without a close frame. */
  get cut(): Effect.Effect<void> {
    return Effect.sync(() => this.ws.terminate())
  }

  private onText(text: string): void {
    const [type, messageId, ...rest] = JSON.parse(text) as [number, string, string, unknown]
    if (type === 2) {
      this.heard.push(`CALL ${rest[0]}`)
      Queue.offerUnsafe(this.calls, { messageId, action: rest[0], payload: rest[1] })
      return
    }
    const waiting = this.waiting.get(messageId)
    this.waiting.delete(messageId)
    this.heard.push(`${type === 3 ? "CALLRESULT" : "CALLERROR"} ${waiting?.action}`)
    const [first, second] = rest as [unknown, unknown]
    waiting?.settle(
      type === 3
        ? Exit.succeed(first as never)
        : Exit.fail(new CallErrorReceived({ errorCode: String(first), errorDescription: String(second) }))
    )
  }

  private onClose(code: number, reason: string): void {
    const closed = new PeerClosed({ code, reason })
    Queue.failCauseUnsafe(this.calls, Cause.fail(closed))
    for (const { settle } of this.waiting.values()) settle(Exit.fail(closed))
    Deferred.doneUnsafe(this.end, Exit.succeed({ code, reason }))
  }
}
