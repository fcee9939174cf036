/** Block A as promise users meet it. */
import { Effect } from "effect"
import { expect, it } from "vitest"
import { type ClientCertificate, createCsms, generatePassword, hashPassword } from "../../src/promise.ts"
import { chain, csr } from "../transport/certificates.ts"
import { aborted, deferred, InProcess, next } from "./InProcess.ts"

const certificate: ClientCertificate = {
  commonName: "SN-1",
  organizations: ["Wattline"],
  verification: "trusted",
  problem: undefined,
  fingerprint256: "AA:BB",
  validTo: 0
}

/** What the core says to a station that comes with a certificate. */
const admit = (ws: InProcess): Promise<unknown> =>
  Effect.runPromise(
    ws.door.admit({
      target: "/ocpp/CS-1",
      protocols: "ocpp2.0.1",
      authorization: undefined,
      remoteAddress: undefined,
      secure: true,
      certificate
    })
  )

it("A-7: checkCertificate is a plain or async function; what it throws is 503", async () => {
  const answers = [
    () => undefined,
    async () => null,
    async () => "It was revoked.",
    () => {
      throw new Error("OCSP is down")
    },
    async () => Promise.reject(new Error("OCSP is down"))
  ]
  const ws = new InProcess()
  const asked: Array<string> = []
  await using csms = await createCsms({
    transports: [ws.transport],
    organizations: ["Wattline"],
    checkCertificate: (identity, { fingerprint256 }) => {
      asked.push(`${identity} ${fingerprint256}`)
      return answers[asked.length - 1]?.()
    }
  })
  await csms.addStation({ identity: "CS-1", securityProfile: 3, certificate: { serialNumber: "SN-1" } })
  expect(await admit(ws)).toMatchObject({ _tag: "Admitted", securityProfile: 3 })
  expect(await admit(ws)).toMatchObject({ _tag: "Admitted" })
  expect(await admit(ws)).toMatchObject({ _tag: "Refused", status: 403, reason: "It was revoked." })
  expect(await admit(ws)).toMatchObject({ _tag: "Refused", status: 503 })
  expect(await admit(ws)).toMatchObject({ _tag: "Refused", status: 503 })
  expect(asked).toEqual(Array.from({ length: 5 }, () => "CS-1 AA:BB"))
})

it("R-046: a station is added with the hash of a generated password, of as many iterations as one likes", async () => {
  const ws = new InProcess()
  await using csms = await createCsms({ transports: [ws.transport] })
  const password = generatePassword()
  const passwordHash = await hashPassword(password, { iterations: 1234 })
  expect(passwordHash).toContain("i=1234$")
  await csms.addStation({ identity: "CS-1", securityProfile: 1, passwordHash })
  expect(await ws.admit("CS-1", password)).toMatchObject({ _tag: "Admitted", securityProfile: 1 })
  expect(await ws.admit("CS-1", generatePassword())).toMatchObject({ _tag: "Refused", status: 401 })
})

it("R-046: passwordIterations counts for passwords that are added", async () => {
  const hashes: Array<string | undefined> = []
  const ws = new InProcess()
  const directory = {
    find: () => undefined,
    add: (station: { readonly passwordHash?: string | undefined }) => hashes.push(station.passwordHash)
  }
  await using csms = await createCsms({ transports: [ws.transport], directory, passwordIterations: 77 })
  await csms.addStation({ identity: "CS-1", securityProfile: 2, password: generatePassword() })
  expect(hashes[0]).toContain("$i=77$")
})

it("A-17, A-19: signCertificate is a plain or async function, called once the station is answered", async () => {
  const ws = new InProcess()
  const asked: Array<unknown> = []
  await using csms = await createCsms({
    transports: [ws.transport],
    handlers: {
      signCertificate: async (request, { station }) => {
        asked.push(request, station.identity)
        return chain
      }
    }
  })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const accepted = next(csms.events(), "CertificateAccepted")
  const fake = ws.boot("CS-1")
  const called = deferred()
  fake.react = (text) => text.startsWith("[2,") && called.resolve()
  const id = fake.call("SignCertificate", { csr, certificateType: "V2GCertificate" })
  expect(fake.answerTo(id)).toEqual([{ status: "Accepted" }])
  await called.promise
  expect(asked).toEqual([{ csr, certificateType: "V2GCertificate" }, "CS-1"])
  expect(fake.lastCall.slice(2)).toEqual([
    "CertificateSigned",
    { certificateChain: chain, certificateType: "V2GCertificate" }
  ])
  fake.reply({ status: "Accepted" })
  expect(await accepted).toMatchObject({ certificateType: "V2GCertificate" })
})

it("A-22, A-25: its signal is aborted by a newer CSR, and what it throws is told", async () => {
  const ws = new InProcess()
  const reasons: Array<unknown> = []
  await using csms = await createCsms({
    transports: [ws.transport],
    handlers: {
      signCertificate: async (request, { signal }) => {
        if (request.csr !== csr) throw new Error("CA 17 is down")
        reasons.push(await aborted(signal))
        return chain
      }
    }
  })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const failed = next(csms.events(), "CertificateRenewalFailed")
  const fake = ws.boot("CS-1")
  fake.call("SignCertificate", { csr })
  fake.call("SignCertificate", { csr: "another one" })
  const { message, reason } = await failed
  expect([reason, message]).toEqual(["SigningFailed", expect.stringContaining("CA 17 is down")])
  await expect.poll(() => reasons).toEqual([expect.objectContaining({ name: "AbortError" })])
  expect(fake.calls).toEqual([])
})
