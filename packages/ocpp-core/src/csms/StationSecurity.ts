/** How a station that is added proves who it is: what can be said, what is wrong with it, what the directory gets of it. */
import * as Effect from "effect/Effect"
import type { SecurityRecord } from "../station/SecurityRecord.ts"
import type { StationCredentials } from "../transport/Admission.ts"
import type { StationCertificate } from "../transport/CertificateCheck.ts"
import * as Password from "../transport/Password.ts"
import type { PasswordCache } from "../transport/PasswordCache.ts"

/** The password of a station, or its hash. */
export type StationPassword =
  /** 16 to 64 characters; only a salted hash is kept. */
  | { readonly password: string; readonly passwordHash?: undefined }
  /** What `hashPassword` made of it. */
  | { readonly passwordHash: string; readonly password?: undefined }

/** What profile 3 asks for; also for a station that is to be raised to it. */
export interface StationIdentification {
  /** What its certificate must be like. */
  readonly certificate?: StationCertificate | undefined
  /** Whether a local controller speaks for the station, with a certificate of its own. Default false. */
  readonly localController?: boolean | undefined
}

/** How a station proves who it is, by security profile (A00). */
export type StationSecurity =
  /** No authentication at all: for development, simulators and in-memory links only. */
  | { readonly securityProfile: 0 }
  /** Basic over plain ws (1) or TLS (2). */
  | ({ readonly securityProfile: 1 | 2 } & StationPassword & StationIdentification)
  /** A client certificate. The password is for a station that may be told to go back to profile 2. */
  | ({ readonly securityProfile: 3 } & (
      | StationPassword
      | { readonly password?: undefined; readonly passwordHash?: undefined }
    ) &
      StationIdentification)

/** Why a station cannot be added like this, or `undefined`. */
export const securityProblem = (identity: string, security: StationSecurity): string | undefined => {
  if (security.securityProfile === 0) return undefined
  const { certificate, password, passwordHash, securityProfile } = security
  const usesBasic = securityProfile !== 3 || password !== undefined || passwordHash !== undefined
  if (usesBasic && identity.includes(":")) return "an identity with `:` cannot log in with Basic (R-024)"
  if (password !== undefined && passwordHash !== undefined) return "give the password or its hash, not both"
  if (passwordHash !== undefined && !Password.isReadable(passwordHash))
    return "passwordHash is not what hashPassword makes"
  if (passwordHash === undefined && usesBasic) {
    const violation = Password.violation(password ?? "")
    if (violation !== undefined) return violation
  }
  const { organizations = [], serialNumber } = certificate ?? {}
  if (serialNumber !== undefined && (serialNumber === "" || Array.from(serialNumber).length > 25))
    return "certificate.serialNumber has 1 to 25 characters"
  if (organizations.some((name) => name.trim() === "")) return "certificate.organizations has an empty name"
  return undefined
}

/**
 * What the directory gets. A password that the directory had before the library gave the station another one keeps its old
 * hash: whoever adds the stations of a configuration file at every start does not undo a change.
 */
export const credentialsOf = (
  identity: string,
  security: StationSecurity,
  record: SecurityRecord | undefined,
  passwords: PasswordCache
): Effect.Effect<StationCredentials> =>
  Effect.gen(function* () {
    const { securityProfile } = security
    if (security.securityProfile === 0) return { identity, securityProfile }
    const { certificate, localController, password } = security
    const before = record?.password?.directory
    const isOld =
      password !== undefined &&
      before !== undefined &&
      (yield* Effect.orElseSucceed(passwords.verify(password, before), () => false))
    const made = isOld ? before : password === undefined ? security.passwordHash : yield* passwords.hash(password)
    return {
      identity,
      securityProfile,
      ...(made !== undefined && { passwordHash: made }),
      ...(certificate !== undefined && { certificate }),
      ...(localController !== undefined && { localController })
    }
  })
