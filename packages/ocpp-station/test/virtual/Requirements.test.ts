/** What the standard asks of a station as a whole, seen from its CSMS, frame by frame. */
import { assert, describe, it } from "@effect/vitest"
import type { IdTokenInfoType, Messages, TransactionEventRequest } from "@wattline/ocpp-v201"
import { Stations } from "@wattline/ocpp-station"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { VirtualProcess } from "../../src/virtual/VirtualProcess.ts"
import type { VirtualStationOptions } from "../../src/virtual/VirtualStationOptions.ts"
import { FakeCsms, pass } from "../client/FakeCsms.ts"

const card = (idToken: string) => ({ idToken, type: "ISO14443" }) as const
const ev = () => makeEV("family", { stateOfCharge: 0.2 })

/** A CSMS that answers everything, a station that it has accepted, and what the station has said. */
const made = Effect.fnUntraced(function* (
  options: Partial<VirtualStationOptions> = {},
  tokens: { readonly [idToken: string]: IdTokenInfoType } = {}
) {
  yield* TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))
  const csms = new FakeCsms()
  const said: Array<string> = []
  const events: Array<TransactionEventRequest> = []
  const infoOf = ({ idToken }: { readonly idToken: string }) => tokens[idToken] ?? { status: "Accepted" }
  const answer = <A>(action: string, of: (request: A) => object, line: (request: A) => string): void => {
    csms.answers.set(action, (request: A) => {
      said.push(line(request))
      return of(request)
    })
  }
  const clock = { currentTime: "2026-01-05T08:00:00Z" }
  answer(
    "BootNotification",
    () => ({ status: "Accepted", ...clock, interval: 86_400 }),
    () => "Boot"
  )
  answer(
    "Heartbeat",
    () => ({ ...clock }),
    () => "Heartbeat"
  )
  answer<{ evseId: number; connectorId: number; connectorStatus: string }>(
    "StatusNotification",
    () => ({}),
    ({ connectorId, connectorStatus, evseId }) => `${evseId}.${connectorId} ${connectorStatus}`
  )
  answer<{ idToken: { idToken: string } }>(
    "Authorize",
    ({ idToken }) => ({ idTokenInfo: infoOf(idToken) }),
    ({ idToken }) => `Authorize ${idToken.idToken}`
  )
  answer<{ reservationId: number; reservationUpdateStatus: string }>(
    "ReservationStatusUpdate",
    () => ({}),
    ({ reservationId, reservationUpdateStatus }) => `reservation ${reservationId} ${reservationUpdateStatus}`
  )
  answer<TransactionEventRequest>(
    "TransactionEvent",
    (request) => {
      events.push(request)
      return request.idToken === undefined ? {} : { idTokenInfo: infoOf(request.idToken) }
    },
    ({ eventType, reservationId, triggerReason }) =>
      [eventType, triggerReason, reservationId].filter((part) => part !== undefined).join(" ")
  )
  answer<{ type: string }>(
    "SecurityEventNotification",
    () => ({}),
    ({ type }) => type
  )
  for (const action of ["NotifyEvent", "MeterValues", "NotifyReport"]) csms.answers.set(action, () => ({}))
  const context = yield* Layer.build(Layer.provide(Stations.layer, csms.layer))
  const station = new VirtualProcess(Context.get(context, Stations).host, {
    identity: "CS-1",
    url: "ws://csms/ocpp",
    ...options
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => station.dispose()))
  station.start()
  yield* pass(5)
  said.length = 0
  const ask = (action: string, request: object): { readonly [field: string]: unknown } =>
    (csms.ask(action, request)?.[2] ?? {}) as never
  return { csms, clock, station, events, ask, said: (): ReadonlyArray<string> => said.splice(0) }
})

const master = { status: "Accepted", groupIdToken: { idToken: "MASTER", type: "Central" } } as const
const values = (more: Readonly<Record<string, string>>) => ({ model: { values: more } })

const reservation = { id: 7, idToken: card("A"), evseId: 1, expiryDateTime: "2026-01-05T09:00:00Z" }
const anywhere = { id: 7, idToken: card("A"), expiryDateTime: "2026-01-05T09:00:00Z" }

