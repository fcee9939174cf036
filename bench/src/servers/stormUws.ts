/** Our CSMS over `ocpp-uws` in a storm: Basic over plain (`1`) or over TLS (`2`), every station with a password of its own. */
import { Csms, hashPassword, StationDirectory } from "@wattline/ocpp-core"
import { UwsServer } from "@wattline/ocpp-uws"
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { passwordOf } from "../storm.ts"
import { certificate } from "./certificate.ts"
import { serve } from "./control.ts"
import { native } from "./native.ts"

const [profile, stations] = process.argv.slice(2).map(Number)
const securityProfile = profile === 2 ? 2 : 1

/** The certificate as the files that uWebSockets.js wants. */
const files = () => {
  const directory = mkdtempSync(join(tmpdir(), "wattline-bench-"))
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }))
  const { cert, key } = certificate()
  const tls = { certFile: join(directory, "cert.pem"), keyFile: join(directory, "key.pem") }
  writeFileSync(tls.certFile, cert)
  writeFileSync(tls.keyFile, key, { mode: 0o600 })
  return tls
}

const hashes = new Map<string, string>()
for (let i = 0; i < (stations ?? 0); i++) {
  hashes.set(`CS-${i}`, await Effect.runPromise(hashPassword(passwordOf(`CS-${i}`))))
}
const directory = StationDirectory.fromLookup((identity) =>
  Effect.succeed({ identity, securityProfile, passwordHash: hashes.get(identity) })
)
const listener = { port: 0, host: "127.0.0.1", native: await native() }
const live = UwsServer.layer(securityProfile === 2 ? { ...listener, tls: files() } : { ...listener, plain: true }).pipe(
  Layer.provideMerge(Csms.layer({}, { inventory: "off" })),
  Layer.provide(directory)
)

Effect.runFork(
  Effect.gen(function* () {
    const server = yield* UwsServer
    serve(server.address.port)
    return yield* Effect.never
  }).pipe(Effect.provide(live))
)
