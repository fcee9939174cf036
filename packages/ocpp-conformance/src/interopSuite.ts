/**
 * A real CSMS behind an adapter, with stations of another make: npm `ocpp-rpc` over security profiles 1, 2 and 3, with and
 * without compression. An adapter's test file is one call of this.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { Acceptor, Csms } from "@wattline/ocpp-core"
import { rawStation } from "./interop/rawStation.ts"
import { type RpcAnswers, type RpcLogin, rpcStation } from "./interop/RpcStation.ts"
import { type Issued, testPki } from "./Pki.ts"
import type { SecurityHarness } from "./security/SecurityHarness.ts"

const identity = "CS=7+S@d.1"
const serialNumber = "SN.0042"
const password = "ocpp-rpc:and_Wattline=1"
const serverName = "csms.wattline.test"
const operator = "Wattline"

const boot = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V", serialNumber } }
const long = "Süd ".repeat(8000)

/** A CSMS that knows one station, behind the adapter. */
const serve = Effect.fnUntraced(function* (harness: SecurityHarness, securityProfile: 1 | 2 | 3) {
  const { ca, otherCa } = yield* testPki
  const scope = yield* Effect.acquireRelease(Scope.make(), (served) => Scope.close(served, Exit.void))
  const layer = Csms.layer(
    { DataTransfer: ({ data }) => Effect.succeed({ status: "Accepted", data }) },
    { inventory: "off", organizations: [operator], drain: { grace: "200 millis", interval: "10 millis" } }
  )
  const context = yield* Layer.buildWithScope(layer, scope)
  const station = yield* Context.get(context, Csms).addStation({
    identity,
    ...(securityProfile === 3 ? { securityProfile, certificate: { serialNumber } } : { securityProfile, password })
  })
  const server = yield* ca.issue({ commonName: serverName, key: "EC", usage: "server" })
  const port = yield* harness
    .start(
      securityProfile === 1
        ? undefined
        : { certificates: [server], ...(securityProfile === 3 && { clientCa: ca.cert }) }
    )
    .pipe(Effect.provideService(Acceptor, Context.get(context, Acceptor)), Effect.provideService(Scope.Scope, scope))
  const spec = { commonName: serialNumber, organization: operator, key: "EC", usage: "client" } as const
  const good = yield* ca.issue(spec)
  const login = (compression: boolean, certificate: Issued | undefined = good): RpcLogin => ({
    endpoint: `${securityProfile === 1 ? "ws" : "wss"}://127.0.0.1:${port}/ocpp`,
    identity,
    password: securityProfile === 3 ? undefined : password,
    compression,
    tls: {
      ca: ca.cert,
      servername: serverName,
      ...(securityProfile === 3 && certificate !== undefined && { cert: certificate.chain, key: certificate.key })
    }
  })
  return { ca, login, otherCa, spec, station }
})

const answers: RpcAnswers = {
  TriggerMessage: () => ({ status: "Accepted" }),
  DataTransfer: ({ data }) => ({ status: "Accepted", data })
}

