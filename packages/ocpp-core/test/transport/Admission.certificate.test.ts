import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Logger } from "effect"
import {
  admit,
  type AdmissionPolicy,
  type AdmissionPorts,
  type CertificateReport,
  type StationCredentials
} from "../../src/transport/Admission.ts"
import type { SecurityRecord } from "../../src/station/SecurityRecord.ts"
import { hash } from "../../src/transport/Password.ts"
import type { ClientCertificate, SecurityProfile, UpgradeRequest } from "../../src/transport/Transport.ts"

const policy: AdmissionPolicy = { protocols: ["ocpp2.0.1"], noCommonProtocol: "refuse", lenientIdentity: false }
const password = "correct-horse-battery"

const certificate = (fields: Partial<ClientCertificate> = {}): ClientCertificate => ({
  commonName: "SN-1",
  organizations: ["Wattline"],
  verification: "trusted",
  problem: undefined,
  fingerprint256: "AA:BB",
  validTo: 0,
  ...fields
})

const basic = `Basic ${btoa(`CS1:${password}`)}`

const request = (fields: Partial<UpgradeRequest> = {}): UpgradeRequest => ({
  target: "/ocpp/CS1",
  protocols: "ocpp2.0.1",
  authorization: undefined,
  remoteAddress: "192.0.2.1",
  secure: true,
  ...fields
})

/** One admission of station CS1, with what was reported on the way. */
const ask = (
  fields: Partial<UpgradeRequest>,
  station: Partial<StationCredentials> = {},
  more: { readonly record?: SecurityRecord; readonly policy?: Partial<AdmissionPolicy> } & AdmissionPorts = {}
) =>
  Effect.gen(function* () {
    const reports: Array<CertificateReport> = []
    const { record, policy: overrides, ...ports } = more
    const admission = yield* admit(
      request(fields),
      { ...policy, ...overrides },
      () => Exit.succeed({ identity: "CS1", securityProfile: 3 as const, ...station }),
      { recordOf: () => Exit.succeed(record), report: (one) => void reports.push(one), ...ports }
    )
    return { admission, reports, status: admission._tag === "Refused" ? admission.status : admission._tag }
  })

const statusOf = (...args: Parameters<typeof ask>) => Effect.map(ask(...args), ({ status }) => status)

