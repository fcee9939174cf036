const maxBytes = 123
const utf8 = new TextEncoder()

/** As much of `reason` as fits into a close frame beside its code: at most 123 bytes, in whole characters. */
export const closeReason = (reason: string): string => {
  if (reason.length * 3 <= maxBytes) return reason
  return reason.slice(0, utf8.encodeInto(reason, new Uint8Array(maxBytes)).read)
}
