/**
 * A station around the Transactions part that does what the test says: the clock, the meter, the CSMS and the tokens are plain
 * data. The other parts are as small as their contracts allow.
 */
import { assert } from "@effect/vitest"
import type {
  ChargingProfileType,
  ChargingStateEnumType,
  IdTokenInfoType,
  IdTokenType,
  RequestStartTransactionRequest,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import { validators } from "@wattline/ocpp-v201"
import { Answer } from "@wattline/ocpp-core"
import * as Effect from "effect/Effect"
import { type Transaction as Known, isComplete, missingEvents } from "../../../ocpp-core/src/blocks/Transaction.ts"
import { transactions as block, type TransactionsEvent } from "../../../ocpp-core/src/blocks/Transactions.ts"
import type { Client } from "../../src/client/Client.ts"
import { EVSE } from "../../src/virtual/EVSE.ts"
import type { Happening } from "../../src/virtual/Happening.ts"
import type {
  AuthorizationPart,
  AvailabilityPart,
  ModelPart,
  PowerPart,
  SmartChargingPart,
  Verdict
} from "../../src/virtual/parts.ts"
import { Transactions } from "../../src/virtual/Transactions.ts"
import type { Timer, VirtualStation } from "../../src/virtual/VirtualStation.ts"

export const rfid = (idToken: string): IdTokenType => ({ idToken, type: "ISO14443" })
const accepted: IdTokenInfoType = { status: "Accepted" }

/** What the CSMS answers later, or at once. */
interface Delivery {
  readonly request: TransactionEventRequest
  readonly done: ((response: TransactionEventResponse | undefined) => void) | undefined
}

export interface BenchOptions {
  readonly evses?: number
  readonly connectorType?: "cType2" | "sType2"
  readonly variables?: Readonly<Record<string, string>>
  /** Instead of the small meter. */
  readonly power?: (station: VirtualStation) => PowerPart
}

const usual: Readonly<Record<string, string>> = {
  "TxCtrlr.TxStartPoint": "EVConnected,Authorized",
  "TxCtrlr.TxStopPoint": "EVConnected,Authorized",
  "TxCtrlr.EVConnectionTimeOut": "60",
  "TxCtrlr.StopTxOnInvalidId": "true",
  "TxCtrlr.StopTxOnEVSideDisconnect": "true",
  "AuthCtrlr.AuthorizeRemoteStart": "true",
  "SampledDataCtrlr.TxStartedMeasurands": "Energy.Active.Import.Register",
  "SampledDataCtrlr.TxUpdatedMeasurands": "Energy.Active.Import.Register",
  "SampledDataCtrlr.TxEndedMeasurands": "Energy.Active.Import.Register"
}

const ev = {
  model: { capacityWh: 60_000, maxAcPower: 11_000, maxDcPower: 50_000, phases: 3, minCurrent: 6, taperFrom: 0.8 },
  stateOfCharge: 0.2,
  target: 0.9
} as const

export class Bench {
  now = Date.parse("2026-03-01T10:00:00Z")
  readonly variables = new Map<string, string>()
  readonly guards = new Map<string, (value: string) => { readonly status: string } | undefined>()
  readonly events: Array<TransactionEventRequest> = []
  readonly happenings: Array<Happening> = []
  readonly asked: Array<string> = []
  readonly ended: Array<string> = []
  readonly profiles: Array<string> = []
  /** What the CSMS says of a token; what is not here is Accepted. */
  readonly tokens = new Map<string, IdTokenInfoType>()
  /** Tokens in the cache. */
  readonly cache = new Map<string, IdTokenInfoType>()
  admits: "Yes" | "Inoperative" | "Faulted" | "Reserved" = "Yes"
  reservation: number | undefined = undefined
  refusal: string | undefined = undefined
  /** Answers come when the test says so. */
  isSlow = false
  answer: (request: TransactionEventRequest) => TransactionEventResponse
  readonly station: VirtualStation
  readonly transactions: Transactions
  isOnline = true
  /** W that flow where it is permitted, by EVSE id; 0: the EV pauses. */
  readonly draws = new Map<number, number>()
  readonly #permitted = new Map<number, number>()
  readonly #registers = new Map<number, number>()
  readonly #told = new Map<number, ChargingStateEnumType>()
  #timers: Array<{ readonly at: number; readonly action: () => void }> = []
  #waiting: Array<Delivery> = []
  #verdicts: Array<() => void> = []
  #uuid = 0

  constructor({ connectorType = "sType2", evses = 1, power, variables = {} }: BenchOptions = {}) {
    for (const [name, value] of Object.entries({ ...usual, ...variables })) this.variables.set(name, value)
    this.answer = ({ idToken }) =>
      idToken === undefined ? {} : { idTokenInfo: this.tokens.get(idToken.idToken) ?? accepted }
    const all = Array.from(
      { length: evses },
      (_, index) => new EVSE(index + 1, [{ id: 1, type: connectorType }], { phases: 3, voltage: 230, maxCurrent: 16 })
    )
    const unused = undefined as never
    const parts: { power: PowerPart; transactions?: Transactions } = { power: this.#power() }
    this.station = {
      identity: "CS1",
      client: this.#client(),
      chargingStation: { model: "M", vendorName: "V" },
      evses: all,
      model: this.#model(),
      availability: this.#availability(),
      authorization: this.#authorization(),
      get transactions() {
        return parts.transactions ?? unused
      },
      get power() {
        return parts.power
      },
      smartCharging: this.#smartCharging(),
      monitoring: unused,
      security: unused,
      now: () => this.now,
      time: () => `${new Date(this.now).toISOString().slice(0, 19)}Z`,
      random: () => 0.5,
      uuid: () => `tx-${++this.#uuid}`,
      after: (milliseconds, action) => this.#after(milliseconds, action),
      tell: (happening) => void this.happenings.push(happening),
      evse: (id) => all.find((one) => one.id === id)
    }
    this.transactions = new Transactions(this.station)
    parts.transactions = this.transactions
    if (power !== undefined) parts.power = power(this.station)
    this.transactions.start()
    this.transactions.online(true)
  }

  evse(id = 1): EVSE {
    return this.station.evse(id) ?? assert.fail(`no EVSE ${id}`)
  }

  plug(id = 1): void {
    const evse = this.evse(id)
    if (evse.plugged !== undefined) return
    evse.plugged = { connectorId: 1, ev: { ...ev } }
    this.transactions.cableChanged(evse)
  }

  unplug(id = 1): void {
    const evse = this.evse(id)
    if (evse.plugged === undefined) return
    this.#count()
    evse.plugged = undefined
    this.transactions.cableChanged(evse)
  }

  present(idToken: string, at: number | "Anywhere" = 1): void {
    this.transactions.present(rfid(idToken), at === "Anywhere" ? undefined : at)
  }

  /** What the EV takes from now on. */
  draw(watts: number, id = 1): void {
    this.#count()
    this.draws.set(id, watts)
    this.#tellFlow(id)
  }

  remoteStart(
    request: {
      readonly [K in keyof RequestStartTransactionRequest]?: RequestStartTransactionRequest[K] | undefined
    } = {}
  ): { readonly status: string; readonly transactionId?: string } {
    return this.#handle("RequestStartTransaction", { idToken: rfid("R"), remoteStartId: 7, evseId: 1, ...request })
  }

  remoteStop(transactionId: string): { readonly status: string } {
    return this.#handle("RequestStopTransaction", { transactionId })
  }

  status(transactionId?: string): { readonly ongoingIndicator?: boolean; readonly messagesInQueue: boolean } {
    return this.#handle("GetTransactionStatus", transactionId === undefined ? {} : { transactionId })
  }

  costUpdated(transactionId: string, totalCost: number): void {
    this.#handle("CostUpdated", { transactionId, totalCost })
  }

  /** Answers everything that waits. */
  settle(): void {
    while (this.#verdicts.length > 0 || (this.isOnline && this.#waiting.length > 0)) {
      this.#verdicts.shift()?.()
      if (!this.isOnline) continue
      const next = this.#waiting.shift()
      next?.done?.(this.answer(next.request))
    }
  }

  advance(seconds: number): void {
    const until = this.now + seconds * 1000
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#count(Math.max(this.now, next.at))
      next.action()
    }
    this.#count(until)
  }

  get timers(): number {
    return this.#timers.length
  }

  /** Events of one transaction, the latest when none is named. */
  of(transactionId = this.events.at(-1)?.transactionInfo.transactionId): ReadonlyArray<TransactionEventRequest> {
    return this.events.filter(({ transactionInfo }) => transactionInfo.transactionId === transactionId)
  }

  /** `Started EVConnected CablePluggedIn` and so on, of all events. */
  told(): ReadonlyArray<string> {
    return this.events.map(({ eventType, transactionInfo: { chargingState, stoppedReason }, triggerReason }) =>
      [eventType, triggerReason, chargingState, stoppedReason].filter((part) => part !== undefined).join(" ")
    )
  }

  #handle(
    action: "RequestStartTransaction" | "RequestStopTransaction" | "GetTransactionStatus" | "CostUpdated",
    request: object
  ): never {
    const handler = this.transactions.handlers[action] as unknown as (
      request: object,
      context: object
    ) => Effect.Effect<unknown>
    const answer = Effect.runSync(handler(request, {}))
    if (!(answer instanceof Answer)) return answer as never
    Effect.runSync(answer.followUp as Effect.Effect<unknown>)
    return answer.response as never
  }

  #after(milliseconds: number, action: () => void): Timer {
    const timer = { at: this.now + milliseconds, action }
    this.#timers.push(timer)
    return { cancel: () => void (this.#timers = this.#timers.filter((one) => one !== timer)) }
  }

  #count(until = this.now): void {
    for (const [id, since] of this.#permitted) {
      const wh = this.#flows(id)
        ? ((this.draws.get(id) ?? 11_000) * (until - Math.max(since, this.#counted))) / 3_600_000
        : 0
      this.#registers.set(id, (this.#registers.get(id) ?? 0) + wh)
    }
    this.#counted = until
    this.now = until
  }
  #counted = 0

  #flows(id: number): boolean {
    return this.#permitted.has(id) && this.evse(id).plugged !== undefined && (this.draws.get(id) ?? 11_000) > 0
  }

  #tellFlow(id: number): void {
    const evse = this.evse(id)
    const on = this.#permitted.has(id)
    const state =
      evse.plugged === undefined ? "Idle" : !on ? "EVConnected" : this.#flows(id) ? "Charging" : "SuspendedEV"
    if (this.#told.get(id) === state) return
    this.#told.set(id, state)
    this.transactions.chargingStateChanged(evse, state)
  }

  #client(): Client {
    const isOnline = (): boolean => this.isOnline
    return {
      identity: "CS1",
      state: "Accepted",
      get isOnline() {
        return isOnline()
      },
      transactionEvent: (request: TransactionEventRequest, done?: Delivery["done"]) => {
        this.events.push(this.isOnline ? request : { ...request, offline: true })
        this.#waiting.push({ request, done })
        if (!this.isSlow) this.settle()
      },
      undelivered: (transactionId?: string) =>
        this.#waiting.filter(
          ({ request }) => transactionId === undefined || request.transactionInfo.transactionId === transactionId
        ).length
    } as unknown as Client
  }

  #model(): ModelPart {
    const key = (component: unknown, variable: string): string => `${String(component)}.${variable}`
    const value: ModelPart["value"] = (component, variable) => this.variables.get(key(component, variable))
    return {
      value,
      number: (component, variable, _instance, fallback = 0): number => Number(value(component, variable) ?? fallback),
      flag: (component, variable) => value(component, variable) === "true",
      list: (component, variable) => (value(component, variable) ?? "").split(",").filter((one) => one !== ""),
      set: (component, variable, to) => void this.variables.set(key(component, variable), String(to)),
      maxLimit: () => undefined,
      watch: () => undefined,
      guard: (component, variable, check) => void this.guards.set(key(component, variable), check)
    } satisfies ModelPart
  }

  #authorization(): AuthorizationPart {
    const groupOf = (info: IdTokenInfoType | undefined): string | undefined => info?.groupIdToken?.idToken
    return {
      authorize: (idToken, done) => {
        this.asked.push(idToken.idToken)
        const info = this.tokens.get(idToken.idToken) ?? accepted
        const verdict: Verdict = {
          accepted: info.status === "Accepted" && groupOf(info) !== "MASTER",
          info,
          by: "CSMS"
        }
        this.#verdicts.push(() => done(verdict))
        if (!this.isSlow) this.settle()
      },
      known: ({ idToken }) => this.cache.get(idToken),
      learned: ({ idToken }, info) => void this.cache.set(idToken, info),
      maySettle: (started, idToken, info) =>
        started.idToken.idToken === idToken.idToken ||
        (started.groupIdToken !== undefined && started.groupIdToken.idToken === groupOf(info)),
      isMasterPass: (info) => groupOf(info) === "MASTER",
      forget: () => false
    }
  }

  #availability(): AvailabilityPart {
    return {
      admits: () => this.admits,
      useReservation: () => {
        const used = this.reservation
        this.reservation = undefined
        return used
      },
      reservationLost: () => undefined,
      refresh: () => undefined
    } as unknown as AvailabilityPart
  }

  #power(): PowerPart {
    return {
      permit: ({ id }: EVSE, permitted: boolean) => {
        this.#count()
        if (permitted) this.#permitted.set(id, this.now)
        else this.#permitted.delete(id)
        this.#tellFlow(id)
      },
      reading: ({ id }: EVSE) => {
        this.#count()
        const power = this.#flows(id) ? (this.draws.get(id) ?? 11_000) : 0
        return { registerWh: this.#registers.get(id) ?? 0, power, current: 16, voltage: 230, phases: 3 }
      },
      meterValue: ({ id }: EVSE, measurands: ReadonlyArray<string>, context: string) => {
        this.#count()
        const value = Math.round(this.#registers.get(id) ?? 0)
        return {
          timestamp: this.station.time(),
          sampledValue: measurands.map((measurand) => ({ measurand, context, value }))
        }
      }
    } as unknown as PowerPart
  }

  #smartCharging(): SmartChargingPart {
    return {
      limitOf: () => ({}),
      stationLimit: () => ({}),
      mayBegin: () => true,
      refusalOfStart: () => this.refusal,
      startedWith: (profile: ChargingProfileType, evseId: number, transactionId: string) =>
        void this.profiles.push(`${profile.id} ${evseId} ${transactionId}`),
      transactionEnded: (transactionId: string) => void this.ended.push(transactionId)
    } as unknown as SmartChargingPart
  }
}

