/** What the station process tells the process that started it, when it is done: its own account of the session. */
import type { Metered } from "./ChargingStation.ts"
import type { Traffic } from "./Connection.ts"

/** The station's account; plain data, sent over the IPC channel of the child process. */
export interface Account {
  readonly metered: ReadonlyArray<Metered>
  readonly traffic: Traffic
}
