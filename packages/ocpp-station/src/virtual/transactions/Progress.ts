/**
 * Runs what happens at one EVSE through the start and stop points, and tells the CSMS: each change becomes the Started, an
 * Updated or the Ended of a transaction, in order, with what the standard wants in it (E01 to E12). What a change means is in
 * the tables of `TxPoints` and `Causes`.
 */
import type {
  ChargingStateEnumType,
  IdTokenType,
  MeterValueType,
  TransactionEventEnumType,
  TransactionEventRequest,
  TransactionEventResponse,
  TransactionType
} from "@wattline/ocpp-v201"
import type { VirtualStation } from "../VirtualStation.ts"
import { type Cause, causes } from "./Causes.ts"
import { addPhases, addPlace, type Draft } from "./Hardware.ts"
import { Metering } from "./Metering.ts"
import { chargingStateOf, factsOf, isPlaced, mayFlow, type Session, Transaction } from "./Session.ts"
import { connectionTimeout, signs, startPoints, stopPoints } from "./Settings.ts"
import { begins, ceases, endsWithAuthorization, type Facts, isSignature } from "./TxPoints.ts"

/** How one change is to be told. */
export interface ChangeOptions {
  /** It ends the authorization: also where there was none (F03.FR.03). */
  readonly isStop?: boolean
  /** It ends the transaction, whatever the stop points (E03.FR.05, resets). */
  readonly isEnd?: boolean
  /** The token that stops (E07.FR.02). */
  readonly idToken?: IdTokenType
}

/** Is given each answer to an event, with the event. */
export type Answered = (
  session: Session,
  transaction: Transaction,
  request: TransactionEventRequest,
  response: TransactionEventResponse
) => void

/** See the head of the file. */
export class Progress {
  readonly metering: Metering
  readonly #station: VirtualStation
  readonly #sessionOf: (transaction: Transaction) => Session
  readonly #answered: Answered
  readonly #notConnected: (session: Session) => void

  constructor(
    station: VirtualStation,
    sessionOf: (transaction: Transaction) => Session,
    answered: Answered,
    notConnected: (session: Session) => void
  ) {
    this.#station = station
    this.#sessionOf = sessionOf
    this.#answered = answered
    this.#notConnected = notConnected
    this.metering = new Metering(
      station,
      (transaction, cause, value) => this.tell(sessionOf(transaction), cause, [value]),
      (transaction) => isPlaced(sessionOf(transaction))
    )
  }

  /** Applies a change, and tells what has come of it. Energy stops before, and begins after it is told. */
  change(session: Session, cause: Cause, apply: () => void, options: ChangeOptions = {}): void {
    const { model } = this.#station
    const before = factsOf(session, signs(model))
    const outer = session.isChanging
    session.isChanging = true
    apply()
    if (!mayFlow(session)) this.#permit(session, false)
    session.isChanging = outer
    const after = factsOf(session, signs(model))
    this.#await(session)
    this.#decide(session, cause, before, after, options)
    if (mayFlow(session)) this.#permit(session, true)
    this.#station.availability.refresh()
  }

  /** Sends an Updated of the running transaction. */
  tell(session: Session, cause: Cause, meterValue?: Array<MeterValueType>, idToken?: IdTokenType): void {
    const { transaction } = session
    if (transaction === undefined) return
    this.#send(transaction, this.#request(session, transaction, "Updated", cause, meterValue, idToken))
  }

  /** What Power says flows now; part of a change. */
  flow(session: Session, state: ChargingStateEnumType | undefined): void {
    const { transaction } = session
    session.flow = state
    if (transaction === undefined) return
    const now = this.#station.now()
    if (state === "Charging") transaction.chargingSince ??= now
    else if (transaction.chargingSince !== undefined) {
      transaction.chargedFor += Math.max(0, now - transaction.chargingSince)
      transaction.chargingSince = undefined
    }
  }