describe("a reservation", () => {
  it.effect(
    "H03.FR.09, H03.FR.10: is used up by its token before the CSMS is asked, and named by the transaction",
    () =>
      Effect.gen(function* () {
        const { ask, said, station } = yield* made()
        ask("ReserveNow", reservation)
        said()
        station.present(card("A"), 1)
        yield* pass(5)
        assert.deepStrictEqual(said(), ["1.1 Available", "Authorize A"])
        station.plugIn(1, ev())
        yield* pass(1)
        assert.deepStrictEqual(said().slice(0, 2), ["1.1 Occupied", "Started CablePluggedIn 7"])
      })
  )

  it.effect("H03.FR.09: whose token does not plug in, and that no transaction has named, is told as Removed", () =>
    Effect.gen(function* () {
      const { ask, said, station } = yield* made()
      ask("ReserveNow", reservation)
      station.present(card("A"), 1)
      yield* pass(50)
      said()
      yield* pass(20) // EVConnectionTimeOut
      assert.deepStrictEqual(said(), ["reservation 7 Removed"])
      assert.deepStrictEqual(ask("CancelReservation", { reservationId: 7 }), { status: "Rejected" })
    })
  )

  it.effect("H03.FR.09: is used up by a token that is refused then, at the reader and from afar", () =>
    Effect.gen(function* () {
      const { ask, said, station } = yield* made({}, { A: { status: "Blocked" } })
      ask("ReserveNow", reservation)
      said()
      station.present(card("A"), 1)
      yield* pass(5)
      assert.deepStrictEqual(said(), ["1.1 Available", "Authorize A", "reservation 7 Removed"])
      ask("ReserveNow", reservation)
      said()
      ask("RequestStartTransaction", { idToken: card("A"), remoteStartId: 1, evseId: 1 })
      yield* pass(5)
      assert.deepStrictEqual(said(), ["1.1 Available", "Authorize A", "reservation 7 Removed"])
    })
  )

  it.effect("H01.FR.15: with TxStartPoint Authorized the transaction begins without a cable, and names it", () =>
    Effect.gen(function* () {
      const { ask, said, station } = yield* made(values({ "TxCtrlr.TxStartPoint": "Authorized" }))
      ask("ReserveNow", reservation)
      said()
      station.present(card("A"), 1)
      yield* pass(100)
      assert.deepStrictEqual(said(), ["1.1 Available", "Authorize A", "Started Authorized 7", "Ended EVConnectTimeout"])
    })
  )

  it.effect("H03.FR.01: at a reader for all EVSEs the token is put where it has its reservation", () =>
    Effect.gen(function* () {
      const { ask, said, station } = yield* made({ evses: [{}, {}] })
      ask("ReserveNow", { ...reservation, evseId: 2 })
      said()
      station.present(card("A"))
      yield* pass(5)
      assert.deepStrictEqual(said(), ["2.1 Available", "Authorize A"])
      station.plugIn(2, ev())
      yield* pass(1)
      assert.include(said(), "Started CablePluggedIn 7")
    })
  )

  it.effect("H03.FR.04, H03.FR.08: there too the group that the CSMS tells opens the EVSE", () =>
    Effect.gen(function* () {
      const groupIdToken = { idToken: "G", type: "Central" } as const
      const { ask, said, station } = yield* made({}, { B: { status: "Accepted", groupIdToken } })
      ask("ReserveNow", { ...reservation, groupIdToken })
      said()
      station.present(card("B"))
      yield* pass(5)
      assert.deepStrictEqual(said(), ["Authorize B", "1.1 Available"])
      station.plugIn(1, ev())
      yield* pass(1)
      assert.include(said(), "Started CablePluggedIn 7")
    })
  )

  it.effect("H01.FR.07: of any EVSE keeps one from strangers when the other waits for somebody's cable", () =>
    Effect.gen(function* () {
      const { ask, said, station } = yield* made({ evses: [{}, {}] })
      ask("ReserveNow", { ...anywhere, idToken: card("R") })
      station.present(card("A"), 1)
      yield* pass(5)
      assert.include(said(), "2.1 Reserved")
      assert.deepInclude(ask("ReserveNow", { ...reservation, id: 8 }), { status: "Occupied" })
      station.plugIn(2, ev())
      station.present(card("C"), 2)
      yield* pass(1)
      station.plugIn(1, ev())
      yield* pass(1)
      assert.deepStrictEqual(said(), [
        "Authorize C",
        "1.1 Occupied",
        "Started CablePluggedIn",
        "Updated ChargingStateChanged"
      ])
      assert.strictEqual(station.availability.statusOf(2, 1), "Reserved")
    })
  )

  it.effect(
    "H03, E01.FR.02: of the EVSE does not keep a cable from starting a transaction, which waits for its token",
    () =>
      Effect.gen(function* () {
        const { ask, said, station } = yield* made(
          values({ "TxCtrlr.TxStartPoint": "EVConnected", "TxCtrlr.TxStopPoint": "EVConnected" })
        )
        ask("ReserveNow", reservation)
        said()
        station.plugIn(1, ev())
        station.present(card("B"), 1)
        yield* pass(5)
        assert.deepStrictEqual(said(), ["Started CablePluggedIn", "Authorize B"])
        station.present(card("A"), 1)
        yield* pass(1)
        assert.deepStrictEqual(said(), [
          "1.1 Occupied",
          "Authorize A",
          "Updated Authorized 7",
          "Updated ChargingStateChanged"
        ])
      })
  )
})

