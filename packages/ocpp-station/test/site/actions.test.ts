/** Every action of a CSMS with whatever a valid request may have in it: always answered, always truthfully formed. */
import { assert, describe, it } from "@effect/vitest"
import { Stations } from "@wattline/ocpp-station"
import { VirtualStations } from "@wattline/ocpp-station/virtual"
import { actions, type CsmsAction, validators } from "@wattline/ocpp-v201"
import { Clock, Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { FakeCsms, type Sent } from "../client/FakeCsms.ts"
import { at, card, ev, opening } from "./Observed.ts"
import { type Fullness, type Hints, requests } from "./payloads.ts"

const csmsActions = Object.entries(actions)
  .filter(([, { direction }]) => direction !== "station-to-csms")
  .map(([action]) => action as CsmsAction)

/** What a station may refuse a valid request with: it has not got that, or it is too much at once. */
const sensible = new Set(["NotSupported", "NotImplemented", "OccurrenceConstraintViolation", "FormatViolation"])

const accepted = { status: "Accepted" }

/** A CSMS that answers everything a station says with what is valid. */
const answering = (csms: FakeCsms, now: () => string): void => {
  const special: Readonly<Record<string, () => object>> = {
    BootNotification: () => ({ ...accepted, currentTime: now(), interval: 300 }),
    Heartbeat: () => ({ currentTime: now() }),
    Authorize: () => ({ idTokenInfo: accepted }),
    SignCertificate: () => accepted,
    NotifyEVChargingNeeds: () => accepted,
    NotifyEVChargingSchedule: () => accepted,
    DataTransfer: () => accepted,
    GetCertificateStatus: () => ({ status: "Failed" }),
    Get15118EVCertificate: () => ({ status: "Failed", exiResponse: "" })
  }
  for (const [action, { direction }] of Object.entries(actions))
    if (direction !== "csms-to-station")
      csms.answers.set(action, (request) => {
        const validator = validators[`${action}Request` as keyof typeof validators]
        assert.isTrue(validator(request), `${action} ${JSON.stringify(validator.errors)}`)
        return special[action]?.() ?? {}
      })
}

/** A station with two EVSEs and a transaction on the first. */
const station = Effect.gen(function* () {
  yield* TestClock.setTime(opening)
  const clock = yield* Clock.Clock
  const csms = new FakeCsms()
  answering(csms, () => new Date(clock.currentTimeMillisUnsafe()).toISOString())
  const context = yield* Layer.build(Layer.provide(Stations.layer, csms.layer))
  const { controls, events } = yield* VirtualStations.start({
    identity: "CS-1",
    url: "ws://csms/ocpp",
    evses: [{}, { supply: { phases: 0, voltage: 400, maxCurrent: 200 } }],
    firmware: { publishes: true }
  }).pipe(Effect.provide(context))
  const failed: Array<string> = []
  yield* Effect.forkScoped(
    Stream.runForEach(events, (event) =>
      Effect.sync(() => void (event._tag === "HandlerFailed" && failed.push(`${event.action}: ${event.message}`)))
    ),
    { startImmediately: true }
  )
  yield* TestClock.adjust("5 seconds")
  controls.plugIn(1, ev())
  controls.present(card(), 1)
  yield* TestClock.adjust("30 seconds")
  const transactionId = controls.evses[0]?.transaction?.transactionId ?? assert.fail("no transaction runs")
  csms.sent()
  return { controls, csms, failed, transactionId }
})

/** Names, ids and times that there are, so that requests reach beyond the first check. */
const hints = (transactionId: string): Hints => ({
  evseId: [0, 1, 2],
  connectorId: [1],
  evse: [{ id: 1 }, { id: 2, connectorId: 1 }],
  transactionId: [transactionId],
  idToken: [card(), card("B")],
  component: [
    { name: "OCPPCommCtrlr" },
    { name: "EVSE", evse: { id: 1 } },
    { name: "SampledDataCtrlr" },
    { name: "TxCtrlr" }
  ],
  variable: [
    { name: "OfflineThreshold" },
    { name: "HeartbeatInterval" },
    { name: "AvailabilityState" },
    { name: "TxUpdatedMeasurands" },
    { name: "TxStartPoint" }
  ],
  attributeValue: ["10", "60", "true", "EVConnected", "Energy.Active.Import.Register,Power.Active.Import", "-1"],
  configurationSlot: [1, 2, 3],
  ocppVersion: ["OCPP20"],
  ocppTransport: ["JSON"],
  ocppCsmsUrl: ["ws://csms/ocpp"],
  securityProfile: [0],
  messageTimeout: [30],
  chargingProfilePurpose: ["TxDefaultProfile", "TxProfile"],
  chargingProfileKind: ["Absolute", "Relative"],
  stackLevel: [0, 1],
  location: ["https://ota.example/cs-2.1.0.bin", "https://ota.example/fail-install"],
  remoteLocation: ["https://logs.example/", "sftp://logs.example/fail-upload"],
  expiryDateTime: [at(600), at(-600)],
  startPeriod: [0, 60],
  limit: [0, 6, 16, 11_000],
  duration: [60, 3600],
  startSchedule: [at(0), at(-86_400)],
  versionNumber: [1, 2, 3],
  severity: [0, 5, 9],
  value: [1, 50, 100]
})

/** Lets the station go on until it has answered, with real time for what needs keys. */
const answerTo = Effect.fnUntraced(function* (csms: FakeCsms, id: string) {
  for (let turns = 0; turns < 400; turns++) {
    const answer = csms.sent().find((frame) => frame[1] === id)
    if (answer !== undefined) return answer
    yield* TestClock.adjust(5)
    if (turns > 2) yield* Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 1)))
  }
  return undefined
})

const problemOf = (action: CsmsAction, answer: Sent | undefined): string | undefined => {
  if (answer === undefined) return "no answer"
  if (answer[0] === 4) return sensible.has(String(answer[2])) ? undefined : JSON.stringify(answer)
  const validator = validators[`${action}Response`]
  return answer[0] === 3 && validator(answer[2]) ? undefined : JSON.stringify([answer, validator.errors])
}

const runs: { readonly [F in Fullness]: number } = { minimal: 15, maximal: 15, any: 40 }

describe("every action of a CSMS", () => {
  it("6.2: there are 40 of them, DataTransfer too", () => assert.lengthOf(csmsActions, 40))

  for (const action of csmsActions)
    it.effect(`R-109, R-110: ${action} is answered, whatever is in it, and with what is valid`, () =>
      Effect.gen(function* () {
        const { controls, csms, failed, transactionId } = yield* station
        for (const [fullness, numRuns] of Object.entries(runs) as ReadonlyArray<[Fullness, number]>)
          for (const known of [{}, hints(transactionId)]) {
            const all = fc.sample(requests(action, fullness, known), { numRuns, seed: 20_260_105 })
            for (const [run, request] of all.entries()) {
              const id = `${fullness}-${run}-${Object.keys(known).length}`
              for (let seconds = 0; !controls.client.isOnline && seconds < 600; seconds += 5)
                yield* TestClock.adjust("5 seconds")
              csms.say([2, id, action, request])
              const problem = problemOf(action, yield* answerTo(csms, id))
              assert.isUndefined(problem, JSON.stringify(request))
              if (run % 5 === 0) yield* TestClock.adjust("20 seconds")
            }
          }
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(failed, [])
      })
    )
})
