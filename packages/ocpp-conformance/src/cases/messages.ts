/** What a station says in the cases, with the fields the schemas want even where a case is silent. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import type { Messages } from "@wattline/ocpp-core"
import type { IdToken, IdTokenInfo } from "./ReferenceCsms.ts"
import type { Evse, World } from "./World.ts"

type TransactionEvent = Messages["TransactionEvent"]["request"]
type ConnectorStatus = Messages["StatusNotification"]["request"]["connectorStatus"]
/** Meter values. */
export type MeterValue = NonNullable<TransactionEvent["meterValue"]>[number]

/** CS → CSMS BootNotification; gives the response, whose time is the time of the CSMS. */
export const boot = Effect.fnUntraced(function* (
  { cs, now }: World,
  reason: Messages["BootNotification"]["request"]["reason"] = "PowerUp"
) {
  const response = yield* cs.call("BootNotification", {
    reason,
    chargingStation: { model: "Scenario 22", vendorName: "Wattline" }
  })
  isNow(response.currentTime, yield* now)
  return response
})

/** RFC 3339 in UTC, and within seconds of now. */
export const isNow = (told: string, now: string): void => {
  assert.match(told, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  assert.isBelow(Math.abs(Date.parse(told) - Date.parse(now)), 10_000)
}

/** `Conn(status)` for one EVSE, in the form of this run; nothing is looked at but that it is answered. */
export const connectorIs = Effect.fnUntraced(function* (
  world: World,
  status: ConnectorStatus,
  { connectorId, id }: Evse
) {
  const timestamp = yield* world.now
  if (world.form === "StatusNotification")
    return yield* world.cs.call("StatusNotification", { evseId: id, connectorId, connectorStatus: status, timestamp })
  world.events += 1
  return yield* world.cs.call("NotifyEvent", {
    generatedAt: timestamp,
    seqNo: 0,
    tbc: false,
    eventData: [
      {
        eventId: world.events,
        timestamp,
        trigger: "Delta",
        actualValue: status,
        eventNotificationType: "HardWiredNotification",
        component: { name: "Connector", evse: { id, connectorId } },
        variable: { name: "AvailabilityState" }
      }
    ]
  })
})

/** `Conn(status)` for one EVSE; answered, and known to the CSMS. */
export const reports = Effect.fnUntraced(function* (world: World, status: ConnectorStatus, evse: Evse) {
  assert.deepStrictEqual<unknown>(yield* connectorIs(world, status, evse), {})
  const { connectors } = (yield* world.view).mirror.availability
  const known = connectors.find(({ connectorId, evseId }) => evseId === evse.id && connectorId === evse.connectorId)
  assert.deepInclude(known, { status, source: world.form })
})

/** `Conn(status)` for all connectors. */
export const reportsAll = (world: World, status: ConnectorStatus) =>
  Effect.forEach(world.evses, (evse) => reports(world, status, evse), { discard: true })

/** CS → CSMS Authorize; gives the verdict. */
export const authorizes = (world: World, idToken: IdToken) =>
  Effect.map(world.cs.call("Authorize", { idToken }), ({ idTokenInfo }) => idTokenInfo)

/** What a `TE(…)` says besides its trigger. */
export interface Told {
  /** Default: Started for the first event of a transaction, else Updated. */
  readonly type?: TransactionEvent["eventType"]
  readonly state?: NonNullable<TransactionEvent["transactionInfo"]["chargingState"]>
  readonly stop?: NonNullable<TransactionEvent["transactionInfo"]["stoppedReason"]>
  readonly remoteStartId?: number
  readonly idToken?: IdToken
  /** Whether it names EVSE and connector. Default `false`. */
  readonly named?: boolean
  readonly offline?: true
  readonly meterValue?: ReadonlyArray<MeterValue>
  /** Default: the next one. */
  readonly seqNo?: number
}

/**
 * CS → CSMS TransactionEvent; gives the verdict on its token. With a token there is one, without a token there is none
 * (R5, E-2). Started and Ended begin and end the transaction of the EVSE.
 */
export const transactionEvent = Effect.fnUntraced(function* (
  world: World,
  evse: Evse,
  triggerReason: TransactionEvent["triggerReason"],
  told: Told = {}
) {
  const { idToken, meterValue, named, offline, remoteStartId, state, stop } = told
  const eventType = told.type ?? (evse.open ? "Updated" : "Started")
  if (eventType === "Started") evse.begin()
  const seqNo = told.seqNo ?? evse.seqNo
  evse.seqNo = Math.max(evse.seqNo, seqNo + 1)
  const { idTokenInfo } = yield* world.cs.call("TransactionEvent", {
    eventType,
    triggerReason,
    seqNo,
    timestamp: yield* world.now,
    transactionInfo: {
      transactionId: evse.transactionId,
      ...(state !== undefined && { chargingState: state }),
      ...(stop !== undefined && { stoppedReason: stop }),
      ...(remoteStartId !== undefined && { remoteStartId })
    },
    ...(idToken !== undefined && { idToken }),
    ...(named === true && { evse: { id: evse.id, connectorId: evse.connectorId } }),
    ...(offline !== undefined && { offline }),
    ...(meterValue !== undefined && { meterValue: [...meterValue] })
  })
  assert.strictEqual(idTokenInfo !== undefined, idToken !== undefined, "a verdict for each token, and only for a token")
  if (eventType === "Ended") evse.end()
  return idTokenInfo
})

/** One reading of the energy register. */
export const reading = Effect.fnUntraced(function* (
  { now }: World,
  context: NonNullable<MeterValue["sampledValue"][number]["context"]>,
  value = 0
) {
  const meterValue: [MeterValue] = [{ timestamp: yield* now, sampledValue: [{ value, context }] }]
  return meterValue
})

/** The verdict is one of these. */
export const isVerdict = (info: IdTokenInfo | undefined, ...allowed: ReadonlyArray<IdTokenInfo["status"]>): void => {
  assert.include(allowed, info?.status)
}

/** The verdict is Accepted, with this group. */
export const isAcceptedIn = (info: IdTokenInfo | undefined, group: string): void => {
  assert.strictEqual(info?.status, "Accepted")
  assert.strictEqual(info?.groupIdToken?.idToken, group)
}
