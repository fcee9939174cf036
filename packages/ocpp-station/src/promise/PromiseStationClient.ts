/** What a promise user holds of a station: `StationClient` with promises for effects and iterables for streams. */
import * as Effect from "effect/Effect"
import type {
  BootReasonEnumType,
  Messages,
  SecurityEventNotificationRequest,
  StationAction,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import { type EventsMissed, listen } from "@wattline/ocpp-core/engine"
import type { Abortable, PromiseEvents, PromiseEventsOptions } from "@wattline/ocpp-core/promise"
import type { ClientSettings } from "../client/Client.ts"
import type { ClientEvent } from "../client/ClientEvent.ts"
import type { StationClient } from "../client/StationClient.ts"
import type { StationState } from "../client/StationState.ts"
import type { Lifetime } from "./Lifetime.ts"

/**
 * A charging station's client. What is waited for is rejected with `StationClosed` once it is closed; what acts at once does
 * nothing then.
 */
export interface PromiseStationClient extends AsyncDisposable {
  readonly identity: string
  /** Where the client is now. */
  readonly state: StationState
  /** TransactionEvents that the CSMS has not acknowledged yet. */
  readonly undelivered: number
  /** Waits until the station is Accepted and connected; at once when it is. */
  accepted(options?: Abortable): Promise<void>
  /**
   * Sends a CALL and waits for its response. CALLs go one at a time, in order. Rejects with `NotSent` (offline, not
   * accepted, or a payload that breaks the schema), `CallError` (the CSMS answered with CALLERROR) or `OutcomeUnknown` (timeout,
   * link lost, invalid answer). Use `transactionEvent` for TransactionEvents.
   */
  call<A extends StationAction>(
    action: A,
    request: Messages[A]["request"],
    options?: Abortable
  ): Promise<Messages[A]["response"]>
  /**
   * Delivers a TransactionEvent, whatever it takes: in order, again by the rules of MessageAttempts, later when offline
   * and then marked `offline`. It is in the queue when this returns; waiting for the answer is up to you, and an abort
   * ends only that. `undefined`: it was given up. One that breaks the schema is rejected with `NotSent` and is not queued.
   */
  transactionEvent(request: TransactionEventRequest, options?: Abortable): Promise<TransactionEventResponse | undefined>
  /** Queues a SecurityEventNotification, which is delivered as surely (A04.FR.02); throws `NotSent` for an invalid one. */
  securityEvent(request: SecurityEventNotificationRequest): void
  /**
   * The newest event of each transaction that an earlier process of this station has begun and not ended: go on with its next
   * `seqNo`, or end it (`Ended`, stoppedReason PowerLoss). Waits until the durable queue is read; empty without one.
   */
  unfinished(options?: Abortable): Promise<ReadonlyArray<TransactionEventRequest>>
  /** What happens from now on, whenever the reading begins. */
  events(options?: PromiseEventsOptions): PromiseEvents<ClientEvent | EventsMissed>
  /** Changes how the client behaves from now on; throws a RangeError for a value that cannot be. */
  configure(changes: Partial<ClientSettings>): void
  /** Restarts the station: offline for `seconds`, then a BootNotification with `reason`. */
  reboot(reason: BootReasonEnumType, seconds: number): void
  /** Cuts the link off and stays away for `seconds`; `Infinity`: until `reconnect`. */
  outage(seconds: number): void
  /** Connects now, where an outage or the back-off would wait longer. */
  reconnect(): void
  /** Closes the link for good and ends all events; a durable queue keeps what is not delivered. */
  close(): Promise<void>
}

/** See `PromiseStationClient`. */
export class StationClientFacade implements PromiseStationClient {
  private readonly client: StationClient
  private readonly lifetime: Lifetime

  constructor(client: StationClient, lifetime: Lifetime) {
    this.client = client
    this.lifetime = lifetime
  }

  get identity(): string {
    return this.client.identity
  }

  get state(): StationState {
    return Effect.runSync(this.client.state)
  }

  get undelivered(): number {
    return Effect.runSync(this.client.undelivered)
  }

  accepted(options?: Abortable): Promise<void> {
    return this.lifetime.bridge.run(this.client.accepted, options?.signal)
  }

  call<A extends StationAction>(
    action: A,
    request: Messages[A]["request"],
    options?: Abortable
  ): Promise<Messages[A]["response"]> {
    return this.lifetime.bridge.run(this.client.call(action, request), options?.signal)
  }

  transactionEvent(
    request: TransactionEventRequest,
    options?: Abortable
  ): Promise<TransactionEventResponse | undefined> {
    return this.lifetime.bridge.run(this.client.transactionEvent(request), options?.signal)
  }

  securityEvent(request: SecurityEventNotificationRequest): void {
    Effect.runSync(this.client.securityEvent(request))
  }

  unfinished(options?: Abortable): Promise<ReadonlyArray<TransactionEventRequest>> {
    return this.lifetime.bridge.run(this.client.unfinished, options?.signal)
  }

  events(options?: PromiseEventsOptions): PromiseEvents<ClientEvent | EventsMissed> {
    return listen(this.lifetime.bridge, this.client.events, options)
  }

  configure(changes: Partial<ClientSettings>): void {
    Effect.runSync(this.client.configure(changes))
  }

  reboot(reason: BootReasonEnumType, seconds: number): void {
    Effect.runSync(this.client.reboot(reason, seconds))
  }

  outage(seconds: number): void {
    Effect.runSync(this.client.outage(seconds))
  }

  reconnect(): void {
    Effect.runSync(this.client.reconnect)
  }

  close(): Promise<void> {
    return this.lifetime.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
