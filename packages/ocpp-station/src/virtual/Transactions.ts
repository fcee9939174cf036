/**
 * Transactions of a virtual station (E), and what the CSMS does to them from afar (F, I). Per EVSE there is a session: cable,
 * who may charge, what flows; `Progress` makes transactions and their events of what happens to it.
 *
 * There is no sensor in the parking bay: a vehicle arrives with its cable or with the driver's token, and departs when the
 * cable is out and nobody may charge.
 */
import type {
  ChargingStateEnumType,
  IdTokenType,
  ReasonEnumType,
  TransactionEventRequest,
  TransactionEventResponse,
  TriggerReasonEnumType
} from "@wattline/ocpp-v201"
import type { StationHandlers } from "../client/Client.ts"
import type { EVSE } from "./EVSE.ts"
import type { RunningTransaction, TransactionsPart } from "./parts.ts"
import { type Cause, causes, flowCause } from "./transactions/Causes.ts"
import { InvalidToken } from "./transactions/InvalidToken.ts"
import { Presenting } from "./transactions/Presenting.ts"
import { type ChangeOptions, Progress } from "./transactions/Progress.ts"
import { remoteControl } from "./transactions/RemoteControl.ts"
import { type Holder, isSocket, Session, type Transaction } from "./transactions/Session.ts"
import { beforeAccepted, guardPoints, isEnabled, seesBay, stopPoints, watchReadings } from "./transactions/Settings.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** See the head of the file. */
export class Transactions implements TransactionsPart {
  readonly handlers: StationHandlers
  readonly triggers: NonNullable<TransactionsPart["triggers"]>
  readonly #station: VirtualStation
  readonly #progress: Progress
  readonly #presenting: Presenting
  readonly #invalid: InvalidToken
  /** By EVSE id; made when something happens there first. */
  #sessions = new Map<number, Session>()
  #isAccepted = false
  #isLeaving = false

