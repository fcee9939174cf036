/** `ocpp-sim` as a process: what signals and a pipe do. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** A port on which nobody listens. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

/** Starts it against a CSMS that is not there. */
const start = async (command: string, ...more: ReadonlyArray<string>) => {
  const url = `ws://127.0.0.1:${await closedPort()}`
  const child = spawn(process.execPath, ["--conditions=@wattline/source", main, command, "--url", url, ...more])
  const printed = { out: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.out += text))
  return { child, printed }
}

describe("ocpp-sim", () => {
  it("a signal that comes twice at once, as timeout and npx pass it on, ends the run with its report", async () => {
    const { child, printed } = await start("fleet", "--stations", "1", "--duration", "60s")
    await once(child.stderr, "data") // it runs: the first attempt has failed
    child.kill("SIGINT")
    child.kill("SIGTERM")
    const [code] = await once(child, "close")
    assert.strictEqual(code, 130)
    assert.include(printed.out, "ended early")
  }, 30_000)

  it("carries out the lines of a pipe also after a mistake, and ends with 1", async () => {
    const { child, printed } = await start("station")
    child.stdin.end("plug 9\nplug 1\n")
    const [code] = await once(child, "close")
    assert.strictEqual(code, 1)
    assert.include(printed.out, "! There is no EVSE 9")
    assert.include(printed.out, "EVSE 1: cable plugged in")
    const { child: second } = await start("station")
    second.stdin.end("plug 1\n")
    assert.deepStrictEqual((await once(second, "close"))[0], 0)
  }, 30_000)
})
