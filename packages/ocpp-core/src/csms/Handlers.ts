/** What the author of a CSMS writes: a plain object with a function for each action it wants to decide on. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Messages, StationAction } from "@wattline/ocpp-v201"
import type { StationMirror } from "../blocks/Mirror.ts"
import type { Transaction } from "../blocks/Transaction.ts"
import type { ErrorCode } from "../rpc/ErrorCode.ts"
import { type AuthorizeHandler, authorizeBy, transactionEventWith } from "./Authorize.ts"
import { type DataTransferExtension, dataTransferBy } from "./Extensions.ts"
import type { Station } from "./StationRef.ts"

/** What a handler knows besides the request. */
export interface HandlerContext {
  /** The station that asks. Calling it from a handler is fine, except from the BootNotification handler. */
  readonly station: Station
  readonly messageId: string
  /** CSMS clock in milliseconds since 1970: when the message arrived. */
  readonly receivedAt: number
  /** What was known of the station before this message; the same as in `station.snapshot`, without waiting. */
  readonly mirror: StationMirror
  /**
   * The CALL as it came, byte for byte. `CustomData.textOf` takes parts out of it: numbers keep their notation and all their
   * digits, which parsing takes from them (P-5).
   */
  readonly text: string
}

/** What a handler of TransactionEvent knows besides the request. */
export interface TransactionContext extends HandlerContext {
  /**
   * The transaction with this event in it, put together from all that came so far; without our answer, which is still to be
   * given. An event that came before counts no second time (E-5). Read-only and a moment old, as all data of the mirror.
   */
  readonly transaction: Transaction
}

/** What the handler of an action knows besides the request. */
export type ContextOf<A extends StationAction> = A extends "TransactionEvent" ? TransactionContext : HandlerContext

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
  context: ContextOf<A>
) => Effect.Effect<
  A extends NotificationAction ? unknown : Messages[A]["response"] | Answer<Messages[A]["response"], R>,
  unknown,
  R
>

/**
 * Handlers by action. All are optional: what is missing is answered as the standard says, and never with a permission on
 * your behalf (an unknown token is `Unknown`). `authorize` decides on tokens, whichever message brings them; a handler of
 * `Authorize` or `TransactionEvent` wins for its own message, but where a TransactionEvent answer lacks the verdict on its
 * token, `authorize` gives it (E-2). Without `authorize` and `TransactionEvent`, a handler of `Authorize` decides on the
 * tokens of TransactionEvents too.
 */
export type Handlers<R = never> = { readonly [A in StationAction]?: Handler<A, R> } & {
  /** Decides on every token, in Authorize and in TransactionEvent (C-19, E-3). See `AuthorizeHandler`. */
  readonly authorize?: AuthorizeHandler<R>
  /**
   * Vendor extensions, made by `DataTransfer.extension`: each decides on one message of one vendor. Other messages go to the
   * handler of `DataTransfer`; without it they are answered UnknownVendorId or UnknownMessageId (P-1, R-203).
   */
  readonly dataTransfer?: ReadonlyArray<DataTransferExtension<R>>
  /**
   * Signs CSRs. With it, and without a handler for `SignCertificate`, a SignCertificate is answered Accepted at once;
   * with both, that handler decides what to answer. See `CertificateSigner`.
   */
  readonly signCertificate?: CertificateSigner<R>
}

/**
 * Has the CSR of a station signed by a certificate authority, and gives the chain as PEM, leaf first (A02.FR.04, A02.FR.14). It
 * starts when the station has been answered, and may take as long as it needs; it is interrupted by a newer CSR of the same type
 * . The chain is sent with CertificateSigned and the `certificateType` of the CSR; when the station is offline, once it is
 * back, within a day. A failure or a defect is told as `CertificateRenewalFailed`. After a restart of the CSMS it is asked
 * again for what it had not finished, when the station is back; `messageId` is empty then.
 *
 * Whose certificate it is to be is for you to say: compare the CSR with the serial number that you registered
 * (`CertificateManagement.checkSigningRequest`), never with `mirror.provisioning.chargingStation`, which is only what the station
 * says of itself.
 */
export type CertificateSigner<R = never> = (
  request: Messages["SignCertificate"]["request"],
  context: Omit<HandlerContext, "text">
) => Effect.Effect<string, unknown, R>

/** A handler as the engine calls it. */
export type AnyHandler = (request: never, context: never) => Effect.Effect<unknown, unknown>

/** Handlers as the engine looks them up: no inherited keys, tokens of TransactionEvents led to `Authorize`. */
export type HandlerTable = ReadonlyMap<string, AnyHandler>

/** The table for several sets of handlers, later ones on top of earlier ones, action by action. */
export const tableOf = (...sets: ReadonlyArray<Handlers>): HandlerTable => {
  const table = new Map<string, AnyHandler>()
  for (const handlers of sets)
    for (const [action, handler] of Object.entries(handlers))
      if (typeof handler === "function") table.set(action, handler)
  if (table.has("signCertificate") && !table.has("SignCertificate")) table.set("SignCertificate", takeRequest)
  const extensions = sets.flatMap(({ dataTransfer = [] }) => dataTransfer)
  if (extensions.length > 0) {
    const otherwise = table.get("DataTransfer") as Handler<"DataTransfer"> | undefined
    table.set("DataTransfer", dataTransferBy(extensions, otherwise))
  }
  const authorize = table.get("authorize") as AuthorizeHandler | undefined
  table.delete("authorize")
  const byAction = table.get("Authorize") as Handler<"Authorize"> | undefined
  const onEvent = table.get("TransactionEvent") as Handler<"TransactionEvent"> | undefined
  if (authorize !== undefined) {
    if (byAction === undefined) table.set("Authorize", authorizeBy(authorize))
    table.set("TransactionEvent", transactionEventWith(authorize, onEvent))
  } else if (byAction !== undefined && onEvent === undefined)
    table.set("TransactionEvent", transactionEventBy(byAction))
  return table
}

const takeRequest: Handler<"SignCertificate"> = () => Effect.succeed({ status: "Accepted" })

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
