/**
 * One station, from `addStation` to `removeStation`, with or without a link. Runs the lifecycle table over its sessions,
 * keeps what is known of it, tells what happens to it. Plain fields only, because there are thousands. Longer than other
 * files: it is one state machine, and what could be taken out of it (lanes, gate, journal, jobs) is elsewhere.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Action, BootNotificationRequest, BootNotificationResponse } from "@wattline/ocpp-v201"
import * as Mirror from "../blocks/Mirror.ts"
import type { Exchange } from "../blocks/Block.ts"
import type { NotificationReceived, StationHappening } from "../csms/Events.ts"
import type { HandlerTable } from "../csms/Handlers.ts"
import type { Station } from "../csms/StationRef.ts"
import type { StationSnapshot } from "../csms/StationStore.ts"
import type { Counters } from "../observability/Counters.ts"
import type { ConnectionLimit, ConnectionRates } from "../rpc/ConnectionLimits.ts"
import type { ErrorCode } from "../rpc/ErrorCode.ts"
import type { Call, CallErrorFrame } from "../rpc/Frame.ts"
import { InboundLane, type InboundLimits } from "../rpc/InboundLane.ts"
import { OutboundLane } from "../rpc/OutboundLane.ts"
import type { ActionRule, Protocol } from "../rpc/Protocol.ts"
import type { Session } from "../rpc/Session.ts"
import type { Reply, SessionOwner } from "../rpc/SessionOwner.ts"
import * as Answering from "./Answering.ts"
import * as Calling from "./Calling.ts"
import { Duties } from "./Duties.ts"
import * as Securing from "./Securing.ts"
import * as SecurityRecord from "./SecurityRecord.ts"
import * as Signing from "./Signing.ts"
import type { Engine, Run } from "./Engine.ts"
import * as Expectations from "./Expectations.ts"
import { Journal, type JournalOwner } from "./Journal.ts"
import type { NonConformance } from "./NonConformance.ts"
import type { PendingCall } from "./OutboundCalls.ts"
import { isReady, type LifecycleEvent, linkOpened, next, type Registration, type StationState } from "./StationState.ts"

/** See the head of the file. */
export class StationProcess implements SessionOwner, JournalOwner {
  readonly engine: Engine
  readonly identity: string
  /** Replaced when the station is added again. */
  handlers: HandlerTable
  run: Run
  /** What the CSMS author holds. */
  readonly ref: Station
  session: Session | undefined = undefined
  state: StationState
  registration: Registration
  mirror: Mirror.StationMirror
  security: SecurityRecord.SecurityRecord
  /** What stood before the identity in the URL of the last link. */
  prefix = ""
  readonly journal: Journal
  private requestId: number
  expectations: Expectations.Expectations = Expectations.none
  readonly inbound = new InboundLane<Session, Answering.AnsweringCall>()
  readonly outbound = new OutboundLane<PendingCall>()
  readonly duties = new Duties(this)
  /** What it sent that breaks a schema; replaced by `NonConformance` with every such message. */
  nonConformance: NonConformance | undefined = undefined
  /** Epoch in which a BootNotification was asked for. */
  private bootAskedIn = 0
  /** Epoch in which a new certificate was asked for. */
  renewedIn = 0
  /** CSRs that are being signed; made on first need. */
  signings: Signing.Signings | undefined = undefined
  /** Whether a BootNotification was decided on and its answer still waits for the store. */
  private bootUnsent = false
  /** The CALL that `Answering` handles next, and whether its loop runs. */
  next: Answering.AnsweringCall | undefined = undefined
  isProceeding = false
  /** Whether a handler is in its first tick, before its fiber is known. */
  isStartingHandler = false
  /** Removed, or the CSMS has closed. */
  isShutDown = false

  constructor(
    engine: Engine,
    identity: string,
    handlers: HandlerTable,
    run: Run,
    snapshot: StationSnapshot | undefined,
    makeRef: (station: StationProcess) => Station
  ) {
    this.engine = engine
    this.identity = identity
    this.handlers = handlers
    this.run = run
    this.ref = makeRef(this)
    this.registration = snapshot?.registration
    this.mirror = Mirror.restored(snapshot?.mirror)
    this.security = SecurityRecord.restored(snapshot?.security)
    this.journal = new Journal(this, snapshot?.epoch ?? 0, snapshot?.seq ?? 0)
    this.requestId = snapshot?.requestId ?? 0
    const resetPending = snapshot?.resetPending === true && this.registration === "Accepted"
    this.state = this.registration === undefined ? "Disconnected" : resetPending ? "Restarting" : "Offline"
    this.duties.restored()
  }

