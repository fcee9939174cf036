/** What an error of Node or of `ws` means to a station that wanted to connect. Tables; no sentence holds a secret. */
import { DialFailed } from "@wattline/ocpp-core/engine"

/** How far the attempt had come. */
export type Stage = "Connecting" | "Handshaking" | "Upgrading" | "Upgraded"

/** An error as it comes. */
export interface Trouble {
  readonly error: Error & { readonly code?: string | undefined }
  readonly stage: Stage
  /** `host:port`. */
  readonly address: string
  readonly secure: boolean
  /** Whether the certificate of the CSMS is what was wrong. */
  readonly badCertificate: boolean
}

type Reason = DialFailed["reason"]
type SecurityEvent = DialFailed["securityEvent"]
type Row = readonly [code: RegExp, reason: Reason, detail: (address: string) => string, event?: SecurityEvent]

/** By code; the first that fits. */
const rows: ReadonlyArray<Row> = [
  [/^ECONNREFUSED$/, "Unreachable", (address) => `Nobody listens at ${address}.`],
  [/^ENOTFOUND$/, "Unreachable", (address) => `There is no host of the name in ${address}.`],
  [/^EAI_AGAIN$/, "Unreachable", (address) => `The name in ${address} cannot be looked up at the moment.`],
  [/^E(?:HOST|NET)UNREACH$/, "Unreachable", (address) => `There is no way to ${address}.`],
  [/^ETIMEDOUT$/, "Unreachable", (address) => `${address} does not answer.`],
  [/^(?:EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS)$/, "Unreachable", () => "This machine can open no more connections."],
  [/^HPE_/, "Protocol", (address) => `What listens at ${address} does not speak HTTP.`],
  [
    /^CERT_HAS_EXPIRED$/,
    "Tls",
    (address) => `The certificate of ${address}, or one above it, has expired.`,
    "InvalidCsmsCertificate"
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    "Tls",
    (address) => `The certificate of ${address}, or one above it, is not valid yet.`,
    "InvalidCsmsCertificate"
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "Tls",
    (address) => `The certificate of ${address} is for another name.`,
    "InvalidCsmsCertificate"
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)/,
    "Tls",
    (address) => `The certificate of ${address} was not issued by a CA that is trusted.`,
    "InvalidCsmsCertificate"
  ],
  [
    /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    "Tls",
    (address) => `What listens at ${address} does not speak TLS.`
  ],
  [
    /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION)$/,
    "Tls",
    (address) => `${address} has no TLS version that is allowed (R-050).`,
    "InvalidTLSVersion"
  ],
  [
    /ALERT_.*CERTIFICATE|ALERT_UNKNOWN_CA/,
    "Tls",
    (address) => `${address} does not take the certificate of the station, or its absence.`,
    "FailedToAuthenticateAtCsms"
  ],
  [
    /^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/, // TLS 1.2 has no alert of its own for a missing certificate
    "Tls",
    (address) => `${address} has no cipher suite that is allowed (R-052), or misses a certificate of the station.`,
    "InvalidTLSCipherSuite"
  ]
]

/** What `ws` says of an upgrade it does not take. */
const upgradeProblems: Readonly<Record<string, string>> = {
  "Server sent no subprotocol": "without a subprotocol",
  "Server sent an invalid subprotocol": "with a subprotocol that was not offered"
}

/** What to tell of an attempt that ended with an error. */
export const failureOf = ({ address, badCertificate, error, secure, stage }: Trouble): DialFailed => {
  const { message } = error
  if (stage === "Upgraded") {
    const problem = upgradeProblems[message] ?? `wrongly (${message})`
    return new DialFailed({ reason: "Protocol", detail: `${address} answered the upgrade ${problem} (R-230).` })
  }
  const code = codeOf(error)
  const row = rows.find(([known]) => known.test(code))
  if (row !== undefined) {
    const [, reason, detail, securityEvent] = row
    return new DialFailed({ reason, detail: detail(address), securityEvent })
  }
  if (badCertificate)
    return new DialFailed({
      reason: "Tls",
      detail: `The certificate of ${address} is not good (${code}).`,
      securityEvent: "InvalidCsmsCertificate"
    })
  if (secure && (stage === "Handshaking" || /^(?:ERR_SSL|EPROTO)/.test(code)))
    return new DialFailed({ reason: "Tls", detail: `The TLS handshake with ${address} failed (${code}).` })
  return new DialFailed({
    reason: "Unreachable",
    detail:
      stage === "Upgrading"
        ? `${address} broke the connection off before it answered the upgrade (${code}).`
        : `There is no connection to ${address} (${code}).`
  })
}

/** What OpenSSL says may hide in the message of an EPROTO. */
const codeOf = ({ code = "", message }: Trouble["error"]): string => {
  const alert = code === "EPROTO" ? /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] : undefined
  return alert === undefined ? code : `ERR_SSL_${alert.toUpperCase().replaceAll(" ", "_")}`
}

/** Nothing came in time. */
export const timedOut = (address: string, stage: Stage): DialFailed =>
  new DialFailed({ reason: "Timeout", detail: `${waitedFor[stage](address)} in time.` })

const waitedFor: Readonly<Record<Stage, (address: string) => string>> = {
  Connecting: (address) => `${address} did not answer`,
  Handshaking: (address) => `The TLS handshake with ${address} did not end`,
  Upgrading: (address) => `${address} did not answer the upgrade`,
  Upgraded: (address) => `${address} did not answer the upgrade`
}
