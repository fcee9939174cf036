/** Handlers of promise users: plain or async functions by action, and how the client calls them. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { CsmsAction, Messages } from "@wattline/ocpp-v201"
import { attempt, interruption, isPromiseLike, toAnswer } from "@wattline/ocpp-core/engine"
import type { MaybePromise, PromiseAnswer } from "@wattline/ocpp-core/promise"
import type { StationHandler, StationHandlerContext, StationHandlers } from "../client/Client.ts"
import type { StationState } from "../client/StationState.ts"
import type { PromiseStationClient } from "./PromiseStationClient.ts"

/** What a handler of a CALL of the CSMS knows besides the request. */
export interface PromiseStationHandlerContext extends Omit<StationHandlerContext, "client"> {
  /** The station that was asked. */
  readonly station: PromiseStationClient
  /**
   * Aborted when nobody waits for the answer any more: the handler took longer than 25 s, or the link is gone. Made when it is
   * read first.
   */
  readonly signal: AbortSignal
}

/**
 * Answers one action of the CSMS, now or as a promise. May throw a `Refusal`, which goes out as CALLERROR:
 * `throw refuse("NotSupported", "no such slot")`; whatever else is thrown is answered InternalError and told as `HandlerFailed`.
 * `andThen(response, followUp)` answers first and acts then.
 */
export type PromiseStationHandler<A extends CsmsAction> = (
  request: Messages[A]["request"],
  context: PromiseStationHandlerContext
) => MaybePromise<Messages[A]["response"] | PromiseAnswer<Messages[A]["response"]>>

/** Handlers by action, all optional: an action without one is answered NotSupported; one nobody knows, NotImplemented. */
export type PromiseStationHandlers = { readonly [A in CsmsAction]?: PromiseStationHandler<A> }

/** The same handlers as the client wants them. `station` is asked for when a handler reads it. */
export const toHandlers = (handlers: PromiseStationHandlers, station: () => PromiseStationClient): StationHandlers =>
  Object.fromEntries(
    Object.entries(handlers).map(([action, handler]) => [
      action,
      typeof handler === "function" ? toHandler(handlers, handler as AnyHandler, station) : handler
    ])
  ) // the types of the requests are those of `PromiseStationHandlers`

type AnyHandler = (
  this: PromiseStationHandlers,
  request: never,
  context: PromiseStationHandlerContext
) => MaybePromise<unknown>

const toHandler =
  (
    handlers: PromiseStationHandlers,
    handler: AnyHandler,
    station: () => PromiseStationClient
  ): StationHandler<CsmsAction> =>
  (request, context) => {
    const running = new RunningHandler(context, station)
    let result: unknown
    try {
      result = handler.call(handlers, request as never, running)
    } catch (thrown) {
      return Exit.fail(thrown)
    }
    if (!isPromiseLike(result)) return Exit.succeed(toAnswer(result) as never)
    return attempt(
      () => result,
      (thrown) => thrown
    ).pipe(
      Effect.map((value) => toAnswer(value) as never),
      Effect.onInterrupt(() => Effect.sync(() => running.interrupted()))
    )
  }

/** The context of one run of one handler. */
class RunningHandler implements PromiseStationHandlerContext {
  readonly messageId: string
  readonly receivedAt: number
  readonly state: StationState
  private readonly stationOf: () => PromiseStationClient
  private controller: AbortController | undefined = undefined
  private isInterrupted = false

  constructor({ messageId, receivedAt, state }: StationHandlerContext, station: () => PromiseStationClient) {
    this.messageId = messageId
    this.receivedAt = receivedAt
    this.state = state
    this.stationOf = station
  }

  get station(): PromiseStationClient {
    return this.stationOf()
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (this.isInterrupted) this.controller.abort(interruption())
    }
    return this.controller.signal
  }

  interrupted(): void {
    this.isInterrupted = true
    this.controller?.abort(interruption())
  }
}
