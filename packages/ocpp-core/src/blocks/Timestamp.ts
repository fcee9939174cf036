/** Order of station timestamps, which stay in the state as the station wrote them (ST-5). */

/** True when date-time `a` is earlier than `b`. False when either cannot be read: what is unclear replaces nothing. */
export const isBefore = (a: string, b: string): boolean => (alike(a, b) ? a < b : Date.parse(a) < Date.parse(b))

// Two UTC texts of one form sort like the moments they name; that spares the hot path two parses.
const alike = (a: string, b: string): boolean =>
  a.length === b.length && a.endsWith("Z") && b.endsWith("Z") && a.charCodeAt(10) === b.charCodeAt(10)
