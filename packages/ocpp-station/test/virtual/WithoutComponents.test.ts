/** A station without a component answers as one that never had it. */
import { assert, it } from "@effect/vitest"
import type { CsmsAction, Messages } from "@wattline/ocpp-v201"
import { Csms } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Stations } from "@wattline/ocpp-station"
import { VirtualStations } from "@wattline/ocpp-station/virtual"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

const site = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(Csms.layer({})),
  Layer.provide(Layer.effectDiscard(TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))))
)

type Asked = { [A in CsmsAction]: readonly [component: string, action: A, request: Messages[A]["request"]] }[CsmsAction]

const later = "2026-01-05T10:00:00Z"
const idToken = { idToken: "A", type: "ISO14443" } as const
const message = { id: 1, priority: "InFront", message: { format: "UTF8", content: "Hello" } } as const

it.effect.each<Asked>([
  ["ReservationCtrlr", "ReserveNow", { id: 1, expiryDateTime: later, idToken, evseId: 1 }],
  ["ReservationCtrlr", "CancelReservation", { reservationId: 1 }],
  ["DisplayMessageCtrlr", "SetDisplayMessage", { message }],
  ["DisplayMessageCtrlr", "GetDisplayMessages", { requestId: 1 }],
  ["DisplayMessageCtrlr", "ClearDisplayMessage", { id: 1 }],
  ["SmartChargingCtrlr", "GetCompositeSchedule", { evseId: 1, duration: 60 }],
  ["MonitoringCtrlr", "SetMonitoringLevel", { severity: 5 }]
])("without %s: %s is NotSupported", ([component, action, request]) =>
  Effect.gen(function* () {
    const identity = "CS-1"
    const inCsms = yield* (yield* Csms).addStation({ identity, securityProfile: 0 })
    yield* VirtualStations.start({ url: "ws://csms/ocpp", identity, model: { without: [component] } })
    yield* TestClock.adjust("5 seconds")
    const failure = yield* Effect.flip(inCsms.call(action, request))
    assert.deepInclude(failure, { _tag: "CallError", errorCode: "NotSupported" })
  }).pipe(Effect.provide(site))
)