/** Defines the interoperation tests under `name`. */
export const interopSuite = (name: string, harness: SecurityHarness): void => {
  describe(`stations of ocpp-rpc: ${name}`, () => {
    for (const profile of [1, 2, 3] as const) {
      for (const compression of [true, false]) {
        it.live(
          `profile ${profile}, ${compression ? "with" : "without"} compression: a whole conversation, both ways`,
          () =>
            Effect.gen(function* () {
              const { login, station } = yield* serve(harness, profile)
              const rpc = yield* rpcStation(login(compression), answers)
              assert.strictEqual(rpc.protocol, "ocpp2.0.1")
              assert.strictEqual(rpc.extensions?.startsWith("permessage-deflate") ?? false, compression)
              assert.deepInclude(yield* rpc.call("BootNotification", boot), { status: "Accepted" })
              assert.property(yield* rpc.call("Heartbeat", {}), "currentTime")
              const data = { vendorId: "wattline", data: long }
              assert.deepStrictEqual(yield* rpc.call("DataTransfer", data), { status: "Accepted", data: long })
              assert.deepStrictEqual(yield* station.call("TriggerMessage", { requestedMessage: "Heartbeat" }), {
                status: "Accepted"
              })
              assert.deepStrictEqual(yield* station.call("DataTransfer", data), { status: "Accepted", data: long })
              assert.strictEqual(yield* rpc.leave, 1000)
              assert.deepStrictEqual(rpc.faults, [])
            })
        )
      }
    }

    for (const profile of [1, 2] as const) {
      it.live(
        `TC_A_02_CSMS, TC_A_03_CSMS: profile ${profile}, a wrong password or none is 401, and the right one works after it`,
        () =>
          Effect.gen(function* () {
            const { login } = yield* serve(harness, profile)
            const right = login(false)
            for (const wrong of [`${password}x`, undefined]) {
              const refused = yield* Effect.flip(rpcStation({ ...right, password: wrong }))
              assert.strictEqual(refused.status, 401)
            }
            const rpc = yield* rpcStation(right)
            assert.deepInclude(yield* rpc.call("BootNotification", boot), { status: "Accepted" })
          })
      )
    }

    for (const compression of [true, false]) {
      it.live(
        `${compression ? "compressed" : "plain"} fragments, pings, binary and nonsense, which ocpp-rpc does not send`,
        () =>
          Effect.gen(function* () {
            const { login } = yield* serve(harness, 2)
            const { next, ws } = yield* rawStation(login(compression))
            assert.strictEqual(ws.extensions !== "", compression)
            const text = JSON.stringify([2, "1", "BootNotification", boot])
            const options = { compress: compression, fin: false }
            ws.send(text.slice(0, 10), options)
            ws.send(text.slice(10, 30), options)
            ws.ping("beat")
            ws.send(text.slice(30), { ...options, fin: true })
            const seen = [yield* next, yield* next]
            assert.include(seen, "pong beat")
            assert.isTrue(seen.some((one) => one.startsWith('[3,"1",{') && one.includes("Accepted")))
            ws.send("no JSON")
            assert.include(yield* next, '[4,"-1","RpcFrameworkError"')
            ws.send('[7,"2","Heartbeat",{}]')
            assert.include(yield* next, '[4,"2","MessageTypeNotSupported"')
            ws.send(Buffer.from('[2,"3","Heartbeat",{}]'))
            assert.include(yield* next, "[4,")
            ws.send('[2,"4","Heartbeat",{}]')
            assert.include(yield* next, '[3,"4",{"currentTime"')
          })
      )
    }

    it.live("TC_A_08_CSMS: profile 3, a bad certificate or none is turned away, and the right one works after it", () =>
      Effect.gen(function* () {
        const { ca, login, otherCa, spec } = yield* serve(harness, 3)
        const past = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2021-01-01T00:00:00Z") }
        // In the TLS handshake, unless the adapter leaves the verdict to the core.
        const untrusted = harness.cannot?.judgedCertificate === undefined ? 403 : 0
        const absent = harness.cannot?.optionalCertificate === undefined ? 403 : 0
        const bad: ReadonlyArray<readonly [string, number, RpcLogin]> = [
          ["of another CA", untrusted, login(false, yield* otherCa.issue(spec))],
          ["expired", untrusted, login(false, yield* ca.issue({ ...spec, ...past }))],
          ["of another station", 403, login(false, yield* ca.issue({ ...spec, commonName: "SN.0043" }))],
          ["of another operator", 403, login(false, yield* ca.issue({ ...spec, organization: "Somebody" }))],
          ["none", absent, { ...login(false), tls: { ca: ca.cert, servername: serverName } }]
        ]
        for (const [what, status, one] of bad) {
          assert.strictEqual((yield* Effect.flip(rpcStation(one))).status, status, what)
        }
        const rpc = yield* rpcStation(login(false))
        assert.deepInclude(yield* rpc.call("BootNotification", boot), { status: "Accepted" })
      }).pipe(Effect.provide(Logger.layer([])))
    )
  })
}
