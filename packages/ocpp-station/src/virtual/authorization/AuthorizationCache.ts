/** The authorization cache of one station (C10): what the CSMS last said of tokens. Bounded; it reads no clock. */
import type { IdTokenInfoType, IdTokenType } from "@wattline/ocpp-v201"
import { tokenKey } from "@wattline/ocpp-core"

/** What decides how long an entry stays; all are variables of AuthCacheCtrlr. */
export interface CacheRules {
  /** Seconds since its last use after which an entry without cacheExpiryDateTime is over (C10.FR.08); 0: never. */
  readonly lifeTime: number
  /** Bytes that all entries may have together [Storage, maxLimit]. */
  readonly bytes: number
  /** What goes first when it is full: `LRU`, `LFU` or `FIFO`. */
  readonly policy: string
}

interface Entry {
  readonly info: IdTokenInfoType
  readonly bytes: number
  /** Milliseconds since 1970, by cacheExpiryDateTime (C10.FR.13). */
  readonly expiresAt: number | undefined
  readonly storedAt: number
  usedAt: number
  uses: number
}

/** See the head of the file. All times are milliseconds since 1970. */
export class AuthorizationCache {
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  /** Bytes in use, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** What is known of a token; that it was looked up keeps it alive (C10.FR.08). */
  find(idToken: IdTokenType, now: number, { lifeTime }: CacheRules): IdTokenInfoType | undefined {
    const key = tokenKey(idToken)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (isOver(entry, now, lifeTime)) {
      this.#remove(key, entry)
      return undefined
    }
    entry.usedAt = now
    entry.uses++
    return entry.info
  }

  /** Takes the place of what was known before; in the past already, it only takes that away (C10.FR.04, C10.FR.10, C10.FR.13). */
  put(idToken: IdTokenType, given: IdTokenInfoType, now: number, rules: CacheRules): void {
    const { personalMessage: _tariff, ...info } = given // C10.FR.09
    const key = tokenKey(idToken)
    const before = this.#entries.get(key)
    if (before !== undefined) this.#remove(key, before)
    const until = given.cacheExpiryDateTime === undefined ? undefined : Date.parse(given.cacheExpiryDateTime)
    const bytes = key.length + JSON.stringify(info).length
    const uses = (before?.uses ?? 0) + 1
    const entry: Entry = { info, bytes, expiresAt: until, storedAt: before?.storedAt ?? now, usedAt: now, uses }
    if (isOver(entry, now, rules.lifeTime) || bytes > rules.bytes) return
    if (this.#bytes + bytes > rules.bytes) this.#makeRoom(bytes, now, rules)
    this.#entries.set(key, entry)
    this.#bytes += bytes
  }

  /** Whether it was there. */
  delete(idToken: IdTokenType): boolean {
    const key = tokenKey(idToken)
    const entry = this.#entries.get(key)
    if (entry !== undefined) this.#remove(key, entry)
    return entry !== undefined
  }

  /** What is over goes first, then what was not Accepted, then by the policy (C10.FR.07). */
  #makeRoom(bytes: number, now: number, { bytes: limit, lifeTime, policy }: CacheRules): void {
    const rank = (entry: Entry): number => (isOver(entry, now, lifeTime) ? 0 : entry.info.status === "Accepted" ? 2 : 1)
    const by = (entry: Entry): number =>
      policy === "LFU" ? entry.uses : policy === "FIFO" ? entry.storedAt : entry.usedAt
    const order = [...this.#entries].toSorted(([, a], [, b]) => rank(a) - rank(b) || by(a) - by(b))
    for (const [key, entry] of order) {
      if (this.#bytes + bytes <= limit) return
      this.#remove(key, entry)
    }
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}

const isOver = ({ expiresAt, usedAt }: Entry, now: number, lifeTime: number): boolean =>
  expiresAt === undefined ? lifeTime > 0 && now - usedAt >= lifeTime * 1000 : now >= expiresAt
