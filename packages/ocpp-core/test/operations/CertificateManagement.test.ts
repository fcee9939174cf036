/** Operations of block M, and its handlers: certificates installed, deleted and listed, contract certificates, OCSP. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, References } from "effect"
import { TestClock } from "effect/testing"
import type { GetCertificateIdUseEnumType, Messages, ReportDataType } from "@wattline/ocpp-v201"
import { CertificateManagement, CheckFailed, Csms, type Handlers, installedCertificates } from "../../src/index.ts"
import { brokenByDeletion, installVerdict } from "../../src/operations/CertificateChecks.ts"
import { ocspRequest } from "../../src/pki/Ocsp.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, failureOf, lastRequestId, Recorder, reportPart, settle } from "../csms/support.ts"
import { chain, csr, laterChain } from "../transport/certificates.ts"
import { csrRsa, newRoot, ocspGood, oldRoot, otherRoot } from "../transport/moreCertificates.ts"

type HashData = CertificateManagement.HashData

const now = Date.UTC(2030, 0, 1)
const csmsWith = (handlers: Handlers = {}) =>
  Csms.layer(handlers).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "None")))
const quiet = csmsWith()

const reportedAs = (certificateType: GetCertificateIdUseEnumType, ...all: ReadonlyArray<HashData>) =>
  all.map((certificateHashData) => ({ certificateType, certificateHashData }))

/** The station says which certificates it has, of all types or of these. */
const lists = Effect.fnUntraced(function* (
  { fake, station }: Effect.Success<ReturnType<typeof booted>>,
  chains: Messages["GetInstalledCertificateIds"]["response"]["certificateHashDataChain"] = [],
  types?: readonly [GetCertificateIdUseEnumType]
) {
  const list = yield* begin(CertificateManagement.getInstalledCertificateIds(station, types))
  fake.reply(chains.length === 0 ? { status: "NotFound" } : { status: "Accepted", certificateHashDataChain: chains })
  return yield* Fiber.join(list)
})

const variable = (name: string, value: string, more: object = {}): ReportDataType => ({
  component: { name: "SecurityCtrlr" },
  variable: { name },
  variableAttribute: [{ value }],
  variableCharacteristics: { dataType: "integer", supportsMonitoring: false, ...more }
})

/** The station reports these variables. */
const reports = Effect.fnUntraced(function* (
  { fake, station }: Effect.Success<ReturnType<typeof booted>>,
  ...data: ReadonlyArray<ReportDataType>
) {
  const report = yield* begin(station.getBaseReport("FullInventory"))
  const requestId = lastRequestId(fake)
  fake.reply({ status: "Accepted" })
  fake.call("NotifyReport", reportPart(requestId, 0, false, [...data]))
  yield* Fiber.join(report)
})

/** An operation that sends one CALL; gives it and what the operation makes of the answer. */
const sending = Effect.fnUntraced(function* <A, E>(operation: Effect.Effect<A, E>, fake: FakeStation, answer: object) {
  const running = yield* begin(operation)
  yield* Effect.promise(() => new Promise((done) => setTimeout(done, 20))) // hashing by WebCrypto takes real time
  yield* settle
  const [, , action, payload] = fake.lastCall
  fake.reply(answer)
  return { action, payload, outcome: yield* Fiber.join(running) }
})

const brokenOf = (failure: unknown) => {
  assert.instanceOf(failure, CheckFailed)
  return failure instanceof CheckFailed ? failure.broken.map(({ rule }) => rule) : []
}

describe("certificateHashData", () => {
  const { certificateHashData } = CertificateManagement

  it.effect("M-7: names a certificate as openssl does; its issuer is in the chain, or given", () =>
    Effect.gen(function* () {
      const leaf = {
        hashAlgorithm: "SHA256",
        issuerNameHash: "6a9ed51813df0acbfc4e76244b328b5ae7ac9f7195849d390b19ad23554e653c",
        issuerKeyHash: "0c01697f017f3fb4b73ebe45c7de55be4e572edfbb96ac4dc72fa52df7d09776",
        serialNumber: "62238e37a1a21bc9"
      } as const
      assert.deepStrictEqual(yield* certificateHashData(chain), leaf)
      const [first = "", root = ""] = chain.split(/(?<=-----END CERTIFICATE-----\n)/)
      assert.deepStrictEqual(yield* certificateHashData(first, "SHA256", root), leaf)
      assert.deepInclude(yield* certificateHashData(newRoot, "SHA384", oldRoot), {
        hashAlgorithm: "SHA384",
        issuerKeyHash:
          "eab872c9a40064f64cc0d77d550ab34d164f950d700613689a6ce5d28561574e26f10c702aa3d93bc3a90e988b4982aa",
        serialNumber: "7"
      })
    })
  )

  it.effect("M-7: a root is its own issuer, and its number has no leading zero", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* certificateHashData(oldRoot)).serialNumber, "a12")
      assert.strictEqual((yield* certificateHashData(oldRoot, "SHA512")).issuerNameHash.length, 128)
    })
  )

  it.effect("M-7: without the issuer there is no hash data, nor of what is no certificate", () =>
    Effect.gen(function* () {
      assert.match((yield* Effect.flip(certificateHashData(laterChain))).detail, /issuer/)
      assert.match((yield* Effect.flip(certificateHashData(csr))).detail, /PEM/)
    })
  )
})

