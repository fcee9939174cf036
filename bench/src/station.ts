/**
 * `pnpm bench:station`: what the station's side costs. CPU per message of our client, of npm `ocpp-rpc` and of raw `ws` against the
 * same raw server, each client in its own process, rounds interleaved, medians; our client without sockets, by action; and
 * the speed of a virtual day. Ratios are what means something on any machine.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import { withoutSockets } from "./inProcess.ts"
import { median, microseconds, progress, ratio, table } from "./report.ts"
import { Server } from "./Server.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    stations: { type: "string", default: "50" },
    messages: { type: "string", default: "500" },
    day: { type: "string", default: "400" }
  }
})
const rounds = Number(values.rounds)
const stations = Number(values.stations)
const messages = Number(values.messages)

/** Clients under test: `file` in `servers/`; the first is the floor. */
const contenders = [
  { name: "raw ws + JSON.parse", file: "clientRaw" },
  { name: "wattline over ocpp-ws", file: "clientWattline" },
  { name: "ocpp-rpc, strict", file: "clientOcppRpc" }
]

const csms = await Server.start("raw server", "raw")
const clients = await Promise.all(
  contenders.map(({ file, name }) => Server.start(name, file, [csms.url, String(stations)]))
)
const results = new Map<string, Array<number>>()
for (const client of clients) await client.work(2 * messages) // warm-up
for (let round = 1; round <= rounds; round++) {
  for (const client of clients) {
    const before = await client.usage("cpu")
    await client.work(messages)
    const after = await client.usage("cpu")
    results.set(client.name, [...(results.get(client.name) ?? []), (after.cpu - before.cpu) / (stations * messages)])
  }
  progress(`CPU per message: round ${round} of ${rounds}`)
}
progress()
for (const client of clients) await client.stop()
await csms.stop()

console.log(
  `${stations} stations, mix of Heartbeat, StatusNotification, MeterValues, TransactionEvent; median of ${rounds} interleaved rounds of ${stations * messages} CALLs and their answers\n`
)
const floor = median(results.get(contenders[0]?.name ?? "") ?? [])
console.log(
  table(
    ["client", "CPU per CALL", "ratio to raw"],
    contenders.map(({ name }) => {
      const figure = median(results.get(name) ?? [])
      return [name, microseconds(figure), ratio(figure / floor)]
    })
  )
)

console.log("\nour client without sockets\n")
const inProcess = await withoutSockets(rounds)
console.log(
  table(
    ["CALL and its answer", "CPU"],
    Array.from(inProcess, ([action, figure]) => [action, microseconds(figure)])
  )
)

const day = Number(values.day)
if (day > 0) {
  const simulator = path.dirname(path.dirname(new URL(import.meta.resolve("@wattline/ocpp-simulator")).pathname))
  const folder = mkdtempSync(path.join(tmpdir(), "wattline-bench-"))
  const report = path.join(folder, "report.json")
  const began = performance.now()
  const scenario = path.join(simulator, "scenarios/office.yaml")
  const flags = ["--stations", String(day), "--quiet", "--json", report]
  execFileSync(process.execPath, [path.join(simulator, "bin/ocpp-sim.js"), "fleet", scenario, ...flags])
  const seconds = (performance.now() - began) / 1000
  const { toCsms } = (JSON.parse(readFileSync(report, "utf8")) as { readonly messages: { readonly toCsms: number } })
    .messages
  rmSync(folder, { recursive: true })
  console.log(
    `\na virtual day of ${day} stations and their CSMS: ${seconds.toFixed(1)} s, ${toCsms} CALLs, ${((seconds * 1e6) / toCsms).toFixed(0)} µs each at both ends`
  )
}
