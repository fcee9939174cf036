/**
 * Who may ask to come in, and how often: counted before anything is looked up and before a password is checked. A table
 * without Effect and without a clock; its memory is bounded, and what was not seen for longest is forgotten first.
 *
 * A request that is refused here is not counted as a failure, and costs the one who asks nothing later: nobody lengthens
 * his own wait by trying again. Failed log-ins are counted by address. One device under its own identity never gets there
 * (60 attempts a minute are fewer than 120 failures), but several broken ones behind one address can. A station that has
 * been in from there before is let through all the same. The trade-off: a new one, or any after a restart of the CSMS, has to
 * share with the broken ones what that address may still fail, two a second, and may have to try several times.
 */
import { identityKey, identityOf } from "../transport/Handshake.ts"
import { after, type Rate, rateOf, tooMuch, waitOf } from "../transport/Rate.ts"
import type { Refused, UpgradeRequest } from "../transport/Transport.ts"

/** A limit of admission, named as the option that sets it. */
type AdmissionLimit =
  | "connectionAttemptsPerAddress"
  | "failedAttemptsPerAddress"
  | "connectionAttemptsPerIdentity"
  | "maxConnections"
  | "maxPendingAdmissions"

/** What is in force; see `CsmsOptions`. Attempts are per minute. */
export type AdmissionLimitSettings = Readonly<Record<AdmissionLimit, number>>

/** A limit that was reached, the identity that was asked for, and how to refuse. */
export interface LimitRefusal {
  readonly limit: AdmissionLimit
  readonly identity: string | undefined
  readonly refused: Refused
}

/** Keys that each count keeps; beyond, the one that was not seen for longest is forgotten. */
export const maxKeys = 10_000

const minute = 60_000

/** Statuses that mean that somebody tried who may not come in. */
const failures: ReadonlySet<number> = new Set([401, 403, 404])

/** See the head of the file. One per CSMS. */
export class AdmissionLimits {
  private readonly settings: AdmissionLimitSettings
  private readonly attempts: Pacer
  private readonly failed: Pacer
  private readonly byIdentity: Pacer
  /** Who has been in, and from where. */
  private readonly known = new Set<string>()
  private readonly lenientIdentity: boolean
  /** Requests that are not decided on yet. */
  pending = 0

  constructor(settings: AdmissionLimitSettings, lenientIdentity: boolean) {
    this.settings = settings
    this.lenientIdentity = lenientIdentity
    this.attempts = new Pacer(settings.connectionAttemptsPerAddress)
    this.failed = new Pacer(settings.failedAttemptsPerAddress)
    this.byIdentity = new Pacer(settings.connectionAttemptsPerIdentity)
  }

  /** Counts a request at `now`, while `open` links are open; gives the limit that forbids it, if one does. */
  request({ remoteAddress, target }: UpgradeRequest, open: number, now: number): LimitRefusal | undefined {
    const path = identityOf(target, { lenientIdentity: this.lenientIdentity })
    const identity = path._tag === "Success" ? path.success.identity : undefined
    const refuse = (limit: AdmissionLimit, retryAfter = 0): LimitRefusal => ({
      limit,
      identity,
      refused: refusalOf(limit, retryAfter)
    })
    const address = addressKey(remoteAddress)
    // By identity and address: a stranger must not use up what the station itself may do.
    const key = identity === undefined ? undefined : `${identityKey(identity)} ${address}`
    const wait = this.failed.waitOf(address, now)
    if (wait > 0 && (key === undefined || !this.known.has(key))) return refuse("failedAttemptsPerAddress", wait)
    if (!this.attempts.take(address, now))
      return refuse("connectionAttemptsPerAddress", this.attempts.waitOf(address, now))
    if (key !== undefined && !this.byIdentity.take(key, now))
      return refuse("connectionAttemptsPerIdentity", this.byIdentity.waitOf(key, now))
    if (this.isFull(open)) return refuse("maxConnections")
    if (this.pending >= this.settings.maxPendingAdmissions) return refuse("maxPendingAdmissions")
    return undefined
  }

  /** Whether no more links may be open. */
  isFull(open: number): boolean {
    return open >= this.settings.maxConnections
  }

  /** A request for this identity was admitted. */
  admitted({ remoteAddress }: UpgradeRequest, identity: string): void {
    const key = `${identityKey(identity)} ${addressKey(remoteAddress)}`
    this.known.delete(key) // the newest stands last
    this.known.add(key)
    forgetOldest(this.known)
  }

  /** A request was refused with this status by something else than a limit. */
  refused({ remoteAddress }: UpgradeRequest, status: number, now: number): void {
    if (failures.has(status)) this.failed.take(addressKey(remoteAddress), now)
  }
}

/** The same pace for each of many keys. */
class Pacer {
  private readonly rate: Rate
  private readonly due = new Map<string, number>()

  constructor(perMinute: number) {
    this.rate = rateOf(perMinute, minute, minute)
  }

  /** Counts one more; `false` when it is one too many, and then it is not counted. */
  take(key: string, now: number): boolean {
    if (this.rate.interval === 0) return true
    const due = after(this.rate, this.due.get(key) ?? 0, now, 1)
    if (due === tooMuch) return false
    this.due.delete(key) // the newest stands last
    this.due.set(key, due)
    forgetOldest(this.due)
    return true
  }

  /** Milliseconds until one more may come. */
  waitOf(key: string, now: number): number {
    const due = this.due.get(key)
    return due === undefined ? 0 : waitOf(this.rate, due, now)
  }
}

const forgetOldest = (keyed: Map<string, unknown> | Set<string>): void => {
  if (keyed.size <= maxKeys) return
  for (const oldest of keyed.keys()) return void keyed.delete(oldest)
}

/** How a request over a limit is refused. */
export const refusalOf = (limit: AdmissionLimit, retryAfter = 0): Refused => ({
  _tag: "Refused",
  status: limit === "maxConnections" || limit === "maxPendingAdmissions" ? 503 : 429,
  reason: reasons[limit],
  headers: { "Retry-After": String(retryAfter > 0 ? Math.ceil(retryAfter / 1000) : 10) }
})

const reasons: Readonly<Record<AdmissionLimit, string>> = {
  connectionAttemptsPerAddress: "There are too many connection attempts from this address.",
  failedAttemptsPerAddress: "Too many connection attempts from this address have failed.",
  connectionAttemptsPerIdentity: "This station connects too often.",
  maxConnections: "No more stations can connect at the moment.",
  maxPendingAdmissions: "Too many stations are connecting at the moment."
}

/** What counts as one address: IPv4 as it is, also inside IPv6; IPv6 by its /64, which is what one site gets. */
export const addressKey = (address: string | undefined): string => {
  if (address === undefined) return "unknown"
  if (!address.includes(":")) return address
  const plain = address.toLowerCase().replace(/%.*$/, "") // no zone
  const mapped = /^[0:]+ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  const [head = "", tail] = plain.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array.from({ length: 8 - left.length - right.length }, () => "0"), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`
}
