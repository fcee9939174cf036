/** The OCPP 2.0.1 protocol layer of a CSMS. */
export { Csms, InvalidStation, UnknownStation } from "./csms/Csms.ts"
export type { CsmsShape, NewStation, StationHandlers } from "./csms/Csms.ts"
export type { StationIdentification, StationPassword, StationSecurity } from "./csms/StationSecurity.ts"
export type { AuthorizeContext, AuthorizeHandler, AuthorizeVerdict } from "./csms/Authorize.ts"
export { andThen, Answer, refuse, Refusal } from "./csms/Handlers.ts"
export type {
  CertificateSigner,
  ContextOf,
  Handler,
  HandlerContext,
  Handlers,
  NotificationAction,
  TransactionContext
} from "./csms/Handlers.ts"
export { ReportNotReceived } from "./csms/StationRef.ts"
export type { CallOptions, Station } from "./csms/StationRef.ts"
export type * from "./csms/Events.ts"
export type { CsmsOptions, DrainOptions } from "./csms/Settings.ts"
export type { ValidationPolicy, ValidationRule } from "./csms/ValidationPolicy.ts"
export type { Limit } from "./observability/LimitReports.ts"
export * as EventLog from "./observability/EventLog.ts"
export * as Security from "./operations/Security.ts"
export { CheckFailed } from "./operations/CheckFailed.ts"
export type { BrokenRule } from "./operations/CheckFailed.ts"
export * as Provisioning from "./operations/Provisioning.ts"
export * as Authorization from "./operations/Authorization.ts"
export * as LocalAuthorizationList from "./operations/LocalAuthorizationList.ts"
export * as RemoteControl from "./operations/RemoteControl.ts"
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
export type { NonConformance, NonConformingField } from "./station/NonConformance.ts"
export type { SecurityRecord, SecurityView } from "./station/SecurityRecord.ts"
export type { CertificateRecord } from "./station/CertificateRecord.ts"
export type { OpenPassword, OpenState, PasswordRecord, RecordedPassword } from "./station/PasswordRecord.ts"
export type { StationMirror } from "./blocks/Mirror.ts"
export type {
  CertificateAccepted,
  CertificateDoubtful,
  CertificateRenewal,
  CertificateRenewalFailed,
  CertificateSigningRequested,
  RenewalFailure,
  SecurityState
} from "./blocks/Security.ts"
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
export { DeviceModel } from "./blocks/DeviceModelAccess.ts"
export type { StandardComponent, StandardPlace, StandardValue, StandardVariableOf } from "./blocks/DeviceModelAccess.ts"
export type { Attribute, DeviceModelEntry, VariableQuery } from "./blocks/DeviceModel.ts"
export type { NetworkProfiles, NetworkProfileSlot } from "./blocks/NetworkProfiles.ts"
export type { VariableChanged } from "./blocks/DeviceModelChanges.ts"
export type { Misfit, VariableInput, VariableValue } from "./blocks/VariableValue.ts"
export { energyWh, isComplete as isTransactionComplete, missingEvents } from "./blocks/Transaction.ts"
export type { GivenUp, Transaction } from "./blocks/Transaction.ts"
export type { TxPointsDoubtful, TxPointsProblem } from "./blocks/TxPoints.ts"
export type { Timeline, TimelinePoint } from "./blocks/TransactionTimeline.ts"
export { findTransaction } from "./blocks/Transactions.ts"
export type {
  ClockDoubt,
  TransactionConflict,
  TransactionCostUpdated,
  TransactionEnded,
  TransactionEventsLost,
  TransactionGivenUp,
  TransactionLimits,
  TransactionsOverlap,
  TransactionsState,
  TransactionStarted,
  TransactionUnconfirmed,
  TransactionUpdated
} from "./blocks/Transactions.ts"
export { isSameToken, tokenKey } from "./blocks/Authorization.ts"
export type {
  LocalAuthorizationListState,
  LocalListChanged,
  LocalListRefused
} from "./blocks/LocalAuthorizationList.ts"
export { findRemoteStart } from "./blocks/RemoteControl.ts"
export type { RemoteControlState, RemoteStart, RemoteStartAccepted, RemoteStartLinked } from "./blocks/RemoteControl.ts"
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
