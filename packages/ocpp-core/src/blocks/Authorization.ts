/**
 * Block C: when two tokens are the same, and what an answer about a token must fulfil. It has no mirror: the verdict on a
 * token is asked for anew every time (C-19), and what became of a transaction's tokens is in block E.
 */
import type {
  AuthorizationStatusEnumType,
  AuthorizeCertificateStatusEnumType,
  AuthorizeRequest,
  AuthorizeResponse,
  IdTokenInfoType,
  IdTokenType
} from "@wattline/ocpp-v201"

/**
 * The same text for equal tokens: equal are those of the same type whose idToken differs in case at most; additionalInfo
 * does not count (C-3, C01.FR.25). For look-ups.
 */
export const tokenKey = ({ idToken, type }: IdTokenType): string => `${type}\n${idToken.toLowerCase()}`

/** Whether two tokens are the same (C-3). */
export const isSameToken = (one: IdTokenType, other: IdTokenType): boolean => tokenKey(one) === tokenKey(other)

/** Why this cannot be said about a token, in an answer or in a local list; `undefined` when it can (C-7, C-8, C-24). */
export const idTokenInfoProblem = (info: IdTokenInfoType): string | undefined => {
  const { chargingPriority: priority, evseId, language1, language2, status } = info
  if (evseId !== undefined && status === "NotAtThisLocation")
    return "evseId is absent with NotAtThisLocation, where no EVSE is allowed (C01.FR.22)"
  if (evseId?.some((id) => id <= 0)) return "evseId lists EVSEs, which are greater than 0 (C01.FR.20)"
  if (language2 !== undefined && (language1 === undefined || language1.toLowerCase() === language2.toLowerCase()))
    return "language2 is given only beside a different language1 (C01.FR.11)"
  if (priority !== undefined && (priority < -9 || priority > 9)) return "chargingPriority is from -9 to 9 (C-24)"
  return undefined
}

const everyBadStatus: ReadonlyArray<AuthorizationStatusEnumType> = [
  "Blocked",
  "ConcurrentTx",
  "Expired",
  "Invalid",
  "NoCredit",
  "NotAllowedTypeEVSE",
  "NotAtThisLocation",
  "NotAtThisTime",
  "Unknown"
]

/** What may be said of the token beside the verdict on the certificate (C-15, C07.FR.13 to C07.FR.17). */
export const tokenStatusesBeside: {
  readonly [S in AuthorizeCertificateStatusEnumType]: ReadonlyArray<AuthorizationStatusEnumType>
} = {
  Accepted: ["Accepted", "ConcurrentTx", "NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation", "NotAtThisTime"],
  ContractCancelled: ["Blocked", "Expired", "Invalid", "Unknown"],
  CertificateExpired: ["Expired"],
  CertificateRevoked: ["Invalid"],
  CertChainError: ["Invalid"],
  SignatureError: everyBadStatus,
  NoCertificateAvailable: everyBadStatus
}

/** Whether an Authorize asks about a certificate too (C-16). */
export const asksAboutCertificate = ({ certificate, iso15118CertificateHashData }: AuthorizeRequest): boolean =>
  certificate !== undefined || iso15118CertificateHashData !== undefined

/**
 * The answer to an Authorize as it may be sent: without a verdict on a certificate nobody asked about (C-16). A string says
 * why it may not be sent.
 */
export const amendAuthorize = (request: AuthorizeRequest, response: AuthorizeResponse): AuthorizeResponse | string => {
  const { certificateStatus, idTokenInfo } = response
  const problem = idTokenInfo === undefined ? undefined : idTokenInfoProblem(idTokenInfo)
  if (problem !== undefined) return problem
  if (!asksAboutCertificate(request)) {
    if (certificateStatus === undefined) return response
    const { certificateStatus: _, ...rest } = response
    return rest
  }
  if (certificateStatus === undefined)
    return "the request has a certificate or hash data, so the answer needs a certificateStatus (C-16)"
  const statuses = tokenStatusesBeside[certificateStatus] ?? []
  return idTokenInfo === undefined || statuses.includes(idTokenInfo.status)
    ? response
    : `idTokenInfo.status ${idTokenInfo.status} does not go with certificateStatus ${certificateStatus} (C07.FR.13 to C07.FR.17)`
}
