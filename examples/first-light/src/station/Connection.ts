/**
 * The station's end of the wire: npm `ocpp-rpc`, an implementation of OCPP-J that shares nothing with Wattline. It validates
 * all four directions of payloads with schemas of its own, and everything it has to complain about is counted here.
 */
import { RPCClient } from "ocpp-rpc"
import type { Traffic } from "./Account.ts"

/** Where and as whom to connect. */
export interface Login {
  /** Without the identity: `ws://127.0.0.1:9000`. */
  readonly url: string
  readonly identity: string
  readonly password: string
}

type Options = ConstructorParameters<typeof RPCClient>[0]
type Outcome = { readonly outbound: boolean; readonly method: string; readonly error?: Error }

/** One connection to a CSMS, from `open` to `close`; it does not reconnect. */
export class Connection {
  private readonly client: RPCClient
  private sent = 0
  private answered = 0
  private readonly faults: Array<string> = []
  /** Ends when the connection is gone, with its close code and reason. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>

  constructor({ url, identity, password }: Login) {
    // Its type wants every option spelled out, its code has defaults for all but the identity.
    this.client = new RPCClient({
      endpoint: url,
      identity,
      password,
      protocols: ["ocpp2.0.1"],
      strictMode: true,
      reconnect: false,
      callTimeoutMs: 10_000
    } as Options)
    this.closed = new Promise((resolve) => void this.client.once("close", resolve))
    this.client.on("callResult", ({ outbound }: Outcome) => (outbound ? this.sent++ : this.answered++))
    this.client.on("callError", ({ method, error }: Outcome) => this.faults.push(`${method}: ${error?.message}`))
    this.client.on("strictValidationFailure", ({ method, error }: Outcome) =>
      this.faults.push(`${method} breaks the schema: ${error?.message}`)
    )
    this.client.on("badMessage", ({ error }: Outcome) => this.faults.push(`bad message: ${error?.message}`))
  }

  /** Connects, or fails with what the CSMS or the network said. */
  async open(): Promise<void> {
    try {
      await this.client.connect()
    } catch (error) {
      if (!(error instanceof Error && "code" in error && typeof error.code === "number")) throw error
      throw new Error(`the CSMS refused the connection: HTTP ${error.code} ${error.message}`, { cause: error })
    }
  }

  /** Sends a CALL and gives its response, which fits the action's schema; one is outstanding at a time, others wait. */
  async call<Response>(action: string, request: object): Promise<Response> {
    return (await this.client.call(action, request)) as Response
  }

  /** Answers an action of the CSMS; the request fits its schema. What follows from it is done after the answer. */
  handle(action: string, answer: (request: never) => object): void {
    this.client.handle(action, async ({ params }) => answer(params as never))
  }

  /** Waits for what is under way, then says goodbye. */
  async close(): Promise<void> {
    await this.client.close({ code: 1000, reason: "session over", awaitPending: true })
  }

  /** What went over the wire so far. */
  get traffic(): Traffic {
    return { sent: this.sent, answered: this.answered, faults: [...this.faults] }
  }
}