  /** Number of the present connection, or of the last one. */
  get epoch(): number {
    return this.journal.epoch
  }
  get protocol(): Protocol {
    return this.engine.protocol
  }
  get inboundLimits(): InboundLimits {
    return this.engine.inboundLimits
  }
  get maxEarlyFrames(): number {
    return this.engine.settings.maxEarlyFrames
  }
  get rates(): ConnectionRates {
    return this.engine.rates
  }
  get counters(): Counters {
    return this.engine.counters
  }
  get now(): () => number {
    return this.engine.now
  }
  /** Whether a BootNotification has arrived: no CALL is sent until its answer is on the wire. */
  get isBooting(): boolean {
    return (
      this.bootUnsent ||
      this.state === "Booting" ||
      this.state === "Rebooting" ||
      isOpenBoot(this.next) ||
      this.inbound.hasWaiting(isOpenBoot)
    )
  }

  /** Whether a fiber is the handler of the CALL that is being handled: what it waits for, the whole lane waits for. */
  isHandlerOf(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return this.isStartingHandler || this.inbound.running?.fiber === fiber
  }

  // --- what the session asks ------------------------------------------------------------------------------------------

  callOf(session: Session, frame: Call, rule: ActionRule | undefined, text: string): Answering.AnsweringCall {
    return new Answering.AnsweringCall(this, session, frame.messageId, frame.action, frame.payload, text, rule)
  }

  handle(call: Answering.AnsweringCall): void {
    Answering.handle(call)
  }

  settled(pending: PendingCall, reply: Reply): void {
    Calling.settled(this, pending, reply)
  }

  strayed(messageId: string | undefined, error?: CallErrorFrame): void {
    const late = this.outbound.lateAnswer(messageId)
    if (late !== undefined) return this.emit({ _tag: "LateAnswer", ...late })
    const { change, messageId: outstanding } = this.outbound.outstanding ?? {}
    const description = error?.errorDescription ?? ""
    this.emit({
      _tag: "AnswerDropped",
      messageId,
      ...(error && { errorCode: error.errorCode, errorDescription: change?.hide(description) ?? description }),
      ...(outstanding !== undefined && { outstanding })
    })
  }

  refused(messageId: string, action: string | undefined, errorCode: ErrorCode, errorDescription: string): void {
    this.emit({ _tag: "MessageRefused", messageId, action, errorCode, errorDescription })
  }

  /** The first message of a connection is answered, or nothing came for a while: our CALLs may go out. */
  opened(session: Session): void {
    if (session !== this.session || session.outboundOpen || session.isDraining) return
    session.outboundOpen = true
    this.engine.deadlines.remove(session)
    this.ready(!session.booted)
    Securing.proved(this, session.admitted)
    Calling.pump(this)
    Securing.renew(this, session)
  }

  /** */
  closed(session: Session, code: number, reason: string): void {
    if (session !== this.session) return
    this.leave("LinkClosed", { _tag: "Disconnected", connectionId: this.connectionId, code, reason })
  }

  limitReached({ admitted, epoch }: Session, limit: ConnectionLimit): void {
    const { engine, identity } = this
    const { remoteAddress } = admitted
    const connectionId = epoch === 0 ? undefined : `${identity}#${epoch}` // not claimed yet
    engine.limits.reached(limit, { identity, connectionId, remoteAddress })
  }

  // --- links ----------------------------------------------------------------------------------------------------------

  /** Identifies the connection in events. */
  get connectionId(): string {
    return `${this.identity}#${this.epoch}`
  }

  /** Puts a new link in the place of whatever was there, and lets its frames through. */
  attach(session: Session, epoch: number): void {
    const old = this.session
    let tellCallers: (() => void) | undefined
    if (old !== undefined) {
      old.isClosed = true
      this.engine.deadlines.remove(old)
      this.emit({ _tag: "Replaced", connectionId: this.connectionId, by: `${this.identity}#${epoch}` })
      tellCallers = Calling.connectionLost(this, true)
      this.duties.lost()
      this.advance("LinkClosed")
      this.session = undefined
      Answering.connectionLost(this, old)
    }
    this.session = session
    this.journal.begin(epoch)
    const { registration } = this
    const { prefix = "", remoteAddress, protocol, securityProfile } = session.admitted
    this.prefix = prefix
    const { connectionId } = this
    this.emit({ _tag: "Connected", connectionId, remoteAddress, protocol, securityProfile, registration })
    Securing.connected(this, session.admitted)
    this.advance(linkOpened(registration))
    this.duties.linked()
    Signing.resume(this)
    this.engine.deadlines.add(session, this.engine.settings.reconnectGrace)
    tellCallers?.()
    old?.link.close(1000, "replaced")
    session.claimed(epoch)
  }

