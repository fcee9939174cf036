import { beforeAll, describe, expect, it } from "vitest"
import * as Effect from "effect/Effect"
import { CertificateManagement } from "@wattline/ocpp-core"
import { makeTestCa, testPki, type TestCa } from "@wattline/ocpp-conformance"
import { makeEV } from "../../src/virtual/EVModels.ts"
import { responderOf } from "../../src/virtual/security/Responder.ts"
import { Security, type SecurityOptions } from "../../src/virtual/Security.ts"
import { FakeStation } from "./jobs.support.ts"

let ca: TestCa
let otherCa: TestCa
beforeAll(async () => {
  ;({ ca, otherCa } = await Effect.runPromise(testPki))
})

const made = (options: SecurityOptions = {}) => {
  const fake = new FakeStation()
  fake.time = Date.now()
  fake.values.set("SecurityCtrlr.OrganizationName.", "Wattline")
  fake.answers.SignCertificate = { status: "Accepted" }
  const security = new Security(fake.station, options)
  fake.security = security
  fake.part = security
  security.start()
  return { fake, security }
}

const withRoot = () => made({ roots: [{ type: "CSMSRootCertificate", certificate: ca.cert }] })

/** The CSMS triggers a request, and gets it. */
const requested = async ({ fake, security }: ReturnType<typeof made>, trigger = "SignChargingStationCertificate") => {
  const go = security.triggers[trigger as "SignChargingStationCertificate"]()
  if (typeof go === "string") throw new Error(go)
  go()
  await security.settled()
  const request = fake.requests("SignCertificate").at(-1)
  if (request === undefined) throw new Error("nothing was sent")
  return request
}

const types = (fake: FakeStation) => fake.securityEvents.map(({ type }) => type)
const hashOf = (pem: string, issuer?: string) =>
  Effect.runPromise(CertificateManagement.certificateHashData(pem, "SHA256", issuer))

describe("the status of certificates for ISO 15118", () => {
  const ocspResponder = "http://ocsp.example/v2g"

  /** A station with a V2G certificate that names a responder. */
  const withV2G = async () => {
    const { cert, chain, key } = await Effect.runPromise(
      ca.issue({ commonName: "SECC", key: "EC", usage: "server", ocspResponder })
    )
    const roots = [{ type: "V2GRootCertificate", certificate: ca.cert }] as const
    const all = made({ roots, v2gCertificate: { chain, key } })
    all.fake.answers.GetCertificateStatus = { status: "Accepted", ocspResult: "" }
    return { ...all, cert }
  }

  const asked = async ({ fake, security }: ReturnType<typeof made>) => {
    await security.settled()
    return fake.requests("GetCertificateStatus")
  }

  it("M06.FR.06: is asked for once the station is accepted, at the responder that the certificate names", async () => {
    const all = await withV2G()
    expect(await asked(all)).toStrictEqual([])
    all.security.online(true)
    const hashData = await hashOf(all.cert, ca.cert)
    expect(await asked(all)).toStrictEqual([{ ocspRequestData: { ...hashData, responderURL: ocspResponder } }])
    all.security.online(false)
    expect(await asked(all)).toHaveLength(1)
  })

  it("M06.FR.10: is asked for again after a week, and within the hour where the CSMS could not tell", async () => {
    const all = await withV2G()
    all.security.online(true)
    await asked(all)
    for (const day of [1, 2, 3, 4, 5, 6]) {
      all.fake.pass(86_400)
      expect(await asked(all), `day ${day}`).toHaveLength(1)
    }
    all.fake.answers.GetCertificateStatus = { status: "Failed" }
    all.fake.pass(86_400)
    expect(await asked(all)).toHaveLength(2)
    all.fake.pass(3600)
    expect(await asked(all)).toHaveLength(3)
  })

  it("M06.FR.06: what could not be asked is asked when the link is there", async () => {
    const all = await withV2G()
    all.fake.isOnline = false
    all.security.online(true)
    expect(await asked(all)).toHaveLength(0)
    all.fake.isOnline = true
    all.security.online(false)
    expect(await asked(all)).toHaveLength(1)
  })

  it("M06.FR.07: is asked for when the certificate has been renewed; one without a responder has no status", async () => {
    const all = await withV2G()
    all.security.online(true)
    await asked(all)
    all.fake.values.set("ISO15118Ctrlr.V2GCertificateInstallationEnabled.", "true")
    const { csr } = await requested(all, "SignV2GCertificate")
    const { chain } = await Effect.runPromise(ca.sign(csr))
    const answer = await all.fake.ask("CertificateSigned", {
      certificateChain: chain,
      certificateType: "V2GCertificate"
    })
    expect(answer.status).toBe("Accepted")
    expect(await asked(all)).toHaveLength(1)
    all.fake.pass(30 * 86_400)
    expect(await asked(all)).toHaveLength(1)
  })

  it("reads a responder's URL of any length", () => {
    for (const length of [20, 127, 128, 300]) {
      const url = `http://ocsp.example/${"a".repeat(length - 20)}`
      const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
      const access = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x86]
      const der = Uint8Array.from([0x30, 1, ...access, ...size, ...new TextEncoder().encode(url), 0x05, 0])
      expect(responderOf(der)).toBe(url)
    }
    expect(responderOf(Uint8Array.from([0x30, 0]))).toBeUndefined()
  })
})

