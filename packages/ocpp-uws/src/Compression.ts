/**
 * permessage-deflate (RFC 7692) with the stations we have. uWebSockets.js reads offers by a checksum of their words and
 * answers some that it then does not keep; so it is shown one offer at most, one that it can serve.
 */
import { type DeflateOffer, deflateOffers, offerText } from "@wattline/ocpp-core/adapter"

/**
 * The first offer of a `Sec-WebSocket-Extensions` header that can be served, rewritten for uWebSockets.js, or `""`.
 * `windowBits` is what a station's compressor is limited to if it offers that.
 */
export const servableOffer = (header: string, windowBits: number): string => {
  const offer = deflateOffers(header).find(isServable)
  return offer === undefined ? "" : offerText({ ...offer, clientMaxWindowBits: clientLimit(offer, windowBits) })
}

const clientLimit = (offer: DeflateOffer, windowBits: number): number | undefined => {
  const { clientMaxWindowBits: bits, clientNoContextTakeover } = offer
  // Below 9 a station's own limit is a hint that most zlibs cannot keep to: nothing to answer.
  if (bits === undefined || bits < 9 || clientNoContextTakeover) return undefined
  const limit = Math.min(bits, windowBits)
  return limit < 15 ? limit : undefined
}

/** The one window all stations share for what they are sent cannot be made smaller for one of them. */
const isServable = (offer: DeflateOffer): boolean => offer.serverMaxWindowBits === undefined
