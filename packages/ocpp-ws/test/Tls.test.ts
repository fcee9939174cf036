import { tlsSuite } from "@wattline/ocpp-conformance"
import { Effect } from "effect"
import { start } from "./ws-harness.ts"

tlsSuite("ws", {
  start: (tls) =>
    Effect.map(start({ port: 0, path: "/ocpp", pingInterval: 0, closeTimeout: 1, tls }), ({ address, reload }) => ({
      port: address.port,
      reload
    })),
  bothKeys: true,
  clientCertificates: "judged",
  revocation: true,
  reload: true
})
