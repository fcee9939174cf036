/** The command as it is used: by a script against two CSMSs over real sockets, and on a pseudo-terminal. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { PassThrough } from "node:stream"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { rpcCsms } from "@wattline/ocpp-conformance"
import { Csms, type Handlers } from "@wattline/ocpp-core"
import { WsDialer, WsServer } from "@wattline/ocpp-ws"
import { Context, Effect, Fiber, Layer, Logger, Result } from "effect"
import { stationCommand } from "../../src/interactive/command.ts"
import { readSetup } from "../../src/interactive/setup.ts"
import { lintLines } from "../../src/lint/Lint.ts"

const password = "0123456789abcdef"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(path.join(tmpdir(), "ocpp-sim-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true }))
)

/** Everybody may charge, and each event costs more. */
const handlers: Handlers = {
  Authorize: ({ idToken }) =>
    Effect.succeed({ idTokenInfo: { status: idToken.idToken === "UNKNOWN" ? "Unknown" : "Accepted" } }),
  TransactionEvent: ({ idToken, seqNo }) =>
    Effect.succeed({
      totalCost: (seqNo + 1) / 2,
      ...(idToken !== undefined && { idTokenInfo: { status: "Accepted" as const } })
    })
}

/** Our own CSMS on a free port. */
const ownCsms = Effect.map(
  Layer.build(
    Layer.provideMerge(WsServer.layer({ port: 0, host: "127.0.0.1", path: "/ocpp", plain: true }), Csms.layer(handlers))
  ),
  (context) => ({
    csms: Context.get(context, Csms),
    url: `ws://127.0.0.1:${Context.get(context, WsServer).address.port}/ocpp`
  })
)

/** Runs the command with a script, and gives its exit code and what it printed. */
const run = Effect.fnUntraced(function* (
  script: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
) {
  const file = path.join(yield* folder, "script.txt")
  writeFileSync(file, script.join("\n"))
  let printed = ""
  const out = { write: (text: string) => (printed += text) }
  const logged: Array<unknown> = []
  const logger = Logger.layer([Logger.make(({ message }) => void logged.push(message))])
  const code = yield* stationCommand(["--script", file, ...args], { in: new PassThrough(), out, err: out, env }).pipe(
    Effect.provide(Layer.merge(WsDialer.layer(), logger))
  )
  assert.deepStrictEqual(logged, [], "a callback has thrown")
  return { code, printed: printed.replaceAll(file, "script.txt") }
})

const session = [
  "wait until accepted within 5s",
  "expect available 1",
  "plug 1 limousine 20%",
  "wait until occupied 1 within 5s",
  "swipe 1",
  "wait until charging 1 within 5s",
  "expect power > 20kW at 1",
  "expect sent Authorize",
  "swipe 1",
  "wait until ended 1 within 5s",
  "unplug 1",
  "wait until available 1 within 5s",
  "wait until delivered within 5s"
]

describe("a script", () => {
  it.live("charges at our own CSMS, with the password of the environment, and leaves with 1000", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { csms, url } = yield* ownCsms
        const inCsms = yield* csms.addStation({ identity: "CS-1", securityProfile: 1, password })
        const record = path.join(yield* folder, "log.jsonl")
        const { code, printed } = yield* run(
          [...session, "wait until cost = 1.5 at 1 within 5s", "get OCPPCommCtrlr.HeartbeatInterval"],
          ["--url", url, "--identity", "CS-1", "--record", record],
          { OCPP_PASSWORD: password }
        )
        assert.strictEqual(code, 0, printed)
        assert.notInclude(printed, password)
        assert.include(printed, "OCPPCommCtrlr.HeartbeatInterval = 300")
        const [transaction] = (yield* inCsms.snapshot).mirror.transactions.ended
        assert.strictEqual(transaction?.stoppedReason ?? "Local", "Local")
        const lines = readFileSync(record, "utf8").trimEnd().split("\n")
        assert.include(lines.at(-1), '"event":"close","code":1000')
        assert.deepStrictEqual(
          lintLines(lines).filter(({ severity }) => severity === "error"),
          []
        )
      })
    )
  )

  it.live("charges at the CSMS of npm ocpp-rpc, which finds nothing wrong", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const now = () => new Date().toISOString()
        const csms = yield* rpcCsms(password, {
          BootNotification: () => ({ status: "Accepted", interval: 300, currentTime: now() }),
          Heartbeat: () => ({ currentTime: now() }),
          StatusNotification: () => ({}),
          SecurityEventNotification: () => ({}),
          NotifyEvent: () => ({}),
          Authorize: () => ({ idTokenInfo: { status: "Accepted" } }),
          TransactionEvent: () => ({})
        })
        const { code, printed } = yield* run(session, ["--url", csms.url, "--identity", "CS-1", "--password", password])
        assert.strictEqual(code, 0, printed)
        assert.deepStrictEqual(csms.logins, [{ identity: "CS-1", password }])
        assert.deepStrictEqual(csms.faults, [])
      })
    )
  )

  it.live("ends with 1 at the first expectation that is not met, and says what is so instead", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { csms, url } = yield* ownCsms
        yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
        const { code, printed } = yield* run(
          [
            "wait until accepted within 5s",
            "plug 2",
            "swipe UNKNOWN 2",
            "wait until sent Authorize within 5s",
            "wait until charging 2 within 300ms",
            "status"
          ],
          ["--url", url, "--identity", "CS-1"]
        )
        assert.strictEqual(code, 1)
        assert.include(printed, "! Expected charging 2, but EVSE 2 is Occupied, plugged in")
        assert.include(printed, "Token UNKNOWN refused")
        assert.notInclude(printed, "› status")
      })
    )
  )

  it.live("ends with 1 at a command that cannot be carried out", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { code, printed } = yield* run(["plug", "plug"], ["--url", "ws://127.0.0.1:9", "--identity", "CS-1"])
        assert.strictEqual(code, 1)
        assert.include(printed, "! There is a cable at EVSE 1 already: unplug it first")
      })
    )
  )

  it.live("with a mistake ends with 2 before anything starts", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { code, printed } = yield* run(["plug", "", "swype"], ["--url", "ws://127.0.0.1:9", "--identity", "CS-1"])
        assert.strictEqual(code, 2)
        assert.match(printed, /^script\.txt:3: There is no command "swype"; did you mean swipe\?/)
      })
    )
  )

  it.live("that is interrupted closes the link with 1001", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { csms, url } = yield* ownCsms
        const inCsms = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
        const record = path.join(yield* folder, "log.jsonl")
        const fiber = yield* Effect.forkChild(
          run(["wait 1h"], ["--url", url, "--identity", "CS-1", "--record", record])
        )
        yield* inCsms.waitFor(({ state }) => state === "Accepted")
        yield* Fiber.interrupt(fiber)
        assert.include(readFileSync(record, "utf8").trimEnd().split("\n").at(-1), '"event":"close","code":1001')
      })
    )
  )
})

