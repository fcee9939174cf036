/** Operations of block G, Availability: stations, EVSEs and connectors taken out of use and brought back (G03, G04). */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChangeAvailabilityRequest, OperationalStatusEnumType, StatusInfoType } from "@wattline/ocpp-v201"
import type { AvailabilityState } from "../blocks/Availability.ts"
import { type AvailabilityPlace, type RequestedAvailability, requestedAt } from "../blocks/RequestedAvailability.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { type BrokenRule, CheckFailed } from "./CheckFailed.ts"
import { watch, within } from "./Following.ts"

/** What is asked for. Without `evse` the station as a whole; with `evse.connectorId` one connector. */
export type AvailabilityChange = Pick<ChangeAvailabilityRequest, "operationalStatus" | "evse">

/** How a change is made and followed. */
export interface ChangeAvailabilityOptions extends CallOptions {
  /** `false`: done when the station has answered. Default true. */
  readonly follow?: boolean
  /**
   * How long a change that is Scheduled may take, from the answer: it waits for transactions to end. It starts anew when the
   * station was offline at its end (CE-4). Default 24 hours.
   */
  readonly changeTimeout?: Duration.Input
}

/** How a change that was Scheduled went on. */
export type ScheduledChange =
  /** The station reports that it is in force. */
  | { readonly _tag: "Reached" }
  /** The station took on another change of the same place before that. */
  | { readonly _tag: "Replaced"; readonly by: OperationalStatusEnumType }
  /** Not in time; the station may still do it. Or nothing of the change is known, such as when the station was removed. */
  | { readonly _tag: "Lapsed" }

/** What became of a change (G-6). */
export type ChangeAvailabilityOutcome =
  /** The station said no. */
  | { readonly _tag: "Rejected"; readonly statusInfo?: StatusInfoType }
  /** It is so. No report need follow, for example because it was so before (G-8, G03.FR.03, G04.FR.04). */
  | { readonly _tag: "Accepted" }
  /** It will be so when transactions have ended (G03.FR.05, G04.FR.06); not followed. */
  | { readonly _tag: "Scheduled" }
  | ScheduledChange

/**
 * Takes the station, an EVSE or a connector out of use, or brings it back (G-6). Done at once when the station accepts; a change
 * that is Scheduled is followed until connectors, or the EVSE or station itself, report it. Stations keep the change over a
 * reboot. After `OutcomeUnknown` simply ask again. Fails with `CheckFailed`, before anything is sent, when an id is not greater
 * than 0: the station as a whole is meant by leaving `evse` out.
 *
 * @example
 * const outcome = yield* Availability.changeAvailability(station, { operationalStatus: "Inoperative", evse: { id: 1 } })
 * if (outcome._tag === "Reached") yield* Effect.log("the last transaction has ended")
 */
export const changeAvailability = Effect.fnUntraced(function* (
  station: Station,
  change: AvailabilityChange,
  options: ChangeAvailabilityOptions = {}
): Effect.fn.Return<ChangeAvailabilityOutcome, CallFailure | CheckFailed> {
  const broken = problemsOf(change)
  if (broken.length > 0)
    return yield* new CheckFailed({ identity: station.identity, action: "ChangeAvailability", broken })
  const { status, statusInfo } = yield* station.call("ChangeAvailability", change, options)
  if (status === "Rejected") return { _tag: "Rejected", ...(statusInfo && { statusInfo }) }
  if (status === "Accepted") return { _tag: "Accepted" }
  return options.follow === false ? { _tag: "Scheduled" } : yield* followAvailability(station, change, options)
})

/**
 * Waits for the end of a change that was Scheduled, also after a restart of the CSMS. At once when it is in force already. Takes
 * what was asked for, or what `mirror.availability.requested` has of it.
 *
 * @example
 * const outcome = yield* Availability.followAvailability(station, { operationalStatus: "Inoperative" })
 * const { requested = [] } = (yield* station.snapshot).mirror.availability
 * for (const change of requested) if (change.scheduled) yield* Availability.followAvailability(station, change)
 */
export const followAvailability = (
  station: Station,
  change: AvailabilityChange | RequestedAvailability,
  { changeTimeout = "24 hours" }: Pick<ChangeAvailabilityOptions, "changeTimeout"> = {}
): Effect.Effect<ScheduledChange> =>
  Effect.map(
    within(
      station,
      changeTimeout,
      watch(station, ({ mirror }) => judge(mirror.availability, change))
    ),
    (end) => end ?? { _tag: "Lapsed" }
  )

const judge = (
  state: AvailabilityState,
  change: AvailabilityChange | RequestedAvailability
): ScheduledChange | undefined => {
  const { operationalStatus } = change
  const known = requestedAt(state, "scheduled" in change ? change : placeOf(change))
  if (known === undefined) return { _tag: "Lapsed" }
  if (known.uncertain === true) return undefined // of a later change, or of this one (ST-3)
  if (known.operationalStatus !== operationalStatus) return { _tag: "Replaced", by: known.operationalStatus }
  return known.scheduled ? undefined : { _tag: "Reached" }
}

const placeOf = ({ evse }: AvailabilityChange): AvailabilityPlace => ({
  ...(evse !== undefined && { evseId: evse.id }),
  ...(evse?.connectorId !== undefined && { connectorId: evse.connectorId })
})

const problemsOf = ({ evse }: AvailabilityChange): ReadonlyArray<BrokenRule> => [
  ...(evse !== undefined && evse.id <= 0
    ? [{ rule: "G04.FR.01", detail: "evse.id is greater than 0; leave evse out to change the station as a whole" }]
    : []),
  ...(evse?.connectorId !== undefined && evse.connectorId <= 0
    ? [{ rule: "G03.FR.01", detail: "evse.connectorId is greater than 0; leave it out to change the EVSE" }]
    : [])
]
