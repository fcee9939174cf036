/**
 * The flow of energy at a virtual station: what each EVSE offers, what its EV takes, what the meters show (J). Between two
 * changes everything follows from a formula, so a session costs a timer per change and not per second.
 *
 * What is set for the whole station is shared by priority (K03.FR.04, `Sharing`), and who came last waits first. It is counted
 * in A per phase of the grid connection, as if all EVs that use one phase used the same.
 */
import type { ChargingStateEnumType, MeterValueType, ReadingContextEnumType } from "@wattline/ocpp-v201"
import type { EV } from "./EV.ts"
import type { EVSE } from "./EVSE.ts"
import type { Limit, PowerPart, Reading } from "./parts.ts"
import { AlignedValues } from "./power/AlignedValues.ts"
import { Flow } from "./power/Flow.ts"
import { capped, drawOf, leastOf, noOffer, type Offer, offerOf, stateOf } from "./power/Offers.ts"
import { type Metered, sampledValues } from "./power/Sampling.ts"
import { sharedBy } from "./power/Sharing.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** See the head of the file. */
export class Power implements PowerPart {
  readonly triggers: NonNullable<PowerPart["triggers"]>
  readonly #station: VirtualStation
  readonly #aligned: AlignedValues
  /** EVSEs where energy was ever permitted, by id. */
  readonly #flows = new Map<number, Flow>()
  #rank = 0
  readonly #mainMarks = { clock: 0, periodic: 0 }

  constructor(station: VirtualStation) {
    this.#station = station
    this.#aligned = new AlignedValues(station, (evseId, measurands, context) =>
      this.#valueOf(evseId, measurands, context)
    )
    this.triggers = { MeterValues: (evseId) => this.#aligned.triggered(evseId) }
  }

  online(): void {
    this.#aligned.start()
  }

  down(): void {
    this.#aligned.stop()
    const now = this.#station.now()
    for (const flow of this.#flows.values()) {
      flow.advance(now)
      flow.permitted = false
      this.#put(flow, noOffer, undefined)
      flow.told = undefined
      this.#timed(flow, Infinity, now)
    }
  }

  permit(evse: EVSE, permitted: boolean): void {
    if (!permitted && !this.#flows.has(evse.id)) return
    const flow = this.#flowOf(evse)
    if (permitted && !flow.permitted) flow.rank = ++this.#rank
    flow.permitted = permitted
    this.#settle()
  }

  limitsChanged(): void {
    this.#settle()
  }

  reading(evse: EVSE): Reading {
    const { phases, voltage } = evse.supply
    const flow = this.#flows.get(evse.id)
    flow?.advance(this.#station.now())
    const used = flow?.state === "Charging" ? flow.offer.lines.length : phases
    const power = flow?.power ?? 0
    return {
      registerWh: flow?.registerWh ?? 0,
      power,
      current: power / (voltage * Math.max(1, used)),
      voltage,
      phases: used,
      stateOfCharge: phases === 0 && evse.plugged !== undefined ? evse.plugged.ev.stateOfCharge * 100 : undefined,
      offered: flow?.offer.power ?? 0
    }
  }

  /** Has no sampledValue when none of the measurands can be told here. */
  meterValue(evse: EVSE, measurands: ReadonlyArray<string>, context: ReadingContextEnumType): MeterValueType {
    return this.#valueOf(evse.id, measurands, context)
  }

  #valueOf(evseId: number, measurands: ReadonlyArray<string>, context: ReadingContextEnumType): MeterValueType {
    const evse = this.#station.evse(evseId)
    const metered = evse === undefined ? this.#mainMeter(measurands, context) : this.#meter(evse, measurands, context)
    const perPhase = !this.#station.model.flag("SampledDataCtrlr", "RegisterValuesWithoutPhases")
    return {
      timestamp: this.#station.time(),
      sampledValue: sampledValues(metered, measurands, context, perPhase)
    }
  }

  #meter(evse: EVSE, measurands: ReadonlyArray<string>, context: ReadingContextEnumType): Metered {
    const reading = this.reading(evse)
    const flow = this.#flows.get(evse.id)
    const lines = flow?.offer.lines ?? noOffer.lines
    const { phases, voltage } = evse.supply
    return {
      phases,
      registers: flow?.registers ?? noRegisters,
      intervalWh: flow === undefined ? 0 : interval(flow.marks, flow.registerWh, measurands, context),
      powers:
        phases === 0 ? [reading.power] : perLine((line) => (lines.includes(line) ? reading.power / lines.length : 0)),
      voltage,
      offered: { current: flow?.offer.current ?? 0, power: reading.offered },
      stateOfCharge: reading.stateOfCharge
    }
  }