describe("profile 3", () => {
  it.effect(
    "TC_A_07_CSMS, R-056: a good certificate is admitted without a Basic header, and goes with the admission",
    () =>
      Effect.gen(function* () {
        const { admission, reports } = yield* ask({ certificate: certificate() })
        assert.deepInclude(admission, { _tag: "Admitted", securityProfile: 3, certificate: certificate() })
        assert.deepStrictEqual(reports, [])
      })
  )

  it("R-041: it is decided in the same tick", () => {
    const admission = admit(request({ certificate: certificate() }), policy, () =>
      Exit.succeed({ identity: "CS1", securityProfile: 3 as const })
    )
    assert.isTrue(Exit.isExit(admission))
  })

  const bad: ReadonlyArray<readonly [string, ClientCertificate | undefined]> = [
    ["none", undefined],
    ["of an unknown issuer", certificate({ verification: "untrusted", problem: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" })],
    ["expired", certificate({ verification: "expired", problem: "CERT_HAS_EXPIRED" })],
    ["of another station", certificate({ commonName: "SN-2" })],
    ["of another organization", certificate({ organizations: ["Other"] })]
  ]
  for (const [kind, presented] of bad)
    it.effect(`TC_A_08_CSMS, R-055, R-056: a certificate that is ${kind} is refused with 403, and reported`, () =>
      Effect.gen(function* () {
        const { admission, reports, status } = yield* ask(presented === undefined ? {} : { certificate: presented }, {
          certificate: { serialNumber: "SN-1", organizations: ["Wattline"] }
        })
        assert.strictEqual(status, 403)
        assert.lengthOf(reports, 1)
        assert.deepInclude(reports[0], { identity: "CS1", certificate: presented, exempted: false })
        assert.strictEqual("reason" in admission && admission.reason, reports[0]?.reason)
      })
    )

  it.effect("R-030: over plain ws a station of profile 3 is refused with 403", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* statusOf({ secure: false, authorization: basic }), 403)
    })
  )

  it.effect("R-015: the certificate is checked before the subprotocol", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* statusOf({ protocols: "ocpp1.6" }), 403)
      assert.strictEqual(yield* statusOf({ protocols: "ocpp1.6", certificate: certificate() }), 400)
    })
  )

  it.effect("R-024: an identity with a colon may use it, because Basic is not used", () =>
    Effect.gen(function* () {
      const fields = { target: "/CS:1", certificate: certificate() }
      assert.strictEqual(yield* statusOf(fields, { identity: "CS:1" }), "Admitted")
    })
  )

  it.effect("R-056: the organizations of the station come before those of the CSMS, which come before none", () =>
    Effect.gen(function* () {
      const fields = { certificate: certificate({ organizations: ["Depot BV"] }) }
      assert.strictEqual(yield* statusOf(fields), "Admitted")
      assert.strictEqual(yield* statusOf(fields, {}, { policy: { organizations: ["Wattline"] } }), 403)
      const own = { certificate: { organizations: ["Depot BV"] } }
      assert.strictEqual(yield* statusOf(fields, own, { policy: { organizations: ["Wattline"] } }), "Admitted")
    })
  )

  it.effect("R-056: the serial number of the directory comes before the pinned one", () =>
    Effect.gen(function* () {
      const record: SecurityRecord = { securityProfile: 3, serialNumber: "SN-OLD" }
      const fields = { certificate: certificate() }
      assert.strictEqual(yield* statusOf(fields, {}, { record }), 403)
      assert.strictEqual(yield* statusOf(fields, { certificate: { serialNumber: "SN-1" } }, { record }), "Admitted")
    })
  )

  it.effect("R-223: a local controller is held to its own serial number, not to the pinned one of the station", () =>
    Effect.gen(function* () {
      const record: SecurityRecord = { securityProfile: 3, serialNumber: "SN-1" }
      const fields = { certificate: certificate({ commonName: "LC-1" }) }
      const { admission } = yield* ask(fields, { localController: true }, { record })
      assert.deepInclude(admission, { _tag: "Admitted", localController: true })
      const controller = { localController: true, certificate: { serialNumber: "LC-2" } }
      assert.strictEqual(yield* statusOf(fields, controller, { record }), 403)
    })
  )

  it.effect("R-058: an expired certificate is let in where the station may, and reported all the same", () =>
    Effect.gen(function* () {
      const expired = certificate({ verification: "expired" })
      const { admission, reports } = yield* ask({ certificate: expired }, { certificate: { acceptExpired: true } })
      assert.deepInclude(admission, { _tag: "Admitted", certificate: expired })
      assert.deepStrictEqual(
        reports.map(({ exempted }) => exempted),
        [true]
      )
    })
  )
})

describe("the application's own check", () => {
  it.effect("A-7: a reason refuses with 403 and is reported; without one the station comes in", () =>
    Effect.gen(function* () {
      const asked: Array<readonly [string, string]> = []
      const checkCertificate = (identity: string, { fingerprint256 }: ClientCertificate) => {
        asked.push([identity, fingerprint256])
        return Effect.succeed(asked.length === 1 ? "It was revoked." : undefined)
      }
      const fields = { certificate: certificate() }
      const { admission, reports, status } = yield* ask(fields, {}, { checkCertificate })
      assert.strictEqual(status, 403)
      assert.deepInclude(admission, { reason: "It was revoked." })
      assert.deepStrictEqual(
        reports.map(({ reason }) => reason),
        ["It was revoked."]
      )
      assert.strictEqual(yield* statusOf(fields, {}, { checkCertificate }), "Admitted")
      assert.deepStrictEqual(asked, [
        ["CS1", "AA:BB"],
        ["CS1", "AA:BB"]
      ])
    })
  )

  it.effect("A-7: it is not asked about a certificate that is no good anyway", () =>
    Effect.gen(function* () {
      const checkCertificate = () => assert.fail("asked")
      const untrusted = { certificate: certificate({ verification: "untrusted" }) }
      assert.strictEqual(yield* statusOf(untrusted, {}, { checkCertificate }), 403)
    })
  )

  const broken: ReadonlyArray<readonly [string, () => Effect.Effect<undefined, string>]> = [
    ["fails", () => Effect.fail("OCSP is down")],
    ["dies", () => Effect.die(new Error("OCSP is down"))],
    [
      "throws",
      () => {
        throw new Error("OCSP is down")
      }
    ]
  ]
  for (const [how, checkCertificate] of broken)
    it.effect(`A-7: one that ${how} is 503 and logged`, () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const logger = Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))
        const status = yield* statusOf({ certificate: certificate() }, {}, { checkCertificate }).pipe(
          Effect.provide(Logger.layer([logger]))
        )
        assert.strictEqual(status, 503)
        assert.include(lines.join(), "OCSP is down")
      })
    )
})

