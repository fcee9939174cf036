/** TLS on a port of the adapter's own: what a user may say (R-050…R-053), checked so that one knows what is wrong. */
import { constants, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { createSecureContext, type SecureContextOptions, type TlsOptions as NodeTlsOptions } from "node:tls"
import { ListenError, type ListenReason } from "@wattline/ocpp-core/adapter"
import * as Result from "effect/Result"
import { type Trust, trustOf } from "./ClientCertificates.ts"

/** A text in PEM, or the bytes of one. */
export type Pem = string | Buffer

/** A certificate of the listener. */
export interface ServerCertificate {
  /** The certificate, then the intermediate ones that lead to the root. */
  readonly cert: Pem
  /** Its private key. */
  readonly key: Pem
  /** What opens the private key, if it is encrypted. */
  readonly passphrase?: string | undefined
}

/** Which station certificates are trusted. */
export interface ClientCertificateOptions {
  /** The CAs that issue them; one PEM may hold several. No other CA is trusted, those of the system neither. */
  readonly ca: Pem | ReadonlyArray<Pem>
  /** Revocation lists, one for each CA of a chain. Default: none, nothing is looked up (R-059). */
  readonly crl?: Pem | ReadonlyArray<Pem> | undefined
}

/** A listener with TLS: security profiles 2 and, with `clientCertificates`, 3. */
export interface TlsOptions {
  /** One EC and one RSA certificate: the suites of the standard need both (R-051). One alone serves half of them. */
  readonly certificates: ReadonlyArray<ServerCertificate>
  /**
   * Asks stations for a certificate (profile 3). The core judges it: a station without one is let in if it is registered
   * for profile 2. No session is resumed then, so that every connection shows its certificate. Default: not asked for.
   */
  readonly clientCertificates?: ClientCertificateOptions | undefined
  /** Default `"TLSv1.2"` (R-050). */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined
  /** Cipher suites by their OpenSSL names, joined with `:`. Default `defaultCiphers`. */
  readonly ciphers?: string | undefined
  /**
   * Chooses a context by host name, as in `node:tls`: for several host names on one port. Its contexts bring their own
   * certificates; `reload` leaves it as it is.
   */
  readonly SNICallback?: NodeTlsOptions["SNICallback"]
}

/**
 * The suites of TLS 1.3, the four that the standard demands (R-051), and what else is authenticated encryption with forward
 * secrecy. No CBC, SHA-1, 3DES or RC4 (R-052).
 */
export const defaultCiphers: string = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "AES128-GCM-SHA256",
  "AES256-GCM-SHA384"
].join(":")

/** What a listener is made of. */
export interface TlsMaterial {
  readonly context: SecureContextOptions
  /** `undefined` when no client certificate is asked for. */
  readonly trust: Trust | undefined
  /** The leaf certificates, for the look at our own (A-8). */
  readonly certificates: ReadonlyArray<X509Certificate>
}

const bad = (reason: ListenReason, message: string) => Result.fail(new ListenError({ reason, message }))

/** The CAs of `option` cannot be read. */
export const badCa = (option: string): ListenError =>
  new ListenError({
    reason: "BadCertificate",
    message: `\`${option}.ca\` holds no readable certificate. Give the certificates of the CAs in PEM.`
  })

/** Reads what the user gave; no message holds anything of a private key or passphrase. */
export const tlsMaterial = (tls: TlsOptions): Result.Result<TlsMaterial, ListenError> => {
  const { certificates, clientCertificates, ciphers = defaultCiphers, minVersion = "TLSv1.2" } = tls
  if (minVersion !== "TLSv1.2" && minVersion !== "TLSv1.3") {
    return bad("InvalidOption", '`tls.minVersion` must be "TLSv1.2" or "TLSv1.3".')
  }
  const leaves: Array<X509Certificate> = []
  for (const [index, pair] of certificates.entries()) {
    const leaf = leafOf(pair, `tls.certificates[${index}]`)
    if (Result.isFailure(leaf)) return Result.fail(leaf.failure)
    leaves.push(leaf.success)
  }
  const kinds = new Set(leaves.map(({ publicKey }) => publicKey.asymmetricKeyType))
  if (leaves.length === 0 || kinds.size < leaves.length) {
    return bad(
      "InvalidOption",
      "`tls.certificates` must hold one certificate, or two with different kinds of key: EC and RSA (R-051). " +
        "Use `SNICallback` for more host names."
    )
  }
  const trust = clientCertificates === undefined ? undefined : trustOf(clientCertificates)
  if (trust === "unreadable") return Result.fail(badCa("tls.clientCertificates"))
  return inContext(
    {
      cert: certificates.map(({ cert }) => Buffer.from(cert)),
      key: certificates.map(({ key, passphrase }) => ({ pem: key, passphrase })),
      ...(clientCertificates === undefined ? {} : asked(clientCertificates)),
      ciphers,
      honorCipherOrder: true,
      minVersion
    },
    (context) => ({ context, trust, certificates: leaves })
  )
}

// A ticket would let a station in with what its certificate was worth when the ticket was made.
const asked = ({ ca, crl }: ClientCertificateOptions): SecureContextOptions => ({
  ca: list(ca).map(pemText),
  ...(crl === undefined ? {} : { crl: list(crl).map(pemText) }),
  secureOptions: constants.SSL_OP_NO_TICKET
})

const list = (pems: Pem | ReadonlyArray<Pem>): ReadonlyArray<Pem> =>
  typeof pems === "string" || Buffer.isBuffer(pems) ? [pems] : pems

const pemText = (pem: Pem): string => pem.toString()

/** What OpenSSL says to the whole, where nothing was wrong with the parts. */
const inContext = <A>(
  context: SecureContextOptions,
  done: (context: SecureContextOptions) => A
): Result.Result<A, ListenError> => {
  const error = thrown(() => createSecureContext(context))
  if (error === undefined) return Result.succeed(done(context))
  if (/cipher/i.test(error)) {
    return bad("InvalidOption", "`tls.ciphers` names no cipher suite that OpenSSL knows. Leave it out for the default.")
  }
  return /CRL/.test(error)
    ? bad("BadCertificate", "`tls.clientCertificates.crl` cannot be read. Give revocation lists in PEM.")
    : bad(
        "BadCertificate",
        `OpenSSL does not take \`tls\`: ${error}. Check the certificates, their chains and key sizes.`
      )
}

const leafOf = (pair: ServerCertificate, name: string): Result.Result<X509Certificate, ListenError> => {
  const leaf = attempt(() => new X509Certificate(pair.cert))
  if (leaf === undefined) {
    return bad("BadCertificate", `\`${name}.cert\` is no certificate in PEM. Give the text of the file, not its name.`)
  }
  const key = privateKey(pair)
  if (key === undefined) {
    return bad(
      "BadCertificate",
      `\`${name}.key\` is no private key in PEM that ${pair.passphrase === undefined ? "can be read without a `passphrase`" : "its `passphrase` opens"}. ` +
        "Give the text of the file, not its name."
    )
  }
  return leaf.checkPrivateKey(key)
    ? Result.succeed(leaf)
    : bad(
        "KeyMismatch",
        `\`${name}.key\` is not the private key of \`${name}.cert\`. Give the one it was requested with.`
      )
}

const privateKey = ({ key, passphrase }: ServerCertificate): KeyObject | undefined =>
  attempt(() => createPrivateKey({ key, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) }))

const attempt = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const thrown = (read: () => unknown): string | undefined => {
  try {
    read()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
