import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, TestStation } from "@wattline/ocpp-memory"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import {
  Authority,
  Contracts,
  handlers,
  raiseToProfile3,
  rotatePassword,
  Vault
} from "../src/certificates-and-passwords.ts"
import { chain, csr, otherCsr } from "./certificates.ts"
import { settle } from "./support.ts"

const password = "correct-horse-battery"
const chargingStation = { model: "M1", vendorName: "V", serialNumber: "SN-1" }

/** A station of profile 2 that is Accepted. */
const arrived = Effect.fnUntraced(function* (identity: string) {
  const { addStation } = yield* Csms
  const inCsms = yield* addStation({ identity, securityProfile: 2, password })
  const station = yield* TestStation.connect({ identity, password, secure: true })
  yield* station.boot({ chargingStation })
  return { inCsms, station }
})

const kept = new Map<string, string>()
const services = Layer.mergeAll(
  Layer.succeed(Vault, {
    keep: (identity, secret) => Effect.sync(() => void kept.set(identity, Redacted.value(secret)))
  }),
  Layer.succeed(Authority, {
    serialNumberOf: (identity) => Effect.succeed(identity === "CS-5" ? "SN-5" : "SN-1"),
    sign: () => Effect.succeed(chain)
  }),
  Layer.succeed(Contracts, {
    install: (_schema, exi) => (exi === "AAAA" ? Effect.succeed("BBBB") : Effect.fail({ message: "unknown EV" })),
    status: (emaid) => Effect.succeed(emaid === "DEABCC1234567" ? ("Good" as const) : ("Revoked" as const))
  })
)
const csms = Layer.provideMerge(Csms.layer(handlers, { inventory: "off" }), services)

/** Answers SetVariables of one variable. */
const setVariable = (station: TestStation, attributeStatus: "Accepted" | "RebootRequired" | "Rejected") =>
  station.answer("SetVariables", ({ setVariableData }) => ({
    setVariableResult: setVariableData.map(({ component, variable }) => ({ component, variable, attributeStatus }))
  }))

/** The trigger, and the CSR that follows it. */
const asksFor = Effect.fnUntraced(function* (station: TestStation, request: string) {
  yield* (yield* station.expectCall("TriggerMessage")).reply({ status: "Accepted" })
  return yield* station.call("SignCertificate", { csr: request, certificateType: "ChargingStationCertificate" })
})

layer(Layer.provideMerge(MemoryTransport.layer, csms))("certificates and passwords", (it) => {
  it.effect("A01.FR.02, R-047: the new password lets the station in, the old one no more", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* arrived("CS-1")
      yield* setVariable(station, "Accepted")
      assert.strictEqual(yield* rotatePassword(inCsms), "changed")
      const login = { identity: "CS-1", secure: true }
      assert.strictEqual((yield* Effect.flip(TestStation.connect({ ...login, password }))).status, 401)
      yield* TestStation.connect({ ...login, password: kept.get("CS-1") ?? "" })
    })
  )

  it.effect("R-047: a password that is refused changes nothing; without an answer both are let in and kept", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* arrived("CS-2")
      yield* setVariable(station, "Rejected")
      assert.strictEqual(yield* rotatePassword(inCsms), "refused: Rejected")
      assert.isFalse(kept.has("CS-2"))
      const { inCsms: silent, station: silentStation } = yield* arrived("CS-3")
      const rotating = yield* Effect.forkChild(rotatePassword(silent))
      yield* silentStation.expectCall("SetVariables")
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* Fiber.join(rotating), "both work until the station has used one")
      yield* TestStation.connect({ identity: "CS-3", secure: true, password: kept.get("CS-3") ?? "" })
    })
  )

  it.effect(
    "A-18, A02, A05: a station gets its certificate, the profile that needs it, and comes back with profile 3",
    () =>
      Effect.gen(function* () {
        const { inCsms, station } = yield* arrived("CS-4")
        const raising = yield* Effect.forkChild(raiseToProfile3(inCsms, 2))
        assert.deepStrictEqual(yield* asksFor(station, csr), { status: "Accepted" })
        const signed = yield* station.expectCall("CertificateSigned")
        assert.strictEqual(signed.request.certificateChain, chain)
        yield* signed.reply({ status: "Accepted" })
        yield* station.answer("SetNetworkProfile", { status: "Accepted" })
        yield* station.answer("GetVariables", ({ getVariableData }) => ({
          getVariableResult: getVariableData.map((item) => ({
            ...item,
            attributeStatus: "Accepted" as const,
            attributeValue: "1"
          }))
        }))
        yield* setVariable(station, "RebootRequired")
        yield* station.answer("Reset", { status: "Accepted" })
        yield* settle
        yield* station.close()
        const certificate = {
          commonName: "SN-1",
          organizations: ["Wattline"],
          verification: "trusted" as const,
          problem: undefined,
          fingerprint256: "AA:BB",
          validTo: 0
        }
        const back = yield* TestStation.connect({ identity: "CS-4", certificate })
        yield* back.boot({ reason: "RemoteReset", chargingStation })
        assert.strictEqual(yield* Fiber.join(raising), "raised")
      })
  )

  it.effect("A00.FR.509: a CSR for another station is not signed, although this one boots with its serial number", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* arrived("CS-5")
      const raising = yield* Effect.forkChild(raiseToProfile3(inCsms, 2))
      yield* asksFor(station, csr)
      assert.match(yield* Fiber.join(raising), /^SigningFailed: .*not signed: signature Valid/)
    })
  )

  it.effect("a certificate of the CA for another key is not sent", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* arrived("CS-6")
      const raising = yield* Effect.forkChild(raiseToProfile3(inCsms, 2))
      yield* asksFor(station, otherCsr)
      assert.match(yield* Fiber.join(raising), /^SigningFailed: /)
    })
  )

  it.effect("C07, M01, M06: contracts are decided on by whoever knows them", () =>
    Effect.gen(function* () {
      const { station } = yield* arrived("CS-7")
      const authorize = (idToken: string) =>
        Effect.map(
          station.call("Authorize", {
            idToken: { idToken, type: "eMAID" },
            iso15118CertificateHashData: [
              {
                hashAlgorithm: "SHA256",
                issuerNameHash: "aa",
                issuerKeyHash: "bb",
                serialNumber: "1",
                responderURL: "http://ocsp.example.com"
              }
            ]
          }),
          ({ certificateStatus, idTokenInfo }) => [idTokenInfo.status, certificateStatus]
        )
      assert.deepStrictEqual(yield* authorize("DEABCC1234567"), ["Accepted", "Accepted"])
      assert.deepStrictEqual(yield* authorize("DEABCC7654321"), ["Invalid", "CertificateRevoked"])
      const install = (exiRequest: string) =>
        station.call("Get15118EVCertificate", { iso15118SchemaVersion: "2", action: "Install", exiRequest })
      assert.deepStrictEqual(yield* install("AAAA"), { status: "Accepted", exiResponse: "BBBB" })
      assert.strictEqual((yield* install("CCCC")).status, "Failed")
      const { status } = yield* station.call("GetCertificateStatus", {
        ocspRequestData: {
          hashAlgorithm: "SHA256",
          issuerNameHash: "aa",
          issuerKeyHash: "bb",
          serialNumber: "1",
          responderURL: "http://localhost:9000"
        }
      })
      assert.strictEqual(status, "Failed")
    })
  )
})
