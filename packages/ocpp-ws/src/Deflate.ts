/**
 * permessage-deflate (RFC 7692) with the stations we have. `ws` answers an offer it cannot read or serve with HTTP 400;
 * a station must instead be served uncompressed, so only the offers that can be served are shown to it. The
 * answer names no parameter the station did not offer: the RFC would allow it, but clients built on Netty break off
 * then.
 */
import type { ServerOptions } from "ws"
import { type DeflateOffer, deflateOffers, offerText } from "@wattline/ocpp-core/adapter"
import type { Settings } from "./Options.ts"

/**
 * The offers of a `Sec-WebSocket-Extensions` header that can be served, rewritten for `ws`, or `undefined` when there
 * are none. `windowBits` is what a station's compressor is limited to if it offers that.
 */
export const servableOffers = (header: string, windowBits: number): string | undefined => {
  const offers = deflateOffers(header).flatMap((offer) => servable(offer, windowBits) ?? [])
  return offers.length === 0 ? undefined : offers.join(", ")
}

const servable = (offer: DeflateOffer, windowBits: number): string | undefined => {
  const { clientMaxWindowBits: client, serverMaxWindowBits: server } = offer
  if (server === 8) return undefined // zlib cannot compress with a window of 256 bytes
  // A limit of the station's own that is tighter than ours is only a hint: nothing to answer.
  return offerText({
    ...offer,
    clientMaxWindowBits: client === undefined || client <= windowBits ? undefined : windowBits
  })
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
