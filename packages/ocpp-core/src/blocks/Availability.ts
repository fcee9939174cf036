/**
 * Block G: the status of every connector, EVSE and of the station itself, from StatusNotification and from NotifyEvent
 * alike, and connector locks that fail. What ChangeAvailability asked for is in RequestedAvailability.
 */
import type { ConnectorStatusEnumType, EventDataType } from "@wattline/ocpp-v201"
import type { Block, Exchange } from "./Block.ts"
import {
  availabilityChanged,
  availabilityDoubted,
  type AvailabilityPlace,
  type AvailabilityRequested,
  reached,
  type RequestedAvailability,
  type ScheduledAvailabilityReached
} from "./RequestedAvailability.ts"
import { isBefore } from "./Timestamp.ts"
import { doubtedIn } from "./Uncertain.ts"

/** `Unknown`: not reported since the last reboot (ST-4), or since the station was offline for long (LC-13). */
export type ConnectorStatus = ConnectorStatusEnumType | "Unknown"

/** A status and where it comes from. */
export interface Status {
  readonly status: ConnectorStatus
  /** Station clock, ISO 8601; absent while Unknown (ST-5). */
  readonly timestamp?: string
  /** CSMS clock in milliseconds since 1970: when this was learned (ST-5). */
  readonly receivedAt: number
  /** Absent while Unknown. */
  readonly source?: "StatusNotification" | "NotifyEvent"
}

/** The status of an EVSE as the station states it; never inferred from its connectors (G-3). */
export interface EvseState extends Status {
  readonly evseId: number
}

/** The status of one connector. */
export interface ConnectorState extends EvseState {
  readonly connectorId: number
}

/** State of block G for one station, in the order things were first reported. Plain data. */
export interface AvailabilityState {
  readonly connectors: ReadonlyArray<ConnectorState>
  readonly evses: ReadonlyArray<EvseState>
  /** The station as a whole, if it reports that (G-2). */
  readonly station?: Status
  /** What was asked for with ChangeAvailability, at most once per place (G-6); absent while nothing was. */
  readonly requested?: ReadonlyArray<RequestedAvailability>
}

/** Connectors, and EVSEs, that are held per station; reports of more are answered and change nothing here. */
export const maxPlaces = 512

/** What block G says happened. A status that is reported again unchanged is no event. */
export type AvailabilityEvent =
  | ConnectorStatusChanged
  | EvseStatusChanged
  | StationStatusChanged
  | AvailabilityRequested
  | ScheduledAvailabilityReached
  | ConnectorLockFailed

interface StatusChange {
  readonly from: ConnectorStatus
  readonly to: ConnectorStatus
  /** Station clock, ISO 8601; absent when the status became Unknown. */
  readonly timestamp?: string
}

/** A connector has another status (G-1, G-2). `from` is Unknown for a connector never heard of before (ST-6). */
export interface ConnectorStatusChanged extends StatusChange {
  readonly _tag: "ConnectorStatusChanged"
  readonly evseId: number
  readonly connectorId: number
}

/** An EVSE states another status of its own (G-2). */
export interface EvseStatusChanged extends StatusChange {
  readonly _tag: "EvseStatusChanged"
  readonly evseId: number
}

/** The station states another status of its own (G-2). */
export interface StationStatusChanged extends StatusChange {
  readonly _tag: "StationStatusChanged"
}

/** The lock of a connector did not hold: charging cannot begin there (G-9, G05.FR.02, TC_G_20). */
export interface ConnectorLockFailed extends AvailabilityPlace {
  readonly _tag: "ConnectorLockFailed"
  /** Station clock, ISO 8601. */
  readonly timestamp: string
}

type Emit = (event: AvailabilityEvent) => void

/** The state of a connector, or `undefined` when it was never reported. */
export const connector = (state: AvailabilityState, evseId: number, connectorId: number): ConnectorState | undefined =>
  state.connectors.find((known) => known.connectorId === connectorId && known.evseId === evseId)

/** A reported status that is not older than what is known (ST-5). After Unknown anything is news. */
const isNews = (known: Status | undefined, timestamp: string): boolean =>
  known?.timestamp === undefined || !isBefore(timestamp, known.timestamp)

const setConnector = (state: AvailabilityState, next: ConnectorState, emit: Emit): AvailabilityState => {
  const { evseId, connectorId, status, timestamp } = next
  const at = state.connectors.findIndex((known) => known.connectorId === connectorId && known.evseId === evseId)
  const known = state.connectors[at]
  if (timestamp !== undefined && !isNews(known, timestamp)) return state
  if (known === undefined && state.connectors.length >= maxPlaces) return state
  const from = known?.status ?? "Unknown"
  if (from !== status) emit({ _tag: "ConnectorStatusChanged", evseId, connectorId, ...change(from, next) })
  return reached({ ...state, connectors: withAt(state.connectors, at, next) }, emit)
}

const setEvse = (state: AvailabilityState, next: EvseState, emit: Emit): AvailabilityState => {
  const { evseId, status, timestamp } = next
  const at = state.evses.findIndex((known) => known.evseId === evseId)
  const known = state.evses[at]
  if (timestamp !== undefined && !isNews(known, timestamp)) return state
  if (known === undefined && state.evses.length >= maxPlaces) return state
  const from = known?.status ?? "Unknown"
  if (from !== status) emit({ _tag: "EvseStatusChanged", evseId, ...change(from, next) })
  return reached({ ...state, evses: withAt(state.evses, at, next) }, emit)
}