describe("who is authorized and has yet to plug in", () => {
  const tried = (
    close: (made: { station: VirtualProcess; ask: (action: string, request: object) => unknown }) => void
  ) =>
    Effect.gen(function* () {
      const { ask, events, station } = yield* made()
      station.present(card("A"), 1)
      yield* pass(5)
      close({ station, ask })
      station.plugIn(1, ev())
      yield* pass(5)
      assert.deepStrictEqual(events, [])
    })

  it.effect("G03.FR.06: does not charge when the EVSE is made Inoperative", () =>
    tried(({ ask }) => ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1 } }))
  )

  it.effect("G04.FR.07: nor when the station is", () =>
    tried(({ ask }) => ask("ChangeAvailability", { operationalStatus: "Inoperative" }))
  )

  it.effect("E06.FR.16: nor when the EVSE breaks", () => tried(({ station }) => station.availability.setFault(true, 1)))

  it.effect("G05.FR.01: nor when the lock fails", () =>
    tried(({ station }) => station.availability.setLockFailure(true, 1))
  )

  it.effect("B11.FR.08: nor when the EVSE is reset", () =>
    tried(({ ask }) => ask("Reset", { type: "Immediate", evseId: 1 }))
  )

  it.effect("G03.FR.06: nor at a connector that is Inoperative, though another one works", () =>
    Effect.gen(function* () {
      const { ask, events, station } = yield* made({ evses: [{ connectors: ["cType2", "cCCS2"] }] })
      ask("ChangeAvailability", { operationalStatus: "Inoperative", evse: { id: 1, connectorId: 2 } })
      station.present(card("A"), 1)
      yield* pass(5)
      station.plugIn(1, ev(), 2)
      yield* pass(5)
      assert.deepStrictEqual(events, [])
    })
  )

  it.effect("G05.FR.01: an ongoing transaction goes on when the lock fails", () =>
    Effect.gen(function* () {
      const { events, station } = yield* made()
      station.plugIn(1, ev())
      station.present(card("A"), 1)
      yield* pass(5)
      station.availability.setLockFailure(true, 1)
      yield* pass(5)
      assert.strictEqual(events.at(-1)?.transactionInfo.chargingState, "Charging")
    })
  )
})

