/**
 * When a transaction starts and when it stops, by TxCtrlr.TxStartPoint and TxStopPoint (E01, E06). Tables and pure functions;
 * `Transactions` applies them.
 */
import { txPointsProblems } from "@wattline/ocpp-core/engine"
import type { SetVariableStatusEnumType } from "@wattline/ocpp-v201"

/** What is the case at one EVSE. */
export interface Facts {
  /** A vehicle stands in the parking bay. */
  readonly bay: boolean
  /** The cable is plugged in. */
  readonly connected: boolean
  /** Somebody may charge. */
  readonly authorized: boolean
  /** Energy flows. */
  readonly transferring: boolean
  /** The meter has signed a value for this charging. */
  readonly signed: boolean
}

/** Whether each point is reached. */
const holds = {
  ParkingBayOccupancy: ({ bay }) => bay,
  EVConnected: ({ connected }) => connected,
  Authorized: ({ authorized }) => authorized,
  PowerPathClosed: ({ authorized, connected }) => authorized && connected,
  EnergyTransfer: ({ transferring }) => transferring,
  DataSigned: ({ signed }) => signed
} as const satisfies Record<string, (facts: Facts) => boolean>

/** A value of TxStartPoint or TxStopPoint. */
export type TxPoint = keyof typeof holds

const isPoint = (name: string): name is TxPoint => Object.hasOwn(holds, name)

/** The points in a list value; a name that the standard does not have counts for nothing. */
export const txPoints = (names: ReadonlyArray<string>): ReadonlyArray<TxPoint> => names.filter(isPoint)

/**
 * Whether a transaction starts with this change (E01.FR.01 to E01.FR.06): a start point is reached, or is one already when the
 * driver is authorized, which after a transaction that ended with the cable still in is the only thing that can begin another.
 */
export const begins = (points: ReadonlyArray<TxPoint>, before: Facts, after: Facts): boolean => {
  const isAuthorization = after.authorized && !before.authorized
  return points.some((point) => holds[point](after) && (isAuthorization || !holds[point](before)))
}

/** Whether nothing but the signed meter value is why a transaction starts (E01.FR.04). */
export const isSignature = (points: ReadonlyArray<TxPoint>, after: Facts): boolean =>
  points.filter((point) => holds[point](after)).join() === "DataSigned"

/** What a stop point is the end of: PowerPathClosed is cable and authorization, each for itself (E06.FR.06); DataSigned nothing. */
const lost = {
  ParkingBayOccupancy: ["ParkingBayOccupancy"],
  EVConnected: ["EVConnected"],
  Authorized: ["Authorized"],
  PowerPathClosed: ["EVConnected", "Authorized"],
  EnergyTransfer: ["EnergyTransfer"],
  DataSigned: []
} as const satisfies { readonly [P in TxPoint]: ReadonlyArray<TxPoint> }

/** Whether the transaction stops with this change (E06.FR.01 to E06.FR.07). */
export const ceases = (points: ReadonlyArray<TxPoint>, before: Facts, after: Facts): boolean =>
  points.some((stop) => lost[stop].some((point) => holds[point](before) && !holds[point](after)))

/** Stop points with which the end of the authorization is the end of the transaction (E05.FR.10, E15.FR.04, F03.FR.03). */
const ofAuthorization: ReadonlySet<TxPoint> = new Set(["Authorized", "PowerPathClosed", "EnergyTransfer"])

/** Whether the end of the authorization ends the transaction. */
export const endsWithAuthorization = (points: ReadonlyArray<TxPoint>): boolean =>
  points.some((point) => ofAuthorization.has(point))

// To end whenever the EV pauses is odd, but a CSMS may want it (E06.FR.07).
const tolerated = "StopAtEnergyTransfer"

/** Why these start and stop points are refused, `undefined` when they are not (E-30); values as in the variables. */
export const txPointsRefusal = (
  start: string | undefined,
  stop: string | undefined,
  canSign: boolean
): { readonly status: SetVariableStatusEnumType; readonly reasonCode: string } | undefined => {
  const starts = names(start)
  const refused =
    starts.length === 0 ||
    names(stop).length === 0 ||
    ![...starts, ...names(stop)].every(isPoint) ||
    (!canSign && starts.every((name) => name === "DataSigned")) ||
    txPointsProblems(start, stop).some((problem) => problem !== tolerated)
  return refused ? { status: "Rejected", reasonCode: "InvalidValue" } : undefined
}

const names = (list = ""): ReadonlyArray<string> =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
