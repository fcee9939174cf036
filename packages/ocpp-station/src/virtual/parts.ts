/**
 * What the parts of a virtual station ask of each other. Each part is a class in a file of its own that implements one of these
 * interfaces and gets the `VirtualStation` it belongs to; what the CSMS asks is in its `handlers`. All of it is synchronous and
 * reads time only through the station, so that a day can pass in a second.
 */
import type {
  ChargingProfileType,
  ChargingStateEnumType,
  ConnectorStatusEnumType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateUseEnumType,
  MessageTriggerEnumType,
  MeterValueType,
  OperationalStatusEnumType,
  ReadingContextEnumType,
  ReasonEnumType,
  SetVariableStatusEnumType,
  TriggerReasonEnumType
} from "@wattline/ocpp-v201"
import type { StationHandlers } from "../client/Client.ts"
import type { EV } from "./EV.ts"
import type { EVSE } from "./EVSE.ts"
import type { Happening } from "./Happening.ts"

/** What every part may have. */
export interface Part {
  /** Answers to CALLs of the CSMS. */
  readonly handlers?: StationHandlers
  /**
   * What TriggerMessage may ask of this part: gives what is to be sent once the answer is out, or why it is refused (F06).
   * `evseId` is absent when all EVSEs are meant; `connectorId` when all connectors are.
   */
  readonly triggers?: {
    readonly [M in MessageTriggerEnumType]?: (
      evseId: number | undefined,
      connectorId?: number
    ) => (() => void) | "Rejected" | "NotImplemented"
  }
  /** All parts are there, and nothing has happened yet: the place for `watch` and `guard` of the model. Called once. */
  start?(): void
  /** Something has happened at the station: what `station.tell` was called with. */
  happened?(happening: Happening): void
  /** The station was accepted; `afterBoot` is false when it was accepted all along and only the link was lost. */
  online?(afterBoot: boolean, offlineSeconds: number): void
  /** The link is lost. */
  offline?(): void
  /** The station goes down for a reboot: transactions have been ended before. Timers must not outlive it. */
  down?(): void
}

/** A component of the device model: by name, or with its instance and place. */
export type ComponentRef =
  | string
  | {
      readonly name: string
      readonly instance?: string
      readonly evse?: { readonly id: number; readonly connectorId?: number }
    }

/** B, and the other blocks' memory: components, variables, their values and rules. */
export interface ModelPart extends Part {
  /** The Actual value of a variable; `undefined` when there is none. */
  value(component: ComponentRef, variable: string, instance?: string): string | undefined
  /** As a number; `fallback` (default 0) when there is none. */
  number(component: ComponentRef, variable: string, instance?: string, fallback?: number): number
  /** Whether it is `true`. */
  flag(component: ComponentRef, variable: string): boolean
  /** The members of a list value, in order; empty when there is none. */
  list(component: ComponentRef, variable: string): ReadonlyArray<string>
  /** The `maxLimit` of a variable: how much there may be of what it counts, how long it may be; `undefined`: no limit. */
  maxLimit(component: ComponentRef, variable: string, instance?: string): number | undefined
  /** The station itself changes a value, whatever its mutability. Adds the variable when it was not there. */
  set(component: ComponentRef, variable: string, value: string | number | boolean, instance?: string): void
  /** Calls `listener` after each change of the Actual value, by the CSMS or by the station. */
  watch(component: ComponentRef, variable: string, listener: (value: string) => void, instance?: string): void
  /** A rule of another part for what the CSMS wants to set: a status other than Accepted refuses it, `undefined` lets it pass. */
  guard(
    component: ComponentRef,
    variable: string,
    check: (value: string) => { readonly status: SetVariableStatusEnumType; readonly reasonCode?: string } | undefined,
    instance?: string
  ): void
}

