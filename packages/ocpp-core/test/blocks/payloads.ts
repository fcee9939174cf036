/** Payloads for the block tests: builders with everything that does not matter filled in, and generators. */
import type {
  Action,
  ComponentType,
  EventDataType,
  MeterValueType,
  Messages,
  NotifyReportRequest,
  ReportDataType,
  TransactionEventRequest,
  VariableAttributeType,
  VariableCharacteristicsType,
  VariableType
} from "@wattline/ocpp-v201"
import fc from "fast-check"
import type { Exchange } from "../../src/blocks/Block.ts"

/** One seed for all property tests: a failure today is a failure tomorrow. */
export const property = { seed: 20_240_501, numRuns: 150 } as const

/** CSMS time the builders start from: 2024-05-01T12:00:00Z. */
export const noon = Date.UTC(2024, 4, 1, 12)

/** The station's time, `seconds` after noon. */
export const time = (seconds = 0): string => new Date(noon + seconds * 1000).toISOString()

/** Freezes a value all the way down, so that a reducer that writes into it throws. */
export const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

/** What a store would give back. */
export const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** An exchange of any action. */
export const exchange = <A extends Action>(
  _action: A,
  request: Messages[A]["request"],
  response: Messages[A]["response"],
  at = noon,
  rebooted = false
): Exchange<A> => ({ request, response, at, rebooted })

/** Events that were emitted, in order. */
export const recorder = <E>(): { readonly events: Array<E>; readonly emit: (event: E) => void } => {
  const events: Array<E> = []
  return { events, emit: (event) => void events.push(event) }
}

/** Report data of one station-level variable. */
export const reported = (
  component: string | ComponentType,
  variable: string | VariableType,
  attribute: VariableAttributeType | string = "1",
  characteristics?: VariableCharacteristicsType
): ReportDataType => ({
  component: typeof component === "string" ? { name: component } : component,
  variable: typeof variable === "string" ? { name: variable } : variable,
  variableAttribute: [typeof attribute === "string" ? { value: attribute } : attribute],
  ...(characteristics !== undefined && { variableCharacteristics: characteristics })
})

/** One NotifyReport. */
export const part = (
  requestId: number,
  seqNo: number,
  reportData: Array<ReportDataType>,
  more: Partial<NotifyReportRequest> = {}
): NotifyReportRequest => ({ requestId, seqNo, generatedAt: time(seqNo), tbc: false, reportData, ...more })

/** One item of NotifyEvent. */
export const eventData = (
  component: string | ComponentType,
  variable: string,
  actualValue: string,
  more: Partial<EventDataType> = {}
): EventDataType => ({
  eventId: 1,
  timestamp: time(),
  trigger: "Delta",
  actualValue,
  component: typeof component === "string" ? { name: component } : component,
  variable: { name: variable },
  eventNotificationType: "HardWiredNotification",
  ...more
})

/** One TransactionEvent of transaction T1, `seqNo` minutes after noon. */
export const transactionEvent = (
  eventType: TransactionEventRequest["eventType"],
  seqNo: number,
  { transactionInfo, ...more }: Partial<TransactionEventRequest> = {}
): TransactionEventRequest => ({
  eventType,
  seqNo,
  timestamp: time(seqNo * 60),
  triggerReason: eventType === "Started" ? "CablePluggedIn" : "MeterValuePeriodic",
  transactionInfo: { transactionId: "T1", ...transactionInfo },
  ...more
})

/** A reading of the energy import register in Wh with everything at its default. */
export const register = (seconds: number, value: number): MeterValueType => ({
  timestamp: time(seconds),
  sampledValue: [{ value }]
})

const names = fc.constantFrom("Connector", "EVSE", "ChargingStation", "OCPPCommCtrlr", "ocppcommctrlr", "__proto__")
const variables = fc.constantFrom("AvailabilityState", "HeartbeatInterval", "BasicAuthPassword", "constructor", "X/Y")

/** Few ids, so that they meet. */
export const ids = fc.constantFrom(0, 1, 2)