describe("a station that is to reset", () => {
  it.effect("B12.FR.01, B12.FR.07: OnIdle for one EVSE waits for its transaction, and boots nothing", () =>
    Effect.gen(function* () {
      const { ask, events, station } = yield* made()
      station.plugIn(1, ev())
      station.present(card("A"), 1)
      yield* pass(5)
      const reset = { type: "OnIdle", evseId: 1 } as const
      assert.deepStrictEqual(ask("Reset", reset), { status: "Scheduled" })
      yield* pass(60)
      assert.notStrictEqual(events.at(-1)?.eventType, "Ended")
      station.present(card("A"), 1)
      yield* pass(5)
      assert.strictEqual(events.at(-1)?.transactionInfo.stoppedReason, "Local")
      assert.isTrue(station.client.isOnline)
    })
  )

  it.effect("B12.FR.04: begins nothing while it waits for the answer to what it has ended", () =>
    Effect.gen(function* () {
      const { ask, csms, events, station } = yield* made()
      station.plugIn(1, ev())
      station.present(card("A"), 1)
      yield* pass(5)
      csms.answers.delete("TransactionEvent")
      assert.deepStrictEqual(ask("Reset", { type: "Immediate" }), { status: "Accepted" })
      yield* pass(2)
      const start = { idToken: card("B"), remoteStartId: 1, evseId: 1 }
      assert.include(ask("RequestStartTransaction", start), { status: "Rejected" })
      station.present(card("B"), 1)
      csms.answers.set("TransactionEvent", (request: TransactionEventRequest) => {
        events.push(request)
        return {}
      })
      yield* pass(60)
      assert.strictEqual(events.at(-1)?.eventType, "Ended")
      assert.isTrue(station.client.isOnline)
      assert.deepStrictEqual(
        events.filter(({ eventType }) => eventType === "Started").map(({ idToken }) => idToken?.idToken),
        ["A"]
      )
    })
  )
})

describe("a token", () => {
  const withMaster = (more: Readonly<Record<string, string>> = {}) =>
    values({ "AuthCtrlr.MasterPassGroupId": "MASTER", ...more })

  it.effect("C16.FR.03: of the master pass group starts nothing from afar", () =>
    Effect.gen(function* () {
      const { ask, events, station } = yield* made(withMaster(), { M: master })
      const start = { idToken: card("M"), remoteStartId: 1, evseId: 1 }
      station.plugIn(1, ev())
      ask("RequestStartTransaction", start)
      yield* pass(5)
      assert.deepStrictEqual(events, [])
      // Now it is in the cache; and the CSMS may say it itself.
      assert.deepInclude(ask("RequestStartTransaction", start), { status: "Rejected" })
      const { groupIdToken } = master
      const named = { idToken: card("N"), groupIdToken, remoteStartId: 2, evseId: 1 }
      assert.deepInclude(ask("RequestStartTransaction", named), { status: "Rejected" })
    })
  )

  it.effect("C16.FR.02: of the master pass group that is Blocked stops nothing", () =>
    Effect.gen(function* () {
      const { events, station } = yield* made(withMaster(), { M: { ...master, status: "Blocked" } })
      station.plugIn(1, ev())
      station.present(card("A"), 1)
      yield* pass(5)
      station.present(card("M"), 1)
      yield* pass(5)
      assert.notInclude(
        events.map(({ eventType }) => eventType),
        "Ended"
      )
    })
  )

  it.effect("C01.FR.21: that is good for one EVSE charges at no other, also from afar", () =>
    Effect.gen(function* () {
      const { ask, events, station } = yield* made({ evses: [{}, {}] }, { A: { status: "Accepted", evseId: [2] } })
      station.plugIn(1, ev())
      ask("RequestStartTransaction", { idToken: card("A"), remoteStartId: 1, evseId: 1 })
      yield* pass(5)
      assert.deepStrictEqual(events, [])
      station.unplug(1)
      station.present(card("A")) // at a reader for all: the station picks the one it is good for
      yield* pass(1)
      station.plugIn(2, ev())
      yield* pass(1)
      assert.deepStrictEqual(events[0]?.evse, { id: 2, connectorId: 1 })
    })
  )
})

