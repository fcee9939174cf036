/** One adapter on a free port in front of a recording acceptor. */
import { makeRecordingAcceptor, type RecordingOptions } from "@wattline/ocpp-conformance"
import { Acceptor } from "@wattline/ocpp-core"
import { Effect, Exit, Scope } from "effect"
import type { CommonOptions, UwsServerOptions } from "../src/index.ts"
import { dial } from "./station.ts"
import { start } from "./uws-harness.ts"

/** Starts the adapter in a scope of its own, with the means to end it. */
export const startWith = Effect.fnUntraced(function* (options: UwsServerOptions, recording: RecordingOptions = {}) {
  const acceptor = yield* makeRecordingAcceptor(recording)
  const scope = yield* Scope.make()
  const stop = Scope.close(scope, Exit.void)
  yield* Effect.addFinalizer(() => stop)
  const server = yield* start(options).pipe(
    Effect.provideService(Acceptor, acceptor.service),
    Effect.provideService(Scope.Scope, scope)
  )
  return { acceptor, server, stop, port: server.address.port }
})

/** Starts the adapter at `/ocpp` and gives a way to connect with `ws`. */
export const setup = Effect.fnUntraced(function* (options: CommonOptions = {}, recording: RecordingOptions = {}) {
  const started = yield* startWith({ port: 0, plain: true, path: "/ocpp", ...options }, recording)
  const url = `ws://127.0.0.1:${started.port}`
  const connect = (client: Parameters<typeof dial>[2] = {}, target = "/ocpp/CS-1") =>
    Effect.gen(function* () {
      const peer = yield* dial(url, { target, protocols: ["ocpp2.0.1"] }, client)
      return { peer, link: yield* started.acceptor.nextLink }
    })
  return { ...started, url, connect }
})

/** A client frame, masked with zeros so that it can be read in a test. */
export const frame = (first: number, payload: Buffer | string = ""): Buffer => {
  const data = Buffer.from(payload)
  if (data.length > 125) throw new Error("only short frames")
  return Buffer.concat([Buffer.from([first, 0x80 | data.length, 0, 0, 0, 0]), data])
}

/** A text message. */
export const textFrame = (text: string): Buffer => frame(0x81, text)
