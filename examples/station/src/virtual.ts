import { Stations } from "@wattline/ocpp-station"
import { makeEV, VirtualStations } from "@wattline/ocpp-station/virtual"
import { WsDialer } from "@wattline/ocpp-ws"
import { Console, Effect, Fiber, Layer } from "effect"

const url = process.env["CSMS_URL"] ?? "ws://127.0.0.1:9000/ocpp"
const token = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

const session = Effect.gen(function* () {
  const station = yield* VirtualStations.start({ identity: "CS-1", url, password: "change-me-in-production" })
  yield* station.accepted
  const end = station.waitFor((event) => (event._tag === "TransactionEnded" ? event : undefined))
  const ending = yield* Effect.forkChild(end, { startImmediately: true })
  station.controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
  station.controls.present(token, 1) // to start
  yield* Effect.sleep(`${Number(process.env["SECONDS"] ?? 10)} seconds`)
  station.controls.present(token, 1) // to stop
  const { energyWh, stoppedReason } = yield* Fiber.join(ending)
  yield* Console.log(`${energyWh.toFixed(1)} Wh, ${stoppedReason}`)
})

await session.pipe(Effect.scoped, Effect.provide(Layer.provide(Stations.layer, WsDialer.layer())), Effect.runPromise)
