/** Whether a certificate belongs to a station: a table of sentences. Pure. */
import type { ClientCertificate } from "./Transport.ts"

/** What a station's certificate must be like. */
export interface StationCertificate {
  /**
   * The serial number that must be its CN. Default: the one that the station told in a BootNotification over profile 3
   * before the first, any CN of a certificate that is good otherwise.
   */
  readonly serialNumber?: string | undefined
  /** Names of which one must be among the O entries of its subject, compared without case. Default: those of the CSMS. */
  readonly organizations?: ReadonlyArray<string> | undefined
  /**
   * Lets the station in with an expired certificate, to renew it: its BootNotification is answered Pending, and it is told
   * to ask for a new one. Default false.
   */
  readonly acceptExpired?: boolean | undefined
}

/** What is expected of the certificate of one station, from all sources. */
export interface ExpectedCertificate {
  readonly serialNumber: string | undefined
  /** Empty: O is not checked. */
  readonly organizations: ReadonlyArray<string>
  readonly acceptExpired: boolean
  /** Fingerprints of certificates in whose place a renewed one is in use. */
  readonly replaced?: ReadonlyArray<string> | undefined
}

type Check = readonly [
  isBroken: (certificate: ClientCertificate, expected: ExpectedCertificate) => boolean,
  say: string
]

const checks: ReadonlyArray<Check> = [
  [({ verification }) => verification === "untrusted", "The client certificate is not trusted."],
  [
    ({ verification }, { acceptExpired }) => verification === "expired" && !acceptExpired,
    "The client certificate has expired."
  ],
  [
    ({ fingerprint256 }, { replaced = [] }) => replaced.includes(fingerprint256),
    "The client certificate was replaced by a renewed one."
  ],
  [
    (certificate, { organizations }) => organizations.length > 0 && !isOfOne(certificate, organizations),
    "The client certificate is not of an organization that this station may belong to."
  ],
  [({ commonName = "" }) => commonName === "", "The client certificate has no CN."],
  [
    ({ commonName }, { serialNumber = commonName }) => commonName !== serialNumber,
    "The CN of the client certificate is not the serial number of this station."
  ]
]

/** Why a station of profile 3 without a certificate is refused. */
export const missing = "This station needs security profile 3, and sent no client certificate."

/** Why this certificate does not let the station in, or `undefined`. */
export const certificateProblem = (certificate: ClientCertificate, expected: ExpectedCertificate): string | undefined =>
  checks.find(([isBroken]) => isBroken(certificate, expected))?.[1]

/** Whether an O of a certificate is one of these names. */
export const isOfOne = (
  certificate: Pick<ClientCertificate, "organizations">,
  organizations: ReadonlyArray<string>
): boolean => certificate.organizations.some((one) => organizations.some((name) => fold(name) === fold(one)))

// X.520 compares names without case and surrounding space.
const fold = (name: string): string => name.trim().toLowerCase()
