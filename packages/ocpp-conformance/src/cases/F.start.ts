/** Block F, remote start and unlock: TC_F_01 to 04, 06. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { RemoteControl } from "@wattline/ocpp-core"
import { authorizes, isVerdict, type Told, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted, energyTransferStarted, evConnectedPreSession, isRunning } from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const remoteStarts: ReadonlyArray<OcaCase> = [
  {
    id: "TC_F_01_CSMS",
    title: "remote start, cable first",
    certification: "M",
    requirements: ["F01.FR.04", "F01.FR.13", "F01.FR.19", "F01.FR.25"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      const start = yield* startsRemotely(world, evse.transactionId)
      yield* isStarted(world, start)
      yield* energyTransferStarted(world)
    })
  },
  {
    id: "TC_F_02_CSMS",
    title: "remote start first, the station authorizes",
    certification: "M",
    requirements: ["F02.FR.01", "F01.FR.01", "F02.FR.09", "F02.FR.11", "F02.FR.21"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const start = yield* startsRemotely(world)
      isVerdict(yield* authorizes(world, tokens.a), "Accepted")
      yield* isStarted(world, start)
      yield* energyTransferStarted(world)
    })
  },
  {
    id: "TC_F_03_CSMS",
    title: "remote start first, no Authorize",
    certification: "M",
    requirements: ["F02.FR.01", "F01.FR.02", "F02.FR.10", "F02.FR.11"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const start = yield* startsRemotely(world)
      yield* isStarted(world, start, { idToken: tokens.a })
      yield* energyTransferStarted(world)
    })
  },
  {
    id: "TC_F_04_CSMS",
    title: "remote start first, the cable comes too late",
    certification: "M",
    requirements: ["E03.FR.05", "F02.FR.07", "F02.FR.08"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const start = yield* startsRemotely(world)
      yield* isStarted(world, start)
      yield* world.passes("1 minute")
      yield* transactionEvent(world, evse, "EVConnectTimeout")
      yield* isRunning(world, evse)
    })
  },
  {
    id: "TC_F_06_CSMS",
    title: "unlock a connector",
    certification: "C(C-11)",
    requirements: ["F05.FR.01", "F05.FR.04"],
    run: Effect.fnUntraced(function* (world) {
      const [{ connectorId, id }] = world.evses
      yield* accepted(world)
      const unlocking = RemoteControl.unlockConnector(world.station, id, connectorId)
      const answer = { status: "Unlocked" } as const
      const result = yield* world.operated(unlocking, "UnlockConnector", { evseId: id, connectorId }, answer)
      assert.deepStrictEqual(result, answer)
    })
  }
]

/** CSMS → CS RequestStartTransaction for token A; accepted, with the transaction that is open already if there is one. */
const startsRemotely = Effect.fnUntraced(function* (world: World, transactionId?: string) {
  const [evse] = world.evses
  const start = RemoteControl.requestStartTransaction(world.station, { idToken: tokens.a, evseId: evse.id })
  const operation = yield* world.starts(start)
  const { answer, request } = yield* world.cs.asked("RequestStartTransaction")
  const { remoteStartId } = request
  assert.deepStrictEqual(request, { idToken: tokens.a, evseId: evse.id, remoteStartId })
  yield* answer({ status: "Accepted", ...(transactionId !== undefined && { transactionId }) })
  return { operation, remoteStartId }
})

/** The station tells that the remote start is the reason; the operator gets the transaction. */
const isStarted = Effect.fnUntraced(function* (
  world: World,
  { operation, remoteStartId }: Effect.Success<ReturnType<typeof startsRemotely>>,
  told: Told = {}
) {
  const [evse] = world.evses
  const verdict = yield* transactionEvent(world, evse, "RemoteStart", { ...told, remoteStartId })
  if (told.idToken !== undefined) isVerdict(verdict, "Accepted")
  evse.authorized = true
  assert.strictEqual((yield* isRunning(world, evse)).remoteStartId, remoteStartId)
  const outcome = yield* Fiber.join(operation)
  assert.strictEqual(outcome._tag, "Started")
  assert.strictEqual("transaction" in outcome && outcome.transaction.transactionId, evse.transactionId)
})
