/** Events of a station: numbered, with what caused them, and on their way to the CSMS. */
import { NotSent } from "@wattline/ocpp-core"
import type { EventDataType } from "@wattline/ocpp-v201"
import type { VirtualStation } from "../VirtualStation.ts"

/** Events in one NotifyEvent. */
const maxPerMessage = 10

/** Events that are kept; the oldest goes for one more. */
const maxKept = 500

/** Several go in one message when they come faster than they are answered; they are kept while the station is offline. */
export class Events {
  readonly #station: VirtualStation
  #kept: Array<EventDataType> = []
  #isSending = false
  #lastId = 0
  /** The last event by the depth of the change that it was made of: what a change leads to has it as its cause (N07.FR.05). */
  readonly #causes: Array<number | undefined> = []

  constructor(station: VirtualStation) {
    this.#station = station
  }

  /** A change begins that no other one led to. */
  begin(): void {
    if (this.#causes.length > 0) this.#causes.length = 0
  }

  /**
   * Takes an event over: sends it now, or when the station is online again. `depth`: how deep in changes it is, 0 outside of
   * any; `leads`: whether there may be more because of it.
   */
  raise(event: Omit<EventDataType, "eventId" | "timestamp" | "cause">, depth: number, leads: boolean): void {
    const eventId = ++this.#lastId
    const cause = this.#causes.slice(0, depth).findLast((one) => one !== undefined)
    this.#causes.length = Math.min(this.#causes.length, depth)
    if (leads) this.#causes[depth] = eventId
    if (this.#kept.length >= maxKept) this.#kept.shift()
    this.#kept.push({ eventId, timestamp: this.#station.time(), ...(cause !== undefined && { cause }), ...event })
    this.send()
  }

  /** Sends what there is, if it is possible. */
  send(): void {
    const { client } = this.#station
    if (this.#isSending || this.#kept.length === 0 || !client.isOnline) return
    const eventData = this.#kept.splice(0, maxPerMessage)
    this.#isSending = true
    client.call("NotifyEvent", { generatedAt: this.#station.time(), seqNo: 0, tbc: false, eventData }, (outcome) => {
      this.#isSending = false
      const isLeft =
        outcome._tag === "Failure" &&
        outcome.cause.reasons.some((reason) => reason._tag === "Fail" && reason.error instanceof NotSent)
      // What did not go out has another chance once the station is back, or with the next event.
      if (isLeft) this.#kept = [...eventData, ...this.#kept].slice(-maxKept)
      else this.send()
    })
  }
}
