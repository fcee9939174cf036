/** Our CSMS over `ocpp-ws`: strict validation, lifecycle, mirrors, store, all at their defaults. */
import { Csms, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Effect, Layer } from "effect"
import { serve } from "./control.ts"

const directory = StationDirectory.fromLookup((identity) => Effect.succeed({ identity, securityProfile: 0 }))
const live = WsServer.layer({ port: 0, host: "127.0.0.1", plain: true }).pipe(
  Layer.provideMerge(Csms.layer()),
  Layer.provide(directory)
)

Effect.runFork(
  Effect.gen(function* () {
    const server = yield* WsServer
    serve(server.address.port)
    return yield* Effect.never
  }).pipe(Effect.provide(live))
)