describe("contract certificates of EVs", () => {
  it.each(["Install", "Update"] as const)(
    "M01.FR.01, M02.FR.01: %s goes on to the CSMS, where it is enabled",
    (action) => {
      for (const enabled of ["true", "false"]) {
        const { fake } = made()
        fake.values.set("ISO15118Ctrlr.ContractCertificateInstallationEnabled.", enabled)
        const contractRequest = { action, exiRequest: "gJgCAAAA" }
        const [evse] = fake.evses
        if (evse !== undefined)
          evse.plugged = { connectorId: 1, ev: makeEV("family", { iso15118: { contractRequest } }) }
        fake.station.tell({ _tag: "CablePlugged", evseId: 1, connectorId: 1 })
        expect(fake.requests("Get15118EVCertificate")).toStrictEqual(
          enabled === "true" ? [{ iso15118SchemaVersion: "urn:iso:15118:2:2013:MsgDef", ...contractRequest }] : []
        )
      }
    }
  )
})

describe("certificates of the station", () => {
  it("A02.FR.02, A02.FR.03: a trigger makes a request that its own key has signed, with serial number and organization", async () => {
    const all = withRoot()
    const { csr, certificateType } = await requested(all)
    const verdict = await Effect.runPromise(
      CertificateManagement.checkSigningRequest(csr, { serialNumber: "SN-1", organizations: ["Wattline"] })
    )
    expect(verdict).toMatchObject({ signature: "Valid", doubts: [] })
    expect(certificateType).toBe("ChargingStationCertificate")
    expect(all.fake.sent[0]?.triggered).toBe(true)
  })

  it("A02.FR.08: a good certificate is accepted, told once the answer is out, and in use", async () => {
    const all = withRoot()
    const { csr } = await requested(all)
    const { chain } = await Effect.runPromise(ca.sign(csr))
    const seen: Array<string> = []
    all.security.onCertificate((use, { key }) => seen.push(`${use} ${key.slice(0, 27)}`))
    const answer = await all.fake.ask("CertificateSigned", {
      certificateChain: chain,
      certificateType: "ChargingStationCertificate"
    })
    expect(answer).toStrictEqual({ status: "Accepted" })
    expect(seen).toStrictEqual(["ChargingStationCertificate -----BEGIN PRIVATE KEY-----"])
    expect(all.security.certificate("ChargingStationCertificate")?.chain).toBe(chain)
    expect(all.fake.told).toContainEqual({ _tag: "CertificateRenewed", type: "ChargingStationCertificate" })
  })

  it("A02.FR.06: a chain over an intermediate CA is accepted", async () => {
    const all = withRoot()
    const { csr } = await requested(all)
    const sub = await Effect.runPromise(ca.intermediate("Sub CA"))
    const { chain } = await Effect.runPromise(sub.sign(csr))
    expect(await all.fake.ask("CertificateSigned", { certificateChain: chain })).toStrictEqual({ status: "Accepted" })
  })

  it.each<[string, (csr: string) => Promise<string>]>([
    ["from a CA that is not installed", async (csr) => (await Effect.runPromise(otherCa.sign(csr))).chain],
    [
      "for another key",
      async () => (await Effect.runPromise(ca.issue({ commonName: "SN-1", key: "EC", usage: "client" }))).chain
    ],
    ["that cannot be read", () => Promise.resolve("no certificate")]
  ])("A02.FR.07, A02.FR.20: one %s is rejected with a security event, and nothing is asked again", async (_, sign) => {
    const all = withRoot()
    all.fake.values.set("SecurityCtrlr.CertSigningWaitMinimum.", "60")
    all.fake.values.set("SecurityCtrlr.CertSigningRepeatTimes.", "3")
    const { csr } = await requested(all)
    const answer = await all.fake.ask("CertificateSigned", { certificateChain: await sign(csr) })
    expect(answer.status).toBe("Rejected")
    expect(types(all.fake)).toStrictEqual(["InvalidChargingStationCertificate"])
    expect(all.security.certificate("ChargingStationCertificate")).toBeUndefined()
    all.fake.pass(86_400)
    expect(all.fake.requests("SignCertificate")).toHaveLength(1)
  })

  it("A02.FR.06: a certificate that is not valid yet, or no more, is rejected", async () => {
    for (const seconds of [-3 * 86_400, 60 * 86_400]) {
      const all = withRoot()
      const { csr } = await requested(all)
      const { chain } = await Effect.runPromise(ca.sign(csr))
      all.fake.pass(seconds)
      expect((await all.fake.ask("CertificateSigned", { certificateChain: chain })).status).toBe("Rejected")
    }
  })

  it("A00.FR.509, A00.FR.511: another serial number or organization than the station has by now is rejected", async () => {
    const all = withRoot()
    const { csr } = await requested(all)
    const { chain } = await Effect.runPromise(ca.sign(csr))
    all.fake.values.set("SecurityCtrlr.OrganizationName.", "Another")
    expect((await all.fake.ask("CertificateSigned", { certificateChain: chain })).status).toBe("Rejected")
    const other = withRoot()
    const request = await requested(other)
    const signed = await Effect.runPromise(ca.sign(request.csr))
    other.fake.station.chargingStation = { ...other.fake.station.chargingStation, serialNumber: "SN-2" }
    expect((await other.fake.ask("CertificateSigned", { certificateChain: signed.chain })).status).toBe("Rejected")
  })

  it("a certificate that nobody asked for is rejected", async () => {
    const all = withRoot()
    expect((await all.fake.ask("CertificateSigned", { certificateChain: ca.cert })).status).toBe("Rejected")
  })

  it("A02.FR.16: a chain longer than MaxCertificateChainSize is rejected, and the request stays open", async () => {
    const all = withRoot()
    const { csr } = await requested(all)
    const { chain } = await Effect.runPromise(ca.sign(csr))
    all.fake.values.set("SecurityCtrlr.MaxCertificateChainSize.", "100")
    expect((await all.fake.ask("CertificateSigned", { certificateChain: chain })).status).toBe("Rejected")
    all.fake.values.set("SecurityCtrlr.MaxCertificateChainSize.", "10000")
    expect((await all.fake.ask("CertificateSigned", { certificateChain: chain })).status).toBe("Accepted")
  })

  it("A02.FR.17 to A02.FR.19: without a certificate the same request goes out again, the wait doubles, then it stops", async () => {
    const all = withRoot()
    all.fake.values.set("SecurityCtrlr.CertSigningWaitMinimum.", "60")
    all.fake.values.set("SecurityCtrlr.CertSigningRepeatTimes.", "2")
    await requested(all)
    const counts = [59, 1, 119, 1, 86_400].map((seconds) => {
      all.fake.pass(seconds)
      return all.fake.requests("SignCertificate").length
    })
    expect(counts).toStrictEqual([1, 2, 2, 3, 3])
    expect(new Set(all.fake.requests("SignCertificate").map(({ csr }) => csr)).size).toBe(1)
  })

  it("A02.FR.13: one for ISO 15118 names its type, a combined one none, and is for both", async () => {
    const all = withRoot()
    all.fake.values.set("ISO15118Ctrlr.V2GCertificateInstallationEnabled.", "true")
    expect((await requested(all, "SignV2GCertificate")).certificateType).toBe("V2GCertificate")
    const { csr, certificateType } = await requested(all, "SignCombinedCertificate")
    expect(certificateType).toBeUndefined()
    const { chain } = await Effect.runPromise(ca.sign(csr))
    expect((await all.fake.ask("CertificateSigned", { certificateChain: chain })).status).toBe("Accepted")
    expect(all.security.certificate("V2GCertificate")?.chain).toBe(chain)
    expect(all.security.certificate("ChargingStationCertificate")?.chain).toBe(chain)
  })

  it("F06.FR.08: without ISO 15118 there is no V2G certificate to trigger", () => {
    const { fake, security } = made()
    expect(security.triggers.SignV2GCertificate()).toBe("NotImplemented")
    fake.values.set("ISO15118Ctrlr.V2GCertificateInstallationEnabled.", "false")
    expect(security.triggers.SignV2GCertificate()).toBe("Rejected")
  })

  it("A02.FR.21: when the CSMS signs no V2G certificate, plug and charge is off until the next boot", async () => {
    const all = made()
    all.fake.values.set("ISO15118Ctrlr.V2GCertificateInstallationEnabled.", "true")
    all.fake.values.set("ISO15118Ctrlr.PnCEnabled.", "true")
    all.fake.answers.SignCertificate = { status: "Rejected" }
    await requested(all, "SignV2GCertificate")
    expect(all.fake.values.get("ISO15118Ctrlr.PnCEnabled.")).toBe("false")
    all.security.down()
    expect(all.fake.values.get("ISO15118Ctrlr.PnCEnabled.")).toBe("true")
  })

  it("A03.FR.02: a month before its certificate expires the station asks for another one, once", async () => {
    const { fake, security } = made({ certificate: await certificateFor(-60, 40) })
    security.online(false)
    fake.pass(9 * 86_400)
    await security.settled()
    expect(fake.requests("SignCertificate")).toHaveLength(0)
    fake.pass(2 * 86_400)
    await security.settled()
    security.online(false)
    await security.settled()
    expect(fake.requests("SignCertificate")).toHaveLength(1)
    expect(fake.sent[0]?.triggered).toBe(false)
  })

  it("A03.FR.02: one that is valid for a month only is replaced when half of it is over, not at once", async () => {
    const { fake, security } = made({ certificate: await certificateFor(0, 30) })
    security.online(false)
    fake.pass(14 * 86_400)
    await security.settled()
    expect(fake.requests("SignCertificate")).toHaveLength(0)
    fake.pass(2 * 86_400)
    await security.settled()
    expect(fake.requests("SignCertificate")).toHaveLength(1)
  })

  it("A03: a request made while offline goes out when the link is back", async () => {
    const { fake, security } = made()
    fake.isOnline = false
    security.renew("ChargingStationCertificate")
    await security.settled()
    expect(fake.requests("SignCertificate")).toHaveLength(0)
    fake.isOnline = true
    security.online(false)
    expect(fake.requests("SignCertificate")).toHaveLength(1)
  })
})

