/**
 * Who may come in: the checks of an upgrade request in the order of R-015, the first failure decides. The profile check
 * and the refusals are tables; only the directory look-up and the password take Effect.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { basicCredentials, identityKey, identityOf, selectProtocol } from "./Handshake.ts"
import * as Password from "./Password.ts"
import type { Admission, Refused, UpgradeRequest } from "./Transport.ts"

/**
 * How a station must connect (P2 A00). `0`: no authentication at all, over plain and TLS, for development and in-memory
 * links only; `1`: Basic over plain; `2`: Basic over TLS; `3`: client certificate over TLS, refused in this version.
 */
export type SecurityProfile = 0 | 1 | 2 | 3

/** What admission must know of a station. */
export interface StationCredentials {
  /**
   * The spelling of the identity that counts: `Admitted.identity` is this one, however the station wrote it.
   */
  readonly identity: string
  readonly securityProfile: SecurityProfile
  /** A `Password.hash`; a station of profile 1 or 2 without one cannot log in. */
  readonly passwordHash?: string | undefined
}

/** What the whole endpoint allows. */
export interface AdmissionPolicy {
  /** Subprotocols served, for example `["ocpp2.0.1"]`; the order does not matter. */
  readonly protocols: ReadonlyArray<string>
  /** Without a common subprotocol: HTTP 400, or 101 without the header and then close. */
  readonly noCommonProtocol: "refuse" | "closeAfterUpgrade"
  /** Lets in identities with characters outside identifierString. */
  readonly lenientIdentity: boolean
}

/**
 * Looks a station up by its decoded identity, compared by `identityKey`, and the raw path before it.
 * `undefined` is an unknown station.
 */
export type FindStation<E> = (identity: string, prefix: string) => Effect.Effect<StationCredentials | undefined, E>

/**
 * Decides on an upgrade request. Never fails: a look-up that fails or dies, and a stored hash nobody can read,
 * are logged and refused with 503. Completes in the same tick when the look-up does and no password must be checked.
 */
export const admit = <E>(
  request: UpgradeRequest,
  policy: AdmissionPolicy,
  find: FindStation<E>
): Effect.Effect<Admission> => {
  const path = identityOf(request.target, policy)
  if (Result.isFailure(path)) return Exit.succeed(refuse(400, path.failure))
  const { identity, prefix } = path.success
  return Effect.matchCauseEffectEager(
    attempt(() => find(identity, prefix)),
    {
      onFailure: (cause) => unavailable("The station look-up failed", cause),
      onSuccess: (station) => decide(request, policy, identity, station)
    }
  )
}

const decide = (
  request: UpgradeRequest,
  policy: AdmissionPolicy,
  identity: string,
  station: StationCredentials | undefined
): Effect.Effect<Admission> => {
  if (station === undefined) return Exit.succeed(refusals.unknown)
  const demand = demands[station.securityProfile][request.secure ? "secure" : "plain"]
  switch (demand) {
    case "nothing":
      return Exit.succeed(negotiate(request, policy, station))
    case "basic":
      return identity.includes(":")
        ? Exit.succeed(refusals.colon)
        : Effect.map(
            checkBasic(request, identity, station),
            (refused) => refused ?? negotiate(request, policy, station)
          )
    default:
      return Exit.succeed(refusals[demand])
  }
}

/** What a security profile demands over a plain and over a TLS connection. */
const demands = {
  0: { plain: "nothing", secure: "nothing" },
  1: { plain: "basic", secure: "plainOnly" },
  2: { plain: "secureOnly", secure: "basic" },
  3: { plain: "secureOnly", secure: "certificate" }
} as const satisfies Record<SecurityProfile, Record<"plain" | "secure", "nothing" | "basic" | keyof typeof refusals>>

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
  certificate: refuse(
    403,
    "This station needs security profile 3; client certificates are not available in this version."
  ),
  colon: refuse(400, 'An identity that contains ":" cannot be used with HTTP Basic authentication.'),
  noCredentials: unauthorized("Basic credentials are missing or cannot be read."),
  wrongUser: unauthorized("The user name is not the station identity."),
  wrongPassword: unauthorized("The password is wrong."),
  noProtocol: refuse(400, "None of the offered WebSocket subprotocols is served here."),
  unavailable: refuse(503, "The station cannot be checked at the moment.")
}

/** The user name is the identity in any case, the password is checked in constant time. */
const checkBasic = (
  request: UpgradeRequest,
  identity: string,
  station: StationCredentials
): Effect.Effect<Refused | undefined> => {
  const credentials = basicCredentials(request.authorization)
  if (credentials === undefined) return Exit.succeed(refusals.noCredentials)
  // A wrong user name, and a station without a password, take as long as a wrong password.
  return Password.verify(credentials.password, station.passwordHash ?? nobodysHash).pipe(
    Effect.map((matches) => {
      if (identityKey(credentials.user) !== identityKey(identity)) return refusals.wrongUser
      return matches && station.passwordHash !== undefined ? undefined : refusals.wrongPassword
    }),
    Effect.catchCause((cause) => unavailable(`The password of station ${station.identity} cannot be checked`, cause))
  )
}

/** A well-formed hash that no known password has. */
const nobodysHash = `$pbkdf2-sha256$i=${Password.defaultIterations}$AAAAAAAAAAAAAAAAAAAAAA$${"A".repeat(43)}`

const negotiate = (request: UpgradeRequest, policy: AdmissionPolicy, station: StationCredentials): Admission => {
  const protocol = selectProtocol(request.protocols, policy.protocols)
  if (protocol !== undefined) {
    return { _tag: "Admitted", identity: station.identity, protocol, remoteAddress: request.remoteAddress }
  }
  return policy.noCommonProtocol === "refuse"
    ? refusals.noProtocol
    : { _tag: "ClosedAfterUpgrade", code: 1002, reason: "no common subprotocol" }
}

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
