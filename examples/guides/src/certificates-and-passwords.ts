/** Guide "Certificates and passwords": new passwords, certificates of your own CA, profile 2 to 3, Plug & Charge. */
import { CertificateManagement, type Handlers, Provisioning, Security, type Station } from "@wattline/ocpp-core"
import { Context, Effect, type Redacted } from "effect"

interface Failure {
  readonly message: string
}

/** Where the plain text of passwords is kept, if anywhere: the library keeps a hash. */
export class Vault extends Context.Service<
  Vault,
  { readonly keep: (identity: string, password: Redacted.Redacted) => Effect.Effect<void, Failure> }
>()("csms/Vault") {}

export const rotatePassword = Effect.fnUntraced(function* (station: Station) {
  const result = yield* Security.changePassword(station)
  if (!("password" in result)) return `refused: ${result.status}` // the old one works
  yield* (yield* Vault).keep(station.identity, result.password)
  return result.status === "Accepted" ? "changed" : "both work until the station has used one"
})

/** Your certificate authority, and what was registered of the stations it signs for. */
export class Authority extends Context.Service<
  Authority,
  {
    /** As registered, not as the station says: with that it could get the certificate of another one. */
    readonly serialNumberOf: (identity: string) => Effect.Effect<string, Failure>
    /** PEM, leaf first. */
    readonly sign: (csr: string, use: "Station" | "V2G") => Effect.Effect<string, Failure>
  }
>()("csms/Authority") {}

/** What your contract provider knows of Plug & Charge. */
export class Contracts extends Context.Service<
  Contracts,
  {
    /** EXI in base64, both ways. */
    readonly install: (schema: string, exiRequest: string) => Effect.Effect<string, Failure>
    readonly status: (emaid: string, serialNumber: string | undefined) => Effect.Effect<"Good" | "Revoked", Failure>
  }
>()("csms/Contracts") {}

export const handlers: Handlers<Authority | Contracts> = {
  signCertificate: Effect.fnUntraced(function* ({ certificateType, csr }, { station }) {
    const authority = yield* Authority
    const serialNumber = yield* authority.serialNumberOf(station.identity)
    const isV2g = certificateType === "V2GCertificate"
    const { doubts, signature } = yield* CertificateManagement.checkSigningRequest(csr, {
      organizations: ["Wattline"],
      ...(!isV2g && { serialNumber })
    })
    if (signature !== "Valid" || doubts.length > 0)
      return yield* Effect.fail(new Error(`not signed: ${[`signature ${signature}`, ...doubts].join("; ")}`))
    return yield* authority.sign(csr, isV2g ? "V2G" : "Station")
  }),

  authorize: Effect.fnUntraced(function* ({ idToken, type }, { iso15118CertificateHashData }) {
    if (type !== "eMAID") return { status: "Unknown" } as const
    const status = yield* (yield* Contracts).status(idToken, iso15118CertificateHashData?.[0]?.serialNumber)
    return status === "Good"
      ? ({ idTokenInfo: { status: "Accepted" }, certificateStatus: "Accepted" } as const)
      : ({ idTokenInfo: { status: "Invalid" }, certificateStatus: "CertificateRevoked" } as const)
  }),

  Get15118EVCertificate: ({ exiRequest, iso15118SchemaVersion }) =>
    Effect.gen(function* () {
      const exiResponse = yield* (yield* Contracts).install(iso15118SchemaVersion, exiRequest)
      return { status: "Accepted", exiResponse } as const
    }),

  GetCertificateStatus: CertificateManagement.getCertificateStatusBy({
    allow: ({ hostname }) => hostname === "ocsp.example.com" // never a host that only the station names
  })
}

/** From a password to a certificate: the certificate first, then the network profile that needs it. */
export const raiseToProfile3 = Effect.fnUntraced(function* (station: Station, slot: number) {
  const renewal = yield* Security.requestCertificateRenewal(station)
  if (renewal.status === "Failed") return `${renewal.reason}: ${renewal.message}`
  if (renewal.status !== "Accepted") return renewal.status
  const change = yield* Provisioning.changeNetworkProfile(station, slot, {
    ocppCsmsUrl: "wss://csms.example.com/ocpp",
    ocppInterface: "Wired0",
    messageTimeout: 30,
    securityProfile: 3
  })
  if (change._tag === "Stopped") return `${change.at}: ${change.status}`
  const { _tag } = yield* change.followUp
  const { security } = yield* station.snapshot
  return security?.securityProfile === 3 ? "raised" : `${_tag}, and back with the old profile`
})
