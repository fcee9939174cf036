/** Handlers of promise users: plain or async functions by action, and how the engine calls them. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Messages, StationAction } from "@wattline/ocpp-v201"
import {
  Answer,
  type AnyHandler,
  type HandlerContext,
  type Handlers,
  type NotificationAction
} from "../csms/Handlers.ts"
import type { Station } from "../csms/StationRef.ts"
import { attempt, isPromiseLike, type MaybePromise } from "./MaybePromise.ts"
import type { PromiseStation, PromiseStations } from "./PromiseStation.ts"

/** What a handler knows besides the request. */
export interface PromiseHandlerContext {
  /**
   * The station that asks. Calling it from a handler is fine, except from the BootNotification handler, where the CALL would
   * wait for its own handler: made with this object, it is rejected with `NotSent`; return `andThen` instead.
   */
  readonly station: PromiseStation
  readonly messageId: string
  /** CSMS clock in milliseconds since 1970: when the message arrived. */
  readonly receivedAt: number
  /**
   * Aborted when nobody waits for the answer any more: the handler took longer than `handlerTimeout`, the station was
   * removed, the CSMS closes, or the connection of a BootNotification is gone. Made when it is read first.
   */
  readonly signal: AbortSignal
}

/** An answer and what is to happen once it is on the wire. Made by `andThen`. */
export class PromiseAnswer<Response> {
  readonly response: Response
  readonly followUp: () => unknown

  constructor(response: Response, followUp: () => unknown) {
    this.response = response
    this.followUp = followUp
  }
}

/**
 * Answers first, then acts: `followUp`, async or not, is called when the answer is on the wire. It is the place for what
 * follows a boot. When it throws, that is reported as `HandlerFailed`, and changes nothing for the station.
 */
export const andThen = <Response>(response: Response, followUp: () => unknown): PromiseAnswer<Response> =>
  new PromiseAnswer(response, followUp)

/**
 * Decides on one action, now or as a promise; what needs no promise is answered in the same tick. May throw a `Refusal`:
 * `throw refuse("NotSupported")`. Whatever else is thrown is answered by default and reported as `HandlerFailed`.
 */
export type PromiseHandler<A extends StationAction> = (
  request: Messages[A]["request"],
  context: PromiseHandlerContext
) => MaybePromise<
  A extends NotificationAction ? unknown : Messages[A]["response"] | PromiseAnswer<Messages[A]["response"]>
>

/**
 * Handlers by action. All are optional: what is missing is answered as the standard says, and never with a permission on
 * your behalf (an unknown token is `Unknown`). With `Authorize` and without `TransactionEvent`, the tokens of
 * TransactionEvents are decided by `Authorize` too.
 */
export type PromiseHandlers = { readonly [A in StationAction]?: PromiseHandler<A> }

/** The same handlers as the core wants them. */
export const toHandlers = (handlers: PromiseHandlers, stations: PromiseStations): Handlers =>
  Object.fromEntries(
    Object.entries(handlers)
      .filter(([, handler]) => typeof handler === "function")
      .map(([action, handler]) => [action, toHandler(handlers, action, handler as AnyPromiseHandler, stations)])
  ) as Handlers // the types of the requests are those of `PromiseHandlers`

type AnyPromiseHandler = (this: PromiseHandlers, request: never, context: PromiseHandlerContext) => unknown

const toHandler = (
  handlers: PromiseHandlers,
  action: string,
  handler: AnyPromiseHandler,
  stations: PromiseStations
): AnyHandler => {
  const boots = action === "BootNotification"
  return (request, context) => {
    const running = new RunningHandler(context, stations, boots)
    let result: unknown
    try {
      result = handler.call(handlers, request, running)
    } catch (thrown) {
      return running.ended(Exit.fail(thrown))
    }
    if (!isPromiseLike(result)) return running.ended(Exit.succeed(toAnswer(result)))
    return Effect.callback((resume) => {
      void Promise.resolve(result).then(
        (value) => resume(running.ended(Exit.succeed(toAnswer(value)))),
        (thrown: unknown) => resume(running.ended(Exit.fail(thrown)))
      )
      return Effect.sync(() => running.interrupted())
    })
  }
}

const toAnswer = (value: unknown): unknown =>
  value instanceof PromiseAnswer
    ? new Answer(
        value.response,
        attempt(value.followUp, (thrown) => thrown)
      )
    : value

/** The context of one run of one handler. */
class RunningHandler implements PromiseHandlerContext {
  private readonly context: HandlerContext
  private readonly stations: PromiseStations
  private readonly boots: boolean
  private controller: AbortController | undefined = undefined
  private booting: PromiseStation | undefined = undefined
  private state: "Running" | "Ended" | "Interrupted" = "Running"

  constructor(context: HandlerContext, stations: PromiseStations, boots: boolean) {
    this.context = context
    this.stations = stations
    this.boots = boots
  }

  get station(): PromiseStation {
    const { station }: { readonly station: Station } = this.context
    if (!this.boots) return this.stations.of(station)
    return (this.booting ??= this.stations.insideBoot(station, () => this.state === "Running"))
  }

  get messageId(): string {
    return this.context.messageId
  }

  get receivedAt(): number {
    return this.context.receivedAt
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (this.state === "Interrupted") this.controller.abort(interruption())
    }
    return this.controller.signal
  }

  ended<A, E>(exit: Exit.Exit<A, E>): Exit.Exit<A, E> {
    if (this.state === "Running") this.state = "Ended"
    return exit
  }

  interrupted(): void {
    this.state = "Interrupted"
    this.controller?.abort(interruption())
  }
}

const interruption = (): DOMException =>
  new DOMException("Nobody waits for the answer of this handler any more", "AbortError")
