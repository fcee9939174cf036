/** A station with a device model, its availability and its authorization; a clock, and a CSMS that answers as it is told. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Answer, CallError, NotSent, OutcomeUnknown } from "@wattline/ocpp-core"
import type {
  ChargingStateEnumType,
  ConnectorEnumType,
  CsmsAction,
  IdTokenType,
  Messages,
  StationAction
} from "@wattline/ocpp-v201"
import type { StationHandlers } from "../../src/client/Client.ts"
import { Authorization } from "../../src/virtual/Authorization.ts"
import { Availability } from "../../src/virtual/Availability.ts"
import { DeviceModel } from "../../src/virtual/DeviceModel.ts"
import type { EV } from "../../src/virtual/EV.ts"
import { EVSE } from "../../src/virtual/EVSE.ts"
import type { Happening } from "../../src/virtual/Happening.ts"
import type { RunningTransaction } from "../../src/virtual/parts.ts"
import type { VirtualStation } from "../../src/virtual/VirtualStation.ts"
import { valid } from "./deviceModel.support.ts"
import { makeTimers } from "./timers.support.ts"

export const start = Date.parse("2026-03-01T08:00:00.000Z")
export const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString()
export const card = (idToken: string): IdTokenType => ({ idToken, type: "ISO14443" })
export const central = (idToken: string): IdTokenType => ({ idToken, type: "Central" })

export const ev: EV = {
  model: { capacityWh: 60_000, maxAcPower: 11_000, maxDcPower: 150_000, phases: 3, minCurrent: 6, taperFrom: 0.8 },
  stateOfCharge: 0.2,
  target: 0.8
}

/** How the CSMS takes a CALL: it answers, refuses, or the answer is lost (with the CALL or alone). */
export type Fate = "Answered" | "CallError" | "Lost" | "Unknown"

type Kinds = ReadonlyArray<ReadonlyArray<ConnectorEnumType>>

