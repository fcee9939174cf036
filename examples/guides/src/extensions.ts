/** Guide "Extensions": messages of a vendor's own, both ways, and what vendors add to standard messages. */
import { CustomData, DataTransfer, type Handlers, type StandardSchema, type Station } from "@wattline/ocpp-core"
import { Context, Effect } from "effect"

const vendorId = "com.example.parking"

interface Spot {
  readonly spot: number
  readonly plate?: string
}

/** Any Standard Schema will do: zod, valibot, arktype, `Schema.toStandardSchemaV1` of Effect. By hand it is this. */
const spotSchema: StandardSchema<Spot> = {
  "~standard": {
    version: 1,
    vendor: "example",
    validate: (value) => {
      const { plate, spot } = Object(value) as { readonly [K in keyof Spot]?: unknown }
      if (typeof spot !== "number") return { issues: [{ message: "spot is a number", path: ["spot"] }] }
      if (plate === undefined) return { value: { spot } }
      return typeof plate === "string"
        ? { value: { spot, plate } }
        : { issues: [{ message: "plate is a text", path: ["plate"] }] }
    }
  }
}

/** Who may park where, and for how much. */
export class Parking extends Context.Service<
  Parking,
  {
    readonly arrived: (identity: string, spot: Spot) => Effect.Effect<boolean, { readonly message: string }>
    /** `price` in decimal notation, as it was written. */
    readonly left: (transactionId: string, spot: Spot, price: string | undefined) => Effect.Effect<void>
  }
>()("csms/Parking") {}

/** The barrier asks whether it may open. */
const arrival = DataTransfer.extension({
  vendorId,
  messageId: "Arrival",
  schema: spotSchema,
  handler: (spot, { station }) =>
    Effect.gen(function* () {
      const open = yield* (yield* Parking).arrived(station.identity, spot)
      return { status: "Accepted", data: { open } } as const
    }).pipe(
      Effect.catch(({ message }) =>
        Effect.as(Effect.logWarning(message), {
          status: "Rejected",
          statusInfo: { reasonCode: "InternalError" }
        } as const)
      )
    )
})

export const handlers: Handlers<Parking> = {
  dataTransfer: [arrival],

  // The station writes into `customData` of transactionInfo where the car stood, and what the barrier took.
  TransactionEvent: Effect.fnUntraced(function* ({ eventType, transactionInfo }, context) {
    const told = CustomData.read(transactionInfo, vendorId, spotSchema)
    if (told._tag === "Invalid") yield* Effect.logWarning(`${context.station.identity}: parking`, told.issues)
    if (eventType === "Ended" && told._tag === "Valid") {
      const price = CustomData.textOf(context, "transactionInfo", "customData", "price") // 1.10, not 1.1
      yield* (yield* Parking).left(transactionInfo.transactionId, told.value, price)
    }
    return {}
  })
}

/** Asks the station which car stands at a spot. */
export const carAt = Effect.fnUntraced(function* (station: Station, spot: number) {
  const request = { vendorId, messageId: "GetSpot", data: { spot } }
  const outcome = yield* DataTransfer.send(station, request, { schema: spotSchema })
  switch (outcome._tag) {
    case "Accepted":
      return outcome.data.plate ?? "nobody"
    case "Misfit":
      return `an answer without sense: ${outcome.issues.map(({ message }) => message).join(", ")}`
    case "Rejected":
      return "the station does not tell"
    default:
      return "this station has no barrier"
  }
})
