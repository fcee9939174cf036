/** The way to a link: one attempt after the other, each with the profile of its moment, and the wait of R-189 between them. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { DialFailed, runInline } from "@wattline/ocpp-core/engine"
import { Alarm } from "./Alarm.ts"
import { backOff } from "./BackOff.ts"
import type { ClientParts, ClientProcess } from "./ClientProcess.ts"
import { next } from "./StationState.ts"

/** A dialer has broken its contract. */
const withoutLink = new DialFailed({ reason: "Protocol", detail: "The attempt ended without a connection." })

/** See the head of the file. */
export class Connecting {
  private readonly client: ClientProcess
  private readonly connection: ClientParts["connection"]
  private readonly alarm: Alarm
  private dialing: Fiber.Fiber<void, DialFailed> | undefined = undefined
  /** Number of the attempt that counts; what an earlier one brings is too late. */
  private attempt = 0
  /** Waits since the last connection. */
  private waits = 0
  /** Attempts that have failed since the last connection, or since the station left it on purpose. */
  private failures = 0

  constructor(client: ClientProcess, connection: ClientParts["connection"]) {
    this.client = client
    this.connection = connection
    this.alarm = new Alarm(client.host.deadlines, () => this.begin("Retry"))
  }

  /** Tries now. */
  begin(event: "Start" | "Retry"): void {
    const { client } = this
    if (next(client.state, event) === undefined) return
    this.alarm.cancel()
    const attempt = (this.attempt += 1)
    client.advance(event)
    if (attempt !== this.attempt) return // who was told has other plans
    const dialing = runInline(client.host.run, this.dial(attempt), (exit) => {
      if (attempt !== this.attempt) return // given up
      this.dialing = undefined
      if (Exit.isFailure(exit)) this.failed(exit.cause)
      else if (client.state === "Connecting") this.failed(Cause.fail(withoutLink))
    })
    if (attempt === this.attempt) this.dialing = dialing
    else dialing?.interruptUnsafe()
  }

  /** Tries again in so many seconds. */
  again(seconds: number): void {
    this.alarm.set(seconds)
  }

  /** Tries again after the wait of R-189, and gives it in seconds. */
  wait(): number {
    const { host, settings } = this.client
    const seconds = backOff(this.waits, settings, host.random())
    this.waits += 1
    this.again(seconds)
    return seconds
  }

  /** Tries no more. */
  stop(): void {
    const { dialing } = this
    this.alarm.cancel()
    this.waits = 0
    this.failures = 0
    this.attempt += 1
    this.dialing = undefined
    dialing?.interruptUnsafe()
  }

  /** One attempt, as the parts of the station want it now; what throws in them fails the attempt. */
  private dial(attempt: number): Effect.Effect<void, DialFailed> {
    const { client } = this
    return Effect.suspend(() => {
      const { host, identity, settings } = client
      const profile = this.connection(this.failures)
      const protocols = [host.protocol.subprotocol]
      const request = { ...profile, identity, protocols, timeout: settings.messageTimeout * 1000 }
      return host.dialer.dial(request, (dialed) => {
        const isWanted = client.state === "Connecting" && attempt === this.attempt
        if (isWanted) {
          this.waits = 0
          this.failures = 0
        }
        return client.linked(dialed, profile, isWanted)
      })
    })
  }

  private failed(cause: Cause.Cause<DialFailed>): void {
    const { client } = this
    const { session } = client
    if (session !== undefined) {
      session.end("terminate", "")
      return client.closed(session, 1006, "the attempt failed after its link was open")
    }
    if (next(client.state, "Lost") === undefined) return
    const retryIn = this.wait()
    this.failures += 1
    client.advance("Lost")
    const { detail, reason, securityEvent, status } = Option.getOrElse(Cause.findErrorOption(cause), () => ({
      reason: "Unreachable" as const,
      status: undefined,
      securityEvent: undefined,
      detail: Cause.pretty(cause)
    }))
    client.tell({ _tag: "ConnectFailed", reason, status, securityEvent, detail, retryIn })
  }
}
