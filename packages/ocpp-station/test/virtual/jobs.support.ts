/** A station for tests of its jobs: a clock that is turned by hand, a device model that is a map, a client that writes down. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Answer, type CallFailure, NotSent } from "@wattline/ocpp-core"
import type { CsmsAction, IdTokenInfoType, Messages, StationAction } from "@wattline/ocpp-v201"
import type { CallOutcome } from "../../src/client/Client.ts"
import { EVSE } from "../../src/virtual/EVSE.ts"
import type { Happening } from "../../src/virtual/Happening.ts"
import type { Part, RunningTransaction } from "../../src/virtual/parts.ts"
import type { Timer, VirtualStation } from "../../src/virtual/VirtualStation.ts"

type Sent = { [A in StationAction]: { readonly action: A; readonly request: Messages[A]["request"] } }[StationAction]
type Check = (value: string) => { readonly status: string } | undefined

/** What the fake knows of one variable. */
const keyOf = (component: unknown, variable: string, instance = ""): string =>
  `${typeof component === "string" ? component : JSON.stringify(component)}.${variable}.${instance}`

export class FakeStation {
  time = Date.parse("2026-11-23T00:00:00Z")
  readonly sent: Array<Sent & { readonly triggered: boolean }> = []
  readonly securityEvents: Array<Messages["SecurityEventNotification"]["request"]> = []
  readonly told: Array<Happening> = []
  readonly reboots: Array<readonly [reason: string, seconds: number]> = []
  readonly values = new Map<string, string>()
  readonly limits = new Map<string, number>()
  readonly operational: Array<readonly [status: string, evseId: number | undefined]> = []
  readonly inoperative = new Set<number>()
  readonly knownTokens = new Map<string, IdTokenInfoType>()
  readonly statuses = new Map<number, string>()
  readonly answers: { [A in StationAction]?: Messages[A]["response"] } = {}
  readonly evses = [1, 2].map(
    (id) => new EVSE(id, [{ id: 1, type: "cType2" }], { phases: 3, voltage: 230, maxCurrent: 32 })
  )
  isOnline = true
  part: Part = {}
  private readonly timers = new Set<{ readonly due: number; readonly action: () => void }>()
  private readonly guards = new Map<string, Check>()
  private readonly watches = new Map<string, (value: string) => void>()

  /** As the parts see it; what they do not use is not there. */
  get station(): VirtualStation {
    return this.made
  }

  private readonly made = this.make()

  private make(): VirtualStation {
    // oxlint-disable-next-line typescript/no-this-alias
    const fake = this
    const model = {
      value: (component: unknown, variable: string, instance?: string) =>
        fake.values.get(keyOf(component, variable, instance)),
      number: (component: unknown, variable: string, instance?: string, fallback = 0) =>
        Number(fake.values.get(keyOf(component, variable, instance)) ?? fallback),
      flag: (component: unknown, variable: string) => fake.values.get(keyOf(component, variable)) === "true",
      list: (component: unknown, variable: string) => fake.values.get(keyOf(component, variable))?.split(",") ?? [],
      maxLimit: (component: unknown, variable: string) => fake.limits.get(keyOf(component, variable)),
      set: (component: unknown, variable: string, value: unknown) => {
        fake.values.set(keyOf(component, variable), String(value))
      },
      guard: (component: unknown, variable: string, check: Check) => fake.guards.set(keyOf(component, variable), check),
      watch: (component: unknown, variable: string, listener: (value: string) => void) =>
        fake.watches.set(keyOf(component, variable), listener)
    }
    const client = {
      get isOnline() {
        return fake.isOnline
      },
      call: <A extends StationAction>(
        action: A,
        request: Messages[A]["request"],
        done?: (outcome: CallOutcome<A>) => void,
        options?: { readonly triggered?: boolean }
      ) => {
        if (!fake.isOnline) {
          const failure: CallFailure = new NotSent({
            identity: "CS-1",
            action,
            reason: "NotConnected",
            message: ""
          } as never)
          done?.(Exit.fail(failure))
          return
        }
        fake.sent.push({ action, request, triggered: options?.triggered === true } as never)
        done?.(Exit.succeed(fake.answers[action] ?? {}))
      },
      securityEvent: (request: Messages["SecurityEventNotification"]["request"]) => fake.securityEvents.push(request),
      reboot: (reason: string, seconds: number) => fake.reboots.push([reason, seconds])
    }
    const station: unknown = {
      identity: "CS-1",
      client,
      chargingStation: { model: "M", vendorName: "V", serialNumber: "SN-1", firmwareVersion: "1.0.0" },
      evses: fake.evses,
      model,
      availability: {
        statusOf: (evseId: number) => fake.statuses.get(evseId) ?? "Available",
        admits: (evseId: number) => (fake.inoperative.has(evseId) ? "Inoperative" : "Yes"),
        setOperational: (status: string, evseId?: number) => {
          fake.operational.push([status, evseId])
          if (evseId !== undefined)
            if (status === "Inoperative") fake.inoperative.add(evseId)
            else fake.inoperative.delete(evseId)
        }
      },
      authorization: {
        known: ({ idToken }: { readonly idToken: string }) => fake.knownTokens.get(idToken),
        forget: ({ idToken }: { readonly idToken: string }) => fake.knownTokens.delete(idToken)
      },
      transactions: {
        find: (id: string) => fake.evses.map(({ transaction }) => transaction).find((one) => one?.transactionId === id)
      },
      get security() {
        return fake.security
      },
      now: () => fake.time,
      time: () => new Date(fake.time).toISOString().replace(/\.\d+Z/, "Z"),
      random: () => 0.5,
      uuid: () => "00000000-0000-4000-8000-000000000000",
      after: (milliseconds: number, action: () => void): Timer => {
        const timer = { due: fake.time + milliseconds, action }
        fake.timers.add(timer)
        return { cancel: () => void fake.timers.delete(timer) }
      },
      tell: (happening: Happening) => {
        fake.told.push(happening)
        fake.part.happened?.(happening)
      },
      evse: (id: number) => fake.evses.find((one) => one.id === id)
    }
    return station as VirtualStation
  }

