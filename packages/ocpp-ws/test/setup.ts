/** One adapter on a free port in front of a recording acceptor. */
import { makeRecordingAcceptor, type RecordingOptions } from "@wattline/ocpp-conformance"
import { Acceptor } from "@wattline/ocpp-core"
import { Effect } from "effect"
import type { CommonOptions } from "../src/index.ts"
import { dial, start } from "./ws-harness.ts"

/** Starts the adapter at `/ocpp` and gives a way to connect with `ws`. */
export const setup = Effect.fnUntraced(function* (options: CommonOptions = {}, recording: RecordingOptions = {}) {
  const acceptor = yield* makeRecordingAcceptor(recording)
  const server = yield* Effect.provideService(
    start({ port: 0, plain: true, path: "/ocpp", ...options }),
    Acceptor,
    acceptor.service
  )
  const url = `ws://127.0.0.1:${server.address.port}`
  const connect = (client: Parameters<typeof dial>[2] = {}, target = "/ocpp/CS-1") =>
    Effect.gen(function* () {
      const peer = yield* dial(url, { target, protocols: ["ocpp2.0.1"] }, client)
      return { peer, link: yield* acceptor.nextLink }
    })
  return { acceptor, server, port: server.address.port, url, connect }
})
