/** What the CSMS does to transactions from afar: start, stop, ask, tell the cost (F01 to F03, E14, I02). */
import * as Effect from "effect/Effect"
import { andThen } from "@wattline/ocpp-core"
import type {
  IdTokenType,
  RequestStartTransactionRequest,
  RequestStartTransactionResponse,
  RequestStopTransactionResponse
} from "@wattline/ocpp-v201"
import type { StationHandlers } from "../../client/Client.ts"
import type { EVSE } from "../EVSE.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { type Holder, isAllowed, obstacleTo, type Session } from "./Session.ts"

/** What the handlers need of the Transactions part. */
export interface RemoteSessions {
  readonly sessionOf: (evse: EVSE) => Session
  /** The session whose transaction that is. */
  readonly find: (transactionId: string) => Session | undefined
  /** The EVSE for a token that comes without one. */
  readonly pick: (idToken: IdTokenType, groupIdToken: IdTokenType | undefined) => Session | undefined
  readonly mayBegin: () => boolean
  readonly authorize: (session: Session, holder: Holder) => void
  readonly stop: (session: Session) => void
}

/** The handlers of `Transactions`. */
export const remoteControl = (station: VirtualStation, sessions: RemoteSessions): StationHandlers => ({
  RequestStartTransaction: (request) =>
    Effect.sync(() => {
      const { evseId, groupIdToken, idToken } = request
      const evse = evseId === undefined ? undefined : station.evse(evseId)
      const session = evseId === undefined ? sessions.pick(idToken, groupIdToken) : evse && sessions.sessionOf(evse)
      if (session === undefined) return refused(evseId === undefined ? "NotFound" : "UnknownEvse")
      const reasonCode = refusalOf(station, sessions, session, request)
      if (reasonCode !== undefined) return refused(reasonCode)
      session.isAsking = true
      const transactionId = session.transaction?.transactionId // F01.FR.13
      const accepted: RequestStartTransactionResponse = { status: "Accepted", ...(transactionId && { transactionId }) }
      return andThen(
        accepted,
        Effect.sync(() => start(station, sessions, session, request))
      )
    }),
  RequestStopTransaction: ({ transactionId }) =>
    Effect.sync(() => {
      const session = sessions.find(transactionId)
      if (session === undefined) return unknownTransaction
      const { transaction } = session
      return andThen(
        stopping,
        Effect.sync(() => {
          if (session.transaction === transaction) sessions.stop(session)
        })
      )
    }),
  GetTransactionStatus: ({ transactionId }) =>
    Effect.sync(() => {
      if (transactionId === undefined) return { messagesInQueue: station.client.undelivered() > 0 } // E14.FR.06
      const session = sessions.find(transactionId)
      const id = session?.transaction?.transactionId ?? transactionId
      return { ongoingIndicator: session !== undefined, messagesInQueue: station.client.undelivered(id) > 0 }
    }),
  CostUpdated: ({ totalCost, transactionId }) =>
    Effect.sync(() => {
      station.tell({ _tag: "CostUpdated", transactionId, totalCost }) // I02.FR.03
      return {}
    })
})

const stopping: RequestStopTransactionResponse = { status: "Accepted" }
const unknownTransaction: RequestStopTransactionResponse = {
  status: "Rejected",
  statusInfo: { reasonCode: "UnknownTxId" }
}

const refused = (reasonCode: string): RequestStartTransactionResponse => ({
  status: "Rejected",
  statusInfo: { reasonCode }
})

/** Why nothing can be started there, as a reasonCode. */
const refusalOf = (
  { authorization, availability, smartCharging }: VirtualStation,
  { mayBegin }: RemoteSessions,
  session: Session,
  { chargingProfile, evseId, groupIdToken, idToken }: RequestStartTransactionRequest
): string | undefined => {
  if (!mayBegin()) return "CSNotAccepted"
  // F01.FR.24, F02.FR.26: where nobody has been authorized.
  if (session.holder !== undefined || session.isAsking) return "TxInProgress"
  if (session.transaction?.started !== undefined) return "TxInProgress"
  // C16.FR.03
  const group = groupIdToken ?? authorization.known(idToken)?.groupIdToken
  if (group !== undefined && authorization.isMasterPass({ status: "Accepted", groupIdToken: group }))
    return "InvalidIdToken"
  // F01.FR.21 to F01.FR.23, F02.FR.23 to F02.FR.25
  if (obstacleTo({ idToken, groupIdToken }, session, availability) !== undefined) return unspecified
  return chargingProfile === undefined ? undefined : smartCharging.refusalOfStart(chargingProfile, evseId)
}

/** The standard has no code for an EVSE that is reserved, inoperative or faulted. */
const unspecified = "Unspecified"

/** F01.FR.01, F01.FR.02, F02.FR.09, F02.FR.10; nobody is asked about a token that the CSMS has made (C05.FR.01). */
const start = (
  station: VirtualStation,
  sessions: RemoteSessions,
  session: Session,
  { chargingProfile, evseId, groupIdToken, idToken, remoteStartId }: RequestStartTransactionRequest
): void => {
  const { authorization, availability, model } = station
  // H03.FR.09: used up by the request, whatever is decided on the token.
  const reservationId = availability.useReservation(session.evse.id, idToken, groupIdToken)
  const decided = (isGood: boolean, group: IdTokenType | undefined): void => {
    session.isAsking = false
    const holder: Holder = { idToken, groupIdToken: group, remoteStartId, reservationId, profile: chargingProfile }
    // The station may have restarted since.
    const isFree = sessions.sessionOf(session.evse) === session && session.holder === undefined
    if (isGood && isFree && obstacleTo(holder, session, availability) === undefined) {
      if (evseId === undefined) session.leaveOpen()
      sessions.authorize(session, holder)
    } else if (reservationId !== undefined) availability.reservationLost(reservationId)
  }
  if (idToken.type === "Central" || !model.flag("AuthCtrlr", "AuthorizeRemoteStart")) return decided(true, groupIdToken)
  authorization.authorize(idToken, ({ accepted, info }) =>
    decided(
      accepted && !authorization.isMasterPass(info) && isAllowed(session, info?.evseId), // C16.FR.03, C01.FR.21
      groupIdToken ?? info?.groupIdToken
    )
  )
}