const setStation = (state: AvailabilityState, next: Status, emit: Emit): AvailabilityState => {
  const { status, timestamp } = next
  if (timestamp !== undefined && !isNews(state.station, timestamp)) return state
  const from = state.station?.status ?? "Unknown"
  if (from !== status) emit({ _tag: "StationStatusChanged", ...change(from, next) })
  return reached({ ...state, station: next }, emit)
}

const change = (from: ConnectorStatus, { status: to, timestamp }: Status): StatusChange =>
  timestamp === undefined ? { from, to } : { from, to, timestamp }

/** Replaces the item at `index`, or appends it for −1. */
const withAt = <A>(items: ReadonlyArray<A>, index: number, item: A): ReadonlyArray<A> => {
  const next = items.slice()
  if (index < 0) next.push(item)
  else next[index] = item
  return next
}

const statusNotification = (
  state: AvailabilityState,
  { request, at }: Exchange<"StatusNotification">,
  emit: Emit
): AvailabilityState => {
  const { evseId, connectorId, connectorStatus, timestamp } = request
  return setConnector(
    state,
    { evseId, connectorId, status: connectorStatus, timestamp, receivedAt: at, source: "StatusNotification" },
    emit
  )
}

/** One event that may be about availability. */
const availabilityEvent = (
  state: AvailabilityState,
  event: EventDataType,
  at: number,
  emit: Emit
): AvailabilityState => {
  switch (event.variable.name.toLowerCase()) {
    case "availabilitystate":
      return statusEvent(state, event, at, emit)
    case "problem":
      if (isLockFailure(event)) emit(lockFailed(event))
      return state
    default:
      return state
  }
}

// A periodic event says again what another one has said, and one that is cleared says that it is over.
const isLockFailure = ({ actualValue, cleared, component, trigger }: EventDataType): boolean =>
  component.name.toLowerCase() === "connectorplugretentionlock" &&
  actualValue.toLowerCase() === "true" &&
  trigger !== "Periodic" &&
  cleared !== true

const lockFailed = ({ component: { evse }, timestamp }: EventDataType): ConnectorLockFailed => ({
  _tag: "ConnectorLockFailed",
  ...(evse !== undefined && { evseId: evse.id }),
  ...(evse?.connectorId !== undefined && { connectorId: evse.connectorId }),
  timestamp
})

/** A status by NotifyEvent. Its trigger does not matter: actualValue is the status by any of them. */
const statusEvent = (state: AvailabilityState, event: EventDataType, at: number, emit: Emit): AvailabilityState => {
  const status = statuses.get(event.actualValue)
  if (status === undefined) return state
  const { evse, name } = event.component
  const next = { status, timestamp: event.timestamp, receivedAt: at, source: "NotifyEvent" } as const
  switch (name.toLowerCase()) {
    case "connector":
      return evse?.connectorId === undefined
        ? state
        : setConnector(state, { evseId: evse.id, connectorId: evse.connectorId, ...next }, emit)
    case "evse":
      return evse === undefined ? state : setEvse(state, { evseId: evse.id, ...next }, emit)
    case "chargingstation":
      return setStation(state, next, emit)
    default:
      return state
  }
}

const statuses: ReadonlyMap<string, ConnectorStatusEnumType> = new Map(
  (["Available", "Occupied", "Reserved", "Unavailable", "Faulted"] as const).map((status) => [status, status])
)

/**
 * Makes every status Unknown: after a reboot (ST-4), or when the station was offline longer than its OfflineThreshold
 * (LC-13). What is known to exist stays. `at` is CSMS time in milliseconds since 1970.
 */
export const forgetStatuses = (state: AvailabilityState, at: number, emit: Emit): AvailabilityState => {
  const unknown = { status: "Unknown", receivedAt: at } as const
  let next = state
  for (const { evseId, connectorId, status } of state.connectors)
    if (status !== "Unknown") next = setConnector(next, { evseId, connectorId, ...unknown }, emit)
  for (const { evseId, status } of state.evses)
    if (status !== "Unknown") next = setEvse(next, { evseId, ...unknown }, emit)
  const isKnown = state.station !== undefined && state.station.status !== "Unknown"
  return isKnown ? setStation(next, unknown, emit) : next
}

const boot = (
  state: AvailabilityState,
  { at, rebooted }: Exchange<"BootNotification">,
  emit: Emit
): AvailabilityState => (rebooted === true ? forgetStatuses(state, at, emit) : state)

const allDoubted = (state: AvailabilityState): AvailabilityState => {
  const requested = state.requested && doubtedIn(state.requested)
  return requested === undefined || requested === state.requested ? state : { ...state, requested }
}

/** Block G, Availability. */
export const availability: Block<AvailabilityState, AvailabilityEvent> = {
  initial: Object.freeze({ connectors: Object.freeze([]), evses: Object.freeze([]) }),
  reduce: {
    BootNotification: boot,
    ChangeAvailability: availabilityChanged,
    StatusNotification: statusNotification,
    NotifyEvent: (state, { request, at }, emit) =>
      request.eventData.reduce((next, event) => availabilityEvent(next, event, at, emit), state)
  },
  unanswered: { ChangeAvailability: availabilityDoubted },
  replaced: allDoubted
}
