/**
 * One station's client: runs the lifecycle table over a session of the engine. `Connecting` gives it links; what goes on over
 * the link is in `Registration`, `Sending`, `Delivery` and `Receiving`. Synchronous; time comes from the host.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type {
  BootReasonEnumType,
  ChargingStationType,
  Messages,
  SecurityEventNotificationRequest,
  StationAction,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import {
  type Admitted,
  type ActionRule,
  type Call,
  type Counters,
  type Dialed,
  type DialTls,
  type ErrorCode,
  InboundLane,
  type InboundLimits,
  OutboundLane,
  type Protocol,
  type ConnectionRates,
  type Reply,
  type SecurityProfile,
  Session,
  type SessionOwner
} from "@wattline/ocpp-core/engine"
import { type CallOutcome, type Client, type ClientSettings, defaultSettings } from "./Client.ts"
import type { ClientEvent } from "./ClientEvent.ts"
import { Connecting } from "./Connecting.ts"
import { Delivery } from "./Delivery.ts"
import type { Host } from "./Host.ts"
import type { PendingCall } from "./PendingCall.ts"
import { abandon, type AnyHandler, handle, ReceivedCall } from "./Receiving.ts"
import { Registration } from "./Registration.ts"
import { loseCalls, send, settled } from "./Sending.ts"
import { type LifecycleEvent, next, type StationState } from "./StationState.ts"

/** Where and how a station connects. Asked anew before each attempt, so that a changed password or certificate counts. */
export interface ConnectionProfile {
  /** `wss://csms.example.com/ocpp`, without the identity. */
  readonly url: string
  readonly securityProfile: SecurityProfile
  readonly password?: Redacted.Redacted | undefined
  readonly tls?: DialTls | undefined
}

/** What a client is made of. */
export interface ClientParts {
  readonly identity: string
  /** `failures`: attempts to connect that have failed since the last connection; for stations with several profiles (B10). */
  readonly connection: (failures: number) => ConnectionProfile
  readonly chargingStation: () => ChargingStationType
  /** Who answers an action; asked for actions of the protocol only. */
  readonly handlers: Pick<ReadonlyMap<string, AnyHandler>, "get">
  readonly settings: Partial<ClientSettings>
  /** Messages in the queue from which some are dropped. */
  readonly maxQueuedMessages: number
  /** Called in the very moment; it may act on the client. What it throws is logged, and so with all below. */
  readonly tell: (event: ClientEvent) => void
  /** The queue is there. Given: the newest event of each transaction that an earlier process has begun and not ended. */
  readonly loaded?: ((unfinished: ReadonlyArray<TransactionEventRequest>) => void) | undefined
  /** The station may send now: after a boot, or because the link is back. */
  readonly online?: ((afterBoot: boolean, offlineSeconds: number) => void) | undefined
  readonly offline?: (() => void) | undefined
  /** The station goes down for a reboot. */
  readonly rebooting?: (() => void) | undefined
  /** The clock was set to that of the CSMS: forward by so many milliseconds, or back. */
  readonly clockSet?: ((milliseconds: number) => void) | undefined
}

/** See the head of the file. */
export class ClientProcess implements Client, SessionOwner {
  state: StationState = "Stopped"
  settings: ClientSettings
  readonly identity: string
  readonly handlers: ClientParts["handlers"]
  readonly host: Host
  readonly inbound = new InboundLane<Session, ReceivedCall>()
  readonly outbound = new OutboundLane<PendingCall>()
  readonly delivery: Delivery
  readonly tell: (event: ClientEvent) => void
  /** The next CALL of the CSMS, for the loop that handles one already. */
  nextReceived: ReceivedCall | undefined = undefined
  isProceeding = false
  /** The link, while it is open. */
  session: Session | undefined = undefined
  /** When something went out last, by `Host.tick`. */
  lastSent = 0
  private dialed: Dialed | undefined = undefined
  private connections = 0
  private readonly parts: ClientParts
  private readonly registration: Registration
  private readonly connecting: Connecting

