/** Virtual stations and a CSMS of npm `ocpp-rpc`, over real sockets and in real time. */
import { assert, describe, it } from "@effect/vitest"
import { Stations } from "@wattline/ocpp-station"
import { makeEV, type PlayableStation, VirtualStations } from "@wattline/ocpp-station/virtual"
import { WsDialer } from "@wattline/ocpp-ws"
import { Effect, Fiber, Layer, Stream } from "effect"
import { type RpcServer, rpcServer } from "./RpcServer.ts"

const password = "correct-horse-battery"
const token = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const
const network = Layer.provide(Stations.layer, WsDialer.layer())

const makeServer = Effect.acquireRelease(
  Effect.promise(() => rpcServer(password)),
  (server) => Effect.promise(() => server.close())
)

type Event = Parameters<Parameters<PlayableStation["waitFor"]>[0]>[0]

/** A station that has booted, and reads its meter every second; its CALLs and answers that went wrong are in `faults`. */
const makeStation = Effect.fnUntraced(function* ({ url }: RpcServer, identity: string) {
  const station = yield* VirtualStations.start({
    identity,
    url,
    password,
    evses: [{ supply: { phases: 0, voltage: 750, maxCurrent: 400 } }, {}],
    model: { values: { "SampledDataCtrlr.TxUpdatedInterval": "1" } }
  })
  const faults: Array<string> = []
  const judge = (event: Event | { readonly _tag: "EventsMissed" }): void => {
    if (event._tag === "CallEnded" && event.end !== "CALLRESULT") faults.push(`${event.action}: ${event.end}`)
    if (event._tag === "Answered" && event.with !== "CALLRESULT") faults.push(`${event.action}: ${event.with}`)
    if (event._tag === "Disconnected" || event._tag === "ConnectFailed" || event._tag === "EventsMissed")
      faults.push(event._tag)
  }
  yield* Effect.forkScoped(
    Stream.runForEach(station.events, (event) => Effect.sync(() => judge(event))),
    { startImmediately: true }
  )
  yield* station.accepted
  return { ...station, faults }
})

/** Acts, and waits for what comes of it. */
const after = Effect.fnUntraced(function* (
  { waitFor }: PlayableStation,
  look: (event: Event) => boolean,
  act: () => unknown
) {
  const waiting = yield* Effect.forkChild(
    waitFor((event) => (look(event) ? true : undefined)),
    { startImmediately: true }
  )
  act()
  yield* Fiber.join(waiting)
})

const answered = (event: Event, action: string): boolean => event._tag === "CallEnded" && event.action === action

/** A driver comes, charges until so many TransactionEvents with readings are told, and leaves. */
const visit = Effect.fnUntraced(function* (station: PlayableStation) {
  const { controls } = station
  yield* after(
    station,
    (event) => answered(event, "StatusNotification"),
    () => controls.plugIn(1, makeEV("family"))
  )
  let told = 0
  yield* after(
    station,
    (event) => answered(event, "TransactionEvent") && ++told === 3,
    () => controls.present(token, 1)
  )
  yield* after(
    station,
    (event) => event._tag === "TransactionEnded",
    () => controls.present(token, 1)
  )
  yield* after(
    station,
    (event) => answered(event, "StatusNotification"),
    () => controls.unplug(1)
  )
  while (controls.client.undelivered() > 0) yield* Effect.sleep(20)
})

/** What the events of a whole transaction are. */
const whole = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `${n === 0 ? "Started" : n === count - 1 ? "Ended" : "Updated"} ${n}`)

describe("a CSMS of npm ocpp-rpc", () => {
  it.live(
    "20 virtual stations hold three sessions each; every transaction is whole, nobody has anything to complain of",
    () =>
      Effect.gen(function* () {
        const server = yield* makeServer
        const all = Array.from({ length: 20 }, (_, n) =>
          Effect.gen(function* () {
            const station = yield* makeStation(server, `SIM-${n + 1}`)
            for (let session = 0; session < 3; session++) yield* visit(station)
            return [station.faults, station.controls.model.inventory.items.length] as const
          })
        )
        const stations = yield* Effect.all(all, { concurrency: "unbounded" })
        assert.deepStrictEqual(server.faults, [])
        assert.deepStrictEqual(
          stations.flatMap(([faults]) => faults),
          []
        )
        assert.strictEqual(server.booted.size, 20)
        for (const [n, [, variables]] of stations.entries())
          assert.strictEqual(server.variables.get(`SIM-${n + 1}`), variables, "the whole inventory was reported")
        assert.strictEqual(server.transactions.size, 60)
        for (const events of server.transactions.values()) {
          assert.isAtLeast(events.length, 4)
          assert.deepStrictEqual(events, whole(events.length))
        }
      }).pipe(Effect.scoped, Effect.provide(network)),
    20_000
  )

  it.live(
    "F02, F03: the CSMS starts a session and stops it",
    () =>
      Effect.gen(function* () {
        const server = yield* makeServer
        const station = yield* makeStation(server, "SIM-1")
        const call = (action: string, request: object) => server.call("SIM-1", action, request)
        const start = { evseId: 1, remoteStartId: 7, idToken: token }
        assert.deepStrictEqual(yield* Effect.promise(() => call("RequestStartTransaction", start)), {
          status: "Accepted"
        })
        yield* after(
          station,
          (event) => event._tag === "TransactionStarted",
          () => station.controls.plugIn(1, makeEV("family"))
        )
        const transactionId = station.controls.evses[0]?.transaction?.transactionId ?? ""
        yield* after(
          station,
          (event) => event._tag === "TransactionEnded" && event.stoppedReason === "Remote",
          () => void call("RequestStopTransaction", { transactionId })
        )
        while (station.controls.client.undelivered() > 0) yield* Effect.sleep(20)
        const events = server.transactions.get(transactionId) ?? []
        assert.isAtLeast(events.length, 3)
        assert.deepStrictEqual(events, whole(events.length))
        assert.deepStrictEqual([server.faults, station.faults], [[], []])
      }).pipe(Effect.scoped, Effect.provide(network)),
    20_000
  )
})