/** G and H: connectors, cables, operational states, reservations. */
export interface AvailabilityPart extends Part {
  /** Puts the cable of an EV in. Does nothing but `"Refused"` when a cable is there already. */
  plugIn(evseId: number, ev: EV, connectorId?: number): "Plugged" | "Refused"
  /** Takes the cable out; `"Locked"` while the connector holds it. */
  unplug(evseId: number): "Unplugged" | "Locked" | "Empty"
  statusOf(evseId: number, connectorId: number): ConnectorStatusEnumType
  /** Whether a transaction may start there now for this token: operative, not faulted, not reserved for somebody else (H). */
  admits(
    evseId: number,
    idToken: IdTokenType | undefined,
    groupIdToken?: IdTokenType
  ): "Yes" | "Inoperative" | "Faulted" | "Reserved"
  /** The reservation that this token uses up there: to be named in the next event of its transaction (H01.FR.15, H03.FR.09). */
  useReservation(evseId: number, idToken: IdTokenType, groupIdToken?: IdTokenType): number | undefined
  /** There will be no transaction that names the reservation that was used up: the CSMS is told that it is Removed. */
  reservationLost(reservationId: number): void
  /** Something that a connector's status depends on has changed; tells the CSMS where the status is another now. */
  refresh(): void
  /** Breaks (or mends) a connector: without an EVSE the whole station. */
  setFault(faulted: boolean, evseId?: number): void
  /** A driver, or the CSMS, wants the cable loose. */
  unlock(evseId: number, connectorId: number): "Unlocked" | "UnlockFailed"
  /** Sets the operational state as an operator on site would. */
  setOperational(status: OperationalStatusEnumType, evseId?: number): void
}

/** What a token may do. */
export interface Verdict {
  readonly accepted: boolean
  readonly info: IdTokenInfoType | undefined
  /** Where it was decided. */
  readonly by: "CSMS" | "Cache" | "LocalList" | "MasterPass" | "Offline" | "NoAuthorization" | "Known"
}

/** C and D: cache, local list, groups, master pass. */
export interface AuthorizationPart extends Part {
  /** Decides on a token, locally or by asking the CSMS, as the AuthCtrlr variables say. `done` is called once, also offline. */
  authorize(idToken: IdTokenType, done: (verdict: Verdict) => void): void
  /** What is known of a token without asking: from the list or the cache. */
  known(idToken: IdTokenType): IdTokenInfoType | undefined
  /** What the CSMS said of a token in an answer; goes into the cache (C10). */
  learned(idToken: IdTokenType, info: IdTokenInfoType): void
  /** Forgets a token, but for the local list (N10.FR.03); whether anything was known of it. */
  forget(idToken: IdTokenType): boolean
  /** Whether one token may stop what the other has started: the same token, or the same group (C09, E07). */
  maySettle(started: Started, idToken: IdTokenType, info: IdTokenInfoType | undefined): boolean
  /** Whether it is of the MasterPassGroupId, which may stop any transaction, and start none (C16). */
  isMasterPass(info: IdTokenInfoType | undefined): boolean
}

/** Who started a transaction. */
export interface Started {
  readonly idToken: IdTokenType
  readonly groupIdToken?: IdTokenType | undefined
}

/** A transaction that runs. */
export interface RunningTransaction {
  readonly transactionId: string
  readonly evseId: number
  readonly startedAt: number
  readonly started: Started | undefined
  readonly remoteStartId: number | undefined
  readonly chargingState: ChargingStateEnumType
  /** Milliseconds since 1970: when energy could flow first; `undefined` before (K01.FR.42). */
  readonly energyFrom: number | undefined
  /** Wh delivered in it so far. */
  readonly energyWh: number
  readonly seqNo: number
  /** −9 to 9; of the last answer that had one: it overrides the priority of the token (K03.FR.05). */
  readonly chargingPriority?: number | undefined
}

/** E and F: transactions, remote start and stop. */
export interface TransactionsPart extends Part {
  /** A driver presents a token at an EVSE: starts or stops, as it comes. Without an EVSE the station picks the one that fits. */
  present(idToken: IdTokenType, evseId?: number): void
  /** The cable was put in or taken out; called by Availability. */
  cableChanged(evse: EVSE): void
  /** Energy flows or stops flowing; called by Power. */
  chargingStateChanged(evse: EVSE, state: ChargingStateEnumType): void
  /** The station is about to go down: nothing begins any more until it is back. */
  leave(): void
  /** Ends a transaction, for example before a reset. */
  end(evse: EVSE, stoppedReason: ReasonEnumType, triggerReason: TriggerReasonEnumType): void
  /** Smart charging changed the limit of a transaction: tells the CSMS with ChargingRateChanged or LimitSet (K). */
  limitChanged(evse: EVSE): void
  find(transactionId: string): RunningTransaction | undefined
  /** Whether somebody may charge there, also before the cable is in and a transaction runs. */
  isAuthorized(evse: EVSE): boolean
  /** Whether the socket has to hold the cable: somebody charges, or has yet to present the token again (E05.FR.11, E10.FR.01). */
  holdsCable(evse: EVSE): boolean
  /** The button on the station. */
  emergencyStop(): void
}

