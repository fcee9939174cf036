/** Stations that dial in memory. */
import { assert, describe, it } from "@effect/vitest"
import { type RecordingOptions, testPki } from "@wattline/ocpp-conformance"
import { Csms } from "@wattline/ocpp-core"
import { type Dialed, Dialer, type DialFailed, type DialRequest, type LinkHandler } from "@wattline/ocpp-core/engine"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { MemoryDialer, MemoryNetwork, MemoryTransport } from "../src/index.ts"
import { start } from "./setup.ts"

const password = "0123456789abcdef"

const requestOf = (wishes: Partial<DialRequest> = {}): DialRequest => ({
  url: "memory://csms/ocpp",
  identity: "CS-1",
  protocols: ["ocpp2.0.1"],
  securityProfile: 0,
  timeout: 30_000,
  ...wishes
})

/** Connects, and writes down what reaches the station, one word or text each; `onText` may answer. */
const dialing = (dialer: Dialer["Service"], onText?: (dialed: Dialed, text: string) => void) => {
  const heard: Array<string> = []
  const stations: Array<Dialed> = []
  const open = (dialed: Dialed): LinkHandler => {
    heard.push(`open ${dialed.protocol}`)
    stations.push(dialed)
    return {
      onText: (text) => {
        heard.push(text)
        onText?.(dialed, text)
      },
      onBinary: () => heard.push("binary"),
      onClose: (code, reason) => heard.push(`closed ${code} ${reason}`.trim())
    }
  }
  const dial = (wishes: Partial<DialRequest> = {}): Effect.Effect<Dialed, DialFailed> =>
    Effect.map(dialer.dial(requestOf(wishes), open), () => stations.at(-1)!)
  return { heard, dial, refusal: (wishes: Partial<DialRequest> = {}) => Effect.flip(dial(wishes)) }
}

/** A dialer at a recording acceptor. */
const recorded = Effect.fnUntraced(function* (recording: RecordingOptions = {}) {
  const started = yield* start(recording)
  const context = yield* Layer.build(Layer.provide(MemoryDialer.layer, Layer.succeed(MemoryNetwork, started.network)))
  return { ...started, ...dialing(Context.get(context, Dialer)) }
})

/** A dialer at our own CSMS. */
const atCsms = Effect.map(
  Layer.build(MemoryDialer.layer.pipe(Layer.provide(MemoryTransport.layer), Layer.provideMerge(Csms.layer()))),
  (context) => ({ csms: Context.get(context, Csms), dialer: Context.get(context, Dialer) })
)

describe("the upgrade request", () => {
  it.effect("R-020, R-042: target, password and subprotocols are those of the request", () =>
    Effect.gen(function* () {
      const { acceptor, dial } = yield* recorded()
      yield* dial({
        url: "wss://csms.test/tenant?a=b",
        identity: "RDAM|123",
        securityProfile: 2,
        password: Redacted.make("pä55wörd")
      })
      const [request] = acceptor.requests
      assert.strictEqual(request?.target, "/tenant/RDAM%7C123?a=b")
      assert.strictEqual(request?.protocols, "ocpp2.0.1")
      assert.isTrue(request?.secure)
      const credentials = request?.authorization?.slice("Basic ".length) ?? ""
      assert.strictEqual(Buffer.from(credentials, "base64").toString(), "RDAM|123:pä55wörd")
    })
  )

  it.effect("profile 3 shows the certificate as a listener would have read it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      const { ca } = yield* testPki
      const issued = yield* ca.issue({ commonName: "SN-1", key: "EC", usage: "client" })
      const { acceptor, dial } = yield* recorded()
      const tls = { certificate: issued.chain, key: Redacted.make(issued.key) }
      yield* dial({ securityProfile: 3, tls })
      const { fingerprint256 } = issued
      const expected = {
        commonName: "SN-1",
        organizations: ["Wattline"],
        verification: "trusted",
        fingerprint256
      } as const
      assert.deepInclude(acceptor.requests[0]?.certificate, expected)
      yield* TestClock.adjust("60 days")
      yield* dial({ securityProfile: 3, tls })
      assert.strictEqual(acceptor.requests[1]?.certificate?.verification, "expired")
    })
  )

  it.effect("a request that contradicts itself is Invalid", () =>
    Effect.gen(function* () {
      const { acceptor, refusal } = yield* recorded()
      assert.strictEqual((yield* refusal({ securityProfile: 1 })).reason, "Invalid")
      assert.strictEqual((yield* refusal({ url: "http://csms" })).reason, "Invalid")
      assert.deepStrictEqual(acceptor.requests, [])
    })
  )
})

