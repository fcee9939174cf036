/** The way in for promise users: builds the layers, and gives them back when the CSMS closes. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Csms } from "../csms/Csms.ts"
import type { CsmsOptions } from "../csms/Settings.ts"
import * as EventLog from "../observability/EventLog.ts"
import type { Acceptor } from "../transport/Transport.ts"
import { Bridge, rejectionOf } from "./Bridge.ts"
import { CsmsClosed } from "./CsmsClosed.ts"
import { csmsErrors } from "./errors.ts"
import { type PromiseHandlers, toHandlers } from "./Handlers.ts"
import {
  directoryLayer,
  type PromiseCheckCertificate,
  type PromiseStationDirectory,
  type PromiseStationStore,
  storeLayer,
  toCheck
} from "./Ports.ts"
import { CsmsFacade, type PromiseCsms } from "./PromiseCsms.ts"
import { PromiseStations } from "./PromiseStation.ts"

/**
 * A way for stations to connect, as adapters make it: `WsServer.layer({ port: 9000, plain: true })`. It starts with the
 * CSMS and stops with it. What it offers besides stays inside; `csms.endpoints()` tells where stations can connect.
 */
export type Transport = Layer.Layer<never, unknown, Acceptor>

/** A CSMS to make: what it listens on, what it decides, where it keeps things, and its settings. */
export interface PromiseCsmsOptions extends Omit<CsmsOptions, "checkCertificate"> {
  /** Where stations connect. Each must be able to listen, or there is no CSMS. */
  readonly transports: ReadonlyArray<Transport>
  /** Functions by action for all stations; without one, the default answer goes out. */
  readonly handlers?: PromiseHandlers | undefined
  /** Who may connect. Default: in memory, filled by `addStation`. */
  readonly directory?: PromiseStationDirectory | undefined
  /**
   * Asked about every station certificate that is good otherwise, before the upgrade: whether it was revoked. A
   * text refuses the station with HTTP 403 and is the reason; what it throws refuses it with 503. Default: not asked.
   */
  readonly checkCertificate?: PromiseCheckCertificate | undefined
  /** What survives a restart. Default: in memory, nothing does. */
  readonly store?: PromiseStationStore | undefined
  /** Writes a line to the console for every event: `true`, or which events at which level. Default: none. */
  readonly eventLog?: boolean | EventLog.EventLogOptions | undefined
}

/**
 * Starts a CSMS; stations can connect when the promise is there. Close it with `close()` or `await using`. Rejects with the
 * error of the first transport that cannot listen (`ListenError`: port in use, …), and then leaves nothing open.
 */
export const createCsms = async (options: PromiseCsmsOptions): Promise<PromiseCsms> => {
  const { checkCertificate, directory, eventLog = false, handlers = {}, store, transports, ...rest } = options
  const settings: CsmsOptions = { ...rest, ...(checkCertificate && { checkCertificate: toCheck(checkCertificate) }) }
  const bridge = new Bridge(() => new CsmsClosed(), csmsErrors)
  const stations = new PromiseStations(bridge)
  const core = Csms.layer(toHandlers(handlers, stations), settings).pipe(
    Layer.provide([directoryLayer(directory), storeLayer(store)])
  )
  const doors = transports.reduce<Transport>((all, transport) => Layer.merge(all, transport), Layer.empty)
  const log = eventLog === false ? Layer.empty : EventLog.layer(eventLog === true ? {} : eventLog)
  const runtime = ManagedRuntime.make(Layer.provideMerge(doors, Layer.provideMerge(log, core)))
  const started = await runtime.runPromiseExit(Effect.service(Csms))
  if (Exit.isSuccess(started)) return new CsmsFacade(started.value, bridge, stations, () => runtime.dispose())
  bridge.isClosed = true
  await runtime.dispose()
  throw rejectionOf(started.cause)
}
