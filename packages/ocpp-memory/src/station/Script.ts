/** What a test station does with what arrives: pairs answers, gives standing answers, keeps the rest for who asks. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { LinkHandler } from "@wattline/ocpp-core"
import { Inbox } from "../Inbox.ts"
import { type CloseInfo, PeerClosed } from "../MemoryPeer.ts"
import { StationCallError } from "./failures.ts"
import type { LoggedText } from "./FrameLog.ts"
import * as StationFrame from "./StationFrame.ts"

type Answer = Extract<StationFrame.StationFrame, { readonly _tag: "CallResult" | "CallError" }>
type Call = Extract<StationFrame.StationFrame, { readonly _tag: "Call" }>
type Outcome = Exit.Exit<unknown, StationCallError | PeerClosed>

interface Waiting {
  readonly messageId: string
  readonly action: string
  readonly settle: (outcome: Outcome) => void
}

/** The callbacks of one connection. `send` hands a text to the link. */
export class Script implements LinkHandler {
  readonly log: Array<LoggedText> = []
  readonly unclaimed = new Inbox<StationFrame.StationFrame, PeerClosed>()
  readonly closed = Deferred.makeUnsafe<CloseInfo>()
  private readonly answers = new Map<string, (request: unknown) => unknown>()
  private readonly now: () => number
  private waiting: Array<Waiting> = []
  private transmit: (text: string) => boolean = () => false

  constructor(now: () => number) {
    this.now = now
  }

  /** Gives the script its way out. */
  attach(transmit: (text: string) => boolean): void {
    this.transmit = transmit
  }

  send(text: string): boolean {
    const sent = this.transmit(text)
    if (sent) this.log.push({ direction: "sent", text, at: this.now() })
    return sent
  }

  /** Sends a CALL and waits for its answer, without a limit. */
  call(messageId: string, action: string, request: unknown): Effect.Effect<unknown, StationCallError | PeerClosed> {
    return Effect.callback((resume) => {
      const waiting: Waiting = { messageId, action, settle: resume }
      this.waiting.push(waiting)
      if (!this.send(StationFrame.call(messageId, action, request))) {
        this.waiting = this.waiting.filter((other) => other !== waiting)
        return resume(Effect.flatMap(Deferred.await(this.closed), (info) => Effect.fail(new PeerClosed(info))))
      }
      return Effect.sync(() => {
        this.waiting = this.waiting.filter((other) => other !== waiting)
      })
    })
  }

  /** Sets a standing answer and gives it to the CALLs of that action that wait already. */
  answer(action: string, respond: (request: unknown) => unknown): void {
    this.answers.set(action, respond)
    for (const frame of this.unclaimed.extract((waiting) => isCall(waiting) && waiting.action === action)) {
      if (isCall(frame)) this.reply(frame, respond)
    }
  }

  onText(text: string): void {
    this.log.push({ direction: "received", text, at: this.now() })
    const frame = StationFrame.parse(text)
    if ((frame._tag === "CallResult" || frame._tag === "CallError") && this.settle(frame)) return
    const respond = frame._tag === "Call" ? this.answers.get(frame.action) : undefined
    if (frame._tag === "Call" && respond !== undefined) return this.reply(frame, respond)
    this.unclaimed.push(frame)
  }

  onBinary(): void {}

  onClose(code: number, reason: string): void {
    const closed = new PeerClosed({ code, reason })
    const waiting = this.waiting
    this.waiting = []
    Deferred.doneUnsafe(this.closed, Exit.succeed({ code, reason }))
    this.unclaimed.end(closed)
    for (const { settle } of waiting) settle(Exit.fail(closed))
  }

  /** Whether anybody waited for it. Two CALLs with one id share the answer. */
  private settle(frame: Answer): boolean {
    const settled = this.waiting.filter(({ messageId }) => messageId === frame.messageId)
    this.waiting = this.waiting.filter(({ messageId }) => messageId !== frame.messageId)
    for (const { action, settle } of settled) settle(outcome(frame, action))
    return settled.length > 0
  }

  private reply({ messageId, payload }: Call, respond: (request: unknown) => unknown): void {
    let text: string
    try {
      text = StationFrame.callResult(messageId, respond(payload))
    } catch (error) {
      text = StationFrame.callError(messageId, "InternalError", String(error).slice(0, 255), {})
    }
    this.send(text)
  }
}

const isCall = (frame: StationFrame.StationFrame): frame is Call => frame._tag === "Call"

const outcome = (frame: Answer, action: string): Outcome => {
  if (frame._tag === "CallResult") return Exit.succeed(frame.payload)
  const { messageId, code, description, details } = frame
  return Exit.fail(new StationCallError({ action, messageId, code, description, details }))
}
