/** A proxy in front of the adapter that ends TLS, or only passes connections on: which hops are believed. */
import { X509Certificate } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { BlockList, isIP } from "node:net"
import {
  forwarded,
  type ForwardedCertificateHeaders,
  type Hop,
  ListenError,
  type TrustedProxy
} from "@wattline/ocpp-core/adapter"
import * as Result from "effect/Result"

/** The proxies in front of the adapter. */
export interface ProxyOptions {
  /** Addresses and networks of the hops whose headers are believed: `["127.0.0.1", "10.0.0.0/8", "fd00::/8"]`. */
  readonly trusted: ReadonlyArray<string>
  /** Header to which each hop adds the address it saw. Default `"X-Forwarded-For"`. */
  readonly addressHeader?: string | undefined
  /** Header that is `https` or `wss` when the station used TLS. Default `"X-Forwarded-Proto"`. */
  readonly protocolHeader?: string | undefined
  /** Headers with the certificate of the station, for profile 3. Default: none is believed. */
  readonly certificate?: ForwardedCertificateHeaders | undefined
}

/** What the user gave, ready to be asked. */
export const trustedProxy = (options: ProxyOptions): Result.Result<TrustedProxy, ListenError> => {
  const hops = new BlockList()
  for (const entry of options.trusted) {
    if (!add(hops, entry)) {
      const message = `\`proxy.trusted\` must hold addresses or networks such as "10.0.0.0/8"; ${JSON.stringify(entry)} is none.`
      return Result.fail(new ListenError({ reason: "InvalidOption", message }))
    }
  }
  return Result.succeed({
    trusts: (address) => isIP(address) !== 0 && hops.check(address, familyOf(address)),
    addressHeader: options.addressHeader?.toLowerCase(),
    protocolHeader: options.protocolHeader?.toLowerCase(),
    certificate: options.certificate
  })
}

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4")

const add = (hops: BlockList, entry: string): boolean => {
  const [address = "", prefix, ...rest] = entry.split("/")
  const bits = isIP(address) === 6 ? 128 : 32
  const length = prefix === undefined ? bits : Number(prefix)
  if (isIP(address) === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? "0") || length > bits) return false
  hops.addSubnet(address, length, familyOf(address))
  return true
}

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
