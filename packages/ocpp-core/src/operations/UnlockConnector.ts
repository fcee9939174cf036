/** Unlocking a connector (F05). */
import * as Effect from "effect/Effect"
import type { UnlockConnectorResponse } from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { CheckFailed } from "./CheckFailed.ts"

/**
 * What the station says: `Unlocked`, `UnlockFailed`, `OngoingAuthorizedTransaction` (stop that transaction first) or
 * `UnknownConnector` (F05.FR.02 to F05.FR.06).
 */
export type UnlockResult = UnlockConnectorResponse

/**
 * Unlocks one connector (F-8, F05.FR.01). Every status is a value. Fails with `CheckFailed` when an id is not greater than 0:
 * 0 would be the station as a whole, which has no connector.
 *
 * @example
 * const { status } = yield* RemoteControl.unlockConnector(station, 1, 1)
 */
export const unlockConnector = (
  station: Station,
  evseId: number,
  connectorId: number,
  options?: CallOptions
): Effect.Effect<UnlockResult, CallFailure | CheckFailed> =>
  evseId > 0 && connectorId > 0
    ? station.call("UnlockConnector", { evseId, connectorId }, options)
    : Effect.fail(
        new CheckFailed({
          identity: station.identity,
          action: "UnlockConnector",
          broken: [{ rule: "F-8", detail: "evseId and connectorId are greater than 0" }]
        })
      )
