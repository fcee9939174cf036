/** A second opinion on payloads: the schemas that come with npm `ocpp-rpc`, checked by its own validator. */
import { createRequire } from "node:module"

interface Validator {
  readonly subprotocol: string
  /** Throws when the payload does not fit. */
  readonly validate: (schema: string, payload: unknown) => void
}

const validators = createRequire(import.meta.url)("ocpp-rpc/lib/standard-validators.js") as ReadonlyArray<Validator>
const ocpp201 = validators.find(({ subprotocol }) => subprotocol === "ocpp2.0.1")

/** What is wrong with a payload, or `undefined`. */
export const violation = (action: string, kind: "request" | "response", payload: unknown): string | undefined => {
  try {
    ocpp201?.validate(`urn:${action}.${kind === "request" ? "req" : "conf"}`, payload)
    return ocpp201 === undefined ? "ocpp-rpc knows no ocpp2.0.1" : undefined
  } catch (error) {
    return `${action} ${kind}: ${error instanceof Error ? error.message : String(error)}`
  }
}
