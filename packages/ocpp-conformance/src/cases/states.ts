/**
 * The reusable states: parts of a case that others run first. "Needs" means: runs that state unless the EVSE is in it
 * already. Each is what the station says and what the CSMS must answer.
 */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { findTransaction, type Messages } from "@wattline/ocpp-core"
import { authorizes, boot, isVerdict, reports, reportsAll, type Told, transactionEvent } from "./messages.ts"
import { type IdToken, tokens } from "./ReferenceCsms.ts"
import type { Evse, World } from "./World.ts"

/** Booted: BootNotification is accepted, then every connector is reported Available. */
export const booted = Effect.fnUntraced(function* (
  world: World,
  reason: Messages["BootNotification"]["request"]["reason"] = "PowerUp"
) {
  const { interval, status } = yield* boot(world, reason)
  assert.strictEqual(status, "Accepted")
  assert.isAbove(interval, 0)
  yield* reportsAll(world, "Available")
  assert.strictEqual((yield* world.view).state, "Accepted")
})

/** The station is connected and accepted: where most cases begin. */
export const accepted = (world: World) => Effect.andThen(world.cs.connect, booted(world))

/** EVConnectedPreSession: the cable is plugged in. */
export const evConnectedPreSession = Effect.fnUntraced(function* (
  world: World,
  evse: Evse = world.evses[0],
  told: Told = {}
) {
  yield* reports(world, "Occupied", evse)
  yield* transactionEvent(world, evse, "CablePluggedIn", { state: "EVConnected", named: true, ...told })
  evse.evConnected = true
  yield* isRunning(world, evse)
})

/** Authorized, locally: the token is accepted twice, in Authorize and in the TransactionEvent. */
export const authorized = Effect.fnUntraced(function* (
  world: World,
  evse: Evse = world.evses[0],
  idToken: IdToken = tokens.a
) {
  isVerdict(yield* authorizes(world, idToken), "Accepted")
  isVerdict(yield* transactionEvent(world, evse, "Authorized", { idToken }), "Accepted")
  evse.authorized = true
  yield* isRunning(world, evse)
})

/** EnergyTransferStarted; needs Authorized, and plugs the cable in where it is not. */
export const energyTransferStarted = Effect.fnUntraced(function* (
  world: World,
  evse: Evse = world.evses[0],
  idToken: IdToken = tokens.a
) {
  if (!evse.authorized) yield* authorized(world, evse, idToken)
  if (!evse.evConnected) {
    yield* reports(world, "Occupied", evse)
    yield* transactionEvent(world, evse, "CablePluggedIn", { state: "EVConnected", named: true })
    evse.evConnected = true
  }
  yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "Charging" })
  evse.charging = true
  const transaction = yield* isRunning(world, evse)
  assert.strictEqual(transaction.chargingState, "Charging")
  assert.deepInclude(transaction.evse, { id: evse.id })
})

/** EnergyTransferSuspended, by the EV; needs EnergyTransferStarted. */
export const energyTransferSuspended = Effect.fnUntraced(function* (world: World, evse: Evse = world.evses[0]) {
  if (!evse.charging) yield* energyTransferStarted(world, evse)
  yield* world.passes("1 minute")
  yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "SuspendedEV" })
  evse.suspended = true
})

/** StopAuthorized; needs EnergyTransferStarted. The station sends the token, as it should (ADR 7). */
export const stopAuthorized = Effect.fnUntraced(function* (
  world: World,
  evse: Evse = world.evses[0],
  idToken: IdToken = tokens.a
) {
  if (!evse.charging) yield* energyTransferStarted(world, evse)
  yield* world.passes("1 minute")
  isVerdict(yield* transactionEvent(world, evse, "StopAuthorized", { idToken }), "Accepted")
  evse.stopAuthorized = true
})

/** EVConnectedPostSession; needs StopAuthorized. */
export const evConnectedPostSession = Effect.fnUntraced(function* (world: World, evse: Evse = world.evses[0]) {
  if (!evse.stopAuthorized) yield* stopAuthorized(world, evse)
  yield* transactionEvent(world, evse, "ChargingStateChanged", { state: "EVConnected" })
  evse.postSession = true
})

/** EVDisconnected; needs EVConnectedPostSession. The transaction is over. */
export const evDisconnected = Effect.fnUntraced(function* (world: World, evse: Evse = world.evses[0]) {
  if (!evse.postSession) yield* evConnectedPostSession(world, evse)
  yield* reports(world, "Available", evse)
  yield* ends(world, evse, "EVCommunicationLost", { state: "Idle", stop: "EVDisconnected" })
})

/** `TE(Ended, …)`; the CSMS knows that the transaction is over, and lacks nothing of it. Gives the verdict on a token. */
export const ends = Effect.fnUntraced(function* (
  world: World,
  evse: Evse,
  ...[trigger, told]: readonly [Parameters<typeof transactionEvent>[2], Parameters<typeof transactionEvent>[3]]
) {
  const verdict = yield* transactionEvent(world, evse, trigger, { ...told, type: "Ended" })
  yield* isEnded(world, evse)
  return verdict
})

/** The CSMS has the transaction of the EVSE among those that run; gives it. */
export const isRunning = Effect.fnUntraced(function* (world: World, { transactionId }: Evse) {
  const { running } = (yield* world.view).mirror.transactions
  const transaction = running.find((known) => known.transactionId === transactionId)
  return transaction ?? assert.fail(`transaction ${transactionId} does not run`)
})

/** The CSMS has the transaction of the EVSE among those that have ended; gives it. */
export const isEnded = Effect.fnUntraced(function* (world: World, { transactionId }: Evse) {
  const { transactions } = (yield* world.view).mirror
  assert.notInclude(
    transactions.running.map((known) => known.transactionId),
    transactionId
  )
  const transaction = findTransaction(transactions, transactionId)
  assert.isString(transaction?.endedAt)
  return transaction ?? assert.fail()
})
