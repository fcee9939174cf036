/**
 * `pnpm bench`: server CPU time per message, memory per idle station and stations let in per second, ours against raw `ws`
 * and npm `ocpp-rpc`, each server in its own process, rounds interleaved, medians. Ratios are what means something on any
 * machine.
 */
import { execFileSync } from "node:child_process"
import { parseArgs } from "node:util"
import { type Contender, contenders, stormContenders } from "./contenders.ts"
import { cpuPerMessage } from "./cpu.ts"
import { memoryPerStation } from "./memory.ts"
import { bytes, median, microseconds, perSecond, ratio, table } from "./report.ts"
import { stormsOf } from "./storms.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    stations: { type: "string", default: "50" },
    messages: { type: "string", default: "1000" },
    idle: { type: "string", default: "10000" },
    storm: { type: "string", default: "2000" },
    only: { type: "string" }
  }
})
const load = { rounds: Number(values.rounds), stations: Number(values.stations), messages: Number(values.messages) }
const idle = Number(values.idle)
const stormy = Number(values.storm)
const wanted = ({ file }: Contender): boolean => values.only === undefined || values.only.split(",").includes(file)

const importTime = (specifier: string): string => {
  const script = `const t = performance.now(); await import(${JSON.stringify(specifier)}); console.log(performance.now() - t)`
  const run = (): number =>
    Number(
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname }).toString()
    )
  return `${median(Array.from({ length: 7 }, run)).toFixed(0)} ms`
}

const measured = contenders.filter(wanted)
if (measured.length > 0) {
  console.log(
    `${load.stations} stations, mix of Heartbeat, StatusNotification, MeterValues, TransactionEvent; median of ${load.rounds} interleaved rounds of ${load.stations * load.messages} messages; memory of ${idle} booted idle stations\n`
  )
  const cpu = await cpuPerMessage(measured, load)
  const memory = await memoryPerStation(measured, idle)
  const floor = cpu.get(measured[0]?.name ?? "") ?? Number.NaN
  console.log(
    table(
      ["server", "CPU per message", "ratio to raw", "heap per idle station", "RSS per idle station"],
      measured.map(({ name }) => {
        const figure = cpu.get(name) ?? Number.NaN
        const { heap = Number.NaN, rss = Number.NaN } = memory.get(name) ?? {}
        return [name, microseconds(figure), ratio(figure / floor), bytes(heap), bytes(rss)]
      })
    )
  )
}

const stormed = stormContenders.filter(wanted)
if (stormed.length > 0 && stormy > 0) {
  const storms = await stormsOf(stormed, stormy)
  console.log(`\nstations let in per second when ${stormy} come at once, after a start and once more\n`)
  console.log(
    table(
      ["server", "Basic", "Basic, again", "Basic over TLS", "over TLS, again"],
      stormed.map(({ name }) => {
        const figures = storms.get(name)
        const { basic, basicAgain, tls, tlsAgain } = figures ?? { basic: 0, basicAgain: 0, tls: 0, tlsAgain: 0 }
        return [name, perSecond(basic), perSecond(basicAgain), perSecond(tls), perSecond(tlsAgain)]
      })
    )
  )
}

if (values.only === undefined) {
  const packages = ["@wattline/ocpp-core", "@wattline/ocpp-ws", "@wattline/ocpp-uws"]
  const times = packages.map((name) => `${name} ${importTime(name)}`).join(", ")
  console.log(`\nimport of ${times} (median of 7 fresh processes)`)
}
