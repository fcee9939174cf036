/** Block D: which version of our local authorization list a station has. What is in it stays with the application. */
import type { Block, Exchange } from "./Block.ts"
import { doubted, type Uncertain } from "./Uncertain.ts"

/**
 * State of block D for one station. Plain data; a list survives a restart of the station (D01.FR.10). Uncertain: an update was
 * refused (D01.FR.03), or its outcome is not known (ST-3); the station may have another version, and a read is due.
 */
export interface LocalAuthorizationListState extends Uncertain {
  /** The version the station has; 0: no list, or it is switched off (D02.FR.02, D02.FR.03). Absent: never heard. */
  readonly versionNumber?: number
  /**
   * Tokens in the list at most, as far as we have sent it: those of the last Full and those that came since. Absent when the
   * list was not, or not as a whole, sent by us.
   */
  readonly entriesAtMost?: number
  /** CSMS clock in milliseconds since 1970: when this was last learned. */
  readonly at?: number
}

/** What block D says happened. */
export type LocalAuthorizationListEvent = LocalListChanged | LocalListRefused

/** The station has another version of its list: it took an update, or told so (D-7). */
export interface LocalListChanged {
  readonly _tag: "LocalListChanged"
  /** Absent when none was known. */
  readonly from?: number
  readonly to: number
}

/** The station did not take an update (D01.FR.03). */
export interface LocalListRefused {
  readonly _tag: "LocalListRefused"
  readonly status: "Failed" | "VersionMismatch"
  /** The version it would have had. */
  readonly versionNumber: number
}

type Emit = (event: LocalAuthorizationListEvent) => void
type State = LocalAuthorizationListState

const told = (state: State, { at, response }: Exchange<"GetLocalListVersion">, emit: Emit): State => {
  const { versionNumber } = response
  const { uncertain: _, ...known } = state
  if (versionNumber === state.versionNumber) return { ...known, at }
  emit(changed(state, versionNumber))
  return { versionNumber, ...(versionNumber === 0 && { entriesAtMost: 0 }), at }
}

const sent = (state: State, { at, request, response }: Exchange<"SendLocalList">, emit: Emit): State => {
  const { localAuthorizationList = [], updateType, versionNumber } = request
  if (response.status !== "Accepted") {
    emit({ _tag: "LocalListRefused", status: response.status, versionNumber })
    return doubted(state)
  }
  if (versionNumber !== state.versionNumber) emit(changed(state, versionNumber))
  const before = updateType === "Full" ? 0 : state.entriesAtMost
  const more = localAuthorizationList.reduce((sum, { idTokenInfo }) => sum + Number(idTokenInfo !== undefined), 0)
  return { versionNumber, ...(before !== undefined && { entriesAtMost: before + more }), at }
}

const changed = ({ versionNumber }: State, to: number): LocalListChanged => ({
  _tag: "LocalListChanged",
  ...(versionNumber !== undefined && { from: versionNumber }),
  to
})

/** Block D, LocalAuthorizationList. */
export const localAuthorizationList: Block<LocalAuthorizationListState, LocalAuthorizationListEvent> = {
  initial: Object.freeze({}),
  reduce: { GetLocalListVersion: told, SendLocalList: sent },
  unanswered: { SendLocalList: doubted },
  replaced: (state) => (state.versionNumber === undefined ? state : doubted(state))
}
