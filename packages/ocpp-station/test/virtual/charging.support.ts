/** A station with power, smart charging, a clock of its own, and transactions that are only noted. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Answer, Refusal } from "@wattline/ocpp-core"
import {
  type ChargingProfileType,
  type ChargingStateEnumType,
  type CsmsAction,
  type Messages,
  type StationAction,
  validators
} from "@wattline/ocpp-v201"
import type { EV } from "../../src/virtual/EV.ts"
import { EVSE, type Supply } from "../../src/virtual/EVSE.ts"
import type { Happening } from "../../src/virtual/Happening.ts"
import { Power } from "../../src/virtual/Power.ts"
import type { ComponentRef, RunningTransaction } from "../../src/virtual/parts.ts"
import { makeTimers } from "./timers.support.ts"
import { SmartCharging, type SmartChargingOptions } from "../../src/virtual/SmartCharging.ts"
import type { VirtualStation } from "../../src/virtual/VirtualStation.ts"

export const start = Date.parse("2026-01-01T10:00:00.000Z")
export const ac: Supply = { phases: 3, voltage: 230, maxCurrent: 32 }
export const dc: Supply = { phases: 0, voltage: 400, maxCurrent: 375 }
export const at = (seconds: number): string => `${new Date(start + seconds * 1000).toISOString().slice(0, 19)}Z`

const variables: Record<string, string> = {
  "SmartChargingCtrlr.RateUnit": "A,W",
  "SmartChargingCtrlr.ProfileStackLevel": "10",
  "SmartChargingCtrlr.PeriodsPerSchedule": "24",
  "SampledDataCtrlr.RegisterValuesWithoutPhases": "true"
}

/** Answers of the CSMS to what the station calls; default: an empty one. */
export type CsmsAnswers = { readonly [A in StationAction]?: Messages[A]["response"] }

