/** The operations of blocks C, D, F, G and H of our own CSMS, tried at a virtual station. */
import { assert, describe, it } from "@effect/vitest"
import {
  Authorization,
  Availability,
  LocalAuthorizationList,
  RemoteControl,
  Reservation,
  reservationStatus,
  type Station
} from "@wattline/ocpp-core"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Effect, Fiber } from "effect"
import { makeSite, pass } from "../site/Site.ts"

const card = (idToken: string) => ({ idToken, type: "ISO14443" }) as const
const ev = () => makeEV("family", { stateOfCharge: 0.2 })
const twoEvses = { evses: [{}, { connectors: ["cCCS2", "cType2"] }] } as const

const statuses = (station: Station) =>
  Effect.map(station.snapshot, ({ mirror }) =>
    mirror.availability.connectors
      .map(({ connectorId, evseId, status }) => `${evseId}.${connectorId} ${status}`)
      .toSorted()
  )

/** Starts an operation and lets it have ten seconds. */
const within = <A, E>(operation: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(operation)
    yield* pass(10)
    return yield* Fiber.join(fiber)
  })

describe("our CSMS and a virtual station", () => {
  it.effect("B01.FR.05, G01.FR.03: every connector is known after the boot, and a cable shows", () =>
    Effect.gen(function* () {
      const { controls, inCsms } = yield* makeSite(twoEvses)
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Available", "2.1 Available", "2.2 Available"])
      controls.plugIn(2, ev(), 2)
      yield* pass(5)
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Available", "2.1 Available", "2.2 Occupied"])
    })
  )

  it.effect("G04.FR.06, TC_G_14: the station goes out of use around a transaction, and is followed to the end", () =>
    Effect.gen(function* () {
      const { controls, inCsms } = yield* makeSite(twoEvses)
      controls.plugIn(1, ev())
      controls.present(card("A"), 1)
      yield* pass(60)
      const change = yield* Effect.forkChild(
        Availability.changeAvailability(inCsms, { operationalStatus: "Inoperative" })
      )
      yield* pass(10)
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Occupied", "2.1 Unavailable", "2.2 Unavailable"])
      controls.present(card("A"), 1)
      yield* pass(5)
      controls.unplug(1)
      yield* pass(10)
      assert.deepStrictEqual(yield* Fiber.join(change), { _tag: "Reached" })
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Unavailable", "2.1 Unavailable", "2.2 Unavailable"])
    })
  )

  it.effect("H01.FR.15, H03.FR.01: a reservation is used by its token and by nobody else", () =>
    Effect.gen(function* () {
      const { controls, inCsms } = yield* makeSite()
      const outcome = yield* within(
        Reservation.reserveNow(inCsms, { evseId: 1, idToken: card("A"), expiryDateTime: "2026-01-05T09:00:00Z", id: 7 })
      )
      assert.strictEqual(outcome._tag, "Accepted")
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Reserved"])
      controls.plugIn(1, ev())
      controls.present(card("B"), 1)
      yield* pass(10)
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Reserved"]) // G03.FR.09
      controls.present(card("A"), 1)
      yield* pass(10)
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Occupied"])
      const { mirror } = yield* inCsms.snapshot
      assert.strictEqual(reservationStatus(mirror.reservations, 7, 0), "Used")
    })
  )

  it.effect("H04.FR.01, H01.FR.16, H02.FR.02: reservations expire, are removed by a fault, and are cancelled", () =>
    Effect.gen(function* () {
      const { controls, inCsms } = yield* makeSite(twoEvses)
      const reserve = (id: number) =>
        within(
          Reservation.reserveNow(inCsms, {
            id,
            evseId: 1,
            idToken: card("A"),
            expiryDateTime: `2026-01-05T08:0${id}:00Z`
          })
        )
      const end = (id: number) =>
        Effect.map(inCsms.snapshot, ({ mirror }) => reservationStatus(mirror.reservations, id, 0))
      assert.strictEqual((yield* reserve(2))._tag, "Accepted")
      yield* pass(120)
      assert.strictEqual(yield* end(2), "Expired")
      assert.strictEqual((yield* reserve(6))._tag, "Accepted")
      controls.availability.setFault(true, 1)
      yield* pass(5)
      assert.strictEqual(yield* end(6), "Removed")
      assert.strictEqual((yield* reserve(7))._tag, "Faulted")
      controls.availability.setFault(false, 1)
      assert.strictEqual((yield* reserve(8))._tag, "Accepted")
      const { status } = yield* within(inCsms.call("CancelReservation", { reservationId: 8 }))
      assert.strictEqual(status, "Accepted")
      assert.deepStrictEqual(yield* statuses(inCsms), ["1.1 Available", "2.1 Available", "2.2 Available"])
    })
  )

  it.effect("D01, C13, C14: a list that was sent lets its tokens in at once; the CSMS has the last word", () =>
    Effect.gen(function* () {
      const { controls, inCsms } = yield* makeSite(
        {},
        { Authorize: () => Effect.succeed({ idTokenInfo: { status: "Unknown" } }) }
      )
      const entries = [{ idToken: card("A"), idTokenInfo: { status: "Accepted" as const } }]
      const full = yield* within(LocalAuthorizationList.sendFullList(inCsms, entries))
      assert.deepStrictEqual(full, { _tag: "Accepted", versionNumber: 1, messages: 1, repaired: false })
      const more = yield* within(LocalAuthorizationList.sendUpdates(inCsms, [{ idToken: card("C") }]))
      assert.strictEqual(more._tag, "Accepted")
      assert.strictEqual(yield* within(LocalAuthorizationList.getListVersion(inCsms)), 2)
      controls.plugIn(1, ev())
      controls.present(card("B"), 1)
      yield* pass(5)
      const holder = () => controls.evses[0]?.transaction?.started?.idToken
      assert.isUndefined(holder())
      controls.present(card("A"), 1)
      assert.deepStrictEqual(holder(), card("A"))
      yield* pass(5)
      assert.isUndefined(holder()) // C-19: its answer to the TransactionEvent says no again
    })
  )

  it.effect("F05, C11: UnlockConnector and ClearCache are answered as things are", () =>
    Effect.gen(function* () {
      const { controls, inCsms } = yield* makeSite()
      const unlock = (connectorId: number) => within(RemoteControl.unlockConnector(inCsms, 1, connectorId))
      assert.strictEqual((yield* unlock(1)).status, "Unlocked")
      assert.strictEqual((yield* unlock(2)).status, "UnknownConnector")
      controls.plugIn(1, ev())
      controls.present(card("A"), 1)
      yield* pass(60)
      assert.strictEqual((yield* unlock(1)).status, "OngoingAuthorizedTransaction")
      assert.isDefined(controls.authorization.known(card("A")))
      assert.strictEqual((yield* within(Authorization.clearCache(inCsms))).status, "Accepted")
      assert.isUndefined(controls.authorization.known(card("A")))
    })
  )
})