describe("what is on record", () => {
  const plain = { secure: false, authorization: basic }
  const overTls = { secure: true, authorization: basic }
  const withCertificate = { secure: true, certificate: certificate() }
  type Way = Partial<UpgradeRequest>

  /** directory, record, request → profile in use, or the status of the refusal. */
  const table: ReadonlyArray<readonly [string, SecurityProfile, SecurityRecord, Way, SecurityProfile | 401 | 403]> = [
    ["R-032: 2 on record, plain", 1, { securityProfile: 2 }, plain, 403],
    ["R-032: 2 on record, TLS", 1, { securityProfile: 2 }, overTls, 2],
    ["R-032: 3 on record, TLS with password", 2, { securityProfile: 3 }, overTls, 403],
    ["R-032: 3 on record, certificate", 2, { securityProfile: 3 }, withCertificate, 3],
    ["R-030: directory raised to 2 over 1 on record", 2, { securityProfile: 1 }, plain, 403],
    ["R-030: 1, 2 not offered, TLS", 1, { securityProfile: 1 }, overTls, 403],
    ["R-030: 1, next 2, TLS", 1, { securityProfile: 1, nextProfiles: [2] }, overTls, 2],
    ["R-030: 1, next 2, still plain", 1, { securityProfile: 1, nextProfiles: [2] }, plain, 1],
    ["R-030: 2, next 3, certificate", 2, { securityProfile: 2, nextProfiles: [3] }, withCertificate, 3],
    ["R-030: 2, next 3, still password", 2, { securityProfile: 2, nextProfiles: [3] }, overTls, 2],
    ["R-030: 2, 3 not offered, certificate", 2, { securityProfile: 2 }, withCertificate, 401],
    ["R-030: 1, next 2 and 3, certificate", 1, { securityProfile: 1, nextProfiles: [2, 3] }, withCertificate, 3],
    ["R-033: 3, next 2, password", 3, { securityProfile: 3, nextProfiles: [2] }, overTls, 2],
    ["R-033: 3, next 2, still certificate", 3, { securityProfile: 3, nextProfiles: [2] }, withCertificate, 3],
    ["R-033: 2 after the downgrade, directory 3", 3, { securityProfile: 2, downgraded: true }, overTls, 2],
    ["R-033: never 1 after the downgrade", 3, { securityProfile: 2, downgraded: true }, plain, 403],
    ["R-032: 2 on record, 0 in the directory", 0, { securityProfile: 2 }, plain, 403]
  ]
  for (const [title, securityProfile, record, fields, expected] of table)
    it.effect(`${title}: ${expected}`, () =>
      Effect.gen(function* () {
        const passwordHash = yield* hash(password, { iterations: 2 })
        const { admission, status } = yield* ask(fields, { securityProfile, passwordHash }, { record })
        assert.strictEqual(admission._tag === "Admitted" ? admission.securityProfile : status, expected)
      })
    )

  it.effect("R-047: a password that is open is let in, and the admission says which it was", () =>
    Effect.gen(function* () {
      const quick = { iterations: 2 }
      const passwordHash = yield* hash("password-of-before", quick)
      const record: SecurityRecord = {
        password: {
          directory: passwordHash,
          open: [{ number: 4, hash: yield* hash(password, quick), state: "Unknown" }],
          last: 4
        }
      }
      const { admission } = yield* ask(overTls, { securityProfile: 2, passwordHash }, { record })
      assert.deepInclude(admission, { _tag: "Admitted", passwordNumber: 4 })
      const other = yield* hash("set-by-the-application", quick)
      assert.strictEqual(yield* statusOf(overTls, { securityProfile: 2, passwordHash: other }, { record }), 401)
    })
  )

  it.effect("R-015: a record that cannot be loaded is 503", () =>
    Effect.gen(function* () {
      const recordOf = () => Effect.fail("the store is down")
      const status = yield* statusOf(withCertificate, {}, { recordOf }).pipe(Effect.provide(Logger.layer([])))
      assert.strictEqual(status, 503)
    })
  )
})
