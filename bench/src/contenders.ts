/** Who takes part. */

/** A server to be measured: `file` in `servers/`. */
export interface Contender {
  readonly name: string
  readonly file: string
}

/** Under the message load; the first is the floor. */
export const contenders: ReadonlyArray<Contender> = [
  { name: "raw ws + JSON.parse", file: "raw" },
  { name: "wattline over ocpp-ws", file: "wattline" },
  { name: "wattline over ocpp-uws", file: "uws" },
  { name: "ocpp-rpc, strict", file: "ocppRpc" }
]

/** In the storm; the first is the floor. */
export const stormContenders: ReadonlyArray<Contender> = [
  { name: "raw ws, password compared", file: "stormRaw" },
  { name: "wattline over ocpp-ws", file: "stormWattline" },
  { name: "wattline over ocpp-uws", file: "stormUws" },
  { name: "ocpp-rpc, password compared", file: "stormOcppRpc" }
]
