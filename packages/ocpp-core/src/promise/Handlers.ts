/** Handlers of promise users: plain or async functions by action, and how the engine calls them. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type {
  DataTransferRequest,
  DataTransferResponse,
  IdTokenType,
  Messages,
  StationAction
} from "@wattline/ocpp-v201"
import type { StationMirror } from "../blocks/Mirror.ts"
import type { Transaction } from "../blocks/Transaction.ts"
import type { AuthorizeContext, AuthorizeVerdict } from "../csms/Authorize.ts"
import { type DataTransferContext, type DataTransferHandler, extension, type ExtensionOf } from "../csms/Extensions.ts"
import {
  Answer,
  type AnyHandler,
  type HandlerContext,
  type TransactionContext,
  type Handlers,
  type NotificationAction
} from "../csms/Handlers.ts"
import type { StandardSchema } from "../csms/StandardSchema.ts"
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
  /** What was known of the station before this message; the same as in `station.snapshot()`, without waiting. */
  readonly mirror: StationMirror
  /** The CALL as it came, byte for byte; `CustomData.textOf` takes parts out of it (P-5). */
  readonly text: string
  /**
   * Aborted when nobody waits for the answer any more: the handler took longer than `handlerTimeout`, the station was
   * removed, the CSMS closes, or the connection of a BootNotification is gone. Made when it is read first.
   */
  readonly signal: AbortSignal
}

/** What a handler of TransactionEvent knows besides the request. */
export interface PromiseTransactionContext extends PromiseHandlerContext {
  /** The transaction with this event in it, without our answer, which is still to be given. */
  readonly transaction: Transaction
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
  context: A extends "TransactionEvent" ? PromiseTransactionContext : PromiseHandlerContext
) => MaybePromise<
  A extends NotificationAction ? unknown : Messages[A]["response"] | PromiseAnswer<Messages[A]["response"]>
>

/**
 * Handlers by action. All are optional: what is missing is answered as the standard says, and never with a permission on
 * your behalf (an unknown token is `Unknown`). `authorize` decides on tokens, whichever message brings them; a handler of
 * `Authorize` or `TransactionEvent` wins for its own message, but where a TransactionEvent answer lacks the verdict on its
 * token, `authorize` gives it (E-2). Without `authorize` and `TransactionEvent`, a handler of `Authorize` decides on the
 * tokens of TransactionEvents too.
 */
export type PromiseHandlers = { readonly [A in StationAction]?: PromiseHandler<A> } & {
  /** Decides on every token, in Authorize and in TransactionEvent (C-19, E-3). */
  readonly authorize?: PromiseAuthorizeHandler
  /**
   * Vendor extensions, made by `dataTransferExtension`: each decides on one message of one vendor. Other messages go to the
   * handler of `DataTransfer`; without it they are answered UnknownVendorId or UnknownMessageId (P-1, R-203).
   */
  readonly dataTransfer?: ReadonlyArray<PromiseDataTransferExtension>
  /**
   * Signs CSRs. With it, and without a handler for `SignCertificate`, a SignCertificate is answered Accepted at once;
   * with both, that handler decides what to answer.
   */
  readonly signCertificate?: PromiseCertificateSigner
}

/**
 * Has the CSR of a station signed by a certificate authority, and gives the chain as PEM, leaf first (A02.FR.04, A02.FR.14). It
 * is called when the station has been answered, and may take as long as it needs; its `signal` is aborted when a newer CSR of the
 * same type takes its place. What it throws is told as `CertificateRenewalFailed`.
 */
export type PromiseCertificateSigner = (
  request: Messages["SignCertificate"]["request"],
  context: PromiseHandlerContext
) => MaybePromise<string>

/** What `authorize` knows besides the token: what every handler knows, and what the message says; see `AuthorizeContext`. */
export type PromiseAuthorizeContext = PromiseHandlerContext & {
  readonly [K in Exclude<keyof AuthorizeContext, keyof HandlerContext>]: AuthorizeContext[K]
}

/**
 * Decides on a token, whichever message brings it: Authorize, and every TransactionEvent with an idToken, live or replayed
 * (C-19, E-3). Give the whole idTokenInfo every time, with `groupIdToken` if the token has a group (C-4, C-18). When it
 * throws, is late or gives what may not be said, the answer is Unknown, or Accepted for an Ended (C-2, E-4).
 */
export type PromiseAuthorizeHandler = (
  idToken: IdTokenType,
  context: PromiseAuthorizeContext
) => MaybePromise<AuthorizeVerdict>

/** What the handler of an extension knows besides the data. */
export interface PromiseDataTransferContext extends PromiseHandlerContext {
  /** The whole request; its `data` is as parsed, before the schema. */
  readonly request: DataTransferRequest
}

