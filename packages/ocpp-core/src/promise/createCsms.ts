/** The way in for promise users: builds the layers, and gives them back when the CSMS closes. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Csms } from "../csms/Csms.ts"
import type { CsmsOptions } from "../csms/Settings.ts"
import type { Acceptor } from "../transport/Transport.ts"
import { Bridge, rejectionOf } from "./Bridge.ts"
import { type PromiseHandlers, toHandlers } from "./Handlers.ts"
import { directoryLayer, type PromiseStationDirectory, type PromiseStationStore, storeLayer } from "./Ports.ts"
import { CsmsFacade, type PromiseCsms } from "./PromiseCsms.ts"
import { PromiseStations } from "./PromiseStation.ts"

/**
 * A way for stations to connect, as adapters make it: `WsServer.layer({ port: 9000, plain: true })`. It starts with the
 * CSMS and stops with it. What it offers besides stays inside; `csms.endpoints()` tells where stations can connect.
 */
export type Transport = Layer.Layer<never, unknown, Acceptor>

/** A CSMS to make: what it listens on, what it decides, where it keeps things, and its settings. */
export interface PromiseCsmsOptions extends CsmsOptions {
  /** Where stations connect. Each must be able to listen, or there is no CSMS. */
  readonly transports: ReadonlyArray<Transport>
  /** Functions by action for all stations; without one, the default answer goes out. */
  readonly handlers?: PromiseHandlers | undefined
  /** Who may connect. Default: in memory, filled by `addStation`. */
  readonly directory?: PromiseStationDirectory | undefined
  /** What survives a restart. Default: in memory, nothing does. */
  readonly store?: PromiseStationStore | undefined
}

/**
 * Starts a CSMS; stations can connect when the promise is there. Close it with `close()` or `await using`. Rejects with the
 * error of the first transport that cannot listen (`ListenError`: port in use, …), and then leaves nothing open.
 */
export const createCsms = async (options: PromiseCsmsOptions): Promise<PromiseCsms> => {
  const { directory, handlers = {}, store, transports, ...settings } = options
  const bridge = new Bridge()
  const stations = new PromiseStations(bridge)
  const core = Csms.layer(toHandlers(handlers, stations), settings).pipe(
    Layer.provide([directoryLayer(directory), storeLayer(store)])
  )
  const doors = transports.reduce<Transport>((all, transport) => Layer.merge(all, transport), Layer.empty)
  const runtime = ManagedRuntime.make(Layer.provideMerge(doors, core))
  const started = await runtime.runPromiseExit(Effect.service(Csms))
  if (Exit.isSuccess(started)) return new CsmsFacade(started.value, bridge, stations, () => runtime.dispose())
  bridge.isClosed = true
  await runtime.dispose()
  throw rejectionOf(started.cause)
}
