/**
 * Watches all links of one station from the station's side and notes each frame that may not be there: two CALLs
 * at once, an answer too many or out of order, anything that the boot gate should have stopped.
 */
import { assert } from "@effect/vitest"
import type { FakeStation } from "../support/FakeStation.ts"

type Status = "Accepted" | "Pending" | "Rejected"
type Frame = readonly [type: number, id: string, ...rest: ReadonlyArray<unknown>]

interface Outstanding {
  readonly id: string
  readonly at: number
}

/** One link, as the station sees it. */
export interface Wire {
  readonly fake: FakeStation
  readonly openedAt: number
  /** CALLs of the station that have no answer yet, in order. */
  readonly asked: Array<{ readonly id: string; readonly action: string }>
  answered: number
  outstanding: Outstanding | undefined
}

const tellablePending = new Set([
  "CertificateSigned",
  "GetBaseReport",
  "GetReport",
  "GetVariables",
  "SetVariables",
  "TriggerMessage"
])

/** Times in milliseconds that the CSMS under test uses. */
export const times = { call: 2000, grace: 500, handler: 1000 } as const

/** See the head of the file. */
export class WireChecker {
  registration: Status | undefined = undefined
  /** Whether a boot handler is running. */
  isDeciding = false
  link: Wire | undefined = undefined
  readonly violations: Array<unknown> = []
  private readonly ids = new Set<string>()
  /** Heartbeats that were asked for since the last boot. */
  private tickets = 0
  private serial = 0
  /** Whether the station said, since it booted, that it gives no inventory. */
  private givesNone = false
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** Looks at a link from its first frame on. */
  watch(fake: FakeStation): Wire {
    const wire: Wire = { fake, openedAt: this.now(), asked: [], answered: 0, outstanding: undefined }
    this.link = wire
    this.isDeciding = false // the boot of an older link is given up
    fake.react = (text) => {
      try {
        this.received(wire, JSON.parse(text) as Frame)
      } catch (violation) {
        this.violations.push(violation) // thrown here, it would end in a fiber that nobody looks at
      }
    }
    return wire
  }

  /** The link has gone. */
  lost(): void {
    this.link = undefined
    this.isDeciding = false
  }

  private received(wire: Wire, frame: Frame): void {
    assert.strictEqual(wire, this.link, "R-187: sent on a link that was replaced")
    if (frame[0] === 2) this.told(wire, frame[1], String(frame[2]), frame[3])
    else this.answeredWith(wire, frame)
  }

  private told(wire: Wire, id: string, action: string, payload: unknown): void {
    const at = this.now()
    assert.isFalse(this.ids.has(id), "R-091: an id twice")
    this.ids.add(id)
    const { outstanding } = wire
    if (outstanding !== undefined)
      assert.isAtLeast(at - outstanding.at, times.call, `R-100: ${action} is the second CALL`)
    wire.outstanding = { id, at }
    const isBooting = this.isDeciding || wire.asked.some((asked) => asked.action === "BootNotification")
    assert.isFalse(isBooting, `R-155: ${action} between a boot and its answer`)
    assert.isTrue(wire.answered > 0 || at - wire.openedAt >= times.grace, `R-112: ${action} too early`)
    const { requestedMessage } = payload as { readonly requestedMessage?: string }
    if (this.registration === undefined) assert.strictEqual(requestedMessage, "BootNotification", "§2.1: not booted")
    if (this.registration === "Pending") assert.isTrue(tellablePending.has(action), `B02.FR.05: ${action}`)
    assert.notStrictEqual(this.registration, "Rejected", `B03.FR.03: ${action}`)
    if (requestedMessage === "Heartbeat") this.tickets++
    if (action !== "GetBaseReport") return
    assert.strictEqual(this.registration, "Accepted", "B-17: asked for an inventory by itself")
    assert.isFalse(this.givesNone, "B-17: asked again")
  }

  private answeredWith(wire: Wire, [type, id, what]: Frame): void {
    const asked = wire.asked.shift()
    assert.strictEqual(asked?.id, id, "R-110: answers in the order of the CALLs, each once")
    wire.answered++
    const action = asked?.action ?? ""
    if (action === "BootNotification") {
      assert.strictEqual(type, 3, "LC-1")
      this.registration = (what as { readonly status: Status }).status
      this.tickets = 0
      this.isDeciding = false
      return
    }
    const passed = what !== "SecurityError"
    const { registration } = this
    if (registration === "Accepted" || registration === undefined) assert.isTrue(passed, `R-150: ${action} was stopped`)
    if (registration === "Rejected") assert.isFalse(passed, `B03.FR.07: ${action} got through`)
    if (registration === "Pending" && passed) {
      assert.strictEqual(action, "Heartbeat", `B02.FR.09: ${action} got through`)
      assert.isAbove(this.tickets--, 0, "LC-7: a Heartbeat too many")
    }
    if (passed && action === "Nonsense") assert.strictEqual(what, "NotImplemented")
  }

  /** The station sends a CALL. */
  asks(action: string, payload: object): void {
    const { link } = this
    if (link === undefined) return
    const id = `s${++this.serial}`
    if (action === "BootNotification") this.givesNone = false
    link.asked.push({ id, action })
    link.fake.call(action, payload, id)
  }
  /** The station answers the outstanding CALL, if there is one. */
  replies(reply: (id: string, action: string, payload: unknown) => string): void {
    const { link } = this
    const { outstanding } = link ?? {}
    if (link === undefined || outstanding === undefined) return
    const [, , action, payload] = link.fake.lastCall
    link.outstanding = undefined
    const text = reply(outstanding.id, action, payload)
    // A late answer counts for nothing.
    if (action === "GetBaseReport" && text.startsWith("[4") && this.now() - outstanding.at < times.call)
      this.givesNone = true
    link.fake.say(text)
  }
}
