/** Operations of block L: what a CSMS looks at before it offers an image. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { FirmwareManagement } from "../../src/index.ts"
import {
  expiredCertificate,
  forgedChain,
  image,
  otherRoot,
  root,
  rsaCertificate,
  signatures,
  signingChain
} from "../transport/firmware.ts"

const good = { image, signingCertificate: signingChain, signature: signatures.ecdsa, roots: root }
const untrusted = "The certificate does not come from a CA that is trusted."
const unsigned = "The image is not signed by the key of the signing certificate."

/** What the check says, in 2026. */
const problems = (more: Partial<FirmwareManagement.FirmwareToCheck> = {}) =>
  Effect.andThen(TestClock.setTime(Date.UTC(2026, 0, 1)), FirmwareManagement.checkFirmware({ ...good, ...more }))

describe("checkFirmware", () => {
  it.effect.each([
    ["ECDSA, DER", signingChain, signatures.ecdsa],
    ["ECDSA, both numbers", signingChain, signatures.ecdsaRaw],
    ["RSA-PSS", rsaCertificate, signatures.rsaPss],
    ["RSA-PSS, the longest salt", rsaCertificate, signatures.rsaPssLongSalt],
    ["RSA", rsaCertificate, signatures.rsa]
  ] as const)(
    "A-9, L-9, A00.FR.707: an image is good that a trusted key has signed: %s",
    ([, signingCertificate, signature]) =>
      Effect.map(problems({ signingCertificate, signature }), (found) => assert.deepStrictEqual(found, []))
  )

  it.effect("L-9: another image, another key, and a signature that is none are found", () =>
    Effect.gen(function* () {
      const changed = image.with(0, 0)
      for (const signature of [signatures.ecdsa, signatures.ecdsaRaw])
        assert.deepStrictEqual(yield* problems({ image: changed, signature }), [unsigned])
      for (const signature of [signatures.rsa, signatures.rsaPss, signatures.rsaPssLongSalt])
        assert.deepStrictEqual(yield* problems({ image: changed, signature, signingCertificate: rsaCertificate }), [
          unsigned
        ])
      assert.deepStrictEqual(yield* problems({ signature: signatures.rsa }), [unsigned])
      assert.deepStrictEqual(yield* problems({ signature: "" }), [unsigned])
      assert.deepStrictEqual(yield* problems({ signature: "§" }), [unsigned])
    })
  )

  it.effect("L-9: a certificate must come from a trusted CA", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* problems({ roots: otherRoot }), [untrusted]) // the same name, another key
      assert.deepStrictEqual(yield* problems({ roots: "" }), [untrusted])
      const [leafAlone = ""] = signingChain.split(/(?<=-----END CERTIFICATE-----\n)/)
      assert.deepStrictEqual(yield* problems({ signingCertificate: leafAlone }), [untrusted])
      assert.deepStrictEqual(yield* problems({ signingCertificate: leafAlone, roots: leafAlone }), [])
      assert.deepStrictEqual(yield* problems({ signingCertificate: forgedChain }), [
        "The certificate is signed by one that is no CA."
      ])
    })
  )

  it.effect("L-9: a certificate must be valid now, and be one", () =>
    Effect.gen(function* () {
      const signature = signatures.ecdsa
      assert.deepStrictEqual(yield* problems({ signingCertificate: expiredCertificate, signature }), [
        "The certificate, or one above it, has expired."
      ])
      yield* TestClock.setTime(Date.UTC(1959, 0, 1))
      assert.deepStrictEqual(yield* FirmwareManagement.checkFirmware(good), [
        "The certificate, or one above it, is not valid yet."
      ])
      assert.deepStrictEqual(yield* problems({ signingCertificate: "no PEM" }), [
        "The signing certificate cannot be read as X.509 in PEM."
      ])
      assert.deepStrictEqual(yield* problems({ signingCertificate: `${" ".repeat(5500)}${signingChain}` }), [
        "A signing certificate has at most 5500 characters."
      ])
      assert.deepStrictEqual(yield* problems({ signature: signatures.ecdsa.padEnd(801) }), [
        "A signature has at most 800 characters."
      ])
    })
  )
})
