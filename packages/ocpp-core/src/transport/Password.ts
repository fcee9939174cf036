/**
 * Station passwords at rest: only salted hashes are stored, as PHC strings
 * `$pbkdf2-sha256$i=<iterations>$<salt>$<hash>`. WebCrypto only, so it runs wherever the core runs; another scheme is
 * another prefix in `verify`. No password and no hash appears in an error.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** A stored hash that `verify` cannot read: damaged, or of a scheme this version does not know. */
export class UnreadablePasswordHash extends Data.TaggedError("UnreadablePasswordHash")<{
  readonly message: string
}> {}

/** What `hash` may be told. */
export interface HashOptions {
  /**
   * PBKDF2 iterations, 1 to 10 000 000. Default `defaultIterations`. Kept in the hash, so it can be raised at any time.
   */
  readonly iterations?: number | undefined
}

/**
 * 10 000 iterations, about 2 ms of one CPU. Station passwords are long random machine secrets that need
 * no stretching, and after a restart every station logs in at once. Raise it where people choose the passwords.
 */
export const defaultIterations = 10_000

/** More than this many are not asked of a CPU, whatever a record says. */
export const maxIterations = 10_000_000
const saltBytes = 16
const hashBytes = 32

const minLength = 16

/**
 * Why `password` cannot be the password of a station, or `undefined` if it can: 16 to `maxLength` characters (code
 * points) of any Unicode text without control characters, which HTTP Basic cannot carry (RFC 7617 §2).
 * `maxLength` is the station's limit for `BasicAuthPassword`, between 40 and 64.
 */
export const violation = (password: string, maxLength = 64): string | undefined => {
  if (!password.isWellFormed()) return "The password is not valid Unicode text."
  if (/\p{Cc}/u.test(password)) return "The password contains a control character."
  const length = Array.from(password).length
  if (length < minLength) return `The password has ${length} characters; it needs at least ${minLength}.`
  if (length > maxLength) return `The password has ${length} characters; the station takes at most ${maxLength}.`
  return undefined
}

/**
 * A new salted hash of `password`, to be stored in its place; an Effect, because it takes a while: `yield* hashPassword(password)`.
 * Does not judge the password; `violation` does.
 */
export const hash = (password: string, options: HashOptions = {}): Effect.Effect<string> =>
  Effect.suspend(() => {
    const iterations = Math.min(Math.max(Math.trunc(options.iterations ?? defaultIterations), 1), maxIterations)
    const salt = crypto.getRandomValues(new Uint8Array(saltBytes))
    return Effect.map(
      derive(password, salt, iterations, hashBytes),
      (derived) => `$pbkdf2-sha256$i=${iterations}$${toBase64(salt)}$${toBase64(derived)}`
    )
  })

/**
 * Whether `password` is the one behind `phc`, compared case-sensitively and in constant time. Fails when `phc`
 * is no hash this version can read; never with anything else.
 */
export const verify = (password: string, phc: string): Effect.Effect<boolean, UnreadablePasswordHash> => {
  const stored = parse(phc)
  return stored === undefined
    ? Effect.fail(new UnreadablePasswordHash({ message: "The stored password hash is not a $pbkdf2-sha256$ hash." }))
    : Effect.map(
        derive(password, stored.salt, stored.iterations, stored.hash.length),
        // HMAC pads its key with NULs, so "x" and "x\0" derive the same.
        (derived) => equal(derived, stored.hash) && !password.includes("\0")
      )
}

/** Whether `verify` can read this stored hash. */
export const isReadable = (phc: string): boolean => parse(phc) !== undefined

// 71 characters; 213 is the greatest multiple of 71 in a byte, so that every character is as likely as any other.
const narrow = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-_=:+|@."
const fairBytes = 213

/**
 * A random password of `length` characters, 16 to 64, from the set that stations of every edition take, made with
 * the runtime's CSPRNG. Default 40 characters, the most that every station takes: 246 bits. Throws a
 * `RangeError` for another length.
 */
export const generatePassword = (length = 40): string => {
  if (!Number.isInteger(length) || length < minLength || length > 64)
    throw new RangeError(`A password has ${minLength} to 64 characters, not ${length}`)
  let password = ""
  while (password.length < length)
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < fairBytes && password.length < length) password += narrow[byte % narrow.length]
  return password
}

type Bytes = Uint8Array<ArrayBuffer>

interface Stored {
  readonly iterations: number
  readonly salt: Bytes
  readonly hash: Bytes
}

// The lengths bound the work a damaged or planted record can cause: 8 to 64 bytes of salt, 16 to 64 of hash.
const phcFormat = /^\$pbkdf2-sha256\$i=([1-9][0-9]{0,7})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

const parse = (phc: string): Stored | undefined => {
  const match = phcFormat.exec(phc)
  const iterations = Number(match?.[1])
  const salt = fromBase64(match?.[2])
  const stored = fromBase64(match?.[3])
  if (salt === undefined || stored === undefined || iterations > maxIterations) return undefined
  return { iterations, salt, hash: stored }
}

// The cause of a failed derivation is dropped on purpose: an engine's message might quote its input.
const derive = (password: string, salt: Bytes, iterations: number, bytes: number): Effect.Effect<Bytes> =>
  Effect.tryPromise({
    try: async () => {
      const raw = new TextEncoder().encode(password)
      const key = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"])
      const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations }
      return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, bytes * 8))
    },
    catch: () => new Error("PBKDF2-HMAC-SHA-256 is not available in this runtime")
  }).pipe(Effect.orDie)

/** Compares in a time that depends on the lengths only. */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

const toBase64 = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes)).replace(/=+$/, "")

const fromBase64 = (text: string | undefined): Bytes | undefined => {
  try {
    return text === undefined ? undefined : Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
