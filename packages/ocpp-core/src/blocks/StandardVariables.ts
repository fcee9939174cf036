/**
 * The standardised variables that change what a CSMS does: data type, unit and instances, as the standard has them. What a
 * station reports of a variable (limits, its own unit, a list of values) is in its device model.
 */
import type { DataEnumType } from "@wattline/ocpp-v201"

/** One standardised variable. */
export interface StandardVariable {
  readonly type: DataEnumType
  /** Absent: none, or the one that the station reports (`EVSE.Power` is in W or kW). */
  readonly unit?: string
  /** Instances of the variable, `""` for none; `any` where vendors name them; absent where there are none (DM-02). */
  readonly instances?: ReadonlyArray<string> | "any"
}

/** Component → variable (part 2 appendices; device model sources of DM-nn). Names as the standard spells them. */
export const standardVariables = {
  OCPPCommCtrlr: {
    ActiveNetworkProfile: { type: "integer" },
    NetworkConfigurationPriority: { type: "SequenceList" },
    NetworkProfileConnectionAttempts: { type: "integer" },
    HeartbeatInterval: { type: "integer", unit: "s" },
    MessageTimeout: { type: "integer", unit: "s", instances: ["Default"] },
    MessageAttempts: { type: "integer", instances: ["TransactionEvent"] },
    MessageAttemptInterval: { type: "integer", unit: "s", instances: ["TransactionEvent"] },
    OfflineThreshold: { type: "integer", unit: "s" },
    QueueAllMessages: { type: "boolean" },
    RetryBackOffWaitMinimum: { type: "integer", unit: "s" },
    RetryBackOffRandomRange: { type: "integer", unit: "s" },
    RetryBackOffRepeatTimes: { type: "integer" },
    WebSocketPingInterval: { type: "integer", unit: "s" },
    ResetRetries: { type: "integer" },
    UnlockOnEVSideDisconnect: { type: "boolean" },
    FileTransferProtocols: { type: "MemberList" },
    PublicKeyWithSignedMeterValue: { type: "OptionList" },
    FieldLength: { type: "integer", instances: "any" }
  },
  SecurityCtrlr: {
    BasicAuthPassword: { type: "string" },
    Identity: { type: "string" },
    OrganizationName: { type: "string" },
    SecurityProfile: { type: "integer" },
    AllowSecurityProfileDowngrade: { type: "boolean" },
    AllowCSMSTLSWildcards: { type: "boolean" },
    CertificateEntries: { type: "integer" },
    AdditionalRootCertificateCheck: { type: "boolean" },
    MaxCertificateChainSize: { type: "integer" },
    CertSigningWaitMinimum: { type: "integer", unit: "s" },
    CertSigningRepeatTimes: { type: "integer" }
  },
  DeviceDataCtrlr: {
    ItemsPerMessage: { type: "integer", instances: ["GetReport", "GetVariables", "SetVariables"] },
    BytesPerMessage: { type: "integer", instances: ["GetReport", "GetVariables", "SetVariables"] },
    ConfigurationValueSize: { type: "integer" },
    ReportingValueSize: { type: "integer" },
    ValueSize: { type: "integer" }
  },
  ClockCtrlr: {
    DateTime: { type: "dateTime" },
    TimeSource: { type: "SequenceList" },
    TimeOffset: { type: "string", instances: ["", "NextTransition"] },
    NextTimeOffsetTransitionDateTime: { type: "dateTime" },
    TimeZone: { type: "string" },
    NtpSource: { type: "OptionList" },
    NtpServerUri: { type: "string", instances: "any" },
    TimeAdjustmentReportingThreshold: { type: "integer", unit: "s" }
  },
  AuthCtrlr: {
    Enabled: { type: "boolean" },
    AuthorizeRemoteStart: { type: "boolean" },
    LocalAuthorizeOffline: { type: "boolean" },
    LocalPreAuthorize: { type: "boolean" },
    OfflineTxForUnknownIdEnabled: { type: "boolean" },
    DisableRemoteAuthorization: { type: "boolean" },
    MasterPassGroupId: { type: "string" },
    AdditionalInfoItemsPerMessage: { type: "integer" },
    SupportedIdTokenTypes: { type: "MemberList" }
  },
  AuthCacheCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    LifeTime: { type: "integer", unit: "s" },
    Storage: { type: "integer", unit: "B" },
    Policy: { type: "OptionList" },
    DisablePostAuthorize: { type: "boolean" }
  },
  LocalAuthListCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    Entries: { type: "integer" },
    ItemsPerMessage: { type: "integer" },
    BytesPerMessage: { type: "integer" },
    Storage: { type: "integer", unit: "B" },
    DisablePostAuthorize: { type: "boolean" },
    SupportsExpiryDateTime: { type: "boolean" }
  },
  TxCtrlr: {
    TxStartPoint: { type: "MemberList" },
    TxStopPoint: { type: "MemberList" },
    EVConnectionTimeOut: { type: "integer", unit: "s" },
    StopTxOnInvalidId: { type: "boolean" },
    MaxEnergyOnInvalidId: { type: "integer", unit: "Wh" },
    StopTxOnEVSideDisconnect: { type: "boolean" },
    TxBeforeAcceptedEnabled: { type: "boolean" },
    ChargingTime: { type: "decimal", unit: "s" }
  },
  SampledDataCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    TxStartedMeasurands: { type: "MemberList" },
    TxUpdatedMeasurands: { type: "MemberList" },
    TxUpdatedInterval: { type: "integer", unit: "s" },
    TxEndedMeasurands: { type: "MemberList" },
    TxEndedInterval: { type: "integer", unit: "s" },
    SignReadings: { type: "boolean" },
    RegisterValuesWithoutPhases: { type: "boolean" }
  },
  AlignedDataCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    Measurands: { type: "MemberList" },
    Interval: { type: "integer", unit: "s" },
    TxEndedMeasurands: { type: "MemberList" },
    TxEndedInterval: { type: "integer", unit: "s" },
    SendDuringIdle: { type: "boolean" },
    SignReadings: { type: "boolean" }
  },
  ReservationCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    NonEvseSpecific: { type: "boolean" }
  },
  SmartChargingCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    ProfileStackLevel: { type: "integer" },
    RateUnit: { type: "MemberList" },
    PeriodsPerSchedule: { type: "integer" },
    Entries: { type: "integer", instances: ["ChargingProfiles"] },
    ACPhaseSwitchingSupported: { type: "boolean" },
    Phases3to1: { type: "boolean" },
    LimitChangeSignificance: { type: "decimal", unit: "Percent" },
    NotifyChargingLimitWithSchedules: { type: "boolean" },
    ExternalControlSignalsEnabled: { type: "boolean" }
  },
  TariffCostCtrlr: {
    Available: { type: "boolean", instances: ["Tariff", "Cost"] },
    Enabled: { type: "boolean", instances: ["Tariff", "Cost"] },
    Currency: { type: "string" },
    TariffFallbackMessage: { type: "string" },
    TotalCostFallbackMessage: { type: "string" }
  },
  MonitoringCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    ItemsPerMessage: { type: "integer", instances: ["SetVariableMonitoring", "ClearVariableMonitoring"] },
    BytesPerMessage: { type: "integer", instances: ["SetVariableMonitoring", "ClearVariableMonitoring"] },
    OfflineQueuingSeverity: { type: "integer" },
    ActiveMonitoringBase: { type: "OptionList" },
    ActiveMonitoringLevel: { type: "integer" }
  },
  DisplayMessageCtrlr: {
    Available: { type: "boolean" },
    Enabled: { type: "boolean" },
    DisplayMessages: { type: "integer" },
    SupportedFormats: { type: "MemberList" },
    SupportedPriorities: { type: "MemberList" },
    PersonalMessageSize: { type: "integer" }
  },
  ISO15118Ctrlr: {
    PnCEnabled: { type: "boolean" },
    V2GCertificateInstallationEnabled: { type: "boolean" },
    ContractCertificateInstallationEnabled: { type: "boolean" },
    CentralContractValidationAllowed: { type: "boolean" },
    ContractValidationOffline: { type: "boolean" },
    RequestMeteringReceipt: { type: "boolean" },
    MaxScheduleEntries: { type: "integer" },
    RequestedEnergyTransferMode: { type: "OptionList" },
    SeccId: { type: "string" },
    CountryName: { type: "string" },
    OrganizationName: { type: "string" }
  },
  ConnectedEV: {
    ProtocolAgreed: { type: "string" },
    ProtocolSupportedByEV: { type: "string", instances: "any" },
    VehicleID: { type: "string" }
  },
  CustomizationCtrlr: {
    CustomImplementationEnabled: { type: "boolean", instances: "any" }
  },
  ChargingStation: {
    Available: { type: "boolean" },
    AvailabilityState: { type: "OptionList" },
    SupplyPhases: { type: "integer" },
    AllowNewSessionsPendingFirmwareUpdate: { type: "boolean" },
    Model: { type: "string" },
    VendorName: { type: "string" }
  },
  EVSE: {
    Available: { type: "boolean" },
    AvailabilityState: { type: "OptionList" },
    SupplyPhases: { type: "integer" },
    Power: { type: "decimal" },
    AllowReset: { type: "boolean" },
    EvseId: { type: "string" },
    ISO15118EvseId: { type: "string" }
  },
  Connector: {
    Available: { type: "boolean" },
    AvailabilityState: { type: "OptionList" },
    ConnectorType: { type: "string" },
    SupplyPhases: { type: "integer" },
    ChargeProtocol: { type: "string" }
  }
} as const satisfies { readonly [component: string]: { readonly [variable: string]: StandardVariable } }

/** The standardised variables. */
export type StandardVariables = typeof standardVariables

const folded: ReadonlyMap<string, StandardVariable> = new Map(
  Object.entries(standardVariables).flatMap(([component, variables]) =>
    Object.entries(variables).map(([variable, standard]): [string, StandardVariable] => [
      `${component}.${variable}`.toLowerCase(),
      standard
    ])
  )
)

/** A standardised variable by its names, whatever their case (DM-03); `undefined` for any other. */
export const standardVariable = (component: string, variable: string): StandardVariable | undefined =>
  folded.get(`${component}.${variable}`.toLowerCase())
