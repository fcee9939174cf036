/** Operations of block D, LocalAuthorizationList: versions, full lists, updates, and their repair. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { SendLocalListRequest, StatusInfoType } from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { CheckFailed } from "./CheckFailed.ts"
import {
  brokenBy,
  limitsOf,
  type LocalListEntry,
  type LocalListLimits,
  type LocalListUpdate,
  split
} from "./LocalListParts.ts"

export { changesBetween } from "./LocalListParts.ts"
export type { LocalListEntry, LocalListLimits, LocalListUpdate } from "./LocalListParts.ts"

/** How a list is sent. */
export interface SendListOptions extends CallOptions {
  /** Instead of `LocalAuthListCtrlr.ItemsPerMessage` and `BytesPerMessage`, which before any report count as 1 and no limit. */
  readonly limits?: Partial<LocalListLimits>
  /** Asks the station for its version first, although one is known from before. Default false. */
  readonly askVersion?: boolean
}

/** How updates are sent. */
export interface SendUpdatesOptions<E = never, R = never> extends SendListOptions {
  /** Gives the whole list as it is with these updates, for a station that cannot take them (D-6). */
  readonly fullList?: Effect.Effect<ReadonlyArray<LocalListEntry>, E, R>
}

/** What became of it. */
export type SendListOutcome =
  /** The station has this version now. `repaired`: the whole list had to be sent (D-6). */
  | { readonly _tag: "Accepted"; readonly versionNumber: number; readonly messages: number; readonly repaired: boolean }
  /**
   * The station did not take it. Of the entries, `sent` were taken before, under `versionNumber`; send the whole list when
   * you have it (D01.FR.03).
   */
  | {
      readonly _tag: "Refused"
      readonly status: "Failed" | "VersionMismatch"
      readonly statusInfo?: StatusInfoType
      readonly versionNumber: number
      readonly sent: number
    }
  /** Nothing was sent: the station has no list, so the next one must be the whole, and `fullList` was not given (D-9). */
  | { readonly _tag: "FullListNeeded"; readonly versionNumber: 0 }

/** A list was sent in several messages, and one of them failed: the station has only part of it. Send the whole list again. */
export class LocalListIncomplete extends Data.TaggedError("LocalListIncomplete")<{
  readonly identity: string
  /** What went wrong. */
  readonly reason: CallFailure
  /** Entries that the station took. */
  readonly sent: number
  /** Entries that were to be sent. */
  readonly total: number
  /** The last version that it took. */
  readonly versionNumber: number
}> {
  override get message(): string {
    return `${this.identity} has ${this.sent} of ${this.total} entries of its local list: ${this.reason.message}`
  }
}

/**
 * Asks which version of the list the station has; 0: none, or the list is switched off (D02.FR.01 to D02.FR.03).
 *
 * @example
 * const versionNumber = yield* LocalAuthorizationList.getListVersion(station)
 */
export const getListVersion = (station: Station, options?: CallOptions): Effect.Effect<number, CallFailure> =>
  Effect.map(station.call("GetLocalListVersion", {}, options), ({ versionNumber }) => versionNumber)

/**
 * Replaces the whole list; no entries clear it (D-5). Split as the station can take it: the first message Full, the others
 * Differential with rising versions (D-1, D01.FR.11, D01.FR.15). The version follows the one the station has, which is asked
 * for when it is not known. What is sent to one station goes one after the other.
 *
 * Fails with `CheckFailed`, before anything is sent, when a token is there twice (D01.FR.06), an entry lacks its idTokenInfo,
 * the list is longer than the station can hold (D01.FR.12), or the station reported that it has none; with
 * `LocalListIncomplete` when a message after the first fails.
 *
 * @example
 * const outcome = yield* LocalAuthorizationList.sendFullList(station, [
 *   { idToken: { idToken: "0F7D3B2A", type: "ISO14443" }, idTokenInfo: { status: "Accepted" } }
 * ])
 */
export const sendFullList = (
  station: Station,
  entries: ReadonlyArray<LocalListEntry>,
  options: SendListOptions = {}
): Effect.Effect<SendListOutcome, CallFailure | CheckFailed | LocalListIncomplete> =>
  inTurn(
    station,
    Effect.flatMap(knownVersion(station, options), (version) => send(station, "Full", entries, version, options))
  )

