import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { Dialer, DialFailed } from "@wattline/ocpp-core/engine"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { DateTime, type Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { lint } from "../../src/lint/Lint.ts"
import { isRecord, type LogRecord, readLine } from "../../src/lint/LogRecord.ts"
import { recordDialer } from "../../src/lint/recorder.ts"
import { type Recording, RecordingReader } from "../../src/replay/Recording.ts"
import { replay, type ReplayOptions } from "../../src/replay/replay.ts"
import { accepted, Session } from "../lint/session.support.ts"

const csms = Csms.layer({
  Authorize: ({ idToken }) =>
    Effect.succeed({ idTokenInfo: { status: idToken.idToken === "A" ? ("Accepted" as const) : ("Invalid" as const) } }),
  BootNotification: () =>
    Effect.map(DateTime.now, (now) => ({
      currentTime: DateTime.formatIso(now),
      interval: 300,
      status: "Accepted" as const
    }))
})
const network = Layer.provideMerge(MemoryDialer.layer, Layer.provideMerge(MemoryTransport.layer, csms))

const recordingOf = ({ identity, records }: Session): Recording => {
  const reader = new RecordingReader(identity)
  for (const record of records) reader.push(record)
  return reader.recording
}

const options = (identity: string, overrides: Partial<ReplayOptions> = {}): ReplayOptions => ({
  request: { url: "ws://csms.test/ocpp", identity, protocols: ["ocpp2.0.1"], securityProfile: 0, timeout: 10_000 },
  speed: Infinity,
  freshIds: false,
  callTimeout: 30_000,
  linger: 0,
  ...overrides
})

const added = Effect.fnUntraced(function* (identity: string) {
  return yield* (yield* Csms).addStation({ identity, securityProfile: 0 })
})

const authorize = (session: Session, token: string, status: string): Session =>
  session.ask("Authorize", { idToken: { idToken: token, type: "ISO14443" } }, { idTokenInfo: { status } })

/** A CSMS that takes its time for each answer. */
const slowDialer = (latency: Duration.Input): Dialer["Service"] =>
  Dialer.of({
    dial: (_request, open) =>
      Effect.gen(function* () {
        const context = yield* Effect.context()
        const handler = open({
          protocol: "ocpp2.0.1",
          ping: () => undefined,
          link: {
            send: (text) => {
              const [, messageId] = JSON.parse(text)
              const answered = Effect.andThen(
                Effect.sleep(latency),
                Effect.sync(() => handler.onText(JSON.stringify([3, messageId, {}])))
              )
              Effect.runForkWith(context)(answered)
              return true
            },
            close: () => undefined,
            terminate: () => undefined
          }
        })
      })
  })

/** A CSMS that closes at the first message, and is away afterwards. */
const hangingUpDialer = (): Dialer["Service"] => {
  let dials = 0
  return Dialer.of({
    dial: (_request, open) =>
      Effect.suspend(() => {
        if (dials++ > 0) return Effect.fail(new DialFailed({ reason: "Unreachable", detail: "away" }))
        const handler = open({
          protocol: "ocpp2.0.1",
          ping: () => undefined,
          link: {
            send: () => {
              handler.onClose(1006, "")
              return true
            },
            close: () => undefined,
            terminate: () => undefined
          }
        })
        return Effect.void
      })
  })
}

layer(network)((it) => {
  it.effect("sends every CALL of the recording, in order, and finds no difference where there is none", () =>
    Effect.gen(function* () {
      yield* added("R-1")
      const session = authorize(accepted(), "A", "Accepted").status().transaction("t", 3)
      const report = yield* replay(recordingOf(session), options("R-1"))
      assert.deepStrictEqual(
        [report.sent, report.results, report.callErrors, report.unanswered, report.notSent, report.differences],
        [8, 8, 0, 0, 0, []]
      )
    })
  )

  it.effect("lists a status and an error code that differ, with the line of the CALL", () =>
    Effect.gen(function* () {
      yield* added("R-2")
      const session = authorize(accepted(), "B", "Accepted")
      session.text("csms", JSON.stringify([4, session.call("station", "Heartbeat", {}), "InternalError", "", {}]))
      const { differences } = yield* replay(recordingOf(session), options("R-2"))
      assert.deepStrictEqual(differences, [
        { line: 4, action: "Authorize", path: "idTokenInfo.status", recorded: "Accepted", replayed: "Invalid" },
        { line: 6, action: "Heartbeat", path: "answer", recorded: "CALLERROR InternalError", replayed: "CALLRESULT" }
      ])
    })
  )

  it.effect("sends what is no frame as it was, and goes on", () =>
    Effect.gen(function* () {
      yield* added("R-3")
      const report = yield* replay(recordingOf(accepted().text("station", "[2,").heartbeat()), options("R-3"))
      assert.deepStrictEqual([report.sent, report.texts, report.results], [2, 1, 2])
    })
  )

  it.effect("answers the CSMS as the station did, and what it was never asked with NotSupported", () =>
    Effect.gen(function* () {
      const station = yield* added("R-4")
      const session = accepted().order("ClearCache", {}, { status: "Rejected" })
      const running = yield* Effect.forkChild(replay(recordingOf(session), options("R-4", { linger: 60_000 })))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* station.call("ClearCache", {}), { status: "Rejected" })
      const refusal = yield* Effect.flip(station.call("GetLocalListVersion", {}))
      assert.strictEqual(refusal._tag, "CallError")
      yield* TestClock.adjust("60 seconds")
      const report = yield* Fiber.join(running)
      assert.isAtLeast(report.csmsCallsRefused, 1)
      assert.strictEqual(report.csmsCalls - report.csmsCallsRefused, 1)
    })
  )

  it.effect("keeps the recorded gaps at speed 1, and half of them at speed 2", () =>
    Effect.gen(function* () {
      for (const [identity, speed, seconds] of [
        ["R-5", 1, 100],
        ["R-6", 2, 50]
      ] as const) {
        yield* added(identity)
        const session = accepted().wait(100).heartbeat()
        const running = yield* Effect.forkChild(replay(recordingOf(session), options(identity, { speed })))
        yield* TestClock.adjust(`${seconds - 1} seconds`)
        assert.isUndefined(running.pollUnsafe())
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* Fiber.join(running)).sent, 2)
      }
    })
  )

  it.effect("connects anew where the station did", () =>
    Effect.gen(function* () {
      yield* added("R-7")
      const session = accepted().event("close", 1006).wait(60).event("open").heartbeat()
      const report = yield* replay(recordingOf(session), options("R-7"))
      assert.deepStrictEqual([report.connections, report.sent, report.results], [2, 2, 2])
    })
  )

  it.effect("connects anew where the second connection replaced the first", () =>
    Effect.gen(function* () {
      yield* added("R-9")
      const session = accepted().wait(60).event("open").heartbeat()
      const report = yield* replay(recordingOf(session), options("R-9"))
      assert.deepStrictEqual([report.connections, report.sent, report.results], [2, 2, 2])
    })
  )

  it.effect("what an answer takes is part of the recorded gap, not added to it", () =>
    Effect.gen(function* () {
      const session = accepted().wait(10).heartbeat().wait(10).heartbeat()
      const running = yield* Effect.forkChild(
        replay(recordingOf(session), options("R-10", { speed: 1 })).pipe(
          Effect.provideService(Dialer, slowDialer("2 seconds"))
        )
      )
      yield* TestClock.adjust("23 seconds")
      const report = yield* Fiber.join(running)
      assert.deepStrictEqual([report.results, Math.round(report.duration / 1_000)], [3, 22])
    })
  )

  it.effect("a CALL that cannot be sent is a difference", () =>
    Effect.gen(function* () {
      const report = yield* replay(recordingOf(accepted().heartbeat()), options("R-11", { callTimeout: 1_000 })).pipe(
        Effect.provideService(Dialer, hangingUpDialer())
      )
      assert.deepStrictEqual(
        [report.notSent, report.differences.map(({ action, replayed }) => `${action} ${replayed}`)],
        [1, ["BootNotification closed", "Heartbeat not sent"]]
      )
    })
  )

  it.effect("what a replay says is recorded, reads back and keeps every rule", () =>
    Effect.gen(function* () {
      yield* added("R-8")
      const lines: Array<string> = []
      yield* TestClock.setTime(Date.parse("2026-01-01T00:00:00Z"))
      const session = accepted().status().transaction("t", 2)
      const running = yield* Effect.forkChild(
        replay(recordingOf(session), options("R-8", { speed: 1, freshIds: true })).pipe(
          Effect.provide(
            Layer.provide(
              recordDialer((line) => lines.push(line)),
              Layer.succeed(Dialer, yield* Dialer)
            )
          )
        )
      )
      yield* TestClock.adjust("10 minutes")
      yield* Fiber.join(running)
      const records = lines.flatMap((line, at): ReadonlyArray<LogRecord> => {
        const record = readLine(line, at + 1)
        return record !== undefined && isRecord(record) ? [record] : []
      })
      assert.deepStrictEqual(
        records.map(({ event }) => event).filter((event) => event !== undefined),
        ["open", "close"]
      )
      assert.strictEqual(records.length, lines.length)
      assert.deepStrictEqual(
        lint(records).filter(({ severity }) => severity !== "note"),
        []
      )
    })
  )
})
