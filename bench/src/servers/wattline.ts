/**
 * Our CSMS over `ocpp-ws`: strict validation, lifecycle, mirrors, store, limits, metrics, all at their defaults; only the rate
 * of one station is raised to what this load needs.
 */
import { Csms, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Effect, Layer } from "effect"
import { serve } from "./control.ts"

const directory = StationDirectory.fromLookup((identity) => Effect.succeed({ identity, securityProfile: 0 }))
const live = WsServer.layer({ port: 0, host: "127.0.0.1", plain: true }).pipe(
  Layer.provideMerge(Csms.layer({}, { messagesPerSecond: 1e6, bytesPerSecond: 1e9, inventory: "off" })),
  Layer.provide(directory)
)

Effect.runFork(
  Effect.gen(function* () {
    const server = yield* WsServer
    serve(server.address.port)
    return yield* Effect.never
  }).pipe(Effect.provide(live))
)