/**
 * Changes entries of the list: with idTokenInfo they are put in or replaced, without it taken out (D-4). Versions rise, and
 * what does not fit into one message is split (D01.FR.11). When the station answers Failed or VersionMismatch, or has
 * no list, `fullList` is asked and sent, once (D-6, D-9); without it the outcome says so. Without updates the version moves all
 * the same (D-10). Fails as `sendFullList` does, and as `fullList` does.
 *
 * @example
 * const outcome = yield* LocalAuthorizationList.sendUpdates(
 *   station,
 *   [{ idToken: { idToken: "0F7D3B2A", type: "ISO14443" } }], // taken out
 *   { fullList: tokens.all }
 * )
 */
export const sendUpdates = <E = never, R = never>(
  station: Station,
  updates: ReadonlyArray<LocalListUpdate>,
  { fullList, ...options }: SendUpdatesOptions<E, R> = {}
): Effect.Effect<SendListOutcome, CallFailure | CheckFailed | LocalListIncomplete | E, R> =>
  inTurn(
    station,
    Effect.gen(function* () {
      const version = yield* knownVersion(station, options)
      const repair = (from: number) =>
        Effect.flatMap(fullList ?? Effect.succeed([]), (entries) => send(station, "Full", entries, from, options, true))
      if (version === 0 && fullList !== undefined) return yield* repair(0)
      if (version === 0) return { _tag: "FullListNeeded", versionNumber: 0 } as const
      const outcome = yield* send(station, "Differential", updates, version, options)
      if (outcome._tag !== "Refused" || fullList === undefined) return outcome
      return yield* repair(Math.max(outcome.versionNumber, yield* getListVersion(station, options)))
    })
  )

/** The version the station has: as known, else as it says. */
const knownVersion = (
  station: Station,
  { askVersion = false, ...options }: SendListOptions
): Effect.Effect<number, CallFailure> =>
  Effect.flatMap(station.snapshot, ({ mirror }) => {
    const { uncertain, versionNumber } = mirror.localAuthorizationList
    return askVersion || versionNumber === undefined || versionNumber === 0 || uncertain === true
      ? getListVersion(station, options)
      : Effect.succeed(versionNumber)
  })

const send = Effect.fnUntraced(function* (
  station: Station,
  updateType: "Full" | "Differential",
  entries: ReadonlyArray<LocalListUpdate>,
  from: number,
  { limits: own, ...options }: SendListOptions,
  repaired = false
): Effect.fn.Return<SendListOutcome, CallFailure | CheckFailed | LocalListIncomplete> {
  const { identity } = station
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  const limits = limitsOf(deviceModel, own)
  const broken = brokenBy(entries, updateType === "Full", deviceModel, limits)
  if (broken.length > 0) return yield* new CheckFailed({ identity, action: "SendLocalList", broken })
  const parts = split(entries, limits)
  let sent = 0
  let version = from
  for (const part of parts) {
    const request: SendLocalListRequest = {
      versionNumber: version + 1,
      updateType: version === from ? updateType : "Differential",
      ...(part.length > 0 && { localAuthorizationList: [...part] })
    }
    const { status, statusInfo } = yield* Effect.mapError(sendPart(station, request, options), (reason) =>
      version === from
        ? reason
        : new LocalListIncomplete({ identity, reason, sent, total: entries.length, versionNumber: version })
    )
    if (status !== "Accepted")
      return { _tag: "Refused", status, ...(statusInfo && { statusInfo }), versionNumber: version, sent }
    version++
    sent += part.length
  }
  return { _tag: "Accepted", versionNumber: version, messages: parts.length, repaired }
})

/** One message. When its outcome is unknown, the version the station has tells whether it took it (D-7). */
const sendPart = (
  station: Station,
  request: SendLocalListRequest,
  options: CallOptions
): Effect.Effect<{ readonly status: SendStatus; readonly statusInfo?: StatusInfoType }, CallFailure> =>
  Effect.catchTag(station.call("SendLocalList", request, options), "OutcomeUnknown", (unknown) =>
    Effect.matchEffect(getListVersion(station, options), {
      onFailure: () => Effect.fail(unknown),
      onSuccess: (version) =>
        version === request.versionNumber ? Effect.succeed({ status: "Accepted" as const }) : Effect.fail(unknown)
    })
  )

type SendStatus = "Accepted" | "Failed" | "VersionMismatch"

/** Two updates at the same time would take the same version. */
const turns = new WeakMap<Station, Semaphore.Semaphore>()

const inTurn = <A, E, R>(station: Station, sending: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    let turn = turns.get(station)
    if (turn === undefined) turns.set(station, (turn = Semaphore.makeUnsafe(1)))
    return turn.withPermits(1)(sending)
  })
