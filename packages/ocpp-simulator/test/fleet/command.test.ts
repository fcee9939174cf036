/** `ocpp-sim fleet` as a user runs it: against a CSMS over real sockets, with reports and exit codes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Context, Effect, Fiber, Layer, Logger } from "effect"
import { dispatch } from "../../src/commands.ts"
import type { Report } from "../../src/report/Report.ts"
import { lintLines } from "../../src/lint/Lint.ts"

const count = 20
const password = "the-fleet-s-own-password"

/** A CSMS that knows the fleet, and lets everybody charge. */
const csms = Effect.gen(function* () {
  const context = yield* Layer.build(
    WsServer.layer({ port: 0, plain: true }).pipe(
      Layer.provideMerge(Csms.layer({ authorize: () => Effect.succeed({ status: "Accepted" }) })),
      Layer.provideMerge(Logger.layer([]))
    )
  )
  const { addStation, stations } = Context.get(context, Csms)
  for (let n = 1; n <= count; n++)
    yield* addStation({ identity: `SIM-${String(n).padStart(2, "0")}`, securityProfile: 1, password })
  return { url: Context.get(context, WsServer).url, stations }
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "ocpp-sim-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
)

/** Runs the program; what it wrote, and its exit code. */
const ocppSim = (...args: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    const written = { out: "", err: "" }
    const streams = {
      out: { write: (text: string) => (written.out += text) },
      err: { write: (text: string) => (written.err += text) },
      env: {}
    }
    return Effect.map(dispatch(args, streams), (code) => ({ ...written, code }))
  })