/** Decides on one DataTransfer: its answer is Accepted or Rejected, with data of any JSON (P-2, P-4). */
export type PromiseDataTransferHandler<Data> = (
  data: Data,
  context: PromiseDataTransferContext
) => MaybePromise<DataTransferResponse | PromiseAnswer<DataTransferResponse>>

/** One message of one vendor. Made by `dataTransferExtension`. */
export interface PromiseDataTransferExtension extends ExtensionOf {
  readonly schema?: StandardSchema
  readonly handler: PromiseDataTransferHandler<never>
}

/**
 * A vendor's message with its handler, for `dataTransfer` of the handlers. The handler gets the data as the schema makes it:
 * any Standard Schema validator, sync or async. Data that does not fit is answered Rejected, with the place in
 * `statusInfo` (P-1), and logged. Without a schema the data is `unknown`.
 */
export function dataTransferExtension<Data>(
  definition: ExtensionOf & {
    readonly schema: StandardSchema<Data>
    readonly handler: PromiseDataTransferHandler<Data>
  }
): PromiseDataTransferExtension
/** The same without a schema. */
export function dataTransferExtension(
  definition: ExtensionOf & { readonly handler: PromiseDataTransferHandler<unknown> }
): PromiseDataTransferExtension
export function dataTransferExtension(definition: PromiseDataTransferExtension): PromiseDataTransferExtension {
  return definition
}

/** The same handlers as the core wants them. */
export const toHandlers = (handlers: PromiseHandlers, stations: PromiseStations): Handlers =>
  Object.fromEntries([
    ...Object.entries(handlers)
      .filter(([, handler]) => typeof handler === "function")
      .map(([action, handler]) => [action, toHandler(handlers, action, handler as AnyPromiseHandler, stations)]),
    ...(handlers.dataTransfer === undefined
      ? []
      : [["dataTransfer", handlers.dataTransfer.map((one) => toExtension(handlers, one, stations))]])
  ]) as Handlers // the types of the requests are those of `PromiseHandlers`

const toExtension = (handlers: PromiseHandlers, one: PromiseDataTransferExtension, stations: PromiseStations) => {
  const handler = toHandler(handlers, "dataTransfer", one.handler, stations) as DataTransferHandler<unknown>
  const { schema, ...definition } = one
  return schema === undefined ? extension({ ...definition, handler }) : extension({ ...definition, schema, handler })
}

type AnyPromiseHandler = (this: PromiseHandlers, request: never, context: never) => unknown

const toHandler = (
  handlers: PromiseHandlers,
  action: string,
  handler: AnyPromiseHandler,
  stations: PromiseStations
): AnyHandler => {
  const boots = action === "BootNotification"
  return (request, context) => {
    const running =
      action === "authorize"
        ? new RunningAuthorize(context, stations)
        : action === "TransactionEvent"
          ? new RunningTransactionEvent(context, stations)
          : action === "dataTransfer"
            ? new RunningDataTransfer(context, stations)
            : new RunningHandler(context, stations, boots)
    let result: unknown
    try {
      result = handler.call(handlers, request, running as never)
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

/** What a handler gave, as the engine wants it: a `PromiseAnswer` becomes an `Answer`. */
export const toAnswer = (value: unknown): unknown =>
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

  get mirror(): StationMirror {
    return this.context.mirror
  }

  get text(): string {
    return this.context.text
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

/** The same for TransactionEvent. */
class RunningTransactionEvent extends RunningHandler implements PromiseTransactionContext {
  private readonly known: TransactionContext

  constructor(context: TransactionContext, stations: PromiseStations) {
    super(context, stations, false)
    this.known = context
  }

  get transaction(): Transaction {
    return this.known.transaction
  }
}

/** The same for an extension. */
class RunningDataTransfer extends RunningHandler implements PromiseDataTransferContext {
  readonly request: DataTransferRequest

  constructor(context: DataTransferContext, stations: PromiseStations) {
    super(context, stations, false)
    this.request = context.request
  }
}

/** The same for `authorize`. */
class RunningAuthorize extends RunningHandler implements PromiseAuthorizeContext {
  readonly from: AuthorizeContext["from"]
  readonly evse: AuthorizeContext["evse"]
  readonly event: AuthorizeContext["event"]
  readonly transaction: AuthorizeContext["transaction"]
  readonly certificate: AuthorizeContext["certificate"]
  readonly iso15118CertificateHashData: AuthorizeContext["iso15118CertificateHashData"]

  constructor(context: AuthorizeContext, stations: PromiseStations) {
    super(context, stations, false)
    this.from = context.from
    this.evse = context.evse
    this.event = context.event
    this.transaction = context.transaction
    this.certificate = context.certificate
    this.iso15118CertificateHashData = context.iso15118CertificateHashData
  }
}

/** Why the signal of a handler is aborted. */
export const interruption = (): DOMException =>
  new DOMException("Nobody waits for the answer of this handler any more", "AbortError")
