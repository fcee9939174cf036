/**
 * permessage-deflate (RFC 7692) with the stations we have. uWebSockets.js reads offers by a checksum of their words and
 * answers some that it then does not keep; so it is shown one offer at most, one that it can serve.
 */
import { type DeflateOffer, deflateOffers } from "@wattline/ocpp-core/adapter"

/**
 * The first offer of a `Sec-WebSocket-Extensions` header that can be served, rewritten for uWebSockets.js, or `""`.
 * `windowBits` is what a station's compressor is limited to if it offers that.
 */
export const servableOffer = (header: string, windowBits: number): string => {
  const offer = deflateOffers(header).find(isServable)
  if (offer === undefined) return ""
  const parts = ["permessage-deflate"]
  if (offer.serverNoContextTakeover) parts.push("server_no_context_takeover")
  if (offer.clientNoContextTakeover) parts.push("client_no_context_takeover")
  const bits = offer.clientMaxWindowBits
  // Below 9 a station's own limit is a hint that most zlibs cannot keep to: nothing to answer.
  if (bits !== undefined && bits >= 9 && !offer.clientNoContextTakeover) {
    const limit = Math.min(bits, windowBits)
    if (limit < 15) parts.push(`client_max_window_bits=${limit}`)
  }
  return parts.join("; ")
}

/** The one window all stations share for what they are sent cannot be made smaller for one of them. */
const isServable = (offer: DeflateOffer): boolean => offer.serverMaxWindowBits === undefined
