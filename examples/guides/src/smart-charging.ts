/** Guide "Smart charging": limits of a site, a slower transaction, what to expect, and a profile for an EV with ISO 15118. */
import { andThen, Csms, evSessionAt, findTransaction, SmartCharging } from "@wattline/ocpp-core"
import type { Handlers, Messages, Station } from "@wattline/ocpp-core"
import { Clock, DateTime, Effect, Stream } from "effect"

type Profile = Messages["SetChargingProfile"]["request"]["chargingProfile"]

/** Sets a profile; gives the reasons why it is not set, none when it is. */
const set = (station: Station, evseId: number, chargingProfile: Profile) =>
  SmartCharging.setChargingProfile(station, { evseId, chargingProfile }).pipe(
    Effect.map((outcome): ReadonlyArray<string> => {
      if (outcome._tag === "Accepted") return []
      return [outcome._tag === "Rejected" ? (outcome.statusInfo?.reasonCode ?? "Rejected") : outcome._tag]
    }),
    Effect.catchTag("CheckFailed", ({ broken }) =>
      Effect.succeed(broken.map(({ rule, detail }) => `${rule}: ${detail}`))
    )
  )

/** In A per phase: what the grid gives, and what EVs may take from midnight to 6:00 (UTC) and after that. */
export const limitSite = Effect.fnUntraced(function* (
  station: Station,
  { day, grid, night }: { readonly grid: number; readonly night: number; readonly day: number }
) {
  const schedule = { id: 1, startSchedule: "2026-01-01T00:00:00Z", chargingRateUnit: "A" } as const
  const nightAndDay = [
    { startPeriod: 0, limit: night },
    { startPeriod: 21_600, limit: day }
  ]
  const most = yield* set(station, 0, {
    id: 1, // the same id replaces what was there
    stackLevel: 0,
    chargingProfilePurpose: "ChargingStationMaxProfile",
    chargingProfileKind: "Absolute",
    chargingSchedule: [{ ...schedule, chargingSchedulePeriod: [{ startPeriod: 0, limit: grid }] }]
  })
  const usual = yield* set(station, 0, {
    id: 2,
    stackLevel: 0,
    chargingProfilePurpose: "TxDefaultProfile",
    chargingProfileKind: "Recurring",
    recurrencyKind: "Daily",
    chargingSchedule: [{ ...schedule, duration: 86_400, chargingSchedulePeriod: nightAndDay }]
  })
  return [...most, ...usual]
})

/** From now on, one limit for one transaction. */
const limitTransaction = Effect.fnUntraced(function* (
  station: Station,
  { evseId, transactionId }: { readonly evseId: number; readonly transactionId: string },
  [limit, chargingRateUnit]: readonly [limit: number, chargingRateUnit: "A" | "W"]
) {
  const startSchedule = DateTime.formatIso(yield* DateTime.now)
  return yield* set(station, evseId, {
    id: 100 + evseId,
    stackLevel: 0,
    chargingProfilePurpose: "TxProfile",
    chargingProfileKind: "Absolute",
    transactionId,
    chargingSchedule: [{ id: 1, startSchedule, chargingRateUnit, chargingSchedulePeriod: [{ startPeriod: 0, limit }] }]
  })
})

export const slowDown = Effect.fnUntraced(function* (station: Station, transactionId: string, amps: number) {
  const { evse } = findTransaction((yield* station.snapshot).mirror.transactions, transactionId) ?? {}
  if (evse === undefined) return ["no such transaction"]
  return yield* limitTransaction(station, { evseId: evse.id, transactionId }, [amps, "A"])
})

/** What an EVSE will allow in the next hours, in A per phase; the station is not asked. */
export const expectedAmps = Effect.fnUntraced(function* (station: Station, evseId: number, hours: number) {
  const { mirror } = yield* station.snapshot
  const start = yield* Clock.currentTimeMillis
  const request = { evseId, start, duration: hours * 3600, chargingRateUnit: "A" as const }
  return SmartCharging.previewCompositeSchedule(mirror, request).chargingSchedulePeriod
})

/** The power that fills the EV in time, as one period: any EV can take that. */
const planFor = Effect.fnUntraced(function* (station: Station, evseId: number) {
  const wanted = station.waitFor(({ mirror }) => {
    const { needs, transactionId } = evSessionAt(mirror.evCharging, evseId) ?? {}
    return needs && transactionId !== undefined && { needs, transactionId }
  })
  const { needs, transactionId } = yield* Effect.timeout(wanted, "1 minute") // an EV may tell its needs before it begins
  const { acChargingParameters: ac, dcChargingParameters: dc, departureTime } = needs.chargingNeeds
  const now = yield* Clock.currentTimeMillis
  const hours = departureTime === undefined ? 8 : (Date.parse(departureTime) - now) / 3_600_000
  const watts = (ac?.energyAmount ?? dc?.energyAmount ?? 20_000) / Math.max(hours, 0.5)
  const limit = Math.ceil(Math.min(Math.max(watts, 1_400), 22_000))
  const problems = yield* limitTransaction(station, { evseId, transactionId }, [limit, "W"])
  if (problems.length > 0) yield* Effect.logWarning(`${station.identity}: no profile for EVSE ${evseId}`, problems)
})

export const handlers: Handlers = {
  NotifyEVChargingNeeds: ({ evseId }, { station }) =>
    Effect.succeed(andThen({ status: "Accepted" }, planFor(station, evseId)))
}

/** What went wrong the first time, for example because this process stopped, is tried once more. */
export const planOverdue = Effect.gen(function* () {
  const csms = yield* Csms
  yield* Stream.runForEach(yield* csms.subscribe, (event) =>
    event._tag === "ChargingProfileOverdue"
      ? csms.station(event.identity).pipe(
          Effect.flatMap((station) => planFor(station, event.evseId)),
          Effect.catch((failure) => Effect.logWarning(`${event.identity}: ${failure.message}`)),
          Effect.forkChild
        )
      : Effect.void
  )
})
