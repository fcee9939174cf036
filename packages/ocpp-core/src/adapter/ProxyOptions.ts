/** Which proxies a user says stand in front of an adapter, in the words that all adapters share. */
import * as Result from "effect/Result"
import type { ForwardedCertificateHeaders, TrustedProxy } from "./Forwarded.ts"
import { ListenError } from "./ListenError.ts"

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

type Family = "ipv4" | "ipv6"

/** The part of `node:net` that knows addresses. */
export interface Net {
  /** 4, 6, or 0 for what is no address. */
  readonly isIP: (text: string) => number
  readonly BlockList: new () => {
    addSubnet(net: string, prefix: number, family: Family): void
    check(address: string, family: Family): boolean
  }
}

/** What the user gave, ready to be asked; fails with `InvalidOption` on what is neither address nor network. */
export const trustedProxy = (options: ProxyOptions, net: Net): Result.Result<TrustedProxy, ListenError> => {
  const { BlockList, isIP } = net
  const familyOf = (address: string): Family => (isIP(address) === 6 ? "ipv6" : "ipv4")
  const hops = new BlockList()
  const add = (entry: string): boolean => {
    const [address = "", prefix, ...rest] = entry.split("/")
    const bits = isIP(address) === 6 ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)
    if (isIP(address) === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? "0") || length > bits) return false
    hops.addSubnet(address, length, familyOf(address))
    return true
  }
  const wrong = options.trusted.find((entry) => !add(entry))
  if (wrong !== undefined) {
    const message = `\`proxy.trusted\` must hold addresses or networks such as "10.0.0.0/8"; ${JSON.stringify(wrong)} is none.`
    return Result.fail(new ListenError({ reason: "InvalidOption", message }))
  }
  return Result.succeed({
    trusts: (address) => isIP(address) !== 0 && hops.check(address, familyOf(address)),
    addressHeader: options.addressHeader?.toLowerCase(),
    protocolHeader: options.protocolHeader?.toLowerCase(),
    certificate: options.certificate
  })
}
