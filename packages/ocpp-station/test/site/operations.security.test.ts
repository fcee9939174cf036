/** Blocks A and M: passwords, keys and certificates, with real cryptography. */
import { assert, beforeAll } from "@effect/vitest"
import { makeRequest, testPki, type TestPki } from "@wattline/ocpp-conformance"
import { CertificateManagement, identityKey, installedCertificates, Security } from "@wattline/ocpp-core"
import { Effect, Redacted } from "effect"
import { failure, pass, patiently, type SiteOptions, settled } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

let pki: TestPki
beforeAll(async () => {
  pki = await Effect.runPromise(testPki)
})

/** A CSMS with a CA behind it. The certificates are of the machine's time. */
const signing = {
  begins: Date.now(),
  handlers: { signCertificate: ({ csr }) => Effect.map(pki.ca.sign(csr), ({ chain }) => chain) }
} satisfies SiteOptions

const root = () => pki.ca.cert

tryOperations("Security", Security, {
  changePassword: {
    "A01.FR.02, A01.FR.11: the new password is taken, and told nobody": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const result = yield* patiently(Security.changePassword(station))
          if (result.status !== "Accepted") return assert.fail(result.status)
          assert.lengthOf(Redacted.value(result.password), 40)
          yield* pass(60)
          assert.strictEqual((yield* station.snapshot).state, "Accepted")
        })
    },
    "R-044: one that is too short is not sent": {
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* failure(Security.changePassword(station, "short")))?._tag, "NotSent")
        })
    }
  },
  requestCertificateRenewal: {
    "A02.FR.06, A02.FR.08: a key, a CSR, a certificate below the root that is installed": {
      ...signing,
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const installed = yield* patiently(
            CertificateManagement.installCertificate(station, "CSMSRootCertificate", root())
          )
          assert.strictEqual(installed.status, "Accepted")
          const asking = patiently(Security.requestCertificateRenewal(station))
          assert.deepStrictEqual(yield* asking, { status: "Accepted" })
          yield* settled(site)
          assert.include(controls.security.certificate("ChargingStationCertificate")?.chain, "BEGIN CERTIFICATE")
        })
    },
    "A02.FR.04: a certificate below a root that it does not trust is refused": {
      ...signing,
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const result = yield* patiently(Security.requestCertificateRenewal(station))
          assert.deepInclude(result, { status: "Failed" })
          assert.isUndefined(controls.security.certificate("ChargingStationCertificate"))
        })
    }
  },
  factoryCredentials: {
    "A00.FR.406: a station without security has none": {
      run: ({ view }) =>
        Effect.gen(function* () {
          assert.isUndefined(Security.factoryCredentials(yield* view))
        })
    }
  },
  renewalOf: {
    "A02: what became of the renewal can be looked up": {
      ...signing,
      run: ({ station, view }) =>
        Effect.gen(function* () {
          yield* patiently(CertificateManagement.installCertificate(station, "CSMSRootCertificate", root()))
          yield* patiently(Security.requestCertificateRenewal(station))
          const { security } = (yield* view).mirror
          assert.isDefined(Security.renewalOf(security, "ChargingStationCertificate"))
        })
    }
  }
})

