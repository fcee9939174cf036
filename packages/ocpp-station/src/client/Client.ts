/**
 * The station's end of OCPP-J as the parts of a station use it: synchronous, because a fleet of ten thousand has no fiber to
 * spare for each. `StationClient` gives the same to users as Effects, `/promise` as promises.
 */
import type * as Exit from "effect/Exit"
import type {
  BootReasonEnumType,
  CsmsAction,
  Messages,
  SecurityEventNotificationRequest,
  StationAction,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import type { Answer, CallFailure } from "@wattline/ocpp-core"
import type { Effect } from "effect/Effect"
import type { StationState } from "./StationState.ts"

/** What a handler of a CALL of the CSMS knows besides the request. */
export interface StationHandlerContext {
  readonly messageId: string
  /** Milliseconds since 1970: when the CALL arrived. */
  readonly receivedAt: number
  /** Pending: only configuration is allowed (B02); the gate has judged that already. */
  readonly state: StationState
  /** The station that was asked: `andThen({ status: "Accepted" }, Effect.sync(() => client.reboot("RemoteReset", 5)))`. */
  readonly client: Client
}

/**
 * Answers one action of the CSMS. May fail with a `Refusal` (made by `refuse(code, description)`), which goes out as CALLERROR;
 * any other failure or defect is answered InternalError and told as `HandlerFailed`. `andThen(response, followUp)` answers
 * first and acts then.
 */
export type StationHandler<A extends CsmsAction, R = never> = (
  request: Messages[A]["request"],
  context: StationHandlerContext
) => Effect<Messages[A]["response"] | Answer<Messages[A]["response"], R>, unknown, R>

/** Handlers by action, all optional: an action without one is answered NotSupported; one nobody knows, NotImplemented. */
export type StationHandlers<R = never> = { readonly [A in CsmsAction]?: StationHandler<A, R> }

/** What became of a CALL of the station. */
export type CallOutcome<A extends StationAction> = Exit.Exit<Messages[A]["response"], CallFailure>

/** See the head of the file. */
export interface Client {
  readonly identity: string
  readonly state: StationState
  /** Whether the link is open and the station accepted: what is sent now reaches the CSMS. */
  readonly isOnline: boolean
  /**
   * Sends a CALL when it is its turn; `done` is called once, and what it throws is logged. While the station is not accepted
   * only BootNotification goes out, and what the CSMS has asked for: pass `triggered: true` for those. Offline it fails
   * at once (`NotSent`).
   */
  call<A extends StationAction>(
    action: A,
    request: Messages[A]["request"],
    done?: (outcome: CallOutcome<A>) => void,
    options?: { readonly triggered?: boolean }
  ): void
  /**
   * Takes a TransactionEvent over, and delivers it: in order, again after a failure, later when offline, also after a
   * restart of the process where the queue is durable. Sets `offline: true` when the station is offline now. `done` gets
   * the answer, or `undefined` when it was given up; it is not called for what an earlier process has queued.
   */
  transactionEvent(
    request: TransactionEventRequest,
    done?: (response: TransactionEventResponse | undefined) => void
  ): void
  /** Takes a SecurityEventNotification over and delivers it as surely as a TransactionEvent (A04.FR.02). */
  securityEvent(request: SecurityEventNotificationRequest): void
  /** Sends BootNotification again now, because the CSMS triggers it. */
  bootAgain(): void
  /** Sends a Heartbeat now. */
  heartbeat(triggered?: boolean): void
  /**
   * Restarts the station: the link is closed, the registration forgotten, and after `seconds` it connects and boots with
   * `reason`.
   */
  reboot(reason: BootReasonEnumType, seconds: number): void
  /** TransactionEvents that are not acknowledged, oldest first, whose transactionId this is; all without one. */
  undelivered(transactionId?: string): number
  /** Changes how the client behaves, from now on; see `ClientSettings`. */
  configure(changes: Partial<ClientSettings>): void
  readonly settings: ClientSettings
}

/**
 * How a client behaves; all are variables of the device model, under the names in brackets. A virtual station changes them when
 * the CSMS sets the variable.
 */
export interface ClientSettings {
  /** Seconds of silence before a Heartbeat [OCPPCommCtrlr.HeartbeatInterval]. Set by each accepted BootNotification too. */
  readonly heartbeatInterval: number
  /** Seconds until a CALL without an answer has failed [OCPPCommCtrlr.MessageTimeout.Default]. */
  readonly messageTimeout: number
  /** How often a TransactionEvent is sent before it is given up [OCPPCommCtrlr.MessageAttempts.TransactionEvent]. */
  readonly messageAttempts: number
  /** Seconds, times the attempts made, before the next one [OCPPCommCtrlr.MessageAttemptInterval.TransactionEvent]. */
  readonly messageAttemptInterval: number
  /** Seconds before the first attempt to connect again [OCPPCommCtrlr.RetryBackOffWaitMinimum]. */
  readonly retryBackOffWaitMinimum: number
  /** At most so many random seconds are added each time [OCPPCommCtrlr.RetryBackOffRandomRange]. */
  readonly retryBackOffRandomRange: number
  /** How often the wait is doubled [OCPPCommCtrlr.RetryBackOffRepeatTimes]. */
  readonly retryBackOffRepeatTimes: number
  /** Seconds between pings; 0: none [OCPPCommCtrlr.WebSocketPingInterval]. */
  readonly webSocketPingInterval: number
  /** Seconds before BootNotification is sent again when it got no answer, or an interval of 0 (B01.FR.05, B02.FR.07). */
  readonly bootRetryInterval: number
  /** Whether other notifications are queued while offline too [OCPPCommCtrlr.QueueAllMessages]. */
  readonly queueAllMessages: boolean
}

/** The settings of a client where nothing else is said. */
export const defaultSettings: ClientSettings = {
  heartbeatInterval: 300,
  messageTimeout: 30,
  messageAttempts: 3,
  messageAttemptInterval: 60,
  retryBackOffWaitMinimum: 5,
  retryBackOffRandomRange: 10,
  retryBackOffRepeatTimes: 3,
  webSocketPingInterval: 30,
  bootRetryInterval: 30,
  queueAllMessages: false
}
