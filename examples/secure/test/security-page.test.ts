/** What `docs/security.md` tells an operator to do, done: its commands, then stations of another make on every profile. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { connect } from "node:tls"
import { RPCClient } from "ocpp-rpc"
import { afterAll, assert, beforeAll, describe, it, onTestFinished } from "vitest"
import { Program } from "./Program.ts"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const page = readFileSync(new URL("../../../docs/security.md", import.meta.url), "utf8")
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0
const directory = mkdtempSync(path.join(tmpdir(), "wattline-security-"))
const file = (name: string) => readFileSync(path.join(directory, "pki", name))

/** The commands under a heading of the page. */
const commands = (heading: string): string => {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? ""
  return Array.from(section.matchAll(/^```sh\n(.*?)^```/gms), ([, text]) => text).join("\n")
}

/** Runs commands of the page as they stand, but for the name of the program and the ports. */
const run = (script: string): string =>
  execFileSync("bash", ["-euo", "pipefail", "-c", script], {
    cwd: directory,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"]
  })

const secure = (text: string): string =>
  text.replaceAll("pnpm secure", `"${process.execPath}" --conditions=@wattline/source "${main}"`)

/** How a station says who it is. */
interface StationOptions {
  readonly password?: string | undefined
  readonly wsOpts?: object
}

const passwords = new Map<string, string>()

describe.skipIf(!hasOpenssl)("docs/security.md, with openssl", () => {
  let server: Program
  let plain: string
  let tls: string

  beforeAll(async () => {
    run(commands("1. Certificates"))
    for (const command of secure(commands("2. Stations")).trim().split("\n")) {
      const [, identity = "", password = ""] = /^(\S+) may connect.*\n?(.*)/.exec(run(command)) ?? []
      passwords.set(identity, password)
    }
    server = new Program(main, ["serve", "--port", "0", "--plain-port", "0"], directory)
    tls = (await server.prints(/profiles 2 and 3 connect to (wss:\S+?)"/))[1] ?? ""
    plain = (await server.prints(/profile 1 connect to (ws:\S+?)"/))[1] ?? ""
  }, 60_000)
  afterAll(async () => {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  const station = (endpoint: string, identity: string, options: StationOptions = {}): RPCClient => {
    const client = new RPCClient({
      endpoint,
      identity,
      protocols: ["ocpp2.0.1"],
      strictMode: true,
      reconnect: false,
      wsOpts: { ca: file("ca.pem"), servername: "csms.example.com" },
      ...options
    } as ConstructorParameters<typeof RPCClient>[0]) // its types ask for every option
    onTestFinished(async () => {
      await client.close({ force: true }).catch(() => undefined)
    })
    return client
  }
  const boots = async (client: RPCClient, serialNumber: string): Promise<unknown> => {
    await client.connect()
    const answer = (await client.call("BootNotification", {
      reason: "PowerUp",
      chargingStation: { vendorName: "Wattline", model: "Test", serialNumber }
    })) as { readonly status: string }
    return answer.status
  }
  const withCertificate = { ca: "ca.pem", cert: "station.pem", key: "station.key" }
  const certificate = () => ({
    wsOpts: {
      ...Object.fromEntries(Object.entries(withCertificate).map(([name, from]) => [name, file(from)])),
      servername: "csms.example.com"
    }
  })

  it("profile 1: a password over the plain port", async () => {
    assert.strictEqual(await boots(station(plain, "CS-1", { password: passwords.get("CS-1") }), "1"), "Accepted")
  })

  it("profile 2: a password over TLS", async () => {
    assert.strictEqual(await boots(station(tls, "CS-2", { password: passwords.get("CS-2") }), "2"), "Accepted")
  })

  it("profile 3: the certificate of the page", async () => {
    assert.strictEqual(await boots(station(tls, "CS-3", certificate()), "SN-0042"), "Accepted")
  })

  it("R-030: a station of profile 2 is refused on the plain port, one of profile 1 over TLS", async () => {
    const refused = async (client: RPCClient) =>
      client.connect().then(
        () => "let in",
        () => "refused"
      )
    assert.strictEqual(await refused(station(plain, "CS-2", { password: passwords.get("CS-2") })), "refused")
    assert.strictEqual(await refused(station(tls, "CS-1", { password: passwords.get("CS-1") })), "refused")
  })

  it("TC_A_04_CSMS, TC_A_06_CSMS: the commands of section 3 find the four suites, and no TLS 1.1", () => {
    const { port } = new URL(tls)
    const script = commands("3. Serve")
      .replace(/^pnpm secure serve.*$/m, "")
      .replaceAll("9443", port)
    const { status, stderr } = spawnSync("bash", ["-c", script], { cwd: directory, encoding: "utf8" })
    const suites = Array.from(stderr.matchAll(/^Ciphersuite: (\S+)$/gm), ([, suite]) => suite)
    assert.deepStrictEqual(suites, [
      "ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "AES128-GCM-SHA256",
      "AES256-GCM-SHA384"
    ])
    assert.strictEqual(stderr.match(/^Verification: OK$/gm)?.length, 4)
    assert.notStrictEqual(status, 0) // of the last command: TLS 1.1
  })

  it("SIGHUP: new connections are served with the new certificate, stations stay", async () => {
    const client = station(tls, "CS-2", { password: passwords.get("CS-2") })
    await boots(client, "2")
    const before = await serialNumberOf(tls)
    run(commands("4. Renew"))
    server.kill("SIGHUP")
    await server.prints(/were read again/)
    assert.notStrictEqual(await serialNumberOf(tls), before)
    assert.property(await client.call("Heartbeat", {}), "currentTime")
  })

  it("SIGTERM: stations are told 1001, and the program ends well", async () => {
    const client = station(tls, "CS-3", certificate())
    await boots(client, "SN-0042")
    const closed = new Promise<number>((resolve) => {
      client.once("disconnect", ({ code }: { readonly code: number }) => resolve(code))
    })
    server.kill("SIGTERM")
    assert.strictEqual(await closed, 1001)
    assert.strictEqual((await server.ended).code, 0)
    for (const password of passwords.values()) if (password !== "") assert.notInclude(server.stdout, password)
  })
})

/** The serial number of the EC certificate that new connections see. */
const serialNumberOf = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { ca: file("ca.pem"), servername: "csms.example.com", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }
    const socket = connect({ ...options, port: Number(new URL(url).port), host: "127.0.0.1", maxVersion: "TLSv1.2" })
    socket.once("error", reject)
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
  })
