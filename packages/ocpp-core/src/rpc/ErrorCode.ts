/** The twelve CALLERROR codes of OCPP-J 2.0.1 (Part 4 §4.3), and which of them a schema violation gets (rpc.md §10). */

/** Every code a CALLERROR of OCPP 2.0.1 may carry. */
export const errorCodes = [
  "FormatViolation",
  "GenericError",
  "InternalError",
  "MessageTypeNotSupported",
  "NotImplemented",
  "NotSupported",
  "OccurrenceConstraintViolation",
  "PropertyConstraintViolation",
  "ProtocolError",
  "RpcFrameworkError",
  "SecurityError",
  "TypeConstraintViolation"
] as const

/** One of the twelve CALLERROR codes. */
export type ErrorCode = (typeof errorCodes)[number]

/** Failed JSON Schema keyword → code. The standard fixes none of these but SecurityError; these rows are ours. */
export const codeOfKeyword: { readonly [keyword: string]: ErrorCode } = {
  type: "TypeConstraintViolation",
  required: "OccurrenceConstraintViolation",
  minItems: "OccurrenceConstraintViolation",
  maxItems: "OccurrenceConstraintViolation",
  additionalProperties: "ProtocolError",
  format: "FormatViolation",
  enum: "PropertyConstraintViolation",
  maxLength: "PropertyConstraintViolation",
  minimum: "PropertyConstraintViolation",
  maximum: "PropertyConstraintViolation"
}

const readable: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ...errorCodes.map((code): [string, ErrorCode] => [code, code]),
  // The spellings of 1.6, which some stations still use; we only ever send those of 2.0.1.
  ["FormationViolation", "FormatViolation"],
  ["OccurenceConstraintViolation", "OccurrenceConstraintViolation"]
])

/** Reads the code of an inbound CALLERROR. Whatever is not known counts as GenericError. */
export const readErrorCode = (raw: unknown): ErrorCode =>
  (typeof raw === "string" ? readable.get(raw) : undefined) ?? "GenericError"
