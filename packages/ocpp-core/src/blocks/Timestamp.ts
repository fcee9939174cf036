/** Order of station timestamps, which stay in the state as the station wrote them (ST-5). */

/** True when date-time `a` is earlier than `b`. False when either cannot be read: what is unclear replaces nothing. */
export const isBefore = (a: string, b: string): boolean => (alike(a, b) ? a < b : Date.parse(a) < Date.parse(b))

/**
 * True when a station's date-time lies more than `before` milliseconds before, or more than `after` milliseconds after
 * `at`, the CSMS clock in milliseconds since 1970 (E-28). Also when it cannot be read. Both are at least ten minutes.
 */
export const isFar = (timestamp: string, at: number, before: number, after: number): boolean => {
  if (isClose(timestamp, at)) return false
  const off = Date.parse(timestamp) - at
  return !(off >= -before && off <= after)
}

// Stations that have a clock are the rule. Most of their timestamps are of the hour it is, and then need no parsing.
const present = { minute: Number.NaN, hour: "", minuteOfHour: 0 }

const isClose = (timestamp: string, at: number): boolean => {
  const minute = Math.floor(at / 60_000)
  if (minute !== present.minute) {
    if (!(Math.abs(at) < 8e15)) return false // no date
    present.minute = minute
    present.hour = new Date(at).toISOString().slice(0, 13)
    present.minuteOfHour = ((minute % 60) + 60) % 60
  }
  const { hour, minuteOfHour } = present
  if (!isUtc(timestamp)) return false
  for (let i = hour.length - 1; i >= 0; i--) if (timestamp.charCodeAt(i) !== hour.charCodeAt(i)) return false
  const off = timestamp.charCodeAt(14) * 10 + timestamp.charCodeAt(15) - 528 - minuteOfHour
  return off > -10 && off < 10
}

// Two UTC texts of one form sort like the moments they name; that spares the hot path two parses.
const alike = (a: string, b: string): boolean =>
  a.length === b.length && isUtc(a) && isUtc(b) && a.charCodeAt(10) === b.charCodeAt(10)

// endsWith is a call, and this runs several times for each message.
const isUtc = (timestamp: string): boolean => timestamp.charCodeAt(timestamp.length - 1) === 90
