/** Stations that dial over `ws`, at CSMSs of other makers: bare servers of `ws` and of TCP, and npm `ocpp-rpc`. */
import { assert, describe, it } from "@effect/vitest"
import { rpcCsms } from "@wattline/ocpp-conformance"
import { Dialer } from "@wattline/ocpp-core/engine"
import { Cause, Context, Deferred, Effect, Exit, Fiber, Layer, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import { createHash } from "node:crypto"
import { WsDialer } from "../src/index.ts"
import { bareCsms, dialing, refusingCsms, requestTo, tcpServer } from "./dialers.ts"

const password = Redacted.make("pä55wörd-of-CS-1")

describe("the upgrade request", () => {
  it.effect("R-020, R-231: the identity is the last segment, percent-encoded", () =>
    Effect.gen(function* () {
      const csms = yield* bareCsms()
      const { dial } = yield* dialing()
      yield* dial(requestTo(`${csms.url}/?tenant=a%20b`, { identity: "RDAM|123 +ü" }))
      const { request } = yield* csms.next
      assert.strictEqual(request.url, "/ocpp/RDAM%7C123%20%2B%C3%BC?tenant=a%20b")
      assert.strictEqual(request.headers["sec-websocket-protocol"], "ocpp2.0.1")
      assert.strictEqual(request.headers.authorization, undefined)
      assert.strictEqual(request.headers["sec-websocket-extensions"], undefined)
    })
  )

  it.effect("R-042: the password goes as UTF-8 behind the identity itself", () =>
    Effect.gen(function* () {
      const csms = yield* bareCsms()
      const { dial } = yield* dialing()
      yield* dial(requestTo(csms.url, { identity: "RDAM|123", securityProfile: 1, password }))
      const { request } = yield* csms.next
      const [scheme, credentials = ""] = request.headers.authorization?.split(" ") ?? []
      assert.strictEqual(scheme, "Basic")
      assert.strictEqual(Buffer.from(credentials, "base64").toString("utf8"), "RDAM|123:pä55wörd-of-CS-1")
    })
  )

  it.effect("R-009: permessage-deflate is offered when it is turned on, and carries messages both ways", () =>
    Effect.gen(function* () {
      const csms = yield* bareCsms({ perMessageDeflate: { threshold: 0 } })
      const { dial } = yield* dialing({ compression: { threshold: 0 } })
      const station = yield* dial(requestTo(csms.url))
      const { ws, request } = yield* csms.next
      assert.include(request.headers["sec-websocket-extensions"], "permessage-deflate")
      assert.include(ws.extensions, "permessage-deflate")
      const echo = "x".repeat(5000)
      ws.on("message", (data: Buffer) => ws.send(data.toString()))
      assert.isTrue(station.link.send(echo))
      assert.strictEqual(yield* station.next, echo)
    })
  )

  it.effect.skipIf(process.platform !== "linux")("two addresses of this machine take turns", () =>
    Effect.gen(function* () {
      const csms = yield* bareCsms()
      const { dial } = yield* dialing({ localAddresses: ["127.0.0.2", "127.0.0.3"] })
      const from: Array<string | undefined> = []
      for (const identity of ["CS-1", "CS-2", "CS-3"]) {
        yield* dial(requestTo(csms.url, { identity }))
        from.push((yield* csms.next).request.socket.remoteAddress)
      }
      assert.deepStrictEqual(from, ["127.0.0.2", "127.0.0.3", "127.0.0.2"])
    })
  )
})

describe("what makes no sense fails before anything is opened", () => {
  it.effect("a request that contradicts itself, or a CA that is none, is Invalid", () =>
    Effect.gen(function* () {
      const { refusal } = yield* dialing()
      for (const [url, says, wishes] of [
        ["ws://csms.test", "`wss:`", { securityProfile: 2, password }],
        ["wss://csms.test", "`tls.ca`", { tls: { ca: "no PEM" } }]
      ] as const) {
        const failed = yield* refusal(requestTo(url, wishes))
        assert.strictEqual(failed.reason, "Invalid")
        assert.include(failed.detail, says)
      }
    })
  )

  it.effect("an option out of bounds is a RangeError that names it", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Layer.build(WsDialer.layer({ maxMessageBytes: 0 })))
      if (!Exit.isFailure(exit)) return assert.fail("the layer was built")
      assert.match(String(Cause.squash(exit.cause)), /^RangeError: `maxMessageBytes`/)
    })
  )
})

