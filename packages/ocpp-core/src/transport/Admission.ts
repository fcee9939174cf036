/**
 * Who may come in: the checks of an upgrade request in the order of R-015, the first failure decides. What a profile
 * demands and what is refused are tables; only look-ups, the password and the application's own check take Effect.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { acceptedPasswords, type RecordedPassword } from "../station/PasswordRecord.ts"
import { expectedProfiles, type SecurityRecord } from "../station/SecurityRecord.ts"
import { certificateProblem, missing, type StationCertificate } from "./CertificateCheck.ts"
import { basicCredentials, identityKey, identityOf, selectProtocol } from "./Handshake.ts"
import * as Password from "./Password.ts"
import { demands, profileOf } from "./Profiles.ts"
import type { Admission, Admitted, ClientCertificate, Refused, SecurityProfile, UpgradeRequest } from "./Transport.ts"

/** What admission must know of a station. */
export interface StationCredentials {
  /**
   * The spelling of the identity that counts: `Admitted.identity` is this one, however the station wrote it.
   */
  readonly identity: string
  /** The least profile it must use: one that it has connected with since counts for more. */
  readonly securityProfile: SecurityProfile
  /** A `Password.hash`; a station of profile 1 or 2 without one cannot log in. */
  readonly passwordHash?: string | undefined
  /** What its certificate must be like with profile 3. */
  readonly certificate?: StationCertificate | undefined
  /**
   * Whether the TLS peer is a local controller that speaks for the station: the checks hold for the controller's
   * certificate and serial number, and nothing is compared with the BootNotification of the station.
   */
  readonly localController?: boolean | undefined
}

/** What the whole endpoint allows. */
export interface AdmissionPolicy {
  /** Subprotocols served, for example `["ocpp2.0.1"]`; the order does not matter. */
  readonly protocols: ReadonlyArray<string>
  /** Without a common subprotocol: HTTP 400, or 101 without the header and then close. */
  readonly noCommonProtocol: "refuse" | "closeAfterUpgrade"
  /** Lets in identities with characters outside identifierString. */
  readonly lenientIdentity: boolean
  /** Names of which one must be an O of a station's certificate, where the station names none. Default: any O. */
  readonly organizations?: ReadonlyArray<string> | undefined
}

/**
 * Looks a station up by its decoded identity, compared by `identityKey`, and the raw path before it.
 * `undefined` is an unknown station.
 */
export type FindStation<E> = (identity: string, prefix: string) => Effect.Effect<StationCredentials | undefined, E>

/**
 * Decides on a certificate that is good otherwise, for example by asking the CA whether it was revoked. A text
 * is the reason to refuse the station; a failure refuses it with 503.
 */
export type CheckCertificate = (
  identity: string,
  certificate: ClientCertificate
) => Effect.Effect<string | undefined, unknown>

/** A certificate that was refused, or let in as an exception. */
export interface CertificateReport {
  readonly identity: string
  /** `undefined` when there was none. */
  readonly certificate: ClientCertificate | undefined
  /** One sentence; holds no secret. */
  readonly reason: string
  /** Whether the certificate was let in although it has expired. */
  readonly exempted: boolean
}

/** What admission asks besides the directory. All of it has a default: no record, a slow check, no hook, no report. */
export interface AdmissionPorts {
  /** What was learned of a station. */
  readonly recordOf?: ((identity: string) => Effect.Effect<SecurityRecord | undefined, unknown>) | undefined
  /** As `Password.verify`. */
  readonly verify?: typeof Password.verify | undefined
  readonly checkCertificate?: CheckCertificate | undefined
  /** Told of each certificate that is no good, before the station is answered. */
  readonly report?: ((report: CertificateReport) => void) | undefined
}

/**
 * Decides on an upgrade request. Never fails: a look-up or a check that fails or dies, and a stored hash nobody can
 * read, are logged and refused with 503. Completes in the same tick when the look-ups do and nothing must be waited for.
 */
