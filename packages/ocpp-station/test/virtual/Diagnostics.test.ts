import { describe, expect, it } from "vitest"
import * as fc from "fast-check"
import type { CustomerInformationRequest, GetLogRequest } from "@wattline/ocpp-v201"
import { Diagnostics, type DiagnosticsOptions } from "../../src/virtual/Diagnostics.ts"
import { FakeStation } from "./jobs.support.ts"

const made = (options: DiagnosticsOptions = {}) => {
  const fake = new FakeStation()
  const diagnostics = new Diagnostics(fake.station, options)
  fake.part = diagnostics
  return { fake, diagnostics }
}

const getLog = (
  fake: FakeStation,
  {
    location = "https://logs.example/up/",
    ...request
  }: Partial<Omit<GetLogRequest, "log">> & { readonly location?: string } = {}
) => fake.ask("GetLog", { requestId: 1, logType: "DiagnosticsLog", ...request, log: { remoteLocation: location } })

const told = (fake: FakeStation) => fake.requests("LogStatusNotification")

describe("logs", () => {
  it("N01.FR.01, N01.FR.07 to N01.FR.09: a log is named and uploaded", async () => {
    const { fake } = made()
    const { filename, status } = await getLog(fake, { requestId: 4 })
    expect(status).toBe("Accepted")
    expect(filename).toBe("DiagnosticsLog-CS-1-20261123T000000Z.log")
    fake.pass(60)
    expect(told(fake)).toStrictEqual([
      { status: "Uploading", requestId: 4 },
      { status: "Uploaded", requestId: 4 }
    ])
    expect(fake.waiting).toBe(0)
  })

  it("N01.FR.03, N01.FR.05: a security log without an event in the time that is asked for is rejected without a name", async () => {
    const { fake } = made({
      securityLog: (from = 0) => (from > Date.parse("2026-11-23T00:00:00Z") ? [] : [{ at: 0, type: "InvalidMessages" }])
    })
    expect((await getLog(fake, { logType: "SecurityLog" })).status).toBe("Accepted")
    const answer = await fake.ask("GetLog", {
      requestId: 2,
      logType: "SecurityLog",
      log: { remoteLocation: "https://logs.example/", oldestTimestamp: "2026-11-24T00:00:00Z" }
    })
    expect(answer).toStrictEqual({ status: "Rejected", statusInfo: { reasonCode: "NotFound" } })
    expect((await getLog(made({ size: 0 }).fake)).status).toBe("Rejected")
  })

  it.each([
    ["fail-upload", "UploadFailure"],
    ["deny-upload", "PermissionDenied"],
    ["bad-upload", "BadMessage"],
    ["unsupported-upload", "NotSupportedOperation"]
  ])("N01.FR.10: after all attempts a location that ends in /%s ends as %s", async (name, status) => {
    const { fake } = made()
    await getLog(fake, { location: `https://logs.example/${name}`, retries: 1, retryInterval: 60 })
    fake.pass(300)
    expect(told(fake).map((one) => one.status)).toStrictEqual(["Uploading", "Uploading", status])
  })

  it("N01.FR.10, TC_N_26: three retries are four attempts, an interval apart", async () => {
    const { fake } = made()
    await getLog(fake, { location: "https://logs.example/fail-upload", retries: 3, retryInterval: 60 })
    fake.pass(600)
    expect(told(fake).map((one) => one.status)).toStrictEqual([...Array<string>(4).fill("Uploading"), "UploadFailure"])
  })

  it("N01.FR.10: the second attempt may succeed", async () => {
    const { fake } = made()
    await getLog(fake, { location: "https://logs.example/fail-first-upload" })
    fake.pass(300)
    expect(told(fake).map((one) => one.status)).toStrictEqual(["Uploading", "Uploading", "Uploaded"])
  })

  it("N01.FR.12, N01.FR.20: a newer request cancels the upload, which is told with the old requestId", async () => {
    const { fake } = made()
    await getLog(fake)
    fake.pass(1)
    expect((await getLog(fake, { requestId: 2 })).status).toBe("AcceptedCanceled")
    fake.pass(60)
    expect(told(fake)).toStrictEqual([
      { status: "Uploading", requestId: 1 },
      { status: "AcceptedCanceled", requestId: 1 },
      { status: "Uploading", requestId: 2 },
      { status: "Uploaded", requestId: 2 }
    ])
  })

  it("N01.FR.13: a trigger tells the upload that goes on, else Idle without a requestId", async () => {
    const { fake, diagnostics } = made()
    const triggered = () => {
      diagnostics.triggers.LogStatusNotification()()
      return told(fake).at(-1)
    }
    expect(triggered()).toStrictEqual({ status: "Idle" })
    await getLog(fake, { requestId: 9 })
    expect(triggered()).toStrictEqual({ status: "Uploading", requestId: 9 })
    fake.pass(60)
    expect(triggered()).toStrictEqual({ status: "Idle" })
  })

  it("N01: an upload outlives a reboot", async () => {
    const { fake, diagnostics } = made()
    await getLog(fake)
    diagnostics.down()
    fake.pass(3600)
    expect(told(fake)).toHaveLength(1)
    diagnostics.online(true)
    fake.pass(1)
    expect(told(fake).at(-1)?.status).toBe("Uploaded")
  })
})

