/**
 * permessage-deflate (RFC 7692) with the stations we have. `ws` answers an offer it cannot read or serve with HTTP 400;
 * a station must instead be served uncompressed, so only the offers that can be served are shown to it. The
 * answer names no parameter the station did not offer: the RFC would allow it, but clients built on Netty break off
 * then.
 */
import type { ServerOptions } from "ws"
import type { Settings } from "./Options.ts"

const parameter =
  /^(?:(server_no_context_takeover|client_no_context_takeover|client_max_window_bits)|(server|client)_max_window_bits\s*=\s*"?([89]|1[0-5])"?)$/

/**
 * The offers of a `Sec-WebSocket-Extensions` header that can be served, rewritten for `ws`, or `undefined` when there
 * are none. `windowBits` is what a station's compressor is limited to if it offers that.
 */
export const servableOffers = (header: string, windowBits: number): string | undefined => {
  const offers = header.split(",").flatMap((offer) => servable(offer, windowBits) ?? [])
  return offers.length === 0 ? undefined : offers.join(", ")
}

const servable = (offer: string, windowBits: number): string | undefined => {
  const [name, ...rest] = offer.split(";").map((part) => part.trim())
  if (name !== "permessage-deflate") return undefined
  const seen = new Set<string>()
  const parts = [name]
  for (const part of rest) {
    const match = parameter.exec(part)
    const key = match?.[1] ?? `${match?.[2]}_max_window_bits`
    if (match === null || seen.has(key)) return undefined
    seen.add(key)
    const bits = match[3] === undefined ? 15 : Number(match[3])
    if (key === "client_max_window_bits") {
      // A limit of the station's own that is tighter than ours is only a hint: nothing to answer.
      if (windowBits < bits) parts.push(`${key}=${windowBits}`)
    } else if (key === "server_max_window_bits") {
      if (bits === 8) return undefined // zlib cannot compress with a window of 256 bytes
      parts.push(`${key}=${bits}`)
    } else {
      parts.push(key)
    }
  }
  return parts.join("; ")
}

/** What `ws` is told. Contexts are made with a station's first compressed message; small chunks keep them small. */
export const deflateOptions = (compression: Settings["compression"]): ServerOptions["perMessageDeflate"] =>
  compression === undefined
    ? false
    : {
        // `WsLink.send` applies it too: `ws` does so only with a station that offered server_no_context_takeover.
        threshold: compression.threshold,
        concurrencyLimit: compression.concurrency,
        zlibInflateOptions: { chunkSize: 4096 },
        zlibDeflateOptions: { chunkSize: 4096 }
      }
