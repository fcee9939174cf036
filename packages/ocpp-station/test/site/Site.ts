/** A virtual station and our own CSMS, joined in memory. */
import { Csms, type CsmsOptions, type Handlers, type StationView } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Stations } from "@wattline/ocpp-station"
import { VirtualStations, type VirtualStationOptions } from "@wattline/ocpp-station/virtual"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

/** Starts both; the station has booted. */
export const makeSite = Effect.fnUntraced(function* (
  options: Partial<VirtualStationOptions> = {},
  handlers: Handlers = { Authorize: () => Effect.succeed({ idTokenInfo: { status: "Accepted" } }) },
  csmsOptions: CsmsOptions = {}
) {
  yield* TestClock.setTime(Date.parse("2026-01-05T08:00:00Z"))
  const context = yield* Layer.build(
    Stations.layer.pipe(
      Layer.provideMerge(MemoryDialer.layer),
      Layer.provideMerge(MemoryTransport.layer),
      Layer.provideMerge(Csms.layer(handlers, csmsOptions))
    )
  )
  const csms = Context.get(context, Csms)
  const inCsms = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const station = yield* VirtualStations.start({ identity: "CS-1", url: "ws://csms/ocpp", ...options }).pipe(
    Effect.provide(context)
  )
  yield* pass(1)
  yield* station.accepted
  yield* pass(5)
  const view: Effect.Effect<StationView> = inCsms.snapshot
  return { csms, inCsms, station, controls: station.controls, view, context }
})

/** Seconds go by. */
export const pass = (seconds: number): Effect.Effect<void> => TestClock.adjust(seconds * 1000)
