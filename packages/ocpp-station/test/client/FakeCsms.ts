/** A CSMS at the other end of a dialer that does what a test says, frame by frame. */
import { Dialer, DialFailed, type DialRequest, type Link, type LinkHandler } from "@wattline/ocpp-core/engine"
import { Stations, type StationOptions } from "@wattline/ocpp-station"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

/** A frame that the station sent, parsed. */
export type Sent = readonly [2 | 3 | 4, string, ...ReadonlyArray<unknown>]

/** One connection. */
interface Line {
  isOpen: boolean
  handler: LinkHandler | undefined
  /** What is said while the station is still taking over its link: it hears it right after. */
  readonly early: Array<string>
}

/** See the head of the file. */
export class FakeCsms {
  /** Attempts to connect, in order; `at` in milliseconds. */
  readonly attempts: Array<DialRequest & { readonly at: number }> = []
  /** What the station has sent and the test has not looked at yet. */
  private inbox: Array<Sent> = []
  /** The next attempts fail with these; `undefined` lets one in. */
  readonly failures: Array<DialFailed["reason"] | undefined> = []
  /** Answers by action that are given by themselves. */
  readonly answers = new Map<string, (request: never) => object>()
  pingInterval = 0
  closedWith: number | "terminate" | undefined = undefined
  /** Connections that were made while another was open. */
  doubled = 0
  /** The connection that each frame came over. */
  private readonly lines = new WeakMap<Sent, object>()
  private line: Line | undefined = undefined
  private calls = 0

  readonly layer = Layer.succeed(
    Dialer,
    Dialer.of({
      dial: (request, open) =>
        Effect.clockWith((clock) => {
          this.attempts.push({ ...request, at: clock.currentTimeMillisUnsafe() })
          const reason = this.failures.shift()
          if (reason !== undefined) return Effect.fail(new DialFailed({ reason, detail: "as the test says" }))
          this.closedWith = undefined
          if (this.line !== undefined) this.doubled += 1
          const line: Line = { isOpen: true, handler: undefined, early: [] }
          this.line = line
          const handler = open({
            link: this.linkOf(line),
            protocol: "ocpp2.0.1",
            ping: (seconds) => {
              this.pingInterval = seconds
            }
          })
          if (!line.isOpen) {
            handler.onClose(1006, "")
            return Effect.void
          }
          line.handler = handler
          for (const text of line.early) handler.onText(text)
          return Effect.void
        })
    })
  )

  private linkOf(line: Line): Link {
    return {
      send: (text) => {
        if (!line.isOpen) return false
        const frame = JSON.parse(text) as Sent
        this.lines.set(frame, line)
        const answer = frame[0] === 2 ? this.answers.get(String(frame[2])) : undefined
        if (answer === undefined) this.inbox.push(frame)
        else this.say([3, frame[1], answer(frame[3] as never)])
        return true
      },
      close: (code) => this.shut(line, code),
      terminate: () => this.shut(line, "terminate")
    }
  }

  get isConnected(): boolean {
    return this.line?.handler !== undefined
  }

  /** Whether this frame came over the connection that is open now. */
  isCurrent(frame: Sent): boolean {
    return this.line !== undefined && this.lines.get(frame) === this.line
  }

  /** Whether two frames came over the same connection. */
  areTogether(one: Sent, other: Sent): boolean {
    return this.lines.get(one) === this.lines.get(other)
  }

  /** What the station has sent since the last look. */
  sent(): ReadonlyArray<Sent> {
    const sent = this.inbox
    this.inbox = []
    return sent
  }

  /** Its next CALL, which must be of this action. */
  call(action: string): { readonly request: Record<string, unknown>; reply(response: object): void; refuse(): void } {
    const frame = this.inbox.shift()
    if (frame === undefined || frame[2] !== action)
      throw new Error(`expected ${action}, but the station sent ${JSON.stringify(frame)}`)
    return {
      request: frame[3] as Record<string, unknown>,
      reply: (response) => this.say([3, frame[1], response]),
      refuse: () => this.say([4, frame[1], "InternalError", "", {}])
    }
  }

  /** Sends a CALL to the station and gives its answer when it came at once. */
  ask(action: string, request: object): Sent | undefined {
    this.calls += 1
    const id = `csms-${this.calls}`
    this.say([2, id, action, request])
    const at = this.inbox.findIndex((frame) => frame[1] === id)
    return at === -1 ? undefined : this.inbox.splice(at, 1)[0]
  }

  say(frame: unknown): void {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame)
    const handler = this.line?.handler
    if (handler === undefined) this.line?.early.push(text)
    else handler.onText(text)
  }

  /** A binary message, which OCPP-J does not have. */
  sayBinary(): void {
    this.line?.handler?.onBinary()
  }

  /** The link is gone. */
  hangUp(code: number | "terminate" = 1006): void {
    if (this.isConnected && this.line !== undefined) this.shut(this.line, code)
  }

  private shut(line: Line, code: number | "terminate"): void {
    if (!line.isOpen) return
    line.isOpen = false
    if (this.line === line) {
      this.line = undefined
      this.closedWith = code
    }
    line.handler?.onClose(code === "terminate" ? 1006 : code, "")
  }

  /** Lets the station in: its BootNotification is answered. */
  accept(interval = 300): void {
    this.call("BootNotification").reply({ status: "Accepted", currentTime: "1970-01-01T00:00:00Z", interval })
  }
}

export const connection = {
  identity: "CS-1",
  url: "ws://csms/ocpp",
  chargingStation: { model: "Test", vendorName: "Wattline" }
} as const

/** A station that has dialled, and its CSMS. */
export const setup = Effect.fnUntraced(function* (
  options: Partial<StationOptions> = {},
  prepare: (csms: FakeCsms) => void = () => {}
) {
  const csms = new FakeCsms()
  prepare(csms)
  const context = yield* Layer.build(Layer.provide(Stations.layer, csms.layer))
  const client = yield* Effect.flatMap(Stations, ({ connect }) => connect({ ...connection, ...options })).pipe(
    Effect.provide(context)
  )
  return { csms, client }
})

/** The same, booted and Accepted. */
export const accepted = Effect.fnUntraced(function* (options: Partial<StationOptions> = {}) {
  const ends = yield* setup(options)
  ends.csms.accept()
  return ends
})

/** Seconds go by. */
export const pass = (seconds: number): Effect.Effect<void> => TestClock.adjust(seconds * 1000)
