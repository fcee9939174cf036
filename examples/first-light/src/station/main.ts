/**
 * The station of npm `ocpp-rpc` as a process of its own:
 *
 *   STATION_PASSWORD=… node src/station/main.ts ws://127.0.0.1:9000 CS-7 [--once] [--swipe TOKEN] [--seconds N]
 *
 * It stays until Ctrl-C; `--once`: until its first session is over. `--swipe`: a driver comes by without being sent by the
 * CSMS, charges for some seconds, and leaves.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Account } from "./Account.ts"
import { ChargingStation } from "./ChargingStation.ts"
import { Connection } from "./Connection.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    once: { type: "boolean", default: false },
    swipe: { type: "string" },
    seconds: { type: "string", default: "10" }
  }
})
const [url = "ws://127.0.0.1:9000", identity = "CS-7"] = positionals
const isChild = process.send !== undefined

const say = (text: string): void => {
  if (!isChild) console.log(`${identity}  ${text}`)
}

const connection = new Connection({ url, identity, password: process.env["STATION_PASSWORD"] ?? "" })
const station = new ChargingStation(connection, say)

const switchedOff = new Promise<void>((resolve) => {
  process.once("SIGINT", () => resolve())
  process.once("SIGTERM", () => resolve())
  process.once("disconnect", () => resolve()) // whoever started it is gone
})

const visit = async (token: string): Promise<void> => {
  await station.swipe(token)
  if (!station.isOccupied) return
  await sleep(Number(values.seconds) * 1000, undefined, { ref: false })
  await station.swipe(token)
}

const live = async (): Promise<void> => {
  await station.boot()
  const free = station.free()
  if (values.swipe !== undefined) await visit(values.swipe)
  await (values.once ? free : switchedOff)
}

try {
  await connection.open()
  say(`connected to ${url}`)
  const lost = connection.closed.then(({ code, reason }) => {
    throw new Error(`the CSMS closed the connection: ${code} ${reason}`)
  })
  await Promise.race([live(), switchedOff, lost, station.broken])
  await station.shutDown()
  await connection.close()
  const account: Account = { metered: station.metered, traffic: connection.traffic }
  process.send?.(account)
  if (isChild) process.disconnect()
} catch (error) {
  console.error(`Station ${identity}: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