describe("getInstalledCertificateIds", () => {
  it.effect("M-3, M03.FR.01: asks for these types, or for all, and the mirror has them", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      const root = yield* CertificateManagement.certificateHashData(oldRoot)
      const chains = reportedAs("CSMSRootCertificate", root)
      assert.deepStrictEqual<unknown>(yield* lists(all, chains), chains)
      assert.deepStrictEqual(all.fake.lastCall[3], {})
      yield* lists(all, [], ["MORootCertificate"])
      assert.deepStrictEqual(all.fake.lastCall[3], { certificateType: ["MORootCertificate"] })
      const { certificates } = (yield* all.station.snapshot).mirror
      assert.deepStrictEqual(installedCertificates(certificates), [{ certificateType: "CSMSRootCertificate", ...root }])
    }).pipe(Effect.provide(quiet))
  )

  it.effect("M-3, M03.FR.02: NotFound is an empty list", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* lists(yield* booted()), [])
    }).pipe(Effect.provide(quiet))
  )
})

describe("installCertificate", () => {
  for (const status of ["Accepted", "Rejected", "Failed"] as const)
    it.effect(`M-6, M05.FR.02, M05.FR.03, M05.FR.07: ${status} is a value`, () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const install = CertificateManagement.installCertificate(station, "CSMSRootCertificate", oldRoot)
        const { action, outcome, payload } = yield* sending(install, fake, { status })
        assert.strictEqual(outcome.status, status)
        assert.match(outcome.warnings[0]?.detail ?? "", /not valid yet/) // the clock of the test is in 1970
        assert.deepStrictEqual(
          [action, payload],
          ["InstallCertificate", { certificateType: "CSMSRootCertificate", certificate: oldRoot }]
        )
      }).pipe(Effect.provide(quiet))
    )

  it.effect("M-6: what is too long, no certificate, or a chain is not sent, unless that is allowed", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const pem of ["a certificate", csr, chain, oldRoot + "\n".repeat(5500)]) {
        const install = CertificateManagement.installCertificate(station, "V2GRootCertificate", pem)
        assert.deepStrictEqual(brokenOf(yield* Effect.flip(install)), ["M-6"])
      }
      assert.lengthOf(fake.calls, 0)
      const allow = { allow: ["M-6"] }
      const install = CertificateManagement.installCertificate(station, "V2GRootCertificate", "a certificate", allow)
      assert.deepInclude((yield* sending(install, fake, { status: "Rejected" })).outcome, { status: "Rejected" })
    }).pipe(Effect.provide(quiet))
  )

  it.effect("M-6, M05.FR.06: one more than CertificateEntries.maxLimit is not sent; the same one again is", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      yield* reports(all, variable("CertificateEntries", "2", { maxLimit: 2 }))
      const install = (pem: string) =>
        begin(CertificateManagement.installCertificate(all.station, "CSMSRootCertificate", pem))
      assert.deepStrictEqual(brokenOf(yield* failureOf(yield* install(otherRoot))), ["M-6"])
      const root = yield* CertificateManagement.certificateHashData(oldRoot, "SHA384")
      yield* lists(all, [
        ...reportedAs("CSMSRootCertificate", root),
        ...reportedAs("MORootCertificate", { ...root, serialNumber: "1" })
      ])
      assert.deepStrictEqual(brokenOf(yield* failureOf(yield* install(otherRoot))), ["M-6"])
      const again = CertificateManagement.installCertificate(all.station, "CSMSRootCertificate", oldRoot)
      assert.strictEqual((yield* sending(again, all.fake, { status: "Accepted" })).outcome.status, "Accepted")
      // It said so before it changed; now a complete and fresh list is missing, and its own count stands.
      yield* lists(all, reportedAs("CSMSRootCertificate", root))
      const other = CertificateManagement.installCertificate(all.station, "CSMSRootCertificate", otherRoot)
      assert.strictEqual((yield* sending(other, all.fake, { status: "Accepted" })).outcome.status, "Accepted")
    }).pipe(Effect.provide(quiet))
  )

  it.effect(
    "M-6, M05.FR.11: with AdditionalRootCertificateCheck, a CSMS root that the old one has not signed is a warning",
    () =>
      Effect.gen(function* () {
        const all = yield* booted()
        yield* reports(all, variable("AdditionalRootCertificateCheck", "true", { dataType: "boolean" }))
        const verdictOn = (pem: string, type: "CSMSRootCertificate" | "MORootCertificate" = "CSMSRootCertificate") =>
          Effect.flatMap(all.station.snapshot, ({ mirror }) => installVerdict(mirror, type, pem, now))
        assert.deepStrictEqual((yield* verdictOn(otherRoot)).warnings, []) // which root it has is not known
        const root = yield* CertificateManagement.certificateHashData(oldRoot, "SHA512")
        yield* lists(all, reportedAs("CSMSRootCertificate", root))
        assert.deepStrictEqual(yield* verdictOn(newRoot), { broken: [], warnings: [] })
        assert.deepStrictEqual(yield* verdictOn(otherRoot, "MORootCertificate"), { broken: [], warnings: [] })
        const { broken, warnings } = yield* verdictOn(otherRoot)
        assert.deepStrictEqual([broken, warnings.map(({ rule }) => rule)], [[], ["M-6"]])
      }).pipe(Effect.provide(quiet))
  )

  it.effect("M-6: a certificate that is not valid now is a warning", () =>
    Effect.gen(function* () {
      const { station } = yield* booted()
      const { mirror } = yield* station.snapshot
      const on = (time: number) => Effect.map(installVerdict(mirror, "MORootCertificate", oldRoot, time), ({ warnings }) => warnings.length) // prettier-ignore
      assert.deepStrictEqual([yield* on(0), yield* on(now), yield* on(Date.UTC(2200, 0, 1))], [1, 0, 1])
    }).pipe(Effect.provide(quiet))
  )
})