tryOperations("CertificateManagement", CertificateManagement, {
  installCertificate: {
    "M05.FR.01, M05.FR.02: a root is there, in the list too": {
      run: ({ controls, station, view }) =>
        Effect.gen(function* () {
          const { status } = yield* patiently(
            CertificateManagement.installCertificate(station, "MORootCertificate", root())
          )
          assert.strictEqual(status, "Accepted")
          assert.lengthOf(controls.security.roots("MORootCertificate"), 1)
          yield* patiently(CertificateManagement.getInstalledCertificateIds(station))
          assert.lengthOf(installedCertificates((yield* view).mirror.certificates), 1)
        })
    },
    "M05.FR.03, M05.FR.07: Failed where it cannot be stored, Rejected where it is none": {
      station: { security: { failsToInstall: true } },
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const install = (certificate: string) =>
            CertificateManagement.installCertificate(station, "CSMSRootCertificate", certificate)
          assert.strictEqual((yield* patiently(install(root()))).status, "Failed")
          assert.strictEqual((yield* failure(install("nothing")))?._tag, "CheckFailed")
          const sent = station.call("InstallCertificate", {
            certificateType: "CSMSRootCertificate",
            certificate: "nothing"
          })
          assert.strictEqual((yield* patiently(sent)).status, "Rejected")
          assert.deepStrictEqual(controls.security.roots("CSMSRootCertificate"), [])
        })
    }
  },
  getInstalledCertificateIds: {
    "M03.FR.01, M03.FR.02: by type, and none": {
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* patiently(CertificateManagement.getInstalledCertificateIds(station)), [])
          yield* patiently(CertificateManagement.installCertificate(station, "CSMSRootCertificate", root()))
          yield* patiently(CertificateManagement.installCertificate(station, "V2GRootCertificate", pki.otherCa.cert))
          const some = yield* patiently(
            CertificateManagement.getInstalledCertificateIds(station, ["V2GRootCertificate"])
          )
          assert.deepStrictEqual(
            some.map(({ certificateHashData }) => certificateHashData),
            [yield* CertificateManagement.certificateHashData(pki.otherCa.cert)]
          )
          assert.lengthOf(yield* patiently(CertificateManagement.getInstalledCertificateIds(station)), 2)
        })
    }
  },
  deleteCertificate: {
    "M04.FR.01, M04.FR.02: it is gone, then NotFound": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          yield* patiently(CertificateManagement.installCertificate(station, "V2GRootCertificate", root()))
          const hashData = yield* CertificateManagement.certificateHashData(root())
          for (const status of ["Accepted", "NotFound"]) {
            const answer = yield* patiently(CertificateManagement.deleteCertificate(station, hashData))
            assert.strictEqual(answer.status, status)
          }
          assert.deepStrictEqual(controls.security.roots("V2GRootCertificate"), [])
          assert.deepStrictEqual(yield* patiently(CertificateManagement.getInstalledCertificateIds(station)), [])
        })
    },
    "M04.FR.03: Failed where it stays": {
      station: { security: { failsToDelete: true } },
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          yield* patiently(CertificateManagement.installCertificate(station, "V2GRootCertificate", root()))
          const hashData = yield* CertificateManagement.certificateHashData(root())
          const { status } = yield* patiently(CertificateManagement.deleteCertificate(station, hashData))
          assert.strictEqual(status, "Failed")
          assert.lengthOf(controls.security.roots("V2GRootCertificate"), 1)
        })
    }
  },
  deleteInstalledCertificate: {
    "M04.FR.07: found by what the station calls it": {
      station: { security: { hashAlgorithm: "SHA512" } },
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          yield* patiently(CertificateManagement.installCertificate(station, "V2GRootCertificate", root()))
          const remove = (certificate: string) =>
            patiently(CertificateManagement.deleteInstalledCertificate(station, { certificate }))
          assert.strictEqual((yield* remove(pki.otherCa.cert)).status, "NotFound")
          assert.strictEqual((yield* remove(root())).status, "Accepted")
          assert.deepStrictEqual(controls.security.roots("V2GRootCertificate"), [])
        })
    }
  },
  certificateHashData: {
    "M-7: the same as the station makes, by every algorithm": {
      station: { security: { hashAlgorithm: "SHA384" } },
      run: ({ station }) =>
        Effect.gen(function* () {
          yield* patiently(CertificateManagement.installCertificate(station, "V2GRootCertificate", root()))
          const [told] = yield* patiently(CertificateManagement.getInstalledCertificateIds(station))
          assert.deepStrictEqual(
            told?.certificateHashData,
            yield* CertificateManagement.certificateHashData(root(), "SHA384")
          )
        })
    }
  },
  ocspResult: {
    "M06: fails for a responder that is not allowed": {
      run: () =>
        Effect.gen(function* () {
          const { hashAlgorithm, ...data } = yield* CertificateManagement.certificateHashData(root())
          const request = { ...data, hashAlgorithm, responderURL: "http://ocsp.invalid/" }
          const failed = yield* failure(CertificateManagement.ocspResult(request, { allow: () => false }))
          assert.strictEqual(failed?._tag, "OcspFailed")
        })
    }
  },
  getCertificateStatusBy: {
    "M06.FR.03: the station gets Failed when nobody can be asked": {
      handlers: { GetCertificateStatus: CertificateManagement.getCertificateStatusBy({ allow: () => false }) },
      run: ({ controls }) =>
        Effect.gen(function* () {
          const data = yield* CertificateManagement.certificateHashData(root())
          let status: unknown
          controls.client.call(
            "GetCertificateStatus",
            { ocspRequestData: { ...data, responderURL: "http://ocsp.invalid/" } },
            (outcome) => {
              status = outcome._tag === "Success" ? outcome.value.status : outcome
            }
          )
          yield* patiently(Effect.sleep(200))
          assert.strictEqual(status, "Failed")
        })
    }
  },
  checkSigningRequest: {
    "A00.FR.509, A00.FR.511: the CSR of a virtual station is signed by its own key and has its names": {
      begins: Date.now(),
      handlers: {
        signCertificate: ({ csr }) =>
          Effect.gen(function* () {
            const { doubts, signature } = yield* CertificateManagement.checkSigningRequest(csr, {
              serialNumber: "CS-1"
            })
            if (signature !== "Valid" || doubts.length > 0) return yield* Effect.fail(new Error(doubts.join(" ")))
            return (yield* pki.ca.sign(csr)).chain
          })
      },
      run: ({ station }) =>
        Effect.gen(function* () {
          yield* patiently(CertificateManagement.installCertificate(station, "CSMSRootCertificate", root()))
          assert.deepStrictEqual(yield* patiently(Security.requestCertificateRenewal(station)), { status: "Accepted" })
          const { csr } = yield* makeRequest("CS-2")
          const other = yield* CertificateManagement.checkSigningRequest(csr, { serialNumber: "CS-1" })
          assert.isNotEmpty(other.doubts)
          assert.strictEqual(identityKey("cs-1"), identityKey("CS-1"))
        })
    }
  }
})