describe("customers", () => {
  const idToken = { idToken: "TAG", type: "ISO14443" } as const
  const ask = (fake: FakeStation, request: Partial<CustomerInformationRequest>) =>
    fake.ask("CustomerInformation", { requestId: 1, report: true, clear: false, ...request })
  const parts = (fake: FakeStation) => fake.requests("NotifyCustomerInformation")
  const text = (fake: FakeStation) =>
    parts(fake)
      .map(({ data }) => data)
      .join("")

  it("N09.FR.05: what the station knows of a token, and where it charges, is reported", async () => {
    const { fake } = made()
    fake.knownTokens.set("TAG", { status: "Accepted", groupIdToken: { idToken: "G1", type: "Central" } })
    fake.begin(2, "T1", "TAG")
    expect(await ask(fake, { idToken })).toStrictEqual({ status: "Accepted" })
    expect(text(fake)).toBe("Token TAG (ISO14443) of group G1 is known as Accepted.\nTransaction T1 runs at EVSE 2.")
  })

  it("N09.FR.06, N10.FR.04: of a customer that it does not know it says so in one part", async () => {
    const { fake } = made()
    await ask(fake, { customerIdentifier: "nobody", clear: true })
    expect(parts(fake)).toStrictEqual([
      { requestId: 1, seqNo: 0, tbc: false, generatedAt: "2026-11-23T00:00:00Z", data: "No data was found." }
    ])
  })

  it("N10.FR.03, N10.FR.06: what is cleared is gone, a pure clear says only that", async () => {
    const { fake } = made({ customers: [{ customerIdentifier: "C1", idToken, data: "Jane Doe" }] })
    fake.knownTokens.set("TAG", { status: "Accepted" })
    await ask(fake, { customerIdentifier: "C1", clear: true })
    expect(text(fake)).toBe("Jane Doe")
    expect(fake.knownTokens.size).toBe(0)
    await ask(fake, { customerIdentifier: "C1" })
    expect(parts(fake).at(-1)?.data).toBe("No data was found.")
    await ask(fake, { idToken, report: false, clear: true })
    expect(parts(fake).at(-1)?.data).toBe("The data was cleared.")
  })

  it("N09.FR.05: a customer is found by a certificate", async () => {
    const customerCertificate = {
      hashAlgorithm: "SHA256",
      issuerNameHash: "aa",
      issuerKeyHash: "bb",
      serialNumber: "1"
    } as const
    const { fake } = made({ customers: [{ customerCertificate, data: "contract" }] })
    await ask(fake, { customerCertificate })
    expect(text(fake)).toBe("contract")
  })

  it("N09.FR.07, N09.FR.09: it is Invalid unless named in one way, Rejected when nothing is to be done", async () => {
    const { fake } = made()
    expect(await ask(fake, {})).toStrictEqual({ status: "Invalid" })
    expect(await ask(fake, { idToken, customerIdentifier: "C1" })).toStrictEqual({ status: "Invalid" })
    expect(await ask(fake, { idToken, report: false })).toStrictEqual({ status: "Rejected" })
    expect(parts(fake)).toHaveLength(0)
  })

  it("N09.FR.05: long data comes in parts of at most 512 characters, numbered from 0, the last one without tbc", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 3000 }), async (data) => {
        const { fake } = made({ customers: [{ customerIdentifier: "C1", data }] })
        await ask(fake, { customerIdentifier: "C1" })
        expect(text(fake)).toBe(data)
        for (const [at, part] of parts(fake).entries()) {
          expect(part.seqNo).toBe(at)
          expect(part.tbc).toBe(at < parts(fake).length - 1)
          expect(Array.from(part.data).length).toBeLessThanOrEqual(512)
        }
      }),
      { numRuns: 50 }
    )
  })
})
