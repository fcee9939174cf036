/** How a station decides on a token that is presented (C01, C07, C10, C12 to C15). Pure. */
import type { IdTokenEnumType } from "@wattline/ocpp-v201"
import type { Verdict } from "../parts.ts"

/** What the station knows of the token itself. The list goes before the cache (C13.FR.01, C14.FR.01). */
export interface Found {
  readonly by: "LocalList" | "Cache"
  readonly isAccepted: boolean
  /** Listed, and its cacheExpiryDateTime has passed (SupportsExpiryDateTime; C13.FR.05, C13.FR.06, C14.FR.05). */
  readonly isPast: boolean
  /** A refusal is final: the CSMS is not asked again (DisablePostAuthorize). */
  readonly isFinal: boolean
}

/** What the configuration says. */
export interface Rules {
  readonly isOnline: boolean
  readonly type: IdTokenEnumType
  readonly localPreAuthorize: boolean
  readonly localAuthorizeOffline: boolean
  readonly offlineTxForUnknownIdEnabled: boolean
  readonly disableRemoteAuthorization: boolean
  /** ISO15118Ctrlr.ContractValidationOffline: contract certificates can be checked offline (C07.FR.08). */
  readonly contractValidationOffline: boolean
}

/** `Ask`: the CSMS decides. */
export type Decision = { readonly is: "Ask" } | { readonly is: "Accepted" | "Refused"; readonly by: Verdict["by"] }

const ask: Decision = { is: "Ask" }

/** Tokens that the CSMS has to see whenever it can (C06.FR.02, C07.FR.01). */
const alwaysAsked: ReadonlySet<IdTokenEnumType> = new Set(["Local", "eMAID"])

/** What becomes of the token. */
export const decide = (found: Found | undefined, rules: Rules): Decision =>
  rules.isOnline && !rules.disableRemoteAuthorization ? withCsms(found, rules) : alone(found, rules)

const withCsms = (found: Found | undefined, { localPreAuthorize, type }: Rules): Decision => {
  if (found === undefined || found.isPast || alwaysAsked.has(type)) return ask
  if (!found.isAccepted) return found.isFinal ? { is: "Refused", by: found.by } : ask // C10.FR.03, C14.FR.03
  return localPreAuthorize ? { is: "Accepted", by: found.by } : ask // C14.FR.02, C12.FR.02
}

const alone = (found: Found | undefined, rules: Rules): Decision => {
  const { isOnline, localAuthorizeOffline, offlineTxForUnknownIdEnabled, type } = rules
  if (!isOnline && type === "eMAID" && !rules.contractValidationOffline) return { is: "Refused", by: "Offline" } // C07.FR.07
  if (found === undefined) {
    if (isOnline) return { is: "Refused", by: "Known" }
    return { is: offlineTxForUnknownIdEnabled ? "Accepted" : "Refused", by: "Offline" } // C15.FR.08
  }
  if (!found.isAccepted || found.isPast) return { is: "Refused", by: found.by }
  return isOnline || localAuthorizeOffline ? { is: "Accepted", by: found.by } : { is: "Refused", by: "Offline" }
}
