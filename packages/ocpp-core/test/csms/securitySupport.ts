/** What the tests of block A share: ways to log in, certificates, and a CALL that is on its way. */
import { assert } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import {
  Acceptor,
  type Admission,
  type ClientCertificate,
  Csms,
  type Station,
  type UpgradeRequest
} from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { basic, begin, reported, reportPart } from "./support.ts"

export const password = "correct-horse-battery"
export const newPassword = "staple-correct-horse-9"

export const certificate = (fields: Partial<ClientCertificate> = {}): ClientCertificate => ({
  commonName: "SN-1",
  organizations: ["Wattline"],
  verification: "trusted",
  problem: undefined,
  fingerprint256: "AA:BB",
  validTo: 0,
  ...fields
})

type Way = Partial<Pick<UpgradeRequest, "authorization" | "certificate" | "secure">>

/** Over plain ws with a password. */
export const plain = (secret = password): Way => ({ secure: false, authorization: basic("CS-1", secret) })
/** Over TLS with a password. */
export const tls = (secret = password): Way => ({ secure: true, authorization: basic("CS-1", secret) })
/** Over TLS with a certificate. */
export const mutual = (fields: Partial<ClientCertificate> = {}): Way => ({
  secure: true,
  certificate: certificate(fields)
})

/** What the core says to a station that comes this way. */
export const ask = (way: Way): Effect.Effect<Admission, never, Acceptor> =>
  Effect.flatMap(Acceptor, (acceptor) =>
    acceptor.admit({
      target: "/ocpp/CS-1",
      protocols: "ocpp2.0.1",
      authorization: undefined,
      remoteAddress: "192.0.2.1",
      secure: false,
      ...way
    })
  )

/** The same in one number: 101, or the HTTP status. */
export const statusOf = (way: Way) =>
  Effect.map(ask(way), (admission) =>
    admission._tag === "Admitted" ? 101 : admission._tag === "Refused" ? admission.status : 0
  )

/** Comes in this way, and opens the link. */
export const enter = Effect.fnUntraced(function* (way: Way) {
  const admission = yield* ask(way)
  if (admission._tag !== "Admitted") return assert.fail(JSON.stringify(admission))
  return yield* FakeStation.enter(admission)
})

/** Adds a station of profile 2, with a password. */
export const add = (secret = password) =>
  Effect.flatMap(Csms, (csms) => csms.addStation({ identity: "CS-1", securityProfile: 2, password: secret }))

/** Such a station that has booted and is Accepted. */
export const arrived = Effect.gen(function* () {
  const station = yield* add()
  const fake = yield* enter(tls())
  fake.boot()
  return { station, fake }
})

/** Reports, when asked for everything, how many characters the station's password may have. */
export const reportsMaxLimit = Effect.fnUntraced(function* (fake: FakeStation, station: Station, maxLimit: number) {
  const report = yield* untilCalled(fake, station.getBaseReport("FullInventory"))
  const { requestId } = fake.lastCall[3] as { readonly requestId: number }
  fake.reply({ status: "Accepted" })
  const limit = {
    ...reported("SecurityCtrlr", "BasicAuthPassword", ""),
    variableAttribute: [{ mutability: "WriteOnly" as const }],
    variableCharacteristics: { dataType: "string" as const, supportsMonitoring: false, maxLimit }
  }
  fake.call("NotifyReport", reportPart(requestId, 0, false, [limit]))
  yield* Fiber.join(report)
})

/** Which of the two passwords are let in, without opening a link. */
export const letIn = Effect.gen(function* () {
  const accepted: Array<"old" | "new"> = []
  if ((yield* statusOf(tls(password))) === 101) accepted.push("old")
  if ((yield* statusOf(tls(newPassword))) === 101) accepted.push("new")
  return accepted.join()
})

export const setPassword = (attributeValue = newPassword) => ({
  setVariableData: [{ component: { name: "securityctrlr" }, variable: { name: "BASICAUTHPASSWORD" }, attributeValue }]
})

export const passwordResult = (attributeStatus: string, more: object = {}) => ({
  setVariableResult: [
    { attributeStatus, component: { name: "SecurityCtrlr" }, variable: { name: "BasicAuthPassword" }, ...more }
  ]
})

/** Begins an effect, and waits until the station has got a CALL. */
export const untilCalled = <A, E, R>(
  fake: FakeStation,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.gen(function* () {
    const before = fake.calls.length
    const fiber = yield* begin(effect)
    if (fake.calls.length === before)
      yield* Effect.callback<void>((resume) => {
        fake.react = () => {
          fake.react = undefined
          resume(Effect.void)
        }
      })
    return fiber
  })

/** A station of profile 2 that is Accepted, and whose SetVariables with the new password has arrived. */
export const changing = Effect.gen(function* () {
  const { fake, station } = yield* arrived
  return { station, fake, change: yield* untilCalled(fake, station.call("SetVariables", setPassword())) }
})
