/** A CSMS of npm `ocpp-rpc`, without TLS: for the dialers and stations of Wattline, which share nothing with it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AddressInfo } from "node:net"
import { RPCServer } from "ocpp-rpc"
import type { RpcAnswers } from "./RpcStation.ts"

/** A CSMS that listens until the scope closes. */
export interface RpcCsms {
  /** Without the identity: `ws://127.0.0.1:49152/ocpp`. */
  readonly url: string
  /** Who came, with the identity and the password as this CSMS reads them. */
  readonly logins: ReadonlyArray<{ readonly identity: string; readonly password: string | undefined }>
  /** Invalid payloads and frames that are none; one sentence each. */
  readonly faults: ReadonlyArray<string>
}

type Trouble = { readonly method?: string; readonly error?: Error }

/** Listens on 127.0.0.1; a station with another password gets 401. Validates everything (`strictMode`). */
export const rpcCsms = Effect.fnUntraced(function* (
  password: string | undefined,
  answers: RpcAnswers = {}
): Effect.fn.Return<RpcCsms, never, Scope.Scope> {
  const logins: Array<RpcCsms["logins"][number]> = []
  const faults: Array<string> = []
  const server = new RPCServer({ protocols: ["ocpp2.0.1"], strictMode: true })
  server.auth((accept, reject, { identity, password: given }) => {
    const login = { identity, password: given?.toString() }
    logins.push(login)
    if (login.password === password) accept()
    else reject(401, "Unauthorized")
  })
  server.on("client", (client) => {
    for (const event of ["strictValidationFailure", "badMessage"]) {
      client.on(event, ({ method, error }: Trouble) => faults.push(`${event} ${method}: ${error?.message}`))
    }
    for (const [action, answer] of Object.entries(answers)) {
      client.handle(action, ({ params }: { readonly params: Record<string, unknown> }) => answer(params))
    }
  })
  const listening = yield* Effect.acquireRelease(
    Effect.promise(async () => await server.listen(0, "127.0.0.1")),
    () => Effect.promise(async () => await server.close({ force: true }))
  )
  const { port } = listening.address() as AddressInfo
  return { url: `ws://127.0.0.1:${port}/ocpp`, logins, faults }
})
