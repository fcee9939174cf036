/** What a station process tells the process that started it, when it is done: its own account of the session. */

/** The station's account; plain data, sent over the IPC channel of the child process. */
export interface Account {
  readonly metered: ReadonlyArray<Metered>
  readonly traffic: Traffic
}

/** What is left of a transaction when it is over. */
export interface Metered {
  readonly transactionId: string
  readonly energyWh: number
  readonly events: number
}

/** What went over the wire, as the station saw it. */
export interface Traffic {
  /** CALLs of the station that were answered with a CALLRESULT. */
  readonly sent: number
  /** CALLs of the CSMS that the station answered with a CALLRESULT. */
  readonly answered: number
  /** CALLERRORs in either direction, invalid payloads, frames that are none. */
  readonly faults: ReadonlyArray<string>
}
