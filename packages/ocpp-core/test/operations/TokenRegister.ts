/**
 * The tokens of a small CSMS, behind the handler `authorize`: which status a driver gets (C-6), how key codes are kept from
 * being guessed (C-12), how long a station may rely on a verdict (C-17), and who may stop what (C-4, C-22).
 */
import { Clock, Effect } from "effect"
import type { AuthorizationStatusEnumType, IdTokenInfoType, IdTokenType } from "@wattline/ocpp-v201"
import { type AuthorizeContext, DeviceModel, type Handlers, isSameToken, tokenKey } from "../../src/index.ts"

/** What is on record about a token. */
export interface TokenRecord {
  readonly state?: "Blocked" | "Expired" | "Invalid"
  readonly group?: string
  /** Identities of the stations it is good for; absent: everywhere. */
  readonly stations?: ReadonlyArray<string>
  /** Of the EVSEs of a station, where it is not good for all. */
  readonly evses?: ReadonlyArray<number>
  /** The connectors it is good for, as in `Connector.ConnectorType`; absent: all. */
  readonly connectors?: ReadonlyArray<string>
  readonly credit?: number
  /** ISO 8601: until when a station may rely on the verdict without asking; no more than that (C-17). */
  readonly askAgainAt?: string
}

/** Wrong key codes in a row before a station has to wait. */
export const freeGuesses = 3

/** Milliseconds of the first wait; each further wrong code doubles it. */
export const firstWait = 10_000

/** See the head of the file. */
export class TokenRegister {
  /** What was asked, in order, and by which message. */
  readonly asked: Array<readonly [idToken: string, from: AuthorizeContext["from"]]> = []
  readonly records = new Map<string, TokenRecord>()
  /** Wrong key codes in a row, and until when no other is looked at, by station. */
  private readonly guesses = new Map<string, { readonly wrong: number; readonly waitUntil: number }>()

  set(idToken: IdTokenType, record: TokenRecord): this {
    this.records.set(tokenKey(idToken), record)
    return this
  }

  readonly authorize: NonNullable<Handlers["authorize"]> = (idToken, context) => {
    this.asked.push([idToken.idToken, context.from])
    return idToken.type === "KeyCode" ? this.keyCode(idToken, context) : Effect.succeed(this.verdict(idToken, context))
  }

  private verdict(idToken: IdTokenType, context: AuthorizeContext): IdTokenInfoType {
    const record = this.records.get(tokenKey(idToken))
    if (record === undefined) return { status: "Unknown" }
    const status = statusOf(idToken, record, context)
    const { askAgainAt: cacheExpiryDateTime, evses, group } = record
    return {
      status,
      ...(group !== undefined && { groupIdToken: { idToken: group, type: "Central" } as const }),
      ...(cacheExpiryDateTime !== undefined && { cacheExpiryDateTime }),
      ...(status === "Accepted" && evses !== undefined && { evseId: [...evses] as [number, ...Array<number>] })
    }
  }

  /** A code is right or wrong, nothing else; after a few wrong ones none is looked at for a while. */
  private keyCode(idToken: IdTokenType, context: AuthorizeContext): Effect.Effect<IdTokenInfoType> {
    return Effect.map(Clock.currentTimeMillis, (now) => {
      const { identity } = context.station
      const { waitUntil, wrong } = this.guesses.get(identity) ?? { wrong: 0, waitUntil: 0 }
      if (now < waitUntil) return { status: "Invalid" }
      if (this.verdict(idToken, context).status === "Accepted") {
        this.guesses.delete(identity)
        return { status: "Accepted" }
      }
      const wait = wrong < freeGuesses - 1 ? 0 : firstWait * 2 ** (wrong - freeGuesses + 1)
      this.guesses.set(identity, { wrong: wrong + 1, waitUntil: now + wait })
      return { status: "Invalid" }
    })
  }
}

/** The first that holds decides. What ends a transaction is never refused for want of money or at the wrong place. */
const statusOf = (
  idToken: IdTokenType,
  { connectors, credit = Infinity, evses, state, stations }: TokenRecord,
  { event, evse, mirror, station, transaction }: AuthorizeContext
): AuthorizationStatusEnumType => {
  if (state !== undefined) return state
  if (event?.eventType === "Ended" || event?.triggerReason === "StopAuthorized") return "Accepted"
  if (stations?.includes(station.identity) === false) return "NotAtThisLocation"
  const starter = transaction?.idToken
  if (starter !== undefined && !isSameToken(starter, idToken)) return "NotAtThisTime"
  const isElsewhere = mirror.transactions.running.some(
    (other) =>
      other.transactionId !== transaction?.transactionId &&
      other.verdict === "Accepted" &&
      other.idToken !== undefined &&
      isSameToken(other.idToken, idToken)
  )
  if (event !== undefined && isElsewhere) return "ConcurrentTx"
  if (evse !== undefined && evses?.includes(evse.id) === false) return "NotAllowedTypeEVSE"
  const { connectorId = 1, id: evseId } = evse ?? {}
  const where = evseId === undefined ? undefined : { evseId, connectorId }
  const connector = where && DeviceModel.read(mirror.provisioning.deviceModel, "Connector", "ConnectorType", where)
  if (connector !== undefined && connectors?.includes(connector) === false) return "NotAllowedTypeEVSE"
  return credit > 0 ? "Accepted" : "NoCredit"
}
