/** A network over a recording acceptor, for tests below and above OCPP. */
import {
  type AdapterHarness,
  makeRecordingAcceptor,
  type RecordedLink,
  type RecordingOptions
} from "@wattline/ocpp-conformance"
import { Acceptor } from "@wattline/ocpp-core"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { MemoryNetwork, MemoryTransport, TestStation, type TestStationOptions } from "../src/index.ts"

/** A started network. `shutdown` stops it. */
export const start = Effect.fnUntraced(function* (
  recording: RecordingOptions = {},
  options: MemoryTransport.MemoryTransportOptions = {}
) {
  const acceptor = yield* makeRecordingAcceptor(recording)
  const scope = yield* Scope.fork(yield* Scope.Scope)
  const context = yield* Layer.buildWithScope(MemoryTransport.layerWith(options), scope).pipe(
    Effect.provideService(Acceptor, acceptor.service)
  )
  const network = Context.get(context, MemoryNetwork)
  const station = (wishes: Partial<TestStationOptions> = {}) =>
    Effect.provideService(TestStation.connect({ identity: "CS-1", ...wishes }), MemoryNetwork, network)
  return { acceptor, network, station, shutdown: Scope.close(scope, Exit.void) }
})

/** A network with one station connected below OCPP. */
export const connected = Effect.fnUntraced(function* (...options: Parameters<typeof start>) {
  const started = yield* start(...options)
  const peer = yield* started.network.dial({ identity: "CS-1" })
  const server = yield* started.acceptor.nextLink
  return { ...started, peer, server }
})

/** What a link was told so far, one word or text each. */
export const told = ({ calls }: RecordedLink): ReadonlyArray<string> =>
  calls.map((call) => (call._tag === "Text" ? call.text : call._tag === "Close" ? `closed ${call.code}` : "binary"))

/** The harness that `adapterSuite` and `casesSuite` run. */
export const harness: AdapterHarness = {
  start: Effect.map(Layer.build(MemoryTransport.layerWith({ maxMessageBytes: 65_536 })), (context) => ({
    dial: ({ protocols = [], ...dial }) => Context.get(context, MemoryNetwork).dial({ ...dial, protocols })
  })),
  early: true
}