/** A station whose EVSEs have these connectors. */
export const station = (kinds: Kinds = [["cType2"], ["cCCS2", "sType2"]]) => {
  const sent: Array<{ action: StationAction; request: unknown; triggered: boolean }> = []
  const told: Array<Happening> = []
  const hardware: Array<string> = []
  const ended: Array<string> = []
  const seen = new Map<string, string>()
  const world = { now: start, online: true, fate: "Answered" as Fate, answers: {} as Partial<Record<string, unknown>> }
  const timers = makeTimers(world)
  const outcomeOf = (action: StationAction): Exit.Exit<unknown, unknown> => {
    const names = { identity: "CS-1", action, messageId: "m", detail: "" }
    if (!world.online || world.fate === "Lost") return Exit.fail(new NotSent({ ...names, reason: "Offline" }))
    if (world.fate === "Unknown") return Exit.fail(new OutcomeUnknown({ ...names, reason: "Timeout" } as never))
    if (world.fate === "CallError") return Exit.fail(new CallError({ ...names, errorCode: "InternalError" } as never))
    return Exit.succeed(world.answers[action] ?? {})
  }
  const evses = kinds.map(
    (types, index) =>
      new EVSE(
        index + 1,
        types.map((type, connector) => ({ id: connector + 1, type })),
        { phases: 3, voltage: 230, maxCurrent: 32 }
      )
  )
  const fake = {
    identity: "CS-1",
    evses,
    evse: (id: number) => evses.find((evse) => evse.id === id),
    now: () => world.now,
    time: () => new Date(world.now).toISOString(),
    after: timers.after,
    tell: (happening: Happening) => void told.push(happening),
    client: {
      get isOnline() {
        return world.online
      },
      call: (
        action: StationAction,
        request: unknown,
        done?: (outcome: Exit.Exit<unknown, unknown>) => void,
        { triggered = false }: { readonly triggered?: boolean } = {}
      ) => {
        sent.push({ action, request: valid(action, "request", request), triggered })
        const outcome = outcomeOf(action)
        if (action === "StatusNotification" && Exit.isSuccess(outcome)) {
          const { connectorId, connectorStatus, evseId } = valid("StatusNotification", "request", request)
          seen.set(`${evseId}.${connectorId}`, connectorStatus)
        }
        done?.(outcome)
      }
    },
    monitoring: {
      hardwareEvent: (
        component: string | { readonly name: string; readonly evse?: { readonly id: number } },
        variable: string,
        value: string
      ) =>
        void hardware.push(
          `${typeof component === "string" ? component : `${component.name} ${component.evse?.id}`} ${variable} ${value}`
        )
    },
    transactions: {
      cableChanged: () => undefined,
      isAuthorized: () => false,
      leave: () => {},
      holdsCable: (evse: EVSE) =>
        evse.transaction?.started !== undefined &&
        evse.connectors.find(({ id }) => id === evse.plugged?.connectorId)?.type.startsWith("s") === true,
      end: (evse: EVSE, stoppedReason: string, triggerReason: string) => {
        ended.push(`${evse.id} ${stoppedReason} ${triggerReason}`)
        evse.transaction = undefined
        availability.refresh()
      }
    }
  }
  const virtual = fake as unknown as VirtualStation
  const model = new DeviceModel(virtual)
  const availability = new Availability(virtual)
  const authorization = new Authorization(virtual)
  Object.assign(fake, { model, availability, authorization })
  return {
    virtual,
    model,
    availability,
    authorization,
    evses,
    world,
    sent,
    told,
    hardware,
    ended,
    seen,
    timers: () => timers.size,
    /** Asks as the CSMS, and does what follows the answer. */
    ask: <A extends CsmsAction>(action: A, request: Messages[A]["request"]): Messages[A]["response"] => {
      const handlers: StationHandlers = { ...availability.handlers, ...authorization.handlers }
      const handler = handlers[action]
      if (handler === undefined) throw new Error(`nobody answers ${action}`)
      const answer = Effect.runSync(
        handler(valid(action, "request", request), {
          messageId: "m",
          receivedAt: world.now,
          state: "Accepted",
          client: undefined as never
        })
      )
      if (!(answer instanceof Answer)) return valid(action, "response", answer)
      const response = valid(action, "response", answer.response)
      Effect.runSync(answer.followUp)
      return response
    },
    pass: (seconds: number) => timers.pass(seconds * 1000),
    /** What was sent since the last time, in few words. */
    take: (): Array<string> =>
      sent.splice(0).map(({ action, request }) => {
        const message = request as Record<string, string | number>
        if (action === "StatusNotification")
          return `${message["evseId"]}.${message["connectorId"]} ${message["connectorStatus"]}`
        return action === "ReservationStatusUpdate"
          ? `reservation ${message["reservationId"]} ${message["reservationUpdateStatus"]}`
          : action
      }),
    /** A transaction begins; with a token it is authorized. */
    begin: (
      evseId: number,
      idToken?: IdTokenType,
      chargingState: ChargingStateEnumType = idToken ? "Charging" : "EVConnected"
    ) => {
      const evse = evses[evseId - 1] as EVSE
      evse.transaction = {
        transactionId: `T${evseId}`,
        evseId,
        startedAt: world.now,
        started: idToken && { idToken },
        remoteStartId: undefined,
        chargingState,
        energyFrom: undefined,
        energyWh: 0,
        seqNo: 0
      } satisfies RunningTransaction
      availability.refresh()
    },
    finish: (evseId: number) => {
      const evse = evses[evseId - 1] as EVSE
      evse.transaction = undefined
      availability.refresh()
    }
  }
}

/** A station that has just booted; what it sent for that is out of the way. */
export const booted = (kinds?: Kinds) => {
  const made = station(kinds)
  made.availability.online(true, 0)
  made.take()
  return made
}
