/**
 * The check of a password for many stations at once: slow hashes a few at a time, so that a storm of logins neither fills
 * the thread pool nor fails, and a bounded memory of what was right, so that a station that comes back costs one HMAC.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Password from "./Password.ts"

/** What a `PasswordCache` may be told. */
export interface PasswordCacheOptions {
  /** Stored hashes to remember the password of; 0 turns the memory off. The one used longest ago goes first. */
  readonly size: number
  /** Slow checks at the same time; others wait for their turn. */
  readonly maxChecks: number
  /** For new hashes. Default `defaultIterations`. */
  readonly iterations?: number | undefined
}

/**
 * See the head of the file. Remembered is an HMAC-SHA-256 of stored hash and password, under a key that this process made
 * up and nobody can read; only of passwords that were right. A changed hash is another entry.
 */
export class PasswordCache {
  private readonly size: number
  private readonly iterations: number | undefined
  private readonly turn: Semaphore.Semaphore
  /** Stored hash → HMAC, in the order of last use. */
  private readonly known = new Map<string, Uint8Array>()
  private readonly key: ReturnType<typeof crypto.subtle.importKey>

  constructor({ iterations, maxChecks, size }: PasswordCacheOptions) {
    this.iterations = iterations
    this.size = size
    this.turn = Semaphore.makeUnsafe(maxChecks)
    const secret = crypto.getRandomValues(new Uint8Array(32))
    this.key = crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  }

  /** How many passwords are remembered. */
  get remembered(): number {
    return this.known.size
  }

  /** As `Password.verify`. A hash has one password: where that is remembered, another one is wrong without a slow check. */
  verify(password: string, phc: string): Effect.Effect<boolean, Password.UnreadablePasswordHash> {
    if (this.size === 0) return this.check(password, phc)
    return Effect.suspend(() => {
      const known = this.known.get(phc)
      if (known === undefined) return this.learn(password, phc)
      this.known.delete(phc)
      this.known.set(phc, known) // used last
      return Effect.map(this.tagOf(password, phc), (tag) => Password.equal(tag, known))
    })
  }

  /** As `Password.hash`, in turn with the checks. */
  hash(password: string): Effect.Effect<string> {
    return Semaphore.withPermit(this.turn, Password.hash(password, { iterations: this.iterations }))
  }

  private check(password: string, phc: string): Effect.Effect<boolean, Password.UnreadablePasswordHash> {
    return Semaphore.withPermit(this.turn, Password.verify(password, phc))
  }

  private learn(password: string, phc: string): Effect.Effect<boolean, Password.UnreadablePasswordHash> {
    return Effect.tap(this.check(password, phc), (matches) =>
      matches ? Effect.map(this.tagOf(password, phc), (tag) => this.remember(phc, tag)) : Effect.void
    )
  }

  private remember(phc: string, tag: Uint8Array): void {
    this.known.set(phc, tag)
    if (this.known.size <= this.size) return
    const [oldest] = this.known.keys()
    if (oldest !== undefined) this.known.delete(oldest)
  }

  // The cause is dropped on purpose: an engine's message might quote its input.
  private tagOf(password: string, phc: string): Effect.Effect<Uint8Array> {
    return Effect.tryPromise({
      try: async () => {
        // No stored hash holds a NUL, so hash and password cannot run into each other.
        const text = new TextEncoder().encode(`${phc}\0${password}`)
        return new Uint8Array(await crypto.subtle.sign("HMAC", await this.key, text))
      },
      catch: () => new Error("HMAC-SHA-256 is not available in this runtime")
    }).pipe(Effect.orDie)
  }
}
