/**
 * What a TLS-terminating proxy says of a connection. Pure. Headers count only when the request comes from a hop that
 * the operator trusts; a station that writes them itself gains nothing.
 */
import type { ClientCertificate, UpgradeRequest } from "../transport/Transport.ts"
import { clientCertificate, type X509 } from "./Certificate.ts"

/** Which hops are believed, and in which headers. */
export interface TrustedProxy {
  /**
   * Whether an address is one of our own proxies. `check` of node's `BlockList` does it; addresses come without the
   * `::ffff:` of IPv4 in IPv6.
   */
  readonly trusts: (address: string) => boolean
  /** Header with the addresses of the hops. Default `x-forwarded-for`. */
  readonly addressHeader?: string | undefined
  /** Header that is `https` or `wss` when the station used TLS. Default `x-forwarded-proto`. */
  readonly protocolHeader?: string | undefined
  /** Headers with the station's certificate, for profile 3. The proxy must set both, or clear them, on every request. */
  readonly certificate?: ForwardedCertificateHeaders | undefined
}

/** See `TrustedProxy`. */
export interface ForwardedCertificateHeaders {
  /** A URL-encoded PEM (nginx `$ssl_client_escaped_cert`), or the `Client-Cert` of RFC 9440. */
  readonly certificateHeader: string
  /** nginx `$ssl_client_verify`: `SUCCESS`, `NONE`, or `FAILED:` and why. Only `SUCCESS` makes a certificate trusted. */
  readonly verifyHeader: string
}

/** What an adapter sees of the connection by itself. */
export type Hop = Pick<UpgradeRequest, "remoteAddress" | "secure" | "certificate">

/** A header by its name in lower case; several of one name joined with `,`. */
export type HeaderOf = (name: string) => string | undefined

/** Reads a certificate, PEM or DER; throws when it is none. `(pem) => new X509Certificate(pem)` of node. */
export type ParseCertificate = (certificate: string | Uint8Array) => X509

/**
 * What the connection really is: `hop` itself unless `proxy` is configured and the request comes from a hop it trusts. From
 * a trusted hop, `remoteAddress` is the last address that is no proxy of ours, `secure` is what the header says, and the
 * certificate is the station's or none, never the proxy's own. An expired certificate counts as untrusted here: a proxy
 * cannot say that it is nothing but expired, so R-058 needs TLS that ends at the adapter.
 */
export const forwarded = (
  proxy: TrustedProxy | undefined,
  hop: Hop,
  headerOf: HeaderOf,
  parse: ParseCertificate
): Hop => {
  if (proxy === undefined || hop.remoteAddress === undefined) return hop
  const peer = plainAddress(hop.remoteAddress)
  if (!proxy.trusts(peer)) return hop
  const { addressHeader = "x-forwarded-for", certificate: headers, protocolHeader = "x-forwarded-proto" } = proxy
  const certificate = headers === undefined ? undefined : certificateOf(headers, headerOf, parse)
  return {
    remoteAddress: addressOf(headerOf(addressHeader), peer, proxy.trusts),
    secure: isSecure(headerOf(protocolHeader)) ?? hop.secure,
    ...(certificate !== undefined && { certificate })
  }
}

/** Without what a proxy or the operating system put around it: brackets, port, zone, the `::ffff:` of IPv4 in IPv6. */
export const plainAddress = (address: string): string => {
  const text = address.trim()
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1]
  const bare = bracketed ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const lower = bare.toLowerCase().replace(/%.*$/, "")
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)?.[1] ?? lower
}

const isAddress = (text: string): boolean => /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]*)$/.test(text)

/** From the right, as each hop added the one before it; what stands left of the first stranger is the stranger's word. */
const addressOf = (header: string | undefined, peer: string, trusts: TrustedProxy["trusts"]): string => {
  let address = peer
  for (const entry of (header ?? "").split(",").toReversed()) {
    const hop = plainAddress(entry)
    if (!isAddress(hop)) return address
    address = hop
    if (!trusts(hop)) return address
  }
  return address
}

/** Several values mean that a hop added to a header instead of setting it: then all must say so. */
const isSecure = (header: string | undefined): boolean | undefined =>
  header?.split(",").every((protocol) => /^\s*(?:https|wss)\s*$/i.test(protocol))

const certificateOf = (
  { certificateHeader, verifyHeader }: ForwardedCertificateHeaders,
  headerOf: HeaderOf,
  parse: ParseCertificate
): ClientCertificate | undefined => {
  const verify = headerOf(verifyHeader.toLowerCase())?.trim() ?? ""
  const encoded = headerOf(certificateHeader.toLowerCase())?.trim() ?? ""
  if (encoded === "" || verify === "NONE") return undefined
  try {
    return clientCertificate(
      parse(decode(encoded)),
      verify === "SUCCESS" ? undefined : `proxy: ${verify || "not verified"}`
    )
  } catch {
    return unreadable
  }
}

/** RFC 9440 puts base64 of the DER between colons; anything else is a URL-encoded PEM. */
const decode = (encoded: string): string | Uint8Array => {
  const base64 = /^:([A-Za-z0-9+/=]+):$/.exec(encoded)?.[1]
  return base64 === undefined
    ? decodeURIComponent(encoded)
    : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}

const unreadable: ClientCertificate = {
  commonName: undefined,
  organizations: [],
  verification: "untrusted",
  problem: "proxy: the certificate header cannot be read",
  fingerprint256: "",
  validTo: 0
}
