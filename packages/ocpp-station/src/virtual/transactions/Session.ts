/** What is known of one EVSE: its cable, who may charge, what flows, and the transaction. Plain mutable data; `Progress` writes it. */
import type {
  ChargingProfileType,
  ChargingStateEnumType,
  IdTokenType,
  MeterValueType,
  ReasonEnumType
} from "@wattline/ocpp-v201"
import type { EVSE } from "../EVSE.ts"
import type { AvailabilityPart, PowerPart, RunningTransaction, Started } from "../parts.ts"
import type { Timer } from "../VirtualStation.ts"
import type { Facts } from "./TxPoints.ts"

/** Who may charge, and how that came. */
export interface Holder extends Started {
  /** Changed when the CSMS names the group in its answer (C09). */
  groupIdToken?: IdTokenType | undefined
  readonly remoteStartId?: number | undefined
  /** The reservation that the token has used up by being presented (H03.FR.09). */
  readonly reservationId?: number | undefined
  /** A TxProfile that came with the remote start, until the transaction is there (F01.FR.10). */
  profile?: ChargingProfileType | undefined
}

/** What the next event has to say, once (E01.FR.10, E01.FR.13, F01.FR.25). */
export interface Owed {
  idToken?: IdTokenType | undefined
  reservationId?: number | undefined
  remoteStartId?: number | undefined
}

/** One transaction, from Started to Ended. */
export class Transaction implements RunningTransaction {
  readonly transactionId: string
  readonly startedAt: number
  /** Not sure until a cable is in, where the station chose it. */
  evse: EVSE
  started: Started | undefined = undefined
  remoteStartId: number | undefined = undefined
  energyFrom: number | undefined = undefined
  chargingState: ChargingStateEnumType
  chargingPriority: number | undefined = undefined
  /** Of the event that is next. */
  seqNo = 0
  /** Wh on the meter when it began. */
  registerWh: number
  /** Milliseconds in which energy flowed, and since when it flows now. */
  chargedFor = 0
  chargingSince: number | undefined = undefined
  /** Why it stops: what came first (E06.FR.08); told when it has ended. */
  stopping: ReasonEnumType | undefined = undefined
  /** What the CSMS was told last. */
  toldState: ChargingStateEnumType | undefined = undefined
  toldPhases = 0
  toldEvse = false
  toldConnector: number | undefined = undefined
  /** Whether the values of Transaction.Begin were taken: at once where the EVSE is known (E01.FR.09, E01.FR.17). */
  hasBegun = false
  /** For Ended. */
  values: Array<MeterValueType> = []
  /** The next reading. */
  timer: Timer | undefined = undefined
  /** When each kind of reading is due, in milliseconds since 1970. */
  due = { updated: Infinity, ended: Infinity, aligned: Infinity, alignedEnded: Infinity }
  readonly #power: PowerPart

  constructor(transactionId: string, session: Session, now: number, power: PowerPart) {
    this.transactionId = transactionId
    this.startedAt = now
    this.evse = session.evse
    this.chargingState = chargingStateOf(session)
    this.#power = power
    this.registerWh = power.reading(session.evse).registerWh
    if (session.permitted) this.energyFrom = now
    if (isTransferring(session)) this.chargingSince = now
  }

  get evseId(): number {
    return this.evse.id
  }

  get energyWh(): number {
    return this.#power.reading(this.evse).registerWh - this.registerWh
  }

  /** Seconds in which energy flowed. */
  timeSpentCharging(now: number): number {
    const { chargedFor, chargingSince } = this
    const milliseconds = chargedFor + (chargingSince === undefined ? 0 : Math.max(0, now - chargingSince))
    return Math.min(Math.floor(milliseconds / 1000), 2_147_483_647) // the clock may be set by centuries meanwhile
  }
}

/** See the head of the file. */
export class Session {
  readonly evse: EVSE
  bay = false
  connected = false
  /** What Power was told last. */
  permitted = false
  /** What Power says; `undefined` while nothing may flow. */
  flow: ChargingStateEnumType | undefined = undefined
  holder: Holder | undefined = undefined
  /** The CSMS does not accept the token, but the authorization stays (E05.FR.02). */
  suspended = false
  /** Who has to present the token before the socket gives the cable free (E05.FR.11). */
  heldFor: Started | undefined = undefined
  /** False where the station chose the EVSE for a token, and the next cable may be at another one. */
  isChosen = true
  /** The cable has been charged with: a token without an EVSE is rather for another one. */
  isUsed = false
  /** A token is being decided on. */
  isAsking = false
  /** A change is on its way: what Power says of it is part of it. */
  isChanging = false
  owed: Owed = {}
  transaction: Transaction | undefined = undefined
  /** EVConnectionTimeOut. */
  waiting: Timer | undefined = undefined
  /** MaxEnergyOnInvalidId. */
  rationing: Timer | undefined = undefined

  constructor(evse: EVSE) {
    this.evse = evse
  }

  /** The station has put a driver here who named no EVSE: the cable may turn up elsewhere, unless a transaction is here already. */
  leaveOpen(): void {
    this.isChosen = this.connected || this.transaction !== undefined
  }
}

/** Whether it is certain that the transaction is at this EVSE. */
export const isPlaced = ({ connected, isChosen }: Session): boolean => connected || isChosen

/** Whether a token that is good for these EVSEs is good for this one; none named: for all (C01.FR.19, C01.FR.21). */
export const isAllowed = ({ evse }: Session, evseIds: ReadonlyArray<number> | undefined): boolean =>
  evseIds === undefined || evseIds.length === 0 || evseIds.includes(evse.id)

/** What keeps a token from beginning there now; not the reservation that it has used up itself (H03.FR.09). */
export const obstacleTo = (
  { groupIdToken, idToken, reservationId }: Holder,
  { evse }: Session,
  availability: AvailabilityPart
): "Inoperative" | "Faulted" | "Reserved" | undefined => {
  const admitted = availability.admits(evse.id, idToken, groupIdToken)
  if (admitted === "Yes" || (admitted === "Reserved" && reservationId !== undefined)) return undefined
  return admitted
}

const isTransferring = ({ flow, permitted }: Session): boolean => permitted && flow === "Charging"

/** What is the case there; `signs` is whether the meter signs what it measures. */
export const factsOf = (session: Session, signs: boolean): Facts => {
  const { bay, connected, holder } = session
  const authorized = holder !== undefined
  return { bay, connected, authorized, transferring: isTransferring(session), signed: signs && authorized && connected }
}

/** The state on the wire (ChargingStateEnumType). */
export const chargingStateOf = ({ connected, flow, holder, suspended }: Session): ChargingStateEnumType => {
  if (!connected) return "Idle"
  if (holder === undefined) return "EVConnected"
  return suspended ? "SuspendedEVSE" : (flow ?? "EVConnected")
}

/** Whether energy may flow now. */
export const mayFlow = ({ connected, holder, suspended }: Session): boolean =>
  connected && holder !== undefined && !suspended

/** Sockets (s…) lock the cable; a cable that belongs to the station (c…) is the EV's to hold. */
export const isSocket = ({ connectors, plugged }: EVSE): boolean =>
  connectors.find(({ id }) => id === plugged?.connectorId)?.type.startsWith("s") === true