describe("the command line", () => {
  const complain = (...args: ReadonlyArray<string>) =>
    Effect.map(Effect.scoped(run([], args)), ({ code, printed }) => `${code} ${printed}`)

  it.effect.each([
    [["--stations", "5"], "2 --stations: is for a fleet, not for one station."],
    [["--set", "faults.reboot=1"], "2 --set faults.reboot: is for a fleet"],
    [["--ev", "famly"], '2 --ev: cannot be "famly"; did you mean family?'],
    [["--soc", "120"], '2 --soc: cannot be "120".'],
    [["--token", "A:eMIAD"], '2 --token: "eMIAD" is no type of token; did you mean eMAID?'],
    [["--url", "http://x"], "2 --url: csms.url cannot be"],
    [["--profile", "1"], "2 --profile: csms.profile is 1, but there is no csms.password"],
    [["--urll", "x"], "2 --urll: no such flag; did you mean --url?"],
    [["site.yaml"], "2 site.yaml: is no flag."]
  ] as const)("%j: %s", ([args, said]) => Effect.map(complain(...args), (printed) => assert.include(printed, said)))
})

it("- is a value: the script on standard input", () => {
  const setup = Result.getOrThrow(readSetup(["--script", "-"], undefined))
  assert.strictEqual(setup === "help" ? undefined : setup.script, "-")
})

const hasPseudoTerminals = spawnSync("script", ["--version"]).status === 0

describe.skipIf(!hasPseudoTerminals)("on a pseudo-terminal", () => {
  it.live("keys act at once, a typed line is completed and carried out, and the cursor comes back", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { csms, url } = yield* ownCsms
        const inCsms = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
        const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))
        const node = `${process.execPath} --conditions=@wattline/source ${main} station --url ${url} --identity CS-1`
        const child = yield* Effect.acquireRelease(
          Effect.sync(() =>
            spawn("script", ["-qec", `stty cols 100 rows 30; ${node}; echo exit $?; stty -a`, "/dev/null"], {
              env: { ...process.env, TERM: "xterm", NO_COLOR: "1" }
            })
          ),
          (started) => Effect.sync(() => started.kill("SIGKILL"))
        )
        let screen = ""
        const shows = (text: string): Effect.Effect<void> =>
          Effect.callback((resume) => {
            const look = (): void => {
              if (!screen.includes(text)) return
              child.stdout.off("data", look)
              resume(Effect.void)
            }
            child.stdout.on("data", look)
            look()
          })
        child.stdout.on("data", (chunk: Buffer) => {
          screen += chunk.toString()
        })
        const press = (keys: string) => Effect.sync(() => child.stdin.write(keys))
        yield* shows("● online, accepted")
        yield* press("p")
        yield* shows("EVSE 1: connector 1 is Occupied")
        yield* press("s")
        yield* shows("EVSE 1: Charging")
        yield* press(":plug 2 limou\t10%\r")
        yield* shows("limousine ▕█         ▏  10 %")
        yield* press(":wait 1h\r")
        yield* shows("› wait 1h")
        yield* press("\u0003")
        yield* shows("Stopped")
        yield* press("q")
        yield* shows(" icanon")
        assert.match(screen, /exit 0\r\n/)
        assert.isAbove(screen.lastIndexOf("› quit"), 0)
        assert.notMatch(screen.slice(screen.lastIndexOf("› quit")), /\p{Cc}\[\?25l/u)
        yield* inCsms.waitFor(({ connected }) => !connected)
      })
    )
  )
})