describe("ocpp-sim fleet", () => {
  it.live(
    "runs a fleet over sockets, and writes the report as text, JSON and HTML, and a recording without findings",
    () =>
      Effect.gen(function* () {
        const { stations, url } = yield* csms
        const directory = yield* folder
        const record = join(directory, "frames.jsonl")
        const { code, err, out } = yield* ocppSim(
          "fleet",
          "--url",
          url,
          "--password",
          password,
          "--stations",
          String(count),
          "--identity",
          "SIM-{n}",
          "--duration",
          "12s",
          "--ramp-up",
          "2s",
          "--sessions",
          "600",
          "--stay",
          "3s",
          "--meter",
          "1s",
          "--supply",
          "DC",
          "--set",
          "sessions.energy=2kWh",
          "--report",
          directory,
          "--record",
          record,
          "--max-failed",
          "0",
          "--min-sessions",
          "5"
        )
        assert.strictEqual(code, 0, err)
        const report = JSON.parse(readFileSync(join(directory, "report.json"), "utf8")) as Report
        assert.strictEqual(report.connections.accepted, count)
        assert.isAbove(report.sessions.ended, 5)
        const { callErrors, invalid, lost, timeouts } = report.messages
        assert.deepStrictEqual([callErrors, invalid, lost, timeouts], [0, 0, 0, 0])
        assert.include(readFileSync(join(directory, "report.html"), "utf8"), "<svg")
        assert.strictEqual(readFileSync(join(directory, "report.txt"), "utf8"), out)
        assert.include(err, "20/20 connected")
        assert.notInclude(JSON.stringify(report) + out + err, password)
        const findings = lintLines(readFileSync(record, "utf8").split("\n"))
        assert.deepStrictEqual(
          findings.filter(({ severity }) => severity !== "note"),
          []
        )
        for (const station of yield* stations) assert.isFalse((yield* station.snapshot).connected)
      })
  )

  it.live("says so when no station is accepted, with the reasons", () =>
    Effect.gen(function* () {
      const { url } = yield* csms
      const { code, err, out } = yield* ocppSim(
        "fleet",
        "--url",
        url,
        "--password",
        "not-the-password-at-all",
        "--stations",
        "3",
        "--identity",
        "SIM-{n:2}",
        "--duration",
        "2s"
      )
      assert.strictEqual(code, 1)
      assert.include(err, "cannot connect:")
      assert.include(err, "No station was accepted by the CSMS: The upgrade was answered with HTTP 401")
      assert.match(err, /HTTP 401.*\. Does the CSMS know the identity/u)
      assert.include(out, "HTTP 401")
    })
  )

  it.live("an interrupted run ends its sessions, delivers that, closes its links, and reports", () =>
    Effect.gen(function* () {
      const { stations, url } = yield* csms
      const directory = yield* folder
      const running = yield* Effect.forkChild(
        ocppSim(
          "fleet",
          "--url",
          url,
          "--password",
          password,
          "--stations",
          "5",
          "--identity",
          "SIM-{n:2}",
          "--duration",
          "60s",
          "--sessions",
          "3000",
          "--stay",
          "10m",
          "--report",
          directory,
          "--quiet"
        )
      )
      yield* Effect.sleep("5 seconds")
      running.interruptUnsafe()
      yield* Fiber.await(running)
      const { sessions } = JSON.parse(readFileSync(join(directory, "report.json"), "utf8")) as Report
      assert.isAbove(sessions.started, 2)
      assert.strictEqual(sessions.running, 0)
      let over = 0
      for (const station of yield* stations) over += (yield* station.snapshot).mirror.transactions.ended.length
      assert.strictEqual(over, sessions.ended)
      yield* Effect.sleep("200 millis")
      for (const station of yield* stations) assert.isFalse((yield* station.snapshot).connected)
    })
  )

  it.live("a demand that is not met makes the exit code 1, with the reason", () =>
    Effect.gen(function* () {
      const { code, err } = yield* ocppSim(
        "fleet",
        "--time=virtual",
        "--stations=2",
        "--duration=1m",
        "--min-sessions=100",
        "--quiet"
      )
      assert.strictEqual(code, 1)
      assert.match(err, /^Sessions that ended: \d+; wanted: 100\.\n$/u)
    })
  )

  it.live("reports that cannot be written are told before the run", () =>
    Effect.gen(function* () {
      const { code, err, out } = yield* ocppSim("fleet", "--time", "virtual", "--json", yield* folder)
      assert.deepStrictEqual([code, out], [1, ""])
      assert.include(err, "cannot be written")
    })
  )

  it.live("wrong arguments end with 2 and a sentence", () =>
    Effect.gen(function* () {
      for (const [args, words] of [
        [["fleet", "--stations", "many"], "--stations"],
        [["fleet", "--nonsense"], "--nonsense"],
        [["fleet", "nowhere.yaml"], "cannot be read"],
        [["fleet", "a.yaml", "b.yaml"], "One scenario file"],
        [["fleet", "--max-failed", "some"], "--max-failed"],
        [["fleet", "--min-sessions", "some"], "--min-sessions"],
        [["fleet", "--time", "virtual", "--record", "frames.jsonl"], "--record"],
        [["flet"], "did you mean fleet?"],
        [["lint", "--nonsense"], "--nonsense"]
      ] as const) {
        const { code, err } = yield* ocppSim(...args)
        assert.strictEqual(code, 2, args.join(" "))
        assert.include(err, words)
      }
    })
  )

  it.live("the password of the environment may begin with a dash; an empty one is none", () =>
    Effect.gen(function* () {
      for (const given of ["-a-password-with-a-dash", ""]) {
        let err = ""
        const streams = { out: { write: () => {} }, err: { write: (text: string) => (err += text) } }
        const code = yield* dispatch(["fleet", "--time=virtual", "--stations=1", "--duration=1s", "--quiet"], {
          ...streams,
          env: { OCPP_PASSWORD: given }
        })
        assert.strictEqual(code, 0, err)
      }
    })
  )

  it.live("--help and --version are answered", () =>
    Effect.gen(function* () {
      for (const args of [
        [],
        ["--help"],
        ["--version"],
        ["fleet", "--help"],
        ["fleet", "-h"],
        ["lint", "--help"],
        ["replay", "--help"]
      ]) {
        const { code } = yield* ocppSim(...args)
        assert.strictEqual(code, 0, args.join(" "))
      }
    })
  )
})
