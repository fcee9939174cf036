/** What became of a CALL, sorted for counting. */
import type { CallFailure } from "@wattline/ocpp-core"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"

/** `detail` is the status of an answer that has one, or the code of a CALLERROR as it was on the wire. */
export interface SortedOutcome {
  readonly kind: "answered" | "callError" | "timedOut" | "lost" | "invalid" | "notSent"
  readonly detail: string | undefined
}

/** A defect counts as an invalid answer. */
export const sortOutcome = (outcome: Exit.Exit<unknown, CallFailure>): SortedOutcome => {
  if (Exit.isSuccess(outcome)) return { kind: "answered", detail: statusOf(outcome.value) }
  const failure = outcome.cause.reasons.find(Cause.isFailReason)?.error
  if (failure === undefined) return { kind: "invalid", detail: undefined }
  if (failure._tag === "NotSent") return { kind: "notSent", detail: undefined }
  if (failure._tag === "CallError") return { kind: "callError", detail: failure.rawErrorCode || failure.errorCode }
  return { kind: kinds[failure.reason], detail: undefined }
}

const kinds = { Timeout: "timedOut", ConnectionLost: "lost", InvalidResponse: "invalid" } as const

/** `status`, or that of the token where the answer has only that (Authorize, TransactionEvent). */
const statusOf = (response: unknown): string | undefined => {
  const { idTokenInfo, status } = (response ?? {}) as { status?: unknown; idTokenInfo?: { status?: unknown } }
  const found = status ?? idTokenInfo?.status
  return typeof found === "string" ? found : undefined
}
