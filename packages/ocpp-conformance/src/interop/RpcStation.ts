/**
 * A charging station of npm `ocpp-rpc`: an implementation of OCPP-J that shares nothing with Wattline. It validates all four
 * directions of payloads with schemas of its own, and what it has to complain about is kept.
 */
import type { IncomingMessage } from "node:http"
import type { ConnectionOptions } from "node:tls"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { RPCClient } from "ocpp-rpc"

/** The station was not let in. */
export class NotLetIn extends Data.TaggedError("NotLetIn")<{
  /** The HTTP status; 0 when the TLS handshake failed. */
  readonly status: number
  readonly problem: string
}> {}

/** How the station comes. */
export interface RpcLogin {
  /** Without the identity: `wss://127.0.0.1:9000/ocpp`. */
  readonly endpoint: string
  readonly identity: string
  readonly password: string | undefined
  /** Whether it offers permessage-deflate. */
  readonly compression: boolean
  readonly tls: ConnectionOptions
}

/** A station that is let in. */
export interface RpcStation {
  /** The `Sec-WebSocket-Extensions` header of the 101 response. */
  readonly extensions: string | undefined
  readonly protocol: string | undefined
  /** Sends a CALL and gives the payload of its CALLRESULT. */
  readonly call: (action: string, request: object) => Effect.Effect<Record<string, unknown>>
  /** Closes with 1000 and gives the code that came back. */
  readonly leave: Effect.Effect<number | undefined>
  /** Invalid payloads, CALLERRORs in either direction, frames that are none; one sentence each. */
  readonly faults: ReadonlyArray<string>
}

/** Answers to the CALLs of the CSMS, by action. */
export type RpcAnswers = Readonly<Record<string, (request: Record<string, unknown>) => object>>

type Options = ConstructorParameters<typeof RPCClient>[0]
type Trouble = { readonly method?: string; readonly error?: Error }

/** Connects; the connection is cut off with the scope. */
export const rpcStation = (
  login: RpcLogin,
  answers: RpcAnswers = {}
): Effect.Effect<RpcStation, NotLetIn, Scope.Scope> =>
  Effect.gen(function* () {
    const faults: Array<string> = []
    // Its type wants every option spelled out, its code has defaults for all but the identity.
    const client = new RPCClient({
      endpoint: login.endpoint,
      identity: login.identity,
      ...(login.password !== undefined && { password: login.password }),
      protocols: ["ocpp2.0.1"],
      strictMode: true,
      reconnect: false,
      callTimeoutMs: 5000,
      wsOpts: { ...login.tls, perMessageDeflate: login.compression && { threshold: 0 } }
    } as Options)
    for (const event of ["callError", "strictValidationFailure", "badMessage"]) {
      client.on(event, ({ method, error }: Trouble) => faults.push(`${event} ${method}: ${error?.message}`))
    }
    for (const [action, answer] of Object.entries(answers)) {
      client.handle(action, async ({ params }) => answer(params ?? {}) as Record<string, unknown>)
    }
    let head: IncomingMessage | undefined
    client.once("open", ({ response }: { readonly response: IncomingMessage }) => (head = response))
    yield* Effect.acquireRelease(Effect.tryPromise({ try: async () => await client.connect(), catch: notLetIn }), () =>
      Effect.promise(async () => await client.close({ force: true }))
    )
    return {
      extensions: head?.headers["sec-websocket-extensions"],
      protocol: client.protocol,
      call: (action, request) =>
        Effect.promise(async () => (await client.call(action, request)) as Record<string, unknown>),
      leave: Effect.promise(async () => (await client.close({ code: 1000, reason: "", awaitPending: true }))?.code),
      faults
    }
  })

const notLetIn = (error: unknown): NotLetIn => {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  return typeof code === "number"
    ? new NotLetIn({ status: code, problem: String(message) })
    : new NotLetIn({ status: 0, problem: String(code ?? message) })
}
