import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { createServer } from "node:http"
import { createServer as createSecureServer } from "node:https"
import { type CommonOptions, resolve, type WsServerOptions } from "../src/Options.ts"

const own = { port: 9000, plain: true } as const

const error = (options: WsServerOptions) => Result.getOrThrow(Result.flip(resolve(options)))

describe("defaults", () => {
  it("R-009, R-012, R-172: everything but the port has one", () => {
    assert.deepStrictEqual(Result.getOrThrow(resolve(own)), {
      listener: { port: 9000, host: "127.0.0.1" },
      tls: undefined,
      clientCertificates: undefined,
      path: "",
      maxMessageBytes: 1_048_576,
      maxBufferedBytes: 4_194_304,
      compression: { threshold: 1024, windowBits: 12, concurrency: 10 },
      pingInterval: 60,
      missedPings: 2,
      closeTimeout: 5,
      handshakeTimeout: 30,
      maxPendingSockets: 10_000,
      proxy: undefined
    })
  })

  it("R-009: compression can be turned off, and one of its options set alone", () => {
    assert.isUndefined(Result.getOrThrow(resolve({ ...own, compression: false })).compression)
    const { compression } = Result.getOrThrow(resolve({ ...own, compression: { windowBits: 15 } }))
    assert.deepStrictEqual(compression, { threshold: 1024, windowBits: 15, concurrency: 10 })
  })

  it("R-020: the path loses the slash at its end", () => {
    assert.strictEqual(Result.getOrThrow(resolve({ ...own, path: "/ocpp/v2/" })).path, "/ocpp/v2")
  })
})

describe("R-034: a listener without TLS", () => {
  const unsaid = { port: 9000, plain: false }

  it("R-034: on an own port needs plain: true", () => {
    // @ts-expect-error the type asks for it as well
    assert.strictEqual(error(unsaid).reason, "PlainNotAllowed")
    assert.isTrue(Result.isSuccess(resolve(own)))
  })

  it("R-034: on an attached http.Server needs plain: true, and the message says so", () => {
    const server = createServer()
    // @ts-expect-error the type asks for it as well
    const { reason, message } = error({ server })
    assert.strictEqual(reason, "PlainNotAllowed")
    assert.include(message, "plain: true")
    assert.isTrue(Result.isSuccess(resolve({ server, plain: true })))
  })

  it("R-034: one with TLS needs nothing, and plain: true does not go with it", () => {
    const tls = { certificates: [] }
    assert.isTrue(Result.isSuccess(resolve({ port: 9000, tls })))
    // @ts-expect-error the type says so as well
    assert.strictEqual(error({ ...own, tls }).reason, "InvalidOption")
    assert.strictEqual(error({ server: createSecureServer(), tls }).reason, "InvalidOption")
  })

  it("R-034: an attached https.Server needs nothing", () => {
    assert.isTrue(Result.isSuccess(resolve({ server: createSecureServer() })))
  })
})

describe("options that make no sense", () => {
  const wrong: ReadonlyArray<readonly [string, CommonOptions & { readonly port?: number }]> = [
    ["port", { port: -1 }],
    ["port", { port: 65_536 }],
    ["port", { port: 1.5 }],
    ["port", { port: NaN }],
    ["path", { path: "ocpp" }],
    ["path", { path: "/a//b" }],
    ["path", { path: "/a?b" }],
    ["path", { path: "/a b" }],
    ["maxMessageBytes", { maxMessageBytes: 0 }],
    ["maxMessageBytes", { maxMessageBytes: 2 ** 31 }],
    ["maxMessageBytes", { maxMessageBytes: NaN }],
    ["maxBufferedBytes", { maxBufferedBytes: 0 }],
    ["compression.threshold", { compression: { threshold: -1 } }],
    ["compression.windowBits", { compression: { windowBits: 8 } }],
    ["compression.windowBits", { compression: { windowBits: 16 } }],
    ["compression.concurrency", { compression: { concurrency: 0 } }],
    ["pingInterval", { pingInterval: -1 }],
    ["pingInterval", { pingInterval: Infinity }],
    ["missedPings", { missedPings: 0 }],
    ["closeTimeout", { closeTimeout: 0 }],
    ["handshakeTimeout", { handshakeTimeout: NaN }],
    ["maxPendingSockets", { maxPendingSockets: 0 }],
    ["proxy.trusted", { proxy: { trusted: ["10.0.0.0/33"] } }],
    ["proxy.trusted", { proxy: { trusted: ["fd00::/8/8"] } }],
    ["proxy.trusted", { proxy: { trusted: ["10.0.0.0/"] } }],
    ["proxy.trusted", { proxy: { trusted: ["proxy.example.org"] } }]
  ]
  for (const [name, options] of wrong) {
    it(`${JSON.stringify(options)} is an InvalidOption that names ${name}`, () => {
      const { reason, message } = error({ ...own, ...options })
      assert.strictEqual(reason, "InvalidOption")
      assert.include(message, `\`${name}\` must`)
    })
  }
})
