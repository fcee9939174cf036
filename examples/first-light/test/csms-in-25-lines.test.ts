import { readFileSync } from "node:fs"
import { RPCClient } from "ocpp-rpc"
import { assert, it, onTestFinished } from "vitest"
import { start } from "./program.ts"

type Options = ConstructorParameters<typeof RPCClient>[0]

const connect = async (endpoint: string, password: string): Promise<RPCClient> => {
  const client = new RPCClient({
    endpoint,
    identity: "CS-1",
    password,
    protocols: ["ocpp2.0.1"],
    strictMode: true,
    reconnect: false
  } as Options)
  onTestFinished(async () => void (await client.close({ force: true })))
  await client.connect()
  return client
}

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

it("is at most 25 lines long, and the README quotes it as it is", () => {
  const program = text("../src/csms-in-25-lines.ts")
  assert.isAtMost(program.trimEnd().split("\n").length, 25)
  assert.include(text("../../../README.md"), program)
})

it("accepts its station, decides on tokens and prints events", async () => {
  const csms = start("csms-in-25-lines.ts", [], { PORT: "0" })
  const [, url = ""] = await csms.prints(/(ws:\/\/\S+)\/CS-1/)
  const station = await connect(url, "change-me-in-production")

  const boot = await station.call("BootNotification", {
    reason: "PowerUp",
    chargingStation: { model: "M", vendorName: "V" }
  })
  assert.propertyVal(boot, "status", "Accepted")
  const authorize = async (idToken: string) => station.call("Authorize", { idToken: { idToken, type: "ISO14443" } })
  assert.deepStrictEqual(await authorize("04A2E8B1C39D80"), { idTokenInfo: { status: "Accepted" } })
  assert.deepStrictEqual(await authorize("0000"), { idTokenInfo: { status: "Unknown" } })
  await csms.prints(/_tag: 'Booted'/)
})

it("lets nobody in with another password", async () => {
  const csms = start("csms-in-25-lines.ts", [], { PORT: "0" })
  const [, url = ""] = await csms.prints(/(ws:\/\/\S+)\/CS-1/)
  const refused = await connect(url, "change-me-in-productioN").catch((error: unknown) => error)
  assert.propertyVal(refused, "code", 401)
})
