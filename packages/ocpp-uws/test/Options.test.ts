import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { compressionChoice, importNative, type UwsApp } from "../src/Native.ts"
import { resolve } from "../src/Options.ts"
import { servableOffer } from "../src/Compression.ts"
import type { UwsServerOptions } from "../src/index.ts"
import { native } from "./uws-harness.ts"

const own = { port: 0, plain: true } as const
const files = { certFile: "cert.pem", keyFile: "key.pem" }

/** An app of which only its kind matters. */
const appNamed = (name: string): UwsApp => {
  class App {
    ws(): void {}
    any(): void {}
    filter(): void {}
    listen(): void {}
  }
  Object.defineProperty(App, "name", { value: name })
  return new App()
}

const failure = (options: unknown) => {
  const result = resolve(options as UwsServerOptions)
  return Result.isFailure(result) ? result.failure : undefined
}

describe("defaults", () => {
  it("are those of ocpp-ws", () => {
    const result = resolve(own)
    assert.deepStrictEqual(Result.isSuccess(result) && result.success, {
      listener: { kind: "plain", port: 0, host: "127.0.0.1" },
      path: "",
      maxMessageBytes: 1_048_576,
      maxBufferedBytes: 4_194_304,
      maxPendingSockets: 10_000,
      compression: { threshold: 1024, windowBits: 12 },
      pingInterval: 60,
      missedPings: 2,
      closeTimeout: 5,
      handshakeTimeout: 30,
      proxy: undefined,
      native: undefined
    })
  })
})

describe("plain", () => {
  it("R-034: no listener without TLS unless it is asked for", () => {
    for (const options of [{ port: 0 }, { port: 0, plain: false }, { app: appNamed("uWS.App"), port: 9000 }]) {
      assert.strictEqual(failure(options)?.reason, "PlainNotAllowed")
    }
  })

  it("TLS needs no such word: files, or an SSLApp of the application", () => {
    assert.isUndefined(failure({ port: 0, tls: files }))
    assert.isUndefined(failure({ app: appNamed("uWS.SSLApp"), port: 9000 }))
    assert.isUndefined(failure({ app: appNamed("uWS.App"), port: 9000, plain: true }))
  })
})

describe("options that make no sense", () => {
  const cases: ReadonlyArray<readonly [string, unknown]> = [
    ["port", { port: 65_536, plain: true }],
    ["port", { app: appNamed("uWS.App"), port: 0, plain: true }],
    ["path", { ...own, path: "ocpp" }],
    ["path", { ...own, path: "/a//b" }],
    ["path", { ...own, path: "/a b" }],
    ["path", { ...own, path: "/:tenant" }],
    ["path", { ...own, path: "/*" }],
    ["maxMessageBytes", { ...own, maxMessageBytes: 0 }],
    ["maxMessageBytes", { ...own, maxMessageBytes: 2 ** 31 }],
    ["maxBufferedBytes", { ...own, maxBufferedBytes: 0 }],
    ["maxPendingSockets", { ...own, maxPendingSockets: 0 }],
    ["compression.threshold", { ...own, compression: { threshold: -1 } }],
    ["compression.windowBits", { ...own, compression: { windowBits: 8 } }],
    ["pingInterval", { ...own, pingInterval: -1 }],
    ["missedPings", { ...own, missedPings: 0.5 }],
    ["proxy.trusted", { ...own, proxy: { trusted: ["10.0.0.0/33"] } }],
    ["proxy.trusted", { ...own, proxy: { trusted: ["proxy.example"] } }],
    ["closeTimeout", { ...own, closeTimeout: 0 }],
    ["handshakeTimeout", { ...own, handshakeTimeout: 0 }]
  ]
  for (const [name, options] of cases) {
    it(`${name} is named: ${JSON.stringify(options)}`, () => {
      const error = failure(options)
      assert.strictEqual(error?.reason, "InvalidOption")
      assert.include(error?.message, `\`${name}\``)
    })
  }
})

describe("the native module", () => {
  const failing = (load: () => Promise<unknown>) => Effect.flip(importNative(load))

  it.effect("says how to install it when it is not there", () =>
    Effect.gen(function* () {
      const error = yield* failing(() =>
        Promise.reject(new Error("Cannot find package 'uWebSockets.js' imported from x"))
      )
      assert.strictEqual(error.reason, "NativeModule")
      assert.include(error.message, "npm install")
      assert.include(error.message, "Cannot find package")
    })
  )

  it.effect("says what the machine lacks when its binary does not load", () =>
    Effect.gen(function* () {
      const text =
        "This version of uWS.js supports only …\n\nError: /lib/libc.so.6: version `GLIBC_2.38' not found (required by x)"
      const error = yield* failing(() => Promise.reject(new Error(text)))
      assert.strictEqual(error.reason, "NativeModule")
      assert.include(error.message, "GLIBC_2.38")
      assert.include(error.message, "Debian 13")
    })
  )

  it.effect("does not take another module of this name for it", () =>
    Effect.gen(function* () {
      for (const loaded of [{}, undefined, { App: 1 }]) {
        assert.strictEqual((yield* failing(() => Promise.resolve(loaded))).reason, "NativeModule")
      }
    })
  )

  it.skipIf(native === undefined)("its numbers for the compression we choose are the ones we pass", () => {
    assert.strictEqual(compressionChoice, (native?.SHARED_COMPRESSOR ?? 0) | (native?.DEDICATED_DECOMPRESSOR ?? 0))
  })
})

describe("servableOffer", () => {
  const cases: ReadonlyArray<readonly [header: string, shown: string]> = [
    ["permessage-deflate", "permessage-deflate"],
    ["permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=12"],
    ["permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=10"],
    ["permessage-deflate; client_max_window_bits=8", "permessage-deflate"],
    ["permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover"],
    [
      "permessage-deflate; client_no_context_takeover; client_max_window_bits",
      "permessage-deflate; client_no_context_takeover"
    ],
    ["permessage-deflate; server_max_window_bits=10, permessage-deflate", "permessage-deflate"],
    ["permessage-deflate; server_max_window_bits=10", ""],
    ["permessage-deflate; unknown", ""],
    ["x-webkit-deflate-frame, foo", ""],
    ["", ""]
  ]
  for (const [header, shown] of cases) {
    it(`R-009, R-010: of ${JSON.stringify(header)} it shows ${JSON.stringify(shown)}`, () => {
      assert.strictEqual(servableOffer(header, 12), shown)
    })
  }

  it("a window of 15 bits is no limit and is not named", () => {
    assert.strictEqual(servableOffer("permessage-deflate; client_max_window_bits", 15), "permessage-deflate")
  })
})
