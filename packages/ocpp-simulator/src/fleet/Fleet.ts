/** Runs a fleet by its scenario, on whatever time and network there is. */
import { readFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { Stations } from "@wattline/ocpp-station"
import type { StationConnection } from "@wattline/ocpp-station"
import type { Recorder } from "../report/Recorder.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { connectAt, forStation, passwordOf } from "../scenario/Stations.ts"
import { buildOf, FleetStation, type FleetWorld, type Gauges } from "./FleetStation.ts"
import { Network } from "./Network.ts"

/** The fleet cannot start; the message says what to change. */
export class FleetFailed extends Data.TaggedError("FleetFailed")<{ readonly message: string }> {}

/** What a run needs besides its scenario. */
export interface FleetOptions extends Pick<FleetWorld, "remoteStart" | "remoteStop" | "onRefused"> {
  readonly scenario: Scenario
  readonly recorder: Recorder
  /** Called with every sample, about once a second of real time, or 240 times a run under virtual time. */
  readonly onSample?: () => void
}

/** Seconds at the end in which drivers may leave, and what is queued be delivered. */
const patience = 20

/** The same for a run that is interrupted. */
const shortPatience = 5

/** Stations that are built at a time, so that the first connect while the last are still being built. */
const batch = 100

/**
 * Runs the fleet from the first connection to the last; at the end its drivers leave, and its stations are switched off. The
 * same when it is interrupted, within 5 s; under virtual time, at once.
 */
export const runFleet = Effect.fn("runFleet")(function* (options: FleetOptions) {
  const { onSample = () => {}, recorder, scenario } = options
  const { host } = yield* Stations
  const { line } = yield* Network
  const clock = yield* Clock.Clock
  const startedAt = clock.currentTimeMillisUnsafe()
  const gauges: Gauges = { connected: 0, accepted: 0, charging: new Set(), queueing: new Set() }
  const world: FleetWorld = { ...options, host, line, gauges, seed: scenario.seed }
  const connectionOf = yield* readConnections(scenario)
  const fleet: Array<FleetStation> = []

  const goodbye = Effect.fnUntraced(function* (seconds: number) {
    for (const station of fleet) station.close()
    for (let waited = 0; waited < seconds && isBusy(gauges); waited++) yield* Effect.sleep("1 second")
  })
  yield* Effect.addFinalizer(
    Effect.fnUntraced(function* (exit) {
      if (Exit.hasInterrupts(exit) && scenario.time === "real" && gauges.connected > 0) yield* goodbye(shortPatience)
      for (const station of fleet) station.stop()
    })
  )
  const sample = Effect.sync(() => {
    recorder.sample(measure(gauges))
    onSample()
  })
  const join = Effect.gen(function* () {
    for (let index = 0; index < scenario.stations.count; index++) {
      const wait = startedAt + connectAt(scenario, index) - clock.currentTimeMillisUnsafe()
      if (wait > 0) yield* Effect.sleep(wait)
      else if (index % batch === batch - 1) yield* Effect.yieldNow
      const station = new FleetStation(world, { ...buildOf(world, index), ...connectionOf(index) })
      fleet.push(station)
      station.start()
    }
  })
  const every = scenario.time === "virtual" ? Math.max(1, scenario.duration / 240) : 1
  const watch = Effect.forever(Effect.andThen(Effect.sleep(every * 1000), sample))

  yield* Effect.forkScoped(watch)
  yield* Effect.all([join, Effect.sleep(scenario.duration * 1000)], { concurrency: "unbounded", discard: true })
  yield* goodbye(patience)
  yield* sample
}, Effect.scoped)

/** Whether a transaction runs, or an event of one is not delivered. */
const isBusy = (gauges: Gauges): boolean => {
  const { queued, transactions } = measure(gauges)
  return transactions > 0 || queued > 0
}

/** Where the fleet stands. */
const measure = ({ accepted, charging, connected, queueing }: Gauges) => {
  let transactions = 0
  let power = 0
  let queued = 0
  for (const station of charging) {
    transactions += station.transactions
    power += station.power
  }
  for (const station of queueing) {
    const undelivered = station.process.client.undelivered()
    queued += undelivered
    if (undelivered === 0 && station.process.client.isOnline) queueing.delete(station)
  }
  return { connected, accepted, transactions, power, queued }
}

/** How each station connects. All files are read before anything starts, each once. */
export const readConnections = (scenario: Scenario): Effect.Effect<(index: number) => StationConnection, FleetFailed> =>
  Effect.try({
    try: () => {
      const { ca, certificate, key, profile, serverName, url } = scenario.csms
      const texts = new Map<string, string>()
      const read = (name: string): string => {
        const text = texts.get(name) ?? readFileSync(name, "utf8")
        texts.set(name, text)
        return text
      }
      const ofEach = (template: string | undefined): ReadonlyArray<string> =>
        template === undefined
          ? []
          : Array.from({ length: scenario.stations.count }, (_, index) => read(forStation(scenario, index, template)))
      const cas = ca === undefined ? undefined : read(ca)
      const certificates = ofEach(certificate)
      const keys = ofEach(key).map((text) => Redacted.make(text))
      return (index) => ({
        url,
        securityProfile: profile,
        password: passwordOf(scenario, index),
        tls: { ca: cas, certificate: certificates[index], key: keys[index], serverName }
      })
    },
    catch: (error) =>
      new FleetFailed({
        message: `A file of the csms settings (ca, certificate, key) cannot be read: ${error instanceof Error ? error.message : String(error)}`
      })
  })
