/**
 * The certificate files of a TLS listener, looked at before uWebSockets.js gets them: all it says about bad ones is "App
 * construction failed".
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import { ListenError, serverCertificateProblems } from "@wattline/ocpp-core/adapter"
import type { UwsApp, UwsModule } from "./Native.ts"
import type { TlsFiles } from "./Options.ts"

/**
 * Suites of TLS 1.2: the four of R-051, and ECDHE for RSA certificates. Those of TLS 1.3 are always on. A listener has one
 * certificate, so it serves the ones of its kind.
 */
const defaultCiphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "AES128-GCM-SHA256",
  "AES256-GCM-SHA384"
].join(":")

/** A TLS app of its own. */
export const secureApp = Effect.fnUntraced(function* (native: UwsModule, files: TlsFiles) {
  const { caFile, certFile, ciphers = defaultCiphers, keyFile, passphrase } = files
  const certificate = yield* readPem(certFile, (pem) => new X509Certificate(pem))
  const key = yield* readPem(keyFile, (pem) =>
    createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
  )
  if (!certificate.checkPrivateKey(key)) {
    return yield* new ListenError({
      reason: "KeyMismatch",
      message: `The private key in ${keyFile} is not the one of the certificate in ${certFile}. Give the pair that belongs together.`
    })
  }
  for (const problem of serverCertificateProblems(certificate, Date.now())) {
    yield* Effect.logWarning(`Server certificate ${certificate.subject.replaceAll("\n", ", ")}: ${problem}`)
  }
  if (caFile !== undefined) yield* readPem(caFile, (pem) => new X509Certificate(pem))
  return yield* Effect.try({
    try: (): UwsApp =>
      native.SSLApp({
        cert_file_name: certFile,
        key_file_name: keyFile,
        ssl_ciphers: ciphers,
        ...(passphrase === undefined ? {} : { passphrase }),
        ...(caFile === undefined ? {} : { ca_file_name: caFile })
      }),
    catch: () =>
      new ListenError({
        reason: "BadCertificate",
        message: `uWebSockets.js takes one of ${certFile}, ${keyFile}, \`caFile\` and \`ciphers\` not. Check that the files are PEM, and the ciphers those of OpenSSL.`
      })
  })
})

const readPem = <A>(file: string, parse: (pem: Buffer) => A): Effect.Effect<A, ListenError> =>
  Effect.tryPromise({
    try: async () => parse(await readFile(file)),
    catch: (cause) =>
      new ListenError({
        reason: "BadCertificate",
        message: `${file} cannot be used: ${cause instanceof Error ? cause.message : "unreadable"}. Give the name of a readable PEM file.`
      })
  })
