/** A day of twenty stations whose operator tries everything, at random. */
import { assert, describe, it } from "@effect/vitest"
import { Availability } from "@wattline/ocpp-core"
import { Effect, Random } from "effect"
import { TestClock } from "effect/testing"
import { anomalies, assertTruthful, disagreements, observe, type Pair, pass, within } from "./Observed.ts"
import { chance, mishaps, type OperatorFailure, operations, rareMishaps } from "./Operator.ts"

const minutes = 24 * 60

/** Failures that only say that a station was away or that the operator asked for the impossible. */
const harmless = new Set([
  "NotSent",
  "CheckFailed",
  "OutcomeUnknown",
  "LocalListIncomplete",
  "PartlySet",
  "MonitorsPartlySet",
  "PartlyRead",
  "MonitorsPartlyCleared",
  "InvalidVariables"
])

/** A lost link leaves answers open: the CSMS says so. */
const ofLostLinks = ["EntriesUncertain", "ReportFailed"]

/** Everything is in order again, and everybody goes home. */
const closing = (pair: Pair) =>
  Effect.gen(function* () {
    const { controls, station } = pair
    for (const { id } of controls.evses) controls.availability.setFault(false, id)
    controls.smartCharging.setExternalLimit(undefined)
    for (const { id } of controls.evses)
      yield* within(
        Availability.changeAvailability(station, { operationalStatus: "Operative", evse: { id } }, { follow: false })
      )
    for (const evse of controls.evses)
      if (evse.transaction !== undefined) controls.transactions.end(evse, "Local", "StopAuthorized")
    yield* pass(5)
    for (const { id } of controls.evses) controls.unplug(id)
  })

describe("a day with an operator who tries everything", () => {
  it.effect(
    "6.2: twenty stations, and nobody has a complaint, mirrors are right, queues are empty",
    () =>
      Effect.gen(function* () {
        const by = chance(20_260_105)
        const identities = Array.from({ length: 20 }, (_, at) => `CS-${at + 1}`)
        const site = yield* observe({
          identities,
          csms: { eventBuffer: 200_000, resetTimeout: "1 day" },
          station: { evses: [{ connectors: ["cType2"] }, { supply: { phases: 0, voltage: 400, maxCurrent: 200 } }] }
        })
        const tried = new Map<string, number>()
        const failures: Array<string> = []
        const attempt = (pair: Pair, name: string) =>
          Effect.gen(function* () {
            const act = operations[name]
            if (act === undefined) return
            const failure = yield* Effect.match(act(pair, by), {
              onFailure: (error: OperatorFailure) => error,
              onSuccess: () => undefined
            })
            tried.set(name, (tried.get(name) ?? 0) + (failure === undefined ? 1 : 0))
            if (failure !== undefined && !harmless.has(failure._tag))
              failures.push(`${name}: ${JSON.stringify(failure)}`)
          })
        for (let minute = 0; minute < minutes; minute++) {
          for (let at = 0; at < 4; at++) {
            by.pick(Object.values(mishaps))(by.pick(site.pairs), by)
            yield* Effect.forkScoped(attempt(by.pick(site.pairs), by.pick(Object.keys(operations))))
          }
          if (by.next() < 0.1) by.pick(Object.values(rareMishaps))(by.pick(site.pairs), by)
          yield* TestClock.adjust("1 minute")
          if (minute % 240 !== 239) continue
          yield* pass(240)
          for (const pair of site.pairs.filter(({ controls }) => controls.client.isOnline))
            assert.deepStrictEqual(yield* disagreements(pair), [], `${pair.station.identity} in minute ${minute}`)
        }
        for (const pair of site.pairs) yield* closing(pair)
        yield* pass(3600)
        assert.deepStrictEqual(failures, [])
        assert.deepStrictEqual(
          Object.keys(operations).filter((name) => (tried.get(name) ?? 0) < 5),
          []
        )
        assert.deepStrictEqual(anomalies(site.events, ofLostLinks), [])
        for (const pair of site.pairs) {
          assert.deepStrictEqual(yield* disagreements(pair), [], pair.station.identity)
          assert.strictEqual(pair.controls.client.undelivered(), 0)
          assert.deepStrictEqual((yield* pair.view).mirror.transactions.running, [])
        }
        yield* assertTruthful(site, ofLostLinks)
      }).pipe(Random.withSeed("a day")),
    60_000
  )
})
