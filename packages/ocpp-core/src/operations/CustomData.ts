/** Block P: what vendors add to messages in `customData`, typed by a schema, or as the very text that came. */
import type { CustomDataType } from "@wattline/ocpp-v201"
import type { HandlerContext } from "../csms/Handlers.ts"
import type { SchemaIssue, StandardSchema } from "../csms/StandardSchema.ts"
import { sourceAt } from "../rpc/JsonSource.ts"

/** Any object of any message. */
export interface CustomDataOwner {
  readonly customData?: CustomDataType
}

/** What was found in it. */
export type CustomDataOutcome<Data> =
  /** There is none, or it is of another vendor; that is no error. */
  | { readonly _tag: "Absent" }
  | { readonly _tag: "Valid"; readonly value: Data }
  /** It is of this vendor and does not fit. */
  | {
      readonly _tag: "Invalid"
      readonly issues: ReadonlyArray<SchemaIssue>
      /** As parsed: same keys, same values. */
      readonly customData: CustomDataType
    }

/**
 * The customData of one vendor in an object of a message, read by a Standard Schema validator, which gets all of it, with its
 * vendorId (R-204, P-5). vendorIds compare case-sensitively. Throws a `TypeError` when the validator is async.
 *
 * @example
 * const told = CustomData.read(request.transactionInfo, "com.example", z.object({ parkingSpot: z.number() }))
 * if (told._tag === "Valid") yield* Effect.log(told.value.parkingSpot)
 */
export const read = <Data>(
  owner: CustomDataOwner,
  vendorId: string,
  schema: StandardSchema<Data>
): CustomDataOutcome<Data> => {
  const { customData } = owner
  if (customData === undefined || customData.vendorId !== vendorId) return { _tag: "Absent" }
  const checked = schema["~standard"].validate(customData)
  if (checked instanceof Promise) throw new TypeError("CustomData.read takes validators that are not async")
  return checked.issues === undefined
    ? { _tag: "Valid", value: checked.value }
    : { _tag: "Invalid", issues: checked.issues, customData }
}

/**
 * The JSON text of a part of the request that a handler decides on, byte for byte as it came: numbers keep their notation and
 * all their digits, which parsing takes from them (P-5). The path begins at the payload; `undefined` where there is nothing.
 * What we send keeps them by `JSON.rawJSON`.
 *
 * @example
 * const price = CustomData.textOf(context, "transactionInfo", "customData", "price") // "1.10"
 */
export const textOf = (
  { text }: Pick<HandlerContext, "text">,
  ...path: ReadonlyArray<string | number>
): string | undefined => sourceAt(text, [3, ...path])
