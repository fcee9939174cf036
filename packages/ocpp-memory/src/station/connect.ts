/** Puts a test station together: a script on a connection, and the operations over it. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { MemoryNetwork } from "../MemoryNetwork.ts"
import type { TestStation, TestStationOptions } from "../TestStation.ts"
import { CallTimeout, ExpectationFailed } from "./failures.ts"
import { diff } from "./FrameLog.ts"
import { Script } from "./Script.ts"
import * as StationFrame from "./StationFrame.ts"

export const connect = Effect.fnUntraced(function* (options: TestStationOptions) {
  const network = yield* MemoryNetwork
  const clock = yield* Clock.clockWith(Effect.succeed)
  const script = new Script(() => clock.currentTimeMillisUnsafe())
  const { link, connection, faults, protocol, sendBinary } = yield* network.connect(options, script)
  script.attach((text) => link.send(text))

  const { identity, timeout: patience = Duration.seconds(30) } = options
  const sendText = (text: string) => Effect.sync(() => void script.send(text))
  let calls = 0

  const call: TestStation["call"] = (action, request, { messageId, timeout = patience } = {}) =>
    Effect.suspend(() => {
      calls += 1
      const id = messageId ?? `${connection}-${calls}`
      return script.call(id, action, request).pipe(
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () => Effect.fail(new CallTimeout({ action, messageId: id, millis: Duration.toMillis(timeout) }))
        }),
        Effect.map((payload) => trusted(payload))
      )
    })

  const missed = (expected: string, received: string) =>
    new ExpectationFailed({ message: diff(identity, expected, received, script.log) })

  const next = <A>(
    expected: string,
    timeout: Duration.Input,
    look: (frame: StationFrame.StationFrame) => Exit.Exit<A, ExpectationFailed>
  ) =>
    Effect.timeoutOrElse(script.unclaimed.next(look), {
      duration: timeout,
      orElse: () => Effect.fail(missed(expected, `nothing within ${Duration.toMillis(timeout)} ms`))
    })

  const expectCall: TestStation["expectCall"] = (action, { timeout = patience } = {}) => {
    const expected = `[2,…,"${action}",…]`
    return next(expected, timeout, (frame) => {
      if (frame._tag !== "Call" || frame.action !== action) return Exit.fail(missed(expected, frame.text))
      const { messageId, payload } = frame
      return Exit.succeed({
        messageId,
        request: trusted(payload),
        reply: (response) => sendText(StationFrame.callResult(messageId, response)),
        fail: (code, description = "", details = {}) =>
          sendText(StationFrame.callError(messageId, code, description, details)),
        raw: sendText
      })
    })
  }

  const nextFrame: TestStation["nextFrame"] = next("a text", patience, Exit.succeed)

  const station: TestStation = {
    identity,
    protocol,
    faults,
    call,
    boot: (overrides) => call("BootNotification", { ...powerUp, ...overrides }),
    expectCall,
    answer: (action, response) =>
      Effect.sync(() =>
        script.answer(action, (request) => (typeof response === "function" ? response(trusted(request)) : response))
      ),
    sendText,
    sendBinary: Effect.sync(sendBinary),
    nextText: Effect.map(nextFrame, ({ text }) => text),
    nextFrame,
    log: script.log,
    close: (code = 1000, reason = "") => Effect.sync(() => link.close(code, reason)),
    terminate: Effect.sync(() => link.terminate()),
    closed: Deferred.await(script.closed)
  }
  return station
})

const powerUp = { reason: "PowerUp", chargingStation: { model: "TestStation", vendorName: "Wattline" } } as const

/** A test station checks nothing: the types say what a CSMS should have sent. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters
const trusted = <A>(payload: unknown): A => payload as A
