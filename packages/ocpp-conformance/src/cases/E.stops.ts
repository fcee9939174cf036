/** Block E, how a transaction stops, or does not: TC_E_07, 08, 14 to 22, 26, 39. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { isTransactionComplete, RemoteControl } from "@wattline/ocpp-core"
import { isVerdict, reports, type Told, transactionEvent } from "./messages.ts"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import {
  accepted,
  authorized,
  ends,
  energyTransferStarted,
  energyTransferSuspended,
  evDisconnected,
  isEnded,
  isRunning,
  stopAuthorized
} from "./states.ts"
import type { Evse, World } from "./World.ts"

/** A case that is a state and the one event that ends it. */
const endsIn = (
  id: CaseId,
  title: string,
  requirements: ReadonlyArray<string>,
  before: (world: World) => ReturnType<typeof energyTransferStarted>,
  trigger: Parameters<typeof transactionEvent>[2],
  told: Told & { readonly stop: string }
): OcaCase => ({
  id,
  title,
  certification: "M",
  requirements,
  bothForms: true,
  run: Effect.fnUntraced(function* (world) {
    const [evse] = world.evses
    yield* accepted(world)
    yield* before(world)
    yield* ends(world, evse, trigger, told)
    yield* isWhole(world, evse, told.stop)
  })
})

/** The cases, in the order of the standard. */
export const transactionStops: ReadonlyArray<OcaCase> = [
  endsIn(
    "TC_E_07_CSMS",
    "stop at PowerPathClosed, locally",
    ["E06.FR.06"],
    (world) => energyTransferStarted(world),
    "StopAuthorized",
    { stop: "Local" }
  ),
  endsIn(
    "TC_E_08_CSMS",
    "stop at EnergyTransfer after StopAuthorized",
    ["E06.FR.07"],
    (world) => stopAuthorized(world),
    "ChargingStateChanged",
    { state: "EVConnected", stop: "Local" }
  ),
  {
    id: "TC_E_14_CSMS",
    title: "stop, unplugged at the station",
    certification: "M",
    requirements: ["E06.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* evDisconnected(world)
      yield* isWhole(world, evse, "EVDisconnected")
    })
  },
  endsIn(
    "TC_E_15_CSMS",
    "stop, StopAuthorized locally",
    ["E06.FR.03"],
    (world) => energyTransferStarted(world),
    "StopAuthorized",
    { stop: "Local", idToken: tokens.a }
  ),
  {
    id: "TC_E_16_CSMS",
    title: "stop, the token is found invalid in the TransactionEvent",
    certification: "M",
    requirements: ["E06.FR.04", "E01.FR.11", "E01.FR.12", "E05.FR.01", "E05.FR.10"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const verdict = yield* transactionEvent(world, evse, "Authorized", { idToken: tokens.invalid })
      isVerdict(verdict, "Invalid", "Unknown")
      yield* ends(world, evse, "Deauthorized", { stop: "DeAuthorized" })
      yield* isWhole(world, evse, "DeAuthorized")
    })
  },
  endsIn(
    "TC_E_17_CSMS",
    "stop, deauthorized because unplugged at the EV",
    ["E06.FR.04", "E09.FR.01"],
    (world) => energyTransferSuspended(world),
    "EVCommunicationLost",
    { state: "Idle", stop: "EVDisconnected" }
  ),
  {
    id: "TC_E_19_CSMS",
    title: "stop, the EV leaves the parking bay",
    certification: "M",
    requirements: ["E06.FR.01"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* evDisconnected(world)
      yield* ends(world, evse, "EVDeparted", { stop: "Local" }) // for the second time
    })
  },
  {
    id: "TC_E_20_CSMS",
    title: "stop, unplugged at the EV",
    certification: "M",
    requirements: ["E06.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [one, other] = world.evses
      yield* accepted(world)
      yield* energyTransferSuspended(world, one)
      yield* evDisconnected(world, one)
      yield* energyTransferSuspended(world, other) // and with no StopAuthorized in between
      yield* reports(world, "Available", other)
      yield* ends(world, other, "EVCommunicationLost", { state: "Idle", stop: "EVDisconnected" })
      for (const evse of world.evses) yield* isWhole(world, evse, "EVDisconnected")
    })
  },
  {
    id: "TC_E_21_CSMS",
    title: "stop, remotely",
    certification: "M",
    requirements: ["E06.FR.03", "F03.FR.01", "F03.FR.09"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const { transactionId } = yield* isRunning(world, evse)
      const stop = yield* world.starts(RemoteControl.requestStopTransaction(world.station, transactionId))
      yield* world.cs.answers("RequestStopTransaction", { transactionId }, { status: "Accepted" })
      yield* ends(world, evse, "RemoteStop", { stop: "Remote" })
      assert.strictEqual((yield* Fiber.join(stop))._tag, "Ended")
      yield* isWhole(world, evse, "Remote")
    })
  },
  endsIn(
    "TC_E_22_CSMS",
    "stop, the EV suspends the energy transfer",
    ["E06.FR.07"],
    (world) => energyTransferStarted(world),
    "ChargingStateChanged",
    { state: "SuspendedEV", stop: "StoppedByEV" }
  ),
  {
    id: "TC_E_26_CSMS",
    title: "unplugging at the EV suspends, plugging in resumes",
    certification: "M",
    requirements: ["E10.FR.01"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* energyTransferSuspended(world)
      yield* transactionEvent(world, evse, "EVCommunicationLost", { state: "Idle" })
      yield* reports(world, "Available", evse)
      yield* isRunning(world, evse)
      yield* transactionEvent(world, evse, "CablePluggedIn", { state: "EVConnected" })
      yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "Charging" })
      assert.strictEqual((yield* isRunning(world, evse)).chargingState, "Charging")
    })
  },
  {
    id: "TC_E_39_CSMS",
    title: "stop, the cable is not plugged in before the timeout",
    certification: "M",
    requirements: ["E03.FR.05", "E06.FR.04"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* authorized(world)
      yield* world.passes("1 minute")
      yield* ends(world, evse, "EVConnectTimeout", { stop: "Timeout" })
      assert.isUndefined((yield* isWhole(world, evse, "Timeout")).evse)
    })
  }
]

/** The transaction is over for this reason, and no event of it is missing. */
const isWhole = Effect.fnUntraced(function* (world: World, evse: Evse, stoppedReason: string) {
  const transaction = yield* isEnded(world, evse)
  assert.strictEqual(transaction.stoppedReason, stoppedReason)
  assert.isTrue(isTransactionComplete(transaction))
  return transaction
})