  /** The meter of the grid connection shows what its EVSEs draw (J01.FR.03, J01.FR.04). */
  #mainMeter(measurands: ReadonlyArray<string>, context: ReadingContextEnumType): Metered {
    const { phases, voltage } = this.#grid()
    const parts = this.#station.evses.map((evse) => this.#meter(evse, none, context))
    // What a DC output draws from the grid comes from all its phases alike.
    const total = (of: (part: Metered) => ReadonlyArray<number>): ReadonlyArray<number> =>
      perLine((line) =>
        parts.reduce((whole, part) => {
          const spread = part.phases === 0 && phases > 0
          return whole + (spread ? (line < phases ? (of(part)[0] ?? 0) / phases : 0) : (of(part)[line] ?? 0))
        }, 0)
      )
    const registers = total((part) => part.registers)
    const registerWh = registers.reduce((whole, one) => whole + one, 0)
    const intervalWh = interval(this.#mainMarks, registerWh, measurands, context)
    const powers = total((part) => part.powers)
    return { isMain: true, phases, registers, intervalWh, powers, voltage, stateOfCharge: undefined }
  }

  #flowOf(evse: EVSE): Flow {
    const known = this.#flows.get(evse.id)
    if (known !== undefined) return known
    const flow = new Flow(evse, this.#station.now(), (one) => {
      one.due = Infinity
      this.#settle()
    })
    this.#flows.set(evse.id, flow)
    return flow
  }

  /** Finds out anew what flows where, and until when that holds; then tells who has to know. */
  #settle(): void {
    const now = this.#station.now()
    for (const flow of this.#flows.values()) flow.advance(now)
    const wanting = [...this.#flows.values()].flatMap((flow) => this.#wanting(flow)).toSorted(byRank)
    const whole = wanting.length === 0 ? undefined : this.#station.smartCharging.stationLimit()
    const parts = whole?.current === undefined ? undefined : this.#shares(whole.current, whole.phases, wanting)
    for (const [index, { ev, flow, limit, offer: own }] of wanting.entries()) {
      const offer = parts === undefined ? own : capped(ev, flow.evse.supply, own, parts[index] ?? 0)
      this.#put(flow, offer, stateOf(ev, offer))
      const again = parts === undefined ? Infinity : now + sharingEvery
      const until = Math.min(limit.until ?? Infinity, whole?.until ?? Infinity, again)
      this.#timed(flow, Math.min(until, now + Math.ceil(flow.secondsLeft * 1000)), now)
    }
    for (const flow of this.#flows.values()) {
      if (wanting.some((one) => one.flow === flow)) continue
      if (flow.state !== undefined) this.#put(flow, noOffer, flow.evse.plugged === undefined ? "Idle" : "EVConnected")
      this.#timed(flow, Infinity, now)
    }
    this.#tell()
  }

  /** With what its EVSE may offer by itself; empty when nothing may flow. */
  #wanting(flow: Flow): ReadonlyArray<Wanting> {
    const { evse } = flow
    const { smartCharging } = this.#station
    const ev = flow.permitted ? evse.plugged?.ev : undefined
    flow.ev = ev
    if (ev === undefined || !smartCharging.mayBegin(evse)) return []
    const limit = smartCharging.limitOf(evse)
    return [{ flow, ev, limit, offer: offerOf(ev, evse.supply, limit) }]
  }

  #put(flow: Flow, offer: Offer, state: ChargingStateEnumType | undefined): void {
    flow.offer = offer
    flow.state = state
  }

  #timed(flow: Flow, due: number, now: number): void {
    if (flow.due === due) return
    flow.timer?.cancel()
    flow.due = due
    flow.timer = due === Infinity ? undefined : this.#station.after(Math.max(1, due - now), flow.wake)
  }

  /** A for each of what the grid connection may draw per phase, with so many phases; Infinity where it is enough for all. */
  #shares(total: number, limited: number | undefined, wanting: ReadonlyArray<Wanting>): ReadonlyArray<number> {
    const grid = this.#grid()
    const phases = Math.max(1, Math.min(grid.phases, limited ?? grid.phases))
    // A DC output is counted as what it draws from the grid.
    const factorOf = ({ supply }: EVSE): number => (supply.phases === 0 ? supply.voltage / (grid.voltage * phases) : 1)
    const claims = wanting.map(({ ev, flow: { evse }, offer }) => ({
      draws: drawOf(ev, evse.supply, offer) * factorOf(evse),
      least: leastOf(ev, evse.supply)
    }))
    const priorities = wanting.map(({ flow }) => this.#priorityOf(flow.evse))
    return sharedBy(priorities, total, claims).map((level, index) => {
      const evse = wanting[index]?.flow.evse
      return evse === undefined ? 0 : level / factorOf(evse)
    })
  }

  /** What the CSMS said of the transaction, else of its token, else 0 (K03.FR.05, K03.FR.06). */
  #priorityOf({ transaction }: EVSE): number {
    if (transaction === undefined) return 0
    const { chargingPriority, started } = transaction
    const ofToken = started && this.#station.authorization.known(started.idToken)?.chargingPriority
    return chargingPriority ?? ofToken ?? 0
  }

  /** Phases and voltage of the grid connection: those of its AC EVSEs, else of the first. */
  #grid(): { readonly phases: number; readonly voltage: number } {
    const { evses } = this.#station
    const first = evses.find(({ supply }) => supply.phases > 0) ?? evses[0]
    return {
      phases: Math.max(0, ...evses.map(({ supply }) => supply.phases)),
      voltage: first?.supply.voltage ?? 230
    }
  }

  /** What is called may change everything again: then it has told the newer state itself. */
  #tell(): void {
    const { transactions } = this.#station
    for (const flow of this.#flows.values()) {
      const { evse, state } = flow
      if (state !== undefined && state !== flow.told) {
        flow.told = state
        if (!flow.permitted) flow.state = flow.told = undefined
        transactions.chargingStateChanged(evse, state)
      }
      this.#tellLimit(flow)
    }
  }

  /** K11.FR.04, K13.FR.03: a change of no more than LimitChangeSignificance is not worth an event. */
  #tellLimit(flow: Flow): void {
    const { evse, toldOffer } = flow
    const isUnknown = flow.state === undefined || flow.state === "EVConnected" // an EV that waits for its profile (K15)
    if (!flow.permitted || flow.ev === undefined || isUnknown) {
      if (!flow.permitted) flow.toldOffer = undefined
      return
    }
    const { power } = flow.offer
    if (toldOffer === undefined) {
      flow.toldOffer = power
      return
    }
    const significance = this.#station.model.number("SmartChargingCtrlr", "LimitChangeSignificance") / 100
    if (Math.abs(power - toldOffer) <= significance * toldOffer) return
    flow.toldOffer = power
    this.#station.tell({ _tag: "LimitChanged", evseId: evse.id, power })
    if (evse.transaction !== undefined) this.#station.transactions.limitChanged(evse)
  }
}

/** An EVSE where energy may flow. */
interface Wanting {
  readonly flow: Flow
  readonly ev: EV
  readonly limit: Limit
  readonly offer: Offer
}

const byRank = (a: Wanting, b: Wanting): number => a.flow.rank - b.flow.rank

const none: ReadonlyArray<string> = []
const noRegisters = [0, 0, 0]
const perLine = (of: (line: number) => number): ReadonlyArray<number> => [of(0), of(1), of(2)]

/** While the station limit binds, an EV that takes less leaves more to the others: looked at so often, in ms. */
const sharingEvery = 300_000

/** Energy since an interval of this kind was read last, and a new mark where one is read now. */
const interval = (
  marks: { clock: number; periodic: number },
  registerWh: number,
  measurands: ReadonlyArray<string>,
  context: ReadingContextEnumType
): number => {
  const kind = context === "Sample.Clock" ? "clock" : "periodic"
  const since = context === "Transaction.Begin" ? registerWh : marks[kind]
  if (
    context === "Transaction.Begin" ||
    (context !== "Trigger" && measurands.includes("Energy.Active.Import.Interval"))
  )
    marks[kind] = registerWh
  return registerWh - since
}