  constructor(host: Host, parts: ClientParts) {
    this.host = host
    this.parts = parts
    this.identity = parts.identity
    this.handlers = parts.handlers
    this.settings = { ...defaultSettings, ...parts.settings }
    this.tell = (event) => {
      try {
        parts.tell(event)
      } catch (defect) {
        this.threw(defect)
      }
    }
    this.delivery = new Delivery(this, parts.maxQueuedMessages)
    this.connecting = new Connecting(this, parts.connection)
    this.registration = new Registration(
      this,
      parts.chargingStation,
      (afterBoot, offlineSeconds) => this.guard(() => parts.online?.(afterBoot, offlineSeconds)),
      (milliseconds) => this.guard(() => parts.clockSet?.(milliseconds))
    )
  }

  // --- what the parts of a station use ------------------------------------------------------------------------------

  get isOnline(): boolean {
    return this.state === "Accepted"
  }

  /** Milliseconds since 1970 by the station's clock, which follows the CSMS. */
  clock(): number {
    return this.host.now() + this.registration.clockOffset
  }

  /** Begins to connect; `reason` goes into the first BootNotification. */
  start(reason: BootReasonEnumType = "PowerUp"): void {
    if (this.state !== "Stopped") return
    this.registration.reason = reason
    this.delivery.load(this.parts.loaded)
    this.connecting.begin("Start")
  }

  /** Closes the link and does not come back; the queue keeps what is not delivered. */
  stop(code = 1000, reason = ""): void {
    this.leave("Stop", code, reason)
    this.delivery.stop()
  }

  reboot(reason: BootReasonEnumType, seconds: number): void {
    if (this.state === "Stopped") return
    this.leave("Reboot", 1000, "reboot")
    this.guard(this.parts.rebooting)
    this.forgetRegistration()
    this.registration.reason = reason
    this.connecting.again(seconds)
  }

  /** Cuts the link off without a word and stays away for `seconds`, as a station that loses its network does. */
  outage(seconds: number): void {
    if (this.state === "Stopped") return
    this.leave("Lost", "terminate", "")
    if (Number.isFinite(seconds)) this.connecting.again(seconds)
  }

  /** Closes the link and connects at once, for example with a new certificate (A02.FR.08). */
  relink(): void {
    if (this.session === undefined) return
    this.leave("Lost", 1000, "reconnect")
    this.connecting.again(0)
  }

  /** The next connection begins with a BootNotification, as if the station had restarted. */
  forgetRegistration(): void {
    this.registration.forget()
  }

  /** Ends an outage: connects now. */
  reconnect(): void {
    if (this.state === "Waiting") this.connecting.begin("Retry")
  }

  call<A extends StationAction>(
    action: A,
    request: Messages[A]["request"],
    done?: (outcome: CallOutcome<A>) => void,
    options?: { readonly triggered?: boolean }
  ): void {
    const isPrivileged = options?.triggered === true || action === "BootNotification"
    send(this, action, request, done, isPrivileged)
  }

  /** Takes back a CALL that still waits for its turn: the one that would have told `done`. */
  withdraw(done: (outcome: never) => void): void {
    this.outbound.drop((pending) => pending.isFor(done))
  }

  transactionEvent(
    request: TransactionEventRequest,
    done?: (response: TransactionEventResponse | undefined) => void
  ): void {
    this.delivery.push("TransactionEvent", this.isOnline ? request : { ...request, offline: true }, done)
  }

  securityEvent(request: SecurityEventNotificationRequest): void {
    this.delivery.push("SecurityEventNotification", request)
  }

  bootAgain(): void {
    this.registration.boot("Triggered")
  }

  heartbeat(triggered = false): void {
    this.registration.heartbeat(triggered)
  }

  undelivered(transactionId?: string): number {
    return this.delivery.queue.count(transactionId)
  }

  configure(changes: Partial<ClientSettings>): void {
    this.settings = { ...this.settings, ...changes }
    if (changes.heartbeatInterval !== undefined && this.isOnline) this.registration.watchSilence()
    if (changes.webSocketPingInterval !== undefined) this.dialed?.ping(changes.webSocketPingInterval)
  }

  // --- the link ------------------------------------------------------------------------------------------------------

  /** The upgrade is done. Nobody waits for it any more where it is not `wanted`. */
  linked(dialed: Dialed, { securityProfile, url }: ConnectionProfile, wanted: boolean): Session {
    const { identity, settings } = this
    const { protocol } = dialed
    const admitted: Admitted = { _tag: "Admitted", identity, protocol, remoteAddress: undefined, securityProfile }
    const session = new Session(this, dialed.link, admitted)
    this.connections += 1
    session.claimed(this.connections)
    this.host.counters.linkOpened()
    if (!wanted) {
      session.end(1000, "")
      return session
    }
    this.session = session
    this.dialed = dialed
    dialed.ping(settings.webSocketPingInterval)
    this.tell({ _tag: "Connected", url, protocol })
    if (this.session === session) this.registration.linkOpened()
    return session
  }

