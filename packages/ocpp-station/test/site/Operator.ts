/** Somebody who tries whatever a CSMS can do, at random but repeatably, and drivers who do what drivers do. */
import {
  Authorization,
  Availability,
  type CallFailure,
  type ChargingProfileType,
  DataTransfer,
  Diagnostics,
  DisplayMessage,
  FirmwareManagement,
  LocalAuthorizationList,
  monitorsOf,
  Provisioning,
  RemoteControl,
  Reservation,
  SmartCharging,
  TariffAndCost
} from "@wattline/ocpp-core"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Effect } from "effect"
import { card, type Pair } from "./Observed.ts"

/** Chance with a seed. */
export interface Chance {
  /** 0 to 1. */
  readonly next: () => number
  /** A whole number from 0, below `end`. */
  readonly below: (end: number) => number
  readonly pick: <A>(all: ReadonlyArray<A>) => A
}

/** Marsaglia's xorshift on 32 bits. */
export const chance = (seed: number): Chance => {
  let state = seed | 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return { next, below, pick: (all) => all[below(all.length)] as never }
}

/** What an operation failed with. */
export type OperatorFailure = CallFailure | { readonly _tag: string }

type Act = (pair: Pair, by: Chance) => Effect.Effect<unknown, OperatorFailure>

const evseId = (by: Chance) => 1 + by.below(2)
const tokens = ["A", "B", "C", "D", "BAD"]

const profile = (by: Chance, more: Partial<ChargingProfileType>): ChargingProfileType => ({
  id: 1 + by.below(20),
  stackLevel: by.below(3),
  chargingProfilePurpose: "TxDefaultProfile",
  chargingProfileKind: "Recurring",
  recurrencyKind: "Daily",
  chargingSchedule: [
    {
      id: 1,
      startSchedule: "2026-01-01T00:00:00Z",
      chargingRateUnit: "A",
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 6 + by.below(20) },
        { startPeriod: 3600 * (1 + by.below(20)), limit: 8 + by.below(20) }
      ]
    }
  ],
  ...more
})

const transactionOf = ({ controls }: Pair, by: Chance): string =>
  by.pick(controls.evses).transaction?.transactionId ?? "nothing"

const entry = (idToken: string) => ({ idToken: card(idToken), idTokenInfo: { status: "Accepted" as const } })

