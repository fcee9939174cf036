/** Jobs, certificates, display and vendor messages against the operations of our own CSMS, over ocpp-memory, in real time. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { testPki, type TestCa } from "@wattline/ocpp-conformance"
import {
  andThen,
  CertificateManagement,
  Csms,
  DataTransfer,
  Diagnostics as Operations,
  DisplayMessage,
  FirmwareManagement,
  Security as SecurityOperations
} from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Layer, type Scope } from "effect"
import { ClientProcess } from "../../src/client/ClientProcess.ts"
import { Stations, tableOf } from "../../src/client/Stations.ts"
import { Diagnostics } from "../../src/virtual/Diagnostics.ts"
import { Display } from "../../src/virtual/Display.ts"
import { Firmware } from "../../src/virtual/Firmware.ts"
import { Security } from "../../src/virtual/Security.ts"
import { vendorMessage, VendorMessages } from "../../src/virtual/VendorMessages.ts"
import { FakeStation } from "./jobs.support.ts"

let ca: TestCa
beforeAll(async () => {
  ;({ ca } = await Effect.runPromise(testPki))
})

/** A station with these parts that a CSMS has accepted. */
const connected = Effect.gen(function* () {
  const station = yield* (yield* Csms).addStation({ identity: "CS-1", securityProfile: 0 })
  const { host } = yield* Stations
  const fake = new FakeStation()
  fake.values.set("DisplayMessageCtrlr.SupportedFormats.", "UTF8")
  fake.time = Date.now()
  const security = new Security(fake.station, { tellsBoots: false })
  fake.security = security
  const display = new Display(fake.station, { messagesPerPart: 2 })
  const parts = [
    security,
    display,
    new Firmware(fake.station, { reboots: false }),
    new Diagnostics(fake.station, { customers: [{ customerIdentifier: "C1", data: "Jane ".repeat(300) }] }),
    new VendorMessages(fake.station, [
      vendorMessage({ vendorId: "com.example", messageId: "Echo", handler: (data) => ({ status: "Accepted", data }) })
    ])
  ]
  const triggered = {
    TriggerMessage: () =>
      Effect.succeed(
        andThen(
          { status: "Accepted" as const },
          Effect.sync(() => security.triggers.SignChargingStationCertificate()())
        )
      )
  }
  let client: ClientProcess | undefined
  yield* Effect.promise(
    () =>
      new Promise<void>((resolve) => {
        client = new ClientProcess(host, {
          identity: "CS-1",
          connection: () => ({ url: "ws://csms/ocpp", securityProfile: 0 }),
          chargingStation: () => fake.station.chargingStation,
          handlers: tableOf(triggered, ...parts.map(({ handlers }) => handlers)),
          settings: {},
          maxQueuedMessages: 100,
          tell: () => {},
          online: () => resolve()
        })
        Object.assign(fake.station, { client })
        client.start("PowerUp")
      })
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => client?.stop()))
  return { fake, security, display, station }
})

const layer = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(
    Csms.layer(
      { signCertificate: ({ csr }) => Effect.map(ca.sign(csr), ({ chain }) => chain) },
      { drain: { grace: 0 }, inventory: "off" }
    )
  )
)

const run = <E>(body: Effect.Effect<void, E, Layer.Success<typeof layer> | Scope.Scope>) =>
  Effect.scoped(Effect.provide(body, layer))

