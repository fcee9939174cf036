/**
 * The TLS of a station (profiles 2 and 3). Stations that trust the same CAs share one context and one session per CSMS, so that
 * a fleet does not hold thousands of copies and a reconnect is cheap. With a certificate of its own a station shakes hands anew
 * each time, so that it never resumes what it was worth with another one.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import {
  checkServerIdentity,
  type ConnectionOptions,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext
} from "node:tls"
import type { DialRequest, DialTls } from "@wattline/ocpp-core/engine"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { defaultCiphers } from "../Tls.ts"

/** What `tls.connect` is given, besides the address. */
export interface TlsClient {
  readonly options: ConnectionOptions
  /** Keeps a session for the next connection. `undefined` takes it back. */
  readonly keep: (session: Buffer | undefined) => void
}

interface Shared {
  readonly context: SecureContext
  /** The newest session by CSMS and expected name. */
  readonly sessions: Map<string, Buffer>
}

/** Sets of CAs, and CSMSs for each, that are remembered. */
const most = 64

const forget = (): void => undefined

/** See the head of the file. */
export class TlsClients {
  private readonly shared = new Map<string, Shared>()

  /** What to connect to `url` with; a failure is a sentence about what cannot be read and holds nothing of it. */
  clientFor({ securityProfile, tls = {} }: DialRequest, url: URL): Result.Result<TlsClient, string> {
    const host = bare(url.hostname)
    const name = tls.serverName ?? host
    const certified = securityProfile === 3 && tls.certificate !== undefined && tls.key !== undefined
    const options: ConnectionOptions = {
      servername: isIP(name) === 0 ? name : "", // SNI has no addresses (RFC 6066 3)
      checkServerIdentity: nameCheck(name, tls.allowWildcards ?? true),
      rejectUnauthorized: true // whatever the environment says
    }
    if (certified) {
      return Result.map(certifiedContext(tls), (secureContext) => ({
        options: { ...options, secureContext },
        keep: forget
      }))
    }
    return Result.map(this.sharedFor(tls), ({ context, sessions }) => {
      const key = [url.host, name, tls.allowWildcards ?? true].join(" ")
      const session = sessions.get(key)
      return {
        options: { ...options, secureContext: context, ...(session && { session }) },
        keep: (fresh) => (fresh === undefined ? sessions.delete(key) : remember(sessions, key, fresh))
      }
    })
  }

  private sharedFor({ ca, trustsRuntime = false }: DialTls): Result.Result<Shared, string> {
    const key = [trustsRuntime, ...list(ca)].join("\n")
    const known = this.shared.get(key)
    if (known !== undefined) return Result.succeed(known)
    return Result.map(contextOf({ ca, trustsRuntime }), (context) => {
      const shared: Shared = { context, sessions: new Map() }
      remember(this.shared, key, shared)
      return shared
    })
  }
}

/** An address of IPv6 without the brackets that it has in a URL. */
export const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1")

/** The oldest goes when there are too many. */
const remember = <A>(map: Map<string, A>, key: string, value: A): void => {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}

const list = (ca: DialTls["ca"]): ReadonlyArray<string> => (ca === undefined ? [] : typeof ca === "string" ? [ca] : ca)

const certifiedContext = (tls: DialTls): Result.Result<SecureContext, string> => {
  const { certificate = "", key } = tls
  const leaf = attempt(() => new X509Certificate(certificate))
  if (leaf === undefined) return Result.fail("`tls.certificate` is no certificate in PEM.")
  const pem = key === undefined ? "" : Redacted.value(key)
  const secret: KeyObject | undefined = attempt(() => createPrivateKey(pem))
  if (secret === undefined)
    return Result.fail("`tls.key` is no private key in PEM that can be read without a passphrase.")
  if (!leaf.checkPrivateKey(secret)) return Result.fail("`tls.key` is not the private key of `tls.certificate`.")
  return contextOf(tls, { cert: certificate, key: pem })
}

const contextOf = (
  { ca, trustsRuntime = false }: Pick<DialTls, "ca" | "trustsRuntime">,
  own: { readonly cert?: string; readonly key?: string } = {}
): Result.Result<SecureContext, string> => {
  const trusted = list(ca)
  if (ca !== undefined && (trusted.length === 0 || trusted.some((pem) => !isCertificate(pem))))
    return Result.fail("`tls.ca` holds something that is no certificate in PEM.")
  const context = attempt(() =>
    createSecureContext({
      ...own,
      ...(ca !== undefined && { ca: [...trusted, ...(trustsRuntime ? getCACertificates("default") : [])] }),
      allowPartialTrustChain: true, // a CSMS root may be signed by the one it replaces (M05.FR.10)
      ciphers: defaultCiphers,
      minVersion: "TLSv1.2" // A00.FR.313, R-050
    })
  )
  return context === undefined ? Result.fail("OpenSSL does not take `tls`.") : Result.succeed(context)
}

const isCertificate = (pem: string): boolean => attempt(() => new X509Certificate(pem)) !== undefined

const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** A00.FR.309; the name need not be that of the URL. */
const nameCheck = (name: string, allowWildcards: boolean) => (_: string, certificate: PeerCertificate) => {
  const problem = checkServerIdentity(name, certificate)
  if (problem !== undefined || allowWildcards || isIP(name) !== 0 || isNamed(certificate, name)) return problem
  return Object.assign(new Error("Wildcards are not allowed."), { code: "ERR_TLS_CERT_ALTNAME_INVALID" })
}

/** Whether the certificate has the name itself, not only a wildcard that covers it. Where there is a dnsName, the CN is nothing. */
const isNamed = ({ subject, subjectaltname }: PeerCertificate, name: string): boolean => {
  const dnsNames = (subjectaltname ?? "").split(", ").flatMap((one) => (one.startsWith("DNS:") ? [one.slice(4)] : []))
  const names = dnsNames.length > 0 ? dnsNames : [subject.CN].flat()
  return names.some((one) => one?.toLowerCase() === name.toLowerCase())
}
