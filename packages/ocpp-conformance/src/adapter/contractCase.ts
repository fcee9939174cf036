/** One case of the adapter contract: its own acceptor, its own started adapter, and the rules that hold for every case. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { assert, it } from "@effect/vitest"
import type { AdapterHarness, Dial, DialRefused, Peer } from "../Peer.ts"
import type { RecordedLink, RecordingAcceptor, RecordingOptions } from "../RecordingAcceptor.ts"
import { recorded } from "../webSocket/running.ts"

/** What the body of a case works with. */
export interface Bench {
  readonly acceptor: RecordingAcceptor
  readonly dial: (dial: Dial) => Effect.Effect<Peer, DialRefused, Scope.Scope>
  /** Stops the adapter; ends when it has stopped. */
  readonly shutdown: Effect.Effect<void>
  /** Dials with `ocpp2.0.1` and gives both ends. */
  readonly connect: (target?: string) => Effect.Effect<Ends, DialRefused, Scope.Scope>
}

/** Both ends of one connection. */
interface Ends {
  readonly peer: Peer
  readonly server: RecordedLink
}

/**
 * Defines the test. After the body the adapter is stopped, and in every case: nothing was called after `onClose`, and
 * every link got its `onClose`.
 */
export const contractCase = (
  harness: AdapterHarness,
  title: string,
  body: (bench: Bench) => Effect.Effect<void, unknown, Scope.Scope>,
  options: RecordingOptions & { readonly skip?: boolean } = {}
): void =>
  it.live.skipIf(options.skip === true)(
    title,
    Effect.fnUntraced(function* () {
      const { acceptor, server, stop: shutdown } = yield* recorded(harness.start, options)
      const { dial } = server
      const connect = Effect.fnUntraced(function* (target = "/ocpp/CS-1") {
        const peer = yield* dial({ target, protocols: ["ocpp2.0.1"] })
        return { peer, server: yield* acceptor.nextLink }
      })
      yield* body({ acceptor, dial, shutdown, connect })
      yield* shutdown
      assert.deepStrictEqual(acceptor.violations, [], "breaches of the LinkHandler contract")
      assert.deepStrictEqual<unknown>(
        acceptor.links.map((link) => link.calls.at(-1)?._tag),
        acceptor.links.map(() => "Close"),
        "the last call of every link"
      )
    })
  )

/** Takes `count` texts from a peer. */
export const receiveMany = (peer: Peer, count: number) => Effect.all(Array.from({ length: count }, () => peer.receive))

/** Takes the next `count` calls of a link. */
export const nextCalls = (server: RecordedLink, count: number) =>
  Effect.all(Array.from({ length: count }, () => server.next))

/** An answer to `admit` that comes only when the gate is opened. */
export const gated = <A>(gate: Deferred.Deferred<void>, answer: A): Effect.Effect<A> =>
  Effect.as(Deferred.await(gate), answer)
