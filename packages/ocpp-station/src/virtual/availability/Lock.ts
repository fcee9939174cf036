/** What holds a plug in its connector. */
import type { ChargingStateEnumType } from "@wattline/ocpp-v201"
import type { EVSE } from "../EVSE.ts"

const energyPermitted: ReadonlySet<ChargingStateEnumType> = new Set(["Charging", "SuspendedEV", "SuspendedEVSE"])

/** Whether an authorized transaction uses the connector (F05.FR.02); before a cable is in, it may use any. */
export const isInUse = ({ plugged, transaction }: EVSE, connectorId: number): boolean =>
  transaction?.started !== undefined &&
  (plugged === undefined || (plugged.connectorId === connectorId && energyPermitted.has(transaction.chargingState)))

/** What the lock of an EVSE depends on besides the EVSE. */
export interface LockFacts {
  /** The transaction, or the debt of a driver, holds the cable (`TransactionsPart.holdsCable`). */
  readonly holds: boolean
  /** OCPPCommCtrlr.UnlockOnEVSideDisconnect: who pulls the plug out of the EV gets the other end too. */
  readonly unlockOnEVSideDisconnect: boolean
  /** It was unlocked since the cable came (F05). */
  readonly loosened: boolean
}

/** Whether the cable cannot be taken out. While energy may flow it comes out by the EV's side, or not at all. */
export const isLocked = (evse: EVSE, { holds, loosened, unlockOnEVSideDisconnect }: LockFacts): boolean =>
  evse.plugged !== undefined &&
  holds &&
  (isInUse(evse, evse.plugged.connectorId) ? !unlockOnEVSideDisconnect : !loosened)
