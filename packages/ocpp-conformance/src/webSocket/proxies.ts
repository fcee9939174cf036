/** Proxies in front of the adapter, and whom it believes. */
import * as Effect from "effect/Effect"
import { assert, it } from "@effect/vitest"
import type { ProxyOptions } from "@wattline/ocpp-core/adapter"
import { testPki } from "../Pki.ts"
import { raw, upgradeRequest } from "../tcp.ts"
import { running } from "./running.ts"
import type { WebSocketHarness } from "./WebSocketHarness.ts"

const fromStation = { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https" }

/** The cases of proxies. */
export const proxies = ({ start }: WebSocketHarness): void => {
  /** What the core is told of a request with these headers. */
  const told = Effect.fnUntraced(function* (
    proxy: ProxyOptions | undefined,
    headers: Readonly<Record<string, string>>
  ) {
    const { acceptor, port } = yield* running(start({ proxy }))
    yield* raw(port, upgradeRequest("/ocpp/CS-1", headers))
    return yield* acceptor.nextRequest
  })

  it.live("R-060: without the option no header says anything", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* told(undefined, fromStation), { remoteAddress: "127.0.0.1", secure: false })
    })
  )

  it.live("R-060: what a trusted hop says counts, by address and by network", () =>
    Effect.gen(function* () {
      for (const trusted of [["127.0.0.1"], ["10.0.0.0/8", "127.0.0.0/8"], ["::1", "127.0.0.1/32"]]) {
        assert.deepInclude(yield* told({ trusted }, fromStation), { remoteAddress: "203.0.113.7", secure: true })
      }
    })
  )

  it.live("R-060: what any other hop says does not", () =>
    Effect.gen(function* () {
      const request = yield* told({ trusted: ["10.0.0.0/8", "fd00::/8"] }, fromStation)
      assert.deepInclude(request, { remoteAddress: "127.0.0.1", secure: false })
    })
  )

  it.live("R-060: what a station wrote before the first trusted hop does not", () =>
    Effect.gen(function* () {
      const headers = { "X-Forwarded-For": "198.51.100.1, 203.0.113.7, 10.1.1.1" }
      const request = yield* told({ trusted: ["127.0.0.1", "10.0.0.0/8"] }, headers)
      assert.deepInclude(request, { remoteAddress: "203.0.113.7", secure: false })
    })
  )

  it.live("R-060: the headers can have other names, and the certificate of a station is read from one of them", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const { cert, fingerprint256 } = yield* ca.issue({ commonName: "SN-1", key: "EC", usage: "client" })
      const proxy: ProxyOptions = {
        trusted: ["127.0.0.1"],
        addressHeader: "X-Client",
        protocolHeader: "X-Scheme",
        certificate: { certificateHeader: "X-Cert", verifyHeader: "X-Verify" }
      }
      const headers = { "X-Client": "2001:db8::7", "X-Scheme": "wss", "X-Cert": encodeURIComponent(cert) }
      const good = yield* told(proxy, { ...headers, "X-Verify": "SUCCESS" })
      assert.deepInclude(good, { remoteAddress: "2001:db8::7", secure: true })
      assert.deepInclude(good.certificate, { commonName: "SN-1", verification: "trusted", fingerprint256 })
      const bad = yield* told(proxy, { ...headers, "X-Verify": "FAILED:certificate has expired" })
      assert.strictEqual(bad.certificate?.verification, "untrusted")
      const untrusted = yield* told({ ...proxy, trusted: ["10.0.0.1"] }, { ...headers, "X-Verify": "SUCCESS" })
      assert.isUndefined(untrusted.certificate)
    })
  )
}
