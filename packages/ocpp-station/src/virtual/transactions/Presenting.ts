/**
 * What a token that is presented does: starts, stops, makes a cable loose, or nothing (C01, C09, C16, E02, E03, E07). Without an
 * EVSE the station picks the one that fits.
 */
import type { IdTokenType } from "@wattline/ocpp-v201"
import type { Started, Verdict } from "../parts.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { type Cause, causes } from "./Causes.ts"
import type { Holder, Session } from "./Session.ts"

/** What presenting a token needs of the Transactions part. */
export interface Sessions {
  readonly all: () => ReadonlyArray<Session>
  /** Whether transactions may begin: the station was accepted, or need not be (TxBeforeAcceptedEnabled). */
  readonly mayBegin: () => boolean
  readonly authorize: (session: Session, holder: Holder, cause: Cause) => void
  readonly stop: (session: Session, cause: Cause, idToken: IdTokenType) => void
}

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
    const session = at ?? this.pick(idToken)
    // The token that started is not asked for again, nor one whose group is known (E07.FR.01, C01.FR.03).
    if (session !== undefined && this.#settles(session, idToken)) return this.#settle(session, idToken, "Known")
    if (session?.isAsking === true) return this.#tell(idToken, false, "Occupied")
    if (session !== undefined) session.isAsking = true
    this.#station.authorization.authorize(idToken, (verdict) => {
      if (session !== undefined) session.isAsking = false
      if (session === undefined || this.#isCurrent(session)) this.#judged(idToken, verdict, at, session)
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
   * driver; else where the token has started; else where a cable was used before; else one where the next cable may come.
   */
  pick(idToken: IdTokenType, groupIdToken?: IdTokenType): Session | undefined {
    const sessions = this.#sessions.all()
    const isFree = (session: Session): boolean =>
      session.holder === undefined && !session.isAsking && this.#admits(session, { idToken, groupIdToken })
    return (
      sessions.find((session) => session.connected && !session.isUsed && isFree(session)) ??
      sessions.find((session) => this.#settles(session, idToken)) ??
      sessions.find((session) => session.connected && isFree(session)) ??
      sessions.find((session) => session.transaction === undefined && isFree(session))
    )
  }

  #judged(idToken: IdTokenType, verdict: Verdict, at: Session | undefined, picked: Session | undefined): void {
    const { by, info } = verdict
    if (this.#station.authorization.isMasterPass(info)) return this.#stopAll(idToken, at)
    if (!verdict.accepted) return this.#tell(idToken, false, by)
    const settles = (session: Session): boolean => this.#settles(session, idToken, verdict)
    // Only now it is known that the token is of the group of somebody who charges here (C09.FR.03).
    const waits = at ?? (picked?.connected === true ? picked : undefined)
    const own = waits ?? this.#sessions.all().find(settles)
    if (own !== undefined && settles(own)) return this.#settle(own, idToken, by)
    const holder: Holder = { idToken, groupIdToken: info?.groupIdToken }
    const refused = picked === undefined ? "NoEVSE" : this.#refusal(picked, holder, info?.evseId)
    if (picked === undefined || refused !== undefined) return this.#tell(idToken, false, refused ?? "NoEVSE")
    if (at === undefined) picked.leaveOpen()
    this.#tell(idToken, true, by)
    this.#sessions.authorize(picked, holder, causes.Authorized)
  }

  /** Why an accepted token does nothing here. */
  #refusal(session: Session, holder: Holder, evseIds: ReadonlyArray<number> | undefined): string | undefined {
    if (!this.#sessions.mayBegin()) return "NotAccepted"
    if (session.holder !== undefined) return "Occupied"
    // C01.FR.22: the token is good for some EVSEs only.
    if (evseIds !== undefined && !evseIds.includes(session.evse.id)) return "NotAllowedHere"
    // Who takes over an authorization that has ended pays for what was used before.
    const started = session.transaction?.started
    if (started !== undefined && !this.#isSame(started, holder)) return "Occupied"
    const admitted = this.#station.availability.admits(session.evse.id, holder.idToken, holder.groupIdToken)
    return admitted === "Yes" ? undefined : admitted
  }

  #isSame(started: Started, { groupIdToken, idToken }: Holder): boolean {
    const info = groupIdToken === undefined ? undefined : ({ status: "Accepted", groupIdToken } as const)
    return this.#station.authorization.maySettle(started, idToken, info)
  }

  /** Whether the station has not restarted since. */
  #isCurrent(session: Session): boolean {
    return this.#sessions.all().includes(session)
  }

  #admits({ evse }: Session, { groupIdToken, idToken }: Started): boolean {
    return this.#station.availability.admits(evse.id, idToken, groupIdToken) === "Yes"
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
    if (session.holder !== undefined) return this.#sessions.stop(session, causes.Stopped, idToken)
    session.heldFor = undefined // E05.FR.11: the owner takes the cable
    this.#station.availability.refresh()
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
