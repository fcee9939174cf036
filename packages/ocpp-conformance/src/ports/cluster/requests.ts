/** CALLs for the cluster cases. */
import type { CallRequest } from "@wattline/ocpp-core"

let count = 0

/** A CALL to a station, with a payload that has something of everything JSON has. */
export const callTo = (identity: string, action: string): CallRequest => ({
  callId: `call-${++count}`,
  identity,
  action,
  payload: { text: 'Ä"\\\u0000⚡', number: -1.5e-7, list: [[], {}, null, true], empty: "" },
  timeout: 30_000,
  sendBefore: undefined,
  waitForReconnect: false,
  allowWhileRejected: false
})
