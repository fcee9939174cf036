/** Block M as promise users meet it. */
import { expect, it } from "vitest"
import {
  certificateHashData,
  checkSigningRequest,
  createCsms,
  getCertificateStatusBy,
  ocspResult,
  type OcspOptions
} from "../../src/promise.ts"
import { csr } from "../transport/certificates.ts"
import { newRoot, ocspGood, oldRoot } from "../transport/moreCertificates.ts"
import { InProcess } from "./InProcess.ts"

const responderURL = "http://ocsp.wattline.test/"
const asked = async () => ({ ...(await certificateHashData(newRoot, "SHA256", oldRoot)), responderURL })
const options: OcspOptions = {
  allow: ({ hostname }) => hostname === "ocsp.wattline.test",
  fetch: async () => new Response(Buffer.from(ocspGood, "base64"))
}

it("M-8, M06.FR.02, M06.FR.04: getCertificateStatusBy is a handler: Accepted with the response, else Failed", async () => {
  const ws = new InProcess()
  await using csms = await createCsms({
    transports: [ws.transport],
    handlers: { GetCertificateStatus: getCertificateStatusBy(options) }
  })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const station = ws.boot("CS-1")
  const data = await asked()
  const answerTo = async (ocspRequestData: object) => {
    const id = station.call("GetCertificateStatus", { ocspRequestData })
    await expect.poll(() => station.answerTo(id)).toBeDefined()
    return station.answerTo(id)
  }
  expect(await answerTo(data)).toEqual([{ status: "Accepted", ocspResult: ocspGood }])
  expect(await answerTo({ ...data, responderURL: "http://localhost/" })).toEqual([{ status: "Failed" }])
})

it("M-8: ocspResult rejects with the reason", async () => {
  expect(await ocspResult(await asked(), options)).toBe(ocspGood)
  const refused = ocspResult({ ...(await asked()), responderURL: "http://localhost/" }, options)
  await expect(refused).rejects.toMatchObject({ _tag: "OcspFailed", message: "the responderURL is not allowed" })
})

it("M-7, A-18: hash data and signing requests are promises too", async () => {
  await expect(certificateHashData(csr)).rejects.toMatchObject({ _tag: "UnreadableCertificate" })
  expect(await checkSigningRequest(csr, { serialNumber: "SN-2" })).toMatchObject({
    commonName: "SN-1",
    signature: "Valid",
    doubts: ["Its CN is not the serial number of the station."]
  })
})
