/**
 * What a token that is presented does: starts, stops, makes a cable loose, or nothing (C01, C09, C16, E02, E03, E07). Without an
 * EVSE the station picks the one that fits.
 */
import type { IdTokenType } from "@wattline/ocpp-v201"
import type { Started, Verdict } from "../parts.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { type Cause, causes } from "./Causes.ts"
import { type Holder, isAllowed, obstacleTo, type Session } from "./Session.ts"

/** What presenting a token needs of the Transactions part. */
export interface Sessions {
  readonly all: () => ReadonlyArray<Session>
  /** Whether transactions may begin: the station was accepted, or need not be (TxBeforeAcceptedEnabled). */
  readonly mayBegin: () => boolean
  readonly authorize: (session: Session, holder: Holder, cause: Cause) => void
  readonly stop: (session: Session, cause: Cause, idToken: IdTokenType) => void
}

/** A token at the reader: `at` is the EVSE of the reader, when there is one; `picked` is where it may begin. */
interface Presented {
  readonly idToken: IdTokenType
  readonly at: Session | undefined
  readonly picked: Session | undefined
  readonly reservationId: number | undefined
}

/** What comes of a token that was judged. */
type Outcome =
  | { readonly _tag: "Begins"; readonly session: Session; readonly holder: Holder }
  | { readonly _tag: "Settles"; readonly session: Session }
  | { readonly _tag: "StopsAll" }
  | { readonly _tag: "Refused"; readonly by: string }

/** See the head of the file. */
export class Presenting {
  readonly #station: VirtualStation
  readonly #sessions: Sessions

  constructor(station: VirtualStation, sessions: Sessions) {
    this.#station = station
    this.#sessions = sessions
  }

  /** A driver holds a token to the reader; `at` is where, when that is clear. What comes of it is told as TokenJudged. */
  present(idToken: IdTokenType, at?: Session): void {
    const { authorization, availability } = this.#station
    const picked = at ?? this.pick(idToken)
    // The token that started is not asked for again, nor one whose group is known (E07.FR.01, C01.FR.03).
    if (picked !== undefined && this.#settles(picked, idToken)) return this.#settle(picked, idToken, "Known")
    if (picked?.isAsking === true) return this.#tell(idToken, false, "Occupied")
    if (picked !== undefined) picked.isAsking = true
    const reservationId = this.#claimed(picked, idToken)
    authorization.authorize(idToken, (verdict) => {
      if (picked !== undefined) picked.isAsking = false
      const presented: Presented = { idToken, at, picked, reservationId }
      const isCurrent = picked === undefined || this.#isCurrent(picked)
      const outcome = isCurrent ? this.#outcomeOf(presented, verdict) : undefined
      if (outcome !== undefined) this.#carryOut(outcome, presented, verdict)
      if (outcome?._tag !== "Begins" && reservationId !== undefined) availability.reservationLost(reservationId)
    })
  }

  /** A cable was put in at a station that asks for no token (C02). */
  presentNothing(session: Session): void {
    const idToken: IdTokenType = { idToken: "", type: "NoAuthorization" }
    this.#station.authorization.authorize(idToken, ({ accepted }) => {
      const isWaiting = this.#isCurrent(session) && session.connected && session.holder === undefined
      if (accepted && isWaiting && this.#admits(session, { idToken }))
        this.#sessions.authorize(session, { idToken }, causes.Authorized)
    })
  }

