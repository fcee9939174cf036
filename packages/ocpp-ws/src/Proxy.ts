/** What a proxy in front of the adapter says of a connection, with node's reading of certificates. */
import { X509Certificate } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { forwarded, type Hop, type TrustedProxy } from "@wattline/ocpp-core/adapter"

/** The connection as it is behind the proxies, if there are any. */
export const seenThrough = (proxy: TrustedProxy | undefined, hop: Hop, { headers }: IncomingMessage): Hop =>
  forwarded(
    proxy,
    hop,
    (name) => {
      const value = headers[name]
      return Array.isArray(value) ? value.join(",") : value
    },
    (pem) => new X509Certificate(pem)
  )
