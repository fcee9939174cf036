/**
 * A plain CSMS of npm `ocpp-rpc`, which shares nothing with Wattline: says yes to everything, validates both directions with
 * schemas of its own (`strictMode`), and keeps what it has to complain about. A target for fleets, also from the command line:
 *
 *   node test/RpcServer.ts 9000 PASSWORD
 */
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { createRPCError, RPCServer } from "ocpp-rpc"

type Params = Readonly<Record<string, unknown>>
type Trouble = { readonly method?: string; readonly error?: Error }
interface Client {
  readonly identity: string
  handle(action: string, handler: (call: { readonly params: Params }) => object): void
  handle(handler: (call: { readonly method: string }) => object): void
  call(action: string, request: object): Promise<Params>
  on(event: string, listener: (trouble: Trouble) => void): void
}
type TransactionEvent = {
  readonly eventType: string
  readonly seqNo: number
  readonly idToken?: object
  readonly transactionInfo: { readonly transactionId: string; readonly stoppedReason?: string }
}

/** A CSMS that listens. */
export interface RpcServer {
  /** Without the identity: `ws://127.0.0.1:49152`. */
  readonly url: string
  readonly booted: ReadonlySet<string>
  /** The events of each transaction as they came: `Started 0`, `Updated 1`, … */
  readonly transactions: ReadonlyMap<string, ReadonlyArray<string>>
  /** Variables in the NotifyReports of each station. */
  readonly variables: ReadonlyMap<string, number>
  /** Invalid payloads, frames that are none, CALLERRORs in either direction; one sentence each. */
  readonly faults: ReadonlyArray<string>
  /** Sends a CALL to a station and gives its answer. */
  readonly call: (identity: string, action: string, request: object) => Promise<Params>
  readonly close: () => Promise<void>
}

/** What has nothing to be said to. */
const notifications: ReadonlySet<string> = new Set([
  "FirmwareStatusNotification",
  "LogStatusNotification",
  "MeterValues",
  "NotifyChargingLimit",
  "NotifyDisplayMessages",
  "NotifyEvent",
  "NotifyMonitoringReport",
  "SecurityEventNotification",
  "StatusNotification"
])

/** Listens on 127.0.0.1; a station with another password gets 401. Asks each station that boots for its inventory. */
export const rpcServer = async (password: string, port = 0): Promise<RpcServer> => {
  const clients = new Map<string, Client>()
  const booted = new Set<string>()
  const transactions = new Map<string, Array<string>>()
  const variables = new Map<string, number>()
  const faults: Array<string> = []
  const accepted = { idTokenInfo: { status: "Accepted" } }
  const currentTime = (): string => new Date().toISOString()

  const welcome = (client: Client): void => {
    const { identity } = client
    clients.set(identity, client)
    for (const event of ["strictValidationFailure", "badMessage", "callError"])
      client.on(event, ({ error, method }) => faults.push(`${identity} ${event} ${method}: ${error?.message}`))
    client.handle("BootNotification", () => {
      booted.add(identity)
      setImmediate(() => {
        client.call("GetBaseReport", { requestId: 1, reportBase: "FullInventory" }).catch((error: unknown) => {
          faults.push(`${identity} GetBaseReport: ${String(error)}`)
        })
      })
      return { status: "Accepted", currentTime: currentTime(), interval: 300 }
    })
    client.handle("Heartbeat", () => ({ currentTime: currentTime() }))
    client.handle("Authorize", () => accepted)
    client.handle("DataTransfer", () => ({ status: "UnknownVendorId" }))
    client.handle("NotifyReport", ({ params: { reportData = [] } }) => {
      variables.set(identity, (variables.get(identity) ?? 0) + (reportData as ReadonlyArray<object>).length)
      return {}
    })
    client.handle("TransactionEvent", ({ params }) => {
      const { eventType, idToken, seqNo, transactionInfo } = params as TransactionEvent
      const events = transactions.get(transactionInfo.transactionId)
      if (events === undefined) transactions.set(transactionInfo.transactionId, [`${eventType} ${seqNo}`])
      else events.push(`${eventType} ${seqNo}`)
      return idToken === undefined ? {} : accepted
    })
    client.handle(({ method }) => {
      if (notifications.has(method)) return {}
      throw createRPCError("NotImplemented", `${method} is not known here`)
    })
  }

  const server = new RPCServer({ protocols: ["ocpp2.0.1"], strictMode: true })
  server.auth((accept, reject, { password: given }) => {
    if (given?.toString() === password) accept()
    else reject(401, "Unauthorized")
  })
  server.on("client", welcome)
  const listening = await server.listen(port, "127.0.0.1")
  return {
    url: `ws://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    booted,
    transactions,
    variables,
    faults,
    call: async (identity, action, request) => {
      const client = clients.get(identity)
      if (client === undefined) throw new Error(`${identity} is not connected`)
      return await client.call(action, request)
    },
    close: async () => await server.close({ force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port = "9000", password = "correct-horse-battery"] = process.argv.slice(2)
  const { booted, faults, transactions, url } = await rpcServer(password, Number(port))
  console.log(`npm ocpp-rpc listens on ${url}, password ${password}`)
  setInterval(() => {
    const over = [...transactions.values()].filter((events) => events.at(-1)?.startsWith("Ended") === true).length
    console.log(`${booted.size} booted, ${transactions.size} transactions, ${over} over, ${faults.length} faults`)
    for (const fault of faults.slice(-3)) console.log(`  ${fault}`)
  }, 5000)
}