describe("the answer", () => {
  it.effect("R-013: what the CSMS sends at once comes after `open`, in order, and so does its end", () =>
    Effect.gen(function* () {
      const { dial, heard } = yield* recorded({
        onOpen: ({ link }) => {
          link.send("one")
          link.send("two")
          link.close(1000, "enough")
        }
      })
      yield* dial()
      yield* Effect.yieldNow
      assert.deepStrictEqual(heard, ["open ocpp2.0.1", "one", "two", "closed 1000 enough"])
    })
  )

  it.effect("a refusal has its status and Retry-After", () =>
    Effect.gen(function* () {
      const { refusal } = yield* recorded({
        admit: () =>
          Effect.succeed({ _tag: "Refused", status: 503, reason: "Too many.", headers: { "Retry-After": "7" } })
      })
      assert.deepInclude(yield* refusal(), { reason: "Refused", status: 503, retryAfter: 7 })
    })
  )

  it.effect("R-230: without a subprotocol OCPP does not begin", () =>
    Effect.gen(function* () {
      const { heard, refusal } = yield* recorded({
        admit: () => Effect.succeed({ _tag: "ClosedAfterUpgrade", code: 1002, reason: "no common subprotocol" })
      })
      assert.strictEqual((yield* refusal()).reason, "Protocol")
      assert.deepStrictEqual(heard, [])
    })
  )

  it.effect("a CSMS that does not decide: Timeout, and no link is left", () =>
    Effect.gen(function* () {
      const { acceptor, refusal } = yield* recorded({ admit: () => Effect.never })
      const dialed = yield* Effect.forkChild(refusal({ timeout: 5000 }), { startImmediately: true })
      yield* TestClock.adjust("4 seconds")
      assert.isUndefined(dialed.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(dialed)).reason, "Timeout")
      assert.deepStrictEqual(acceptor.links, [])
    })
  )

  it.effect("a network that is shut down: Unreachable", () =>
    Effect.gen(function* () {
      const { refusal, shutdown } = yield* recorded()
      yield* shutdown
      assert.strictEqual((yield* refusal()).reason, "Unreachable")
    })
  )
})

describe("the link", () => {
  it.effect("carries texts both ways and is closed by either end", () =>
    Effect.gen(function* () {
      const { acceptor, dial, heard } = yield* recorded()
      const station = yield* dial()
      const server = yield* acceptor.nextLink
      station.link.send("ping")
      assert.deepStrictEqual(yield* server.next, { _tag: "Text", text: "ping" })
      server.link.send("pong")
      server.link.close(1001, "going away")
      yield* Effect.yieldNow
      assert.deepStrictEqual(heard.slice(1), ["pong", "closed 1001 going away"])
      assert.isFalse(station.link.send("late"))
      const again = yield* dial()
      const second = yield* acceptor.nextLink
      again.link.close(1000, "done")
      assert.deepStrictEqual(yield* second.next, { _tag: "Close", code: 1000, reason: "done" })
    })
  )

  it.effect("the release of the layer closes what is open with 1000", () =>
    Effect.gen(function* () {
      const { acceptor, network } = yield* start()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const layer = Layer.provide(MemoryDialer.layer, Layer.succeed(MemoryNetwork, network))
          yield* dialing(Context.get(yield* Layer.build(layer), Dialer)).dial()
        })
      )
      const { next } = yield* acceptor.nextLink
      assert.deepStrictEqual(yield* next, { _tag: "Close", code: 1000, reason: "" })
    })
  )
})

describe("our own CSMS", () => {
  it.effect("R-040: lets a station in with its password and accepts it; another password is 401", () =>
    Effect.gen(function* () {
      const { csms, dialer } = yield* atCsms
      yield* csms.addStation({ identity: "CS-1", securityProfile: 1, password })
      const { dial, heard, refusal } = dialing(dialer)
      const wrong = yield* refusal({ securityProfile: 1, password: Redacted.make("wrong-wrong-wrong") })
      assert.deepInclude(wrong, { reason: "Refused", status: 401, securityEvent: "FailedToAuthenticateAtCsms" })
      const station = yield* dial({ securityProfile: 1, password: Redacted.make(password) })
      station.link.send(
        '[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"M","vendorName":"V"}}]'
      )
      yield* TestClock.adjust("1 second")
      assert.include(heard[1], '"status":"Accepted"')
    })
  )

  it.effect("a thousand stations connect, boot and reconnect", () =>
    Effect.gen(function* () {
      const { csms, dialer } = yield* atCsms
      const identities = Array.from({ length: 1000 }, (_, n) => `CS-${n}`)
      for (const identity of identities) yield* csms.addStation({ identity, securityProfile: 0 })
      const { dial, heard } = dialing(dialer, ({ link }, text) => {
        if (text.startsWith("[3,")) link.close(1000, "")
      })
      for (let round = 1; round <= 2; round++) {
        yield* Effect.forEach(
          identities,
          (identity) => Effect.map(dial({ identity }), ({ link }) => link.send('[2,"1","Heartbeat",{}]')),
          { concurrency: "unbounded", discard: true }
        )
        yield* TestClock.adjust("1 second")
        assert.strictEqual(heard.filter((one) => one === "closed 1000").length, round * 1000)
      }
    })
  )
})