/** What the meter of an EVSE shows. */
export interface Reading {
  /** Energy register in Wh since the station was built. */
  readonly registerWh: number
  /** Power now in W. */
  readonly power: number
  /** A per phase. */
  readonly current: number
  /** V between phase and neutral, or DC. */
  readonly voltage: number
  /** Phases in use; 0 is DC. */
  readonly phases: number
  /** State of charge in percent; only where the station can know it (DC). */
  readonly stateOfCharge: number | undefined
  /** W that the EVSE offers now. */
  readonly offered: number
}

/** The flow of energy: EV, meter and limits. J's readings. */
export interface PowerPart extends Part {
  /** Lets energy flow, or stops it (contactor). Calls `transactions.chargingStateChanged` when what flows changes. */
  permit(evse: EVSE, permitted: boolean): void
  /** The limits have changed, or will at another moment: to be looked at again. Called by SmartCharging. */
  limitsChanged(): void
  /** The meter now. */
  reading(evse: EVSE): Reading
  /** The meter now as a MeterValue with these measurands, named as in the device model: `Energy.Active.Import.Register`, … (J). */
  meterValue(evse: EVSE, measurands: ReadonlyArray<string>, context: ReadingContextEnumType): MeterValueType
}

/** What may be drawn at a moment, and until when that holds. */
export interface Limit {
  /** W, all phases together; `undefined`: no limit. */
  readonly power: number | undefined
  /** A per phase, or of a DC output; `undefined`: no limit. Both hold. */
  readonly current: number | undefined
  /** AC phases that may be used at most; `undefined` for DC, or where nothing says so. */
  readonly phases: number | undefined
  /** The one phase that is to be used. */
  readonly phaseToUse: number | undefined
  /** Milliseconds since 1970; `undefined`: until something changes. */
  readonly until: number | undefined
}

/** K: charging profiles and what they allow. */
export interface SmartChargingPart extends Part {
  /** What an EVSE may give now, for itself: what is set for the whole station counts as if the EVSE were alone. */
  limitOf(evse: EVSE): Limit
  /** What all EVSEs may draw together now (ChargingStationMaxProfile, limits from outside). */
  stationLimit(): Limit
  /** Whether energy may begin to flow: an EV that speaks ISO 15118 waits for its charging profile first (K15). */
  mayBegin(evse: EVSE): boolean
  /**
   * Why the TxProfile of a remote start cannot be taken, as a reasonCode; `undefined` when it can (F01.FR.26).
   * A station without smart charging ignores the profile (F01.FR.12): then it is `undefined` too.
   */
  refusalOfStart(profile: ChargingProfileType, evseId: number | undefined): string | undefined
  /** The transaction of a remote start runs: its TxProfile holds from now on (F01.FR.10). */
  startedWith(profile: ChargingProfileType, evseId: number, transactionId: string): void
  /** TxProfiles of a transaction end with it (K02.FR.05). */
  transactionEnded(transactionId: string): void
  /** A limit from outside, for example by the grid operator, in W; `undefined` takes it away (K11–K14). */
  setExternalLimit(watts: number | undefined, options?: ExternalLimitOptions): void
}

/** Who limits from outside. */
export interface ExternalLimitOptions {
  /** Default EMS; each source has one limit at a time. */
  readonly source?: "EMS" | "SO" | "Other"
  /** Default false. */
  readonly isGridCritical?: boolean
}

/** N: monitors on variables and the events they make. */
export interface MonitoringPart extends Part {
  /** Tells the CSMS of an event that no monitor but the hardware raises (N07). */
  hardwareEvent(
    component: ComponentRef,
    variable: string,
    value: string,
    options?: { readonly cleared?: boolean; readonly techCode?: string }
  ): void
}

/** A and M: keys, certificates, passwords. */
export interface SecurityPart extends Part {
  /** Something relevant to security has happened (A04); `type` is a name of the standard's list. */
  event(type: string, techInfo?: string): void
  /** Root certificates of this type that are installed, PEM each. */
  roots(type: InstallCertificateUseEnumType): ReadonlyArray<string>
  /** Why the station does not go over to this security profile, as a reasonCode; `undefined` when it may (A05, A00.FR.005). */
  profileProblem(
    securityProfile: number
  ): "InvalidNetworkConf" | "InvalidCertificate" | "NoSecurityDowngrade" | undefined
}