  constructor(station: VirtualStation) {
    this.#station = station
    this.#progress = new Progress(
      station,
      ({ evse }) => this.#sessionOf(evse),
      (session, transaction, request, response) => this.#answered(session, transaction, request, response),
      (session) => this.#notConnected(session)
    )
    this.#presenting = new Presenting(station, {
      all: () => station.evses.map((evse) => this.#sessionOf(evse)),
      mayBegin: () => this.#mayBegin(),
      authorize: (session, holder, cause) => this.#authorize(session, holder, cause),
      stop: (session, cause, idToken) => this.#stop(session, cause, { isStop: true, idToken })
    })
    this.#invalid = new InvalidToken(station, this.#progress, (session) => this.#stopInvalid(session))
    this.handlers = remoteControl(station, {
      sessionOf: (evse) => this.#sessionOf(evse),
      find: (transactionId) => this.#find(transactionId),
      pick: (idToken, groupIdToken) => this.#presenting.pick(idToken, groupIdToken),
      mayBegin: () => this.#mayBegin(),
      authorize: (session, holder) => this.#authorize(session, holder, causes.RemotelyStarted),
      stop: (session) => this.#stop(session, causes.RemotelyStopped, { isStop: true })
    })
    this.triggers = { TransactionEvent: (evseId) => this.#triggered(evseId) }
  }

  start(): void {
    const { model } = this.#station
    guardPoints(model)
    watchReadings(model, () => {
      for (const { transaction } of this.#sessions.values())
        if (transaction !== undefined) this.#progress.metering.schedule(transaction)
    })
  }

  leave(): void {
    this.#isLeaving = true
  }

  online(afterBoot: boolean): void {
    this.#isAccepted = true
    // What was plugged in before counts from now on.
    if (afterBoot) for (const evse of this.#station.evses) if (evse.plugged !== undefined) this.cableChanged(evse)
  }

  /** What still runs, because a driver was quick, ends with it; who is being asked about is forgotten. */
  down(): void {
    const sessions = this.#sessions
    this.#sessions = new Map()
    this.#isAccepted = false
    this.#isLeaving = false
    for (const session of sessions.values())
      if (session.holder !== undefined || session.transaction !== undefined)
        this.#stop(session, { triggerReason: "ResetCommand", stoppedReason: "Reboot" }, { isEnd: true })
  }

  present(idToken: IdTokenType, evseId?: number): void {
    const evse = evseId === undefined ? undefined : this.#station.evse(evseId)
    if (evseId !== undefined && evse === undefined) return
    this.#presenting.present(idToken, evse && this.#sessionOf(evse))
  }

  cableChanged(evse: EVSE): void {
    const session = this.#sessionOf(evse)
    const connected = evse.plugged !== undefined
    if (connected === session.connected || (connected && !this.#mayBegin())) return
    if (connected) this.#plugged(session)
    else this.#unplugged(session)
  }

  chargingStateChanged(evse: EVSE, state: ChargingStateEnumType): void {
    const session = this.#sessionOf(evse)
    if (!session.permitted || session.isChanging || session.flow === state) return
    this.#progress.change(session, flowCause(state), () => this.#progress.flow(session, state))
  }

  end(evse: EVSE, stoppedReason: ReasonEnumType, triggerReason: TriggerReasonEnumType): void {
    const session = this.#sessions.get(evse.id)
    if (session !== undefined) this.#stop(session, { triggerReason, stoppedReason }, { isEnd: true })
  }

  /** An earlier process of this station has left these, by their newest events: they end as in a power failure. */
  cutOff(newest: ReadonlyArray<TransactionEventRequest>): void {
    for (const { seqNo, transactionInfo } of newest)
      this.#station.client.transactionEvent({
        eventType: "Ended",
        timestamp: this.#station.time(),
        triggerReason: "AbnormalCondition",
        seqNo: seqNo + 1,
        transactionInfo: { transactionId: transactionInfo.transactionId, stoppedReason: "PowerLoss" }
      })
  }

  limitChanged(evse: EVSE): void {
    this.#progress.tell(this.#sessionOf(evse), causes.LimitChanged)
  }

  find(transactionId: string): RunningTransaction | undefined {
    return this.#find(transactionId)?.transaction
  }

  isAuthorized({ id }: EVSE): boolean {
    return this.#sessions.get(id)?.holder !== undefined
  }

  holdsCable(evse: EVSE): boolean {
    const session = this.#sessions.get(evse.id)
    if (session === undefined || !isSocket(evse)) return false
    const { heldFor, holder } = session
    return heldFor !== undefined || (holder !== undefined && holder.idToken.type !== "NoAuthorization")
  }

  emergencyStop(): void {
    for (const session of this.#sessions.values()) this.#stop(session, causes.EmergencyStopped, { isEnd: true })
  }

  #sessionOf(evse: EVSE): Session {
    const known = this.#sessions.get(evse.id)
    if (known !== undefined) return known
    const session = new Session(evse)
    this.#sessions.set(evse.id, session)
    return session
  }

  /** Transaction ids compare without case. */
  #find(transactionId: string): Session | undefined {
    const wanted = transactionId.toLowerCase()
    for (const session of this.#sessions.values())
      if (session.transaction?.transactionId.toLowerCase() === wanted) return session
    return undefined
  }

  #mayBegin(): boolean {
    if (this.#isLeaving) return false
    return this.#isAccepted || this.#station.client.isOnline || beforeAccepted(this.#station.model)
  }

  #plugged(session: Session): void {
    const { model } = this.#station
    const isFree = session.holder === undefined && session.transaction === undefined
    const elsewhere = isFree ? this.#waitingFor(session) : undefined
    if (elsewhere !== undefined) this.#progress.move(elsewhere, session)
    session.heldFor = undefined
    session.isUsed = false
    this.#arrive(session)
    this.#progress.change(session, causes.PluggedIn, () => {
      session.connected = true
      session.isChosen = true
    })
    if (session.holder === undefined && !isEnabled(model, "AuthCtrlr")) this.#presenting.presentNothing(session)
  }

  /** Where the station has put a driver who may as well plug in here. */
  #waitingFor({ evse }: Session): Session | undefined {
    for (const session of this.#sessions.values()) {
      const { holder, isChosen } = session
      if (holder === undefined || isChosen || session.evse === evse) continue
      if (this.#station.availability.admits(evse.id, holder.idToken, holder.groupIdToken) === "Yes") return session
    }
    return undefined
  }

  #unplugged(session: Session): void {
    const { model } = this.#station
    const stops = session.holder !== undefined && model.value("TxCtrlr", "StopTxOnEVSideDisconnect") !== "false"
    session.heldFor = undefined
    this.#progress.change(session, causes.PluggedOut, () => {
      session.connected = false
      // E09.FR.01; else it may be plugged in again until EVConnectionTimeOut (E10).
      if (stops) this.#release(session, causes.PluggedOut)
    })
    session.isUsed = false
    if (session.holder === undefined) this.#depart(session)
  }

  #authorize(session: Session, holder: Holder, cause: Cause): void {
    const { availability } = this.#station
    const { groupIdToken, idToken, remoteStartId } = holder
    const reservationId = holder.reservationId ?? availability.useReservation(session.evse.id, idToken, groupIdToken) // H03.FR.09
    this.#arrive(session)
    this.#progress.change(session, cause, () => {
      session.holder = holder
      session.heldFor = undefined
      session.suspended = false
      session.owed = { idToken, reservationId, remoteStartId }
      if (session.transaction !== undefined) session.transaction.stopping = undefined
    })
  }

  #stop(session: Session, cause: Cause, options: ChangeOptions): void {
    session.heldFor = undefined
    this.#progress.change(session, cause, () => this.#release(session, cause), options)
    if (!session.connected) this.#depart(session)
  }

  /** Part of a change: nobody may charge any more, and that is why the transaction stops in the end (E06.FR.08). */
  #release(session: Session, { stoppedReason }: Cause): void {
    if (session.transaction !== undefined) session.transaction.stopping ??= stoppedReason
    this.#progress.release(session)
  }

  /** E05.FR.09, E05.FR.10: a socket keeps the cable for the one who started (E05.FR.11). */
  #stopInvalid(session: Session): void {
    const { connected, evse, holder } = session
    this.#stop(session, causes.Deauthorized, { isStop: true })
    if (connected && isSocket(evse)) session.heldFor = holder
  }

  /** EVConnectionTimeOut is over (C01.FR.26, E03.FR.05, E03.FR.15, F02.FR.07, F02.FR.08). */
  #notConnected(session: Session): void {
    const staysWithBay = stopPoints(this.#station.model).includes("ParkingBayOccupancy")
    this.#stop(session, causes.NotConnected, staysWithBay ? {} : { isEnd: true })
  }

  #arrive(session: Session): void {
    if (session.bay || !seesBay(this.#station.model)) return
    this.#progress.change(session, causes.Arrived, () => {
      session.bay = true
    })
  }

  #depart(session: Session): void {
    if (!session.bay) return
    this.#progress.change(session, causes.Departed, () => {
      session.bay = false
    })
  }

  #answered(
    session: Session,
    transaction: Transaction,
    request: TransactionEventRequest,
    response: TransactionEventResponse
  ): void {
    const { idToken } = request
    const { chargingPriority, idTokenInfo, totalCost, updatedPersonalMessage } = response
    const { transactionId } = transaction
    if (chargingPriority !== undefined && chargingPriority !== transaction.chargingPriority) {
      transaction.chargingPriority = chargingPriority // K03.FR.05
      this.#station.power.limitsChanged()
    }
    // I02.FR.04, I03.FR.03
    if (totalCost !== undefined) this.#station.tell({ _tag: "CostUpdated", transactionId, totalCost })
    for (const message of [idTokenInfo?.personalMessage, updatedPersonalMessage])
      if (message !== undefined)
        this.#station.tell({ _tag: "MessageShown", id: 0, content: message.content, transactionId }) // I06.FR.03
    if (idToken === undefined || idTokenInfo === undefined) return
    this.#station.authorization.learned(idToken, idTokenInfo)
    const { holder } = session
    if (session.transaction !== transaction || holder?.idToken !== idToken) return
    if (idTokenInfo.status !== "Accepted") return this.#invalid.found(session, transaction)
    holder.groupIdToken ??= idTokenInfo.groupIdToken
  }

  #triggered(evseId: number | undefined): (() => void) | "Rejected" {
    const sessions = [...this.#sessions.values()].filter(
      ({ evse, transaction }) => transaction !== undefined && (evseId === undefined || evse.id === evseId)
    )
    // Before the station is accepted its events wait, and what is Accepted has to be sent (B02.FR.02, F06.FR.10).
    if (sessions.length === 0 || !this.#station.client.isOnline) return "Rejected"
    return () => {
      for (const session of sessions) {
        if (session.transaction === undefined) continue
        const value = this.#progress.metering.triggered(session.transaction)
        this.#progress.tell(session, causes.Triggered, value && [value])
      }
    }
  }
}
