/** The OCPP 2.0.1 protocol layer of a CSMS. */
export { Csms, InvalidStation, UnknownStation } from "./csms/Csms.ts"
export type { CsmsShape, NewStation, StationHandlers } from "./csms/Csms.ts"
export type { StationIdentification, StationPassword, StationSecurity } from "./csms/StationSecurity.ts"
export { andThen, Answer, refuse, Refusal } from "./csms/Handlers.ts"
export type { Handler, HandlerContext, Handlers, NotificationAction } from "./csms/Handlers.ts"
export { ReportNotReceived } from "./csms/StationRef.ts"
export type { CallOptions, Station } from "./csms/StationRef.ts"
export type * from "./csms/Events.ts"
export type { CsmsOptions, DrainOptions } from "./csms/Settings.ts"
export type { Limit } from "./observability/LimitReports.ts"
export * as EventLog from "./observability/EventLog.ts"
export { DirectoryError, StationDirectory } from "./csms/StationDirectory.ts"
export type { StationDirectoryShape } from "./csms/StationDirectory.ts"
export { StaleEpoch, StationStore, StoreError } from "./csms/StationStore.ts"
export type { StationSnapshot, StationStoreShape } from "./csms/StationStore.ts"
export { ClaimRefused, Cluster } from "./csms/Cluster.ts"
export type { CallRequest, LocalStations, Membership } from "./csms/Cluster.ts"
export { CallError, NotSent, OutcomeUnknown } from "./rpc/CallFailure.ts"
export type { CallFailure } from "./rpc/CallFailure.ts"
export { errorCodes } from "./rpc/ErrorCode.ts"
export type { ErrorCode } from "./rpc/ErrorCode.ts"
export type { Registration, StationState } from "./station/StationState.ts"
export type { StationView } from "./station/Station.ts"
export type { SecurityRecord, SecurityView } from "./station/SecurityRecord.ts"
export type { OpenPassword, OpenState, PasswordRecord, RecordedPassword } from "./station/PasswordRecord.ts"
export type { StationMirror } from "./blocks/Mirror.ts"
export type * from "./blocks/Availability.ts"
export type {
  FirmwareChanged,
  PendingReset,
  ProvisioningState,
  RebootRequired,
  ReportFailed,
  ReportReceived,
  ResetDone,
  ResetPending,
  StationReplaced
} from "./blocks/Provisioning.ts"
export { entries as variablesOf } from "./blocks/DeviceModel.ts"
export type { Attribute, DeviceModel, DeviceModelEntry, VariableQuery } from "./blocks/DeviceModel.ts"
export type { VariableChanged } from "./blocks/DeviceModelChanges.ts"
export type { VariableValue } from "./blocks/VariableValue.ts"
export { energyWh, isComplete as isTransactionComplete, missingEvents } from "./blocks/Transaction.ts"
export type { Transaction } from "./blocks/Transaction.ts"
export { findTransaction } from "./blocks/Transactions.ts"
export type {
  TransactionCostUpdated,
  TransactionEnded,
  TransactionsState,
  TransactionStarted,
  TransactionUpdated
} from "./blocks/Transactions.ts"
export { Acceptor } from "./transport/Transport.ts"
export type {
  AdapterLimit,
  Admission,
  Admitted,
  ClientCertificate,
  ClosedAfterUpgrade,
  Endpoint,
  LimitReacher,
  Refused,
  SecurityProfile,
  UpgradeRequest
} from "./transport/Transport.ts"
export type { Link, LinkHandler } from "./transport/Link.ts"
export type { CheckCertificate, StationCredentials } from "./transport/Admission.ts"
export type { StationCertificate } from "./transport/CertificateCheck.ts"
export { identityKey } from "./transport/Handshake.ts"
export { generatePassword, hash as hashPassword, violation as passwordViolation } from "./transport/Password.ts"
export type { Action, CsmsAction, Messages, StationAction } from "@wattline/ocpp-v201"
