/** A station's end of a link, below any adapter: what it sends arrives in the same tick, what it gets is recorded. */
import { Effect } from "effect"
import { Acceptor, type Admitted, type Link, type LinkHandler } from "../../src/index.ts"

/** See the head of the file. */
export class FakeStation implements Link {
  /** Every text from the CSMS, in order. */
  readonly texts: Array<string> = []
  closed: { readonly code: number; readonly reason: string } | undefined = undefined
  /** Half open: it is not told of a close by the CSMS, and does not confirm it. */
  deaf = false
  /** Told of each text from the CSMS, while it is being sent. */
  react: ((text: string) => void) | undefined = undefined
  private handler: LinkHandler | undefined = undefined
  private count = 0

  /** Opens a link as an adapter would after the 101. */
  static readonly connect = (identity: string): Effect.Effect<FakeStation, never, Acceptor> =>
    Effect.suspend(() => {
      const station = new FakeStation()
      return Effect.as(station.open(identity), station)
    })

  /** Opens the link of a station that was admitted. */
  static readonly enter = (admitted: Admitted): Effect.Effect<FakeStation, never, Acceptor> =>
    Effect.map(Acceptor, (acceptor) => {
      const station = new FakeStation()
      station.handler = acceptor.open(admitted, station)
      return station
    })

  /** The same as `connect`, for a station that is prepared before its first frame. */
  open(identity: string): Effect.Effect<void, never, Acceptor> {
    return Effect.map(Acceptor, (acceptor) => {
      const admitted: Admitted = {
        _tag: "Admitted",
        identity,
        protocol: "ocpp2.0.1",
        remoteAddress: undefined,
        securityProfile: 0
      }
      this.handler = acceptor.open(admitted, this)
    })
  }

  /** The core's side, for a link that a test opened by itself. */
  attach(handler: LinkHandler): void {
    this.handler = handler
  }

  // --- the Link the core drives
  send(text: string): boolean {
    if (this.closed !== undefined) return false
    this.texts.push(text)
    this.react?.(text)
    return true
  }
  close(code: number, reason: string): void {
    if (this.closed !== undefined) return
    this.closed = { code, reason }
    if (this.deaf) return
    this.handler?.onClose(code, reason)
  }
  terminate(): void {
    this.close(1006, "")
  }

  // --- what the station does
  say(text: string): void {
    this.handler?.onText(text)
  }
  sayBinary(): void {
    this.handler?.onBinary()
  }
  /** Sends a CALL; gives its id. */
  call(action: string, payload: unknown, messageId = `s${++this.count}`): string {
    this.say(JSON.stringify([2, messageId, action, payload]))
    return messageId
  }
  /** Answers the last CALL of the CSMS. */
  reply(payload: unknown): void {
    this.say(JSON.stringify([3, this.lastCall[1], payload]))
  }
  /** Answers the last CALL of the CSMS with a CALLERROR. */
  fail(errorCode: string, errorDescription = "", errorDetails: object = {}): void {
    this.say(JSON.stringify([4, this.lastCall[1], errorCode, errorDescription, errorDetails]))
  }
  /** The station loses its network. */
  vanish(code = 1006, reason = ""): void {
    this.close(code, reason)
  }
  /** Everything from the CSMS, parsed. */
  get frames(): ReadonlyArray<ReadonlyArray<unknown>> {
    return this.texts.map((text) => JSON.parse(text) as ReadonlyArray<unknown>)
  }
  /** CALLs of the CSMS. */
  get calls(): ReadonlyArray<readonly [2, string, string, unknown]> {
    return this.frames.filter((frame) => frame[0] === 2) as unknown as ReadonlyArray<
      readonly [2, string, string, unknown]
    >
  }
  get lastCall(): readonly [2, string, string, unknown] {
    const last = this.calls.at(-1)
    if (last === undefined) throw new Error("the CSMS has sent no CALL")
    return last
  }
  /** The answer to a CALL of the station: everything after the id. */
  answerTo(messageId: string): ReadonlyArray<unknown> | undefined {
    return this.frames.find((frame) => frame[0] !== 2 && frame[1] === messageId)?.slice(2)
  }
  /** Boots; gives the answer. */
  boot(reason = "PowerUp"): unknown {
    const id = this.call("BootNotification", { reason, chargingStation: { model: "M1", vendorName: "V" } })
    return this.answerTo(id)?.[0]
  }
}