  /** A newer connection exists on another node. */
  fence(): void {
    const { session } = this
    if (session === undefined) return
    session.isClosed = true
    this.leave("Fenced", { _tag: "Fenced", connectionId: this.connectionId })
    session.link.close(1000, "replaced")
  }

  /** Closes the link, if there is one; the station may come back. */
  disconnect(code: number, reason: string): void {
    this.session?.link.close(code, reason)
  }

  private leave(event: LifecycleEvent, happening: StationHappening): void {
    const { session } = this
    if (session === undefined) return
    this.engine.deadlines.remove(session)
    const tellCallers = Calling.connectionLost(this, false)
    this.duties.lost()
    this.duties.left()
    this.emit(happening)
    this.advance(event)
    this.session = undefined
    this.journal.flush()
    this.engine.release(this.identity, this.epoch)
    Answering.connectionLost(this, session)
    tellCallers()
  }

  /** Gives up everything that waits; the station is removed or the CSMS closes. */
  shutDown(code: number, reason: string): void {
    const { session } = this
    this.isShutDown = true
    Answering.abandon(this)
    Signing.abandon(this)
    if (session !== undefined) {
      this.leave("LinkClosed", { _tag: "Disconnected", connectionId: this.connectionId, code, reason })
      session.isClosed = true
      session.link.close(code, reason)
    }
    for (const pending of this.outbound.drop(() => true)) {
      this.engine.deadlines.remove(pending)
      pending.fail("Offline", reason)
    }
    this.duties.close()
    if (session === undefined) this.journal.flush() // what happened since it left, and what the store did not take
  }

  // --- lifecycle ------------------------------------------------------------------------------------------------------

  /** The only way a station changes state. An event that is illegal in its state changes nothing. */
  advance(event: LifecycleEvent): void {
    const from = this.state
    const to = next(from, event)
    if (to === undefined || to === from) return
    this.state = to
    this.emit({ _tag: "StateChanged", from, to, event })
  }

  /** Accepted, connected, and CALLs of ours go out from here on. */
  private ready(resumed: boolean): void {
    if (!isReady(this.state)) return
    this.emit({ _tag: "Ready", resumed })
    this.duties.ready()
  }

  /** A valid CALL is about to be handled. */
  arrived(call: Answering.AnsweringCall): void {
    if (call.rule?.pending === "boot") return this.advance("BootNotification")
    const { session } = this
    const ask = this.registration === undefined && this.engine.settings.unknownRegistration === "triggerBoot"
    if (!ask || session === undefined || this.bootAskedIn === session.epoch) return
    this.bootAskedIn = session.epoch
    const trigger = this.ref.call("TriggerMessage", { requestedMessage: "BootNotification" })
    this.run(Effect.catch(trigger, (failure) => Effect.logWarning(failure.message)))
  }

  /** LC-2: the new registration is in force before the answer is written. */
  private booted(request: BootNotificationRequest, response: BootNotificationResponse): boolean {
    const { session } = this
    if (session === undefined) return false
    const isDue = this.mirror.provisioning.pendingReset !== undefined // B-28: also when the link outlived the reset
    const rebooted = (!session.booted || isDue) && request.reason !== "Triggered" // LC-16
    session.booted = true
    const before = this.registration
    this.registration = response.status
    this.expectations = Expectations.none
    this.inbound.forgetAnswers()
    const { chargingStation, reason } = request
    const { interval, status } = response
    Securing.booted(this, session.admitted, rebooted)
    this.emit({ _tag: "Booted", reason, status, interval, chargingStation, rebooted })
    this.advance(`Boot${status}`)
    this.duties.booted(before, rebooted)
    return rebooted
  }

  // --- exchanges, events ----------------------------------------------------------------------------------------------

