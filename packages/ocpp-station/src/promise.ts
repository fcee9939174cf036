/** Charging stations for plain async code: promises, AbortSignals and async iterables; no Effect in what a user writes. */
export { connectStation, openStations, startVirtualStation } from "./promise/openStations.ts"
export type {
  DialerLayer,
  PromiseDialTls,
  PromiseStationConnection,
  PromiseStationOptions,
  PromiseStations,
  PromiseStationsOptions,
  PromiseVirtualStationOptions
} from "./promise/openStations.ts"
export type { PromiseStationClient } from "./promise/PromiseStationClient.ts"
export type { PromisePlayableStation, PromiseWaitOptions } from "./promise/PromisePlayableStation.ts"
export type { PromiseStationHandler, PromiseStationHandlerContext, PromiseStationHandlers } from "./promise/Handlers.ts"
export type { MessageStoreLayer, PromiseMessageStore } from "./promise/PromiseMessageStore.ts"
export { StationClosed } from "./promise/StationClosed.ts"
export { WaitTimeout } from "./promise/WaitTimeout.ts"
export { InvalidStation } from "./client/Stations.ts"
export { defaultSettings } from "./client/Client.ts"
export type { ClientSettings } from "./client/Client.ts"
export { DialFailed } from "@wattline/ocpp-core/engine"
export type { CallEnd, ClientEvent } from "./client/ClientEvent.ts"
export type { StationState } from "./client/StationState.ts"
export type { Happening } from "./virtual/Happening.ts"
export type { VirtualProcess } from "./virtual/VirtualProcess.ts"
export { MessageStoreError } from "./queue/MessageStore.ts"
export type { StoredMessage } from "./queue/MessageStore.ts"
export {
  andThen,
  CallError,
  errorCodes,
  NotSent,
  OutcomeUnknown,
  PromiseAnswer,
  refuse,
  Refusal
} from "@wattline/ocpp-core/promise"
export type {
  Abortable,
  CallFailure,
  ErrorCode,
  EventsMissed,
  MaybePromise,
  PromiseEvents,
  PromiseEventsOptions,
  SecurityProfile
} from "@wattline/ocpp-core/promise"
/** The payloads of the standard and their parts, by the standard's names: `IdTokenType`, `Messages`, … */
export type * from "@wattline/ocpp-v201"
