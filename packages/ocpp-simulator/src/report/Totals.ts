/** Where a run stands, for a view that is drawn often. */
import type { Latency } from "./Report.ts"
import type { GaugeName } from "./TimeSeries.ts"

/** The fleet at one moment; `power` in W, `queued` TransactionEvents that wait. */
export type FleetSample = { readonly [N in GaugeName]: number }

/** Where the run stands. */
export interface Totals {
  /** Milliseconds since the recorder was made. */
  readonly elapsed: number
  readonly toCsms: number
  readonly fromCsms: number
  /** CALLs without a CALLRESULT: CALLERRORs, timeouts, lost and invalid ones. */
  readonly failures: number
  readonly open: number
  readonly reconnects: number
  readonly started: number
  readonly ended: number
  readonly faults: number
  readonly energyWh: number
  /** `undefined` in virtual time, or when nothing was answered. */
  readonly latency: Latency | undefined
  /** The last sample. */
  readonly fleet: FleetSample
}
