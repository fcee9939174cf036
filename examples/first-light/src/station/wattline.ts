/**
 * The virtual station of `@wattline/ocpp-station` as a process of its own, with a driver who comes when the CSMS has started a
 * session remotely (F02), and one session to its life. `StationProcess` starts it, and is told the station's account:
 *
 *   STATION_PASSWORD=… node --conditions=@wattline/source src/station/wattline.ts ws://127.0.0.1:9000 CS-7
 */
import { Stations } from "@wattline/ocpp-station"
import {
  makeEV,
  type PlayableStation,
  VirtualStations,
  type VirtualStationOptions
} from "@wattline/ocpp-station/virtual"
import { WsDialer } from "@wattline/ocpp-ws"
import { Cause, Data, Effect, Exit, Fiber, Layer, Stream } from "effect"
import { accountOf, blank, note } from "./Ledger.ts"

const [url = "ws://127.0.0.1:9000", identity = "CS-7"] = process.argv.slice(2)

/** 300 kW. */
const dc = { supply: { phases: 0, voltage: 750, maxCurrent: 400 }, connectors: ["cCCS2"] } as const

const hardware: VirtualStationOptions = {
  identity,
  url,
  password: process.env["STATION_PASSWORD"],
  chargingStation: {
    vendorName: "Wattline",
    model: "HPC 300",
    serialNumber: "WL-2611-0007",
    firmwareVersion: "2.4.1"
  },
  evses: [dc, dc],
  model: {
    values: {
      "TxCtrlr.TxStartPoint": "Authorized",
      "TxCtrlr.TxStopPoint": "Authorized",
      "SampledDataCtrlr.TxStartedMeasurands": "Energy.Active.Import.Register,SoC",
      "SampledDataCtrlr.TxUpdatedMeasurands": "Energy.Active.Import.Register,Power.Active.Import,Voltage,SoC",
      "SampledDataCtrlr.TxEndedMeasurands": "Energy.Active.Import.Register,SoC"
    }
  }
}

/** The CSMS is not there, or does not want the station. */
class SentAway extends Data.TaggedError("SentAway")<{ readonly message: string }> {}

/** A driver: plugs in where the CSMS has started a transaction, and drives off when it has stopped it. */
const drive = Effect.fnUntraced(function* ({ controls, waitFor }: PlayableStation) {
  const evseId = yield* waitFor((event) => (event._tag === "TransactionStarted" ? event.evseId : undefined))
  yield* Effect.sleep("250 millis")
  controls.plugIn(evseId, makeEV("limousine", { stateOfCharge: 0.412 }))
  yield* waitFor((event) => (event._tag === "TransactionEnded" ? true : undefined))
  yield* Effect.sleep("150 millis")
  controls.unplug(evseId)
  yield* waitFor((event) => (event._tag === "CallEnded" && event.action === "StatusNotification" ? true : undefined))
  // What is queued goes out before the station goes.
  yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => controls.client.undelivered() === 0 })
})

/** Fails when the station cannot connect, or has to go. */
const sentAway = ({ waitFor }: PlayableStation) =>
  Effect.flatMap(
    waitFor((event) => {
      if (event._tag === "ConnectFailed") return `no connection: ${event.detail}`
      return event._tag === "Disconnected" ? `the CSMS closed the connection: ${event.code} ${event.reason}` : undefined
    }),
    (message) => Effect.fail(new SentAway({ message }))
  )

const session = Effect.gen(function* () {
  const station = yield* VirtualStations.start(hardware)
  const ledger = yield* station.events.pipe(
    Stream.takeUntil((event) => event._tag === "StateChanged" && event.state === "Stopped"),
    Stream.runFold(() => blank, note),
    Effect.forkChild({ startImmediately: true }) // nothing is missed
  )
  yield* Effect.raceFirst(drive(station), sentAway(station))
  station.controls.client.stop(1000, "session over")
  return accountOf(yield* Fiber.join(ledger))
}).pipe(Effect.scoped, Effect.provide(Layer.provide(Stations.layer, WsDialer.layer())))

const fiber = Effect.runFork(session)
process.once("disconnect", () => fiber.interruptUnsafe()) // whoever started it is gone
fiber.addObserver((exit) => {
  if (Exit.isSuccess(exit)) process.send?.(exit.value)
  else {
    const error = Cause.squash(exit.cause)
    console.error(`Station ${identity}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
  if (process.connected) process.disconnect()
})
