/** Block E, how a transaction starts: TC_E_01 to 04, 09 to 12, 38, 53. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { authorizes, isVerdict, type MeterValue, reports, type Told, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import {
  accepted,
  authorized,
  energyTransferStarted,
  evConnectedPreSession,
  evDisconnected,
  isRunning
} from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const transactionStarts: ReadonlyArray<OcaCase> = [
  {
    id: "TC_E_01_CSMS",
    title: "start at PowerPathClosed",
    certification: "M",
    requirements: ["E01.FR.05", "E01.FR.11", "E01.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* startsBy(world, "ChargingStateChanged", { state: "SuspendedEVSE" })
      yield* charges(world)
    })
  },
  {
    id: "TC_E_02_CSMS",
    title: "start at EnergyTransfer",
    certification: "M",
    requirements: ["E01.FR.06", "E01.FR.11", "E01.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* startsBy(world, "ChargingStateChanged", { state: "Charging" })
    })
  },
  {
    id: "TC_E_03_CSMS",
    title: "local start, cable first",
    certification: "M",
    requirements: ["E02.FR.02", "E02.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      yield* authorized(world)
      yield* energyTransferStarted(world)
    })
  },
  {
    id: "TC_E_04_CSMS",
    title: "local start, token first",
    certification: "M",
    requirements: ["E03.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* authorized(world)
      assert.isUndefined((yield* isRunning(world, evse)).evse)
      yield* energyTransferStarted(world)
    })
  },
  {
    id: "TC_E_09_CSMS",
    title: "start at EVConnected",
    certification: "M",
    requirements: ["E01.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      assert.isUndefined((yield* isRunning(world, evse)).idToken)
    })
  },
  {
    id: "TC_E_10_CSMS",
    title: "start at Authorized, locally",
    certification: "M",
    requirements: ["E01.FR.03", "E01.FR.11", "E01.FR.12"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* authorized(world)
      assert.deepStrictEqual((yield* isRunning(world, evse)).idToken, tokens.a)
    })
  },
  {
    id: "TC_E_11_CSMS",
    title: "start at DataSigned",
    certification: "M",
    requirements: ["E01.FR.04", "E01.FR.11", "E01.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const meterValue: [MeterValue] = [{ timestamp: yield* world.now, sampledValue: [signed] }]
      const passedOn: Array<unknown> = []
      yield* world.handles({
        TransactionEvent: (request) =>
          Effect.sync(() => {
            passedOn.push(request.meterValue)
            return {} // the verdict on the token is given as ever
          })
      })
      yield* startsBy(world, "SignedDataReceived", { meterValue })
      assert.deepStrictEqual(passedOn, [meterValue])
      yield* charges(world)
    })
  },
  {
    id: "TC_E_12_CSMS",
    title: "start at ParkingBayOccupancy",
    certification: "M",
    requirements: ["E01.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* transactionEvent(world, evse, "EVDetected")
      const { chargingState, idToken } = yield* isRunning(world, evse)
      assert.deepStrictEqual([chargingState, idToken], [undefined, undefined])
    })
  },
  {
    id: "TC_E_38_CSMS",
    title: "local start, the EV is not ready",
    certification: "M",
    requirements: ["E01.FR.18", "E01.FR.19"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* authorized(world)
      yield* evConnectedPreSession(world)
      yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "SuspendedEV" })
      assert.strictEqual((yield* isRunning(world, evse)).chargingState, "SuspendedEV")
    })
  },
  {
    id: "TC_E_53_CSMS",
    title: "seqNo restarts at 0 for each transaction",
    certification: "M",
    requirements: ["E01.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (let round = 1; round <= 2; round++) {
        yield* energyTransferStarted(world)
        yield* evDisconnected(world)
        assert.strictEqual((yield* world.view).mirror.transactions.ended.length, round)
      }
    })
  }
]

/** The token is accepted, the cable plugged in, and the transaction starts with the token. */
const startsBy = Effect.fnUntraced(function* (
  world: World,
  trigger: Parameters<typeof transactionEvent>[2],
  told: Told
) {
  const [evse] = world.evses
  yield* accepted(world)
  isVerdict(yield* authorizes(world, tokens.a), "Accepted")
  yield* reports(world, "Occupied", evse)
  const verdict = yield* transactionEvent(world, evse, trigger, { ...told, idToken: tokens.a, named: true })
  isVerdict(verdict, "Accepted")
  const { evse: known, idToken } = yield* isRunning(world, evse)
  assert.deepStrictEqual([known, idToken], [{ id: evse.id, connectorId: evse.connectorId }, tokens.a])
})

/** Energy flows. */
const charges = Effect.fnUntraced(function* (world: World) {
  const [evse] = world.evses
  yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "Charging" })
  assert.strictEqual((yield* isRunning(world, evse)).chargingState, "Charging")
})

const signed: MeterValue["sampledValue"][number] = {
  value: 0,
  context: "Transaction.Begin",
  signedMeterValue: {
    signedMeterData: "T0NNRnxzaWduZWQ=",
    signingMethod: "ECDSA-secp256r1-SHA256",
    encodingMethod: "OCMF",
    publicKey: "a2V5"
  }
}
