/**
 * `pnpm bench`: server CPU time per message and heap per idle station, ours against raw `ws` and npm `ocpp-rpc`, each server
 * in its own process, rounds interleaved, medians. Figures are ratios, so that they mean something on any machine.
 */
import { execFileSync } from "node:child_process"
import { parseArgs } from "node:util"
import { connect, disconnect, exchange } from "./load.ts"
import { bytes, microseconds, median, ratio, table } from "./report.ts"
import { Server } from "./Server.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    stations: { type: "string", default: "50" },
    messages: { type: "string", default: "1000" },
    idle: { type: "string", default: "5000" },
    only: { type: "string" }
  }
})
const rounds = Number(values.rounds)
const stations = Number(values.stations)
const messages = Number(values.messages)
const idle = Number(values.idle)

const contenders = [
  { name: "raw ws + JSON.parse", file: "raw" },
  { name: "wattline over ocpp-ws", file: "wattline" },
  { name: "ocpp-rpc, strict", file: "ocppRpc" }
].filter(({ file }) => values.only === undefined || values.only === file)

const cpuPerMessage = async (): Promise<Map<string, Array<number>>> => {
  const results = new Map<string, Array<number>>()
  const running = await Promise.all(contenders.map(({ file, name }) => Server.start(name, file)))
  const loads = []
  for (const server of running) loads.push({ server, clients: await connect(server.url, stations, "CS-") })
  for (const { clients } of loads) await exchange(clients, 2 * messages) // warm-up
  for (let round = 1; round <= rounds; round++) {
    for (const { clients, server } of loads) {
      const before = await server.usage("cpu")
      await exchange(clients, messages)
      const after = await server.usage("cpu")
      const figures = results.get(server.name) ?? []
      figures.push((after.cpu - before.cpu) / (stations * messages))
      results.set(server.name, figures)
    }
    process.stderr.write(`\rCPU per message: round ${round} of ${rounds} `)
  }
  process.stderr.write("\r\u001b[K")
  for (const { clients, server } of loads) {
    await disconnect(clients)
    await server.stop()
  }
  return results
}

const heapPerStation = async (): Promise<Map<string, number>> => {
  const results = new Map<string, number>()
  for (const { file, name } of contenders) {
    process.stderr.write(`\rheap per idle station: ${name} `)
    const server = await Server.start(name, file)
    await disconnect(await connect(server.url, 20, "warm-"))
    const before = await server.usage("heap")
    const clients = await connect(server.url, idle, "CS-")
    const after = await server.usage("heap")
    results.set(name, (after.heap - before.heap) / idle)
    await disconnect(clients)
    await server.stop()
  }
  process.stderr.write("\r\u001b[K")
  return results
}

const importTime = (specifier: string): number => {
  const script = `const t = performance.now(); await import(${JSON.stringify(specifier)}); console.log(performance.now() - t)`
  const runs = Array.from({ length: 7 }, () =>
    Number(
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname }).toString()
    )
  )
  return median(runs)
}

console.log(
  `${stations} stations, mix of Heartbeat, StatusNotification, MeterValues, TransactionEvent; median of ${rounds} interleaved rounds of ${stations * messages} messages; heap of ${idle} booted idle stations\n`
)
const cpu = await cpuPerMessage()
const heap = await heapPerStation()
const floor = median(cpu.get(contenders[0]?.name ?? "") ?? [])
console.log(
  table(
    ["server", "CPU per message", "ratio to raw", "heap per idle station"],
    contenders.map(({ name }) => {
      const figure = median(cpu.get(name) ?? [])
      return [name, microseconds(figure), ratio(figure / floor), bytes(heap.get(name) ?? Number.NaN)]
    })
  )
)
console.log(
  `\nimport of @wattline/ocpp-core: ${importTime("@wattline/ocpp-core").toFixed(0)} ms, of @wattline/ocpp-ws: ${importTime("@wattline/ocpp-ws").toFixed(0)} ms (median of 7 fresh processes)`
)
