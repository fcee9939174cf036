/**
 * What a CSMS saves of a station that boots, reports, charges, leaves and comes back. The suites feed stores with this
 * instead of hand-made snapshots, so that they keep up with whatever the mirror holds.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  Acceptor,
  Csms,
  type Link,
  type StationEvent,
  type StationSnapshot,
  StationStore,
  type StationView
} from "@wattline/ocpp-core"

/** One save, as the core asked for it. */
export interface RecordedSave {
  readonly snapshot: StationSnapshot
  readonly events: ReadonlyArray<StationEvent>
}

/** See the head of the file. */
export interface RecordedStation {
  /** In order, with the epochs 1 and 2. At least one of them carries events. */
  readonly saves: ReadonlyArray<RecordedSave>
  /** The first save, of a station that has said little. */
  readonly first: RecordedSave
  /** The last save, of a station that has said much. */
  readonly last: RecordedSave
  /** An event of the last save. */
  readonly event: StationEvent
  /** The station at the end, as its CSMS sees it. */
  readonly view: StationView
}

const link: Link = { send: () => true, close: () => {}, terminate: () => {} }
const timestamp = "2026-01-01T00:00:00Z"
const evse = { id: 1, connectorId: 1 }
const transactionInfo = { transactionId: "T1" }

const firstVisit: ReadonlyArray<readonly [action: string, payload: object]> = [
  ["BootNotification", { reason: "PowerUp", chargingStation: { model: "Säule", vendorName: "⚡ AG" } }],
  ["StatusNotification", { timestamp, connectorStatus: "Occupied", evseId: 1, connectorId: 1 }],
  [
    "NotifyReport",
    {
      requestId: 1,
      seqNo: 0,
      generatedAt: timestamp,
      reportData: [
        {
          component: { name: "EVSE", evse: { id: 1 } },
          variable: { name: "Power" },
          variableAttribute: [{ value: "11000.5" }],
          variableCharacteristics: { dataType: "decimal", supportsMonitoring: false, unit: "W", maxLimit: 22_000 }
        }
      ]
    }
  ],
  [
    "TransactionEvent",
    {
      eventType: "Started",
      timestamp,
      triggerReason: "Authorized",
      seqNo: 0,
      transactionInfo,
      evse,
      idToken: { idToken: "0123ABCD", type: "ISO14443" },
      meterValue: [{ timestamp, sampledValue: [{ value: 1234.567, measurand: "Energy.Active.Import.Register" }] }]
    }
  ]
]

const secondVisit: typeof firstVisit = [
  [
    "TransactionEvent",
    { eventType: "Ended", timestamp, triggerReason: "StopAuthorized", seqNo: 2, offline: true, transactionInfo, evse }
  ]
]

/** Runs the station, in memory. */
export const recordStation: Effect.Effect<RecordedStation> = Effect.suspend(() => {
  const saves: Array<RecordedSave> = []
  const store = Layer.succeed(StationStore, {
    load: () => Effect.succeed(undefined),
    save: (snapshot, events) => Effect.sync(() => void saves.push({ snapshot, events })),
    remove: () => Effect.void
  })
  return Effect.gen(function* () {
    const csms = yield* Csms
    const acceptor = yield* Acceptor
    const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
    for (const visit of [firstVisit, secondVisit]) {
      const identity = station.identity
      const handler = acceptor.open(
        { _tag: "Admitted", identity, protocol: "ocpp2.0.1", remoteAddress: undefined, securityProfile: 0 },
        link
      )
      for (const [index, [action, payload]] of visit.entries())
        handler.onText(JSON.stringify([2, `${action}-${index}`, action, payload]))
      handler.onClose(1006, "")
    }
    const view = yield* station.snapshot
    const [first] = saves
    const last = saves.findLast(({ events }) => events.length > 0)
    const event = last?.events[0]
    if (first === undefined || last === undefined || event === undefined)
      return yield* Effect.die(new Error("the CSMS saved nothing"))
    return { saves: [...saves], first, last, event, view }
  }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" }).pipe(Layer.provide(store))), Effect.scoped, Effect.orDie)
})
