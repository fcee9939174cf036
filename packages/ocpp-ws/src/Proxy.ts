/** The headers of a request, and what a proxy says in them, with node's reading of certificates. */
import { X509Certificate } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { forwarded, type HeaderOf, type Hop, type TrustedProxy } from "@wattline/ocpp-core/adapter"

/** The connection as it is behind the proxies, if there are any. */
export const seenThrough = (proxy: TrustedProxy | undefined, hop: Hop, request: IncomingMessage): Hop =>
  forwarded(proxy, hop, headersOf(request), (pem) => new X509Certificate(pem))

/** The headers by their names in lower case; several of one name are joined with `,`. */
export const headersOf =
  ({ headers }: IncomingMessage): HeaderOf =>
  (name) => {
    const value = headers[name]
    return Array.isArray(value) ? value.join(",") : value
  }
