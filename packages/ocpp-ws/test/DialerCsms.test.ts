/** Stations that dial our own CSMS over our own listener. */
import { assert, it } from "@effect/vitest"
import { testPki } from "@wattline/ocpp-conformance"
import { Csms } from "@wattline/ocpp-core"
import { Context, Effect, Layer, Redacted } from "effect"
import { WsServer, type WsServerOptions } from "../src/index.ts"
import { dialing, requestTo } from "./dialers.ts"

const password = "0123456789abcdef"
const boot =
  '[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"M","vendorName":"V","serialNumber":"SN-1"}}]'

const common = { port: 0, path: "/ocpp", pingInterval: 0 } as const

const running = (options: WsServerOptions) =>
  Effect.map(Layer.build(Layer.provideMerge(WsServer.layer(options), Csms.layer())), (context) => ({
    csms: Context.get(context, Csms),
    port: Context.get(context, WsServer).address.port
  }))

it.live("profile 1: in with the password and accepted, 401 with another, 404 under another name", () =>
  Effect.gen(function* () {
    const { csms, port } = yield* running({ ...common, plain: true })
    yield* csms.addStation({ identity: "RDAM|123", securityProfile: 1, password })
    const { dial, refusal } = yield* dialing()
    const url = `ws://127.0.0.1:${port}/ocpp`
    const request = requestTo(url, { identity: "RDAM|123", securityProfile: 1, password: Redacted.make(password) })
    const station = yield* dial(request)
    station.link.send(boot)
    assert.include(yield* station.next, '"status":"Accepted"')
    const wrong = yield* refusal({ ...request, password: Redacted.make("fedcba9876543210") })
    assert.deepInclude(wrong, { reason: "Refused", status: 401, securityEvent: "FailedToAuthenticateAtCsms" })
    assert.include(wrong.detail, "The password is wrong.")
    assert.strictEqual((yield* refusal({ ...request, identity: "RDAM|124" })).status, 404)
    assert.strictEqual((yield* refusal({ ...request, protocols: ["ocpp1.6"] })).status, 400)
    station.link.close(1000, "done")
    assert.strictEqual(yield* station.next, "closed 1000 done")
  })
)

it.live("profiles 2 and 3: in over TLS, with the password and with the certificate", () =>
  Effect.gen(function* () {
    const { ca } = yield* testPki
    const server = yield* ca.issue({ commonName: "csms.test", key: "EC", usage: "server" })
    const client = yield* ca.issue({ commonName: "SN-1", key: "EC", usage: "client" })
    const { csms, port } = yield* running({
      ...common,
      tls: { certificates: [{ cert: server.chain, key: server.key }], clientCertificates: { ca: ca.cert } }
    })
    yield* csms.addStation({ identity: "CS-2", securityProfile: 2, password })
    yield* csms.addStation({ identity: "CS-3", securityProfile: 3 })
    const { dial } = yield* dialing()
    const tls = { ca: ca.cert, serverName: "csms.test" }
    const request = requestTo(`wss://127.0.0.1:${port}/ocpp`, { tls })
    for (const station of [
      yield* dial({ ...request, identity: "CS-2", securityProfile: 2, password: Redacted.make(password) }),
      yield* dial({
        ...request,
        identity: "CS-3",
        securityProfile: 3,
        tls: { ...tls, certificate: client.chain, key: Redacted.make(client.key) }
      })
    ]) {
      station.link.send(boot)
      assert.include(yield* station.next, '"status":"Accepted"')
    }
  })
)
