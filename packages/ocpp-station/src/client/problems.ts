/** Why a station cannot be made as it is, each as a sentence that says what to change. */
import type { BootReasonEnumType, ChargingStationType, StationAction } from "@wattline/ocpp-v201"
import { dialProblem } from "@wattline/ocpp-core/adapter"
import { describe, ocpp201, outgoing } from "@wattline/ocpp-core/engine"
import { type ClientSettings, defaultSettings, type StationHandlers } from "./Client.ts"
import type { ConnectionProfile } from "./ClientProcess.ts"

/** Why a station cannot connect so, before anything is tried; `undefined` when it can. */
export const connectionProblem = (identity: string, profile: ConnectionProfile): string | undefined => {
  if (typeof identity !== "string") return "`identity` must be a text."
  if (![0, 1, 2, 3].includes(profile.securityProfile)) return "`securityProfile` must be 0, 1, 2 or 3."
  return dialProblem({ ...profile, identity, protocols: [ocpp201.subprotocol], timeout: 1 }, ["ws:", "wss:"])
}

/** Why a client cannot behave so, such as a time that is no number; `undefined` when it can. */
export const settingsProblem = (settings: Partial<ClientSettings>): string | undefined => {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaultSettings, name))
      return `There is no setting \`${name}\`; there are ${Object.keys(defaultSettings).join(", ")}.`
    if (name === "queueAllMessages") {
      if (typeof value !== "boolean") return "The setting `queueAllMessages` must be true or false."
    } else if (!Number.isFinite(value) || Number(value) < 0 || (name === "messageTimeout" && value === 0))
      return `The setting \`${name}\` must be a number ${name === "messageTimeout" ? "above 0" : "from 0 on"}; without it the default counts.`
  }
  return undefined
}

/** What is wrong with the request of a CALL of the station; `undefined`: nothing. */
export const requestProblem = (action: StationAction, request: object): string | undefined => {
  const rule = ocpp201.actions.get(action)
  const violation = rule && outgoing(request, rule.validateRequest).violation
  return violation === undefined ? undefined : describe(violation)
}

/** A station whose BootNotification breaks the schema would wait for ever. */
export const bootProblem = (
  chargingStation: ChargingStationType,
  reason: BootReasonEnumType = "PowerUp"
): string | undefined => {
  const problem = requestProblem("BootNotification", { reason, chargingStation })
  return problem && `Its BootNotification would be invalid: ${problem}.`
}

/** Handlers that would never be called, or cannot be. */
export const handlersProblem = (handlers: StationHandlers): string | undefined => {
  for (const [action, handler] of Object.entries<unknown>(handlers)) {
    const rule = ocpp201.actions.get(action)
    if (rule === undefined || rule.sentBy === "station")
      return `\`handlers\` has ${action}, which is not an action that a CSMS sends.`
    if (handler !== undefined && typeof handler !== "function") return `The handler of ${action} must be a function.`
  }
  return undefined
}