describe("deleteCertificate", () => {
  for (const status of ["Accepted", "Failed", "NotFound"] as const)
    it.effect(`M-4, M04.FR.02, M04.FR.03, M04.FR.04, M04.FR.07: ${status}, by the hash data as it was reported`, () =>
      Effect.gen(function* () {
        const all = yield* booted()
        const root = yield* CertificateManagement.certificateHashData(oldRoot, "SHA384")
        const reported = { ...root, issuerKeyHash: root.issuerKeyHash.toUpperCase() }
        const [found] = yield* lists(all, reportedAs("CSMSRootCertificate", reported))
        const deletion = CertificateManagement.deleteCertificate(all.station, found?.certificateHashData ?? root)
        const { action, outcome, payload } = yield* sending(deletion, all.fake, { status })
        assert.deepStrictEqual(outcome, { status })
        assert.deepStrictEqual([action, payload], ["DeleteCertificate", { certificateHashData: reported }])
        const { certificates } = (yield* all.station.snapshot).mirror
        assert.lengthOf(installedCertificates(certificates), status === "Failed" ? 1 : 0)
      }).pipe(Effect.provide(quiet))
    )

  it.effect("M-4, M04.FR.07: by another algorithm than the station uses it is not sent", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      const root = yield* CertificateManagement.certificateHashData(oldRoot, "SHA256")
      yield* lists(all, reportedAs("CSMSRootCertificate", root))
      const other = yield* CertificateManagement.certificateHashData(oldRoot, "SHA512")
      const sent = all.fake.calls.length
      assert.deepStrictEqual(
        brokenOf(yield* Effect.flip(CertificateManagement.deleteCertificate(all.station, other))),
        ["M-4"]
      )
      assert.lengthOf(all.fake.calls, sent)
    }).pipe(Effect.provide(quiet))
  )

  it.effect("M-5, M04.FR.06: the certificate that the station is connected with is recognised by its number", () =>
    Effect.gen(function* () {
      const all = yield* booted()
      const own = yield* CertificateManagement.certificateHashData(chain)
      const view = yield* all.station.snapshot
      const certificate = {
        commonName: "SN-1",
        organizations: ["Wattline"],
        verification: "trusted",
        problem: undefined,
        fingerprint256: "00",
        validTo: now,
        certificateNumber: own.serialNumber.toUpperCase()
      } as const
      assert.deepStrictEqual(brokenByDeletion(view, own), [])
      assert.deepStrictEqual(
        brokenByDeletion({ ...view, certificate }, own).map(({ rule }) => rule),
        ["M-5"]
      )
      assert.deepStrictEqual(brokenByDeletion({ ...view, certificate }, { ...own, serialNumber: "1" }), [])
      yield* lists(all, reportedAs("MORootCertificate", own)) // a root that has the same number
      assert.deepStrictEqual(brokenByDeletion({ ...(yield* all.station.snapshot), certificate }, own), [])
    }).pipe(Effect.provide(quiet))
  )
})

