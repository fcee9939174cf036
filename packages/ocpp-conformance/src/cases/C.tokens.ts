/** Block C, the verdict on one token, and the authorization cache: TC_C_02 to 08, 20, 37, 38. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { Authorization } from "@wattline/ocpp-core"
import { authorizes, isVerdict, transactionEvent } from "./messages.ts"
import type { OcaCase } from "./OcaCase.ts"
import { type IdToken, type IdTokenInfo, tokens } from "./ReferenceCsms.ts"
import { accepted, evConnectedPreSession, isRunning } from "./states.ts"
import type { World } from "./World.ts"

const authorize = (
  head: Omit<OcaCase, "run" | "certification">,
  idToken: IdToken,
  ...allowed: ReadonlyArray<IdTokenInfo["status"]>
): OcaCase => ({
  ...head,
  certification: "M",
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    isVerdict(yield* authorizes(world, idToken), ...allowed)
  })
})

const unknown: IdToken = { idToken: "not known", type: "ISO14443" }

/** The cases, in the order of the standard. */
export const tokenVerdicts: ReadonlyArray<OcaCase> = [
  {
    id: "TC_C_02_CSMS",
    title: "Authorize an invalid or unknown token",
    certification: "M",
    requirements: ["C01.FR.07", "C04.FR.01", "C06.FR.04", "C04.FR.04"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const idToken of [tokens.invalid, unknown])
        isVerdict(yield* authorizes(world, idToken), "Invalid", "Unknown")
    })
  },
  authorize(
    { id: "TC_C_06_CSMS", title: "Authorize a blocked token", requirements: ["C01.FR.07"] },
    tokens.blocked,
    "Blocked",
    "Invalid"
  ),
  authorize(
    { id: "TC_C_07_CSMS", title: "Authorize an expired token", requirements: ["C01.FR.07"] },
    tokens.expired,
    "Expired",
    "Invalid"
  ),
  {
    id: "TC_C_08_CSMS",
    title: "a cached token that is valid gets its verdict in the TransactionEvent",
    certification: "M",
    requirements: ["C12.FR.03", "E01.FR.11", "E01.FR.12"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      isVerdict(yield* transactionEvent(world, evse, "Authorized", { idToken: tokens.a }), "Accepted")
      const spelledOtherwise = { ...tokens.a, idToken: tokens.a.idToken.toLowerCase() }
      isVerdict(yield* transactionEvent(world, evse, "Authorized", { idToken: spelledOtherwise }), "Accepted")
    })
  },
  {
    id: "TC_C_20_CSMS",
    title: "a cached token that is valid no more gets its verdict in the TransactionEvent",
    certification: "M",
    requirements: ["C12.FR.03", "E05.FR.01"],
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      const [evse] = world.evses
      yield* accepted(world)
      yield* evConnectedPreSession(world)
      const verdict = yield* transactionEvent(world, evse, "Authorized", { idToken: tokens.invalid })
      isVerdict(verdict, "Invalid", "Unknown")
      assert.strictEqual((yield* isRunning(world, evse)).verdict, verdict?.status)
    })
  },
  {
    id: "TC_C_37_CSMS",
    title: "clear the authorization cache, accepted",
    certification: "M",
    requirements: ["C11.FR.01", "C11.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* clears(world, "Accepted")
    })
  },
  {
    id: "TC_C_38_CSMS",
    title: "clear the authorization cache, rejected",
    certification: "M",
    requirements: ["C11.FR.04", "C11.FR.05"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* clears(world, "Rejected")
      yield* world.cs.call("Heartbeat", {})
    })
  }
]

/** CSMS → CS ClearCache; the operator gets what the station says. */
const clears = Effect.fnUntraced(function* (world: World, status: "Accepted" | "Rejected") {
  const clearing = Authorization.clearCache(world.station)
  assert.deepStrictEqual(yield* world.operated(clearing, "ClearCache", {}, { status }), { status })
})
