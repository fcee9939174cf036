/** Block E, the status of a transaction: TC_E_29 to 34. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { isTransactionComplete, type Messages, missingEvents, RemoteControl } from "@wattline/ocpp-core"
import { reading, reports, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted, energyTransferStarted, isEnded, isRunning } from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const transactionStatus: ReadonlyArray<OcaCase> = [
  {
    id: "TC_E_29_CSMS",
    title: "transaction status by id, ongoing, queue not empty",
    certification: "C(C-16)",
    requirements: ["E14.FR.02", "E14.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* chargesAndDropsOut(world)
      const transactionId = yield* runningId(world)
      yield* asksStatus(world, transactionId, { ongoingIndicator: true, messagesInQueue: true })
      yield* replays(world)
    })
  },
  {
    id: "TC_E_30_CSMS",
    title: "transaction status by id, ongoing, queue empty",
    certification: "C(C-16)",
    requirements: ["E14.FR.02", "E14.FR.05"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* energyTransferStarted(world)
      const transactionId = yield* runningId(world)
      yield* asksStatus(world, transactionId, { ongoingIndicator: true, messagesInQueue: false })
    })
  },
  {
    id: "TC_E_31_CSMS",
    title: "transaction status by id, ended, queue not empty",
    certification: "C(C-16)",
    requirements: ["E14.FR.03", "E14.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* chargesAndDropsOut(world)
      const transactionId = yield* runningId(world)
      yield* reports(world, "Available", evse)
      const skipped = evse.seqNo
      const told = { state: "Idle", offline: true, seqNo: skipped + 2 } as const
      yield* transactionEvent(world, evse, "EVCommunicationLost", { type: "Ended", ...told })
      assert.deepStrictEqual(missingEvents(yield* isEnded(world, evse)), [[skipped, skipped + 1]])
      yield* asksStatus(world, transactionId, { ongoingIndicator: false, messagesInQueue: true })
      const late = { type: "Updated", offline: true } as const
      yield* transactionEvent(world, evse, "StopAuthorized", { ...late, seqNo: skipped })
      assert.isFalse(isTransactionComplete(yield* isEnded(world, evse)))
      const last = { ...late, state: "EVConnected", seqNo: skipped + 1 } as const
      yield* transactionEvent(world, evse, "ChargingStateChanged", last)
      const whole = yield* isEnded(world, evse)
      assert.isTrue(isTransactionComplete(whole))
      assert.strictEqual(whole.chargingState, "Idle")
    })
  },
  {
    id: "TC_E_33_CSMS",
    title: "transaction status without id, queue not empty",
    certification: "C(C-16)",
    requirements: ["E14.FR.06", "E14.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* chargesAndDropsOut(world)
      yield* asksStatus(world, undefined, { messagesInQueue: true })
      yield* replays(world)
    })
  },
  {
    id: "TC_E_34_CSMS",
    title: "transaction status without id, queue empty",
    certification: "C(C-16)",
    requirements: ["E14.FR.06", "E14.FR.08"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* asksStatus(world, undefined, { messagesInQueue: false })
    })
  }
]

const chargesAndDropsOut = Effect.fnUntraced(function* (world: World) {
  yield* accepted(world)
  yield* energyTransferStarted(world)
  yield* world.dropsOut
})

/** CSMS → CS GetTransactionStatus; the operator gets what the station says, and nothing it does not say. */
const asksStatus = Effect.fnUntraced(function* (
  world: World,
  transactionId: string | undefined,
  answer: Messages["GetTransactionStatus"]["response"]
) {
  const operation = RemoteControl.getTransactionStatus(world.station, transactionId)
  const request = transactionId === undefined ? {} : { transactionId }
  const status = yield* world.operated(operation, "GetTransactionStatus", request, answer)
  const { messagesInQueue, ongoingIndicator: ongoing } = answer
  assert.deepStrictEqual(status, { messagesInQueue, ...(ongoing !== undefined && { ongoing }) })
})

/** The operator picks the one transaction that runs at the station. */
const runningId = Effect.fnUntraced(function* (world: World) {
  const { running } = (yield* world.view).mirror.transactions
  assert.strictEqual(running.length, 1)
  return running[0]?.transactionId ?? assert.fail()
})

/** What the station could not send while it was offline. */
const replays = Effect.fnUntraced(function* (world: World) {
  const [evse] = world.evses
  const meterValue = yield* reading(world, "Sample.Periodic", 1200)
  yield* transactionEvent(world, evse, "MeterValuePeriodic", { meterValue, offline: true })
  assert.isTrue((yield* isRunning(world, evse)).offline)
})
