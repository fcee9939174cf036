/** Block P: vendor extensions of DataTransfer, each with its vendorId, messageId, schema and handler. */
import * as Effect from "effect/Effect"
import type { DataTransferRequest, DataTransferResponse } from "@wattline/ocpp-v201"
import type { Answer, Handler, HandlerContext } from "./Handlers.ts"
import { pathOf, type SchemaIssue, type SchemaResult, type StandardSchema } from "./StandardSchema.ts"

/** What the handler of an extension knows besides the data. */
export interface DataTransferContext extends HandlerContext {
  /** The whole request; its `data` is as parsed, before the schema. */
  readonly request: DataTransferRequest
}

/** Decides on one DataTransfer: its answer is Accepted or Rejected, with data of any JSON (P-2, P-4). */
export type DataTransferHandler<Data, R = never> = (
  data: Data,
  context: DataTransferContext
) => Effect.Effect<DataTransferResponse | Answer<DataTransferResponse, R>, unknown, R>

/** One message of one vendor. Made by `extension`. */
export interface DataTransferExtension<R = never> {
  readonly vendorId: string
  /** Absent: messages of the vendor that have none. */
  readonly messageId?: string
  readonly handle: DataTransferHandler<unknown, R>
}

/** Which messages an extension is for. Both compare case-sensitively. */
export interface ExtensionOf {
  /** At most 255 characters, meant to be in reversed DNS form: `com.example`. */
  readonly vendorId: string
  /** At most 50 characters. Absent: messages of the vendor that have none. */
  readonly messageId?: string
}

/**
 * A vendor's message with its handler, for `dataTransfer` of the handlers. The handler gets the data as the schema makes it:
 * any Standard Schema validator, sync or async. Data that does not fit is answered Rejected, with the place in
 * `statusInfo` (P-1: the schema is part of the decision), and logged. Without a schema the data is `unknown`.
 * Throws a `RangeError` when an id is longer than the standard allows.
 *
 * @example
 * const lamp = DataTransfer.extension({
 *   vendorId: "com.example",
 *   messageId: "SetLamp",
 *   schema: z.object({ colour: z.string() }),
 *   handler: ({ colour }, { station }) => Effect.as(paint(station.identity, colour), { status: "Accepted" })
 * })
 * Csms.layer({ dataTransfer: [lamp] })
 */
export function extension<Data, R = never>(
  definition: ExtensionOf & { readonly schema: StandardSchema<Data>; readonly handler: DataTransferHandler<Data, R> }
): DataTransferExtension<R>
/** The same without a schema. */
export function extension<R = never>(
  definition: ExtensionOf & { readonly handler: DataTransferHandler<unknown, R> }
): DataTransferExtension<R>
export function extension<R>({
  handler,
  messageId,
  schema,
  vendorId
}: ExtensionOf & {
  readonly schema?: StandardSchema
  readonly handler: DataTransferHandler<unknown, R>
}): DataTransferExtension<R> {
  checkLength("vendorId", vendorId, 255)
  if (messageId !== undefined) checkLength("messageId", messageId, 50)
  const handle: DataTransferHandler<unknown, R> = (data, context) => {
    if (schema === undefined) return handler(data, context)
    const decide = (checked: SchemaResult<unknown>): ReturnType<typeof handler> =>
      checked.issues === undefined ? handler(checked.value, context) : rejected(checked.issues, context)
    const checked = schema["~standard"].validate(data)
    return checked instanceof Promise
      ? Effect.flatMap(
          Effect.promise(() => checked),
          decide
        )
      : decide(checked)
  }
  return { vendorId, ...(messageId !== undefined && { messageId }), handle }
}

const checkLength = (name: keyof ExtensionOf, id: string, most: number): void => {
  if (Array.from(id).length > most) throw new RangeError(`The ${name} of an extension has at most ${most} characters`)
}

/** The station learns where, as with a CALLERROR; no texts of the validator, which may say anything. */
const rejected = (
  issues: ReadonlyArray<SchemaIssue>,
  { request, station }: DataTransferContext
): Effect.Effect<DataTransferResponse> => {
  const path = Array.from(pathOf(issues)).slice(0, 512).join("")
  const name = JSON.stringify([request.vendorId, request.messageId])
  return Effect.as(
    Effect.logWarning(
      `${station.identity}: data of DataTransfer ${name} does not fit its schema: ${JSON.stringify(path)}`
    ),
    {
      status: "Rejected",
      statusInfo: { reasonCode: "InvalidValue", ...(path !== "" && { additionalInfo: path }) }
    }
  )
}

/**
 * Answers DataTransfer by extensions, the last one of the same ids. What none is for goes to `otherwise`; without it an
 * unknown vendor is UnknownVendorId, an unknown message of a known one UnknownMessageId (P-1, R-203).
 */
export const dataTransferBy = (
  extensions: ReadonlyArray<DataTransferExtension>,
  otherwise: Handler<"DataTransfer"> | undefined
): Handler<"DataTransfer"> => {
  const vendors = new Map<string, Map<string | undefined, DataTransferExtension>>()
  for (const one of extensions) {
    const messages = vendors.get(one.vendorId) ?? new Map<string | undefined, DataTransferExtension>()
    vendors.set(one.vendorId, messages.set(one.messageId, one))
  }
  return (request, context) => {
    const messages = vendors.get(request.vendorId)
    const found = messages?.get(request.messageId)
    if (found !== undefined) return found.handle(request.data, { ...context, request })
    return otherwise?.(request, context) ?? (messages === undefined ? unknownVendor : unknownMessage)
  }
}

const unknownVendor = Effect.succeed({ status: "UnknownVendorId" } as const)
const unknownMessage = Effect.succeed({ status: "UnknownMessageId" } as const)

const reversedDns = /^[a-z]{2,63}(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i

/** True for `com.example.lamps`: what the standard recommends for a vendorId. */
export const isReversedDns = (vendorId: string): boolean => reversedDns.test(vendorId)

/** Says in the log which vendorIds are not as the standard recommends. They work all the same. */
export const warnOfVendorIds = (
  extensions: ReadonlyArray<DataTransferExtension<unknown>> = []
): Effect.Effect<void> => {
  const ids = new Set(extensions.map(({ vendorId }) => vendorId).filter((vendorId) => !isReversedDns(vendorId)))
  return ids.size === 0
    ? Effect.void
    : Effect.logWarning(`vendorIds should be in reversed DNS form, such as com.example (R-202): ${[...ids].join(", ")}`)
}
