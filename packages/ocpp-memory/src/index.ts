/** In-memory transport of Wattline OCPP: deterministic links, a scripted station, fault injection. */
export * as Fault from "./Fault.ts"
export { type DialDetails, type DialOptions, DialRefused, type DialTarget, MemoryNetwork } from "./MemoryNetwork.ts"
export { type CloseInfo, type Faults, type MemoryEnd, type MemoryPeer, PeerClosed } from "./MemoryPeer.ts"
export * as MemoryTransport from "./MemoryTransport.ts"
export { CallTimeout, ExpectationFailed, StationCallError } from "./station/failures.ts"
export type { LoggedText } from "./station/FrameLog.ts"
export type { StationFrame } from "./station/StationFrame.ts"
export { type IncomingCall, TestStation, type TestStationOptions } from "./TestStation.ts"
