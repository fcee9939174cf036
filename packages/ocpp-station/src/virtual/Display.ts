/** O of a virtual station: messages that it has, and those that it shows. They survive a reboot (O01.FR.10). */
import * as Effect from "effect/Effect"
import type {
  GetDisplayMessagesRequest,
  MessageInfoType,
  MessageStateEnumType,
  SetDisplayMessageResponse
} from "@wattline/ocpp-v201"
import { andThen, type Refusal, refuse } from "@wattline/ocpp-core"
import type { StationHandlers } from "../client/Client.ts"
import { displayKey, isOver, nextChange, refusalOf, shown, withMessage } from "./display/Rules.ts"
import type { Happening } from "./Happening.ts"
import { Later } from "./jobs/Later.ts"
import type { Part } from "./parts.ts"
import { repeatableMessage } from "./repeatable.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** How a station shows messages. */
export interface DisplayOptions {
  /** States that messages may be for. Default: all four. */
  readonly states?: ReadonlyArray<MessageStateEnumType>
  /** Displays besides the main one. */
  readonly displays?: ReadonlyArray<NonNullable<MessageInfoType["display"]>>
  /** Messages that it has room for where the device model has no limit. Default 50. */
  readonly maxMessages?: number
  /** Messages in one NotifyDisplayMessages. Default 5. */
  readonly messagesPerPart?: number
}

const controller = "DisplayMessageCtrlr"
const allStates: ReadonlyArray<MessageStateEnumType> = ["Charging", "Faulted", "Idle", "Unavailable"]

/** See the head of the file. */
export class Display implements Part {
  private readonly station: VirtualStation
  private readonly options: DisplayOptions
  private readonly later: Later
  private held: ReadonlyArray<MessageInfoType> = []
  private showing: ReadonlyArray<MessageInfoType> = []

  constructor(station: VirtualStation, options: DisplayOptions = {}) {
    this.station = station
    this.options = options
    this.later = new Later(station)
  }

  readonly handlers = {
    SetDisplayMessage: ({ message }) => this.guarded(() => this.set(message)),
    GetDisplayMessages: (request) => this.guarded(() => this.get(request)),
    ClearDisplayMessage: ({ id }) => this.guarded(() => this.clear(id))
  } satisfies StationHandlers

  /** What is shown now: on each display the messages of the best priority, which take turns. */
  shown(): ReadonlyArray<MessageInfoType> {
    return this.showing
  }

  /** The messages that the station has, oldest first. */
  messages(): ReadonlyArray<MessageInfoType> {
    return this.held
  }

  online(): void {
    if (this.held.length > 0) this.refresh()
  }

  down(): void {
    this.later.pause()
  }

  happened(happening: Happening): void {
    if (!this.station.client.isOnline) this.fallBack(happening)
    if (this.held.length === 0) return
    switch (happening._tag) {
      case "TransactionEnded":
        // O02.FR.02
        return this.keep(this.held.filter(({ transactionId }) => transactionId !== happening.transactionId))
      case "TransactionStarted":
      case "StatusChanged":
        return this.refresh()
    }
  }

  /** Nobody can say what it costs: the station shows what it was given for that (I04.FR.01, I05.FR.02). */
  private fallBack(happening: Happening): void {
    const show = (of: "Tariff" | "Cost", variable: string, more: { readonly transactionId?: string } = {}): void => {
      const { model } = this.station
      const content =
        model.value("TariffCostCtrlr", "Enabled", of) === "true" ? model.value("TariffCostCtrlr", variable) : ""
      if (content) this.station.tell({ _tag: "MessageShown", id: 0, content, ...more })
    }
    if (happening._tag === "TokenJudged" && happening.accepted) show("Tariff", "TariffFallbackMessage")
    if (happening._tag === "TransactionEnded")
      show("Cost", "TotalCostFallbackMessage", { transactionId: happening.transactionId })
  }

  /** Without its controller the station never had a display. */
  private guarded<A>(answer: () => A): Effect.Effect<A, Refusal> {
    return Effect.suspend((): Effect.Effect<A, Refusal> =>
      this.station.model.value(controller, "SupportedFormats") === undefined
        ? Effect.fail(refuse("NotSupported", "no display"))
        : Effect.succeed(answer())
    )
  }