/**
 * Fails unless every transaction in the events is as a CSMS wants it: Started first with seqNo 0, no gaps, Ended last, time and
 * energy not going back, one at a time per EVSE, and nothing that our own CSMS doubts. `isOver`: none may still run.
 */
export const assertSound = (events: ReadonlyArray<TransactionEventRequest>, isOver = false): void => {
  const doubts: Array<TransactionsEvent> = []
  const emit = (event: TransactionsEvent): void => {
    const isProgress =
      event._tag === "TransactionStarted" || event._tag === "TransactionUpdated" || event._tag === "TransactionEnded"
    if (!isProgress || event.missing.length > 0 || event.clock === "BeforeKnown") doubts.push(event)
  }
  const reduce = block.reduce.TransactionEvent ?? assert.fail("no reducer")
  let state = block.initial
  for (const request of events) {
    const validate = validators.TransactionEventRequest
    assert.isTrue(validate(request), JSON.stringify(validate.errors))
    const at = Date.parse(request.timestamp)
    state = reduce(state, { request, response: {}, at, rebooted: false }, emit)
  }
  assert.deepStrictEqual(doubts, [])
  for (const known of [...state.running, ...state.ended]) assertOne(known, events)
  if (isOver) assert.deepStrictEqual(state.running, [])
}

