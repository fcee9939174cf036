/** `npm start -- --station wattline`: the same session with the virtual station, over real processes and sockets. */
import { assert, describe, it } from "vitest"
import { run, start } from "./program.ts"

const group = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[1]
  assert.isDefined(found, `${String(pattern)} in\n${text}`)
  return found ?? ""
}

describe("npm start -- --station wattline", () => {
  it("holds the whole session, and both sides agree on it", async () => {
    const { code, stderr, stdout } = await run("--port", "0", "--station", "wattline")
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" }, stdout)

    assert.match(stdout, /starts +as process \d+, with @wattline\/ocpp-station as its client/)
    assert.match(stdout, /BootNotification +PowerUp: Wattline HPC 300, firmware 2\.4\.1/)
    assert.match(stdout, /StatusNotification +EVSE 2 connector 1: Available/)
    assert.match(stdout, /device model +EVSE 1 is Available, HeartbeatInterval is 300 s/)
    assert.match(stdout, /SetVariables.*\n.*answer +Accepted, Accepted/)
    assert.match(stdout, /GetVariables +HeartbeatInterval\n.*answer +2 s/)
    assert.match(stdout, /RequestStartTransaction.*\n.*answer +Accepted/)
    assert.match(stdout, /Authorize +DE-WTL-C00012345-6 \(eMAID\)\n.*answer +Accepted/)
    assert.match(stdout, /Started #0 RemoteStart +Idle/)
    assert.match(stdout, /Updated #1 CablePluggedIn +EVConnected/)
    assert.match(stdout, /Updated #2 ChargingStateChanged +Charging/)
    assert.match(stdout, /Updated #\d+ MeterValuePeriodic/)
    assert.match(stdout, /Ended #\d+ RemoteStop +EVConnected/)
    assert.match(stdout, /disconnected +1000 session over/)

    const parts = [...stdout.matchAll(/NotifyReport +part \d+: (\d+) variables/g)].map(([, count]) => Number(count))
    const variables = parts.reduce((sum, count) => sum + count, 0)
    assert.include(stdout, `│ device model ${variables} variables in ${parts.length} parts`)
    const energies = [...stdout.matchAll(/TransactionEvent.* (\d\.\d{3}) kWh/g)].map(([, kwh]) => Number(kwh))
    assert.isAtLeast(energies.length, 5)
    assert.deepStrictEqual(
      energies,
      energies.toSorted((a, b) => a - b)
    )

    const events = [...stdout.matchAll(/TransactionEvent +(?:Started|Updated|Ended) #/g)].length
    assert.match(stdout, new RegExp(`│ {14}complete, ${events} events, stopped: Remote`))
    const energy = group(stdout, /│ energy +(\d\.\d{3}) kWh;/)
    assert.isAtLeast(Number(energy), 0.15)
    assert.strictEqual(group(stdout, /the station metered (\d\.\d{3}) kWh/), energy)
    const [, received, sent] = /│ CALLs +(\d+) in, (\d+) out; 0 refused, 0 failed/.exec(stdout) ?? []
    assert.match(stdout, new RegExp(`the station counts ${received} and ${sent}; 0 faults`))
  })

  it("ends with exit code 1 when the station dies in the middle of the session", async () => {
    const demo = start("main.ts", ["--port", "0", "--station", "wattline"])
    const [, pid] = await demo.prints(/as process (\d+)/)
    await demo.prints(/Updated #2/)
    process.kill(Number(pid), "SIGKILL")
    const { code, stderr } = await demo.ended
    assert.deepStrictEqual({ code, stderr }, { code: 1, stderr: "✗ The station process ended early (SIGKILL).\n" })
  })
})

it("the virtual station says who does not let it in, and ends with exit code 1", async () => {
  const server = start("main.ts", ["--serve", "--port", "0"])
  const [, url = ""] = await server.prints(/URL +(ws:\/\/127\.0\.0\.1:\d+)\/<identity>/)
  const station = start("station/wattline.ts", [url, "CS-7"], { STATION_PASSWORD: "not-the-password-of-it" })
  const { code, stderr } = await station.ended
  assert.strictEqual(code, 1)
  assert.match(stderr, /^Station CS-7: no connection: .*401.*\n$/)
})
