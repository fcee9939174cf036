/** `npm start -- --serve --quiet`, and the tokens of a fleet. */
import { assert, it } from "vitest"
import { start } from "./program.ts"

const password = "correct-horse-battery"

const serve = async (...args: ReadonlyArray<string>) => {
  const server = start("main.ts", ["--serve", "--port", "0", "--password", password, ...args])
  const [, url = ""] = await server.prints(/URL +(ws:\/\/127\.0\.0\.1:\d+)\/<identity>/)
  return { server, url }
}

const visit = (url: string, token: string, secret = password) =>
  start("station/main.ts", [url, "CS-42", "--once", "--swipe", token, "--seconds", "1"], { STATION_PASSWORD: secret })

it("--quiet prints a line every few seconds, and none per message", async () => {
  const { server, url } = await serve("--quiet")
  assert.strictEqual((await visit(url, "04AA0007").ended).code, 0)
  await server.prints(/CSMS +overview +0 connected, 0 in a transaction, 1 transactions over, \d+ CALLs in, .*0 refused/)
  const { code, stderr } = await visit(url, "04AA0007", "not-the-password-of-it").ended
  assert.strictEqual(code, 1, stderr)
  await server.prints(/✗ +CSMS +not let in +\/CS-42 from 127\.0\.0\.1: 401/)
  server.kill("SIGTERM")
  const ended = await server.ended
  assert.deepStrictEqual({ code: ended.code, stderr: ended.stderr }, { code: 0, stderr: "" })
  assert.match(ended.stdout, /CSMS +closes +connected stations: 0/)
  assert.notMatch(ended.stdout, /BootNotification|StatusNotification|TransactionEvent|NotifyReport|Authorize/)
})

it("--tokens lets the drivers of a fleet charge, and nobody else", async () => {
  const { server, url } = await serve("--tokens", "SIM{n}")
  assert.match(server.stdout, /04A2E8B1C39D80 \(ISO14443\), and all like SIM\{n\}\./)
  assert.strictEqual((await visit(url, "SIM12").ended).code, 0)
  await server.prints(/Authorize +SIM12 \(ISO14443\)\n.*answer +Accepted, this is a driver of the fleet/)
  await server.prints(/Ended #\d+ StopAuthorized/)
  assert.strictEqual((await visit(url, "04AA0007").ended).code, 0)
  await server.prints(/Authorize +04AA0007 \(ISO14443\)\n.*answer +Unknown\n/)
})
