/** Listeners from PEM texts, which uWebSockets.js reads from files, for suites over a whole CSMS. */
import { type ListenerTls, type SecurityHarness, writeFiles } from "@wattline/ocpp-conformance"
import { Effect } from "effect"
import { start } from "./uws-harness.ts"

const common = { port: 0, path: "/ocpp", pingInterval: 0 } as const

/** Any number of listeners, plain and with TLS. */
export const listenersHarness: SecurityHarness = {
  cannot: {
    twoCertificates: "uWebSockets.js has one certificate per listener",
    judgedCertificate: "uWebSockets.js ends the TLS handshake of a certificate that is not trusted or has expired"
  },
  start: Effect.fnUntraced(function* (tls) {
    const options = tls === undefined ? ({ plain: true } as const) : { tls: yield* filesOf(tls) }
    return (yield* start({ ...common, ...options })).address.port
  })
}

const filesOf = Effect.fnUntraced(function* ({ certificates: [certificate], clientCa }: ListenerTls) {
  const { chain: certFile = "", key: keyFile = "" } = certificate ?? {}
  const files = yield* writeFiles({ certFile, keyFile })
  return clientCa === undefined ? files : { ...files, ...(yield* writeFiles({ caFile: clientCa })) }
})
