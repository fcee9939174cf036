/** What was learned of a station's security survives a restart, because it is in files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { testPki } from "@wattline/ocpp-conformance"
import { Csms, generatePassword, hashPassword, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Context, Effect, Layer, Logger } from "effect"
import { RPCClient } from "ocpp-rpc"
import { assert, describe, it, onTestFinished } from "vitest"
import * as FileStationStore from "../src/FileStationStore.ts"
import { Program } from "./Program.ts"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const directory = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), "wattline-restart-"))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A station of another make. */
const station = (endpoint: string, identity: string, options: object): RPCClient => {
  const client = new RPCClient({
    endpoint,
    identity,
    protocols: ["ocpp2.0.1"],
    strictMode: false,
    reconnect: false,
    ...options
  } as ConstructorParameters<typeof RPCClient>[0]) // its types ask for every option
  onTestFinished(async () => {
    await client.close({ force: true }).catch(() => undefined)
  })
  return client
}

/** An item of a SetVariables request, as the station reads it. */
interface SetVariableDataType {
  readonly component: object
  readonly variable: object
}

const boot = (serialNumber: string) => ({
  reason: "PowerUp",
  chargingStation: { vendorName: "Wattline", model: "Test", serialNumber }
})

/** Whether the upgrade went through. */
const isLetIn = async (client: RPCClient): Promise<boolean> =>
  client.connect().then(
    () => true,
    () => false
  )

describe("pnpm secure serve --state, stopped and started again", () => {
  it("R-056, R-183, R-185: the serial number stays pinned, the station stays Accepted, and a damaged file keeps it out", async () => {
    const cwd = directory()
    mkdirSync(path.join(cwd, "pki"))
    const { ca } = await Effect.runPromise(testPki)
    const organization = "Example Charging"
    const issue = (commonName: string, usage: "server" | "client", key: "EC" | "RSA" = "EC") =>
      Effect.runPromise(ca.issue({ commonName, organization, key, usage }))
    const server = { ec: await issue("csms.test", "server"), rsa: await issue("csms.test", "server", "RSA") }
    const files = {
      "pki/ca.pem": ca.cert,
      "pki/server-ec.pem": server.ec.chain,
      "pki/server-ec.key": server.ec.key,
      "pki/server-rsa.pem": server.rsa.chain,
      "pki/server-rsa.key": server.rsa.key,
      "stations.json": JSON.stringify([{ identity: "CS-3", securityProfile: 3 }])
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text)
    const own = await issue("SN-0042", "client")
    const another = await issue("SN-0043", "client")
    const start = async () => {
      const program = new Program(main, ["serve", "--port", "0", "--state", "learned"], cwd)
      onTestFinished(() => program.stop())
      return { program, url: (await program.prints(/profiles 2 and 3 connect to (wss:\S+?)"/))[1] ?? "" }
    }
    const client = (url: string, { chain, key }: typeof own) =>
      station(url, "CS-3", { wsOpts: { ca: ca.cert, cert: chain, key, servername: "csms.test" } })

    const first = await start()
    const booted = client(first.url, own)
    await booted.connect()
    const answer = (await booted.call("BootNotification", boot("SN-0042"))) as { readonly status: string }
    assert.strictEqual(answer.status, "Accepted")
    first.program.kill("SIGTERM")
    assert.strictEqual((await first.program.ended).code, 0)

    const second = await start()
    assert.isFalse(await isLetIn(client(second.url, another)), "another serial number")
    const back = client(second.url, own)
    assert.isTrue(await isLetIn(back), "the pinned one")
    await second.program.prints(/"registration":\s*"Accepted"/)
    assert.property(await back.call("Heartbeat", {}), "currentTime")
    second.program.kill("SIGTERM")
    assert.strictEqual((await second.program.ended).code, 0)

    const state = path.join(cwd, "learned")
    for (const name of readdirSync(state)) writeFileSync(path.join(state, name), "{")
    const third = await start()
    assert.isFalse(await isLetIn(client(third.url, another)), "a file that cannot be read forgets no pin")
    assert.isFalse(await isLetIn(client(third.url, own)), "nor does it let the right one in unchecked")
  })

  it("R-032, R-047, A-12: a changed password and a raised profile count after a restart, and no password is in the files", async () => {
    const state = directory()
    const [old, changed] = [generatePassword(), generatePassword()]
    const passwordHash = await Effect.runPromise(hashPassword(old, { iterations: 10 }))
    const life = <A>(body: (csms: typeof Csms.Service, url: string) => Promise<A>): Promise<A> =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const csms = Csms.layer({}, { drain: { grace: 0 }, passwordIterations: 10 }).pipe(
              Layer.provide(
                StationDirectory.fromLookup((identity) =>
                  Effect.succeed({ identity, securityProfile: 1 as const, passwordHash })
                )
              ),
              Layer.provide(FileStationStore.layer(state))
            )
            const context = yield* Layer.build(
              Layer.provideMerge(WsServer.layer({ host: "127.0.0.1", port: 0, plain: true }), csms)
            )
            return yield* Effect.promise(() => body(Context.get(context, Csms), Context.get(context, WsServer).url))
          })
        ).pipe(Effect.provide(Logger.layer([])))
      )

    await life(async (csms, url) => {
      const client = station(url, "CS-1", { password: old })
      client.handle("SetVariables", ({ params }) => {
        const { setVariableData } = params as { readonly setVariableData: ReadonlyArray<SetVariableDataType> }
        const setVariableResult = setVariableData.map(({ component, variable }) => ({
          attributeStatus: "Accepted",
          component,
          variable
        }))
        return Promise.resolve({ setVariableResult })
      })
      await client.connect()
      await client.call("BootNotification", boot("1"))
      const setVariableData = [
        {
          component: { name: "SecurityCtrlr" },
          variable: { name: "BasicAuthPassword" },
          attributeValue: changed
        }
      ] as const
      const answer = await Effect.runPromise(
        Effect.flatMap(csms.station("CS-1"), (one) =>
          one.call("SetVariables", { setVariableData: [...setVariableData] })
        )
      )
      assert.strictEqual(answer.setVariableResult[0]?.attributeStatus, "Accepted")
    })

    await life(async (_csms, url) => {
      assert.isFalse(await isLetIn(station(url, "CS-1", { password: old })), "the old password")
      assert.isTrue(await isLetIn(station(url, "CS-1", { password: changed })), "the new password")
      assert.isTrue(await isLetIn(station(url, "CS-2", { password: old })), "a station that changed nothing")
    })

    const texts = readdirSync(state).map((name) => readFileSync(path.join(state, name), "utf8"))
    assert.isAbove(texts.length, 0)
    for (const text of texts) for (const password of [old, changed]) assert.notInclude(text, password)

    // The same station on a higher profile, as the store has it after an upgrade.
    const file = path.join(state, readdirSync(state).find((name) => name.startsWith("cs-1.")) ?? "")
    const snapshot = JSON.parse(readFileSync(file, "utf8")) as { readonly security: object }
    writeFileSync(file, JSON.stringify({ ...snapshot, security: { ...snapshot.security, securityProfile: 2 } }))
    await life(async (_csms, url) => {
      assert.isFalse(await isLetIn(station(url, "CS-1", { password: changed })), "profile 1 after profile 2")
    })
  })
})
