/** An adapter on a port of its own in front of a recording acceptor, and the ways to come to it. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Acceptor } from "@wattline/ocpp-core"
import { type ClientSettings, dial } from "../dial.ts"
import { makeRecordingAcceptor, type RecordingOptions } from "../RecordingAcceptor.ts"
import { raw, upgradeRequest } from "../tcp.ts"
import type { RunningWebSocket } from "./WebSocketHarness.ts"

/** Starts an adapter in a scope of its own; `stop` ends it, as does the end of the caller's scope. */
export const recorded = Effect.fnUntraced(function* <S, E, R>(
  starting: Effect.Effect<S, E, R>,
  recording: RecordingOptions = {}
) {
  const acceptor = yield* makeRecordingAcceptor(recording)
  const scope = yield* Scope.make()
  const stop = Scope.close(scope, Exit.void)
  yield* Effect.addFinalizer(() => stop)
  const server = yield* starting.pipe(
    Effect.provideService(Acceptor, acceptor.service),
    Effect.provideService(Scope.Scope, scope)
  )
  return { acceptor, server, stop }
})

/** The same for an adapter on 127.0.0.1 without TLS, and a way to connect to it with both ends. */
export const running = Effect.fnUntraced(function* <S extends RunningWebSocket, E, R>(
  starting: Effect.Effect<S, E, R>,
  recording: RecordingOptions = {}
) {
  const started = yield* recorded(starting, recording)
  const { port } = started.server.address
  const url = `ws://127.0.0.1:${port}`
  const connect = Effect.fnUntraced(function* (client: ClientSettings = {}, target = "/ocpp/CS-1") {
    const peer = yield* dial(url, { target, protocols: ["ocpp2.0.1"] }, client)
    return { peer, link: yield* started.acceptor.nextLink }
  })
  return { ...started, port, url, connect }
})

/** A raw station whose handshake with an adapter at `/ocpp` is over. */
export const opened = Effect.fnUntraced(function* <S extends RunningWebSocket, E, R>(
  starting: Effect.Effect<S, E, R>,
  headers: Readonly<Record<string, string | undefined>> = {}
) {
  const started = yield* running(starting)
  const station = yield* raw(started.port, upgradeRequest("/ocpp/CS-1", headers))
  const link = yield* started.acceptor.nextLink
  yield* station.until("\r\n\r\n")
  return { ...started, ...station, link }
})

/** What came behind the head of an HTTP answer, as latin1. */
export const behindHead = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4)
