/** Stations that speak bytes, and how to count what they leave behind: for programs that are no tests. */
export { FiberCensus, leaked, resources } from "./faults/Census.ts"
export { type Breach, breaches } from "./faults/breaches.ts"
export { bomb, compressedFrame, compressionOffer, deflated } from "./faults/compressed.ts"
export { maxMessageBytes } from "./faults/FaultHarness.ts"
export { closeFrame, fragments, opcodes, stationFrame, textFrame } from "./faults/Frame.ts"
export { garbage, random } from "./faults/random.ts"
export {
  type Cut,
  Gone,
  type Manners,
  NotUpgraded,
  RawStation,
  type Request,
  upgradeRequest
} from "./faults/RawStation.ts"
