import { isDeepStrictEqual } from "node:util"
import type { ChargingProfileType, MessageInfoType, ReportChargingProfilesRequest } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { value } from "../../src/blocks/DeviceModel.ts"
import type { Uncertain } from "../../src/blocks/Uncertain.ts"
import { monitorKey, monitorsOf } from "../../src/blocks/Monitors.ts"
import { txDefault, txProfile } from "./chargingProfiles.ts"
import { wanted } from "./monitoring.ts"
import { eventData, reported } from "./payloads.ts"
import { type Change, type Making, ReportingStation, whateverTheOrder } from "./reportingStation.ts"

const id = fc.constantFrom(1, 2, 3, 4)
const level = fc.constantFrom(0, 1)
const transaction = fc.constantFrom("T1", "T2")

/** An entry of a mirror, and when it was accepted, which a station does not tell. */
interface Known extends Uncertain {
  readonly acceptedAt?: number
}

/** Entries that are certain and not there as they are, and entries that are there and not known, be it in doubt. */
const wrong = (
  known: ReadonlyArray<Known>,
  there: ReadonlyArray<object>,
  idOf: (entry: object) => number
): ReadonlyArray<unknown> => {
  const byId = new Map(there.map((entry) => [idOf(entry), entry]))
  const isThere = ({ acceptedAt: _, ...entry }: Known): boolean => isDeepStrictEqual(byId.get(idOf(entry)), entry)
  const ids = new Set(known.map(idOf))
  return [
    ...known.filter((entry) => entry.uncertain !== true && !isThere(entry)),
    ...[...byId.keys()].filter((one) => !ids.has(one))
  ]
}

const accepted = { status: "Accepted" } as const

interface Placed {
  readonly evseId: number
  readonly profile: ChargingProfileType
}

class ProfileStation extends ReportingStation<Placed> {
  /** Which may be other ones than the mirror has, so that criteria may fit the one and not the other. */
  readonly lost = new Set<number>()
  constructor(making: Making) {
    super(making)
    // Nobody has told of these.
    for (const one of [1, 3]) this.has.set(one, { evseId: 1, profile: txDefault({ id: one }) })
  }
  protected request(): void {
    this.with("GetChargingProfiles", { requestId: this.requestId, chargingProfile: {} }, accepted)
  }
  protected send(entries: ReadonlyArray<Placed>, tbc: boolean): void {
    const chargingProfile = entries.map(({ profile }) => profile) as never
    const { evseId } = entries[0] ?? { evseId: 0 }
    const part: ReportChargingProfilesRequest = {
      requestId: this.requestId,
      chargingLimitSource: "CSO",
      evseId,
      tbc,
      chargingProfile
    }
    this.with("ReportChargingProfiles", part, {})
  }
  clear(isGone: (one: Placed) => boolean): void {
    for (const [key, one] of this.has) if (isGone(one)) this.has.delete(key)
  }
}

type Outcome = "answered" | "lost" | "lost, not taken"
const outcome = fc.constantFrom<Outcome>("answered", "answered", "answered", "lost", "lost, not taken")

const profileChange: fc.Arbitrary<Change<ProfileStation>> = fc.oneof(
  fc
    .tuple(id, level, fc.option(transaction), fc.constantFrom(1, 2), outcome)
    .map(([one, stackLevel, transactionId, evseId, ends]): Change<ProfileStation> => (station) => {
      const profile =
        transactionId === null ? txDefault({ id: one, stackLevel }) : txProfile({ id: one, stackLevel, transactionId })
      const request = { evseId, chargingProfile: profile }
      if (ends !== "lost, not taken") station.has.set(one, { evseId, profile })
      if (ends === "answered") station.with("SetChargingProfile", request, accepted)
      else station.loses("SetChargingProfile", request)
      if (ends !== "answered") station.lost.add(one)
    }),
  fc.tuple(id, outcome).map(([chargingProfileId, ends]): Change<ProfileStation> => (station) => {
    const status = station.has.has(chargingProfileId) ? ("Accepted" as const) : ("Unknown" as const)
    if (ends !== "lost, not taken") station.has.delete(chargingProfileId)
    if (ends === "answered") station.with("ClearChargingProfile", { chargingProfileId }, { status })
    else station.loses("ClearChargingProfile", { chargingProfileId })
  }),
  fc.tuple(level, outcome).map(([stackLevel, ends]): Change<ProfileStation> => (station) => {
    const request = { chargingProfileCriteria: { stackLevel } }
    if (ends !== "lost, not taken") station.clear(({ profile }) => profile.stackLevel === stackLevel)
    if (ends === "answered") station.with("ClearChargingProfile", request, accepted)
    else station.loses("ClearChargingProfile", request)
  }),
  transaction.map((transactionId): Change<ProfileStation> => (station) => {
    station.clear(({ profile }) => profile.transactionId === transactionId)
    station.with("GetTransactionStatus", { transactionId }, { ongoingIndicator: false, messagesInQueue: false })
  })
)

