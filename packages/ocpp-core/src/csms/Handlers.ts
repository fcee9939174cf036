/** What the author of a CSMS writes: a plain object with a function for each action it wants to decide on. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Messages, StationAction } from "@wattline/ocpp-v201"
import type { ErrorCode } from "../rpc/ErrorCode.ts"
import type { Station } from "./StationRef.ts"

/** What a handler knows besides the request. */
export interface HandlerContext {
  /** The station that asks. Calling it from a handler is fine, except from the BootNotification handler. */
  readonly station: Station
  readonly messageId: string
  /** CSMS clock in milliseconds since 1970: when the message arrived. */
  readonly receivedAt: number
}

/**
 * A typed refusal: the station gets a CALLERROR with this code. For actions that have a status to say no with, or that are
 * always answered (Authorize, TransactionEvent, notifications), the default answer goes out instead.
 */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly errorCode: ErrorCode
  /** At most 255 characters; goes to the station, so it says nothing internal. */
  readonly errorDescription: string
}> {}

/** Makes a refusal: `yield* refuse("NotSupported", "no such tariff")`. */
export const refuse = (errorCode: ErrorCode, errorDescription = ""): Refusal =>
  new Refusal({ errorCode, errorDescription })

/** An answer and what is to happen once it is on the wire. Made by `andThen`. */
export class Answer<Response, R = never> {
  readonly response: Response
  readonly followUp: Effect.Effect<unknown, unknown, R>

  constructor(response: Response, followUp: Effect.Effect<unknown, unknown, R>) {
    this.response = response
    this.followUp = followUp
  }
}

/**
 * Answers first, then acts: `followUp` starts when the answer is on the wire. It is the place for what follows a boot. A
 * failure of it is reported as `HandlerFailed`, it changes nothing for the station.
 */
export const andThen = <Response, R>(
  response: Response,
  followUp: Effect.Effect<unknown, unknown, R>
): Answer<Response, R> => new Answer(response, followUp)

/** Actions whose answer holds no decision: a handler only watches, and returns nothing. */
export type NotificationAction = Exclude<
  StationAction,
  | "Authorize"
  | "BootNotification"
  | "DataTransfer"
  | "Get15118EVCertificate"
  | "GetCertificateStatus"
  | "NotifyEVChargingNeeds"
  | "NotifyEVChargingSchedule"
  | "SignCertificate"
  | "TransactionEvent"
>

/** Decides on one action. May fail with a `Refusal`; any other failure or defect is answered by default and reported. */
export type Handler<A extends StationAction, R = never> = (
  request: Messages[A]["request"],
  context: HandlerContext
) => Effect.Effect<
  A extends NotificationAction ? unknown : Messages[A]["response"] | Answer<Messages[A]["response"], R>,
  unknown,
  R
>

/**
 * Handlers by action. All are optional: what is missing is answered as the standard says, and never with a permission on
 * your behalf (an unknown token is `Unknown`). With `Authorize` and without `TransactionEvent`, the tokens of
 * TransactionEvents are decided by `Authorize` too.
 */
export type Handlers<R = never> = { readonly [A in StationAction]?: Handler<A, R> }

/** A handler as the engine calls it. */
export type AnyHandler = (request: never, context: HandlerContext) => Effect.Effect<unknown, unknown>

/** Handlers as the engine looks them up: no inherited keys, tokens of TransactionEvents led to `Authorize`. */
export type HandlerTable = ReadonlyMap<string, AnyHandler>

/** The table for several sets of handlers, later ones on top of earlier ones, action by action. */
export const tableOf = (...sets: ReadonlyArray<Handlers>): HandlerTable => {
  const table = new Map<string, AnyHandler>()
  for (const handlers of sets)
    for (const [action, handler] of Object.entries(handlers))
      if (typeof handler === "function") table.set(action, handler)
  const authorize = table.get("Authorize")
  if (authorize !== undefined && !table.has("TransactionEvent"))
    table.set("TransactionEvent", transactionEventBy(authorize as Handler<"Authorize">))
  return table
}

const transactionEventBy =
  (authorize: Handler<"Authorize">): Handler<"TransactionEvent"> =>
  ({ idToken }, context) =>
    idToken === undefined || idToken.type === "NoAuthorization"
      ? Effect.succeed({})
      : Effect.map(authorize({ idToken }, context), (answer) =>
          answer instanceof Answer
            ? new Answer({ idTokenInfo: answer.response.idTokenInfo }, answer.followUp)
            : { idTokenInfo: answer.idTokenInfo }
        )
