/** What a case takes place in: the CSMS behind an adapter, its application, and one station with two EVSEs. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { assert } from "@effect/vitest"
import {
  Acceptor,
  type CallFailure,
  Csms,
  type CsmsAction,
  type CsmsOptions,
  type CsmsShape,
  type Handlers,
  type Messages,
  type Station,
  type StationView
} from "@wattline/ocpp-core"
import type { AdapterHarness, DialRefused } from "../Peer.ts"
import { PeerStation } from "./PeerStation.ts"
import { ReferenceCsms } from "./ReferenceCsms.ts"

/** How the station reports connector states; a CSMS has to support both. */
export type ReportForm = "StatusNotification" | "NotifyEvent"

/** Whose time passes: that of Effect's TestClock, or that of the machine. */
export type CaseClock = "virtual" | "real"

/** The connector states and the transaction at one EVSE, as the station has them. */
export class Evse {
  readonly id: number
  readonly connectorId = 1
  /** The last transaction; the next one gets a new id. */
  transactionId = ""
  /** The next one of the transaction. */
  seqNo = 0
  /** Whether that transaction has not ended. */
  open = false
  authorized = false
  evConnected = false
  charging = false
  suspended = false
  stopAuthorized = false
  postSession = false

  constructor(id: number) {
    this.id = id
  }

  /** A new transaction. */
  begin(): void {
    this.transactionId = crypto.randomUUID()
    this.seqNo = 0
    this.open = true
  }

  /** Its end; a connection that drops ends nothing. */
  end(): void {
    this.open = false
    this.authorized = false
    this.evConnected = false
    this.charging = false
    this.suspended = false
    this.stopAuthorized = false
    this.postSession = false
  }
}

/** See the head of the file. */
export class World {
  readonly identity = "CS-1"
  readonly app: ReferenceCsms
  /** The CSMS's hold of the station. */
  readonly station: Station
  /** The station itself. */
  readonly cs: PeerStation
  readonly form: ReportForm
  readonly evses: readonly [Evse, Evse] = [new Evse(1), new Evse(2)]
  private readonly csms: CsmsShape
  private readonly clock: CaseClock
  /** Of the station's NotifyEvents. */
  events = 0

  private constructor(
    app: ReferenceCsms,
    csms: CsmsShape,
    station: Station,
    cs: PeerStation,
    form: ReportForm,
    clock: CaseClock
  ) {
    this.app = app
    this.csms = csms
    this.station = station
    this.cs = cs
    this.form = form
    this.clock = clock
  }

  /** A CSMS that knows the station, which is not connected yet; gone with the scope. */
  static readonly make = Effect.fnUntraced(function* (harness: AdapterHarness, form: ReportForm, clock: CaseClock) {
    if (clock === "virtual") yield* TestClock.setTime(Date.UTC(2026, 0, 1))
    const app = new ReferenceCsms()
    // What a station is asked is in the case; over sockets it does not wait 5 seconds.
    const options: CsmsOptions = {
      inventory: "off",
      monitoringReport: "off",
      ...(clock === "real" && { reconnectGrace: "20 millis" })
    }
    const context = yield* Layer.build(Csms.layer(app.handlers, options))
    const csms = Context.get(context, Csms)
    const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
    const { dial } = yield* Effect.provideService(harness.start, Acceptor, Context.get(context, Acceptor))
    const cs = new PeerStation(dial({ target: "/ocpp/CS-1", protocols: ["ocpp2.0.1"] }))
    return new World(app, csms, station, cs, form, clock)
  })

  /** The station's clock, which is right. */
  get now(): Effect.Effect<string> {
    return Effect.map(Clock.currentTimeMillis, (now) => new Date(now).toISOString())
  }

  /** Everything the CSMS knows of the station. */
  get view(): Effect.Effect<StationView> {
    return this.station.snapshot
  }

  /** The application decides on some actions of this station in another way. */
  handles(handlers: Handlers): Effect.Effect<void> {
    const { csms, identity } = this
    return Effect.asVoid(Effect.orDie(csms.addStation({ identity, securityProfile: 0, handlers })))
  }

  /** Time passes. Over sockets it does not: the waits of a station would only make the case slow. */
  passes(duration: Duration.Input): Effect.Effect<void> {
    return this.clock === "virtual" ? TestClock.adjust(duration) : Effect.void
  }

  /**
   * The connection breaks off for a while and comes back, with no BootNotification; the station is for the CSMS where it was
   * before (R4).
   */
  get dropsOut(): Effect.Effect<void, DialRefused, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      const { registration, state } = yield* this.view
      yield* this.cs.leave
      yield* Effect.orDie(this.station.waitFor(({ connected }) => !connected))
      yield* this.passes("1 minute")
      yield* this.cs.connect
      const back = yield* Effect.orDie(this.station.waitFor(({ connected }) => connected))
      assert.deepStrictEqual([back.registration, back.state], [registration, state])
    })
  }

  /**
   * The operator starts an operation; the station is asked for `action` with exactly `request`, and answers. Gives what the
   * operator gets in the end.
   */
  operated<A, E, Name extends CsmsAction>(
    operation: Effect.Effect<A, E>,
    action: Name,
    request: Messages[Name]["request"],
    response: Messages[Name]["response"]
  ): Effect.Effect<A, E> {
    return Effect.gen({ self: this }, function* () {
      const running = yield* this.starts(operation)
      yield* this.cs.answers(action, request, response)
      return yield* Fiber.join(running)
    })
  }

  /** The operator sends one CALL, the station answers it, and the operator gets just this answer. */
  calls<Name extends CsmsAction>(
    action: Name,
    request: Messages[Name]["request"],
    response: Messages[Name]["response"]
  ): Effect.Effect<void, CallFailure> {
    return Effect.map(this.operated(this.station.call(action, request), action, request, response), (result) =>
      assert.deepStrictEqual<unknown>(result, response)
    )
  }

  /** The operator starts an operation. On a fresh connection it goes out when the station has kept silent. */
  starts<A, E>(operation: Effect.Effect<A, E>): Effect.Effect<Fiber.Fiber<A, E>> {
    return Effect.tap(Effect.forkChild(operation, { startImmediately: true }), () =>
      this.cs.hasSpoken ? Effect.void : this.passes("5 seconds")
    )
  }
}
