/** What must hold of entries of a local list, and how they are split into messages. Pure. */
import type { AuthorizationData, IdTokenInfoType } from "@wattline/ocpp-v201"
import { idTokenInfoProblem, tokenKey } from "../blocks/Authorization.ts"
import { capacity, type DeviceModel, limit, typedValue } from "../blocks/DeviceModel.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** A token with what to say of it. */
export interface LocalListEntry extends AuthorizationData {
  readonly idTokenInfo: IdTokenInfoType
}

/** An entry that is put in or replaced; without `idTokenInfo` the token is taken out (D01.FR.16, D01.FR.17). */
export type LocalListUpdate = AuthorizationData

/** What one message can hold. */
export interface LocalListLimits {
  /** Entries per message. */
  readonly items: number
  /** Bytes of the JSON text of one message, UTF-8. */
  readonly bytes: number
}

const component = "LocalAuthListCtrlr"

/** What the station has reported; one entry per message before it has reported anything (DM-16). */
export const limitsOf = (model: DeviceModel, own: Partial<LocalListLimits> = {}): LocalListLimits => ({
  items: own.items ?? limit(model, { component, variable: "ItemsPerMessage" }, 1) ?? Infinity,
  bytes: own.bytes ?? limit(model, { component, variable: "BytesPerMessage" }, Infinity) ?? Infinity
})

/** What stands around the entries in a message: the frame with an id of 36 characters, the version, the update type. */
const envelope =
  '[2,"123e4567-e89b-42d3-a456-426614174000","SendLocalList",{"versionNumber":2147483647,"updateType":"Differential","localAuthorizationList":[]}]'

/** The bytes of a message with this one entry. */
const bytesOf = (entry: AuthorizationData): number => new TextEncoder().encode(JSON.stringify(entry)).length + 1

/** The entries in as few messages as the limits allow, in order; one empty message when there are none (D01.FR.11). */
export const split = <E extends AuthorizationData>(
  entries: ReadonlyArray<E>,
  { bytes, items }: LocalListLimits
): ReadonlyArray<ReadonlyArray<E>> => {
  const parts: Array<Array<E>> = [[]]
  let size = envelope.length
  for (const entry of entries) {
    const more = bytesOf(entry)
    const part = parts[parts.length - 1] ?? []
    if (part.length > 0 && (part.length >= items || size + more > bytes)) {
      parts.push([entry])
      size = envelope.length + more
    } else {
      part.push(entry)
      size += more
    }
  }
  return parts
}

/** Every rule that the entries break at this station. `isFull`: they are the whole list. No token is named in it. */
export const brokenBy = (
  entries: ReadonlyArray<AuthorizationData>,
  isFull: boolean,
  model: DeviceModel,
  { bytes }: LocalListLimits
): ReadonlyArray<BrokenRule> => {
  const broken: Array<BrokenRule> = []
  const seen = new Set<string>()
  entries.forEach((entry, at) => {
    const { idToken, idTokenInfo } = entry
    const key = tokenKey(idToken)
    if (seen.has(key)) broken.push({ rule: "D01.FR.06", detail: `entry ${at} has a token that was there before` })
    seen.add(key)
    if (isFull && idTokenInfo === undefined)
      broken.push({ rule: "D01.FR.16", detail: `entry ${at} of a full list has no idTokenInfo` })
    const problem = idTokenInfo === undefined ? undefined : idTokenInfoProblem(idTokenInfo)
    if (problem !== undefined) broken.push({ rule: "D-4", detail: `entry ${at}: ${problem}` })
    if (envelope.length + bytesOf(entry) > bytes)
      broken.push({ rule: "D01.FR.11", detail: `entry ${at} alone is more than ${bytes} bytes` })
  })
  const most = isFull ? capacity(model, { component, variable: "Entries" }, Infinity) : undefined
  if (most !== undefined && entries.length > most)
    broken.push({ rule: "D01.FR.12", detail: `${entries.length} entries do not fit into a list of ${most}` })
  if (typedValue(model, { component, variable: "Available" })?.raw.toLowerCase() === "false")
    broken.push({ rule: "DM-17", detail: "the station reported that it has no local list" })
  return broken
}

/**
 * The updates that make one list out of another: what is new or different, and without idTokenInfo what is gone (D01.FR.16,
 * D01.FR.17). Tokens compare as C-3 says.
 */
export const changesBetween = (
  before: ReadonlyArray<LocalListEntry>,
  after: ReadonlyArray<LocalListEntry>
): ReadonlyArray<LocalListUpdate> => {
  const old = new Map(before.map((entry) => [tokenKey(entry.idToken), JSON.stringify(entry)]))
  const wanted = new Set(after.map(({ idToken }) => tokenKey(idToken)))
  return [
    ...before.filter(({ idToken }) => !wanted.has(tokenKey(idToken))).map(({ idToken }) => ({ idToken })),
    ...after.filter((entry) => old.get(tokenKey(entry.idToken)) !== JSON.stringify(entry))
  ]
}
