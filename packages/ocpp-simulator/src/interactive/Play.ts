/** One running station that is played with: what commands and screen know of it. */
import type { ClientEvent } from "@wattline/ocpp-station"
import { type EVSE, type Happening, maxPower, type VirtualProcess } from "@wattline/ocpp-station/virtual"
import * as Effect from "effect/Effect"
import type { NamedEV } from "../scenario/EVModels.ts"
import type { Vocabulary } from "./Argument.ts"
import type { Condition, Facts } from "./Condition.ts"
import type { EvseView, StationView, TransactionView } from "./StationView.ts"
import { variableText } from "./VariableName.ts"
import type { Message } from "./messages.ts"

/** What is plugged in and swiped where a command does not say. */
export interface Defaults {
  readonly ev: NamedEV
  /** 0 to 1. */
  readonly stateOfCharge: number
  /** 0 to 1. */
  readonly target: number
}

/** How messages are shown: not at all, in a line, in full. */
export type MessageDetail = "off" | "short" | "full"

/** See the head of the file. */
export class Play {
  readonly controls: VirtualProcess
  readonly url: string
  readonly defaults: Defaults
  readonly vocabulary: Vocabulary
  /** The EVSE that is meant where none is named. */
  selected = 1
  messageDetail: MessageDetail = "short"
  /** Whether the user wants to go. */
  isLeaving = false
  private readonly counts = new Map<string, number>()
  private readonly last = new Map<number, TransactionView>()
  /** What running transactions cost. */
  private readonly running = new Map<string, number>()
  private readonly waiting = new Set<() => void>()
  private retryAt: number | undefined

  constructor(controls: VirtualProcess, url: string, defaults: Defaults, vocabulary: Omit<Vocabulary, "variables">) {
    this.controls = controls
    this.url = url
    this.defaults = defaults
    this.vocabulary = { ...vocabulary, variables: () => variablesOf(controls) }
  }

  /** The EVSE that is meant. */
  evse(id = this.selected): EVSE {
    const evse = this.controls.evse(id)
    if (evse === undefined) throw new RangeError(`no EVSE ${id}`)
    return evse
  }

  /** A message went over the link. */
  passed({ action, isCall, to }: Message): void {
    if (isCall && action !== undefined) {
      const key = `${to === "csms" ? "sent" : "received"} ${action}`
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    }
  }

  /** Something has happened at the station; whether that is news. */
  happened(event: Happening | ClientEvent): boolean {
    switch (event._tag) {
      case "CostUpdated":
        return this.priced(event.transactionId, event.totalCost)
      case "TransactionEnded": {
        const { energyWh, evseId, stoppedReason, totalCost, transactionId } = event
        const cost = totalCost ?? this.running.get(transactionId)
        this.running.delete(transactionId)
        this.last.set(evseId, { id: transactionId, isRunning: false, state: stoppedReason, energy: energyWh, cost })
        break
      }
      case "ConnectFailed":
      case "Disconnected":
        this.retryAt = event.retryIn === undefined ? undefined : this.controls.now() + event.retryIn * 1000
        break
      case "Connected":
        this.retryAt = undefined
    }
    return true
  }

  /** Also after the end: the answer to the last TransactionEvent may have the final cost. Whether it is another now. */
  private priced(id: string, cost: number): boolean {
    for (const [evseId, last] of this.last) {
      if (last.id !== id) continue
      this.last.set(evseId, { ...last, cost })
      return last.cost !== cost
    }
    const isNews = this.running.get(id) !== cost
    this.running.set(id, cost)
    return isNews
  }

  /** The network is gone for so many milliseconds: nothing is tried before. */
  away(milliseconds: number): void {
    this.retryAt = Number.isFinite(milliseconds) ? this.controls.now() + milliseconds : undefined
  }

  /** What a command waits for may be true now. */
  look(): void {
    for (const check of this.waiting) check()
  }

  /** A command that acts begins: messages are counted from here. */
  begin(): void {
    this.counts.clear()
  }

  /** What conditions are asked about, as it is now. */
  facts(): Facts {
    return {
      view: this.view(),
      count: (direction, action) => this.counts.get(`${direction} ${action}`) ?? 0,
      value: ({ component, instance, variable }) => this.controls.model.value(component, variable, instance)
    }
  }

  /** Waits until the condition holds. It is looked at whenever something happens, and by whoever calls `look`. */
  until(condition: Condition): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const check = (): void => {
        if (!condition.holds(this.facts())) return
        this.waiting.delete(check)
        resume(Effect.void)
      }
      this.waiting.add(check)
      check()
      return Effect.sync(() => this.waiting.delete(check))
    })
  }

  /** The station as it is now. */
  view(): StationView {
    const { client, chargingStation, display, evses, identity } = this.controls
    const { firmwareVersion = "", model, vendorName } = chargingStation
    return {
      identity,
      hardware: `${vendorName} ${model} ${firmwareVersion}`.trim(),
      url: this.url,
      state: client.state,
      retryIn:
        client.state !== "Waiting" || this.retryAt === undefined
          ? undefined
          : Math.max(0, (this.retryAt - this.controls.now()) / 1000),
      undelivered: client.undelivered(),
      display: display.shown().map(({ message }) => message.content),
      selected: this.selected,
      evses: evses.map((evse) => this.viewOf(evse))
    }
  }

  private viewOf(evse: EVSE): EvseView {
    const { availability, power, smartCharging } = this.controls
    const { plugged, supply, transaction } = evse
    const limit = smartCharging.limitOf(evse)
    const current = limit.current === undefined ? Infinity : limit.current * supply.voltage * Math.max(1, supply.phases)
    const allowed = Math.min(limit.power ?? Infinity, current)
    return {
      id: evse.id,
      supply: supply.phases === 0 ? `DC ${supply.maxCurrent} A` : `AC ${supply.phases} × ${supply.maxCurrent} A`,
      maxPower: maxPower(supply),
      connectors: evse.connectors.map(({ id, type }) => ({ id, type, status: availability.statusOf(evse.id, id) })),
      cable: plugged && {
        connectorId: plugged.connectorId,
        ev: (plugged.ev.model as Partial<NamedEV>).name ?? "EV",
        stateOfCharge: plugged.ev.stateOfCharge,
        target: plugged.ev.target
      },
      transaction:
        transaction === undefined
          ? this.last.get(evse.id)
          : {
              id: transaction.transactionId,
              isRunning: true,
              state: transaction.chargingState,
              energy: transaction.energyWh,
              cost: this.running.get(transaction.transactionId)
            },
      power: power.reading(evse).power,
      limit: Number.isFinite(allowed) ? allowed : undefined
    }
  }
}

const variablesOf = ({ model }: VirtualProcess): ReadonlyArray<string> =>
  model.inventory.items.map(({ component, variable }) => {
    const { evse, instance, name } = component
    return variableText({
      component: {
        name,
        ...(instance !== undefined && { instance }),
        ...(evse !== undefined && {
          evse: { id: evse.id, ...(evse.connectorId !== undefined && { connectorId: evse.connectorId }) }
        })
      },
      variable: variable.name,
      ...(variable.instance !== undefined && { instance: variable.instance })
    })
  })
