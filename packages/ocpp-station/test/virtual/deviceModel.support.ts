/** A station with nothing but a device model, monitors, a clock and a client that keeps what is sent. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Answer, NotSent, Refusal } from "@wattline/ocpp-core"
import {
  type AttributeEnumType,
  type CsmsAction,
  type Messages,
  type StationAction,
  validators
} from "@wattline/ocpp-v201"
import type { Client, ClientSettings } from "../../src/client/Client.ts"
import { defaultSettings } from "../../src/client/Client.ts"
import { DeviceModel, type DeviceModelOptions } from "../../src/virtual/DeviceModel.ts"
import { EVSE } from "../../src/virtual/EVSE.ts"
import type { Happening } from "../../src/virtual/Happening.ts"
import { Monitoring } from "../../src/virtual/Monitoring.ts"
import type { Part } from "../../src/virtual/parts.ts"
import type { VirtualStation } from "../../src/virtual/VirtualStation.ts"
import { makeTimers } from "./timers.support.ts"

/** What the client was asked to send. */
export interface Sent {
  readonly action: StationAction
  readonly request: unknown
  readonly triggered: boolean
}

export const start = Date.parse("2026-01-01T10:00:07.000Z")

/** Builds the station; `fail` decides on a CALL, by its number, otherwise it is answered at once. */
export const station = (options: DeviceModelOptions = {}) => {
  const sent: Array<Sent> = []
  const told: Array<Happening> = []
  const power = { watts: 0 }
  const world = {
    now: start,
    online: true,
    fails: 0,
    /** Answers wait until `release`. */
    holds: undefined as Array<() => void> | undefined
  }
  let settings: ClientSettings = defaultSettings
  const timers = makeTimers(world)
  const client = {
    identity: "CS-1",
    state: "Accepted",
    get isOnline() {
      return world.online
    },
    get settings() {
      return settings
    },
    configure: (changes: Partial<ClientSettings>) => {
      settings = { ...settings, ...changes }
    },
    call: (
      action: StationAction,
      request: unknown,
      done?: (outcome: Exit.Exit<unknown, unknown>) => void,
      { triggered = false }: { readonly triggered?: boolean } = {}
    ) => {
      sent.push({ action, request, triggered })
      if (world.fails > 0) {
        world.fails--
        done?.(Exit.fail(new NotSent({ identity: "CS-1", action, reason: "Offline", detail: "" })))
      } else if (world.holds !== undefined) world.holds.push(() => done?.(Exit.succeed({})))
      else done?.(Exit.succeed({}))
    }
  }
  const evses = [
    new EVSE(1, [{ id: 1, type: "cType2" }], { phases: 3, voltage: 230, maxCurrent: 32 }),
    new EVSE(
      2,
      [
        { id: 1, type: "cCCS2" },
        { id: 2, type: "cG105" }
      ],
      { phases: 0, voltage: 400, maxCurrent: 125 }
    )
  ]
  const fake = {
    identity: "CS-1",
    client: client as unknown as Client,
    chargingStation: { model: "Model", vendorName: "Vendor", firmwareVersion: "1.0" },
    evses,
    power: {
      reading: () => ({ power: power.watts, current: power.watts / 690, voltage: 230, registerWh: 1234.5678 })
    },
    security: { profileProblem: () => undefined as string | undefined },
    evse: (id: number) => evses.find((evse) => evse.id === id),
    now: () => world.now,
    time: () => `${new Date(world.now).toISOString().slice(0, 19)}Z`,
    after: timers.after,
    tell: (happening: Happening) => {
      told.push(happening)
    }
  }
  const virtual = fake as unknown as VirtualStation
  const model = new DeviceModel(virtual, options)
  Object.assign(fake, { model })
  const monitoring = new Monitoring(virtual, model)
  const ask = askOf([model, monitoring])
  return {
    virtual,
    model,
    monitoring,
    evses,
    sent,
    told,
    world,
    power,
    security: fake.security,
    ask,
    timers: () => timers.size,
    settings: () => settings,
    /** Lets time pass, and what is due happen. */
    pass: timers.pass,
    /** What was sent of an action, and takes it away; each valid by its schema. */
    take: <A extends StationAction>(action: A): Array<Messages[A]["request"]> => {
      const taken = sent.filter((one) => one.action === action).map(({ request }) => valid(action, "request", request))
      sent.splice(0)
      return taken
    }
  }
}

/** A message that its schema allows; throws otherwise. */
export const valid = <A extends StationAction | CsmsAction, K extends "request" | "response">(
  action: A,
  kind: K,
  message: unknown
): Messages[A][K] => {
  const validate = validators[`${action}${kind === "request" ? "Request" : "Response"}`]
  if (!validate(message)) throw new Error(`${action} ${kind}: ${JSON.stringify(validate.errors)}`)
  return message
}

const askOf =
  (parts: ReadonlyArray<Part>) =>
  <A extends CsmsAction>(action: A, request: Messages[A]["request"]): Messages[A]["response"] => {
    const handler = parts.find((part) => part.handlers?.[action] !== undefined)?.handlers?.[action]
    if (handler === undefined) throw new Error(`nobody answers ${action}`)
    valid(action, "request", request)
    const exit = Effect.runSyncExit(
      handler(request, { messageId: "m", receivedAt: 0, state: "Accepted", client: undefined as never })
    )
    const failed = exit._tag === "Failure" ? exit.cause.reasons[0] : undefined
    if (failed?._tag === "Fail" && failed.error instanceof Refusal)
      throw new Error(`${failed.error.errorCode}: ${failed.error.errorDescription}`)
    const answer = Effect.runSync(exit)
    if (!(answer instanceof Answer)) return valid(action, "response", answer)
    const response = valid(action, "response", answer.response)
    Effect.runSync(answer.followUp)
    return response
  }

/** What `station` makes. */
export type World = ReturnType<typeof station>

/** SetVariables with one variable: its status and reasonCode. */
export const set = (
  { ask }: World,
  component: string,
  variable: string,
  attributeValue: string,
  attributeType?: AttributeEnumType,
  instance?: string
) => {
  const [result] = ask("SetVariables", {
    setVariableData: [
      {
        component: { name: component },
        variable: { name: variable, ...(instance !== undefined && { instance }) },
        attributeValue,
        ...(attributeType && { attributeType })
      }
    ]
  }).setVariableResult
  return [result?.attributeStatus, result?.attributeStatusInfo?.reasonCode]
}