  /** Leaves the network on purpose. */
  private leave(event: "Stop" | "Reboot" | "Lost", code: number | "terminate", reason: string): void {
    const { session } = this
    this.connecting.stop()
    if (session === undefined) return this.advance(event)
    const tellRest = this.unlink(event)
    session.end(code, reason)
    tellRest(code === "terminate" ? 1006 : code, reason, undefined)
  }

  /**
   * Forgets the link, and what depends on it. Everything is as it is to be before anybody is told, for who is told may act; the
   * function that is given tells the rest.
   */
  private unlink(event: LifecycleEvent): (code: number, reason: string, retryIn: number | undefined) => void {
    const wasOnline = this.isOnline
    const previous = this.state
    this.state = next(previous, event) ?? previous
    const { state } = this
    this.session = undefined
    this.dialed = undefined
    this.registration.linkLost()
    const concludeCalls = loseCalls(this)
    return (code, reason, retryIn) => {
      if (state !== previous) this.tell({ _tag: "StateChanged", state, previous })
      concludeCalls()
      this.tell({ _tag: "Disconnected", code, reason, retryIn })
      if (wasOnline) this.guard(this.parts.offline)
    }
  }

  /** Calls a part of the station. What throws in there is logged; the client goes on. */
  private guard(part: (() => void) | undefined): void {
    try {
      part?.()
    } catch (defect) {
      this.threw(defect)
    }
  }

  /** Calls back who waits for `value`. What throws in there is logged; the client goes on. */
  conclude<A>(done: ((value: A) => void) | undefined, value: A): void {
    try {
      done?.(value)
    } catch (defect) {
      this.threw(defect)
    }
  }

  /** Something that was told or called back threw: that is logged, and harms nobody else. */
  private threw(defect: unknown): void {
    this.host.run(Effect.logError(`A callback of station ${this.identity} threw`, Cause.die(defect)))
  }

  /** A CALL of the CSMS was answered: that is a sign of life too. */
  answered(action: string, how: "CALLRESULT" | ErrorCode, status?: string): void {
    this.lastSent = this.host.tick()
    this.tell({ _tag: "Answered", action, with: how, status })
  }

  // --- what the session asks ----------------------------------------------------------------------------------------

  get protocol(): Protocol {
    return this.host.protocol
  }

  get inboundLimits(): InboundLimits {
    return this.host.inboundLimits
  }

  get rates(): ConnectionRates {
    return this.host.rates
  }

  get counters(): Counters {
    return this.host.counters
  }

  get maxEarlyFrames(): number {
    return 0 // the session is claimed before the first frame
  }

  now(): number {
    return this.host.now()
  }

  settled(call: PendingCall, reply: Reply): void {
    settled(this, call, reply)
  }

  callOf(session: Session, frame: Call, rule: ActionRule | undefined, text: string): ReceivedCall {
    return new ReceivedCall(this, session, frame, text, rule)
  }

  handle(call: ReceivedCall): void {
    handle(call)
  }

  strayed(messageId: string | undefined): void {
    this.tell({ _tag: "StrayAnswer", messageId })
  }

  refused(): void {
    // What a CSMS sends and is no frame was answered; there is nothing to do about it.
  }

  opened(): void {
    // R-112 is about the CALLs of a CSMS.
  }

  limitReached(): void {
    // The link is being closed; that is told.
  }

  closed(session: Session, code: number, reason: string): void {
    if (session !== this.session) return
    const retryIn = this.connecting.wait()
    const tellRest = this.unlink("Lost")
    tellRest(code, reason, retryIn)
  }

  /** The process ends. */
  dispose(): void {
    this.stop(1001, "the station stops")
    abandon(this)
  }

  /** Goes where the table says, and nowhere when the event cannot happen in this state. */
  advance(event: LifecycleEvent): void {
    const previous = this.state
    const state = next(previous, event)
    if (state === undefined || state === previous) return
    this.state = state
    this.tell({ _tag: "StateChanged", state, previous })
  }
}
