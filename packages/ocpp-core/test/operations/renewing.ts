/** What the tests of certificate renewals share: a CA, a station of profile 3, its CSR. */
import { Effect } from "effect"
import { type CertificateSigner, Csms, type CsmsOptions, type Handlers } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { Recorder } from "../csms/support.ts"
import { enter, mutual, untilCalled } from "../csms/securitySupport.ts"
import { chain, csr, fingerprints, otherChain, otherCsr } from "../transport/certificates.ts"

/** A CA that has the certificate ready. */
export const ready: CertificateSigner = ({ csr: asked }) => Effect.succeed(asked === otherCsr ? otherChain : chain)

export const layer = (
  signCertificate: CertificateSigner | undefined,
  handlers: Handlers = {},
  options: CsmsOptions = {}
) => Csms.layer({ ...handlers, ...(signCertificate && { signCertificate }) }, { inventory: "off", ...options })

export const old = mutual({ fingerprint256: "OLD" })
export const renewed = mutual({ fingerprint256: fingerprints.chain })

/** A station of profile 3 that has booted, and everything that is told from here on. */
export const arrived = Effect.gen(function* () {
  const csms = yield* Csms
  const recorder = yield* Recorder.start
  const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
  const fake = yield* enter(old)
  boot(fake)
  return { csms, fake, recorder, station }
})

export const boot = (fake: FakeStation) =>
  fake.call("BootNotification", {
    reason: "PowerUp",
    chargingStation: { model: "M1", vendorName: "V", serialNumber: "SN-1" }
  })

/** Sends a CSR, and waits until the CSMS has sent a CALL after it. */
export const signed = Effect.fnUntraced(function* (fake: FakeStation, more: object = {}) {
  yield* untilCalled(
    fake,
    Effect.sync(() => fake.call("SignCertificate", { csr, ...more }))
  )
  return fake.lastCall
})

export const answerTo = (fake: FakeStation, more: object = {}) =>
  fake.answerTo(fake.call("SignCertificate", { csr, ...more }))
