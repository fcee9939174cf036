/** A second opinion on payloads: the schemas that come with npm `ocpp-rpc`, checked by its own validator. */
import { createRequire } from "node:module"
import { createValidator } from "ocpp-rpc"

/**
 * A file inside the package, the only one that is reached for: its exports hold a maker of validators, but neither its schemas
 * nor the validators it made of them. Its README names this file, and the version is pinned.
 */
const schemas = createRequire(import.meta.url)("ocpp-rpc/lib/schemas/ocpp2_0_1.json") as Array<object>
const ocpp201 = createValidator("ocpp2.0.1", schemas)

/** What is wrong with a payload, or `undefined`. */
export const violation = (action: string, kind: "request" | "response", payload: unknown): string | undefined => {
  try {
    void ocpp201.validate(`urn:${action}.${kind === "request" ? "req" : "conf"}`, payload)
    return undefined
  } catch (error) {
    return `${action} ${kind}: ${error instanceof Error ? error.message : String(error)}`
  }
}
