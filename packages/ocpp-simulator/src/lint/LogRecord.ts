/**
 * The format of a recorded log: JSON lines, one object each.
 *
 * ```json
 * {"at":"2026-01-01T00:00:00.000Z","identity":"CS-1","event":"open"}
 * {"at":"2026-01-01T00:00:00.100Z","identity":"CS-1","direction":"in","text":"[2,\"1\",\"Heartbeat\",{}]"}
 * {"at":"2026-01-01T00:00:00.104Z","identity":"CS-1","direction":"out","text":"[3,\"1\",{\"currentTime\":\"2026-01-01T00:00:00Z\"}]"}
 * {"at":"2026-01-01T00:05:00.000Z","identity":"CS-1","event":"close","code":1000}
 * ```
 *
 * - `at`: RFC 3339, or milliseconds since 1970. Without it nothing is said about time.
 * - `identity`: of the station. Default: one station, `""`.
 * - `direction`: `"in"` and `"out"` as the CSMS sees it: in comes from the station (also
 *   `"received"` and `"sent"`, `"rx"` and `"tx"`, `"cs->csms"` and `"csms->cs"`). Or `from`: `"station"`, `"csms"`.
 * - `text`: the frame as it went over the wire; or `frame`: the array.
 * - `event`: `"open"` (with `protocol`, the subprotocol), `"close"` (with `code`), `"binary"` for a binary message.
 * - `action`: of an answer whose CALL is not in the log; then its payload can be checked all the same.
 *
 * The reader takes more than that: other names for the same fields, a bare frame, a frame inside a line of text. What it
 * cannot read it returns as a problem; it never throws.
 */

/** Who speaks. */
export type Side = "station" | "csms"

/** What happened besides a text message. */
export type LinkEvent = "open" | "close" | "binary"

/** One line of a log, read. */
export interface LogRecord {
  /** Its line, from 1. */
  readonly line: number
  /** Milliseconds since 1970, as the recorder saw it. */
  readonly at: number | undefined
  readonly identity: string
  /** `undefined` when the line does not tell; the lint then guesses from action and ids. */
  readonly from: Side | undefined
  /** The text message; `undefined` for an event. */
  readonly text: string | undefined
  readonly event: LinkEvent | undefined
  /** The WebSocket close code, for `close`. */
  readonly code: number | undefined
  /** The WebSocket subprotocol, for `open`. */
  readonly protocol?: string | undefined
  /** What an answer answers, where the log says so. */
  readonly action: string | undefined
}

/** A line that is no record. */
export interface UnreadableLine {
  readonly line: number
  readonly problem: string
}

/** The words for a direction, in lower case. */
const sides: { readonly [word: string]: Side | undefined } = {
  in: "station",
  inbound: "station",
  incoming: "station",
  received: "station",
  recv: "station",
  rx: "station",
  station: "station",
  chargingstation: "station",
  cs: "station",
  cp: "station",
  "cs->csms": "station",
  "station->csms": "station",
  "station→csms": "station",
  "station-to-csms": "station",
  out: "csms",
  outbound: "csms",
  outgoing: "csms",
  sent: "csms",
  send: "csms",
  tx: "csms",
  csms: "csms",
  server: "csms",
  "csms->cs": "csms",
  "csms->station": "csms",
  "csms→station": "csms",
  "csms-to-station": "csms"
}

const events: { readonly [word: string]: LinkEvent | undefined } = {
  open: "open",
  opened: "open",
  connect: "open",
  connected: "open",
  close: "close",
  closed: "close",
  disconnect: "close",
  disconnected: "close",
  binary: "binary"
}

type Fields = Readonly<Record<string, unknown>>

const first = (fields: Fields, names: ReadonlyArray<string>): unknown =>
  names.map((name) => fields[name]).find((value) => value !== undefined && value !== null)

const own = <A>(table: { readonly [word: string]: A | undefined }, word: unknown): A | undefined =>
  typeof word === "string" && Object.hasOwn(table, word.toLowerCase()) ? table[word.toLowerCase()] : undefined

const timeOf = (value: unknown): number | undefined => {
  const at = typeof value === "number" ? value : typeof value === "string" ? Date.parse(value) : Number.NaN
  return Number.isFinite(at) ? at : undefined
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : undefined

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const bare = (line: number, text: string, at: number | undefined, from: Side | undefined): LogRecord => ({
  line,
  at,
  identity: "",
  from,
  text,
  event: undefined,
  code: undefined,
  action: undefined
})

const ofFields = (line: number, fields: Fields): LogRecord | UnreadableLine => {
  const text = textOf(first(fields, ["text", "frame", "message", "msg", "data", "raw"]))
  const event = own(events, first(fields, ["event", "kind", "type"]))
  if (text === undefined && event === undefined)
    return { line, problem: "the object has neither text, frame nor event" }
  const identity = first(fields, ["identity", "stationId", "station", "chargingStation", "chargePointId"])
  const code = first(fields, ["code"])
  const action = first(fields, ["action"])
  const protocol = first(fields, ["protocol", "subprotocol"])
  return {
    line,
    at: timeOf(first(fields, ["at", "timestamp", "time", "ts"])),
    identity: typeof identity === "string" ? identity : "",
    from: own(sides, first(fields, ["from", "direction", "dir", "sender", "source"])),
    text,
    event,
    code: typeof code === "number" ? code : undefined,
    ...(typeof protocol === "string" ? { protocol } : {}),
    action: typeof action === "string" ? action : undefined
  }
}

const embedded = /^(.*?)(\[\s*[234]\s*,.*\])[^\]]*$/s
const leadingTime = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/

/** A frame inside a line of text: `2026-01-01T00:00:00Z CS-1 > [2,"1","Heartbeat",{}]`. Who sent it has to be guessed. */
const ofText = (line: number, text: string): LogRecord | UnreadableLine => {
  const [, before = "", frame] = embedded.exec(text) ?? []
  if (frame === undefined) return { line, problem: "the line is neither JSON nor has a frame in it" }
  return bare(line, frame, timeOf(leadingTime.exec(before)?.[0]), undefined)
}

/** Reads a line; `undefined` when it is blank. Never throws. */
export const readLine = (text: string, line: number): LogRecord | UnreadableLine | undefined => {
  const trimmed = text.trim()
  if (trimmed.length === 0) return undefined
  const json = parse(trimmed)
  if (json === undefined) return ofText(line, trimmed)
  if (Array.isArray(json))
    return typeof json[0] === "object" && json[0] !== null
      ? { line, problem: "the line is a list of messages; each must be on a line of its own" }
      : bare(line, trimmed, undefined, undefined)
  return typeof json === "object" && json !== null
    ? ofFields(line, json as Fields)
    : { line, problem: "the line is neither an object nor a frame" }
}

/** Whether a line could be read. */
export const isRecord = (read: LogRecord | UnreadableLine): read is LogRecord => !("problem" in read)

/** What a recorder knows of a moment. */
export interface Recorded {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly identity: string
  readonly from?: Side
  readonly text?: string
  readonly event?: LinkEvent
  readonly code?: number
  readonly protocol?: string
}

/** The line for a moment, without line feed. `readLine` reads it back. */
export const writeLine = ({ at, code, event, from, identity, protocol, text }: Recorded): string =>
  JSON.stringify({
    at: new Date(at).toISOString(),
    identity,
    ...(from === undefined ? {} : { direction: from === "station" ? "in" : "out" }),
    ...(text === undefined ? {} : { text }),
    ...(event === undefined ? {} : { event }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(code === undefined ? {} : { code })
  })
