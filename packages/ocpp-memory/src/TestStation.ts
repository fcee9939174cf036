/**
 * A scripted charging station over an in-memory connection, for tests of a CSMS. It knows OCPP-J but keeps none of its
 * rules by itself: what it sends, and when, is the test's business.
 *
 * Every text from the CSMS goes to the first who wants it: the answer to a waiting `call`, then a standing `answer`, and
 * what is left waits, in order, for `expectCall`, `nextFrame` and `nextText`.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { BootNotificationRequest, CsmsAction, Messages, StationAction } from "@wattline/ocpp-v201"
import type { DialDetails, DialRefused, MemoryNetwork } from "./MemoryNetwork.ts"
import type { CloseInfo, Faults, PeerClosed } from "./MemoryPeer.ts"
import { connect } from "./station/connect.ts"
import type { CallTimeout, ExpectationFailed, StationCallError } from "./station/failures.ts"
import type { LoggedText } from "./station/FrameLog.ts"
import type { StationFrame } from "./station/StationFrame.ts"

/** Who the station is and how it connects. */
export interface TestStationOptions extends DialDetails {
  readonly identity: string
  /** The request target, when it is not the network's path and the encoded identity. */
  readonly target?: string
  /** How long `call` and every expectation wait, by Effect's Clock; default 30 seconds. */
  readonly timeout?: Duration.Input
}

/** A CALL of the CSMS, waiting to be answered. Nothing is sent unless the test says so. */
export interface IncomingCall<A extends CsmsAction> {
  readonly messageId: string
  readonly request: Messages[A]["request"]
  /** Answers with CALLRESULT. */
  readonly reply: (response: Messages[A]["response"]) => Effect.Effect<void>
  /** Answers with CALLERROR. */
  readonly fail: (code: string, description?: string, details?: object) => Effect.Effect<void>
  /** Sends this text instead of an answer. */
  readonly raw: (text: string) => Effect.Effect<void>
}

/** A connected test station. Sending does nothing once the connection is closed. */
export interface TestStation {
  readonly identity: string
  /** The subprotocol that the CSMS chose, `""` when it chose none. */
  readonly protocol: string
  readonly faults: Faults
  /**
   * Sends a CALL and waits for its answer. It is sent at once, also while another waits, and never checked. Ids are
   * `<connection>-<n>`, so that the same script always makes the same frames.
   */
  readonly call: <A extends StationAction>(
    action: A,
    request: Messages[A]["request"],
    options?: { readonly messageId?: string; readonly timeout?: Duration.Input }
  ) => Effect.Effect<Messages[A]["response"], StationCallError | CallTimeout | PeerClosed>
  /** Sends a BootNotification (`PowerUp`, model `TestStation` of `Wattline`) and waits for its answer. */
  readonly boot: (
    overrides?: Partial<BootNotificationRequest>
  ) => Effect.Effect<Messages["BootNotification"]["response"], StationCallError | CallTimeout | PeerClosed>
  /**
   * Waits for the next text that nobody else takes, which must be a CALL of this action. When something else comes, it
   * fails with both, and what came stays for the next who asks.
   */
  readonly expectCall: <A extends CsmsAction>(
    action: A,
    options?: { readonly timeout?: Duration.Input }
  ) => Effect.Effect<IncomingCall<A>, ExpectationFailed | PeerClosed>
  /**
   * From now on answers every CALL of this action at once, those that wait already included. A function that throws is
   * answered with CALLERROR InternalError. The last answer set for an action counts.
   */
  readonly answer: <A extends CsmsAction>(
    action: A,
    response: Messages[A]["response"] | ((request: Messages[A]["request"]) => Messages[A]["response"])
  ) => Effect.Effect<void>
  /** Sends any text. */
  readonly sendText: (text: string) => Effect.Effect<void>
  /** Sends a binary message, which OCPP-J does not have. */
  readonly sendBinary: Effect.Effect<void>
  /** Waits for the next text that nobody else takes. */
  readonly nextText: Effect.Effect<string, ExpectationFailed | PeerClosed>
  /** As `nextText`, read as a frame. */
  readonly nextFrame: Effect.Effect<StationFrame, ExpectationFailed | PeerClosed>
  /** All texts of this connection so far, both ways, whoever took them; grows. */
  readonly log: ReadonlyArray<LoggedText>
  /** Starts the closing handshake (default 1000, no reason); `closed` waits for its end. */
  readonly close: (code?: number, reason?: string) => Effect.Effect<void>
  /** Cuts the connection off: the CSMS sees 1006. */
  readonly terminate: Effect.Effect<void>
  /** Waits for the end of the connection. */
  readonly closed: Effect.Effect<CloseInfo>
}

/** Makes test stations. */
export const TestStation = {
  /** Connects a station until the scope closes. It does not boot: that is the test's business, too. */
  connect: (options: TestStationOptions): Effect.Effect<TestStation, DialRefused, MemoryNetwork | Scope.Scope> =>
    connect(options)
}