/** A time of the station, up to ten minutes after noon. */
export const stationTime = fc.integer({ min: 0, max: 600 }).map(time)

/** Optional members, absent rather than undefined. */
export const record = <A, K extends keyof A>(shape: { [M in keyof A]: fc.Arbitrary<A[M]> }, required: Array<K>) =>
  fc.record(shape, { requiredKeys: required, noNullPrototype: true })

const evse = record({ id: ids, connectorId: ids }, ["id"])

/** Any component; few names. */
export const component = record({ name: names, instance: fc.constantFrom("", "a"), evse }, ["name"])

/** Any variable; few names. */
export const variable = record({ name: variables, instance: fc.constantFrom("", "A", "a") }, ["name"])
const attributeType = fc.constantFrom("Actual", "Target", "MinSet", "MaxSet")
const value = fc.constantFrom("", "Available", "Occupied", "true", "12", "A,W")

/** Any report data. */
export const anyReportData = record(
  {
    component,
    variable,
    variableAttribute: fc.array(
      record(
        {
          type: attributeType,
          value,
          mutability: fc.constantFrom("ReadOnly", "WriteOnly", "ReadWrite"),
          persistent: fc.boolean(),
          constant: fc.boolean()
        },
        []
      ),
      { minLength: 1, maxLength: 4 }
    ),
    variableCharacteristics: record(
      { dataType: fc.constantFrom("integer", "OptionList", "string"), supportsMonitoring: fc.boolean() },
      ["dataType", "supportsMonitoring"]
    )
  },
  ["component", "variable", "variableAttribute"]
)

const sampledValue = record(
  {
    value: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => n + 0),
    context: fc.constantFrom("Transaction.Begin", "Sample.Periodic", "Transaction.End"),
    measurand: fc.constantFrom("Energy.Active.Import.Register", "Power.Active.Import", "SoC"),
    phase: fc.constantFrom("L1", "N"),
    location: fc.constantFrom("Body", "Inlet", "Outlet", "EV"),
    signedMeterValue: fc.constant({ signedMeterData: "c2ln", signingMethod: "", encodingMethod: "", publicKey: "" }),
    unitOfMeasure: record({ unit: fc.constantFrom("Wh", "kWh", "MWh"), multiplier: fc.constantFrom(-3, 0, 3, 400) }, [])
  },
  ["value"]
)

/** Any meter values with readings around noon. */
export const anyMeterValues = fc.array(
  record({ timestamp: stationTime, sampledValue: fc.array(sampledValue, { minLength: 1, maxLength: 3 }) }, [
    "timestamp",
    "sampledValue"
  ]),
  { minLength: 1, maxLength: 3 }
)

const idToken = record({ idToken: fc.constantFrom("A", "B"), type: fc.constantFrom("Central", "ISO14443") }, [
  "idToken",
  "type"
])

const transactionOf = <T extends TransactionEventRequest["eventType"]>(
  eventType: fc.Arbitrary<T>,
  seqNo: fc.Arbitrary<number>,
  transactionId: fc.Arbitrary<string>
) =>
  record(
    {
      eventType,
      seqNo,
      timestamp: stationTime,
      triggerReason: fc.constantFrom("Authorized", "CablePluggedIn", "MeterValuePeriodic", "StopAuthorized"),
      offline: fc.boolean(),
      reservationId: ids,
      evse,
      idToken,
      meterValue: anyMeterValues,
      transactionInfo: record(
        {
          transactionId,
          chargingState: fc.constantFrom("Charging", "EVConnected", "SuspendedEV", "Idle"),
          remoteStartId: ids,
          stoppedReason: fc.constantFrom("Remote", "EVDisconnected")
        },
        ["transactionId"]
      )
    },
    ["eventType", "seqNo", "timestamp", "triggerReason", "transactionInfo"]
  )

const transactionAnswer = record(
  {
    totalCost: fc.constantFrom(0, 1.5),
    idTokenInfo: record({ status: fc.constantFrom("Accepted", "Invalid") }, ["status"])
  },
  []
)

