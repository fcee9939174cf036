/** What is not as it should be with the certificate that a listener shows to stations. Pure. */
import { entries } from "./Certificate.ts"

/** The part of node's `X509Certificate` that matters here. */
export interface ServerX509 {
  /** One `KEY=value` a line, as node writes it: `CN=csms.example.com\nO=Wattline`. */
  readonly subject: string
  /** As node writes it: `DNS:csms.example.com, IP Address:127.0.0.1`. */
  readonly subjectAltName?: string | undefined
  /** For example `Nov 22 10:00:00 2027 GMT`. */
  readonly validFrom: string
  readonly validTo: string
  /** The OIDs of Extended Key Usage, as node calls them; `undefined` without one. */
  readonly keyUsage?: ReadonlyArray<string> | undefined
  readonly publicKey: {
    readonly asymmetricKeyType?: string | undefined
    readonly asymmetricKeyDetails?:
      | { readonly modulusLength?: number | undefined; readonly namedCurve?: string | undefined }
      | undefined
  }
}

type Check = (certificate: ServerX509, now: number) => string | undefined

const checks: ReadonlyArray<Check> = [
  ({ subject }) =>
    commonName(subject) === undefined ? "It has no CN; stations look there for the name of the server." : undefined,
  ({ subject }) =>
    commonName(subject)?.includes("*") === true
      ? "Its CN is a wildcard; stations take one only with AllowCSMSTLSWildcards."
      : undefined,
  ({ subject }) => (entries(subject, "O").length === 0 ? "It has no O, which should name its owner." : undefined),
  ({ validFrom }, now) => (Date.parse(validFrom) > now ? `It is not valid before ${validFrom}.` : undefined),
  ({ validTo }, now) => (Date.parse(validTo) < now ? `It has expired on ${validTo}.` : undefined),
  ({ publicKey: { asymmetricKeyDetails, asymmetricKeyType } }) => {
    const bits = asymmetricKeyDetails?.modulusLength
    return asymmetricKeyType?.startsWith("rsa") === true && bits !== undefined && bits < 2048
      ? `Its RSA key has ${bits} bits; stations need 2048.`
      : undefined
  },
  ({ publicKey: { asymmetricKeyDetails, asymmetricKeyType } }) => {
    const bits = asymmetricKeyType === "ec" ? curveBits(asymmetricKeyDetails?.namedCurve) : undefined
    return bits !== undefined && bits < 224 ? `Its EC key has ${bits} bits; stations need 224.` : undefined
  },
  ({ subject, subjectAltName }) => {
    const name = commonName(subject)?.toLowerCase()
    const names = dnsNames(subjectAltName)
    return name !== undefined && names.length > 0 && !names.includes(name)
      ? "Its subjectAltName has DNS names, and the CN is not among them; many clients then ignore the CN."
      : undefined
  },
  ({ keyUsage }) =>
    keyUsage !== undefined && keyUsage.length > 0
      ? "Note: it has an Extended Key Usage, which the standard does not ask for; stations should ignore it."
      : undefined
]

/**
 * Sentences about a listener's certificate for the log, one for each thing that stations may trip over; empty when it is as
 * R-054 asks. `now` is in milliseconds since 1970. Adapters write them as warnings when they start, and listen all the same.
 */
export const serverCertificateProblems = (certificate: ServerX509, now: number): ReadonlyArray<string> =>
  checks.flatMap((check) => check(certificate, now) ?? [])

const commonName = (subject: string): string | undefined => entries(subject, "CN")[0]

/** `prime256v1`, `secp384r1`, `brainpoolP224r1`: the first number of three digits is the size. */
const curveBits = (curve: string | undefined): number | undefined => {
  const digits = curve === undefined ? undefined : /\d{3}/.exec(curve)?.[0]
  return digits === undefined ? undefined : Number(digits)
}

const dnsNames = (subjectAltName: string | undefined): ReadonlyArray<string> =>
  (subjectAltName ?? "")
    .split(", ")
    .flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4).replaceAll('"', "").toLowerCase()] : []))
