/** Block A: the renewals of certificates as a mirror (A02, A03). */
import { assert, describe, it } from "@effect/vitest"
import type { CertificateSigningUseEnumType } from "@wattline/ocpp-v201"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { failRenewal, renewalOf, type SecurityEvent, security, type SecurityState } from "../../src/blocks/Security.ts"

type CertificateType = CertificateSigningUseEnumType | undefined
type Status = "Accepted" | "Rejected"

const typed = (certificateType: CertificateType) => (certificateType === undefined ? {} : { certificateType })

/** Exchanges one after the other, and what they told. */
class Life {
  state: SecurityState = security.initial
  readonly events: Array<SecurityEvent> = []
  private at = 0
  private readonly emit = (event: SecurityEvent): void => void this.events.push(event)

  requested(certificateType: CertificateType, status: Status = "Accepted"): this {
    const exchange = { request: { csr: "CSR", ...typed(certificateType) }, response: { status }, at: ++this.at }
    this.state = security.reduce.SignCertificate?.(this.state, exchange, this.emit) ?? this.state
    return this
  }

  signed(certificateType: CertificateType, status: Status = "Accepted", statusInfo?: { reasonCode: string }): this {
    const request = { certificateChain: "chain", ...typed(certificateType) }
    const response = { status, ...(statusInfo && { statusInfo }) }
    this.state =
      security.reduce.CertificateSigned?.(this.state, { request, response, at: ++this.at }, this.emit) ?? this.state
    return this
  }

  told(type: string): this {
    const request = { type, timestamp: "2026-01-01T00:00:00Z" }
    const exchange = { request, response: {}, at: ++this.at }
    this.state = security.reduce.SecurityEventNotification?.(this.state, exchange, this.emit) ?? this.state
    return this
  }
}

const types = [undefined, "ChargingStationCertificate", "V2GCertificate"] as const

describe("block A", () => {
  for (const type of types)
    it(`A-16, A-19: from the CSR to the certificate: ${type}`, () => {
      const life = new Life().requested(type)
      assert.deepStrictEqual(renewalOf(life.state, type), { ...typed(type), state: "Signing", at: 1, csr: "CSR" })
      life.signed(type)
      assert.deepStrictEqual(life.state.renewals, [{ ...typed(type), state: "Accepted", at: 2 }])
      assert.deepStrictEqual(life.events, [
        { _tag: "CertificateSigningRequested", ...typed(type) },
        { _tag: "CertificateAccepted", ...typed(type) }
      ])
    })

  it("A-22: a newer CSR of a type takes the place of the one before, and leaves other types alone", () => {
    const { state } = new Life().requested("V2GCertificate").requested(undefined).signed(undefined).requested(undefined)
    assert.deepStrictEqual(state.renewals, [
      { certificateType: "V2GCertificate", state: "Signing", at: 1, csr: "CSR" },
      { state: "Signing", at: 4, csr: "CSR" }
    ])
  })

  it("A-17, A-23: Rejected on either side closes the renewal, with the station's reason", () => {
    const life = new Life().requested(undefined, "Rejected")
    assert.deepInclude(renewalOf(life.state), { state: "Failed", reason: "RequestRejected" })
    life.requested(undefined).signed(undefined, "Rejected", { reasonCode: "InvalidCertChain" })
    assert.deepInclude(renewalOf(life.state), { state: "Failed", reason: "Rejected" })
    const last = life.events.at(-1)
    assert.ok(last?._tag === "CertificateRenewalFailed")
    assert.include(last.message, "InvalidCertChain")
  })

  it("A-32: DiscardedRenewedClientCertificate closes the one that was accepted, and no V2G one", () => {
    const life = new Life().signed("ChargingStationCertificate").signed("V2GCertificate")
    life.told("DiscardedRenewedClientCertificate")
    assert.deepInclude(renewalOf(life.state, "ChargingStationCertificate"), { state: "Failed", reason: "Discarded" })
    assert.deepInclude(renewalOf(life.state, "V2GCertificate"), { state: "Accepted" })
    assert.deepInclude(life.events.at(-1), {
      _tag: "CertificateRenewalFailed",
      certificateType: "ChargingStationCertificate",
      reason: "Discarded"
    })
  })

  it("A-26: other security events change nothing here", () => {
    const life = new Life().signed(undefined)
    const before = life.state
    assert.strictEqual(life.told("InvalidChargingStationCertificate").state, before)
    assert.lengthOf(life.events, 1)
  })

  it("A-25: a CA that failed closes the renewal", () => {
    const told: Array<SecurityEvent> = []
    const failure = { reason: "SigningFailed", message: "CA 17 is down" } as const
    const state = failRenewal(security.initial, "V2GCertificate", failure, 7, (event) => told.push(event))
    assert.deepStrictEqual(state.renewals, [
      { certificateType: "V2GCertificate", state: "Failed", reason: "SigningFailed", at: 7 }
    ])
    assert.deepStrictEqual(told, [{ _tag: "CertificateRenewalFailed", certificateType: "V2GCertificate", ...failure }])
  })

  it("LC-18: a mirror that was stored before there was this block goes on with an empty one", () => {
    const { security: _, ...stored } = Mirror.initial
    assert.deepStrictEqual(Mirror.restored(stored as Mirror.StationMirror).security, security.initial)
  })
})
