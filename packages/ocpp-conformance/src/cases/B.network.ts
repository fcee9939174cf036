/** Block B, network connection profiles: TC_B_42, 44. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { Provisioning } from "@wattline/ocpp-core"
import type { OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

/** The cases, in the order of the standard. */
export const networkProfiles: ReadonlyArray<OcaCase> = [
  {
    id: "TC_B_42_CSMS",
    title: "set a network profile, accepted",
    certification: "M",
    requirements: ["B09.FR.01", "B09.FR.05"],
    run: (world) => setsNetworkProfile(world, "Accepted")
  },
  {
    id: "TC_B_44_CSMS",
    title: "set a network profile, failed",
    certification: "M",
    requirements: ["B09.FR.03"],
    run: Effect.fnUntraced(function* (world) {
      yield* setsNetworkProfile(world, "Failed")
      yield* world.cs.call("Heartbeat", {})
    })
  }
]

const setsNetworkProfile = Effect.fnUntraced(function* (world: World, status: "Accepted" | "Failed") {
  yield* accepted(world)
  const connectionData = {
    messageTimeout: 30,
    ocppCsmsUrl: "wss://csms.wattline.test/ocpp",
    ocppInterface: "Wired0",
    ocppTransport: "JSON",
    ocppVersion: "OCPP20",
    securityProfile: 2
  } as const
  const answer = status === "Accepted" ? { status } : { status, statusInfo: { reasonCode: "InvalidConf" } }
  const { ocppTransport: _transport, ocppVersion: _version, ...profile } = connectionData
  const operation = Provisioning.setNetworkProfile(world.station, 1, profile)
  const request = { configurationSlot: 1, connectionData }
  assert.deepStrictEqual(yield* world.operated(operation, "SetNetworkProfile", request, answer), answer)
})
