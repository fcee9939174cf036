/** The CSMS for plain async code: promises, AbortSignals and async iterables; no Effect in what a user writes. */
export { createCsms } from "./promise/createCsms.ts"
export type { PromiseCsmsOptions, Transport } from "./promise/createCsms.ts"
export type { NewPromiseStation, PromiseCsms } from "./promise/PromiseCsms.ts"
export type { PromiseCallOptions, PromiseStation } from "./promise/PromiseStation.ts"
export type { PromiseOperations } from "./promise/Operations.ts"
export type { PromiseAsk, PromiseSendUpdatesOptions } from "./promise/OwnOperations.ts"
export type { Abortable, PromiseResult } from "./promise/Promised.ts"
export { andThen, dataTransferExtension, PromiseAnswer } from "./promise/Handlers.ts"
export type {
  PromiseAuthorizeContext,
  PromiseAuthorizeHandler,
  PromiseCertificateSigner,
  PromiseDataTransferContext,
  PromiseDataTransferExtension,
  PromiseDataTransferHandler,
  PromiseHandler,
  PromiseHandlerContext,
  PromiseHandlers,
  PromiseTransactionContext
} from "./promise/Handlers.ts"
export type { PromiseEvents, PromiseEventsOptions } from "./promise/Events.ts"
export type { PromiseCheckCertificate, PromiseStationDirectory, PromiseStationStore } from "./promise/Ports.ts"
export type { MaybePromise } from "./promise/MaybePromise.ts"
export { hashPassword } from "./promise/hashPassword.ts"
export { certificateHashData, checkSigningRequest, getCertificateStatusBy, ocspResult } from "./promise/certificates.ts"
export { generatePassword } from "./transport/Password.ts"
export { CsmsClosed } from "./promise/CsmsClosed.ts"
export { InvalidStation, UnknownStation } from "./csms/Csms.ts"
export type { StationIdentification, StationPassword, StationSecurity } from "./csms/StationSecurity.ts"
export type {
  AdmissionRefused,
  CsmsEvent,
  CsmsHappening,
  DrainEnded,
  DrainStarted,
  EventEnvelope,
  EventsMissed,
  LimitReached,
  StationEvent,
  StationHappening
} from "./csms/Events.ts"
export { refuse, Refusal } from "./csms/Handlers.ts"
export type { NotificationAction } from "./csms/Handlers.ts"
export type { CsmsOptions, DrainOptions } from "./csms/Settings.ts"
export type { ValidationPolicy, ValidationRule } from "./csms/ValidationPolicy.ts"
export type { Limit } from "./observability/LimitReports.ts"
export { pathOf } from "./csms/StandardSchema.ts"
export type { SchemaIssue, SchemaResult, StandardSchema } from "./csms/StandardSchema.ts"
export { DirectoryError } from "./csms/StationDirectory.ts"
export { ReportNotReceived, StationRemoved } from "./csms/StationRef.ts"
export { OcspFailed, UnreadableCertificate } from "./operations/CertificateManagement.ts"
export type {
  ExpectedSubject,
  HashData,
  OcspOptions,
  SignatureVerdict,
  SigningRequestVerdict
} from "./operations/CertificateManagement.ts"
export { CheckFailed } from "./operations/CheckFailed.ts"
export type { AllowedRules, BrokenRule } from "./operations/CheckFailed.ts"
export { MonitorsPartlyCleared, MonitorsPartlySet } from "./operations/Diagnostics.ts"
export { JobNotCancellable, UnknownJob } from "./operations/Jobs.ts"
export { LocalListIncomplete } from "./operations/LocalAuthorizationList.ts"
export { InvalidVariables, NetworkProfileNotChanged, PartlyRead, PartlySet } from "./operations/Provisioning.ts"
export { StaleEpoch, StoreError } from "./csms/StationStore.ts"
export type { StationSnapshot } from "./csms/StationStore.ts"
export { CallError, NotSent, OutcomeUnknown } from "./rpc/CallFailure.ts"
export type { CallFailure } from "./rpc/CallFailure.ts"
export { errorCodes } from "./rpc/ErrorCode.ts"
export type { ErrorCode } from "./rpc/ErrorCode.ts"
export type { ReportReceived } from "./blocks/Provisioning.ts"
export type { VariableValue } from "./blocks/VariableValue.ts"
export type { StationMirror } from "./blocks/Mirror.ts"
export type { Registration, StationState } from "./station/StationState.ts"
export type { StationView } from "./station/StationView.ts"
export type { NonConformance, NonConformingField } from "./station/NonConformance.ts"
export type { SecurityRecord, SecurityView } from "./station/SecurityRecord.ts"
export type { StationCredentials } from "./transport/Admission.ts"
export type { StationCertificate } from "./transport/CertificateCheck.ts"
export type { ClientCertificate, Endpoint, SecurityProfile } from "./transport/Transport.ts"
/** The payloads of the standard and their parts, by the standard's names: `ChargingProfileType`, `IdTokenType`, `Messages`, … */
export type * from "@wattline/ocpp-v201"
