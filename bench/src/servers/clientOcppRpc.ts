/** npm `ocpp-rpc` with strict validation. */
import { RPCClient } from "ocpp-rpc"
import { Station } from "../messages.ts"
import { drive } from "./control.ts"

await drive(async (endpoint, identity) => {
  const client = new RPCClient({
    endpoint,
    identity,
    protocols: ["ocpp2.0.1"],
    strictMode: true,
    pingIntervalMs: 0,
    wsOpts: { perMessageDeflate: false }
  } as ConstructorParameters<typeof RPCClient>[0]) // its types want every option
  await client.connect()
  const station = new Station(identity)
  return () => {
    const [action, payload] = station.nextCall()
    return client.call(action, payload)
  }
})
