/** The protocol engine below the CSMS: for a station client, a simulator, a checker of recorded frames. Applications need nothing of it. */
export { type DialRequest, type DialTls, type Dialed, Dialer, DialFailed } from "./transport/Dialer.ts"
export type { Link, LinkHandler } from "./transport/Link.ts"
export type { Admitted, SecurityProfile } from "./transport/Transport.ts"
export { Counters } from "./observability/Counters.ts"
export { type ConnectionLimit, type ConnectionRates, ratesOf } from "./rpc/ConnectionLimits.ts"
export { Deadlines, type Expirable } from "./rpc/Deadlines.ts"
export { codeOfKeyword, type ErrorCode, errorCodes } from "./rpc/ErrorCode.ts"
export {
  type Call,
  type CallErrorFrame,
  type CallResult,
  decode,
  type Decoded,
  encodeCall,
  encodeCallError,
  encodeCallResult,
  frames,
  maxMessageIdLength,
  unreadableId
} from "./rpc/Frame.ts"
export { type InboundCall, InboundLane, type InboundLimits } from "./rpc/InboundLane.ts"
export { type OutboundCall, OutboundLane } from "./rpc/OutboundLane.ts"
export { describe, outgoing } from "./rpc/Outbound.ts"
export type { ActionRule, PendingRule, Protocol, Violation } from "./rpc/Protocol.ts"
export { Session } from "./rpc/Session.ts"
export type { Reply, SessionCall, SessionOwner } from "./rpc/SessionOwner.ts"
export { ocpp201 } from "./protocol/V201.ts"
export { type Run, runInline, wireTime } from "./station/Engine.ts"
export * as Gate from "./station/Gate.ts"
export * as Expectations from "./station/Expectations.ts"
export { standardVariable, standardVariables, type StandardVariable } from "./blocks/StandardVariables.ts"
export type { HeldProfile } from "./blocks/HeldProfile.ts"
export type { HeldSchedule } from "./blocks/HeldSchedule.ts"
export {
  type CompositePeriod,
  evseSchedule,
  type EvseContext,
  type PlacedLimit,
  type PlacedProfile,
  type ScheduleWindow,
  stationSchedule
} from "./operations/CompositeSchedule.ts"
export { type Misfit, misfit } from "./blocks/VariableValue.ts"
export { txPointsProblems } from "./blocks/TxPoints.ts"
export { EventHub } from "./csms/Events.ts"
export type { EventsMissed } from "./csms/Events.ts"
export { tokenKey } from "./blocks/Authorization.ts"
export { initial as emptyMirror, type StationMirror } from "./blocks/Mirror.ts"
export { type CheckedProfile, type ProfileVerdict, verdictOn } from "./operations/ChargingProfileRules.ts"
export { isSameHashData } from "./transport/CertificateHash.ts"
export { readCertificates, type ReadCertificate } from "./transport/X509.ts"
export { trustProblem } from "./operations/CertificateTrust.ts"
export { Bridge } from "./promise/Bridge.ts"
export type { ErrorClass } from "./promise/CallSite.ts"
export { listen } from "./promise/Events.ts"
export { interruption, toAnswer } from "./promise/Handlers.ts"
export { attempt, isPromiseLike, messageOf } from "./promise/MaybePromise.ts"