class DisplayStation extends ReportingStation<MessageInfoType> {
  constructor(making: Making) {
    super(making)
    this.has.set(1, info(1, "NormalCycle", undefined)).set(3, info(3, "AlwaysFront", "T1"))
  }
  protected request(): void {
    this.with("GetDisplayMessages", { requestId: this.requestId }, accepted)
  }
  protected send(messageInfo: ReadonlyArray<MessageInfoType>, tbc: boolean): void {
    this.with("NotifyDisplayMessages", { requestId: this.requestId, tbc, messageInfo: messageInfo as never }, {})
  }
  shows(message: MessageInfoType): void {
    if (message.priority === "AlwaysFront")
      for (const [key, { priority }] of this.has) if (priority === "AlwaysFront") this.has.delete(key)
    this.has.set(message.id, message)
  }
}

const info = (
  one: number,
  priority: MessageInfoType["priority"],
  transactionId: string | undefined
): MessageInfoType => ({
  id: one,
  priority,
  message: { format: "UTF8", content: `${one} ${priority}` },
  ...(transactionId !== undefined && { transactionId })
})

const displayChange: fc.Arbitrary<Change<DisplayStation>> = fc.oneof(
  fc
    .tuple(id, fc.constantFrom("AlwaysFront", "NormalCycle"), fc.constantFrom(undefined, "T1", "T2"), outcome)
    .map(([one, priority, transactionId, ends]): Change<DisplayStation> => (station) => {
      const message = info(one, priority, transactionId)
      if (ends !== "lost, not taken") station.shows(message)
      if (ends === "answered") station.with("SetDisplayMessage", { message }, accepted)
      else station.loses("SetDisplayMessage", { message })
    }),
  fc.tuple(id, outcome).map(([one, ends]): Change<DisplayStation> => (station) => {
    const status = station.has.has(one) ? ("Accepted" as const) : ("Unknown" as const)
    if (ends !== "lost, not taken") station.has.delete(one)
    if (ends === "answered") station.with("ClearDisplayMessage", { id: one }, { status })
    else station.loses("ClearDisplayMessage", { id: one })
  }),
  transaction.map((transactionId): Change<DisplayStation> => (station) => {
    for (const [key, message] of station.has) if (message.transactionId === transactionId) station.has.delete(key)
    station.with("GetTransactionStatus", { transactionId }, { ongoingIndicator: false, messagesInQueue: false })
  })
)

type Wanted = ReturnType<typeof wanted>

class MonitorStation extends ReportingStation<{ readonly id: number; readonly monitor: Wanted }> {
  private next = 10

  constructor(making: Making) {
    super(making)
    for (const [one, name] of [
      [1, "A"],
      [3, "B"]
    ] as const)
      this.has.set(one, { id: one, monitor: wanted(name) })
  }
  protected request(): void {
    this.with("GetMonitoringReport", { requestId: this.requestId }, accepted)
  }
  protected send(entries: ReadonlyArray<{ readonly id: number; readonly monitor: Wanted }>, tbc: boolean): void {
    const monitor = entries.map(({ id: one, monitor: { component, severity, type, value: limit, variable } }) => ({
      component,
      variable,
      variableMonitoring: [{ id: one, transaction: false, value: limit, type, severity }]
    }))
    const part = { requestId: this.requestId, seqNo: this.parts, tbc, generatedAt: new Date(this.at).toISOString() }
    this.with("NotifyMonitoringReport", { ...part, monitor }, {})
  }
  /** One with the same key is replaced, and has another id. */
  sets(monitor: Wanted): number {
    for (const [key, one] of this.has) if (monitorKey(one.monitor) === monitorKey(monitor)) this.has.delete(key)
    this.has.set(++this.next, { id: this.next, monitor })
    return this.next
  }
}

const monitorChange: fc.Arbitrary<Change<MonitorStation>> = fc.oneof(
  fc
    .tuple(fc.constantFrom("A", "B", "C"), fc.constantFrom(10, 20), outcome)
    .map(([name, limit, ends]): Change<MonitorStation> => (station) => {
      const monitor = wanted(name, { value: limit })
      const request = { setMonitoringData: [monitor] satisfies [Wanted] }
      const { value: _, ...place } = monitor
      const given = ends === "lost, not taken" ? 0 : station.sets(monitor)
      if (ends !== "answered") return station.loses("SetVariableMonitoring", request)
      station.with("SetVariableMonitoring", request, { setMonitoringResult: [{ ...place, ...accepted, id: given }] })
    }),
  fc.tuple(fc.nat(4), outcome).map(([nth, ends]): Change<MonitorStation> => (station) => {
    const one = [...station.has.keys()][nth] ?? 99
    const status = station.has.has(one) ? ("Accepted" as const) : ("NotFound" as const)
    if (ends !== "lost, not taken") station.has.delete(one)
    if (ends !== "answered") return station.loses("ClearVariableMonitoring", { id: [one] })
    station.with("ClearVariableMonitoring", { id: [one] }, { clearMonitoringResult: [{ id: one, status }] })
  })
)

interface Valued {
  readonly name: string
  readonly value: string
}