/** The exchanges of one whole transaction T1 in seqNo order: Started, some Updated, Ended. */
export const wholeTransaction = fc
  .tuple(fc.constantFrom(0, 7), fc.integer({ min: 0, max: 6 }))
  .chain(([start, updates]) => {
    const id = fc.constant("T1")
    const updated = Array.from({ length: updates }, (_, i) =>
      transactionOf(fc.constant("Updated"), fc.constant(start + 1 + i), id)
    )
    const started = transactionOf(fc.constant("Started"), fc.constant(start), id)
    const ended = transactionOf(fc.constant("Ended"), fc.constant(start + updates + 1), id)
    const event = (request: fc.Arbitrary<TransactionEventRequest>, i: number) =>
      fc
        .tuple(request, transactionAnswer)
        .map(([asked, answer]) => exchange("TransactionEvent", asked, answer, noon + i))
    return fc.tuple(...[started, ...updated, ended].map(event))
  })

const at = fc.integer({ min: 0, max: 600_000 }).map((ms) => noon + ms)
const status = fc.constantFrom("Accepted", "Rejected", "NotSupported", "EmptyResultSet")

/** Few requestIds, so that messages meet their jobs. */
export const requestId = fc.constantFrom(0, 1, 2)

const reservedFor = { idToken: "R", type: "Central" } as const