/** A certificate that is valid from so many days from now to so many. */
const certificateFor = async (from: number, to: number) => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
  const { chain, key } = await Effect.runPromise(
    ca.issue({ commonName: "SN-1", key: "EC", usage: "client", notBefore: inDays(from), notAfter: inDays(to) })
  )
  return { chain, key }
}

describe("installed certificates", () => {
  const install = (fake: FakeStation, certificate: string) =>
    fake.ask("InstallCertificate", { certificateType: "CSMSRootCertificate", certificate })

  it("M05.FR.02, M03.FR.03, M03.FR.04: a root that is installed is listed by its hash data, and counted", async () => {
    const { fake } = made()
    expect(await fake.ask("GetInstalledCertificateIds", {})).toStrictEqual({ status: "NotFound" })
    expect(await install(fake, ca.cert)).toStrictEqual({ status: "Accepted" })
    expect(await fake.ask("GetInstalledCertificateIds", { certificateType: ["CSMSRootCertificate"] })).toStrictEqual({
      status: "Accepted",
      certificateHashDataChain: [{ certificateType: "CSMSRootCertificate", certificateHashData: await hashOf(ca.cert) }]
    })
    expect(await fake.ask("GetInstalledCertificateIds", { certificateType: ["V2GRootCertificate"] })).toStrictEqual({
      status: "NotFound"
    })
    expect(fake.values.get("SecurityCtrlr.CertificateEntries.")).toBe("1")
  })

  it("M05.FR.07: what cannot be read, has expired, or is more than one certificate is rejected", async () => {
    const { fake } = made()
    const expired = await Effect.runPromise(
      ca.issue({ commonName: "old", key: "EC", usage: "client", notAfter: new Date(Date.now() - 1000) })
    )
    for (const certificate of ["none", ca.cert + otherCa.cert, expired.cert])
      expect((await install(fake, certificate)).status).toBe("Rejected")
  })

  it("M05.FR.06, M05.FR.17: a full store rejects another root, and takes the same one again", async () => {
    const { fake } = made()
    fake.limits.set("SecurityCtrlr.CertificateEntries.", 1)
    expect((await install(fake, ca.cert)).status).toBe("Accepted")
    expect((await install(fake, otherCa.cert)).status).toBe("Rejected")
    expect((await install(fake, ca.cert)).status).toBe("Accepted")
    expect(fake.values.get("SecurityCtrlr.CertificateEntries.")).toBe("1")
  })

  it("M05.FR.03, M04.FR.03: a station that cannot store or delete says Failed", async () => {
    const roots = [{ type: "CSMSRootCertificate", certificate: ca.cert }] as const
    const { fake } = made({ failsToInstall: true, failsToDelete: true, roots })
    expect((await install(fake, otherCa.cert)).status).toBe("Failed")
    const certificateHashData = await hashOf(ca.cert)
    expect(await fake.ask("DeleteCertificate", { certificateHashData })).toStrictEqual({ status: "Failed" })
  })

  it("M05.FR.09 to M05.FR.13: with AdditionalRootCertificateCheck the old root has to have signed the new one, and goes when that has worked", async () => {
    const { fake, security } = withRoot()
    fake.values.set("SecurityCtrlr.AdditionalRootCertificateCheck.", "true")
    expect((await install(fake, otherCa.cert)).status).toBe("Rejected")
    const next = await Effect.runPromise(ca.intermediate("Next Root"))
    expect((await install(fake, next.cert)).status).toBe("Accepted")
    expect(security.roots("CSMSRootCertificate")).toHaveLength(2)
    security.dropFallback()
    expect(security.roots("CSMSRootCertificate")).toStrictEqual([next.cert])
  })

  it("M04.FR.02, M04.FR.04: what is there is deleted, what is not is NotFound", async () => {
    const { fake } = withRoot()
    const certificateHashData = await hashOf(ca.cert)
    expect(await fake.ask("DeleteCertificate", { certificateHashData })).toStrictEqual({ status: "Accepted" })
    expect(await fake.ask("DeleteCertificate", { certificateHashData })).toStrictEqual({ status: "NotFound" })
    expect(fake.values.get("SecurityCtrlr.CertificateEntries.")).toBe("0")
  })

  it("M04.FR.03: the last CSMS root stays when the connection depends on it", async () => {
    const { fake } = withRoot()
    fake.values.set("SecurityCtrlr.SecurityProfile.", "2")
    const certificateHashData = await hashOf(ca.cert)
    expect(await fake.ask("DeleteCertificate", { certificateHashData })).toStrictEqual({ status: "Failed" })
  })

  it("M04.FR.06: the certificate of the station itself is not deleted", async () => {
    const { chain, cert, key } = await Effect.runPromise(ca.issue({ commonName: "SN-1", key: "EC", usage: "client" }))
    const { fake } = made({
      roots: [{ type: "CSMSRootCertificate", certificate: ca.cert }],
      certificate: { chain, key }
    })
    const certificateHashData = await hashOf(cert, ca.cert)
    expect(await fake.ask("DeleteCertificate", { certificateHashData })).toStrictEqual({ status: "Failed" })
  })

  it("M03.FR.05, M04.FR.08: a V2G chain is listed with its sub-CAs as children, and goes with them", async () => {
    const sub = await Effect.runPromise(ca.intermediate("V2G Sub CA"))
    const { chain, cert, key } = await Effect.runPromise(sub.issue({ commonName: "SECC", key: "EC", usage: "client" }))
    const { fake } = made({
      roots: [{ type: "V2GRootCertificate", certificate: ca.cert }],
      v2gCertificate: { chain, key }
    })
    const child = await hashOf(sub.cert, ca.cert)
    expect(await fake.ask("GetInstalledCertificateIds", { certificateType: ["V2GCertificateChain"] })).toStrictEqual({
      status: "Accepted",
      certificateHashDataChain: [
        {
          certificateType: "V2GCertificateChain",
          certificateHashData: await hashOf(cert, sub.cert),
          childCertificateHashData: [child]
        }
      ]
    })
    expect(await fake.ask("DeleteCertificate", { certificateHashData: child })).toStrictEqual({ status: "Accepted" })
    expect(await fake.ask("GetInstalledCertificateIds", { certificateType: ["V2GCertificateChain"] })).toStrictEqual({
      status: "NotFound"
    })
  })
})

