/** Block C, tokens of one group and of the master-pass group: TC_C_39, 40, 43, 47, 48, 49. */
import * as Effect from "effect/Effect"
import { authorizes, isAcceptedIn, isVerdict, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { groupId, type IdToken, masterPassGroupId, tokens } from "./ReferenceCsms.ts"
import { accepted, ends, energyTransferStarted, evConnectedPreSession, evDisconnected, isRunning } from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const groups: ReadonlyArray<OcaCase> = [
  {
    id: "TC_C_39_CSMS",
    title: "another token of the group stops",
    certification: "M",
    requirements: ["C09.FR.02", "C09.FR.03", "C01.FR.06", "C09.FR.09", "C09.FR.10", "C09.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      yield* asksOnline(world)
      yield* starts(world)
      yield* asksOnline(world)
      yield* stops(world)
    })
  },
  {
    id: "TC_C_40_CSMS",
    title: "another token of the group stops, both known from the local list",
    certification: "M LALM",
    requirements: ["C09.FR.02", "C09.FR.03", "C09.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      yield* starts(world)
      yield* stops(world)
    })
  },
  {
    id: "TC_C_43_CSMS",
    title: "another token of the group stops, and is asked about online",
    certification: "M LALM",
    requirements: ["C09.FR.02", "C09.FR.03", "C09.FR.09", "C09.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      yield* starts(world)
      yield* asksOnline(world)
      yield* stops(world)
    })
  },
  {
    id: "TC_C_47_CSMS",
    title: "a master pass with a user interface stops all",
    certification: "M",
    requirements: ["C16.FR.01"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* twoCharge(world)
      isAcceptedIn(yield* authorizes(world, tokens.master), masterPassGroupId)
      for (const evse of world.evses) isAcceptedIn(yield* passesMaster(world, evse), masterPassGroupId)
    })
  },
  {
    id: "TC_C_48_CSMS",
    title: "a master pass with a user interface stops one",
    certification: "M",
    requirements: ["C16.FR.01", "C01.FR.06", "C09.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [one, other] = world.evses
      yield* twoCharge(world)
      isAcceptedIn(yield* authorizes(world, tokens.master), masterPassGroupId)
      isAcceptedIn(yield* passesMaster(world, one), masterPassGroupId)
      yield* isRunning(world, other)
    })
  },
  {
    id: "TC_C_49_CSMS",
    title: "a master pass without a user interface",
    certification: "M",
    requirements: ["C16.FR.02"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [one, other] = world.evses
      yield* twoCharge(world)
      isAcceptedIn(yield* authorizes(world, tokens.master), masterPassGroupId)
      isVerdict(yield* passesMaster(world, one, tokens.a), "Accepted")
      isAcceptedIn(yield* passesMaster(world, other), masterPassGroupId)
    })
  }
]

/** CS → CSMS Authorize for token B. */
const asksOnline = (world: World) => Effect.map(authorizes(world, tokens.b), (info) => isAcceptedIn(info, groupId))

/** Token A starts the transaction, with no Authorize before. */
const starts = Effect.fnUntraced(function* (world: World) {
  const [evse] = world.evses
  isAcceptedIn(yield* transactionEvent(world, evse, "Authorized", { idToken: tokens.a }), groupId)
  evse.authorized = true
  yield* energyTransferStarted(world)
})

/** Token B stops it, and the cable is pulled out. */
const stops = Effect.fnUntraced(function* (world: World) {
  const [evse] = world.evses
  isAcceptedIn(yield* transactionEvent(world, evse, "StopAuthorized", { idToken: tokens.b }), groupId)
  evse.stopAuthorized = true
  yield* evDisconnected(world)
})

/** Two transactions of two drivers. */
const twoCharge = Effect.fnUntraced(function* (world: World) {
  const [one, other] = world.evses
  yield* accepted(world)
  yield* energyTransferStarted(world, one, tokens.a)
  yield* energyTransferStarted(world, other, tokens.b)
})

/** A token ends a transaction that it did not start. */
const passesMaster = (world: World, evse: World["evses"][number], idToken: IdToken = tokens.master) =>
  ends(world, evse, "StopAuthorized", { stop: "MasterPass", idToken })
