/** `pnpm secure serve`: one CSMS behind a TLS port for profiles 2 and 3 and, if asked for, a plain one for profile 1. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { Csms, EventLog, identityKey, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Context, Effect, Layer } from "effect"
import * as FileStationStore from "./FileStationStore.ts"
import * as inventory from "./inventory.ts"
import type { Arguments } from "./options.ts"

/** Certificates as they are on disk now: an EC and an RSA one for the four cipher suites of the standard. */
const tls = (directory: string) => {
  const file = (name: string) => readFileSync(path.join(directory, name))
  return {
    certificates: [
      { cert: file("server-ec.pem"), key: file("server-ec.key") },
      { cert: file("server-rsa.pem"), key: file("server-rsa.key") }
    ],
    clientCertificates: { ca: file("ca.pem") }
  }
}

/** Waits for the next SIGHUP. */
const hangup = Effect.callback<void>((resume) => {
  const listener = (): void => resume(Effect.void)
  process.once("SIGHUP", listener)
  return Effect.sync(() => process.off("SIGHUP", listener))
})

/** A port without TLS, for stations of profile 1 and for proxies that end TLS. */
const plainPort = ({ host, "plain-port": port, proxy }: Arguments) =>
  WsServer.layer({
    host,
    port: Number(port),
    plain: true,
    ...(proxy.length > 0 && {
      proxy: {
        trusted: proxy,
        certificate: { certificateHeader: "X-Client-Cert", verifyHeader: "X-Client-Verify" }
      }
    })
  })

/** The CSMS with its listeners; it logs one structured line per event. */
export const serve = (options: Arguments) => {
  const { host, organization, pki } = options
  let stations = inventory.load(options.stations)
  const directory = StationDirectory.fromLookup((identity) => Effect.sync(() => stations.get(identityKey(identity))))
  const csms = Csms.layer({}, { organizations: [organization] }).pipe(
    Layer.provide(directory),
    Layer.provide(FileStationStore.layer(options.state))
  )

  const listeners = Effect.gen(function* () {
    const secure = Context.get(
      yield* Layer.build(WsServer.layer({ host, port: Number(options.port), tls: tls(pki) })),
      WsServer
    )
    yield* Effect.logInfo(`stations of profiles 2 and 3 connect to ${secure.url}`)
    if (options["plain-port"] !== undefined) {
      const plain = yield* Layer.build(plainPort(options))
      yield* Effect.logInfo(`stations of profile 1 connect to ${Context.get(plain, WsServer).url}`)
    }
    const reload = Effect.gen(function* () {
      const now = yield* Effect.try(() => ({ certificates: tls(pki), stations: inventory.load(options.stations) }))
      yield* secure.reload(now.certificates)
      stations = now.stations
      yield* Effect.logInfo(`certificates and ${stations.size} stations were read again`)
    }).pipe(Effect.catch((error) => Effect.logError("nothing was read again", error)))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(hangup, reload)))
  })

  return Layer.launch(Layer.effectDiscard(listeners).pipe(Layer.provide(EventLog.layer()), Layer.provide(csms)))
}
