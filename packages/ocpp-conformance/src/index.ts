/** The contract that every transport adapter must meet, as tests. */
export { adapterSuite } from "./adapterSuite.ts"
export { type AdapterHarness, type Dial, DialRefused, type Peer, PeerClosed } from "./Peer.ts"
export {
  admitted,
  type LinkCall,
  makeRecordingAcceptor,
  type RecordedLink,
  type RecordingAcceptor,
  type RecordingOptions
} from "./RecordingAcceptor.ts"
export { type ClusterHarness, clusterSuite } from "./ports/clusterSuite.ts"
export { type StationDirectoryHarness, stationDirectorySuite } from "./ports/stationDirectorySuite.ts"
export { type StationStoreHarness, stationStoreSuite } from "./ports/stationStoreSuite.ts"
