/** An in-memory link: two ends, two lanes, and the faults that act between them. */
import * as Deferred from "effect/Deferred"
import * as Exit from "effect/Exit"
import type { Link, LinkHandler } from "@wattline/ocpp-core"
import type { Direction, Fault } from "../Fault.ts"
import { FaultRules } from "./FaultRules.ts"
import { type Item, Lane } from "./Lane.ts"
import { type EndLimits, LinkEnd } from "./LinkEnd.ts"
import type { Timers } from "./Timers.ts"

/** Both ends of one connection. */
export class MemoryLink {
  readonly station: LinkEnd
  /** Done once the CSMS was told that the connection is gone. */
  readonly ended = Deferred.makeUnsafe<void>()
  private readonly csms: LinkEnd
  private handler: LinkHandler | undefined
  private silent = false
  private readonly lanes: Readonly<Record<Direction, Lane>>
  private readonly rules = { toCsms: new FaultRules(), toStation: new FaultRules() }

  constructor(station: LinkHandler, limits: EndLimits, timers: Timers, onEnded: () => void) {
    const csms: LinkHandler = {
      onText: (text) => this.handler?.onText(text),
      onBinary: () => this.handler?.onBinary(),
      onClose: (code, reason) => {
        this.handler?.onClose(code, reason)
        onEnded()
        Deferred.doneUnsafe(this.ended, Exit.void)
      }
    }
    const unbounded = { ...limits, maxMessageBytes: Infinity }
    this.csms = new LinkEnd(csms, (item) => this.transmit("toStation", item), limits, timers)
    this.station = new LinkEnd(station, (item) => this.transmit("toCsms", item), unbounded, timers)
    this.lanes = {
      toCsms: new Lane(timers, (item) => this.csms.receive(item)),
      toStation: new Lane(timers, (item) => this.station.receive(item))
    }
  }

  /** Gives the CSMS its end. Nothing arrives there before `accept` has returned. */
  open(accept: (link: Link) => LinkHandler): void {
    this.handler = accept(this.csms)
  }

  /** The core's side of this link; `undefined` when it was never opened. */
  get core(): LinkHandler | undefined {
    return this.handler
  }

  addFault(fault: Fault): void {
    this.rules[fault.direction].add(fault)
  }

  clearFaults(): void {
    this.rules.toCsms.clear()
    this.rules.toStation.clear()
  }

  halfOpen(): void {
    this.silent = true
    this.lanes.toCsms.hold()
    this.lanes.toStation.hold()
  }

  heal(): void {
    this.silent = false
    this.lanes.toCsms.release()
    this.lanes.toStation.release()
  }

  /** Breaks the connection between the ends: both see 1006. */
  cut(): void {
    this.breakSilence()
    this.lanes.toCsms.push({ _tag: "Gone" })
    this.lanes.toStation.push({ _tag: "Gone" })
  }

  /** The station cuts the connection off; the CSMS learns it even on a silent link. */
  terminate(): void {
    this.breakSilence()
    this.station.terminate()
  }

  /** The station's last act: a polite close where the CSMS can hear it. */
  leave(): void {
    if (this.silent) this.terminate()
    else this.station.close(1000, "")
  }

  /** Ends the link without waiting for anything: 1001, or 1006 where the station cannot be reached. */
  shutdown(): void {
    if (this.silent) return this.cut()
    this.clearFaults()
    this.lanes.toCsms.flush()
    this.lanes.toStation.flush()
    this.csms.close(1001, "shutting down")
  }

  /** Closes a link that was never opened. */
  closeUnopened(code: number, reason: string): void {
    this.csms.close(code, reason)
  }

  /** What was held back on a silent link is lost with it. */
  private breakSilence(): void {
    if (!this.silent) return
    this.lanes.toCsms.clear()
    this.lanes.toStation.clear()
    this.heal()
  }

  private transmit(direction: Direction, item: Item): void {
    if (item._tag !== "Text") return this.lanes[direction].push(item)
    const { copies, delay, cut, halfOpen } = this.rules[direction].judge(item.text)
    if (cut) return this.cut()
    if (halfOpen) this.halfOpen()
    for (let copy = 0; copy < copies; copy++) this.lanes[direction].push(item, delay)
  }
}
