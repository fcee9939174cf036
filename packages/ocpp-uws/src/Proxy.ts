/** What a proxy in front of the adapter says of a connection, with node's reading of certificates. */
import { X509Certificate } from "node:crypto"
import { forwarded, type Hop, type TrustedProxy } from "@wattline/ocpp-core/adapter"
import type { UpgradeHeaders } from "./Request.ts"

/** The connection as it is behind the proxies, if there are any. */
export const seenThrough = (proxy: TrustedProxy | undefined, hop: Hop, headers: UpgradeHeaders): Hop =>
  forwarded(
    proxy,
    hop,
    (name) => headers.get(name),
    (pem) => new X509Certificate(pem)
  )
