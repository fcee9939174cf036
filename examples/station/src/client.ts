import { andThen, Stations } from "@wattline/ocpp-station"
import { WsDialer } from "@wattline/ocpp-ws"
import { Console, Effect, Layer, Stream } from "effect"

const station = Effect.gen(function* () {
  const { accepted, call, events } = yield* (yield* Stations).connect({
    url: process.env["CSMS_URL"] ?? "ws://127.0.0.1:9000/ocpp",
    identity: "CS-1",
    password: "change-me-in-production",
    chargingStation: { vendorName: "Example", model: "One" },
    handlers: {
      Reset: (_request, { client }) => {
        const reboot = Effect.sync(() => client.reboot("RemoteReset", 1))
        return Effect.succeed(andThen({ status: "Accepted" }, reboot))
      }
    }
  })
  yield* Effect.forkScoped(Stream.runForEach(events, ({ _tag }) => Console.log(_tag)))
  yield* accepted
  const { idTokenInfo } = yield* call("Authorize", { idToken: { idToken: "04A2E8B1C39D80", type: "ISO14443" } })
  yield* Console.log(`The token is ${idTokenInfo.status}`)
  return yield* Effect.never
})

await station.pipe(Effect.scoped, Effect.provide(Layer.provide(Stations.layer, WsDialer.layer())), Effect.runPromise)