describe("TriggerMessage", () => {
  it.effect("F06.FR.03: an EVSE that does not matter to the message is ignored, whichever it is", () =>
    Effect.gen(function* () {
      const { ask, said } = yield* made()
      for (const evse of [{ id: 9 }, { id: 1, connectorId: 7 }]) {
        assert.deepStrictEqual(ask("TriggerMessage", { requestedMessage: "Heartbeat", evse }), { status: "Accepted" })
        assert.deepStrictEqual(said(), ["Heartbeat"])
        for (const requestedMessage of ["StatusNotification", "MeterValues", "TransactionEvent"])
          assert.deepInclude(ask("TriggerMessage", { requestedMessage, evse }), { status: "Rejected" })
      }
    })
  )

  it.effect(
    "F06.FR.05, B02.FR.02: a TransactionEvent is Rejected while events wait for the station to be accepted",
    () =>
      Effect.gen(function* () {
        const { ask, csms, station } = yield* made(
          values({ "TxCtrlr.TxBeforeAcceptedEnabled": "true", "AuthCtrlr.OfflineTxForUnknownIdEnabled": "true" })
        )
        const answer = { currentTime: "2026-01-05T08:00:00Z", interval: 3600 }
        csms.answers.set("BootNotification", () => ({ ...answer, status: "Pending" }))
        ask("Reset", { type: "Immediate" })
        yield* pass(10)
        station.plugIn(1, ev())
        station.present(card("A"), 1)
        yield* pass(1)
        assert.isDefined(station.evses[0]?.transaction)
        const trigger = { requestedMessage: "TransactionEvent" }
        assert.deepStrictEqual(ask("TriggerMessage", trigger), { status: "Rejected" })
        csms.answers.set("BootNotification", () => ({ ...answer, status: "Accepted" }))
        ask("TriggerMessage", { requestedMessage: "BootNotification" })
        yield* pass(1)
        assert.deepStrictEqual(ask("TriggerMessage", trigger), { status: "Accepted" })
      })
  )
})

describe("an event that is in the queue", () => {
  it.effect("E11.FR.07: when the link is lost is told as offline, the next one is not", () =>
    Effect.gen(function* () {
      const { csms, events, station } = yield* made({
        settings: { retryBackOffWaitMinimum: 1, retryBackOffRandomRange: 0 }
      })
      const answer = csms.answers.get("TransactionEvent")
      assert.isDefined(answer)
      station.plugIn(1, ev())
      csms.answers.delete("TransactionEvent")
      station.present(card("A"), 1)
      yield* pass(1)
      csms.answers.set("TransactionEvent", answer)
      csms.hangUp()
      yield* pass(30)
      station.present(card("A"), 1)
      yield* pass(5)
      assert.deepStrictEqual(
        events.map(({ eventType, offline = false }) => `${eventType} ${offline}`),
        ["Started true", "Updated true", "Ended false"]
      )
    })
  )
})

describe("security", () => {
  it.effect("A04.FR.01: a clock that is set further than TimeAdjustmentReportingThreshold is told", () =>
    Effect.gen(function* () {
      const { clock, said, station } = yield* made()
      for (const [currentTime, told] of [
        ["2026-01-05T08:00:15Z", []],
        ["2026-01-05T08:01:00Z", ["SettingSystemTime"]],
        ["2026-01-05T08:00:00Z", ["SettingSystemTime"]]
      ] as const) {
        clock.currentTime = currentTime
        station.client.heartbeat()
        yield* pass(0)
        assert.deepStrictEqual(said(), ["Heartbeat", ...told])
      }
    })
  )

  it.effect("A00.FR.205, B05.FR.07: a password that is no passwordString is Rejected", () =>
    Effect.gen(function* () {
      const { ask } = yield* made()
      const statuses = ["password-with-16+chars", "password with spaces", "Passwörter-mit-Umlaut"].map(
        (attributeValue) => {
          const data = {
            component: { name: "SecurityCtrlr" },
            variable: { name: "BasicAuthPassword" },
            attributeValue
          }
          return (ask("SetVariables", { setVariableData: [data] }) as never as Messages["SetVariables"]["response"])
            .setVariableResult[0]?.attributeStatus
        }
      )
      assert.deepStrictEqual(statuses, ["Accepted", "Rejected", "Rejected"])
    })
  )
})
