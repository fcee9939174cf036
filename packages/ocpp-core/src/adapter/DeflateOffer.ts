/**
 * What a station offers with `Sec-WebSocket-Extensions`, read strictly (RFC 7692 §7.1), and written; which of it is served is
 * the adapter's.
 */

/** One readable offer of permessage-deflate. */
export interface DeflateOffer {
  readonly serverNoContextTakeover: boolean
  readonly clientNoContextTakeover: boolean
  /** Largest window the station can inflate, 8 to 15 bits; `undefined` when it does not limit the server. */
  readonly serverMaxWindowBits: number | undefined
  /**
   * The station lets its own window be limited; 8 to 15 bits, 15 when it gives no number. `undefined` when it does not.
   */
  readonly clientMaxWindowBits: number | undefined
}

const parameter =
  /^(?:(server_no_context_takeover|client_no_context_takeover|client_max_window_bits)|(server|client)_max_window_bits\s*=\s*"?([89]|1[0-5])"?)$/

/** The offers of permessage-deflate in the order of the header, without those that are malformed. */
export const deflateOffers = (header: string): ReadonlyArray<DeflateOffer> =>
  header.split(",").flatMap((text) => offerOf(text) ?? [])

const offerOf = (text: string): DeflateOffer | undefined => {
  const [name, ...rest] = text.split(";").map((part) => part.trim())
  if (name !== "permessage-deflate") return undefined
  const seen = new Map<string, number>()
  for (const part of rest) {
    const match = parameter.exec(part)
    if (match === null) return undefined
    const key = match[1] ?? `${match[2]}_max_window_bits`
    if (seen.has(key)) return undefined
    seen.set(key, Number(match[3] ?? 15))
  }
  return {
    serverNoContextTakeover: seen.has("server_no_context_takeover"),
    clientNoContextTakeover: seen.has("client_no_context_takeover"),
    serverMaxWindowBits: seen.get("server_max_window_bits"),
    clientMaxWindowBits: seen.get("client_max_window_bits")
  }
}

/** One offer, or the answer to one, as `Sec-WebSocket-Extensions` says it. */
export const offerText = (offer: DeflateOffer): string =>
  [
    "permessage-deflate",
    ...(offer.serverNoContextTakeover ? ["server_no_context_takeover"] : []),
    ...(offer.clientNoContextTakeover ? ["client_no_context_takeover"] : []),
    ...(offer.serverMaxWindowBits === undefined ? [] : [`server_max_window_bits=${offer.serverMaxWindowBits}`]),
    ...(offer.clientMaxWindowBits === undefined ? [] : [`client_max_window_bits=${offer.clientMaxWindowBits}`])
  ].join("; ")
