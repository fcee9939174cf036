/** Block G, availability of stations, EVSEs and connectors: TC_G_03 to 08, 11, 14, 17, 20. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { Availability, type Messages, operationalStatus } from "@wattline/ocpp-core"
import { reports } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { accepted, energyTransferStarted, evDisconnected } from "./states.ts"
import type { Evse, World } from "./World.ts"

type Change = Messages["ChangeAvailability"]["request"]
type Target = Pick<Change, "evse">

const evseOnly = ({ id }: Evse): Target => ({ evse: { id } })
const connectorOf = ({ connectorId, id }: Evse): Target => ({ evse: { id, connectorId } })
const wholeStation: Target = {}

/** The cases, in the order of the standard. */
export const availability: ReadonlyArray<OcaCase> = [
  {
    id: "TC_G_03_CSMS",
    title: "an EVSE out of use",
    certification: "M",
    requirements: ["G03.FR.01", "G03.FR.04", "G03.FR.06", "G01.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* takenOut(world, evseOnly(evse), [evse])
    })
  },
  {
    id: "TC_G_04_CSMS",
    title: "an EVSE back in use",
    certification: "M",
    requirements: ["G03.FR.01", "G03.FR.04", "G03.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* takenOut(world, evseOnly(evse), [evse])
      yield* broughtBack(world, evseOnly(evse), [evse])
    })
  },
  {
    id: "TC_G_05_CSMS",
    title: "the whole station out of use",
    certification: "M",
    requirements: ["G04.FR.01", "G04.FR.05", "G04.FR.07"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* takenOut(world, wholeStation, world.evses)
    })
  },
  {
    id: "TC_G_06_CSMS",
    title: "the whole station back in use",
    certification: "M",
    requirements: ["G04.FR.01", "G04.FR.05", "G04.FR.08"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* takenOut(world, wholeStation, world.evses)
      yield* broughtBack(world, wholeStation, world.evses)
    })
  },
  {
    id: "TC_G_07_CSMS",
    title: "a connector out of use",
    certification: "M",
    requirements: ["G03.FR.01", "G03.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* takenOut(world, connectorOf(evse), [evse])
    })
  },
  {
    id: "TC_G_08_CSMS",
    title: "a connector back in use",
    certification: "M",
    requirements: ["G03.FR.01", "G03.FR.04"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* takenOut(world, connectorOf(evse), [evse])
      yield* broughtBack(world, connectorOf(evse), [evse])
    })
  },
  {
    id: "TC_G_11_CSMS",
    title: "an EVSE out of use, during a transaction",
    certification: "M",
    requirements: ["G03.FR.05", "G01.FR.05"],
    bothForms: true,
    run: (world) => takenOutWhileCharging(world, evseOnly(world.evses[0]))
  },
  {
    id: "TC_G_14_CSMS",
    title: "the whole station out of use, during a transaction",
    certification: "M",
    requirements: ["G04.FR.06", "G01.FR.05"],
    bothForms: true,
    run: (world) => takenOutWhileCharging(world, wholeStation, [world.evses[1]])
  },
  {
    id: "TC_G_17_CSMS",
    title: "a connector out of use, during a transaction",
    certification: "M",
    requirements: ["G03.FR.05"],
    bothForms: true,
    run: (world) => takenOutWhileCharging(world, connectorOf(world.evses[0]))
  },
  {
    id: "TC_G_20_CSMS",
    title: "the lock of a connector fails",
    certification: "M",
    requirements: ["G05.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      const [{ connectorId, id }] = world.evses
      yield* accepted(world)
      const timestamp = yield* world.now
      const answer = yield* world.cs.call("NotifyEvent", {
        generatedAt: timestamp,
        seqNo: 0,
        eventData: [
          {
            eventId: 1,
            timestamp,
            trigger: "Delta",
            actualValue: "true",
            eventNotificationType: "HardWiredNotification",
            component: { name: "ConnectorPlugRetentionLock", evse: { id, connectorId } },
            variable: { name: "Problem" }
          }
        ]
      })
      assert.deepStrictEqual<unknown>(answer, {})
      assert.include(world.app.told, "NotifyEvent")
    })
  }
]

/** The operator takes something out of use, the station does so at once and reports it. */
const takenOut = Effect.fnUntraced(function* (world: World, target: Target, evses: ReadonlyArray<Evse>) {
  yield* changes(world, { operationalStatus: "Inoperative", ...target })
  for (const evse of evses) yield* reports(world, "Unavailable", evse)
  yield* isAt(world, target, { operationalStatus: "Inoperative", scheduled: false })
})

/** The operator brings it back, the station does so at once and reports it. */
const broughtBack = Effect.fnUntraced(function* (world: World, target: Target, evses: ReadonlyArray<Evse>) {
  yield* changes(world, { operationalStatus: "Operative", ...target })
  for (const evse of evses) yield* reports(world, "Available", evse)
  yield* isAt(world, target, { operationalStatus: "Operative", scheduled: false })
})

/** CSMS → CS ChangeAvailability, exactly as asked; Accepted is the end of it, whatever is reported later. */
const changes = (world: World, change: Change) =>
  Effect.map(
    world.operated(Availability.changeAvailability(world.station, change), "ChangeAvailability", change, {
      status: "Accepted"
    }),
    (outcome) => assert.deepStrictEqual(outcome, { _tag: "Accepted" })
  )

/** Scheduled, until the transaction at the first EVSE is over; `idle` EVSEs are out of use before that. */
const takenOutWhileCharging = Effect.fnUntraced(function* (
  world: World,
  target: Target,
  idle: ReadonlyArray<Evse> = []
) {
  const [used] = world.evses
  const change = { operationalStatus: "Inoperative", ...target } as const
  yield* accepted(world)
  yield* energyTransferStarted(world, used)
  const changing = yield* world.starts(Availability.changeAvailability(world.station, change))
  yield* world.cs.answers("ChangeAvailability", change, { status: "Scheduled" })
  for (const evse of idle) yield* reports(world, "Unavailable", evse)
  yield* evDisconnected(world, used)
  yield* isAt(world, target, { operationalStatus: "Inoperative", scheduled: true })
  assert.isUndefined(changing.pollUnsafe())
  yield* reports(world, "Unavailable", used)
  assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Reached" })
  yield* isAt(world, target, { operationalStatus: "Inoperative", scheduled: false })
})

/** What the CSMS has of the place that was changed. */
const isAt = Effect.fnUntraced(function* (
  world: World,
  { evse }: Target,
  expected: Partial<ReturnType<typeof operationalStatus>>
) {
  const place = {
    ...(evse !== undefined && { evseId: evse.id }),
    ...(evse?.connectorId !== undefined && { connectorId: evse.connectorId })
  }
  assert.deepInclude(operationalStatus((yield* world.view).mirror.availability, place), expected)
})
