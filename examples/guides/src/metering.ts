/** Guide "Metering": every reading kept once, signed ones untouched; the power of a site now, and its load profile. */
import { energyWh, findMeter, type Handlers, isTransactionComplete, latestReading, readings } from "@wattline/ocpp-core"
import type { MeteringState, Reading, Station, Transaction } from "@wattline/ocpp-core"
import { Context, type Effect as Effects, Effect } from "effect"

/** One row of the archive, in Wh, W, A, V or Percent. */
export interface Row extends Omit<Reading, "raw"> {
  /** The same for the same reading, whichever message brings it, and however often. */
  readonly key: string
  readonly transactionId?: string
  /** The signed reading as the meter made it, for the driver's transparency software. */
  readonly signed?: NonNullable<Reading["raw"]["signedMeterValue"]>
}

export class Archive extends Context.Service<
  Archive,
  {
    /** Inserts rows; those whose key is there already change nothing. */
    readonly insert: (rows: ReadonlyArray<Row>) => Effects.Effect<void, { readonly message: string }>
  }
>()("csms/Archive") {}

const rowOf = (place: string, { raw, ...reading }: Reading, transactionId: string | undefined): Row => {
  const { context, location, measurand, phase = "", timestamp } = reading
  return {
    ...reading,
    key: [place, new Date(timestamp).toISOString(), context, measurand, phase, location].join(" "),
    ...(transactionId !== undefined && { transactionId }),
    ...(raw.signedMeterValue !== undefined && { signed: raw.signedMeterValue })
  }
}

const rowsOf = (place: string, meterValue: Parameters<typeof readings>[0], transactionId?: string) =>
  readings(meterValue).map((reading) => rowOf(place, reading, transactionId))

/** Before the station is answered: after the answer it sends a reading no more. */
const keep = Effect.fnUntraced(function* (rows: ReadonlyArray<Row>) {
  if (rows.length === 0) return
  yield* (yield* Archive).insert(rows).pipe(
    Effect.retry({ times: 2 }),
    Effect.catch((failure) => Effect.logError(`not archived: ${failure.message}`, rows))
  )
})

export const handlers: Handlers<Archive> = {
  MeterValues: ({ evseId, meterValue }, { station }) => keep(rowsOf(`${station.identity} ${evseId}`, meterValue)),
  TransactionEvent: ({ meterValue = [] }, { station, transaction: { evse, transactionId } }) =>
    Effect.as(keep(rowsOf(`${station.identity} ${evse?.id ?? "?"}`, meterValue, transactionId)), {})
}

/** W, of all EVSEs together; `undefined` where none tells its power. */
export const powerNow = Effect.fnUntraced(function* (station: Station) {
  const { mirror } = yield* station.snapshot
  const evseIds = new Set(mirror.availability.connectors.map(({ evseId }) => evseId))
  const watts = [...evseIds].flatMap((evseId) => {
    const latest = latestReading(mirror, evseId)
    const power = readings(latest === undefined ? [] : [latest]).find(
      ({ measurand, phase }) => measurand === "Power.Active.Import" && phase === undefined
    )
    return power === undefined ? [] : [power.value]
  })
  return watts.length === 0 ? undefined : watts.reduce((sum, one) => sum + one)
})

/** Energy between the clock-aligned readings of a meter, in Wh; 0 is the main meter. A register that falls counts anew. */
export const loadProfile = (metering: MeteringState, evseId: number) => {
  const aligned = (findMeter(metering, evseId)?.timeline ?? []).flatMap(({ context, timestamp, wh }) =>
    context === "Sample.Clock" && wh !== undefined ? [{ until: timestamp, wh }] : []
  )
  return aligned.slice(1).map(({ until, wh }, at) => {
    const before = aligned[at]?.wh ?? 0
    return { until, wh: wh >= before ? wh - before : wh }
  })
}

/** What may be billed; `undefined` as long as events are missing that may still come. */
export const billable = (transaction: Transaction) =>
  isTransactionComplete(transaction) ? energyWh(transaction) : undefined
