import { assert, layer } from "@effect/vitest"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Csms } from "@wattline/ocpp-core"
import { Dialer, DialFailed, type DialRequest } from "@wattline/ocpp-core/engine"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Console, Effect, Layer, Redacted } from "effect"
import { type ReplayArgs, replayCommand } from "../../src/replay/command.ts"
import { accepted } from "../lint/session.support.ts"

const network = Layer.provideMerge(MemoryDialer.layer, Layer.provideMerge(MemoryTransport.layer, Csms.layer({})))

const file = join(mkdtempSync(join(tmpdir(), "ocpp-replay-")), "log.jsonl")
const session = accepted().ask(
  "Authorize",
  { idToken: { idToken: "A", type: "ISO14443" } },
  { idTokenInfo: { status: "Accepted" } }
)
writeFileSync(
  file,
  session.records
    .map(({ from, identity, text }) =>
      JSON.stringify({ identity, from, text, event: text === undefined ? "open" : undefined })
    )
    .join("\n")
)

/** Exit code and what was printed. */
const run = Effect.fnUntraced(function* (values: ReplayArgs["values"], positionals: ReadonlyArray<string> = [file]) {
  const printed: Array<string> = []
  const say = (text: string): void => void printed.push(text)
  const code = yield* Effect.provideService(replayCommand({ positionals, values }), Console.Console, {
    ...console,
    log: say,
    error: say
  })
  return { code, printed: printed.join("\n") }
})

const url = "ws://csms.test/ocpp"
const quick = { url, speed: "max", linger: "0" } as const

layer(network)((it) => {
  it.effect("reports differences, which are an error only with --strict", () =>
    Effect.gen(function* () {
      yield* (yield* Csms).addStation({ identity: "CS-1", securityProfile: 0 })
      const { code, printed } = yield* run(quick)
      assert.strictEqual(code, 0)
      assert.include(printed, "Authorize idTokenInfo.status: Accepted then, Unknown now")
      assert.include(printed, "CS-1: 2 CALLs sent, 2 answered, 0 refused, 0 without answer")
      assert.strictEqual((yield* run({ ...quick, strict: true })).code, 1)
    })
  )

  it.effect("the profile follows from password, scheme and certificate; --ca says whom to trust", () =>
    Effect.gen(function* () {
      const asked: Array<DialRequest> = []
      const nobody = Dialer.of({
        dial: (request) => {
          asked.push(request)
          return Effect.fail(new DialFailed({ reason: "Unreachable", detail: "Nobody listens." }))
        }
      })
      const dialed = (values: ReplayArgs["values"]) => Effect.provideService(run(values), Dialer, nobody)
      const { code, printed } = yield* dialed({ ...quick, url: "wss://csms.test/ocpp", password: "secret", ca: file })
      assert.deepStrictEqual([code, printed], [2, "The CSMS could not be reached: Nobody listens."])
      yield* dialed({ ...quick, password: "secret" })
      yield* dialed(quick)
      yield* dialed({ ...quick, url: "wss://csms.test/ocpp", cert: file, key: file })
      yield* dialed({ ...quick, profile: "2", password: "secret" })
      assert.deepStrictEqual(
        asked.map(({ securityProfile }) => securityProfile),
        [2, 1, 0, 3, 2]
      )
      assert.include(asked[3]?.tls, { certificate: readFileSync(file, "utf8") })
      assert.isTrue(Redacted.isRedacted(asked[3]?.tls?.key))
      assert.include((yield* dialed({ ...quick, profile: "4" })).printed, "--profile must be")
      assert.strictEqual(asked[0]?.tls?.ca, readFileSync(file, "utf8"))
      assert.include((yield* dialed({ ...quick, ca: "/no/such.pem" })).printed, "/no/such.pem")
    })
  )

  it.effect("prints the report as JSON", () =>
    Effect.gen(function* () {
      yield* (yield* Csms).addStation({ identity: "CS-2", securityProfile: 0 })
      const { printed } = yield* run({ ...quick, identity: "CS-2", json: true })
      assert.deepInclude(JSON.parse(printed), { identity: "CS-2", sent: 2, results: 2 })
    })
  )

  it.effect("gives 2 when there is nothing to replay, or nobody to replay it to", () =>
    Effect.gen(function* () {
      for (const values of [{ url, identity: "NOBODY" }, { url, speed: "0" }, { url, station: "CS-9" }, {}])
        assert.strictEqual((yield* run(values)).code, 2, JSON.stringify(values))
      assert.strictEqual((yield* run({ url }, [`${file}.absent`])).code, 2)
      const reversed = `${file}.reversed`
      writeFileSync(reversed, JSON.stringify({ direction: "sent", message: [2, "1", "Heartbeat", {}] }))
      const { code, printed } = yield* run({ ...quick, identity: "CS-1" }, [reversed])
      assert.strictEqual(code, 2)
      assert.include(printed, "has no frames that the station sent. Is the direction right?")
    })
  )
})
