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
export { pathOf } from "./csms/StandardSchema.ts"
export type { SchemaIssue, SchemaResult, StandardSchema } from "./csms/StandardSchema.ts"
export { ReportNotReceived, StationRemoved } from "./csms/StationRef.ts"
export type { CallOptions, Station, WaitFor } from "./csms/StationRef.ts"
export type * from "./csms/Events.ts"
export type { CsmsOptions, DrainOptions } from "./csms/Settings.ts"
export type { ValidationPolicy, ValidationRule } from "./csms/ValidationPolicy.ts"
export type { Limit } from "./observability/LimitReports.ts"
export * as EventLog from "./observability/EventLog.ts"
export * as Security from "./operations/Security.ts"
export { CheckFailed } from "./operations/CheckFailed.ts"
export type { AllowedRules, BrokenRule } from "./operations/CheckFailed.ts"
export * as Provisioning from "./operations/Provisioning.ts"
export * as Authorization from "./operations/Authorization.ts"
export * as LocalAuthorizationList from "./operations/LocalAuthorizationList.ts"
export * as Availability from "./operations/Availability.ts"
export * as Reservation from "./operations/Reservation.ts"
export * as TariffAndCost from "./operations/TariffAndCost.ts"
export * as DisplayMessage from "./operations/DisplayMessage.ts"
export * as DataTransfer from "./operations/DataTransfer.ts"
export * as CustomData from "./operations/CustomData.ts"
export * as RemoteControl from "./operations/RemoteControl.ts"
export * as FirmwareManagement from "./operations/FirmwareManagement.ts"
export * as CertificateManagement from "./operations/CertificateManagement.ts"
export * as Diagnostics from "./operations/Diagnostics.ts"
export * as SmartCharging from "./operations/SmartCharging.ts"
export * as Jobs from "./operations/Jobs.ts"
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
export type { StationView } from "./station/StationView.ts"
export type { NonConformance, NonConformingField } from "./station/NonConformance.ts"
export type { SecurityRecord, SecurityView } from "./station/SecurityRecord.ts"
export type { CertificateRecord } from "./station/CertificateRecord.ts"
export type { OpenPassword, OpenState, PasswordRecord, RecordedPassword } from "./station/PasswordRecord.ts"
export type { Slot as MirrorSlot, StationMirror } from "./blocks/Mirror.ts"
export type { EntriesUncertain, Uncertain } from "./blocks/Uncertain.ts"
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
export { operationalStatus, usability } from "./blocks/AvailabilityView.ts"
export type { OperationalStatus, Usability } from "./blocks/AvailabilityView.ts"
export type {
  AvailabilityPlace,
  AvailabilityRequested,
  RequestedAvailability,
  ScheduledAvailabilityReached
} from "./blocks/RequestedAvailability.ts"
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
export type {
  CollectedOutcome,
  FinishedJob,
  FollowedOutcome,
  Job,
  JobEnd,
  JobEnded,
  JobOutcome,
  JobPart,
  JobProgressed,
  JobsState,
  JobStarted
} from "./blocks/Job.ts"
export type { AboutOf, AskOf, CollectedKind, FollowedKind, FollowUpOf, JobKind, StatusOf } from "./blocks/JobKinds.ts"
export { findFinished as findFinishedJob, findJob } from "./blocks/Jobs.ts"
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
export type { ConnectorId, ConnectorsUnreported } from "./blocks/UnreportedConnectors.ts"
export type { Timeline, TimelinePoint } from "./blocks/TransactionTimeline.ts"
export { findTransaction, runningTransactionAt } from "./blocks/Transactions.ts"
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
export type { AuthorizationDoubtful, AuthorizationProblem, TokenAction } from "./blocks/AuthorizationDoubts.ts"
export { personalMessages } from "./blocks/PersonalMessages.ts"
export type { PersonalMessages } from "./blocks/PersonalMessages.ts"
export type {
  LocalAuthorizationListState,
  LocalListChanged,
  LocalListRefused
} from "./blocks/LocalAuthorizationList.ts"
export { monitorsOf } from "./blocks/Monitors.ts"
export type { Monitor, MonitorKind, Monitors } from "./blocks/Monitors.ts"
export type { Alert, AlertClosed, AlertOpened } from "./blocks/Alerts.ts"
export type {
  DiagnosticsState,
  MonitoringBaseSet,
  MonitoringLevelSet,
  MonitorSet,
  MonitorsRemoved,
  MonitorsReported
} from "./blocks/Diagnostics.ts"
export { findClosed as findClosedReservation, findReservation, reservationStatus } from "./blocks/Reservation.ts"
export type {
  ClosedReservation,
  OpenReservation,
  ReservationAccepted,
  ReservationClosed,
  ReservationEnding,
  ReservationState,
  ReservationStatus
} from "./blocks/Reservation.ts"
export { readings } from "./blocks/Metering.ts"
export type { Reading, Sample } from "./blocks/Metering.ts"
export type { MeterPoint } from "./blocks/MeterPoint.ts"
export { findMeter, latestReading } from "./blocks/Meters.ts"
export type { EvseMeterPoint, Meter, MeteringState, MeterRegisterFell } from "./blocks/Meters.ts"
export type { RunningCost, RunningCostToldTwice, TariffAndCostState } from "./blocks/TariffAndCost.ts"
export { findRemoteStart } from "./blocks/RemoteControl.ts"
export type { RemoteControlState, RemoteStart, RemoteStartAccepted, RemoteStartLinked } from "./blocks/RemoteControl.ts"
export { judgeSchedule, needsOf, sessionAt as evSessionAt } from "./blocks/EVCharging.ts"
export type {
  ChargingProfileOverdue,
  EVChargingNeedsLinked,
  EVChargingNeedsReceived,
  EVChargingScheduleReceived,
  EVChargingState,
  EVNeeds,
  EVSchedule,
  EVSession
} from "./blocks/EVCharging.ts"
export type { ScheduleVerdict } from "./blocks/EVSchedule.ts"
export type {
  ExternalLimit,
  ExternalLimitCleared,
  ExternalLimitDoubtful,
  ExternalLimitSet
} from "./blocks/ExternalLimits.ts"
export type { HeldSchedule } from "./blocks/HeldSchedule.ts"
export { displayMessagesAt } from "./blocks/DisplayMessage.ts"
export type {
  DisplayMessageSet,
  DisplayMessagesRemoved,
  DisplayMessagesReported,
  DisplayMessagesState,
  HeldDisplayMessage
} from "./blocks/DisplayMessage.ts"
export {
  expectsUnavailable,
  findFirmwareUpdate,
  findPublishedFirmware,
  runningFirmwareUpdate
} from "./blocks/FirmwareManagement.ts"
export type {
  FirmwareBoot,
  FirmwareBooted,
  FirmwareManagementState,
  FirmwareSecurityEvent,
  FirmwareSecurityEventType,
  FirmwareSecurityReported,
  FirmwareUpdate,
  PublishedFirmware
} from "./blocks/FirmwareManagement.ts"
export { installedCertificates } from "./blocks/CertificateManagement.ts"
export type {
  CertificateDeleted,
  CertificateInstalled,
  CertificatesState,
  InstalledCertificate,
  InstalledCertificates,
  InstalledCertificatesReported
} from "./blocks/CertificateManagement.ts"
export type { HeldProfile } from "./blocks/HeldProfile.ts"
export type { ExternalProfile } from "./blocks/ReportedProfiles.ts"
export type {
  ChargingProfileSet,
  ChargingProfilesRemoved,
  ChargingProfilesReported,
  InstalledProfile,
  PendingProfile,
  SmartChargingState
} from "./blocks/SmartCharging.ts"
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
/** The payloads of the standard and their parts, by the standard's names: `ChargingProfileType`, `IdTokenType`, `Messages`, … */
export type * from "@wattline/ocpp-v201"
