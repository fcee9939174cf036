/** Operations of block N, Diagnostics: logs, monitoring, customer information. */
export { getLog } from "./DiagnosticsLog.ts"
export type { LogOptions, LogOutcome, LogRequest } from "./DiagnosticsLog.ts"
export { setMonitoringBase, setMonitoringLevel } from "./DiagnosticsBase.ts"
export type { MonitoringOptions, MonitoringStatus } from "./DiagnosticsBase.ts"
export {
  clearVariableMonitoring,
  MonitorsPartlyCleared,
  MonitorsPartlySet,
  setVariableMonitoring
} from "./DiagnosticsMonitoring.ts"
export type {
  ClearMonitorOutcome,
  MonitorItem,
  MonitorsOptions,
  SetMonitorOutcome,
  SetMonitorsResult
} from "./DiagnosticsMonitoring.ts"
export { getMonitoringReport } from "./DiagnosticsReport.ts"
export type {
  CollectedMonitoringReport,
  MonitoringReportOptions,
  MonitoringReportQuery,
  MonitoringReportResult
} from "./DiagnosticsReport.ts"
export { customerInformation } from "./DiagnosticsCustomer.ts"
export type {
  Customer,
  CustomerInformationOptions,
  CustomerInformationOutcome,
  LocalListRemoval
} from "./DiagnosticsCustomer.ts"
