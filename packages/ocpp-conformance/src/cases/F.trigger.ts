/** Block F, triggered messages: TC_F_11 to 15, 18, 20, 23, 24, 27. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { type Messages, RemoteControl } from "@wattline/ocpp-core"
import { isNow, reading, reports, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted, energyTransferStarted } from "./states.ts"
import type { Evse, World } from "./World.ts"

type Trigger = Messages["TriggerMessage"]["request"]

/** The cases, in the order of the standard. */
export const triggers: ReadonlyArray<OcaCase> = [
  {
    id: "TC_F_11_CSMS",
    title: "trigger MeterValues of one EVSE",
    certification: "C(C-29.1)",
    requirements: ["F06.FR.01", "F06.FR.02", "F06.FR.04", "F06.FR.06"],
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      const trigger = RemoteControl.triggerMessage(world.station, "MeterValues", { id: evse.id })
      yield* triggered(world, trigger, { requestedMessage: "MeterValues", evse: { id: evse.id } }, [
        metered(world, evse)
      ])
    })
  },
  {
    id: "TC_F_12_CSMS",
    title: "trigger MeterValues of all EVSEs",
    certification: "C(C-29.1)",
    requirements: ["F06.FR.01", "F06.FR.06", "F06.FR.11"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const trigger = RemoteControl.triggerMessage(world.station, "MeterValues")
      const all = world.evses.map((evse) => metered(world, evse))
      yield* triggered(world, trigger, { requestedMessage: "MeterValues" }, all)
    })
  },
  {
    id: "TC_F_13_CSMS",
    title: "trigger TransactionEvent of one EVSE",
    certification: "C(C-29.2)",
    requirements: ["F06.FR.01", "F06.FR.02", "F06.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* twoCharge(world)
      const trigger = RemoteControl.triggerMessage(world.station, "TransactionEvent", { id: evse.id })
      yield* triggered(world, trigger, { requestedMessage: "TransactionEvent", evse: { id: evse.id } }, [
        tells(world, evse, true)
      ])
    })
  },
  {
    id: "TC_F_14_CSMS",
    title: "trigger TransactionEvent of all EVSEs",
    certification: "C(C-29.2)",
    requirements: ["F06.FR.01", "F06.FR.07", "F06.FR.11"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* twoCharge(world)
      const trigger = RemoteControl.triggerMessage(world.station, "TransactionEvent")
      const all = world.evses.map((evse) => tells(world, evse, false))
      yield* triggered(world, trigger, { requestedMessage: "TransactionEvent" }, all)
    })
  },
  {
    id: "TC_F_15_CSMS",
    title: "trigger LogStatusNotification",
    certification: "C(C-29.3)",
    requirements: ["F06.FR.01", "F06.FR.15"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const trigger = RemoteControl.triggerMessage(world.station, "LogStatusNotification")
      const idle = world.cs.call("LogStatusNotification", { status: "Idle" })
      yield* triggered(world, trigger, { requestedMessage: "LogStatusNotification" }, [idle])
    })
  },
  {
    id: "TC_F_18_CSMS",
    title: "trigger FirmwareStatusNotification",
    certification: "C(C-29.4)",
    requirements: ["F06.FR.01", "F06.FR.16"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const trigger = RemoteControl.triggerMessage(world.station, "FirmwareStatusNotification")
      const idle = world.cs.call("FirmwareStatusNotification", { status: "Idle" })
      yield* triggered(world, trigger, { requestedMessage: "FirmwareStatusNotification" }, [idle])
    })
  },
  {
    id: "TC_F_20_CSMS",
    title: "trigger Heartbeat",
    certification: "M",
    requirements: ["F06.FR.01"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const trigger = RemoteControl.triggerMessage(world.station, "Heartbeat")
      const beats = Effect.gen(function* () {
        const { currentTime } = yield* world.cs.call("Heartbeat", {})
        isNow(currentTime, yield* world.now)
      })
      yield* triggered(world, trigger, { requestedMessage: "Heartbeat" }, [beats])
    })
  },
  {
    id: "TC_F_23_CSMS",
    title: "trigger StatusNotification, the connector is available",
    certification: "C(C-29.5)",
    requirements: ["F06.FR.01", "F06.FR.02", "F06.FR.13"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* triggersStatus(world, "Available")
    })
  },
  {
    id: "TC_F_24_CSMS",
    title: "trigger StatusNotification, the connector is occupied",
    certification: "C(C-29.5)",
    requirements: ["F06.FR.01", "F06.FR.02", "F06.FR.13"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* reports(world, "Occupied", evse)
      yield* triggersStatus(world, "Occupied")
    })
  },
  {
    id: "TC_F_27_CSMS",
    title: "a trigger is answered with NotImplemented",
    certification: "M",
    requirements: ["F06.FR.08"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const trigger = RemoteControl.triggerMessage(world.station, "Heartbeat")
      const status = "NotImplemented"
      const outcome = yield* world.operated(trigger, "TriggerMessage", { requestedMessage: "Heartbeat" }, { status })
      assert.deepStrictEqual(outcome, { _tag: "Refused", status })
      yield* world.cs.call("Heartbeat", {})
    })
  }
]

/** The operator asks for a message, the station accepts and sends `messages`; the operator gets one for each. */
const triggered = Effect.fnUntraced(function* <E, E2, R>(
  world: World,
  trigger: Effect.Effect<RemoteControl.TriggerOutcome, E>,
  request: Trigger,
  messages: ReadonlyArray<Effect.Effect<unknown, E2, R>>
) {
  const operation = yield* world.starts(trigger)
  yield* world.cs.answers("TriggerMessage", request, { status: "Accepted" })
  for (const message of messages) yield* message
  const outcome = yield* Fiber.join(operation)
  assert.strictEqual(outcome._tag, "Received")
  assert.strictEqual("messages" in outcome && outcome.messages.length, messages.length)
})

const triggersStatus = Effect.fnUntraced(function* (world: World, status: "Available" | "Occupied") {
  const [evse] = world.evses
  const { connectorId, id } = evse
  const trigger = RemoteControl.triggerMessage(world.station, "StatusNotification", { id, connectorId })
  const request: Trigger = { requestedMessage: "StatusNotification", evse: { id, connectorId } }
  yield* triggered(world, trigger, request, [reports(world, status, evse)])
})

/** CS → CSMS MeterValues of one EVSE. */
const metered = (world: World, { id }: Evse) =>
  Effect.gen(function* () {
    const meterValue = yield* reading(world, "Trigger", 100)
    assert.deepStrictEqual<unknown>(yield* world.cs.call("MeterValues", { evseId: id, meterValue }), {})
  })

/** `TE(–, Trigger)` of one EVSE. */
const tells = (world: World, evse: Evse, named: boolean) =>
  Effect.gen(function* () {
    const meterValue = yield* reading(world, "Trigger", 100)
    yield* transactionEvent(world, evse, "Trigger", { state: "Charging", named, meterValue })
  })

const twoCharge = Effect.fnUntraced(function* (world: World) {
  const [one, other] = world.evses
  yield* accepted(world)
  yield* energyTransferStarted(world, one, tokens.a)
  yield* energyTransferStarted(world, other, tokens.b)
})
