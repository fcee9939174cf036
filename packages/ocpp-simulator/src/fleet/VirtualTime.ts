/**
 * A fleet in memory under virtual time, with a CSMS of our own that knows the tokens of the scenario: as fast as the machine
 * can, and repeatable, for nothing depends on the machine but how long it takes.
 */
import { Csms, energyWh, RemoteControl } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Stations } from "@wattline/ocpp-station"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import type { Recorder } from "../report/Recorder.ts"
import { derive, knownTokens, type SessionPlan } from "../scenario/Arrivals.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { identityOf } from "../scenario/Stations.ts"
import { runFleet } from "./Fleet.ts"
import { layer as network } from "./Network.ts"

/** Price of a kWh in the CSMS of the simulation. */
const pricePerKWh = 0.45

/** Steps of the clock between two looks at the real one, so that the terminal is served. */
const steps = 480

/** How a virtual run is watched. */
export interface VirtualOptions {
  readonly scenario: Scenario
  /** Makes the recorder, once the clock stands at the start. */
  readonly recorder: (now: () => number) => Recorder
  /** Called between two steps of the clock. */
  readonly onStep?: (recorder: Recorder) => void
}

/** A CSMS that knows the drivers, and what energy costs. */
const csmsOf = (scenario: Scenario) => {
  const tokens = new Map(knownTokens(scenario).map(({ idToken, type }) => [idToken, type]))
  return Csms.layer({
    authorize: ({ idToken, type }) => Effect.succeed({ status: tokens.get(idToken) === type ? "Accepted" : "Unknown" }),
    TransactionEvent: ({ eventType }, { transaction }) =>
      Effect.succeed(
        eventType === "Ended" ? { totalCost: Math.round((energyWh(transaction) ?? 0) * pricePerKWh * 0.1) / 100 } : {}
      )
  })
}

/** Runs the scenario and gives what was recorded. */
export const runVirtual = Effect.fn("runVirtual")(function* ({
  onStep = () => {},
  recorder: make,
  scenario
}: VirtualOptions) {
  const stations = Stations.layer.pipe(
    Layer.provideMerge(network),
    Layer.provideMerge(MemoryDialer.layer),
    Layer.provideMerge(MemoryTransport.layer),
    Layer.provideMerge(csmsOf(scenario))
  )
  const random = derive(scenario.seed, "stations")
  const seeded = Random.Random.of({
    nextDoubleUnsafe: random,
    nextIntUnsafe: () => Math.floor(random() * Number.MAX_SAFE_INTEGER)
  })
  const simulation = Effect.gen(function* () {
    const clock = yield* Effect.clockWith(Effect.succeed)
    const recorder = make(() => clock.currentTimeMillisUnsafe())
    const operator = yield* remoteControl
    for (let index = 0; index < scenario.stations.count; index++)
      yield* Effect.flatMap(Csms, ({ addStation }) =>
        addStation({ identity: identityOf(scenario, index), securityProfile: 0 })
      )
    const running = yield* Effect.forkChild(runFleet({ ...operator, scenario, recorder }))
    const step = Math.max(250, (scenario.duration * 1000) / steps)
    while (running.pollUnsafe() === undefined) {
      yield* TestClock.adjust(step)
      onStep(recorder)
    }
    yield* Fiber.join(running)
    return recorder
  })
  return yield* Effect.andThen(TestClock.setTime(scenario.startAt), Effect.provide(simulation, stations)).pipe(
    Effect.provideService(Random.Random, seeded),
    Effect.provide(TestClock.layer()),
    Effect.scoped
  )
})

/** What the CSMS does where a session leaves start or end to it. A station that cannot is told by its report. */
const remoteControl = Effect.gen(function* () {
  const { station } = yield* Csms
  const run = Effect.runForkWith(yield* Effect.context())
  return {
    remoteStart: (identity: string, evseId: number, { idToken }: SessionPlan): void => {
      run(
        Effect.ignore(
          Effect.flatMap(station(identity), (one) =>
            RemoteControl.requestStartTransaction(one, { evseId, idToken }, { follow: false })
          )
        )
      )
    },
    remoteStop: (identity: string, transactionId: string): void => {
      run(
        Effect.ignore(
          Effect.flatMap(station(identity), (one) =>
            RemoteControl.requestStopTransaction(one, transactionId, { follow: false })
          )
        )
      )
    }
  }
})
