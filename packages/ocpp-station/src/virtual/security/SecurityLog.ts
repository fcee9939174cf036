/** The security log of a station (A04.FR.04): the last events, the oldest go first. */

/** One line of it. */
export interface SecurityEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly type: string
  readonly techInfo?: string
}

/** How many events a log holds. */
export const maxSecurityEvents = 256

/** Names of the standard that need not be told to the CSMS; all others are critical, a vendor's own ones too (A04.FR.01). */
const uncritical: ReadonlySet<string> = new Set([
  "FailedToAuthenticateAtCsms",
  "CsmsFailedToAuthenticate",
  "ReconfigurationOfSecurityParameters",
  "InvalidMessages",
  "AttemptedReplayAttacks"
])

/** Whether the CSMS has to learn of it (A04.FR.01). */
export const isCritical = (type: string): boolean => !uncritical.has(type)

/** See the head of the file. */
export class SecurityLog {
  private events: Array<SecurityEvent> = []

  add(event: SecurityEvent): void {
    this.events.push(event)
    if (this.events.length > maxSecurityEvents) this.events.shift()
  }

  /** Oldest first; from `from` to `to`, both included, milliseconds since 1970. */
  between(from = -Infinity, to = Infinity): ReadonlyArray<SecurityEvent> {
    return this.events.filter(({ at }) => at >= from && at <= to)
  }
}
