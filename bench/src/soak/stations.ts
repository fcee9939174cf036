/** The stations that do nothing wrong: two hundred that talk all the time, and thousands that come back all at once. */
import { type Gone, RawStation } from "@wattline/ocpp-conformance/raw"
import { Data, Effect } from "effect"
import { password } from "./contract.ts"

/** Something that must never happen; ends the soak. */
export class Failed extends Data.TaggedError("Failed")<{ readonly message: string }> {}

/** What has happened so far. */
export interface Tally {
  messages: number
  reconnects: number
  storms: number
  /** Seconds of the last storm. */
  lastStorm: number
}

const boot = { reason: "PowerUp", chargingStation: { model: "Soak 22", vendorName: "Wattline" } }

/** Opens a WebSocket. */
export const connect = (port: number, identity: string) =>
  Effect.gen(function* () {
    const station = new RawStation(port)
    yield* station.upgrade({ identity, password }).pipe(
      Effect.mapError(({ status }) => new Failed({ message: `${identity} was not let in: status ${status}` })),
      Effect.timeoutOrElse({
        duration: "60 seconds",
        orElse: () => Effect.fail(new Failed({ message: `${identity} was not let in within 60 seconds` }))
      })
    )
    return station
  })

/** Sends a CALL and waits for its answer; answers the CALLs of the CSMS that come before it. */
const ask = (station: RawStation, identity: string, tally: Tally, action: string, payload: object) =>
  Effect.gen(function* () {
    const text = station.message(action, payload)
    const id = (JSON.parse(text) as ReadonlyArray<unknown>)[1]
    station.say(text)
    while (true) {
      const frame = JSON.parse(yield* station.next) as ReadonlyArray<unknown>
      if (frame[0] === 2) station.say(JSON.stringify([3, frame[1], { status: "Accepted" }]))
      else if (frame[0] === 3 && frame[1] === id) break
      else return yield* new Failed({ message: `${identity} got ${JSON.stringify(frame)} for ${text}` })
    }
    tally.messages++
  }).pipe(
    Effect.mapError((failure: Failed | Gone) =>
      failure._tag === "Failed"
        ? failure
        : new Failed({ message: `${identity} lost its link, and ${action} with it: ${failure.code} ${failure.reason}` })
    ),
    Effect.timeoutOrElse({
      duration: "20 seconds",
      orElse: () => Effect.fail(new Failed({ message: `${identity} got no answer to ${action} within 20 seconds` }))
    })
  )

/** A station that talks until it is stopped, and now and then leaves and comes back. */
export const goodStation = Effect.fnUntraced(function* (
  port: number,
  identity: string,
  random: () => number,
  tally: Tally,
  isStopped: () => boolean
) {
  for (let first = true; !isStopped(); first = false) {
    const station = yield* connect(port, identity)
    if (first) yield* ask(station, identity, tally, "BootNotification", boot)
    else tally.reconnects++
    for (let left = 20 + random() * 60; left > 0 && !isStopped(); left--) {
      const [action, payload] =
        random() < 0.5 ? ["Heartbeat", {}] : ["DataTransfer", { vendorId: "soak", data: identity }]
      yield* ask(station, identity, tally, action, payload)
      yield* Effect.sleep(20 + random() * 360)
    }
    yield* station.leave()
  }
})

/** Stations that lose their links all at once and come back all at once, every `interval` seconds. */
export const storms = Effect.fnUntraced(function* (
  port: number,
  size: number,
  interval: number,
  tally: Tally,
  isStopped: () => boolean
) {
  const identities = Array.from({ length: size }, (_, index) => `STORM-${index}`)
  const all = { concurrency: "unbounded" } as const
  if (size === 0) return
  for (let first = true; !isStopped(); first = false) {
    const began = performance.now()
    const stations = yield* Effect.forEach(
      identities,
      Effect.fnUntraced(function* (identity) {
        const station = yield* connect(port, identity)
        yield* ask(station, identity, tally, first ? "BootNotification" : "Heartbeat", first ? boot : {})
        if (!first) tally.reconnects++
        return station
      }),
      all
    )
    tally.storms++
    tally.lastStorm = (performance.now() - began) / 1000
    for (let waited = 0; waited < interval && !isStopped(); waited++) yield* Effect.sleep("1 second")
    for (const station of stations) station.cut("RST")
    yield* Effect.forEach(stations, ({ closed }) => closed, all)
  }
})
