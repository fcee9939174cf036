/** Stations that do wrong: a table of faults, each a short life of one connection or of several. */
import {
  bomb,
  breaches,
  closeFrame,
  compressedFrame,
  compressionOffer,
  type Cut,
  deflated,
  fragments,
  garbage,
  type Manners,
  RawStation,
  textFrame,
  upgradeRequest
} from "@wattline/ocpp-conformance/raw"
import { Effect, type Scope } from "effect"
import { password } from "./contract.ts"

/** What a fault works with. */
interface Culprit {
  readonly identity: string
  readonly random: () => number
  readonly tcp: (manners?: Manners) => Effect.Effect<RawStation, never, Scope.Scope>
  /** With a WebSocket, its BootNotification answered. */
  readonly booted: (manners?: Manners) => Effect.Effect<RawStation, unknown, Scope.Scope>
}

type Fault = (culprit: Culprit) => Effect.Effect<unknown, unknown, Scope.Scope>

const boot = { reason: "PowerUp", chargingStation: { model: "Soak 22", vendorName: "Wattline" } }
const call = JSON.stringify([2, "id", "DataTransfer", { vendorId: "soak", data: "x".repeat(200) }])
const slow = JSON.stringify([2, "slow", "DataTransfer", { vendorId: "soak", messageId: "slow" }])

const howOf = ({ random }: Culprit): Cut => (random() < 0.5 ? "FIN" : "RST")
const below = ({ random }: Culprit, end: number): number => Math.floor(random() * end)

/** Cut after a part of the bytes. */
const cutIn = (culprit: Culprit, station: RawStation, bytes: Buffer) => {
  station.write(bytes.subarray(0, below(culprit, bytes.length)))
  station.cut(howOf(culprit))
  return station.closed
}

/** The faults by name. */
export const faults: Readonly<Record<string, Fault>> = {
  "cut in the request": (culprit) =>
    Effect.flatMap(culprit.tcp(), (station) =>
      cutIn(culprit, station, Buffer.from(upgradeRequest({ identity: culprit.identity, password })))
    ),
  "cut in a frame": (culprit) =>
    Effect.flatMap(culprit.booted(), (station) => cutIn(culprit, station, textFrame(call))),
  "cut in a fragmented message": (culprit) =>
    Effect.flatMap(culprit.booted(), (station) => cutIn(culprit, station, Buffer.concat(fragments(call, 20)))),
  "cut while the handler runs": (culprit) =>
    Effect.flatMap(culprit.booted(), (station) => {
      station.say(slow)
      return Effect.andThen(Effect.sleep(culprit.random() * 100), cutIn(culprit, station, textFrame(call)))
    }),
  "cut in the closing handshake": (culprit) =>
    Effect.flatMap(culprit.booted({ answersClose: false }), (station) => {
      station.write(closeFrame(1000))
      station.cut(howOf(culprit))
      return station.closed
    }),
  silence: (culprit) => Effect.flatMap(culprit.booted({ answersPings: false }), ({ closed }) => closed),
  "byte by byte": (culprit) =>
    Effect.gen(function* () {
      const station = yield* culprit.tcp()
      yield* station.drip(upgradeRequest({ identity: culprit.identity, password }))
      yield* station.upgraded
      yield* station.drip(textFrame(call))
      yield* station.next
      yield* station.leave()
    }),
  "slow loris": (culprit) =>
    Effect.flatMap(culprit.tcp(), (station) => {
      station.write(upgradeRequest({ identity: culprit.identity, password }).slice(0, 80))
      const drip = Effect.andThen(
        Effect.sleep("300 millis"),
        Effect.sync(() => station.write("x"))
      )
      return Effect.raceFirst(Effect.forever(drip), station.closed)
    }),
  "garbage instead of HTTP": (culprit) =>
    Effect.flatMap(culprit.tcp(), (station) => {
      station.write(garbage(below(culprit, 1e9), below(culprit, 2000)))
      station.cut("FIN")
      return station.closed
    }),
  "garbage after the upgrade": (culprit) =>
    Effect.flatMap(culprit.booted({ answersClose: false }), (station) => {
      station.write(garbage(below(culprit, 1e9), 1 + below(culprit, 500)))
      station.cut("FIN")
      return station.closed
    }),
  "broken protocol": (culprit) =>
    Effect.flatMap(culprit.booted({ answersClose: false }), (station) => {
      const [, , bytes] = breaches[below(culprit, breaches.length)] ?? ["", [], []]
      station.write(...bytes)
      // uWebSockets does not notice all of them, or waits for more.
      const cut = Effect.sync(() => station.cut("FIN"))
      return Effect.raceFirst(station.closed, Effect.andThen(Effect.delay(cut, "3 seconds"), station.closed))
    }),
  "zip bomb": (culprit) =>
    Effect.gen(function* () {
      const station = yield* culprit.tcp({ answersClose: false })
      yield* station.upgrade({ identity: culprit.identity, password, headers: compressionOffer })
      station.write(bigBomb)
      yield* station.closed
    }),
  "deflate stream that ends early": (culprit) =>
    Effect.gen(function* () {
      const station = yield* culprit.tcp({ answersClose: false })
      yield* station.upgrade({ identity: culprit.identity, password, headers: compressionOffer })
      const whole = deflated(call)
      station.write(compressedFrame(whole.subarray(0, below(culprit, whole.length))))
      station.cut("FIN")
      yield* station.closed
    }),
  "the same CALL many times": (culprit) =>
    Effect.flatMap(culprit.booted(), (station) => {
      for (let copy = 0; copy < 10; copy++) station.say(slow)
      return Effect.andThen(station.next, station.leave())
    }),
  "five connections of one identity": (culprit) =>
    Effect.forEach([1, 2, 3, 4, 5], () => culprit.booted(), { concurrency: "unbounded" }),
  "a station that does not read": (culprit) =>
    Effect.flatMap(culprit.booted(), (station) => {
      station.socket.pause()
      const data = "x".repeat(50_000)
      for (let id = 0; id < 100; id++) {
        station.say(JSON.stringify([2, `big-${id}`, "DataTransfer", { vendorId: "soak", data }]))
      }
      return Effect.andThen(
        Effect.sleep(culprit.random() * 1000),
        Effect.sync(() => station.cut("RST"))
      )
    })
}

const bigBomb = bomb(32 * 1024 * 1024)

/** Commits a random fault on `port`; gives its name, and whether it came to an end by itself. */
export const commit = (
  port: number,
  random: () => number
): Effect.Effect<{ readonly name: string; readonly ended: boolean }> => {
  const names = Object.keys(faults)
  const name = names[Math.floor(random() * names.length)] ?? ""
  const identity = `CHAOS-${Math.floor(random() * 500)}`
  const tcp = (manners?: Manners) => RawStation.open(port, manners)
  const culprit: Culprit = {
    identity,
    random,
    tcp,
    booted: Effect.fnUntraced(function* (manners?: Manners) {
      const station = yield* tcp(manners)
      yield* station.upgrade({ identity, password })
      yield* station.call("BootNotification", boot)
      return station
    })
  }
  // That its connection goes away is what a fault is for; that it does not, is what must not happen.
  return (faults[name]?.(culprit) ?? Effect.void).pipe(
    Effect.scoped,
    Effect.exit,
    Effect.as({ name, ended: true }),
    Effect.timeoutOrElse({ duration: "60 seconds", orElse: () => Effect.succeed({ name, ended: false }) })
  )
}
