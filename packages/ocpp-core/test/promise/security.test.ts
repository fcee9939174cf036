/** Block A as promise users meet it. */
import { Effect } from "effect"
import { expect, it } from "vitest"
import { type ClientCertificate, createCsms, generatePassword, hashPassword } from "../../src/promise.ts"
import { InProcess } from "./InProcess.ts"

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
