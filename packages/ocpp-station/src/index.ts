/** A charging station's end of OCPP 2.0.1: typed, on the same engine as the CSMS. */
export { Stations, InvalidStation } from "./client/Stations.ts"
export type { StationConnection, StationOptions } from "./client/Stations.ts"
export type { ClientReboot, StationClient } from "./client/StationClient.ts"
export { defaultSettings } from "./client/Client.ts"
export type {
  CallOutcome,
  Client,
  ClientSettings,
  StationHandler,
  StationHandlerContext,
  StationHandlers
} from "./client/Client.ts"
export type { CallEnd, ClientEvent } from "./client/ClientEvent.ts"
export { backOff } from "./client/BackOff.ts"
export type { Host } from "./client/Host.ts"
export type { StationState } from "./client/StationState.ts"
export { MessageStore, MessageStoreError } from "./queue/MessageStore.ts"
export type { MessageStoreShape, StoredMessage } from "./queue/MessageStore.ts"
export { andThen, CallError, NotSent, OutcomeUnknown, refuse, Refusal } from "@wattline/ocpp-core"
export type { Answer, CallFailure, ErrorCode, EventsMissed, SecurityProfile } from "@wattline/ocpp-core"
export { DialFailed } from "@wattline/ocpp-core/engine"
export type { Dialer, DialTls } from "@wattline/ocpp-core/engine"
/** The payloads of the standard and their parts, by the standard's names: `IdTokenType`, `Messages`, … */
export type * from "@wattline/ocpp-v201"
