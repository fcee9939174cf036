import { describe, expect, it } from "vitest"
import type { AuthorizeRequest, AuthorizeResponse, IdTokenInfoType } from "@wattline/ocpp-v201"
import { amendAuthorize, idTokenInfoProblem, isSameToken, tokenStatusesBeside } from "../../src/blocks/Authorization.ts"

const idToken = { idToken: "ABC", type: "eMAID" } as const
const certificate = "-----BEGIN CERTIFICATE-----"

describe("tokens", () => {
  it("C-3, C01.FR.25: are the same when type and text are, whatever the case and the additionalInfo", () => {
    const additionalInfo: [{ additionalIdToken: string; type: string }] = [{ additionalIdToken: "x", type: "y" }]
    expect(isSameToken(idToken, { ...idToken, idToken: "abc", additionalInfo })).toBe(true)
    expect(isSameToken(idToken, { ...idToken, type: "Central" })).toBe(false)
    expect(isSameToken(idToken, { ...idToken, idToken: "ABD" })).toBe(false)
  })
})

describe("idTokenInfo", () => {
  const refused: ReadonlyArray<readonly [string, IdTokenInfoType]> = [
    ["C-7, C01.FR.22", { status: "NotAtThisLocation", evseId: [1] }],
    ["C-7, C01.FR.20", { status: "Accepted", evseId: [0] }],
    ["C-8, C01.FR.11", { status: "Accepted", language2: "de" }],
    ["C-8, C01.FR.17", { status: "Accepted", language1: "de", language2: "DE" }],
    ["C-24", { status: "Accepted", chargingPriority: 10 }],
    ["C-24", { status: "Accepted", chargingPriority: -10 }]
  ]
  it.each(refused)("%s: is refused", (_rule, info) => {
    expect(idTokenInfoProblem(info)).toEqual(expect.any(String))
  })

  it("C-7, C-8, C-24: is fine within the rules", () => {
    const info: IdTokenInfoType = { status: "Accepted", evseId: [1], language1: "de", language2: "en" }
    expect(idTokenInfoProblem({ ...info, chargingPriority: -9 })).toBeUndefined()
    expect(idTokenInfoProblem({ status: "NotAtThisLocation" })).toBeUndefined()
  })
})

describe("amendAuthorize", () => {
  const about = { idToken, certificate } satisfies AuthorizeRequest
  const verdict = (certificateStatus: AuthorizeResponse["certificateStatus"], status: IdTokenInfoType["status"]) =>
    ({ idTokenInfo: { status }, ...(certificateStatus && { certificateStatus }) }) satisfies AuthorizeResponse

  it("C-16: needs a certificateStatus exactly when a certificate was presented", () => {
    expect(amendAuthorize(about, verdict(undefined, "Accepted"))).toEqual(expect.any(String))
    expect(amendAuthorize({ idToken }, verdict("Accepted", "Accepted"))).toEqual({
      idTokenInfo: { status: "Accepted" }
    })
    const plain = verdict(undefined, "Accepted")
    expect(amendAuthorize({ idToken }, plain)).toBe(plain)
  })

  const pairs = [
    ["Accepted", "Accepted", true],
    ["Accepted", "NoCredit", true],
    ["Accepted", "Blocked", false],
    ["ContractCancelled", "Blocked", true],
    ["ContractCancelled", "Accepted", false],
    ["CertificateExpired", "Expired", true],
    ["CertificateExpired", "Invalid", false],
    ["CertificateRevoked", "Invalid", true],
    ["CertChainError", "Invalid", true],
    ["CertChainError", "Accepted", false],
    ["SignatureError", "Unknown", true]
  ] as const
  it.each(pairs)("C-15, TC_C_50_CSMS, TC_C_51_CSMS: %s with %s may be said: %s", (certificateStatus, status, fine) => {
    const response = verdict(certificateStatus, status)
    expect(typeof amendAuthorize(about, response)).toBe(fine ? "object" : "string")
  })

  it("C-15: no status of a bad certificate goes with an accepted token", () => {
    for (const [status, tokens] of Object.entries(tokenStatusesBeside))
      expect([status, tokens.includes("Accepted")]).toEqual([status, status === "Accepted"])
  })
})