describe("deleteInstalledCertificate", () => {
  const wanted = { certificateType: "CSMSRootCertificate", certificate: oldRoot } as const

  for (const hashAlgorithm of ["SHA256", "SHA384", "SHA512"] as const)
    it.effect(`TC_M_20_CSMS, M-4, M04.FR.07: is looked up first, and deleted by ${hashAlgorithm} as reported`, () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const other = yield* CertificateManagement.certificateHashData(otherRoot, hashAlgorithm)
        const root = yield* CertificateManagement.certificateHashData(oldRoot, hashAlgorithm)
        const deletion = yield* begin(CertificateManagement.deleteInstalledCertificate(station, wanted))
        assert.deepStrictEqual(fake.lastCall.slice(2), ["GetInstalledCertificateIds", { certificateType: ["CSMSRootCertificate"] }]) // prettier-ignore
        const chains = reportedAs("CSMSRootCertificate", other, root)
        const reply = Effect.sync(() => fake.reply({ status: "Accepted", certificateHashDataChain: chains }))
        const { action, outcome, payload } = yield* sending(Effect.andThen(reply, Fiber.join(deletion)), fake, {
          status: "Accepted"
        })
        assert.deepStrictEqual([action, payload], ["DeleteCertificate", { certificateHashData: root }])
        assert.deepStrictEqual(outcome, { status: "Accepted" })
      }).pipe(Effect.provide(quiet))
    )

  it.effect("M-4: is NotFound, and nothing is deleted, when the station has not got it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const other = yield* CertificateManagement.certificateHashData(otherRoot)
      const deletion = CertificateManagement.deleteInstalledCertificate(station, wanted)
      const chains = reportedAs("CSMSRootCertificate", other)
      const { outcome } = yield* sending(deletion, fake, { status: "Accepted", certificateHashDataChain: chains })
      assert.deepStrictEqual(outcome, { status: "NotFound" })
      assert.deepStrictEqual(
        fake.calls.map(([, , action]) => action),
        ["GetInstalledCertificateIds"]
      )
    }).pipe(Effect.provide(quiet))
  )
})

describe("contract certificates", () => {
  const request = { iso15118SchemaVersion: "urn:iso:15118:2:2013:MsgDef", action: "Install", exiRequest: "gJgC" }
  const failed = { status: "Failed", exiResponse: "" }
  const asks = (fake: FakeStation) => fake.call("Get15118EVCertificate", request)

  it.effect("M-1, M01.FR.01, M02.FR.01: a handler forwards them to a contract pool", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      assert.deepStrictEqual(fake.answerTo(asks(fake)), [{ status: "Accepted", exiResponse: "gJgC!Install" }])
    }).pipe(
      Effect.provide(
        csmsWith({
          Get15118EVCertificate: ({ action, exiRequest }) =>
            Effect.succeed({ status: "Accepted", exiResponse: `${exiRequest}!${action}` })
        })
      )
    )
  )

  it.effect("M-1: without a handler, and with Accepted that brings nothing, it is Failed", () =>
    Effect.gen(function* () {
      const { csms, fake } = yield* booted()
      assert.deepStrictEqual(fake.answerTo(asks(fake)), [failed])
      const handlers: Handlers = {
        Get15118EVCertificate: () => Effect.succeed({ status: "Accepted", exiResponse: "" })
      }
      yield* csms.addStation({ identity: "CS-1", securityProfile: 0, handlers })
      assert.deepStrictEqual(fake.answerTo(asks(fake)), [failed])
    }).pipe(Effect.provide(quiet))
  )

  it.effect("M-2: a handler that is late is answered for before the 4.5 seconds of the EV are over", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const recorder = yield* Recorder.start
      const id = asks(fake)
      yield* TestClock.adjust("3900 millis")
      assert.isUndefined(fake.answerTo(id))
      yield* TestClock.adjust("400 millis")
      assert.deepStrictEqual(fake.answerTo(id), [failed])
      assert.deepInclude(recorder.of("HandlerFailed")[0], { action: "Get15118EVCertificate", why: "Deadline" })
    }).pipe(Effect.provide(csmsWith({ Get15118EVCertificate: () => Effect.never })))
  )

  it.effect("M-2: the time it waits behind other messages counts", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      fake.call("DataTransfer", { vendorId: "slow" })
      const id = asks(fake)
      yield* TestClock.adjust("3 seconds")
      assert.isUndefined(fake.answerTo(id))
      yield* TestClock.adjust("1300 millis")
      assert.deepStrictEqual(fake.answerTo(id), [failed])
    }).pipe(
      Effect.provide(
        csmsWith({
          DataTransfer: () => Effect.as(Effect.sleep("3 seconds"), { status: "Accepted" } as const),
          Get15118EVCertificate: () => Effect.never
        })
      )
    )
  )
})

