/** The one handler that decides on tokens, and how it serves both messages that bring them. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type {
  AuthorizeResponse,
  EVSEType,
  IdTokenInfoType,
  IdTokenType,
  OCSPRequestDataType,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import type { Transaction } from "../blocks/Transaction.ts"
import { Answer, type Handler, type HandlerContext, type TransactionContext } from "./Handlers.ts"

/** What is known beside the token. */
export interface AuthorizeContext extends HandlerContext {
  /** The message that brought it. */
  readonly from: "Authorize" | "TransactionEvent"
  /** The EVSE of the transaction, as far as it is known (E-16). An Authorize names none. */
  readonly evse?: EVSEType | undefined
  /** The TransactionEvent: its `eventType` and `triggerReason` tell whether the token is to start or to stop (E-3). */
  readonly event?: TransactionEventRequest | undefined
  /** Its transaction, with that event in it. */
  readonly transaction?: Transaction | undefined
  /** PEM: the contract certificate that came with an Authorize (C-14). */
  readonly certificate?: string | undefined
  /** Hash data of the contract certificate and its chain that came with an Authorize (C-14). */
  readonly iso15118CertificateHashData?: ReadonlyArray<OCSPRequestDataType> | undefined
}

/** What `authorize` gives: what to say of the token, with a verdict on the certificate where one was presented (C-16). */
export type AuthorizeVerdict = IdTokenInfoType | AuthorizeResponse

/**
 * Decides on a token, whichever message brings it: Authorize, and every TransactionEvent with an idToken, live or replayed,
 * also for one that the station has accepted by itself (C-19, E-3). Tokens of type NoAuthorization in a TransactionEvent are
 * Accepted without asking (C-10). Give the whole idTokenInfo every time, with `groupIdToken` if the token has a group: it
 * replaces what the station has cached (C-4, C-18). When it fails, is late or gives what may not be said, the answer is
 * Unknown, or Accepted for an Ended (C-2, E-4). A handler of TransactionEvent that fails, or is not done in time, takes nothing
 * from its verdict.
 */
export type AuthorizeHandler<R = never> = (
  idToken: IdTokenType,
  context: AuthorizeContext
) => Effect.Effect<AuthorizeVerdict, unknown, R>

/** Answers Authorize by `authorize`. */
export const authorizeBy =
  (authorize: AuthorizeHandler): Handler<"Authorize"> =>
  ({ certificate, idToken, iso15118CertificateHashData }, context) =>
    Effect.map(
      authorize(idToken, {
        ...context,
        from: "Authorize",
        ...(certificate !== undefined && { certificate }),
        ...(iso15118CertificateHashData !== undefined && { iso15118CertificateHashData })
      }),
      responseOf
    )

/** What the engine offers to a handler of TransactionEvent in its context, and authors of handlers have no use for. */
export interface Standby {
  /** What the station is answered when the handler comes to nothing. */
  standBy(response: TransactionEventResponse): void
  /** Milliseconds: half of what the handler has. */
  readonly halfTime: number
}

/**
 * Answers TransactionEvent by `handler`, or with nothing more, and with the verdict of `authorize` where there is none. A handler
 * that fails, or is not done in time, takes nothing from the verdict: it is asked for then, or after half of the time.
 */
export const transactionEventWith =
  (authorize: AuthorizeHandler, handler: Handler<"TransactionEvent"> | undefined): Handler<"TransactionEvent"> =>
  (event, context: TransactionContext & Partial<Standby>) => {
    const { idToken } = event
    if (idToken === undefined || idToken.type === "NoAuthorization") return handler?.(event, context) ?? nothingMore
    let isAsked = false
    const verdict = Effect.suspend(() => {
      isAsked = true
      return Effect.map(authorize(idToken, contextOf(event, context)), (of) => {
        const response = { idTokenInfo: responseOf(of).idTokenInfo }
        context.standBy?.(response)
        return response
      })
    })
    if (handler === undefined) return verdict
    return Effect.gen(function* () {
      const early = yield* Effect.forkChild(Effect.delay(verdict, context.halfTime ?? Infinity))
      const given = yield* Effect.exit(Effect.suspend(() => handler(event, context)))
      const isDecided = Exit.isSuccess(given) && responseIn(given.value)?.idTokenInfo !== undefined
      if (isDecided || !isAsked) early.interruptUnsafe()
      if (isDecided) return given.value
      const decided = yield* Effect.exit(isAsked ? Fiber.join(early) : verdict)
      // The failure is told, and what stands by is answered.
      if (Exit.isFailure(given))
        return yield* Effect.failCause(
          Exit.isFailure(decided) ? Cause.combine(given.cause, decided.cause) : given.cause
        )
      const complete = { ...responseIn(given.value), ...(yield* decided) }
      return given.value instanceof Answer ? new Answer(complete, given.value.followUp) : complete
    })
  }

const responseIn = (
  given: TransactionEventResponse | Answer<TransactionEventResponse>
): TransactionEventResponse | undefined => (given instanceof Answer ? given.response : given)

const nothingMore = Effect.succeed({})

const responseOf = (verdict: AuthorizeVerdict): AuthorizeResponse =>
  typeof verdict === "object" && verdict !== null && "idTokenInfo" in verdict ? verdict : { idTokenInfo: verdict }

const contextOf = (event: TransactionEventRequest, context: TransactionContext): AuthorizeContext => {
  const { transaction } = context
  const evse = event.evse ?? transaction.evse
  return { ...context, from: "TransactionEvent", event, ...(evse && { evse }), transaction }
}