export const station = (supplies: ReadonlyArray<Supply> = [ac], options: SmartChargingOptions = {}) => {
  const values = new Map(Object.entries(variables))
  const watchers = new Map<string, Array<(value: string) => void>>()
  const sent: Array<{ readonly action: StationAction; readonly request: any; readonly triggered: boolean }> = []
  const happenings: Array<Happening> = []
  const states: Array<readonly [number, ChargingStateEnumType]> = []
  const limited: Array<number> = []
  const world = { now: start, online: true, timersSet: 0, answers: {} as CsmsAnswers }
  const timers = makeTimers(world)
  const evses = supplies.map((supply, index) => new EVSE(index + 1, [{ id: 1, type: "cType2" }], supply))
  const keyOf = (component: ComponentRef, variable: string, instance?: string): string => {
    const name = typeof component === "string" ? component : component.name
    return `${name}.${variable}${instance === undefined ? "" : `[${instance}]`}`
  }
  const set = (
    component: ComponentRef,
    variable: string,
    value: string | number | boolean,
    instance?: string
  ): void => {
    values.set(keyOf(component, variable, instance), String(value))
    for (const listener of watchers.get(keyOf(component, variable, instance)) ?? []) listener(String(value))
  }
  const value = (component: ComponentRef, variable: string, instance?: string) =>
    values.get(keyOf(component, variable, instance))
  const model = {
    value,
    number: (component: ComponentRef, variable: string, instance?: string, fallback = 0) =>
      Number(value(component, variable, instance) ?? fallback),
    flag: (component: ComponentRef, variable: string) => value(component, variable) === "true",
    list: (component: ComponentRef, variable: string) => value(component, variable)?.split(",") ?? [],
    set,
    watch: (component: ComponentRef, variable: string, listener: (value: string) => void) => {
      const key = keyOf(component, variable)
      watchers.set(key, [...(watchers.get(key) ?? []), listener])
    }
  }
  const client = {
    get isOnline() {
      return world.online
    },
    call: (
      action: StationAction,
      request: unknown,
      done?: (outcome: Exit.Exit<unknown, unknown>) => void,
      { triggered = false }: { readonly triggered?: boolean } = {}
    ) => {
      const check = validators[`${action}Request`]
      if (!check(request)) throw new Error(`${action}: ${JSON.stringify(request)} ${JSON.stringify(check.errors)}`)
      sent.push({ action, request, triggered })
      done?.(world.online ? Exit.succeed(world.answers[action] ?? {}) : Exit.fail("offline"))
    }
  }
  const it = {
    identity: "CS-1",
    client,
    evses,
    model,
    transactions: {
      chargingStateChanged: (evse: EVSE, state: ChargingStateEnumType) => {
        states.push([evse.id, state])
      },
      limitChanged: (evse: EVSE) => {
        limited.push(evse.id)
      }
    },
    now: () => world.now,
    time: () => `${new Date(world.now).toISOString().slice(0, 19)}Z`,
    after: (milliseconds: number, action: () => void) => {
      world.timersSet++
      return timers.after(milliseconds, action)
    },
    tell: (happening: Happening) => happenings.push(happening),
    evse: (id: number) => evses.find((evse) => evse.id === id)
  } as unknown as VirtualStation & { power: Power; smartCharging: SmartCharging }
  const power = new Power(it)
  const smartCharging = new SmartCharging(it, options)
  Object.assign(it, { power, smartCharging })

  const evseOf = (id: number): EVSE => {
    const evse = it.evse(id)
    if (evse === undefined) throw new Error(`no EVSE ${id}`)
    return evse
  }
  /** Lets time pass, timers included. */
  const pass = (seconds: number): void => timers.pass(seconds * 1000)
  const transaction = (evseId: number): RunningTransaction => ({
    transactionId: `tx-${evseId}`,
    evseId,
    startedAt: world.now,
    started: undefined,
    remoteStartId: undefined,
    chargingState: "EVConnected",
    energyFrom: world.now,
    energyWh: 0,
    seqNo: 0
  })
  /** An EV is plugged in, its transaction runs and energy may flow. */
  const charge = (ev: EV, evseId = 1): EV => {
    const evse = evseOf(evseId)
    evse.plugged = { connectorId: 1, ev }
    evse.transaction = transaction(evseId)
    power.permit(evse, true)
    return ev
  }
  const end = (evseId = 1): void => {
    const evse = evseOf(evseId)
    evse.plugged = undefined
    evse.transaction = undefined
    power.permit(evse, false)
    smartCharging.transactionEnded(`tx-${evseId}`)
  }
  /** Asks as the CSMS does; what follows the answer happens at once. The code of a CALLERROR comes as `errorCode`. */
  const ask = <A extends CsmsAction>(action: A, request: Messages[A]["request"]): any => {
    const handler = smartCharging.handlers[action] as (
      request: unknown,
      context: unknown
    ) => Effect.Effect<unknown, unknown>
    const exit = Effect.runSyncExit(handler(request, {}))
    if (Exit.isFailure(exit)) {
      const [reason] = exit.cause.reasons
      const error = reason?._tag === "Fail" ? reason.error : undefined
      if (error instanceof Refusal) return { errorCode: error.errorCode }
      throw new Error(`${action} failed`, { cause: exit })
    }
    const response = exit.value instanceof Answer ? exit.value.response : exit.value
    if (!validators[`${action}Response`](response)) throw new Error(`${action}: ${JSON.stringify(response)}`)
    if (exit.value instanceof Answer) Effect.runSync(exit.value.followUp as Effect.Effect<unknown>)
    return response
  }
  return {
    it,
    power,
    smartCharging,
    evses,
    evseOf,
    world,
    sent,
    happenings,
    states,
    limited,
    timers,
    set,
    pass,
    charge,
    end,
    ask
  }
}

/** A TxDefaultProfile that holds from the start on; give what is to be different. */
export const profile = (
  limit: number,
  changes: Partial<ChargingProfileType> = {},
  unit: "A" | "W" = "A",
  numberPhases?: number
): ChargingProfileType => ({
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: "TxDefaultProfile",
  chargingProfileKind: "Absolute",
  chargingSchedule: [
    {
      id: 1,
      startSchedule: at(0),
      chargingRateUnit: unit,
      chargingSchedulePeriod: [{ startPeriod: 0, limit, ...(numberPhases !== undefined && { numberPhases }) }]
    }
  ],
  ...changes
})
