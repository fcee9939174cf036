/** The controller components of charging: tokens, transactions, meter values, reservations, profiles, costs, messages. */
import { measuredMeasurands } from "../power/Sampling.ts"
import { type ComponentDefinition, constant, readOnly, readWrite } from "./Definition.ts"

const seconds = { unit: "s", minLimit: 0, maxLimit: 31_536_000 } as const

const measurands = { valuesList: measuredMeasurands.toSorted().join(","), maxLimit: 1000 }

const txPoints = {
  valuesList: "ParkingBayOccupancy,EVConnected,Authorized,PowerPathClosed,EnergyTransfer",
  maxLimit: 200
} as const

const tokenTypes = "Central,eMAID,ISO14443,ISO15693,KeyCode,Local,MacAddress,NoAuthorization"

const available = constant("boolean", "true")
const enabled = readWrite("boolean", "true")
const switchedOff = readWrite("boolean", "false")

/** Component → variables (device-model.md §2; part 2 chapter Referenced Components and Variables). */
export const charging: { readonly [component: string]: ComponentDefinition } = {
  AuthCtrlr: {
    Enabled: enabled,
    AuthorizeRemoteStart: readWrite("boolean", "true"),
    LocalAuthorizeOffline: readWrite("boolean", "true"),
    LocalPreAuthorize: readWrite("boolean", "true"),
    OfflineTxForUnknownIdEnabled: switchedOff,
    DisableRemoteAuthorization: switchedOff,
    MasterPassGroupId: readWrite("string", "", { maxLimit: 36 }),
    AdditionalInfoItemsPerMessage: constant("integer", "8"),
    SupportedIdTokenTypes: constant("MemberList", tokenTypes, { valuesList: tokenTypes })
  },
  AuthCacheCtrlr: {
    Available: available,
    Enabled: enabled,
    LifeTime: readWrite("integer", "86400", seconds),
    Storage: readOnly("integer", "0", { unit: "B", minLimit: 0, maxLimit: 65_536 }),
    Policy: readWrite("OptionList", "LRU", { valuesList: "LRU,LFU,FIFO" }),
    DisablePostAuthorize: switchedOff
  },
  LocalAuthListCtrlr: {
    Available: available,
    Enabled: enabled,
    Entries: readOnly("integer", "0", { minLimit: 0, maxLimit: 1000 }),
    ItemsPerMessage: constant("integer", "100"),
    BytesPerMessage: constant("integer", "65536"),
    Storage: readOnly("integer", "0", { unit: "B", minLimit: 0, maxLimit: 262_144 }),
    DisablePostAuthorize: switchedOff,
    SupportsExpiryDateTime: constant("boolean", "true")
  },
  TxCtrlr: {
    TxStartPoint: readWrite("MemberList", "PowerPathClosed", txPoints),
    TxStopPoint: readWrite("MemberList", "EVConnected,Authorized", txPoints),
    EVConnectionTimeOut: readWrite("integer", "60", { ...seconds, minLimit: 1 }),
    StopTxOnInvalidId: readWrite("boolean", "true"),
    MaxEnergyOnInvalidId: readWrite("integer", "0", { unit: "Wh", minLimit: 0 }),
    StopTxOnEVSideDisconnect: readWrite("boolean", "true"),
    TxBeforeAcceptedEnabled: switchedOff
  },
  SampledDataCtrlr: {
    Available: available,
    Enabled: enabled,
    TxStartedMeasurands: readWrite("MemberList", "Energy.Active.Import.Register", measurands),
    TxUpdatedMeasurands: readWrite("MemberList", "Energy.Active.Import.Register,Power.Active.Import", measurands),
    TxUpdatedInterval: readWrite("integer", "60", seconds),
    TxEndedMeasurands: readWrite("MemberList", "Energy.Active.Import.Register", measurands),
    TxEndedInterval: readWrite("integer", "0", seconds),
    RegisterValuesWithoutPhases: readWrite("boolean", "true")
  },
  AlignedDataCtrlr: {
    Available: available,
    Enabled: enabled,
    Measurands: readWrite("MemberList", "Energy.Active.Import.Register", measurands),
    Interval: readWrite("integer", "0", seconds),
    TxEndedMeasurands: readWrite("MemberList", "Energy.Active.Import.Register", measurands),
    TxEndedInterval: readWrite("integer", "0", seconds),
    SendDuringIdle: switchedOff
  },
  ReservationCtrlr: {
    Available: available,
    Enabled: enabled,
    NonEvseSpecific: constant("boolean", "true")
  },
  SmartChargingCtrlr: {
    Available: available,
    Enabled: enabled,
    ProfileStackLevel: constant("integer", "10"),
    RateUnit: constant("MemberList", "A,W", { valuesList: "A,W" }),
    PeriodsPerSchedule: constant("integer", "100"),
    "Entries[ChargingProfiles]": readOnly("integer", "0", { minLimit: 0, maxLimit: 100 }),
    ACPhaseSwitchingSupported: constant("boolean", "false"),
    Phases3to1: constant("boolean", "true"),
    LimitChangeSignificance: readWrite("decimal", "1", { unit: "Percent", minLimit: 0, maxLimit: 100 }),
    NotifyChargingLimitWithSchedules: switchedOff,
    ExternalControlSignalsEnabled: enabled
  },
  TariffCostCtrlr: {
    "Available[Tariff]": available,
    "Enabled[Tariff]": enabled,
    "Available[Cost]": available,
    "Enabled[Cost]": enabled,
    Currency: readWrite("string", "EUR", { maxLimit: 3 }),
    TariffFallbackMessage: readWrite("string", "The tariff is not known.", { maxLimit: 255 }),
    TotalCostFallbackMessage: readWrite("string", "The cost is not known.", { maxLimit: 255 })
  },
  DisplayMessageCtrlr: {
    Available: available,
    Enabled: enabled,
    DisplayMessages: readOnly("integer", "0", { minLimit: 0, maxLimit: 50 }),
    SupportedFormats: constant("MemberList", "ASCII,HTML,URI,UTF8", { valuesList: "ASCII,HTML,URI,UTF8" }),
    SupportedPriorities: constant("MemberList", "AlwaysFront,InFront,NormalCycle", {
      valuesList: "AlwaysFront,InFront,NormalCycle"
    }),
    PersonalMessageSize: constant("integer", "512")
  },
  ISO15118Ctrlr: {
    PnCEnabled: switchedOff,
    V2GCertificateInstallationEnabled: enabled,
    ContractCertificateInstallationEnabled: enabled,
    CentralContractValidationAllowed: enabled,
    ContractValidationOffline: switchedOff,
    RequestMeteringReceipt: switchedOff,
    MaxScheduleEntries: constant("integer", "1024"),
    SeccId: readWrite("string", "", { maxLimit: 255 }),
    CountryName: readWrite("string", "DE", { maxLimit: 2 }),
    OrganizationName: readWrite("string", "Wattline", { maxLimit: 64 })
  }
}