  /** The cable of a transaction that the station had put somewhere turned up elsewhere. */
  move(from: Session, to: Session): void {
    const { holder, owed, transaction } = from
    from.owed = {}
    this.release(from)
    to.holder = holder
    to.owed = owed
    to.bay = to.bay || from.bay
    from.bay = false
    if (transaction === undefined) return
    from.transaction = undefined
    from.evse.transaction = undefined
    transaction.evse = to.evse
    transaction.registerWh = this.#station.power.reading(to.evse).registerWh
    to.transaction = transaction
    to.evse.transaction = transaction
  }

  /** Nobody may charge there any more; a part of a change. */
  release(session: Session): void {
    const { reservationId } = session.owed
    session.holder = undefined
    session.owed = {}
    if (reservationId !== undefined) this.#station.availability.reservationLost(reservationId)
    session.suspended = false
    session.isChosen = true
    session.rationing?.cancel()
    session.rationing = undefined
    session.waiting?.cancel()
    session.waiting = undefined
  }

  #decide(session: Session, cause: Cause, before: Facts, after: Facts, options: ChangeOptions): void {
    const { model } = this.#station
    const { transaction } = session
    if (transaction === undefined) {
      const points = startPoints(model)
      if (begins(points, before, after) && this.#mayStart(session))
        this.#start(session, isSignature(points, after) ? causes.Signed : cause)
      return
    }
    const stops = stopPoints(model)
    const isOver =
      options.isEnd === true ||
      (options.isStop === true && endsWithAuthorization(stops)) ||
      ceases(stops, before, after)
    if (isOver) return this.#finish(session, transaction, cause, options.idToken)
    this.#adopt(session, transaction)
    if (cause.triggerReason !== "ChargingStateChanged" || chargingStateOf(session) !== transaction.toldState)
      this.tell(session, cause, undefined, options.idToken)
  }

