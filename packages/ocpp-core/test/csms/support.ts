/** What the tests of a CSMS share: fibers that are begun, events that are recorded, payloads that are valid. */
import { Effect, Fiber, Stream } from "effect"
import type { BootNotificationResponse, NotifyReportRequest, ReportDataType } from "@wattline/ocpp-v201"
import { Acceptor, Csms, type CsmsEvent } from "../../src/index.ts"
import { FakeStation } from "../support/FakeStation.ts"

/** Starts an effect in a fiber of its own, up to where it has to wait. */
export const begin = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

/** The error a fiber ends with. */
export const failureOf = <A, E>(fiber: Fiber.Fiber<A, E>) => Effect.flip(Fiber.join(fiber))

/** Lets all fibers run that can. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 20 })

/** Everything that happens from here on, in order. */
export class Recorder {
  readonly events: Array<CsmsEvent> = []

  /** Subscribes; read it after `settle`. */
  static readonly start = Effect.gen(function* () {
    const csms = yield* Csms
    const recorder = new Recorder()
    const stream = yield* csms.subscribe
    yield* Effect.forkScoped(Stream.runForEach(stream, (event) => Effect.sync(() => void recorder.events.push(event))))
    return recorder
  })

  get tags(): ReadonlyArray<string> {
    return this.events.map(({ _tag }) => _tag)
  }
  of<T extends CsmsEvent["_tag"]>(tag: T): ReadonlyArray<Extract<CsmsEvent, { readonly _tag: T }>> {
    return this.events.filter((event): event is Extract<CsmsEvent, { readonly _tag: T }> => event._tag === tag)
  }
  count(tag: CsmsEvent["_tag"]): number {
    return this.of(tag).length
  }
}

/** What the core says to an upgrade request over plain ws. */
export const upgrade = (target: string, authorization?: string) =>
  Effect.flatMap(Acceptor, (acceptor) =>
    acceptor.admit({ target, protocols: "ocpp2.0.1", authorization, remoteAddress: "192.0.2.1", secure: false })
  )

/** An Authorization header. */
export const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`

/** A station that was added, and its end of a link. Not booted. */
export const connected = Effect.fnUntraced(function* (identity = "CS-1") {
  const csms = yield* Csms
  const station = yield* csms.addStation({ identity, securityProfile: 0 })
  const fake = yield* FakeStation.connect(identity)
  return { csms, station, fake }
})

/** The same, booted; with the default handlers it is Accepted. */
export const booted = Effect.fnUntraced(function* (identity = "CS-1") {
  const all = yield* connected(identity)
  all.fake.boot()
  return all
})

/** A boot handler that gives these statuses one after the other, the last one for ever. */
export const bootsAs = (...statuses: ReadonlyArray<BootNotificationResponse["status"]>) => {
  const left = [...statuses]
  return () => {
    const status = left.length > 1 ? left.shift() : left[0]
    return Effect.succeed({ status: status ?? "Accepted", interval: 10, currentTime: "2026-01-01T00:00:00Z" })
  }
}

export const at = "2026-01-01T00:00:00Z"

export const statusNotification = (evseId = 1) => ({
  timestamp: at,
  connectorStatus: "Available",
  evseId,
  connectorId: 1
})

export const transactionEvent = (seqNo = 0, more: object = {}) => ({
  eventType: seqNo === 0 ? "Started" : "Updated",
  timestamp: at,
  triggerReason: "CablePluggedIn",
  seqNo,
  transactionInfo: { transactionId: "T1" },
  evse: { id: 1, connectorId: 1 },
  ...more
})

export const token = { idToken: { idToken: "0123ABCD", type: "ISO14443" } } as const

export const reported = (component: string, variable: string, value: string): ReportDataType => ({
  component: { name: component },
  variable: { name: variable },
  variableAttribute: [{ value }],
  variableCharacteristics: { dataType: "integer", supportsMonitoring: false }
})

export const reportPart = (
  requestId: number,
  seqNo: number,
  tbc: boolean,
  reportData: Array<ReportDataType> = [reported("OCPPCommCtrlr", `Variable${seqNo}`, "1")]
): NotifyReportRequest => ({ requestId, seqNo, generatedAt: at, tbc, reportData })

/** The requestId of the last CALL. */
export const lastRequestId = (fake: FakeStation): number =>
  (fake.lastCall[3] as { readonly requestId: number }).requestId
