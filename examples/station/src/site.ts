/** Guide "A station to test with": the CSMS and a station of yours in one process, without sockets and real time. */
import { Csms } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Stations } from "@wattline/ocpp-station"
import { VirtualStations, type VirtualStationOptions } from "@wattline/ocpp-station/virtual"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { handlers } from "./my-csms.ts"

/** To be provided to a test: both ends, on one clock. */
export const site = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(Csms.layer(handlers)),
  Layer.provide(Layer.effectDiscard(TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))))
)

/** Hours go by in milliseconds. */
export const pass = TestClock.adjust

/** A station that has booted, and how the CSMS sees it. */
export const arrive = Effect.fnUntraced(function* (options: Partial<VirtualStationOptions> = {}) {
  const identity = "CS-1"
  const inCsms = yield* (yield* Csms).addStation({ identity, securityProfile: 0 })
  const station = yield* VirtualStations.start({ url: "ws://csms/ocpp", ...options, identity })
  yield* pass("5 seconds")
  return { inCsms, station, controls: station.controls }
})