/** Exchanges of blocks B, E, G, H, I and J; the others are in exchanges.ts. */
export const basicExchange = fc.oneof(
  of("MeterValues", {
    request: record({ evseId: ids, meterValue: anyMeterValues }, ["evseId", "meterValue"]),
    response: fc.constant({})
  }),
  of("CostUpdated", {
    request: record({ transactionId: fc.constantFrom("T1", "T2"), totalCost: fc.constantFrom(0, 1.5) }, [
      "transactionId",
      "totalCost"
    ]),
    response: fc.constant({})
  }),
  of("BootNotification", {
    request: record(
      {
        chargingStation: record(
          {
            model: fc.constantFrom("M1", "M2"),
            vendorName: fc.constant("V"),
            firmwareVersion: fc.constantFrom("1.0", "1.1"),
            serialNumber: fc.constantFrom("S1", "S2")
          },
          ["model", "vendorName"]
        ),
        reason: fc.constantFrom("PowerUp", "RemoteReset", "Triggered")
      },
      ["chargingStation", "reason"]
    ),
    response: record(
      { currentTime: stationTime, interval: ids, status: fc.constantFrom("Accepted", "Pending", "Rejected") },
      ["currentTime", "interval", "status"]
    )
  }),
  of("StatusNotification", {
    request: record(
      {
        timestamp: stationTime,
        connectorStatus: fc.constantFrom("Available", "Occupied", "Faulted"),
        evseId: ids,
        connectorId: ids
      },
      ["timestamp", "connectorStatus", "evseId", "connectorId"]
    ),
    response: fc.constant({})
  }),
  of("NotifyEvent", {
    request: fc
      .array(
        record({ component, variable: variables, actualValue: value, timestamp: stationTime }, [
          "component",
          "variable",
          "actualValue",
          "timestamp"
        ]),
        { minLength: 1, maxLength: 3 }
      )
      .map((items) => ({
        generatedAt: time(),
        seqNo: 0,
        eventData: items.map((item) =>
          eventData(item.component, item.variable, item.actualValue, { timestamp: item.timestamp })
        )
      })),
    response: fc.constant({})
  }),
  of("GetBaseReport", {
    request: fc.tuple(requestId, fc.constantFrom("FullInventory", "SummaryInventory")).map(([id, reportBase]) => ({
      requestId: id,
      reportBase
    })),
    response: status.map((answer) => ({ status: answer }))
  }),
  of("GetReport", {
    request: requestId.map((id) => ({ requestId: id })),
    response: status.map((answer) => ({ status: answer }))
  }),
  of("NotifyReport", {
    request: record(
      {
        requestId,
        seqNo: fc.constantFrom(0, 1, 2, 3),
        generatedAt: stationTime,
        tbc: fc.boolean(),
        reportData: fc.array(anyReportData, { minLength: 1, maxLength: 4 })
      },
      ["requestId", "seqNo", "generatedAt"]
    ),
    response: fc.constant({})
  }),
  of("GetVariables", {
    request: fc.constant({ getVariableData: [{ component: { name: "EVSE" }, variable: { name: "Power" } }] }),
    response: fc
      .array(
        record(
          {
            component,
            variable,
            attributeType,
            attributeValue: value,
            attributeStatus: fc.constantFrom(
              "Accepted",
              "Rejected",
              "UnknownComponent",
              "UnknownVariable",
              "NotSupportedAttributeType"
            )
          },
          ["component", "variable", "attributeStatus"]
        ),
        { minLength: 1, maxLength: 4 }
      )
      .map((getVariableResult) => ({ getVariableResult }))
  }),
  fc
    .array(
      fc.tuple(
        record({ component, variable, attributeType, attributeValue: value }, [
          "component",
          "variable",
          "attributeValue"
        ]),
        fc.constantFrom("Accepted", "Rejected", "RebootRequired", "UnknownVariable")
      ),
      { minLength: 1, maxLength: 4 }
    )
    .chain((items) =>
      of("SetVariables", {
        request: fc.constant({ setVariableData: items.map(([item]) => item) }),
        response: fc.constant({
          setVariableResult: items.map(([{ attributeValue: _, ...target }, attributeStatus]) => ({
            ...target,
            attributeStatus
          }))
        })
      })
    ),
  of("Reset", {
    request: record({ type: fc.constantFrom("Immediate", "OnIdle"), evseId: ids }, ["type"]),
    response: fc.constantFrom("Accepted", "Scheduled", "Rejected").map((answer) => ({ status: answer }))
  }),
  of("ChangeAvailability", {
    request: record(
      {
        operationalStatus: fc.constantFrom("Inoperative", "Operative"),
        evse: record({ id: ids, connectorId: ids }, ["id"])
      },
      ["operationalStatus"]
    ),
    response: fc.constantFrom("Accepted", "Scheduled", "Rejected").map((answer) => ({ status: answer }))
  }),
  of("ReserveNow", {
    request: record({ id: ids, expiryDateTime: stationTime, idToken: fc.constant(reservedFor), evseId: ids }, [
      "id",
      "expiryDateTime",
      "idToken"
    ]),
    response: fc.constantFrom("Accepted", "Occupied").map((answer) => ({ status: answer }))
  }),
  of("CancelReservation", {
    request: ids.map((reservationId) => ({ reservationId })),
    response: fc.constantFrom("Accepted", "Rejected").map((answer) => ({ status: answer }))
  }),
  of("ReservationStatusUpdate", {
    request: record({ reservationId: ids, reservationUpdateStatus: fc.constantFrom("Expired", "Removed") }, [
      "reservationId",
      "reservationUpdateStatus"
    ]),
    response: fc.constant({})
  }),
  of("TransactionEvent", {
    request: transactionOf(
      fc.constantFrom("Started", "Updated", "Ended"),
      fc.constantFrom(0, 1, 2, 3, 4),
      fc.constantFrom("T1", "T2", "__proto__", "constructor")
    ),
    response: transactionAnswer
  }),
  of("CostUpdated", {
    request: fc.constantFrom("T1", "T2").map((transactionId) => ({ transactionId, totalCost: 3 })),
    response: fc.constant({})
  }),
  of("Heartbeat", { request: fc.constant({}), response: fc.constant({ currentTime: time() }) })
)

/** Exchanges of one action. */
export function of<A extends Action>(
  action: A,
  {
    request,
    response
  }: { request: fc.Arbitrary<Messages[A]["request"]>; response: fc.Arbitrary<Messages[A]["response"]> }
) {
  return fc
    .record({ request, response, at, rebooted: fc.boolean() })
    .map((generated) => ({ action, exchange: generated }))
}