  private set(message: MessageInfoType): SetDisplayMessageResponse {
    const { model } = this.station
    const isOff = ["Available", "Enabled"].some((name) => model.value(controller, name)?.toLowerCase() === "false")
    if (isOff) return { status: "Rejected", statusInfo: { reasonCode: "NotEnabled" } }
    const displays = new Set((this.options.displays ?? []).map((display) => displayKey({ ...message, display })))
    const now = this.station.now()
    const refusal = refusalOf(
      message,
      this.held.filter((one) => !isOver(one, now)),
      {
        priorities: model.list(controller, "SupportedPriorities"),
        formats: model.list(controller, "SupportedFormats"),
        states: this.options.states ?? allStates,
        maxMessages: model.maxLimit(controller, "DisplayMessages") ?? this.options.maxMessages ?? 50,
        isTransaction: (id) => this.station.transactions.find(id) !== undefined,
        isDisplay: (display) => displays.has(displayKey({ ...message, display })),
        now
      }
    )
    if (refusal !== undefined) return refusal
    this.keep(withMessage(this.held, repeatableMessage(message))) // O06.FR.01
    return { status: "Accepted" }
  }

  private get({ id, priority, requestId, state }: GetDisplayMessagesRequest) {
    this.refresh()
    const found = this.held.filter(
      (one) =>
        (id === undefined || id.includes(one.id)) &&
        (priority === undefined || priority === one.priority) &&
        (state === undefined || state === one.state)
    )
    if (found.length === 0) return { status: "Unknown" as const } // O03.FR.06, O04.FR.02
    return andThen(
      { status: "Accepted" as const },
      Effect.sync(() => this.notify(requestId, found))
    )
  }

  /** O03.FR.02 to O03.FR.05. */
  private notify(requestId: number, found: ReadonlyArray<MessageInfoType>): void {
    const size = this.options.messagesPerPart ?? 5
    for (let at = 0; at < found.length; at += size)
      this.station.client.call("NotifyDisplayMessages", {
        requestId,
        tbc: at + size < found.length,
        messageInfo: found.slice(at, at + size)
      })
  }

  private clear(id: number) {
    this.refresh()
    if (!this.held.some((one) => one.id === id)) return { status: "Unknown" as const } // O05.FR.02
    this.keep(this.held.filter((one) => one.id !== id))
    return { status: "Accepted" as const }
  }

  private keep(held: ReadonlyArray<MessageInfoType>): void {
    if (held.length === this.held.length && held.every((one, at) => one === this.held[at])) return this.refresh()
    this.held = held
    this.station.model.set(controller, "DisplayMessages", held.length)
    this.refresh()
  }

  /** Takes out what is over, looks at what is to be shown, and tells what changed. */
  private refresh(): void {
    const now = this.station.now()
    if (this.held.some((one) => isOver(one, now))) return this.keep(this.held.filter((one) => !isOver(one, now)))
    const before = this.showing
    const after = shown(this.held, this.state, now)
    this.showing = after
    const next = nextChange(this.held, now)
    if (next === undefined) this.later.cancel()
    else this.later.set(next - now, () => this.refresh())
    for (const { id } of before)
      if (!after.some((one) => one.id === id)) this.station.tell({ _tag: "MessageRemoved", id })
    for (const one of after) {
      const { id, message, transactionId } = one
      if (before.includes(one)) continue
      const ofTransaction = transactionId === undefined ? {} : { transactionId }
      this.station.tell({ _tag: "MessageShown", id, content: message.content, ...ofTransaction })
    }
  }

  /** The one state that a station is in for its driver: charging at any EVSE, else broken or out of order, else idle. */
  private get state(): MessageStateEnumType {
    const { availability, evses } = this.station
    if (evses.some(({ transaction }) => transaction !== undefined)) return "Charging"
    const statuses = evses.flatMap(({ connectors, id }) =>
      connectors.map((connector) => availability.statusOf(id, connector.id))
    )
    if (statuses.includes("Faulted")) return "Faulted"
    return statuses.length > 0 && statuses.every((status) => status === "Unavailable") ? "Unavailable" : "Idle"
  }
}
