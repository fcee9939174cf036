/** Block D, the local authorization list: TC_D_01 to 04, 08, 09. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { LocalAuthorizationList, type Messages } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type SendLocalList = Messages["SendLocalList"]["request"]

/** The version the station has. */
const installed = 1

/** What fits into one message. */
const limits = { items: 2 }

/** The cases, in the order of the standard. */
export const localLists: ReadonlyArray<OcaCase> = [
  {
    id: "TC_D_01_CSMS",
    title: "send a full local list, in as many messages as it takes",
    certification: "M LALM",
    requirements: ["D01.FR.01", "D01.FR.06", "D01.FR.18", "D01.FR.11", "D01.FR.15"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const list = entries(world)
      yield* takes(world, LocalAuthorizationList.sendFullList(world.station, list, { limits }), [
        { updateType: "Full", versionNumber: 2, localAuthorizationList: list.slice(0, 2) },
        { updateType: "Differential", versionNumber: 3, localAuthorizationList: list.slice(2) }
      ])
    })
  },
  {
    id: "TC_D_02_CSMS",
    title: "send a differential update; when it does not fit, the whole list",
    certification: "M LALM",
    requirements: ["D01.FR.01", "D01.FR.06", "D01.FR.18", "D01.FR.16", "D01.FR.19", "D01.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      const { station } = world
      yield* accepted(world)
      const list = entries(world)
      const [one, ...rest] = list
      const updates = one === undefined ? [] : [one]
      yield* takes(world, LocalAuthorizationList.sendUpdates(station, updates), [
        { updateType: "Differential", versionNumber: 2, localAuthorizationList: updates }
      ])
      const fullList = Effect.succeed(list)
      const operation = yield* world.starts(
        LocalAuthorizationList.sendUpdates(station, rest, { fullList, limits: { items: 3 } })
      )
      const differential = { updateType: "Differential", versionNumber: 3, localAuthorizationList: rest } as const
      yield* world.cs.answers("SendLocalList", differential, { status: "VersionMismatch" })
      yield* world.cs.answers("GetLocalListVersion", {}, { versionNumber: 7 })
      const whole = { updateType: "Full", versionNumber: 8, localAuthorizationList: list } as const
      yield* world.cs.answers("SendLocalList", whole, { status: "Accepted" })
      assert.deepInclude(yield* Fiber.join(operation), { _tag: "Accepted", versionNumber: 8, repaired: true })
    })
  },
  {
    id: "TC_D_03_CSMS",
    title: "send a differential removal",
    certification: "M LALM",
    requirements: ["D01.FR.01", "D01.FR.06", "D01.FR.17", "D01.FR.18"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const removed = [{ idToken: tokens.a }]
      yield* takes(world, LocalAuthorizationList.sendUpdates(world.station, removed), [
        { updateType: "Differential", versionNumber: 2, localAuthorizationList: removed }
      ])
    })
  },
  {
    id: "TC_D_04_CSMS",
    title: "send a full list that is empty",
    certification: "M LALM",
    requirements: ["D01.FR.01", "D01.FR.06", "D01.FR.18", "D01.FR.04"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* takes(world, LocalAuthorizationList.sendFullList(world.station, []), [
        { updateType: "Full", versionNumber: 2 }
      ])
    })
  },
  {
    id: "TC_D_08_CSMS",
    title: "get the version of the local list",
    certification: "C(LA-2) LALM",
    requirements: ["D02.FR.01"],
    run: (world) => asksVersion(world, 7)
  },
  {
    id: "TC_D_09_CSMS",
    title: "get the version of a local list that is not there",
    certification: "M LALM",
    requirements: ["D02.FR.02", "D02.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* asksVersion(world, 0)
      const operation = LocalAuthorizationList.sendUpdates(world.station, entries(world))
      const outcome = yield* world.operated(operation, "GetLocalListVersion", {}, { versionNumber: 0 })
      assert.deepStrictEqual(outcome, { _tag: "FullListNeeded", versionNumber: 0 })
    })
  }
]

const entries = ({ app }: World) =>
  [tokens.a, tokens.b, tokens.blocked].map((idToken) => ({ idToken, idTokenInfo: app.verdict(idToken) }))

/** The operator sends a list; the station is asked for its version, and accepts just these messages. */
const takes = Effect.fnUntraced(function* <E>(
  world: World,
  sending: Effect.Effect<LocalAuthorizationList.SendListOutcome, E>,
  messages: ReadonlyArray<SendLocalList>
) {
  const operation = yield* world.starts(sending)
  yield* world.cs.answers("GetLocalListVersion", {}, { versionNumber: installed })
  for (const message of messages) yield* world.cs.answers("SendLocalList", message, { status: "Accepted" })
  const versionNumber = installed + messages.length
  assert.deepInclude(yield* Fiber.join(operation), { _tag: "Accepted", versionNumber })
  assert.strictEqual((yield* world.view).mirror.localAuthorizationList.versionNumber, versionNumber)
})

/** CSMS → CS GetLocalListVersion; the operator gets what the station says. */
const asksVersion = Effect.fnUntraced(function* (world: World, versionNumber: number) {
  yield* accepted(world)
  const operation = LocalAuthorizationList.getListVersion(world.station)
  const told = yield* world.operated(operation, "GetLocalListVersion", {}, { versionNumber })
  assert.strictEqual(told, versionNumber)
})
