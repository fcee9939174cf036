/** The programs of the README, run as a user runs them, against our own CSMS. */
import { createCsms } from "@wattline/ocpp-core/promise"
import { connectStation } from "@wattline/ocpp-station/promise"
import { Stations } from "@wattline/ocpp-station"
import { WsDialer, WsServer } from "@wattline/ocpp-ws"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"
import { durableStations } from "../src/durable.ts"
import { sqliteQueue } from "../src/sqlite-queue.ts"
import { endUnfinished } from "../src/unfinished.ts"

const password = "change-me-in-production"
const chargingStation = { vendorName: "Example", model: "One" }

const setup = async () => {
  const csms = await createCsms({
    transports: [WsServer.layer({ port: 0, plain: true })],
    handlers: { authorize: () => ({ status: "Accepted" }) }
  })
  onTestFinished(() => csms.close())
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 1, password })
  const [endpoint] = await csms.endpoints()
  return { csms, station, url: endpoint?.url ?? "" }
}

/** Starts a file of `src/`; gives what it prints. */
const start = (file: string, env: NodeJS.ProcessEnv) => {
  const path = fileURLToPath(new URL(`../src/${file}`, import.meta.url))
  const child = spawn(process.execPath, ["--conditions=@wattline/source", path], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let printed = ""
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await ended
  })
  const prints = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(printed)
        if (found !== null) resolve(found)
      }
      child.stdout.on("data", look)
      void ended.then((code) => reject(new Error(`ended with ${code}, having printed\n${printed}`)))
      look()
    })
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text))
  return { ended, prints }
}

it.each(["client.ts", "client-promises.ts"])("%s: calls, is reset, and comes back", async (file) => {
  const { station, url } = await setup()
  const program = start(file, { CSMS_URL: url })
  await program.prints(/The token is Accepted/)
  expect(await station.call("Reset", { type: "Immediate" })).toMatchObject({ status: "Accepted" })
  await program.prints(/Disconnected[^]*BootAnswered/)
  await station.waitFor(({ connected, mirror }) => connected && mirror.provisioning.bootReason === "RemoteReset")
})

it("virtual.ts: one session, then it ends", async () => {
  const { csms, url } = await setup()
  const events = csms.events()
  const program = start("virtual.ts", { CSMS_URL: url, SECONDS: "2" })
  const [, energy] = await program.prints(/([\d.]+) Wh, Local/)
  expect(Number(energy)).toBeGreaterThan(1)
  expect(await program.ended).toBe(0)
  for await (const event of events) if (event._tag === "TransactionEnded") break
})

it("virtual-promises.ts: charges, then it ends", async () => {
  const { url } = await setup()
  const program = start("virtual-promises.ts", { CSMS_URL: url })
  await program.prints(/charges/)
  expect(await program.ended).toBe(0)
})

const started = (transactionId: string) =>
  ({
    eventType: "Started",
    timestamp: "2026-01-05T08:00:00Z",
    triggerReason: "CablePluggedIn",
    seqNo: 0,
    transactionInfo: { transactionId }
  }) as const

/** Nobody listens there. */
const nowhere = "ws://127.0.0.1:9"

it("durable.ts: a message that could not be sent is delivered by the next process", async () => {
  const directory = await mkdtemp(join(tmpdir(), "station-"))
  onTestFinished(() => rm(directory, { recursive: true }))
  const { station, url } = await setup()
  const once = (to: string, transactionId: string) =>
    Effect.gen(function* () {
      const { connect } = yield* Stations
      const client = yield* connect({ url: to, identity: "CS-1", password, chargingStation })
      yield* Effect.forkScoped(client.transactionEvent(started(transactionId)), { startImmediately: true })
      if (to === nowhere) return
      yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => Effect.runSync(client.undelivered) === 0 })
    }).pipe(Effect.scoped, Effect.provide(durableStations(directory)), Effect.runPromise)
  await once(nowhere, "T-1")
  expect(await readdir(directory)).toHaveLength(1)
  await once(url, "T-2")
  const { mirror } = await station.snapshot()
  expect(mirror.transactions.running.map(({ transactionId }) => transactionId)).toEqual(["T-1", "T-2"])
})

it("sqlite-queue.ts, unfinished.ts: so is one that is in a database; what ran then is ended", async () => {
  const { station, url } = await setup()
  const database = new DatabaseSync(":memory:")
  const store = sqliteQueue(database)
  const identity = "CS-1"
  const connect = (to: string) =>
    connectStation({ dialer: WsDialer.layer(), store, url: to, identity, password, chargingStation })
  const rows = () => database.prepare("SELECT * FROM queue").all().length

  const first = await connect(nowhere)
  void first.transactionEvent(started("T-1")).catch(() => {})
  await expect.poll(rows).toBe(1)
  await first.close()

  const second = await connect(url)
  await station.waitFor(({ mirror }) => mirror.transactions.running.length > 0)
  await expect.poll(() => second.undelivered).toBe(0)
  expect(rows()).toBe(1)
  await second.close()

  await using third = await connect(url)
  await endUnfinished(third)
  expect(rows()).toBe(0)
  const { mirror } = await station.snapshot()
  expect(mirror.transactions.running).toEqual([])
})
