/** Operations of block P, DataTransfer: messages of a vendor's own, both ways. */
import * as Effect from "effect/Effect"
import type { DataTransferRequest, StatusInfoType } from "@wattline/ocpp-v201"
import type { SchemaIssue, SchemaResult, StandardSchema } from "../csms/StandardSchema.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"

export { extension, isReversedDns } from "../csms/Extensions.ts"
export type {
  DataTransferContext,
  DataTransferExtension,
  DataTransferHandler,
  ExtensionOf
} from "../csms/Extensions.ts"

/** How a message is sent. */
export interface SendOptions<Data = unknown> extends CallOptions {
  /** What the data of an Accepted answer is like: any Standard Schema validator, sync or async. Default: `unknown`. */
  readonly schema?: StandardSchema<Data>
}

/** What became of it (P-3). The data of an answer may be any JSON value, or absent. */
export type DataTransferOutcome<Data> =
  | { readonly _tag: "Accepted"; readonly data: Data; readonly statusInfo?: StatusInfoType }
  | {
      readonly _tag: "Rejected" | "UnknownMessageId" | "UnknownVendorId"
      readonly data?: unknown
      readonly statusInfo?: StatusInfoType
    }
  /** The station accepted, and its data is not what the schema says. */
  | { readonly _tag: "Misfit"; readonly data: unknown; readonly issues: ReadonlyArray<SchemaIssue> }

/**
 * Sends a vendor's message (P01). The four statuses are values (P01.FR.05, P01.FR.06). The data may be any JSON value
 * (P-4), its numbers go out as they are.
 *
 * @example
 * const outcome = yield* DataTransfer.send(
 *   station,
 *   { vendorId: "com.example", messageId: "GetLamp", data: { lamp: 1 } },
 *   { schema: z.object({ colour: z.string() }) }
 * )
 * if (outcome._tag === "Accepted") yield* Effect.log(outcome.data.colour)
 */
export const send = Effect.fnUntraced(function* <Data = unknown>(
  station: Station,
  request: DataTransferRequest,
  { schema, ...options }: SendOptions<Data> = {}
): Effect.fn.Return<DataTransferOutcome<Data>, CallFailure> {
  const { data, status, statusInfo } = yield* station.call("DataTransfer", request, options)
  const info = statusInfo === undefined ? {} : { statusInfo }
  if (status !== "Accepted") return { _tag: status, ...(data !== undefined && { data }), ...info }
  const checked = schema === undefined ? unchecked<Data>(data) : schema["~standard"].validate(data)
  const result = checked instanceof Promise ? yield* Effect.promise(() => checked) : checked
  return result.issues === undefined
    ? { _tag: "Accepted", data: result.value, ...info }
    : { _tag: "Misfit", data, issues: result.issues }
})

// Without a schema `Data` is unknown, which no type can tell here.
const unchecked = <Data>(data: unknown): SchemaResult<Data> => ({ value: data as Data })