describe("the answer to the upgrade", () => {
  const unauthorized =
    "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 22\r\nRetry-After: 120\r\n\r\nThe password is wrong."

  it.effect("a refusal has its status, Retry-After and explanation", () =>
    Effect.gen(function* () {
      const url = yield* refusingCsms(unauthorized)
      const { refusal } = yield* dialing()
      const failed = yield* refusal(requestTo(url))
      assert.deepInclude(failed, {
        reason: "Refused",
        status: 401,
        retryAfter: 120,
        securityEvent: "FailedToAuthenticateAtCsms",
        detail: "The upgrade was answered with HTTP 401: The password is wrong."
      })
    })
  )

  it.effect("a Retry-After that is a date counts from now", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-01-01T00:00:00Z"))
      const url = yield* refusingCsms(
        "HTTP/1.1 503 Busy\r\nRetry-After: Thu, 01 Jan 2026 00:01:30 GMT\r\nContent-Length: 0\r\n\r\n"
      )
      const { refusal } = yield* dialing()
      assert.deepInclude(yield* refusal(requestTo(url)), { reason: "Refused", status: 503, retryAfter: 90 })
    })
  )

  it.effect("R-046: an explanation that repeats the password is left out", () =>
    Effect.gen(function* () {
      const secret = "0123456789abcdef"
      const body = `${secret} is not the password`
      const url = yield* refusingCsms(
        `HTTP/1.1 401 No\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      )
      const { refusal } = yield* dialing()
      const failed = yield* refusal(requestTo(url, { securityProfile: 1, password: Redacted.make(secret) }))
      assert.strictEqual(failed.status, 401)
      assert.notInclude(JSON.stringify(failed) + failed.message, secret)
    })
  )

  it.live("a refusal whose explanation does not come in time is a refusal all the same", () =>
    Effect.gen(function* () {
      const port = yield* tcpServer((socket) => void socket.once("data", () => socket.write(unauthorized.slice(0, -9))))
      const { refusal } = yield* dialing()
      const failed = yield* refusal(requestTo(`ws://127.0.0.1:${port}`, { timeout: 500 }))
      assert.deepInclude(failed, { reason: "Refused", status: 401 })
    })
  )

  it.effect("a redirect is a refusal: the password goes nowhere else", () =>
    Effect.gen(function* () {
      const elsewhere = yield* bareCsms()
      const url = yield* refusingCsms(`HTTP/1.1 302 Found\r\nLocation: ${elsewhere.url}\r\nContent-Length: 0\r\n\r\n`)
      const { refusal } = yield* dialing()
      assert.deepInclude(yield* refusal(requestTo(url)), { reason: "Refused", status: 302 })
    })
  )

  const upgrade = (request: string, protocol: string) => {
    const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1]
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
    return [
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${accept}`,
      ...(protocol === "" ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      "\r\n"
    ].join("\r\n")
  }

  for (const [what, protocol] of [
    ["without a subprotocol", ""],
    ["with a subprotocol that was not offered", "ocpp1.6"]
  ] as const) {
    it.effect(`R-230: ${what} OCPP does not begin and the socket is closed`, () =>
      Effect.gen(function* () {
        const gone = Deferred.makeUnsafe<void>()
        const port = yield* tcpServer((socket) => {
          socket.once("data", (data) => socket.write(upgrade(data.toString(), protocol)))
          socket.once("close", () => Deferred.doneUnsafe(gone, Exit.void))
        })
        const { refusal } = yield* dialing()
        const failed = yield* refusal(requestTo(`ws://127.0.0.1:${port}`))
        assert.strictEqual(failed.reason, "Protocol")
        assert.include(failed.detail, what)
        yield* Deferred.await(gone)
      })
    )
  }

  it.effect("what does not speak HTTP is told as that", () =>
    Effect.gen(function* () {
      const url = yield* refusingCsms("SSH-2.0-OpenSSH_9.6\r\n")
      const { refusal } = yield* dialing()
      assert.strictEqual((yield* refusal(requestTo(url))).reason, "Protocol")
    })
  )

  it.effect("a station that throws when it is given its link has none, and the attempt dies of that", () =>
    Effect.gen(function* () {
      const csms = yield* bareCsms()
      const context = yield* Layer.build(WsDialer.layer())
      const dialer = Context.get(context, Dialer)
      const dialed = yield* Effect.forkChild(
        Effect.exit(
          dialer.dial(requestTo(csms.url), () => {
            throw new Error("no room")
          })
        )
      )
      const { ws } = yield* csms.next
      const code = yield* Effect.callback<number>(
        (resume) => void ws.once("close", (one) => resume(Effect.succeed(one)))
      )
      assert.strictEqual(code, 1006)
      const exit = yield* Fiber.join(dialed)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    })
  )

  it.effect("R-013: messages in one packet with the 101 arrive, in order and after `open`", () =>
    Effect.gen(function* () {
      const port = yield* tcpServer((socket) => {
        const frames = Buffer.from("\x81\x03one\x81\x03two\x82\x01x", "latin1")
        socket.once("data", (data) =>
          socket.write(Buffer.concat([Buffer.from(upgrade(data.toString(), "ocpp2.0.1")), frames]))
        )
      })
      const { dial } = yield* dialing()
      const station = yield* dial(requestTo(`ws://127.0.0.1:${port}`))
      assert.deepStrictEqual([yield* station.next, yield* station.next, yield* station.next], ["one", "two", "binary"])
      station.link.terminate()
    })
  )
})