const assertOne = (known: Known, events: ReadonlyArray<TransactionEventRequest>): void => {
  const own = events.filter(({ transactionInfo }) => transactionInfo.transactionId === known.transactionId)
  assert.deepStrictEqual(
    own.map(({ seqNo }) => seqNo),
    own.map((_, index) => index)
  )
  assert.deepStrictEqual(
    own.map(({ eventType }) => eventType),
    own.map((_, index) =>
      index === 0 ? "Started" : known.endedAt !== undefined && index === own.length - 1 ? "Ended" : "Updated"
    )
  )
  const readings = own.flatMap(({ eventType, meterValue = [] }) => (eventType === "Ended" ? [] : meterValue))
  const end = own.at(-1)?.meterValue ?? []
  for (const values of [readings, end]) {
    const register = values.flatMap(({ sampledValue }) =>
      sampledValue.flatMap(({ phase, value }) => (phase === undefined ? [value] : []))
    )
    assert.deepStrictEqual(
      register,
      register.toSorted((a, b) => a - b)
    )
    const times = values.map(({ timestamp }) => timestamp)
    assert.deepStrictEqual(times, times.toSorted())
  }
  assert.deepStrictEqual(missingEvents(known), [])
  assert.strictEqual(isComplete(known), known.endedAt !== undefined)
}
