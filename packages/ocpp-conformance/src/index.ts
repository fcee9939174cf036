/** The contract that every transport adapter must meet, as tests. */
export { adapterSuite } from "./adapterSuite.ts"
export { type AdapterWishes, type FaultHarness, maxMessageBytes, type RunningAdapter } from "./faults/FaultHarness.ts"
export { faultSuite } from "./faults/faultSuite.ts"
export { type AdapterHarness, type Dial, DialRefused, type Peer, PeerClosed } from "./Peer.ts"
export {
  type CertificateSpec,
  type Issued,
  makeRequest,
  makeTestCa,
  type Requested,
  type TestCa,
  type TestPki,
  testPki
} from "./Pki.ts"
export { writeFiles } from "./pki/writeFiles.ts"
export {
  admitted,
  type LinkCall,
  makeRecordingAcceptor,
  type RecordedLink,
  type RecordingAcceptor,
  type RecordingOptions
} from "./RecordingAcceptor.ts"
export { type TlsHarness, type TlsListener, type TlsSetup } from "./tls/TlsHarness.ts"
export { TlsRefused, type TlsStation, tlsStation } from "./tls/station.ts"
export { type ClientSettings, dial } from "./dial.ts"
export { behindHead, opened, recorded, running } from "./webSocket/running.ts"
export { firstFrame } from "./webSocket/compression.ts"
export { type RunningWebSocket, type WebSocketHarness, type Wishes } from "./webSocket/WebSocketHarness.ts"
export { webSocketSuite } from "./webSocketSuite.ts"
export { type RpcCsms, rpcCsms } from "./interop/RpcCsms.ts"
export { interopSuite } from "./interopSuite.ts"
export { tlsSuite } from "./tlsSuite.ts"
export { type ClusterHarness, clusterSuite } from "./ports/clusterSuite.ts"
export { type StationDirectoryHarness, stationDirectorySuite } from "./ports/stationDirectorySuite.ts"
export { type StationStoreHarness, stationStoreSuite } from "./ports/stationStoreSuite.ts"
export { type Capability, type ListenerTls, type SecurityHarness } from "./security/SecurityHarness.ts"
export { securitySuite } from "./security/securitySuite.ts"
export { type CasesOptions, casesSuite } from "./cases/casesSuite.ts"
