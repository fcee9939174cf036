/** The controller components that every station has: communication, security, device model, clock, monitoring. */
import { type ComponentDefinition, constant, live, readOnly, readWrite, setting, writeOnly } from "./Definition.ts"

const seconds = { unit: "s", minLimit: 0, maxLimit: 31_536_000 } as const

/** Slots for network connection profiles that a station has (B09.FR.06 wants two). */
export const networkSlots = "1,2,3"

const items = constant("integer", "32")
const bytes = constant("integer", "16384")

/** Component → variables (device-model.md §2; part 2 chapter Referenced Components and Variables). */
export const communication: { readonly [component: string]: ComponentDefinition } = {
  OCPPCommCtrlr: {
    ActiveNetworkProfile: readOnly("integer", "1"),
    NetworkConfigurationPriority: readWrite("SequenceList", "1", { valuesList: networkSlots }),
    NetworkProfileConnectionAttempts: readWrite("integer", "3", { minLimit: 1, maxLimit: 100 }),
    HeartbeatInterval: setting("heartbeatInterval", "integer", { ...seconds, minLimit: 1 }),
    "MessageTimeout[Default]": setting("messageTimeout", "integer", { ...seconds, minLimit: 1 }, "ReadOnly"),
    "MessageAttempts[TransactionEvent]": setting("messageAttempts", "integer", { minLimit: 1, maxLimit: 100 }),
    "MessageAttemptInterval[TransactionEvent]": setting("messageAttemptInterval", "integer", seconds),
    OfflineThreshold: readWrite("integer", "60", seconds),
    QueueAllMessages: setting("queueAllMessages", "boolean"),
    RetryBackOffWaitMinimum: setting("retryBackOffWaitMinimum", "integer", seconds),
    RetryBackOffRandomRange: setting("retryBackOffRandomRange", "integer", seconds),
    RetryBackOffRepeatTimes: setting("retryBackOffRepeatTimes", "integer", { minLimit: 0, maxLimit: 30 }),
    WebSocketPingInterval: setting("webSocketPingInterval", "integer", seconds),
    ResetRetries: readWrite("integer", "1", { minLimit: 0, maxLimit: 10 }),
    FileTransferProtocols: constant("MemberList", "FTP,FTPS,HTTP,HTTPS,SFTP", {
      valuesList: "FTP,FTPS,HTTP,HTTPS,SFTP"
    })
  },
  SecurityCtrlr: {
    BasicAuthPassword: writeOnly("string", { maxLimit: 40 }),
    Identity: live("string", ({ identity }) => identity, { maxLimit: 48 }),
    OrganizationName: readWrite("string", "Wattline", { maxLimit: 64 }),
    SecurityProfile: readOnly("integer", "1", { minLimit: 0, maxLimit: 3 }),
    AllowSecurityProfileDowngrade: constant("boolean", "false"),
    AllowCSMSTLSWildcards: readWrite("boolean", "true"),
    CertificateEntries: readOnly("integer", "0", { minLimit: 0, maxLimit: 50 }),
    AdditionalRootCertificateCheck: constant("boolean", "false"),
    MaxCertificateChainSize: constant("integer", "10000", { maxLimit: 10_000 }),
    CertSigningWaitMinimum: readWrite("integer", "30", seconds),
    CertSigningRepeatTimes: readWrite("integer", "3", { minLimit: 0, maxLimit: 10 })
  },
  DeviceDataCtrlr: {
    "ItemsPerMessage[GetReport]": items,
    "ItemsPerMessage[GetVariables]": items,
    "ItemsPerMessage[SetVariables]": items,
    "BytesPerMessage[GetReport]": bytes,
    "BytesPerMessage[GetVariables]": bytes,
    "BytesPerMessage[SetVariables]": bytes,
    ConfigurationValueSize: constant("integer", "1000", { maxLimit: 1000 }),
    ReportingValueSize: constant("integer", "2500", { maxLimit: 2500 })
  },
  ClockCtrlr: {
    DateTime: live("dateTime", (station) => station.time(), { supportsMonitoring: false }),
    TimeSource: readWrite("SequenceList", "Heartbeat", { valuesList: "Heartbeat,NTP,RealTimeClock" }),
    TimeOffset: readWrite("string", "+00:00", { maxLimit: 6 }),
    "TimeOffset[NextTransition]": readWrite("string", "", { maxLimit: 6 }),
    NextTimeOffsetTransitionDateTime: readWrite("dateTime", ""),
    TimeZone: readWrite("string", "Etc/UTC", { maxLimit: 64 }),
    NtpSource: readWrite("OptionList", "DHCP", { valuesList: "DHCP,manual" }),
    "NtpServerUri[1]": readWrite("string", "", { maxLimit: 512 }),
    TimeAdjustmentReportingThreshold: readWrite("integer", "20", seconds)
  },
  MonitoringCtrlr: {
    Available: constant("boolean", "true"),
    Enabled: readWrite("boolean", "true"),
    "ItemsPerMessage[SetVariableMonitoring]": items,
    "BytesPerMessage[SetVariableMonitoring]": bytes,
    "ItemsPerMessage[ClearVariableMonitoring]": items,
    "BytesPerMessage[ClearVariableMonitoring]": bytes,
    OfflineQueuingSeverity: readWrite("integer", "4", { minLimit: 0, maxLimit: 9 }),
    ActiveMonitoringBase: readOnly("OptionList", "All", { valuesList: "All,FactoryDefault,HardWiredOnly" }),
    ActiveMonitoringLevel: readOnly("integer", "9", { minLimit: 0, maxLimit: 9 })
  }
}