  /**
   * The EVSE for a token that was presented to the station, or came without one from the CSMS: where a cable waits for its
   * driver; else where the token has started; else where a cable was used before; else one where the next cable may come, first
   * of all one that is reserved for the token. `evseIds` are those that the token is good for; absent: all.
   */
  pick(idToken: IdTokenType, groupIdToken?: IdTokenType, evseIds?: ReadonlyArray<number>): Session | undefined {
    const sessions = this.#sessions.all()
    const isFree = (session: Session): boolean =>
      session.holder === undefined &&
      !session.isAsking &&
      isAllowed(session, evseIds) &&
      this.#admits(session, { idToken, groupIdToken })
    const isEmpty = (session: Session): boolean => session.transaction === undefined && isFree(session)
    return (
      sessions.find((session) => session.connected && !session.isUsed && isFree(session)) ??
      sessions.find((session) => this.#settles(session, idToken)) ??
      sessions.find((session) => session.connected && isFree(session)) ??
      sessions.find((session) => isEmpty(session) && !this.#admits(session)) ??
      sessions.find(isEmpty)
    )
  }

  /** H03.FR.09: a token that is presented uses its reservation up, whatever is decided on it then; that of its group later. */
  #claimed(session: Session | undefined, idToken: IdTokenType): number | undefined {
    if (session === undefined || this.#refusal(session, { idToken }) !== undefined) return undefined
    return this.#station.availability.useReservation(session.evse.id, idToken)
  }

  #outcomeOf({ at, idToken, picked, reservationId }: Presented, verdict: Verdict): Outcome {
    const { accepted, by, info } = verdict
    if (info?.status === "Accepted" && this.#station.authorization.isMasterPass(info)) return { _tag: "StopsAll" }
    if (!accepted) return { _tag: "Refused", by }
    const settles = (session: Session): boolean => this.#settles(session, idToken, verdict)
    // Only now it is known that the token is of the group of somebody who charges here (C09.FR.03).
    const waits = at ?? (picked?.connected === true ? picked : undefined)
    const own = waits ?? this.#sessions.all().find(settles)
    if (own !== undefined && settles(own)) return { _tag: "Settles", session: own }
    const holder: Holder = { idToken, groupIdToken: info?.groupIdToken, reservationId }
    const first = this.#beginning(picked, holder, info?.evseId)
    if (at !== undefined || first._tag === "Begins") return first
    // The group, and where the token is good, is known only now: there may be a better place (C01.FR.21, H03.FR.04).
    const better = this.pick(idToken, info?.groupIdToken, info?.evseId)
    return better === undefined ? first : this.#beginning(better, holder, info?.evseId)
  }

  #carryOut(outcome: Outcome, { at, idToken }: Presented, { by }: Verdict): void {
    switch (outcome._tag) {
      case "StopsAll":
        return this.#stopAll(idToken, at)
      case "Settles":
        return this.#settle(outcome.session, idToken, by)
      case "Refused":
        return this.#tell(idToken, false, outcome.by)
      case "Begins":
        if (at === undefined) outcome.session.leaveOpen()
        this.#tell(idToken, true, by)
        this.#sessions.authorize(outcome.session, outcome.holder, causes.Authorized)
    }
  }

  #beginning(session: Session | undefined, holder: Holder, evseIds: ReadonlyArray<number> | undefined): Outcome {
    if (session === undefined) return { _tag: "Refused", by: "NoEVSE" }
    const by = this.#refusal(session, holder, evseIds)
    return by === undefined ? { _tag: "Begins", session, holder } : { _tag: "Refused", by }
  }

  /** Why an accepted token does nothing here. */
  #refusal(session: Session, holder: Holder, evseIds?: ReadonlyArray<number>): string | undefined {
    if (!this.#sessions.mayBegin()) return "NotAccepted"
    if (session.holder !== undefined) return "Occupied"
    if (!isAllowed(session, evseIds)) return "NotAllowedHere"
    // Who takes over an authorization that has ended pays for what was used before.
    const started = session.transaction?.started
    if (started !== undefined && !this.#isSame(started, holder)) return "Occupied"
    return obstacleTo(holder, session, this.#station.availability)
  }

  #isSame(started: Started, { groupIdToken, idToken }: Holder): boolean {
    const info = groupIdToken === undefined ? undefined : ({ status: "Accepted", groupIdToken } as const)
    return this.#station.authorization.maySettle(started, idToken, info)
  }

  /** Whether the station has not restarted since. */
  #isCurrent(session: Session): boolean {
    return this.#sessions.all().includes(session)
  }

  /** Whether this token may begin there; without one, whether any may. */
  #admits({ evse }: Session, started?: Started): boolean {
    return this.#station.availability.admits(evse.id, started?.idToken, started?.groupIdToken) === "Yes"
  }

  /** Whether the token ends what goes on there: the one that started it, or a valid one of the same group (E07.FR.01). */
  #settles({ heldFor, holder }: Session, idToken: IdTokenType, verdict?: Verdict): boolean {
    const { authorization } = this.#station
    const started = holder ?? heldFor
    if (started === undefined) return false
    const known = verdict === undefined ? authorization.known(idToken) : verdict.info
    return authorization.maySettle(started, idToken, known?.status === "Accepted" ? known : undefined)
  }

  #settle(session: Session, idToken: IdTokenType, by: string): void {
    this.#tell(idToken, true, by)
    if (session.holder !== undefined) this.#sessions.stop(session, causes.Stopped, idToken)
    else {
      session.heldFor = undefined // E05.FR.11: the owner takes the cable
      this.#station.availability.refresh()
    }
  }

  /** C16.FR.01, C16.FR.02: where it is presented, or everywhere. */
  #stopAll(idToken: IdTokenType, at: Session | undefined): void {
    const sessions = at === undefined ? this.#sessions.all() : [at]
    const running = sessions.filter(({ holder, transaction }) => transaction !== undefined || holder !== undefined)
    this.#tell(idToken, running.length > 0, "MasterPass")
    for (const session of running) this.#sessions.stop(session, causes.StoppedByMasterPass, idToken)
  }

  #tell({ idToken }: IdTokenType, accepted: boolean, by: string): void {
    this.#station.tell({ _tag: "TokenJudged", idToken, accepted, by })
  }
}