  /**
   * Who is authorized was admitted then; a cable alone starts nothing where nobody may charge (G03, G05). At a reserved EVSE it
   * does: the transaction waits for the right token (E01.FR.02, H03).
   */
  #mayStart({ evse, holder }: Session): boolean {
    if (holder !== undefined) return true
    const admitted = this.#station.availability.admits(evse.id, undefined)
    return admitted === "Yes" || admitted === "Reserved"
  }

  #start(session: Session, cause: Cause): void {
    const { evse } = session
    const transactionId = this.#station.uuid()
    const transaction = new Transaction(transactionId, session, this.#station.now(), this.#station.power)
    session.transaction = transaction
    evse.transaction = transaction
    this.#adopt(session, transaction)
    this.#station.tell({ _tag: "TransactionStarted", evseId: evse.id, transactionId })
    this.metering.schedule(transaction)
    this.#send(transaction, this.#request(session, transaction, "Started", cause))
  }

  /** What the transaction takes from the authorization. */
  #adopt(session: Session, transaction: Transaction): void {
    const { holder } = session
    if (holder === undefined) return
    transaction.started ??= holder
    transaction.remoteStartId ??= holder.remoteStartId
    const { profile } = holder
    if (profile === undefined || !isPlaced(session)) return
    holder.profile = undefined
    this.#station.smartCharging.startedWith(profile, session.evse.id, transaction.transactionId)
  }

  #finish(session: Session, transaction: Transaction, cause: Cause, idToken: IdTokenType | undefined): void {
    const { evse } = session
    const { transactionId } = transaction
    transaction.timer?.cancel()
    transaction.stopping ??= cause.stoppedReason ?? "Local"
    const meterValue = this.metering.end(transaction)
    const { energyWh, stopping } = transaction
    const request = this.#request(session, transaction, "Ended", cause, meterValue, idToken)
    // It is over before anybody is told: an answer can come at once.
    session.transaction = undefined
    evse.transaction = undefined
    this.release(session)
    this.#permit(session, false)
    this.#send(transaction, request)
    this.#station.tell({ _tag: "TransactionEnded", evseId: evse.id, transactionId, energyWh, stoppedReason: stopping })
    this.#station.smartCharging.transactionEnded(transactionId)
  }

  /** Energy may begin or has to stop; Power tells what comes of it. */
  #permit(session: Session, permitted: boolean): void {
    if (session.permitted === permitted) return
    session.permitted = permitted
    this.flow(session, undefined)
    const { transaction } = session
    if (permitted) {
      session.isUsed = true
      if (transaction !== undefined) transaction.energyFrom ??= this.#station.now()
    }
    this.#station.power.permit(session.evse, permitted)
  }

  /** EVConnectionTimeOut runs while somebody may charge and no cable is there (C01.FR.26). */
  #await(session: Session): void {
    const isWaiting = session.holder !== undefined && !session.connected
    if (isWaiting === (session.waiting !== undefined)) return
    session.waiting?.cancel()
    session.waiting = isWaiting
      ? this.#station.after(connectionTimeout(this.#station.model), () => {
          session.waiting = undefined
          this.#notConnected(session)
        })
      : undefined
  }

  /** What the next event says. It counts as told. */
  #request(
    session: Session,
    transaction: Transaction,
    eventType: TransactionEventEnumType,
    cause: Cause,
    meterValue?: Array<MeterValueType>,
    stopToken?: IdTokenType
  ): TransactionEventRequest {
    const { idToken = stopToken, remoteStartId, reservationId } = session.owed
    session.owed = {}
    const state = chargingStateOf(session)
    const info: Draft<TransactionType> = { transactionId: transaction.transactionId }
    const request: Draft<TransactionEventRequest> = {
      eventType,
      timestamp: this.#station.time(),
      // F01.FR.19: a remote start is the reason of the next event, whatever else is.
      triggerReason: remoteStartId === undefined ? cause.triggerReason : "RemoteStart",
      seqNo: transaction.seqNo++,
      transactionInfo: info
    }
    if (state !== transaction.toldState || cause === causes.Triggered) info.chargingState = state
    const seconds = transaction.timeSpentCharging(this.#station.now())
    if (seconds > 0) info.timeSpentCharging = seconds
    if (eventType === "Ended") info.stoppedReason = transaction.stopping ?? "Local"
    if (remoteStartId !== undefined) info.remoteStartId = remoteStartId
    if (reservationId !== undefined) request.reservationId = reservationId
    if (idToken !== undefined) request.idToken = idToken
    addPlace(request, session, transaction)
    if (state === "Charging") addPhases(request, transaction, this.#station.power.reading(transaction.evse))
    const values = this.#withBegin(session, transaction, eventType, state, meterValue)
    if (values !== undefined && values.length > 0) request.meterValue = values
    transaction.chargingState = state
    return request
  }

  #send(transaction: Transaction, request: TransactionEventRequest): void {
    const { chargingState, evseId, toldState, transactionId } = transaction
    transaction.toldState = chargingState
    this.#station.client.transactionEvent(request, (response) => {
      if (response !== undefined) this.#answered(this.#sessionOf(transaction), transaction, request, response)
    })
    if (chargingState !== toldState)
      this.#station.tell({ _tag: "ChargingStateChanged", evseId, transactionId, chargingState })
  }

  /** E01.FR.09, E01.FR.17: at once where the EVSE is known, else when charging starts. */
  #withBegin(
    session: Session,
    transaction: Transaction,
    eventType: TransactionEventEnumType,
    state: ChargingStateEnumType,
    meterValue: Array<MeterValueType> | undefined
  ): Array<MeterValueType> | undefined {
    const isDue = eventType === "Started" ? isPlaced(session) : eventType === "Updated" && state === "Charging"
    if (transaction.hasBegun || !isDue) return meterValue
    const begin = this.metering.begin(transaction)
    return begin === undefined ? meterValue : [begin, ...(meterValue ?? [])]
  }
}
