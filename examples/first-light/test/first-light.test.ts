import { once } from "node:events"
import { createServer } from "node:net"
import { assert, describe, it, onTestFinished } from "vitest"
import { run, start } from "./program.ts"

const group = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[1]
  assert.isDefined(found, `${String(pattern)} in\n${text}`)
  return found ?? ""
}

describe("npm start", () => {
  it("holds a whole session with a station of another make, and both sides agree on it", async () => {
    const { code, stdout, stderr } = await run("--port", "0")
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" }, stdout)

    assert.match(stdout, /listens +on ws:\/\/127\.0\.0\.1:\d+/)
    assert.match(stdout, /starts +as process \d+, with npm ocpp-rpc/)
    assert.match(stdout, /BootNotification +PowerUp: Wattline HPC 300, firmware 2\.4\.1/)
    assert.match(stdout, /StatusNotification +EVSE 2 connector 1: Available/)
    assert.match(stdout, /NotifyReport +part 1: 16 variables\n/)
    assert.match(stdout, /NotifyReport +part 3: \d+ variables, the last part/)
    assert.match(stdout, /device model +EVSE 1 is Available, HeartbeatInterval is 300 s/)
    assert.match(stdout, /SetVariables.*\n.*answer +Accepted, Accepted/)
    assert.match(stdout, /GetVariables +HeartbeatInterval\n.*answer +2 s/)
    assert.match(stdout, /RequestStartTransaction.*\n.*answer +Accepted/)
    assert.match(stdout, /Authorize +DE-WTL-C00012345-6 \(eMAID\)\n.*answer +Accepted/)
    assert.match(stdout, /Started #0 RemoteStart/)
    assert.match(stdout, /Heartbeat\n/)
    assert.match(stdout, /Ended #\d+ RemoteStop/)
    assert.match(stdout, /disconnected +1000/)

    assert.match(stdout, /Updated #\d+ MeterValuePeriodic/)
    const energies = [...stdout.matchAll(/TransactionEvent.* (\d\.\d{3}) kWh/g)].map(([, kwh]) => Number(kwh))
    assert.isAtLeast(energies.length, 5)
    const rising = energies.toSorted((a, b) => a - b)
    assert.deepStrictEqual(energies, rising)

    assert.match(stdout, /│ device model 42 variables in 3 parts/)
    assert.match(stdout, /│ {14}complete, \d+ events, stopped: Remote/)
    const energy = group(stdout, /│ energy +(\d\.\d{3}) kWh;/)
    assert.isAtLeast(Number(energy), 0.15)
    assert.strictEqual(group(stdout, /the station metered (\d\.\d{3}) kWh/), energy)
    assert.strictEqual(group(stdout, /│ cost +(\d\.\d\d) EUR/), (Number(energy) * 0.49).toFixed(2))
    assert.match(stdout, /│ CALLs +\d+ in, 5 out; 0 refused, 0 failed/)
    assert.match(stdout, /the station counts \d+ and 5; 0 faults/)
    assert.notInclude(stdout, "\u001B", "no colours in a pipe")
  })

  it("ends with exit code 1 when the station dies in the middle of the session", async () => {
    const demo = start("main.ts", ["--port", "0"])
    const [, pid] = await demo.prints(/as process (\d+)/)
    await demo.prints(/Updated #2/)
    process.kill(Number(pid), "SIGKILL")
    const { code, stderr } = await demo.ended
    assert.strictEqual(code, 1)
    assert.strictEqual(stderr, "✗ The station process ended early (SIGKILL).\n")
  })

  it("says what to do when the port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1")
    onTestFinished(() => void server.close())
    await once(server, "listening")
    const address = server.address()
    const port = typeof address === "object" ? address?.port : undefined
    const { code, stdout, stderr } = await run("--port", String(port))
    assert.deepStrictEqual({ code, stdout }, { code: 1, stdout: "" })
    assert.match(stderr, /^✗ Port \d+ on 127\.0\.0\.1 is already in use\. .* npm start -- --port \d+\n$/)
  })

  it.each([
    [["--bogus"], "✗ Unknown option '--bogus'. npm start -- --help shows the options.\n"],
    [["--port", "70000"], "✗ --port 70000 is no port. Give a number from 0 to 65535, for example --port 9001.\n"],
    [["--port"], "✗ Option '--port <value>' argument missing. npm start -- --help shows the options.\n"],
    [["--password", "x"], "✗ --password goes with --serve: without it the station of the demo makes its own.\n"],
    [["--station", "acme"], "✗ --station acme is unknown. Give ocpp-rpc or wattline.\n"],
    [["--serve", "--station", "wattline"], "✗ --station goes with the demo: --serve waits for stations of your own.\n"],
    [["--quiet"], "✗ --quiet goes with --serve: the demo is there to be watched.\n"],
    [["--tokens", "SIM{n}"], "✗ --tokens goes with --serve: the driver of the demo has a contract.\n"],
    [
      ["--serve", "--port", "0", "--password", "x"],
      "✗ This --password will not do. The password has 1 characters; it needs at least 16.\n"
    ]
  ])("answers %j with one sentence and exit code 1", async (args, message) => {
    assert.deepStrictEqual(await run(...args), { code: 1, signal: null, stdout: "", stderr: message })
  })

  it("--help tells the options", async () => {
    const { code, stdout } = await run("--help")
    assert.strictEqual(code, 0)
    for (const option of ["--serve", "--station", "--port", "--host", "--password", "--tokens", "--quiet", "--metrics"])
      assert.match(stdout, new RegExp(`^ +${option}\\b`, "m"))
  })
})

describe("npm start -- --serve", () => {
  const password = "correct-horse-battery"
  const station = (url: string, ...args: ReadonlyArray<string>) =>
    start("station/main.ts", [url, "CS-42", ...args], { STATION_PASSWORD: password })

  it.each(["SIGINT", "SIGTERM"] as const)("serves stations until %s", async (signal) => {
    const server = start("main.ts", ["--serve", "--port", "0", "--password", password])
    const [, url = ""] = await server.prints(/URL +(ws:\/\/127\.0\.0\.1:\d+)\/<identity>/)
    await server.prints(new RegExp(`password +${password}`))

    const visit = await station(url, "--once", "--swipe", "04A2E8B1C39D80", "--seconds", "1").ended
    assert.strictEqual(visit.code, 0, visit.stderr)
    await server.prints(/CS-42 .*Ended #\d+ StopAuthorized/)
    await server.prints(/CS-42 .*disconnected +1000/)

    const stays = station(url)
    await stays.prints(/EVSE 2: Available/)
    server.kill(signal)
    const { code, stderr } = await server.ended
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
    assert.match((await stays.ended).stderr, /closed the connection: 1001/)
  })

  it("lets nobody in without the password, and says so", async () => {
    const server = start("main.ts", ["--serve", "--port", "0"])
    const [, url = ""] = await server.prints(/URL +(ws:\/\/127\.0\.0\.1:\d+)\/<identity>/)
    const { code, stderr } = await station(url).ended
    assert.strictEqual(code, 1)
    assert.include(stderr, "HTTP 401")
    await server.prints(/not let in +\/CS-42 from 127\.0\.0\.1: 401/)
  })
})