export const admit = <E>(
  request: UpgradeRequest,
  policy: AdmissionPolicy,
  find: FindStation<E>,
  ports: AdmissionPorts = {}
): Effect.Effect<Admission> => {
  const path = identityOf(request.target, policy)
  if (Result.isFailure(path)) return Exit.succeed(refuse(400, path.failure))
  const { identity, prefix } = path.success
  return orUnavailable(
    "The station look-up failed",
    () => find(identity, prefix),
    (station) => {
      if (station === undefined) return Exit.succeed(refusals.unknown)
      const { recordOf = noRecord } = ports
      return orUnavailable(
        `What is known of station ${station.identity} could not be loaded`,
        () => recordOf(station.identity),
        (record) => decide({ request, policy, ports, identity, prefix, station, record })
      )
    }
  )
}

/** All that a decision rests on. */
interface Case {
  readonly request: UpgradeRequest
  readonly policy: AdmissionPolicy
  readonly ports: AdmissionPorts
  /** As the station wrote it. */
  readonly identity: string
  readonly prefix: string
  readonly station: StationCredentials
  readonly record: SecurityRecord | undefined
}

const noRecord = (): Effect.Effect<undefined> => Effect.void as Effect.Effect<undefined>

const decide = (one: Case): Effect.Effect<Admission> => {
  const { request, station, record } = one
  const { expected, next } = expectedProfiles(record, station.securityProfile)
  const profile = profileOf(request, expected, next)
  const demand = demands[profile][request.secure ? "secure" : "plain"]
  switch (demand) {
    case "nothing":
      return Exit.succeed(negotiate(one, profile, {}))
    case "basic":
      return checkBasic(one, profile)
    case "certificate":
      return checkCertificate(one)
    default:
      return Exit.succeed(refusals[demand])
  }
}

const refuse = (status: Refused["status"], reason: string, headers: Refused["headers"] = {}): Refused => ({
  _tag: "Refused",
  status,
  reason,
  headers
})

const unauthorized = (reason: string): Refused =>
  refuse(401, reason, { "WWW-Authenticate": 'Basic realm="OCPP", charset="UTF-8"' })

const refusals = {
  unknown: refuse(404, "No station of this identity is known here."),
  plainOnly: refuse(403, "This station is registered for security profile 1, which does not use TLS."),
  secureOnly: refuse(403, "This station is registered for a security profile that needs TLS."),
  colon: refuse(400, 'An identity that contains ":" cannot be used with HTTP Basic authentication.'),
  noCredentials: unauthorized("Basic credentials are missing or cannot be read."),
  wrongUser: unauthorized("The user name is not the station identity."),
  wrongPassword: unauthorized("The password is wrong."),
  noProtocol: refuse(400, "None of the offered WebSocket subprotocols is served here."),
  unavailable: refuse(503, "The station cannot be checked at the moment.")
}

/** The user name is the identity in any case, the password is checked in constant time. */
const checkBasic = (one: Case, profile: SecurityProfile): Effect.Effect<Admission> => {
  const { identity, ports, record, request, station } = one
  if (identity.includes(":")) return Exit.succeed(refusals.colon)
  const credentials = basicCredentials(request.authorization)
  if (credentials === undefined) return Exit.succeed(refusals.noCredentials)
  const accepted = acceptedPasswords(record?.password, station.passwordHash)
  // A wrong user name, and a station without a password, take as long as a wrong password.
  const matching = firstMatch(ports.verify ?? Password.verify, credentials.password, accepted)
  return orUnavailable(
    `The password of station ${station.identity} cannot be checked`,
    () => matching,
    (match) => {
      if (identityKey(credentials.user) !== identityKey(identity)) return Exit.succeed(refusals.wrongUser)
      if (match === undefined) return Exit.succeed(refusals.wrongPassword)
      return Exit.succeed(negotiate(one, profile, match.number === 0 ? {} : { passwordNumber: match.number }))
    }
  )
}