  /** An inbound CALL has its answer: mirrored, stored if it must be, then `send`. */
  answered(call: Answering.AnsweringCall, response: object, send: () => void): void {
    if (this.isShutDown) return
    const { action, payload, receivedAt, rule } = call
    const boot = rule?.pending === "boot"
    this.bootUnsent ||= boot
    this.journal.record(
      () => {
        const rebooted = boot && this.booted(payload as BootNotificationRequest, response as BootNotificationResponse)
        if (rule?.decides === false && this.engine.events.active) this.emit(notificationOf(action, payload))
        this.mirrored(action, payload, response, receivedAt, rebooted)
      },
      () => {
        this.bootUnsent = false
        send()
      }
    )
  }

  /** The answer to a CALL is on the wire: the link is open for our CALLs; after a boot the station is ready again. */
  sent({ connection, rule }: Answering.AnsweringCall): void {
    if (connection !== this.session) return
    this.duties.answered()
    if (!connection.outboundOpen) this.opened(connection)
    else if (rule?.pending === "boot") {
      this.ready(false)
      Securing.renew(this, connection)
    }
  }

  /** A CALL of ours was answered with a CALLRESULT. */
  concluded(pending: PendingCall, response: object): void {
    const { action, payload } = pending.request
    const reset = this.protocol.resets(action, payload, response)
    if (reset !== undefined && next(this.state, reset) !== undefined) {
      this.advance(reset)
      this.duties.resets()
    }
    Securing.answered(this, action, payload, response)
    this.journal.record(
      () => this.mirrored(action, payload, response, this.engine.now()),
      () => {}
    )
  }

  private mirrored(action: string, request: unknown, response: unknown, at: number, rebooted = false): void {
    const before = this.mirror
    const limits = this.engine.settings.transactions
    const exchange = { request, response, at, rebooted, limits } as Exchange
    this.mirror = Mirror.reduce(before, action as Action, exchange, collect)
    if (this.mirror !== before) {
      this.journal.dirty = true
      this.duties.mirrored(before)
    }
    if (collected.length === 0) return
    const events = collected
    collected = []
    for (const event of events) {
      if (event._tag === "TransactionsOverlap") this.duties.overlaps(event.older)
      this.emit(event)
    }
  }

  /** Replaces the mirror outside of an exchange: a deadline passed. */
  remirror(
    change: (mirror: Mirror.StationMirror, emit: (event: Mirror.MirrorEvent) => void) => Mirror.StationMirror
  ): void {
    const before = this.mirror
    this.mirror = change(before, (event) => this.emit(event))
    if (this.mirror !== before) this.journal.dirty = true
  }

  /** Replaces what was learned of its security, and stores it now; `done` is told whether the store took it. */
  learn(
    security: SecurityRecord.SecurityRecord,
    happenings: ReadonlyArray<StationHappening>,
    done: (isStored: boolean) => void = () => {}
  ): void {
    this.security = security
    if (this.isShutDown) done(false)
    else this.journal.store(happenings, done)
  }

  /** Tells what happened. */
  emit(happening: StationHappening): void {
    this.journal.emit(happening)
  }

  /** What is stored. */
  snapshot(): StationSnapshot {
    const { identity, journal, mirror, registration, requestId } = this
    const { epoch, seq } = journal
    const resetPending = this.state === "ResetScheduled" || this.state === "Resetting" || this.state === "Restarting"
    const known = { identity, epoch, seq, registration, resetPending, requestId, mirror }
    return this.security === SecurityRecord.nothing ? known : { ...known, security: this.security }
  }

  /** A requestId never used before at this station, over restarts too: it follows the clock. */
  nextRequestId(): number {
    this.requestId = requestIdAfter(this.requestId, this.engine.now())
    this.journal.dirty = true
    return this.requestId
  }
}

/** The next requestId: the seconds since 2020 at least, so that it is new even when nothing was stored. */
export const requestIdAfter = (last: number, now: number): number =>
  Math.max(last + 1, Math.floor(now / 1000) - 1_577_836_800)

/** Whether a CALL is a BootNotification that will be answered: its link is open. */
const isOpenBoot = (call: Answering.AnsweringCall | undefined): boolean =>
  call?.rule?.pending === "boot" && !call.connection.isClosed

/** The one place where an action and its validated payload become a typed event. */
const notificationOf = (action: string, request: unknown): NotificationReceived =>
  ({
    _tag: "NotificationReceived",
    action,
    request: Securing.withoutSecretValues(action, request)
  }) as NotificationReceived

let collected: Array<Mirror.MirrorEvent> = []
const collect = (event: Mirror.MirrorEvent): void => void collected.push(event)