describe("certificate status", () => {
  const responder = "http://ocsp.wattline.test/v2g"
  const requestFor = (responderURL: string) =>
    Effect.map(CertificateManagement.certificateHashData(newRoot, "SHA256", oldRoot), (hashData) => ({
      ocspRequestData: { ...hashData, responderURL }
    }))
  const answering = (answer: () => Response, asked: Array<unknown> = []): CertificateManagement.OcspOptions => ({
    allow: ({ hostname }) => hostname === "ocsp.wattline.test",
    fetch: async (url, init) => {
      asked.push([
        url instanceof URL && url.href,
        init?.method,
        init?.redirect,
        Buffer.from(init?.body as Uint8Array).toString("base64")
      ])
      return answer()
    }
  })
  const good = () => new Response(Buffer.from(ocspGood, "base64"))
  const detailOf = (options: CertificateManagement.OcspOptions, responderURL = responder) =>
    Effect.gen(function* () {
      const { ocspRequestData } = yield* requestFor(responderURL)
      return (yield* Effect.flip(CertificateManagement.ocspResult(ocspRequestData, options))).detail
    })

  /** What a station is answered. */
  const asks = Effect.fnUntraced(function* (responderURL = responder) {
    const { fake } = yield* booted()
    const id = fake.call("GetCertificateStatus", yield* requestFor(responderURL))
    yield* Effect.promise(() => new Promise((done) => setTimeout(done, 20)))
    yield* settle
    return fake.answerTo(id)
  })

  it.effect("TC_M_24_CSMS, M-8, M06.FR.01, M06.FR.02, M06.FR.03: Accepted with what the responder says", () => {
    const asked: Array<unknown> = []
    const GetCertificateStatus = CertificateManagement.getCertificateStatusBy(answering(good, asked))
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* asks(), [{ status: "Accepted", ocspResult: ocspGood }])
      const { ocspRequestData } = yield* requestFor(responder)
      const request = Buffer.from(ocspRequest(ocspRequestData) ?? []).toString("base64")
      assert.deepStrictEqual(asked, [[responder, "POST", "error", request]])
    }).pipe(Effect.provide(csmsWith({ GetCertificateStatus })))
  })

  it.effect("M-8, M06.FR.04: Failed, and never silence, when there is no handler or no answer", () =>
    Effect.gen(function* () {
      const failed = [{ status: "Failed" }]
      assert.deepStrictEqual(yield* Effect.provide(asks(), quiet), failed)
      const GetCertificateStatus = CertificateManagement.getCertificateStatusBy(
        answering(() => new Response("", { status: 500 }))
      )
      assert.deepStrictEqual(yield* Effect.provide(asks(), csmsWith({ GetCertificateStatus })), failed)
    })
  )

  it.effect("M-9: an ocspResult with Failed is dropped, Accepted without one is Failed", () =>
    Effect.gen(function* () {
      const by = (response: Messages["GetCertificateStatus"]["response"]) =>
        Effect.provide(asks(), csmsWith({ GetCertificateStatus: () => Effect.succeed(response) }))
      assert.deepStrictEqual(yield* by({ status: "Failed", ocspResult: "MAA=" }), [{ status: "Failed" }])
      assert.deepStrictEqual(yield* by({ status: "Accepted" }), [{ status: "Failed" }])
      assert.deepStrictEqual(yield* by({ status: "Accepted", ocspResult: "A".repeat(5501) }), [{ status: "Failed" }])
    })
  )

  it.effect("M-8: a URL that is not allowed, or not of the web, is not asked", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const options = answering(good, asked)
      for (const url of [
        "http://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "file:///etc/passwd",
        "ftp://ocsp.wattline.test/",
        "http://user:secret@ocsp.wattline.test/",
        "http://ocsp.wattline.test.evil.example/",
        "no url"
      ])
        assert.match(yield* detailOf(options, url), /not allowed/)
      assert.deepStrictEqual(asked, [])
      yield* Effect.flatMap(requestFor("HTTP://OCSP.WATTLINE.TEST/"), ({ ocspRequestData }) =>
        CertificateManagement.ocspResult(ocspRequestData, options)
      )
      assert.lengthOf(asked, 1)
    })
  )

  it.effect("M-8, M06.FR.08: what is too long, no OCSP response, or an error of the responder is none", () =>
    Effect.gen(function* () {
      const answers: ReadonlyArray<readonly [string | Uint8Array<ArrayBuffer>, RegExp]> = [
        [Buffer.alloc(4126), /more than 4125 bytes/],
        ["<html></html>", /no successful/],
        [Buffer.from("MAMKAQM=", "base64"), /no successful/],
        ["", /no successful/]
      ]
      for (const [body, says] of answers) assert.match(yield* detailOf(answering(() => new Response(body))), says)
      assert.match(yield* detailOf(answering(() => new Response("", { status: 404 }))), /404/)
      const broken = answering(() => {
        throw new Error("no route")
      })
      assert.match(yield* detailOf(broken), /no route/)
    })
  )

  it.effect("M-8: a responder that does not answer in time is given up", () =>
    Effect.gen(function* () {
      let aborted = false
      const options: CertificateManagement.OcspOptions = {
        allow: () => true,
        fetch: (_url, init) =>
          new Promise((_resolve, reject) =>
            init?.signal?.addEventListener("abort", () => {
              aborted = true
              reject(new Error("aborted"))
            })
          )
      }
      const lookup = yield* begin(detailOf(options))
      yield* Effect.promise(() => new Promise((done) => setTimeout(done, 20)))
      yield* TestClock.adjust("5 seconds")
      assert.match(yield* Fiber.join(lookup), /in time/)
      assert.isTrue(aborted)
    })
  )

  it.live("M-8: by the fetch of the platform; a redirect is not followed", () =>
    Effect.gen(function* () {
      const paths: Array<string> = []
      const server = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const made = createServer((request, response) => {
            paths.push(`${request.method} ${request.url} ${request.headers["content-type"]}`)
            if (request.url === "/moved") response.writeHead(302, { location: "/ocsp" }).end()
            else response.end(Buffer.from(ocspGood, "base64"))
          })
          made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
        }),
        (made) => Effect.sync(() => made.close())
      )
      const { port } = server.address() as AddressInfo
      const options: CertificateManagement.OcspOptions = { allow: ({ hostname }) => hostname === "127.0.0.1" }
      const { ocspRequestData } = yield* requestFor(`http://127.0.0.1:${port}/ocsp`)
      assert.strictEqual(yield* CertificateManagement.ocspResult(ocspRequestData, options), ocspGood)
      assert.match(yield* detailOf(options, `http://127.0.0.1:${port}/moved`), /could not be asked/)
      assert.deepStrictEqual(paths, ["/ocsp", "/moved"].map((path) => `POST ${path} application/ocsp-request`)) // prettier-ignore
    })
  )
})

describe("checkSigningRequest", () => {
  it.effect("A-18, A-21: tells the subject, whose signature it has, and what is not as expected", () =>
    Effect.gen(function* () {
      const subject = { commonName: "SN-1", organizations: ["Wattline"], signature: "Valid" } as const
      const expected = { serialNumber: "SN-1", organizations: ["wattline"] }
      const { checkSigningRequest } = CertificateManagement
      assert.deepStrictEqual(yield* checkSigningRequest(csr, expected), { ...subject, doubts: [] })
      assert.deepStrictEqual(yield* checkSigningRequest(csrRsa), { ...subject, doubts: [] })
      const { doubts } = yield* checkSigningRequest(csr, { serialNumber: "SN-2", organizations: ["Other"] })
      assert.lengthOf(doubts, 2)
      assert.deepStrictEqual(yield* checkSigningRequest("none", expected), {
        commonName: undefined,
        organizations: [],
        signature: "Unreadable",
        doubts: []
      })
    })
  )
})
