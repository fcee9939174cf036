/**
 * What the engine needs to know of one OCPP version. `rpc/`, `station/` and `csms/` work on this value only; 2.0.1 is
 * today's one instance (`protocol/V201.ts`), 2.1 and 1.6 can stand beside it.
 */
import type { AuthorizationStatusEnumType } from "@wattline/ocpp-v201"
import type { StationMirror } from "../blocks/Mirror.ts"
import type { FrameTable } from "./Frame.ts"

/** What a payload validator leaves behind: the first violation only. */
export interface Violation {
  /** JSON pointer to the offending value, `""` for the payload itself. */
  readonly instancePath: string
  /** The JSON Schema keyword that failed. */
  readonly keyword: string
  /** Details by keyword, as ajv names them: `{ limit: 20 }`, `{ allowedValues: […] }`. */
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly message?: string | undefined
}

/** Checks a payload; after `false`, `errors` holds the first violation. */
export interface PayloadValidator {
  (payload: unknown): boolean
  errors?: ReadonlyArray<Violation> | null | undefined
}

/** When an action may pass the boot gate while the station is Pending (B02). */
export type PendingRule =
  | "boot" // BootNotification itself
  | "cmd-allowed" // a CALL of the CSMS that is allowed
  | "a02-continuation" // CertificateSigned, as the rest of a certificate renewal
  | "only-if-triggered" // asked for by TriggerMessage
  | "only-as-report" // NotifyReport of a report we asked for
  | "never"

/** Values a default answer is made from. */
export interface AnswerContext {
  /** CSMS time, RFC 3339 in UTC. */
  readonly currentTime: string
  /** Heartbeat interval in seconds for accepted stations (B01.FR.04). */
  readonly heartbeatInterval: number
  /** Seconds a station waits before it boots again while Pending or Rejected (B02.FR.07). */
  readonly retryInterval: number
  /** `unhandled`: nobody registered a handler. `failed`: the handler failed, was late or gave an invalid answer. */
  readonly because: "unhandled" | "failed"
  /** What is known of the station; nothing when absent. */
  readonly mirror?: StationMirror
  /** What is said of a token nobody has decided on (C-2, E-4); the defaults when absent. */
  readonly undecidedToken?: UndecidedToken
}

/** Status of a token that no handler has decided on, by the message that brings it. */
export interface UndecidedToken {
  /** Default Unknown; never a permission (C-2, R-111). */
  readonly Authorize?: Exclude<AuthorizationStatusEnumType, "Accepted">
  /** Started and Updated: the station may go on or stop, as it is configured to. Default Unknown (E-4). */
  readonly TransactionEvent?: AuthorizationStatusEnumType
  /** An Ended, where nothing is left to stop. Default Accepted (E-4), which the station is told not to cache (C-17, C-18). */
  readonly Ended?: AuthorizationStatusEnumType
}

/** One action of one OCPP version, as the engine sees it. */
export interface ActionRule {
  readonly action: string
  /** Who may send the CALL. */
  readonly sentBy: "station" | "csms" | "both"
  readonly pending: PendingRule
  readonly validateRequest: PayloadValidator
  readonly validateResponse: PayloadValidator
  /** Whether the answer holds a decision; if not, a handler only watches and the default answer always goes out. */
  readonly decides: boolean
  /** The answer when no handler decides: a valid one, or `undefined` where only InternalError is left. */
  readonly defaultAnswer: ((request: never, context: AnswerContext) => object | undefined) | undefined
  /** Milliseconds from its receipt within which it must be answered, when that is less than others get (M-2). */
  readonly answerWithin?: number | undefined
  /** Whether a handler's refusal may go out as CALLERROR; otherwise the default answer replaces it (E-1, LC-1, J-1). */
  readonly refusable: boolean
  /** Whether a repeated CALL gets the stored answer again; `false` where the answer carries the time. */
  readonly repeatable: boolean
  /**
   * Puts right what the standard fixes whatever a handler says (E-2, C-10); the same object when nothing is to be done.
   * A string says why the answer cannot be sent.
   */
  readonly amend: ((request: never, response: never) => object | string) | undefined
}

/** One OCPP version as a value. */
export interface Protocol {
  /** The WebSocket subprotocol, for example `ocpp2.0.1`. */
  readonly subprotocol: string
  readonly frames: FrameTable
  readonly actions: ReadonlyMap<string, ActionRule>
  /** What a CALL of ours brings that a station may send although it is not accepted yet (B02.FR.02). */
  readonly expects: (action: string, request: unknown) => Expected | undefined
  /** What the answer to a CALL of ours means for the lifecycle. */
  readonly resets: (
    action: string,
    request: unknown,
    response: unknown
  ) => "ResetAccepted" | "ResetScheduled" | undefined
}

/** A message that will come because we triggered it. */
export interface Expected {
  /** The action that may come. */
  readonly action: string
  /** Only for this EVSE; absent: once for each EVSE (LC-7). */
  readonly evseId?: number
}