/** What the operator does; nothing here waits for days. */
export const operations: { readonly [name: string]: Act } = {
  getVariables: ({ station }) =>
    Provisioning.getVariables(station, [
      { component: "OCPPCommCtrlr", variable: "OfflineThreshold" },
      { component: "EVSE", variable: "AvailabilityState", evseId: 1 },
      { component: "NothingCtrlr", variable: "Nothing" }
    ]),
  setVariables: ({ station }, by) =>
    Provisioning.setVariables(station, [
      { component: "OCPPCommCtrlr", variable: "OfflineThreshold", value: 10 + by.below(100) },
      { component: "SampledDataCtrlr", variable: "TxUpdatedInterval", value: 60 * (1 + by.below(30)) },
      { component: "AuthCtrlr", variable: "AuthorizeRemoteStart", value: by.next() < 0.5 }
    ]),
  getReport: ({ station }) => Provisioning.getReport(station, { componentCriteria: ["Problem"] }),
  getBaseReport: ({ station }) => Provisioning.getBaseReport(station, "SummaryInventory"),
  reset: ({ station }, by) => Provisioning.reset(station, { type: by.pick(["Immediate", "OnIdle"]) }),
  resetEvse: ({ station }, by) => Provisioning.reset(station, { type: "Immediate", evseId: evseId(by) }),
  setNetworkProfile: ({ station }) =>
    Provisioning.setNetworkProfile(station, 2, {
      ocppCsmsUrl: "ws://csms/ocpp",
      ocppInterface: "Wired0",
      messageTimeout: 30,
      securityProfile: 0
    }),
  clearCache: ({ station }) => Authorization.clearCache(station),
  sendFullList: ({ station }, by) =>
    LocalAuthorizationList.sendFullList(station, tokens.slice(0, by.below(4)).map(entry)),
  sendUpdates: ({ station }, by) =>
    LocalAuthorizationList.sendUpdates(station, [entry(by.pick(["A", "B"])), { idToken: card("C") }]),
  takeOut: ({ station }, by) =>
    Availability.changeAvailability(
      station,
      { operationalStatus: "Inoperative", evse: { id: evseId(by) } },
      { follow: false }
    ),
  bringBack: ({ station }, by) =>
    Availability.changeAvailability(
      station,
      { operationalStatus: "Operative", evse: { id: evseId(by) } },
      { follow: false }
    ),
  reserveNow: ({ controls, station }, by) =>
    Reservation.reserveNow(station, {
      id: 1 + by.below(5),
      evseId: evseId(by),
      idToken: card(by.pick(tokens)),
      expiryDateTime: controls.now() + 60_000 * (1 + by.below(60))
    }),
  cancelReservation: ({ station }, by) => Reservation.cancelReservation(station, 1 + by.below(5)),
  remoteStart: ({ station }, by) =>
    RemoteControl.requestStartTransaction(
      station,
      { evseId: evseId(by), idToken: by.pick(["app-1", card("A"), card("BAD")]) },
      { follow: false }
    ),
  remoteStop: (pair, by) =>
    RemoteControl.requestStopTransaction(pair.station, transactionOf(pair, by), { follow: false }),
  transactionStatus: (pair, by) => RemoteControl.getTransactionStatus(pair.station, transactionOf(pair, by)),
  trigger: ({ station }, by) =>
    RemoteControl.triggerMessage(
      station,
      by.pick(["Heartbeat", "MeterValues", "TransactionEvent", "LogStatusNotification"] as const),
      undefined,
      { follow: false }
    ),
  unlock: ({ station }, by) => RemoteControl.unlockConnector(station, evseId(by), 1),
  costUpdated: (pair, by) => TariffAndCost.costUpdated(pair.station, transactionOf(pair, by), by.below(1000) / 100),
  setMessage: (pair, by) =>
    DisplayMessage.setDisplayMessage(pair.station, {
      id: 1 + by.below(6),
      priority: by.pick(["AlwaysFront", "InFront", "NormalCycle"]),
      message: { format: "UTF8", content: `message ${by.below(100)}` },
      ...(by.next() < 0.3 && { transactionId: transactionOf(pair, by) }),
      ...(by.next() < 0.3 && { endDateTime: pair.controls.now() + 600_000 })
    }),
  getMessages: ({ station }) => DisplayMessage.getDisplayMessages(station),
  clearMessage: ({ station }, by) => DisplayMessage.clearDisplayMessage(station, 1 + by.below(6)),
  dataTransfer: ({ station }) => DataTransfer.send(station, { vendorId: "com.example" }),
  setDefaultProfile: ({ station }, by) =>
    SmartCharging.setChargingProfile(station, { evseId: by.below(3), chargingProfile: profile(by, {}) }),
  setMaxProfile: ({ station }, by) =>
    SmartCharging.setChargingProfile(station, {
      evseId: 0,
      chargingProfile: profile(by, { chargingProfilePurpose: "ChargingStationMaxProfile" })
    }),
  setTxProfile: ({ controls, station }, by) => {
    const evse = by.pick(controls.evses)
    const transactionId = evse.transaction?.transactionId ?? "nothing"
    const chargingProfile = profile(by, { chargingProfilePurpose: "TxProfile", transactionId })
    return SmartCharging.setChargingProfile(station, { evseId: evse.id, chargingProfile })
  },
  clearProfile: ({ station }, by) =>
    SmartCharging.clearChargingProfile(
      station,
      by.pick([{ chargingProfileId: 1 + by.below(20) }, { chargingProfilePurpose: "TxDefaultProfile" as const }])
    ),
  getProfiles: ({ station }) =>
    SmartCharging.getChargingProfiles(station, {
      chargingProfile: { chargingLimitSource: ["CSO", "EMS", "SO", "Other"] }
    }),
  composite: ({ station }, by) => SmartCharging.getCompositeSchedule(station, { evseId: by.below(3), duration: 3600 }),
  getLog: ({ station }) =>
    Diagnostics.getLog(station, {
      logType: "DiagnosticsLog",
      log: { remoteLocation: "https://logs.example/" }
    }),
  setMonitor: ({ station }, by) =>
    Diagnostics.setVariableMonitoring(station, [
      { component: "OCPPCommCtrlr", variable: "OfflineThreshold", type: "UpperThreshold", value: 20 + by.below(80) },
      { component: "EVSE", variable: "Power", evseId: 1, type: "Periodic", value: 600, severity: 8 }
    ]),
  clearMonitor: ({ station }, by) =>
    Effect.flatMap(station.snapshot, ({ mirror }) => {
      const ids = monitorsOf(mirror.diagnostics.monitors).map(({ id }) => id)
      return Diagnostics.clearVariableMonitoring(station, [ids.length === 0 ? 4711 : by.pick(ids)])
    }),
  monitoringReport: ({ station }) => Diagnostics.getMonitoringReport(station),
  monitoringLevel: ({ station }, by) => Diagnostics.setMonitoringLevel(station, by.below(10)),
  monitoringBase: ({ station }, by) => Diagnostics.setMonitoringBase(station, by.pick(["All", "FactoryDefault"])),
  customerInformation: ({ station }, by) =>
    Diagnostics.customerInformation(station, { idToken: card(by.pick(tokens)) }, { clear: by.next() < 0.3 }),
  updateFirmware: ({ station }, by) =>
    FirmwareManagement.updateFirmware(station, {
      firmware: {
        location: `https://ota.example/${by.pick(["cs-2.1.0.bin", "cs-2.2.0.bin", "fail-download", "fail-install"])}`
      },
      insecure: true
    }),
  disconnect: ({ station }) => station.disconnect()
}

const models = ["compact", "family", "van", "hybrid"] as const

/** What drivers and fate do. */
export const mishaps: { readonly [name: string]: (pair: Pair, by: Chance) => unknown } = {
  plugIn: ({ controls }, by) =>
    controls.plugIn(evseId(by), makeEV(by.pick(models), { stateOfCharge: by.next() * 0.8 })),
  plugInAgain: ({ controls }, by) => controls.plugIn(evseId(by), makeEV(by.pick(models))),
  present: ({ controls }, by) => controls.present(card(by.pick(tokens)), evseId(by)),
  presentAgain: ({ controls }, by) => controls.present(card(by.pick(["A", "B"])), evseId(by)),
  unplug: ({ controls }, by) => controls.unplug(evseId(by)),
  limit: ({ controls }, by) => controls.smartCharging.setExternalLimit(by.next() < 0.5 ? undefined : 5_000)
}

/** What does not happen every hour. */
export const rareMishaps: { readonly [name: string]: (pair: Pair, by: Chance) => unknown } = {
  powerCycle: ({ controls }) => controls.powerCycle(),
  emergencyStop: ({ controls }) => controls.transactions.emergencyStop(),
  fault: ({ controls }, by) => controls.availability.setFault(by.next() < 0.3, evseId(by))
}
