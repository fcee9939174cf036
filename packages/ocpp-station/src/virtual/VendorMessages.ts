/** P of a virtual station: messages of vendors, answered by what is given for them (P01). */
import * as Effect from "effect/Effect"
import type { DataTransferRequest, DataTransferResponse } from "@wattline/ocpp-v201"
import { pathOf, type StandardSchema } from "@wattline/ocpp-core"
import type { StationHandlers } from "../client/Client.ts"
import type { Part } from "./parts.ts"
import type { VirtualStation } from "./VirtualStation.ts"

/** One message of one vendor. Made by `vendorMessage`. */
export interface VendorMessage {
  readonly vendorId: string
  /** Absent: messages of the vendor that have none. */
  readonly messageId?: string
  readonly answer: (
    request: DataTransferRequest,
    station: VirtualStation
  ) => DataTransferResponse | Promise<DataTransferResponse>
}

/** What a vendor's message is about. Both ids compare case-sensitively. */
export interface VendorMessageOf<Data> {
  readonly vendorId: string
  readonly messageId?: string
  /** What its data is like: any Standard Schema validator. What does not fit is answered Rejected. Default: `unknown`. */
  readonly schema?: StandardSchema<Data>
  /** Decides: Accepted or Rejected, with data of any JSON (P01.FR.07). */
  readonly handler: (data: Data, station: VirtualStation) => DataTransferResponse
}

/**
 * A vendor's message with its handler, shared by all stations that have it.
 *
 * @example
 * const lamp = vendorMessage({
 *   vendorId: "com.example",
 *   messageId: "SetLamp",
 *   schema: z.object({ colour: z.string() }),
 *   handler: ({ colour }) => ({ status: "Accepted", data: { colour } })
 * })
 */
export const vendorMessage = <Data = unknown>({
  handler,
  messageId,
  schema,
  vendorId
}: VendorMessageOf<Data>): VendorMessage => ({
  vendorId,
  ...(messageId !== undefined && { messageId }),
  answer: ({ data }, station) => {
    if (schema === undefined) return handler(data as Data, station) // without a schema `Data` is unknown
    const decide = (checked: Awaited<ReturnType<typeof validate>>): DataTransferResponse =>
      checked.issues === undefined
        ? handler(checked.value, station)
        : {
            status: "Rejected",
            statusInfo: {
              reasonCode: "InvalidValue",
              ...(pathOf(checked.issues) !== "" && { additionalInfo: pathOf(checked.issues).slice(0, 512) })
            }
          }
    const { validate } = schema["~standard"]
    const checked = validate(data)
    return checked instanceof Promise ? checked.then(decide) : decide(checked)
  }
})

/** See the head of the file. */
export class VendorMessages implements Part {
  private readonly station: VirtualStation
  private readonly messages: ReadonlyArray<VendorMessage>

  constructor(station: VirtualStation, messages: ReadonlyArray<VendorMessage> = []) {
    this.station = station
    this.messages = messages
  }

  readonly handlers = {
    DataTransfer: (request) => this.dataTransfer(request)
  } satisfies StationHandlers

  private dataTransfer(request: DataTransferRequest): Effect.Effect<DataTransferResponse> {
    const ofVendor = this.messages.filter(({ vendorId }) => vendorId === request.vendorId)
    const found = ofVendor.find(({ messageId }) => messageId === request.messageId)
    if (found === undefined)
      return Effect.succeed({ status: ofVendor.length === 0 ? "UnknownVendorId" : "UnknownMessageId" }) // P01.FR.05, P01.FR.06
    return Effect.suspend(() => {
      const answer = found.answer(request, this.station)
      return answer instanceof Promise ? Effect.promise(() => answer) : Effect.succeed(answer)
    })
  }
}
