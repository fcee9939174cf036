/** What a TransactionEvent says of the hardware, once and when it changes: EVSE, connector, cable, phases. */
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import type { Reading } from "../parts.ts"
import type { Session, Transaction } from "./Session.ts"

/** A message under construction. */
export type Draft<A> = { -readonly [K in keyof A]: A[K] }

/** E01.FR.16: the EVSE once it is sure, and the connector as soon as a cable is in. */
export const addPlace = (request: Draft<TransactionEventRequest>, session: Session, transaction: Transaction): void => {
  const { evse, isChosen } = session
  const connectorId = session.connected ? evse.plugged?.connectorId : undefined
  if (connectorId !== undefined && connectorId !== transaction.toldConnector) {
    request.evse = { id: evse.id, connectorId }
    request.cableMaxCurrent = Math.floor(evse.supply.maxCurrent)
    transaction.toldConnector = connectorId
  } else if (isChosen && !transaction.toldEvse) request.evse = { id: evse.id }
  if (request.evse !== undefined) transaction.toldEvse = true
}

/** E02.FR.18, E02.FR.19: with the first energy, and when it changes. DC has none. */
export const addPhases = (
  request: Draft<TransactionEventRequest>,
  transaction: Transaction,
  { phases }: Reading
): void => {
  if (phases === 0 || phases === transaction.toldPhases) return
  transaction.toldPhases = phases
  request.numberOfPhasesUsed = phases
}