describe("no answer", () => {
  it.effect("nobody listens: Unreachable", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(tcpServer(() => undefined))
      const { refusal } = yield* dialing()
      const failed = yield* refusal(requestTo(`ws://127.0.0.1:${port}`))
      assert.deepInclude(failed, { reason: "Unreachable", detail: `Nobody listens at 127.0.0.1:${port}.` })
    })
  )

  it.effect("without a port in the URL it is 80, or 443 with TLS", () =>
    Effect.gen(function* () {
      const { refusal } = yield* dialing()
      for (const [url, address] of [
        ["ws://no-such-host.invalid", /no-such-host\.invalid:80\b/],
        ["wss://no-such-host.invalid", /no-such-host\.invalid:443\b/]
      ] as const)
        assert.match((yield* refusal(requestTo(url))).detail, address)
    })
  )

  it.effect("a host that does not exist: Unreachable", () =>
    Effect.gen(function* () {
      const { refusal } = yield* dialing()
      assert.strictEqual((yield* refusal(requestTo("ws://no-such-host.invalid/ocpp"))).reason, "Unreachable")
    })
  )

  it.effect("a CSMS that breaks off: Unreachable", () =>
    Effect.gen(function* () {
      const port = yield* tcpServer((socket) => void socket.once("data", () => socket.destroy()))
      const { refusal } = yield* dialing()
      const failed = yield* refusal(requestTo(`ws://127.0.0.1:${port}`))
      assert.strictEqual(failed.reason, "Unreachable")
      assert.include(failed.detail, "before it answered the upgrade")
    })
  )

  const hanging = Effect.gen(function* () {
    const asked = Deferred.makeUnsafe<void>()
    const gone = Deferred.makeUnsafe<void>()
    const port = yield* tcpServer((socket) => {
      socket.once("data", () => Deferred.doneUnsafe(asked, Exit.void))
      socket.once("close", () => Deferred.doneUnsafe(gone, Exit.void))
    })
    return { url: `ws://127.0.0.1:${port}`, asked: Deferred.await(asked), gone: Deferred.await(gone) }
  })

  it.effect("a CSMS that hangs: Timeout after the time, and the socket is closed", () =>
    Effect.gen(function* () {
      const { asked, gone, url } = yield* hanging
      const { refusal } = yield* dialing()
      const dialed = yield* Effect.forkChild(refusal(requestTo(url, { timeout: 5000 })), { startImmediately: true })
      yield* asked
      yield* TestClock.adjust("4 seconds")
      assert.isUndefined(dialed.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(dialed)).reason, "Timeout")
      yield* gone
    })
  )

  it.effect("the release of the layer ends the attempts that are under way, and those to come", () =>
    Effect.gen(function* () {
      const { asked, gone, url } = yield* hanging
      const scope = yield* Scope.make()
      const { refusal } = yield* Effect.provideService(dialing(), Scope.Scope, scope)
      const dialed = yield* Effect.forkChild(refusal(requestTo(url)), { startImmediately: true })
      yield* asked
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude(yield* Fiber.join(dialed), { reason: "Unreachable", detail: "The dialer is closed." })
      yield* gone
      assert.strictEqual((yield* refusal(requestTo(url))).reason, "Unreachable")
    })
  )

  it.effect("an attempt that is interrupted closes its socket", () =>
    Effect.gen(function* () {
      const { asked, gone, url } = yield* hanging
      const { refusal } = yield* dialing()
      const dialed = yield* Effect.forkChild(refusal(requestTo(url)), { startImmediately: true })
      yield* asked
      yield* Fiber.interrupt(dialed)
      yield* gone
    })
  )
})

describe("npm ocpp-rpc as CSMS", () => {
  it.effect("lets a station in with its password, and talks to it", () =>
    Effect.gen(function* () {
      const csms = yield* rpcCsms("pä55wörd-of-CS-1", {
        Heartbeat: () => ({ currentTime: "2026-01-01T00:00:00Z" })
      })
      const { dial, refusal } = yield* dialing()
      const wishes = { identity: "RDAM|123", securityProfile: 1, password } as const
      const station = yield* dial(requestTo(csms.url, wishes))
      assert.strictEqual(station.protocol, "ocpp2.0.1")
      station.link.send('[2,"1","Heartbeat",{}]')
      assert.strictEqual(yield* station.next, '[3,"1",{"currentTime":"2026-01-01T00:00:00Z"}]')
      assert.deepStrictEqual(csms.logins, [{ identity: "RDAM|123", password: "pä55wörd-of-CS-1" }])
      assert.deepStrictEqual(csms.faults, [])
      const wrong = Redacted.make("another password")
      const failed = yield* refusal(requestTo(csms.url, { ...wishes, password: wrong }))
      assert.deepInclude(failed, { reason: "Refused", status: 401 })
    })
  )

  it.effect("R-230: refuses a station with other subprotocols, or is left", () =>
    Effect.gen(function* () {
      const csms = yield* rpcCsms(undefined)
      const { refusal } = yield* dialing()
      const failed = yield* refusal(requestTo(csms.url, { protocols: ["ocpp2.1"] }))
      assert.strictEqual(failed.reason, "Protocol")
    })
  )
})
