/** Our CSMS in a storm: Basic over plain (`1`) or over TLS (`2`), every station with a password of its own. */
import { Csms, hashPassword, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Effect, Layer } from "effect"
import { passwordOf } from "../storm.ts"
import { serve } from "./control.ts"
import { certificate } from "./certificate.ts"

const [profile, stations] = process.argv.slice(2).map(Number)
const securityProfile = profile === 2 ? 2 : 1

const hashes = new Map<string, string>()
for (let i = 0; i < (stations ?? 0); i++) {
  hashes.set(`CS-${i}`, await Effect.runPromise(hashPassword(passwordOf(`CS-${i}`))))
}
const directory = StationDirectory.fromLookup((identity) =>
  Effect.succeed({ identity, securityProfile, passwordHash: hashes.get(identity) })
)
const listener = { port: 0, host: "127.0.0.1" }
const live = WsServer.layer(
  securityProfile === 2 ? { ...listener, tls: { certificates: [certificate()] } } : { ...listener, plain: true }
).pipe(Layer.provideMerge(Csms.layer({}, { inventory: "off" })), Layer.provide(directory))

Effect.runFork(
  Effect.gen(function* () {
    const server = yield* WsServer
    serve(server.address.port)
    return yield* Effect.never
  }).pipe(Effect.provide(live))
)
