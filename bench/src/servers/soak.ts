/**
 * The server of the soak: our CSMS over the adapter that is named, with limits on, in a process of its own. It calls the
 * good stations all the time, counts what it is asked for, and stops when it is told to.
 */
import { Acceptor, Csms, type Handlers, hashPassword, type Station, StationDirectory } from "@wattline/ocpp-core"
import { FiberCensus, maxMessageBytes, resources } from "@wattline/ocpp-conformance/raw"
import { UwsServer, type UwsServerOptions } from "@wattline/ocpp-uws"
import { WsServer } from "@wattline/ocpp-ws"
import { Context, Effect, Exit, Layer, References, Scope, Stream } from "effect"
import { password, type SoakStats } from "../soak/contract.ts"

const [adapter = "ws"] = process.argv.slice(2)

const listener = {
  port: 0,
  plain: true,
  path: "/ocpp",
  maxMessageBytes,
  maxBufferedBytes: 256 * 1024,
  pingInterval: 2,
  closeTimeout: 2,
  handshakeTimeout: 20
} as const

/** The real native library, loaded as the tests of ocpp-uws do it. */
const native = async (): Promise<UwsServerOptions["native"]> => {
  const file = new URL("../../../packages/ocpp-uws/test/native.ts", import.meta.url).href
  const { loadNative } = (await import(file)) as { readonly loadNative: () => UwsServerOptions["native"] }
  return loadNative()
}

/** What the soak must know of either adapter. */
class Adapter extends Context.Service<
  Adapter,
  { readonly port: number; readonly connections: Effect.Effect<number> }
>()("@wattline/bench/Adapter") {}

const handlers: Handlers = {
  DataTransfer: ({ data, messageId }) =>
    Effect.delay(Effect.succeed({ status: "Accepted", data }), messageId === "slow" ? "200 millis" : 0)
}

const count = { refused: 0, callsToStations: 0, lostCalls: 0, lastRefusal: "", lastLoss: "" }

/** Calls a good station; the CALL counts as lost when the station was connected all the time and did not answer. */
const callOne = (station: Station): Effect.Effect<void> =>
  Effect.match(station.call("DataTransfer", { vendorId: "soak" }, { timeout: "15 seconds" }), {
    onSuccess: () => {
      count.callsToStations++
    },
    onFailure: (failure) => {
      if (failure._tag === "NotSent") return // it has just left
      if (failure._tag === "OutcomeUnknown" && failure.reason === "ConnectionLost") return
      count.lostCalls++
      count.lastLoss = failure.message
    }
  })

/** Calls the good stations for ever. */
const callAll = (stations: Effect.Effect<ReadonlyArray<Station>>): Effect.Effect<never> =>
  Effect.forever(
    Effect.gen(function* () {
      const good = (yield* stations).filter(({ identity }) => identity.startsWith("GOOD-"))
      yield* Effect.forEach(good, callOne, { concurrency: 50, discard: true })
      yield* Effect.sleep("50 millis")
    })
  )

const main = Effect.gen(function* () {
  const passwordHash = yield* hashPassword(password)
  const directory = StationDirectory.fromLookup((identity) =>
    Effect.succeed({ identity, securityProfile: 1, passwordHash })
  )
  const scope = yield* Scope.make()
  const census = new FiberCensus()
  // All stations come from one address here, which no limit by address is made for.
  const csmsLayer = Csms.layer(handlers, {
    connectionAttemptsPerAddress: Infinity,
    failedAttemptsPerAddress: Infinity,
    bytesPerSecond: Infinity,
    inventory: "off",
    answerWindow: "10 seconds" // what is remembered for repeats keeps a fiber awake
  })
  const build = <A, E, R>(layer: Layer.Layer<A, E, R>) =>
    Layer.buildWithScope(layer, scope).pipe(census.of, Effect.provideService(References.MinimumLogLevel, "None"))
  const core = yield* build(Layer.provide(csmsLayer, directory))
  const csms = Context.get(core, Csms)
  const layer: Layer.Layer<Adapter, unknown, Acceptor> =
    adapter === "uws"
      ? Layer.effect(
          Adapter,
          Effect.map(UwsServer, ({ address, connections }) => ({ port: address.port, connections }))
        ).pipe(Layer.provide(UwsServer.layer({ ...listener, native: yield* Effect.promise(native) })))
      : Layer.effect(
          Adapter,
          Effect.map(WsServer, ({ address, connections }) => ({ port: address.port, connections }))
        ).pipe(Layer.provide(WsServer.layer(listener)))
  const server = Context.get(yield* Effect.provideService(build(layer), Acceptor, Context.get(core, Acceptor)), Adapter)

  yield* Effect.forkDetach(
    Stream.runForEach(csms.events, (event) =>
      Effect.sync(() => {
        if (event._tag !== "AdmissionRefused") return
        count.refused++
        count.lastRefusal = `${event.target}: ${event.status} ${event.reason}`
      })
    )
  )
  const caller = yield* Effect.forkDetach(callAll(csms.stations))

  const stats = Effect.gen(function* () {
    const views = yield* Effect.flatMap(
      csms.stations,
      Effect.forEach(({ snapshot }) => snapshot)
    )
    for (let i = 0; i < 2; i++) globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    return {
      ...count,
      rss,
      heap: heapUsed,
      fibers: census.live,
      links: yield* server.connections,
      connected: views.filter(({ connected }) => connected).length,
      resources: Object.fromEntries(resources())
    } satisfies SoakStats
  })
  process.on("message", (question) => {
    if (question === "stats") Effect.runPromise(stats).then((answer) => process.send?.(answer), console.error)
    if (question === "hush") caller.interruptUnsafe()
    if (question === "stop") {
      const stopped = Effect.andThen(
        Scope.close(scope, Exit.void),
        Effect.sync(() => {
          process.send?.({ fibers: census.live, resources: Object.fromEntries(resources()) })
          process.disconnect()
        })
      )
      Effect.runFork(stopped)
    }
  })
  process.send?.({ port: server.port })
})

process.on("unhandledRejection", (error) => {
  console.error("unhandled rejection in the server:", error)
  process.exit(1)
})
await Effect.runPromise(main)
