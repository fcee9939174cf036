/** The demo: a CSMS, a station in a process of its own, one session between them, and the summary. */
import { randomBytes } from "node:crypto"
import { Csms, type Station } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Data, Deferred, Effect } from "effect"
import { layer as csms } from "./csms.ts"
import { colours, Log } from "./Log.ts"
import { type Plan, session, StepFailed } from "./operator.ts"
import { type Make, start } from "./StationProcess.ts"
import { box, contradictions } from "./summary.ts"
import { Traffic } from "./Traffic.ts"

/** The two sides do not tell the same story. */
export class Contradiction extends Data.TaggedError("Contradiction")<{ readonly message: string }> {}

const identity = "CS-HPC-07"
const plan: Plan = { evseId: 1, idToken: { idToken: "DE-WTL-C00012345-6", type: "eMAID" }, enoughWh: 150 }

/** Where it is to listen, and whose station is to come. */
export interface DemoOptions {
  readonly host: string
  readonly port: number
  readonly station: Make
}

/** Runs it; fails when anything in it does not go as it should. */
export const demo = Effect.fn("demo")(function* (options: DemoOptions) {
  const booted = yield* Deferred.make<Station>()
  const server = csms(options, (station) => Deferred.succeed(booted, station))
  yield* Effect.provide(run(Deferred.await(booted), options.station), server)
})

const run = Effect.fnUntraced(function* (booted: Effect.Effect<Station>, make: Make) {
  const { line, block } = yield* Log
  const { addStation } = yield* Csms
  const { url } = yield* WsServer
  const password = randomBytes(15).toString("base64url")
  yield* line({ mark: "note", who: "CSMS", what: "listens", text: `on ${url}, OCPP 2.0.1, security profile 1` })
  yield* addStation({ identity, securityProfile: 1, password })

  const { account, client, pid } = yield* start({ make, url, identity, password })
  yield* line({
    mark: "note",
    who: identity,
    what: "starts",
    text: `as process ${pid}, with ${client} as its client`
  })

  const arrived = Effect.timeoutOrElse(booted, {
    duration: "20 seconds",
    orElse: () => Effect.fail(new StepFailed({ step: "the station boots", detail: "nothing within 20s" }))
  })
  const outcome = yield* Effect.raceFirst(
    Effect.flatMap(arrived, (station) => session(station, plan)).pipe(
      // When the process has died, its last words say more than what was being waited for.
      Effect.catch((failed) => Effect.andThen(Effect.timeoutOption(account, "500 millis"), Effect.fail(failed)))
    ),
    Effect.andThen(account, Effect.never) // a station that fails ends the session
  )
  const story = { ...outcome, account: yield* account, traffic: yield* Traffic }
  yield* block(`\n${box(story)}`)
  const wrong = contradictions(story)
  if (wrong.length > 0)
    return yield* new Contradiction({ message: `The session does not add up: ${wrong.join("; ")}.` })
  yield* block(colours.green(colours.bold(`✓ The session is complete, and both sides agree on it.`)))
}, Effect.scoped)
