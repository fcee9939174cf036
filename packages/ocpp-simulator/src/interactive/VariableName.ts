/** Names of variables as they are typed: `Component.Variable`, `EVSE@1.AvailabilityState`, `A[instance]@1/2.B[instance]`. */
import type { ComponentRef } from "@wattline/ocpp-station/virtual"

/** A variable of a component. */
export interface VariableName {
  readonly component: Exclude<ComponentRef, string>
  readonly variable: string
  readonly instance?: string
}

const form = /^(\w+)(?:\[([^\]]+)\])?(?:@(\d+)(?:\/(\d+))?)?\.(\w+)(?:\[([^\]]+)\])?$/u

/** Reads a name; `undefined` when it is none. */
export const readVariable = (text: string): VariableName | undefined => {
  const [, name, instance, evse, connector, variable, variableInstance] = form.exec(text) ?? []
  if (name === undefined || variable === undefined || /^\d/u.test(name)) return undefined
  return {
    component: {
      name,
      ...(instance !== undefined && { instance }),
      ...(evse !== undefined && {
        evse: { id: Number(evse), ...(connector !== undefined && { connectorId: Number(connector) }) }
      })
    },
    variable,
    ...(variableInstance !== undefined && { instance: variableInstance })
  }
}

/** The name as it is typed. */
export const variableText = ({ component, instance, variable }: VariableName): string => {
  const { evse, instance: part, name } = component
  const place = evse === undefined ? "" : `@${evse.id}${evse.connectorId === undefined ? "" : `/${evse.connectorId}`}`
  return `${name}${part === undefined ? "" : `[${part}]`}${place}.${variable}${instance === undefined ? "" : `[${instance}]`}`
}
