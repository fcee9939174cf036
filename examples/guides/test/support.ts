/** What the tests of the guides share: a station that is Accepted, and what it says of a transaction. */
import { Csms } from "@wattline/ocpp-core"
import { TestStation } from "@wattline/ocpp-memory"
import { DateTime, Effect } from "effect"

/** Lets all fibers run that can. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 20 })

/** A station that was added, connected and accepted: the CSMS's end and its own. */
export const accepted = Effect.fnUntraced(function* (identity: string) {
  const { addStation } = yield* Csms
  const inCsms = yield* addStation({ identity, securityProfile: 0 })
  const station = yield* TestStation.connect({ identity })
  yield* station.boot()
  return { inCsms, station }
})

/** The date-time of now, as a station writes it. */
export const now = Effect.map(DateTime.now, DateTime.formatIso)

/** One TransactionEvent of transaction `T1` on EVSE 1, with the energy register in Wh. */
export const transactionEvent = Effect.fnUntraced(function* (
  station: TestStation,
  eventType: "Started" | "Updated" | "Ended",
  seqNo: number,
  {
    remoteStartId,
    triggerReason,
    wh
  }: {
    readonly triggerReason: "RemoteStart" | "RemoteStop" | "Authorized" | "MeterValuePeriodic" | "EVDeparted"
    readonly remoteStartId?: number
    readonly wh: number
  }
) {
  const timestamp = yield* now
  return yield* station.call("TransactionEvent", {
    eventType,
    seqNo,
    timestamp,
    triggerReason,
    transactionInfo: { transactionId: "T1", ...(remoteStartId !== undefined && { remoteStartId }) },
    evse: { id: 1, connectorId: 1 },
    meterValue: [{ timestamp, sampledValue: [{ value: wh }] }]
  })
})