  /** Events and roots as a part sees them where the real Security is not there. */
  security: unknown = {
    event: (type: string, techInfo?: string) =>
      this.securityEvents.push({
        type,
        timestamp: this.station.time(),
        ...(techInfo !== undefined && { techInfo })
      }),
    roots: () => [],
    events: () => []
  }

  /** Lets time pass, timer by timer. */
  pass(seconds: number): void {
    const until = this.time + seconds * 1000
    for (;;) {
      const [first] = [...this.timers].filter(({ due }) => due <= until).toSorted((a, b) => a.due - b.due)
      if (first === undefined) break
      this.timers.delete(first)
      this.time = Math.max(this.time, first.due)
      first.action()
    }
    this.time = until
  }

  get waiting(): number {
    return this.timers.size
  }

  /** SetVariables of the CSMS, for one variable. */
  setVariable(component: string, variable: string, value: string): string {
    const key = keyOf(component, variable)
    const { status = "Accepted" } = this.guards.get(key)?.(value) ?? {}
    if (status !== "Accepted") return status
    this.values.set(key, value)
    this.watches.get(key)?.(value)
    return status
  }

  /** A CALL of the CSMS: its answer, after what follows it was done. */
  async ask<A extends CsmsAction>(action: A, request: Messages[A]["request"]): Promise<Messages[A]["response"]> {
    const handler = this.part.handlers?.[action]
    if (handler === undefined) throw new Error(`NotSupported: ${action}`)
    const context = { messageId: "1", receivedAt: this.time, state: "Accepted" as const, client: undefined as never }
    const answer = await Effect.runPromise(handler(request, context))
    if (!(answer instanceof Answer)) return answer
    await Effect.runPromise(answer.followUp)
    return answer.response
  }

  /** What was sent of one action, oldest first. */
  requests<A extends StationAction>(action: A): ReadonlyArray<Messages[A]["request"]> {
    return this.sent.filter((one) => one.action === action).map(({ request }) => request as Messages[A]["request"])
  }

  /** A transaction begins at an EVSE. */
  begin(evseId: number, transactionId: string, idToken = "TAG"): void {
    const transaction: RunningTransaction = {
      transactionId,
      evseId,
      startedAt: this.time,
      started: { idToken: { idToken, type: "ISO14443" } },
      remoteStartId: undefined,
      chargingState: "Charging",
      energyFrom: undefined,
      energyWh: 0,
      seqNo: 0
    }
    const evse = this.evses.find(({ id }) => id === evseId)
    if (evse !== undefined) evse.transaction = transaction
    this.station.tell({ _tag: "TransactionStarted", evseId, transactionId })
  }

  /** The transaction of an EVSE ends. */
  end(evseId: number): void {
    const evse = this.evses.find(({ id }) => id === evseId)
    const transactionId = evse?.transaction?.transactionId ?? ""
    if (evse !== undefined) evse.transaction = undefined
    this.station.tell({ _tag: "TransactionEnded", evseId, transactionId, energyWh: 0, stoppedReason: "Local" })
  }
}