/** A well-formed hash that no known password has. */
const nobodysHash = `$pbkdf2-sha256$i=${Password.defaultIterations}$AAAAAAAAAAAAAAAAAAAAAA$${"A".repeat(43)}`

/** The password in force comes first, so that only a station that uses another one costs a second check. */
const firstMatch = Effect.fnUntraced(function* (
  verify: typeof Password.verify,
  password: string,
  accepted: ReadonlyArray<RecordedPassword>
) {
  for (const one of accepted) if (yield* verify(password, one.hash)) return one
  if (accepted.length === 0) yield* verify(password, nobodysHash)
  return undefined
})

/** every certificate that is no good is reported, also one that is let in all the same. */
const checkCertificate = (one: Case): Effect.Effect<Admission> => {
  const { identity, policy, ports, record, request, station } = one
  const { certificate } = request
  const report = (reason: string, exempted: boolean): void =>
    ports.report?.({ identity: station.identity, certificate, reason, exempted })
  const no = (reason: string): Refused => {
    report(reason, false)
    return refuse(403, reason)
  }
  if (certificate === undefined) return Exit.succeed(no(missing))
  const { acceptExpired = false, organizations = policy.organizations ?? [], serialNumber } = station.certificate ?? {}
  const pinned = station.localController === true ? undefined : record?.serialNumber
  const problem = certificateProblem(certificate, {
    serialNumber: serialNumber ?? pinned,
    organizations,
    acceptExpired,
    replaced: station.localController === true ? undefined : record?.certificates?.replaced
  })
  if (problem !== undefined) return Exit.succeed(no(problem))
  const enter = (): Admission => {
    const admission = negotiate(one, 3, {
      certificate,
      ...(station.localController === true && { localController: true })
    })
    if (certificate.verification === "expired" && admission._tag === "Admitted")
      report("The client certificate has expired; this station may come in to renew it.", true)
    return admission
  }
  const hook = ports.checkCertificate
  if (hook === undefined) return Exit.succeed(enter())
  return orUnavailable(
    `The certificate of station ${station.identity} cannot be checked`,
    () => hook(identity, certificate),
    (reason) => Exit.succeed(reason === undefined ? enter() : no(reason))
  )
}

const negotiate = (
  { policy, prefix, request, station }: Case,
  securityProfile: SecurityProfile,
  details: Pick<Admitted, "certificate" | "localController" | "passwordNumber">
): Admission => {
  const protocol = selectProtocol(request.protocols, policy.protocols)
  if (protocol !== undefined) {
    const { remoteAddress } = request
    const { identity } = station
    const path = prefix === "" ? {} : { prefix }
    return { _tag: "Admitted", identity, protocol, remoteAddress, securityProfile, ...path, ...details }
  }
  return policy.noCommonProtocol === "refuse"
    ? refusals.noProtocol
    : { _tag: "ClosedAfterUpgrade", code: 1002, reason: "no common subprotocol" }
}

/** Goes on in the same tick when the effect is done at once; what goes wrong in it is logged and refused with 503. */
const orUnavailable = <A, E>(
  message: string,
  evaluate: () => Effect.Effect<A, E>,
  onSuccess: (value: A) => Effect.Effect<Admission>
): Effect.Effect<Admission> =>
  Effect.matchCauseEffectEager(attempt(evaluate), {
    onFailure: (cause) => unavailable(message, cause),
    onSuccess
  })

const unavailable = (message: string, cause: Cause.Cause<unknown>): Effect.Effect<Refused> =>
  Effect.as(Effect.logError(message, cause), refusals.unavailable)

/** A look-up that throws instead of returning an effect is a defect of the application, not of the adapter's socket. */
const attempt = <A, E>(evaluate: () => Effect.Effect<A, E>): Effect.Effect<A, E> => {
  try {
    return evaluate()
  } catch (defect) {
    return Exit.die(defect)
  }
}
