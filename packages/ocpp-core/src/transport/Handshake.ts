/**
 * What an upgrade request says, read by pure functions: who calls (R-020…R-026), which subprotocol (R-002…R-006), with
 * which Basic credentials. What follows from it is decided in `Admission.ts`.
 */
import * as Result from "effect/Result"

/** The station a connection URL names, and where below the endpoint it was found. */
export interface StationPath {
  /** The last path segment, percent-decoded exactly once. */
  readonly identity: string
  /**
   * The path before that segment, without a trailing slash and still percent-encoded, because a decoded one could no
   * longer tell `/` from `%2F`: `/ocpp/tenant%20a`, or `""` for `/CS1`.
   */
  readonly prefix: string
}

/** What `identityOf` may be told. */
export interface IdentityOptions {
  /**
   * Lets in any printable character except `/`, still at most 48 of them. Off by default: identifierString
   * only.
   */
  readonly lenientIdentity?: boolean | undefined
}

/** Characters an identity may have at most. */
export const maxIdentityLength = 48

/** The identifierString of R-023. */
const strict = /^[a-zA-Z0-9*\-_=:+|@.]+$/

/** Printable, and no path separator: what the lenient switch still asks for. */
const lenient = /^[^\p{C}\p{Zl}\p{Zp}/]+$/u

/**
 * Reads the station from a request target such as `/ocpp/RDAM%7C123?x=1`. A failure is the sentence to refuse it with.
 */
export const identityOf = (target: string, options: IdentityOptions = {}): Result.Result<StationPath, string> => {
  const path = target.replace(/[?#].*$/s, "")
  if (!path.startsWith("/")) return Result.fail("The request target must be a path ending with the station identity.")
  const slash = path.lastIndexOf("/")
  const identity = decode(path.slice(slash + 1))
  if (identity === undefined) return Result.fail("The station identity in the path is not valid percent-encoded UTF-8.")
  if (identity === "") return Result.fail("The path must end with the station identity.")
  if (identity === "." || identity === ".." || identity.includes("/")) {
    return Result.fail("The station identity must not change the path.")
  }
  // Characters are code points; an identity twice the limit in code units cannot meet it and is not counted.
  if (identity.length > 2 * maxIdentityLength || Array.from(identity).length > maxIdentityLength) {
    return Result.fail(`The station identity is longer than ${maxIdentityLength} characters.`)
  }
  if (!(options.lenientIdentity === true ? lenient : strict).test(identity)) {
    return Result.fail("The station identity contains a character that is not allowed.")
  }
  return Result.succeed({ identity, prefix: path.slice(0, slash) })
}

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/**
 * Two identities are the same station if and only if their keys are equal: identities differ by more than case.
 */
export const identityKey = (identity: string): string => identity.toLowerCase()

/**
 * The subprotocol for the 101 response: the client's first one that is in `supported`, compared exactly (R-002…R-006),
 * or `undefined` when there is none in common. `header` is `Sec-WebSocket-Protocol`.
 */
export const selectProtocol = (header: string | undefined, supported: ReadonlyArray<string>): string | undefined =>
  header
    ?.split(",")
    .map((offer) => offer.trim())
    .find((offer) => supported.includes(offer))

/** User name and password of a Basic `Authorization` header. */
export interface BasicCredentials {
  readonly user: string
  /** A plain UTF-8 string, never hex-decoded. Must not reach a log or an error. */
  readonly password: string
}

const basic = /^basic +([a-z0-9+/]+={0,2})$/i
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/**
 * The credentials of an `Authorization` header, or `undefined` if it is absent, of another scheme or unreadable
 * (R-042).
 */
export const basicCredentials = (header: string | undefined): BasicCredentials | undefined => {
  const encoded = header === undefined ? undefined : basic.exec(header.trim())?.[1]
  const text = encoded === undefined ? undefined : decodeBase64(encoded)
  const colon = text?.indexOf(":") ?? -1
  if (text === undefined || colon === -1) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

const decodeBase64 = (encoded: string): string | undefined => {
  try {
    return utf8.decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}
