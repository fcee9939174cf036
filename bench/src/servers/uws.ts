/** Our CSMS over `ocpp-uws`: as `wattline.ts` over `ocpp-ws`. */
import { Csms, StationDirectory } from "@wattline/ocpp-core"
import { UwsServer } from "@wattline/ocpp-uws"
import { Effect, Layer } from "effect"
import { serve } from "./control.ts"
import { native } from "./native.ts"

const directory = StationDirectory.fromLookup((identity) => Effect.succeed({ identity, securityProfile: 0 }))
const live = UwsServer.layer({ port: 0, host: "127.0.0.1", plain: true, native: await native() }).pipe(
  Layer.provideMerge(Csms.layer({}, { messagesPerSecond: 1e6, bytesPerSecond: 1e9, inventory: "off" })),
  Layer.provide(directory)
)

Effect.runFork(
  Effect.gen(function* () {
    const server = yield* UwsServer
    serve(server.address.port)
    return yield* Effect.never
  }).pipe(Effect.provide(live))
)
