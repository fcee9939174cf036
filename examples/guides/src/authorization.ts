/** Guide "Authorization": one place that decides on tokens, and lists for stations that are offline. */
import { type AuthorizeHandler, LocalAuthorizationList, type Station, tokenKey } from "@wattline/ocpp-core"
import { Effect } from "effect"

/** An account of the CSMS. */
export interface Account {
  readonly group: string
  readonly blocked: boolean
  readonly language: string
}

export const authorizeWith =
  (accounts: ReadonlyMap<string, Account>): AuthorizeHandler =>
  (idToken, { event }) =>
    Effect.sync(() => {
      const account = accounts.get(tokenKey(idToken))
      if (account === undefined) return { status: "Unknown" }
      const groupIdToken = { idToken: account.group, type: "Central" } as const
      const status = account.blocked && event?.eventType !== "Ended" ? "Blocked" : "Accepted"
      return { status, groupIdToken, language1: account.language }
    })

export const listOf = (
  tokens: Iterable<readonly [idToken: string, account: Account]>
): ReadonlyArray<LocalAuthorizationList.LocalListEntry> =>
  Array.from(tokens, ([idToken, { blocked, group }]) => ({
    idToken: { idToken, type: "ISO14443" },
    idTokenInfo: { status: blocked ? "Blocked" : "Accepted", groupIdToken: { idToken: group, type: "Central" } }
  }))

export const updateList = (
  station: Station,
  before: ReadonlyArray<LocalAuthorizationList.LocalListEntry>,
  after: ReadonlyArray<LocalAuthorizationList.LocalListEntry>
) =>
  LocalAuthorizationList.sendUpdates(station, LocalAuthorizationList.changesBetween(before, after), {
    fullList: Effect.succeed(after)
  })