describe("against our CSMS", () => {
  it.live("A02, M05, M03, M04: a root is installed, the certificate renewed below it, and the root deleted again", () =>
    run(
      Effect.gen(function* () {
        const { fake, security, station } = yield* connected
        fake.values.set("SecurityCtrlr.OrganizationName.", "Wattline")
        const refused = yield* SecurityOperations.requestCertificateRenewal(station)
        assert.deepInclude(refused, { status: "Failed" }) // there is no root yet
        const installed = yield* CertificateManagement.installCertificate(station, "CSMSRootCertificate", ca.cert)
        assert.strictEqual(installed.status, "Accepted")
        assert.deepStrictEqual(yield* SecurityOperations.requestCertificateRenewal(station), { status: "Accepted" })
        assert.include(security.certificate("ChargingStationCertificate")?.chain, "BEGIN CERTIFICATE")
        const [root] = yield* CertificateManagement.getInstalledCertificateIds(station)
        assert.deepStrictEqual(root?.certificateHashData, yield* CertificateManagement.certificateHashData(ca.cert))
        const deleted = yield* CertificateManagement.deleteInstalledCertificate(station, { certificate: ca.cert })
        assert.strictEqual(deleted.status, "Accepted")
        assert.deepStrictEqual(yield* CertificateManagement.getInstalledCertificateIds(station), [])
      })
    )
  )

  it.live("L01, L02: an update is followed to its end, a cancelled one ends as cancelled", () =>
    run(
      Effect.gen(function* () {
        const { fake, station } = yield* connected
        const ask = (location: string) =>
          FirmwareManagement.updateFirmware(station, { firmware: { location }, insecure: true })
        const first = yield* ask("https://ota.example/first")
        const second = yield* ask("https://ota.example/cs-3.1.4.bin")
        assert.deepStrictEqual([first.status, second.status], ["Accepted", "AcceptedCanceled"])
        fake.pass(60)
        assert.strictEqual((yield* first.ended).outcome._tag, "Cancelled")
        assert.strictEqual((yield* second.ended).outcome._tag, "Complete")
        const failing = yield* ask("https://ota.example/fail-install")
        fake.pass(60)
        assert.strictEqual((yield* failing.ended).outcome._tag, "Failed")
        assert.isUndefined((yield* station.snapshot).nonConformance)
      })
    )
  )

  it.live("N01: a log is uploaded, a cancelled one ends as cancelled", () =>
    run(
      Effect.gen(function* () {
        const { fake, station } = yield* connected
        const ask = Operations.getLog(station, {
          logType: "DiagnosticsLog",
          log: { remoteLocation: "https://logs.example/" }
        })
        const [first, second] = [yield* ask, yield* ask]
        fake.pass(60)
        assert.strictEqual((yield* first.ended).outcome._tag, "Cancelled")
        assert.strictEqual((yield* second.ended).outcome._tag, "Complete")
      })
    )
  )

  it.live("N09, N10: what is known of a customer comes in parts, and is gone once it is cleared", () =>
    run(
      Effect.gen(function* () {
        const { station } = yield* connected
        const ask = (clear: boolean) =>
          Operations.customerInformation(station, { customerIdentifier: "C1" }, { clear, localList: false })
        assert.deepInclude(yield* ask(true), { status: "Complete", data: "Jane ".repeat(300), cleared: true })
        assert.deepInclude(yield* ask(false), { status: "Complete", data: "No data was found." })
      })
    )
  )

  it.live("O01, O03, O05: messages are set, reported in parts and cleared", () =>
    run(
      Effect.gen(function* () {
        const { display, station } = yield* connected
        const texts = ["one", "two", "three"]
        for (const content of texts) {
          const message = { format: "UTF8", content } as const
          const { _tag } = yield* DisplayMessage.setDisplayMessage(station, { priority: "NormalCycle", message })
          assert.strictEqual(_tag, "Accepted")
        }
        const { messages, outcome } = yield* DisplayMessage.getDisplayMessages(station)
        assert.strictEqual(outcome._tag, "Complete")
        assert.deepStrictEqual(
          messages.map(({ message }) => message.content),
          texts
        )
        for (const { id } of messages)
          assert.strictEqual((yield* DisplayMessage.clearDisplayMessage(station, id))._tag, "Accepted")
        assert.deepStrictEqual(display.shown(), [])
        assert.deepStrictEqual((yield* DisplayMessage.getDisplayMessages(station)).messages, [])
      })
    )
  )

  it.live("P01: a vendor's message is answered, others are told apart", () =>
    run(
      Effect.gen(function* () {
        const { station } = yield* connected
        const send = (vendorId: string, messageId: string) =>
          DataTransfer.send(station, { vendorId, messageId, data: [1] })
        assert.deepStrictEqual(yield* send("com.example", "Echo"), { _tag: "Accepted", data: [1] })
        assert.deepStrictEqual(yield* send("com.example", "No"), { _tag: "UnknownMessageId" })
        assert.deepStrictEqual(yield* send("org.example", "Echo"), { _tag: "UnknownVendorId" })
      })
    )
  )
})
