/** The recorder itself: it must see what it is there to see. */
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { admitted, makeRecordingAcceptor } from "../src/index.ts"

const request = {
  target: "/ocpp/RDAM%7C123?x=1",
  protocols: "ocpp2.0.1, ocpp1.6",
  authorization: undefined,
  remoteAddress: undefined,
  secure: false
}
const link = { send: () => true, close: () => {}, terminate: () => {} }

it.effect("admits with the decoded identity and the first protocol on offer unless told otherwise", () =>
  Effect.gen(function* () {
    const acceptor = yield* makeRecordingAcceptor()
    assert.deepStrictEqual(yield* acceptor.service.admit(request), {
      _tag: "Admitted",
      identity: "RDAM|123",
      protocol: "ocpp2.0.1",
      remoteAddress: undefined,
      securityProfile: 0
    })
    assert.deepStrictEqual(acceptor.requests, [request])
  })
)

it.effect("records the calls of a link in order and hands them out one by one", () =>
  Effect.gen(function* () {
    const acceptor = yield* makeRecordingAcceptor()
    const handler = acceptor.service.open(admitted("/ocpp/CS-1"), link)
    handler.onText("one")
    handler.onBinary()
    handler.onClose(1000, "bye")
    const recorded = yield* acceptor.nextLink
    assert.deepStrictEqual(recorded.calls, [
      { _tag: "Text", text: "one" },
      { _tag: "Binary" },
      { _tag: "Close", code: 1000, reason: "bye" }
    ])
    assert.deepStrictEqual(yield* recorded.next, { _tag: "Text", text: "one" })
    assert.deepStrictEqual(yield* recorded.next, { _tag: "Binary" })
    assert.deepStrictEqual(acceptor.violations, [])
  })
)

it.effect("a second close and a text after the close are violations", () =>
  Effect.gen(function* () {
    const acceptor = yield* makeRecordingAcceptor()
    const handler = acceptor.service.open(admitted("/ocpp/CS-1"), link)
    handler.onClose(1000, "")
    handler.onClose(1006, "")
    handler.onText("late")
    handler.onText("later still")
    assert.deepStrictEqual(acceptor.violations, ["Close after Close", "Text after Close", "Text after Close"])
  })
)

it.effect("an endpoint is listed until its scope closes", () =>
  Effect.gen(function* () {
    const acceptor = yield* makeRecordingAcceptor()
    const scope = yield* Scope.make()
    const endpoint = { adapter: "fake", url: "ws://127.0.0.1/ocpp" }
    yield* Scope.provide(acceptor.service.announce(endpoint), scope)
    assert.deepStrictEqual(acceptor.endpoints, [endpoint])
    yield* Scope.close(scope, Exit.void)
    assert.deepStrictEqual(acceptor.endpoints, [])
  })
)