/** Values change by writes and by events; the station has a clock of its own. */
class VariableStation extends ReportingStation<Valued> {
  static readonly ahead = -1_800_000
  readonly queue: Array<{ readonly name: string; readonly value: string; readonly timestamp: string }> = []

  constructor(making: Making) {
    super(making)
    for (const [at, name] of ["written 0", "written 1", "told 2", "told 3"].entries())
      this.has.set(at, { name, value: "0" })
  }
  get now(): string {
    return new Date(this.at + VariableStation.ahead).toISOString()
  }
  protected request(): void {
    this.with("GetBaseReport", { requestId: this.requestId, reportBase: "FullInventory" }, accepted)
  }
  protected send(entries: ReadonlyArray<Valued>, tbc: boolean): void {
    this.flushes()
    const reportData = entries.map(({ name, value: held }) => reported("C", name, held)) as never
    const part = { requestId: this.requestId, seqNo: this.parts, tbc, generatedAt: this.now }
    this.with("NotifyReport", { ...part, reportData }, {})
  }
  /** What has happened is told in the order in which it has. */
  flushes(): void {
    for (const { name, timestamp, value: actual } of this.queue.splice(0))
      this.with(
        "NotifyEvent",
        { generatedAt: this.now, seqNo: 0, eventData: [eventData("C", name, actual, { timestamp })] },
        {}
      )
  }
}

const variableChange: fc.Arbitrary<Change<VariableStation>> = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 1), fc.constantFrom("1", "2", "3"), outcome)
    .map(([at, written, ends]): Change<VariableStation> => (station) => {
      const name = `written ${at}`
      const place = { component: { name: "C" }, variable: { name } }
      if (ends !== "lost, not taken") station.has.set(at, { name, value: written })
      const request = { setVariableData: [{ ...place, attributeValue: written }] satisfies [object] }
      if (ends !== "answered") return station.loses("SetVariables", request)
      station.with("SetVariables", request, { setVariableResult: [{ ...place, attributeStatus: "Accepted" }] })
    }),
  fc.constantFrom(0, 1).map((at): Change<VariableStation> => (station) => {
    const { name, value: attributeValue } = station.has.get(at) ?? { name: "", value: "" }
    const place = { component: { name: "C" }, variable: { name } }
    station.with(
      "GetVariables",
      { getVariableData: [place] },
      { getVariableResult: [{ ...place, attributeStatus: "Accepted", attributeValue }] }
    )
  }),
  fc
    .tuple(fc.constantFrom(2, 3), fc.constantFrom("1", "2", "3"), fc.boolean())
    .map(([at, actual, isTold]): Change<VariableStation> => (station) => {
      station.at += 1000
      const name = `told ${at}`
      station.has.set(at, { name, value: actual })
      station.queue.push({ name, value: actual, timestamp: station.now })
      if (isTold) station.flushes()
    })
)

describe("changes between the request of a report and its last part", () => {
  it("K-35, R-165: charging profiles that are set, cleared or over meanwhile end as the station has them", () => {
    whateverTheOrder(
      (making) => new ProfileStation(making),
      profileChange,
      ({ has, lost, mirror }) => {
        const isClear = ({ profile }: { readonly profile: { readonly id: number } }): boolean => !lost.has(profile.id)
        const known = mirror.smartCharging.profiles.filter(isClear)
        expect(wrong(known, [...has.values()].filter(isClear), (one) => (one as Placed).profile.id)).toEqual([])
      }
    )
  })

  it("O-5, R-165: messages that are set, cleared, superseded or over meanwhile end as the station has them", () => {
    whateverTheOrder(
      (making) => new DisplayStation(making),
      displayChange,
      ({ has, mirror: { displayMessages } }) =>
        expect(wrong(displayMessages.messages, [...has.values()], (one) => (one as MessageInfoType).id)).toEqual([])
    )
  })

  it("DM-46: monitors that are set or cleared meanwhile end as the station has them, or are stale", () => {
    whateverTheOrder(
      (making) => new MonitorStation(making),
      monitorChange,
      ({ has, mirror: { diagnostics } }) => {
        if (diagnostics.stale) return
        const known = monitorsOf(diagnostics.monitors).map((one) => [one.id, monitorKey(one), one.value])
        const there = [...has.values()].map(({ id: one, monitor }) => [one, monitorKey(monitor), monitor.value])
        expect(known).toEqual(there.toSorted(([a], [b]) => Number(a) - Number(b)))
      }
    )
  })

  it("DM-24, DM-26, ST-3: values that are written or told meanwhile end as the station has them, or are stale", () => {
    whateverTheOrder(
      (making) => new VariableStation(making),
      variableChange,
      (station) => {
        station.flushes()
        const { deviceModel } = station.mirror.provisioning
        const isStale = (name: string): boolean | undefined =>
          deviceModel.components["c\n\n\n"]?.variables[`${name}\n`]?.attributes.Actual?.stale
        const certain = [...station.has.values()].filter(({ name }) => isStale(name) !== true)
        const known = certain.map(({ name }) => ({
          name,
          value: value(deviceModel, { component: "C", variable: name })
        }))
        expect(known).toEqual(certain)
      }
    )
  })
})
