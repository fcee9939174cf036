/** SIGTERM and the metrics of `npm start -- --serve`, seen by a station of another make. */
import { once } from "node:events"
import { RPCClient } from "ocpp-rpc"
import { assert, it, onTestFinished } from "vitest"
import { start } from "./program.ts"

const password = "correct-horse-battery"
type Options = ConstructorParameters<typeof RPCClient>[0]

const serve = async (...args: ReadonlyArray<string>) => {
  const server = start("main.ts", ["--serve", "--port", "0", "--password", password, ...args])
  const [, url = ""] = await server.prints(/URL +(ws:\/\/127\.0\.0\.1:\d+)\/<identity>/)
  return { server, url }
}

/** A station that answers when the test says so. */
const station = async (endpoint: string) => {
  const client = new RPCClient({
    endpoint,
    identity: "CS-9",
    password,
    protocols: ["ocpp2.0.1"],
    reconnect: false
  } as Options)
  onTestFinished(async () => void (await client.close({ force: true })))
  let answer: () => void = () => {}
  const asked = new Promise<void>((resolve) => {
    client.handle("GetBaseReport", async () => {
      resolve()
      await new Promise<void>((go) => (answer = go))
      return { status: "EmptyResultSet" }
    })
  })
  const gone = once(client, "close") as Promise<Array<{ readonly code: number; readonly reason: string }>>
  await client.connect()
  const boot = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } }
  assert.propertyVal(await client.call("BootNotification", boot), "status", "Accepted")
  return { client, asked, answer: () => answer(), gone }
}

it("SIGTERM lets a CALL in flight end, closes the link with 1001 and ends with exit code 0", async () => {
  const { server, url } = await serve()
  const { answer, asked, client, gone } = await station(url)
  await asked // the CSMS waits for our answer to GetBaseReport
  server.kill("SIGTERM")
  await server.prints(/CSMS +drains +1 connections/)
  const heartbeat = (await client.call("Heartbeat", {})) as object
  assert.property(heartbeat, "currentTime", "it is still answered")
  answer()
  const [{ code, reason } = { code: 0, reason: "" }] = await gone
  assert.deepStrictEqual({ code, reason }, { code: 1001, reason: "going away" })
  const ended = await server.ended
  assert.deepStrictEqual({ code: ended.code, stderr: ended.stderr }, { code: 0, stderr: "" })
  assert.match(ended.stdout, /CS-9 +report complete +0 variables/)
  assert.match(ended.stdout, /CSMS +drained +nothing is in flight/)
})

it("--metrics serves what Prometheus reads, to this machine only", async () => {
  const { server, url } = await serve("--metrics", "0")
  const [, metrics = ""] = await server.prints(/for Prometheus on (http:\/\/127\.0\.0\.1:\d+\/metrics)/)
  await station(url)
  const response = await fetch(metrics)
  assert.strictEqual(response.status, 200)
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
  const text = await response.text()
  assert.match(text, /^# TYPE ocpp_connections gauge\nocpp_connections 1$/m)
  assert.match(text, /^ocpp_admissions_total\{status="101"\} 1$/m)
  assert.match(text, /^ocpp_frames_total\{direction="in",type="CALL"\} 1$/m)
  assert.match(text, /^ocpp_handler_duration_seconds_count\{action="BootNotification"\} 1$/m)
  assert.strictEqual((await fetch(new URL("/", metrics))).status, 404)
})

it.each([
  [["--metrics", "9464"], "✗ --metrics goes with --serve: the demo is over before anybody reads them.\n"],
  [["--serve", "--metrics", "x"], "✗ --metrics x is no port. Give a number from 0 to 65535, for example 9464.\n"]
])("answers %j with one sentence and exit code 1", async (args, message) => {
  const { code, stderr } = await start("main.ts", args).ended
  assert.deepStrictEqual({ code, stderr }, { code: 1, stderr: message })
})
