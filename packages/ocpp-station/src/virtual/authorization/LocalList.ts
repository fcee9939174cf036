/** The local authorization list of a station (block D) as plain data, and what SendLocalList makes of it. */
import type {
  IdTokenInfoType,
  IdTokenType,
  SendLocalListRequest,
  SendLocalListStatusEnumType
} from "@wattline/ocpp-v201"
import { tokenKey } from "@wattline/ocpp-core"

/** Version 0: there is no list (D02.FR.02). */
export interface LocalList {
  readonly versionNumber: number
  /** By `tokenKey`: no token is there twice (D01.FR.06). */
  readonly entries: ReadonlyMap<string, IdTokenInfoType>
}

/** What a station takes; variables of LocalAuthListCtrlr. */
export interface LocalListLimits {
  readonly itemsPerMessage: number
  readonly bytesPerMessage: number
  /** Tokens in the list at most [Entries, maxLimit] (D01.FR.12). */
  readonly entries: number
  /** Bytes of the list at most [Storage, maxLimit]. */
  readonly bytes: number
}

/** No list; shared by all stations that have none. */
export const noList: LocalList = { versionNumber: 0, entries: new Map() }

/** What the list says of a token. */
export const listed = ({ entries }: LocalList, idToken: IdTokenType): IdTokenInfoType | undefined =>
  entries.size === 0 ? undefined : entries.get(tokenKey(idToken))

/** Bytes the entries take, about. */
export const bytesOf = ({ entries }: LocalList): number => {
  let bytes = 0
  for (const [key, info] of entries) bytes += key.length + JSON.stringify(info).length
  return bytes
}

/** The answer to an update and the list after it; unchanged unless Accepted (D01.FR.02, D01.FR.04, D01.FR.05, D01.FR.15 to 17). */
export const updated = (
  list: LocalList,
  request: SendLocalListRequest,
  limits: LocalListLimits
): { readonly status: SendLocalListStatusEnumType; readonly list: LocalList } => {
  const { localAuthorizationList: items = [], updateType, versionNumber } = request
  const isFull = updateType === "Full"
  if (versionNumber <= 0) return { status: "Failed", list } // D01.FR.18
  if (!isFull && versionNumber <= list.versionNumber) return { status: "VersionMismatch", list } // D01.FR.19
  const isTooMuch = items.length > limits.itemsPerMessage || lengthOf(request) > limits.bytesPerMessage // D01.FR.11
  const isTwice = new Set(items.map(({ idToken }) => tokenKey(idToken))).size < items.length // D01.FR.06
  const isIncomplete = isFull && items.some(({ idTokenInfo }) => idTokenInfo === undefined)
  if (isTooMuch || isTwice || isIncomplete) return { status: "Failed", list }
  const entries = new Map(isFull ? [] : list.entries)
  for (const { idToken, idTokenInfo } of items)
    if (idTokenInfo === undefined) entries.delete(tokenKey(idToken))
    else entries.set(tokenKey(idToken), idTokenInfo)
  const next: LocalList = { versionNumber, entries }
  const fits = entries.size <= limits.entries && (limits.bytes === Infinity || bytesOf(next) <= limits.bytes)
  return fits ? { status: "Accepted", list: next } : { status: "Failed", list }
}

const lengthOf = (request: SendLocalListRequest): number => new TextEncoder().encode(JSON.stringify(request)).length
