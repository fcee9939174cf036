/**
 * Chaos: our CSMS and virtual stations in processes that are killed, and the proof that no TransactionEvent is lost or counted
 * twice.
 */
export { ChaosFailed } from "./Child.ts"
export { killCsms } from "./killCsms.ts"
export type { CsmsKilled } from "./killCsms.ts"
export { killStations } from "./killStations.ts"
export { isProven } from "./run.ts"
export type { ChaosOptions, ChaosReport } from "./run.ts"
export type { Fault, Finding, Verdict } from "./judge.ts"
export { summary } from "./summary.ts"