describe("passwords, events and profiles", () => {
  it("A01.FR.02, R-044: a password is taken from 16 to maxLimit characters, told, and not in the log", () => {
    const { fake, security } = made()
    const seen: Array<string> = []
    security.onPassword((password) => seen.push(password))
    expect(fake.setVariable("SecurityCtrlr", "BasicAuthPassword", "x".repeat(15))).toBe("Rejected")
    expect(fake.setVariable("SecurityCtrlr", "BasicAuthPassword", "x".repeat(41))).toBe("Rejected")
    expect(fake.setVariable("SecurityCtrlr", "BasicAuthPassword", "x".repeat(40))).toBe("Accepted")
    expect(seen).toStrictEqual(["x".repeat(40)])
    expect(security.events().map(({ type }) => type)).toStrictEqual(["ReconfigurationOfSecurityParameters"])
    expect(JSON.stringify(security.events())).not.toContain("xxx")
    fake.limits.set("SecurityCtrlr.BasicAuthPassword.", 64)
    expect(fake.setVariable("SecurityCtrlr", "BasicAuthPassword", "x".repeat(64))).toBe("Accepted")
  })

  it("A04.FR.01, A04.FR.04: all events are logged, only critical ones are told, a vendor's own ones too", () => {
    const { fake, security } = made()
    for (const type of ["TamperDetectionActivated", "InvalidMessages", "com.example.Door"]) security.event(type)
    expect(types(fake)).toStrictEqual(["TamperDetectionActivated", "com.example.Door"])
    expect(security.events()).toHaveLength(3)
  })

  it("A04.FR.04: the log is a rolling one", () => {
    const { security } = made()
    for (let at = 0; at < 1000; at++) security.event("InvalidMessages", String(at))
    expect(security.events()).toHaveLength(256)
    expect(security.events().at(-1)?.techInfo).toBe("999")
  })

  it("A04.FR.01: the first boot is StartupOfTheDevice, later ones are ResetOrReboot, a new link is neither", () => {
    const { fake, security } = made()
    security.online(true)
    security.online(false)
    security.down()
    security.online(true)
    expect(types(fake)).toStrictEqual(["StartupOfTheDevice", "ResetOrReboot"])
  })

  it.each([
    // current, wanted, root, certificate, downgrade, problem
    [1, 2, true, false, false, undefined], // A05.FR.04
    [1, 2, false, false, false, "InvalidCertificate"], // A05.FR.02
    [2, 3, true, false, false, "InvalidCertificate"], // A05.FR.03
    [2, 3, true, true, false, undefined], // A05.FR.04
    [3, 2, true, true, false, "NoSecurityDowngrade"], // A05.FR.10
    [3, 2, true, true, true, undefined], // A05.FR.08
    [2, 1, true, true, true, "NoSecurityDowngrade"], // A05.FR.09
    [2, 2, false, false, false, undefined]
  ])("A05: from profile %i to %i, root %s, certificate %s, downgrade %s: %s", async (...row) => {
    const [current, wanted, hasRoot, hasCertificate, downgrade, problem] = row
    const { chain, key } = await Effect.runPromise(ca.issue({ commonName: "SN-1", key: "EC", usage: "client" }))
    const { fake, security } = made({
      ...(hasRoot && { roots: [{ type: "CSMSRootCertificate" as const, certificate: ca.cert }] }),
      ...(hasCertificate && { certificate: { chain, key } })
    })
    fake.values.set("SecurityCtrlr.SecurityProfile.", String(current))
    fake.values.set("SecurityCtrlr.AllowSecurityProfileDowngrade.", String(downgrade))
    expect(security.profileProblem(wanted)).toBe(problem)
  })

  it("A05.FR.02: a root that has expired is none", async () => {
    const { security, fake } = made({
      roots: [{ type: "CSMSRootCertificate", certificate: (await Effect.runPromise(makeTestCa("Old Root"))).cert }]
    })
    fake.time += 20 * 365 * 86_400_000
    expect(security.profileProblem(2)).toBe("InvalidCertificate")
  })
})
