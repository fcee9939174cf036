/** Whole sessions in all their variations: none leaves a trace of trouble, at the CSMS, at the station or on the wire. */
import { assert, describe, it } from "@effect/vitest"
import { type Handlers, Provisioning, RemoteControl, Reservation } from "@wattline/ocpp-core"
import { txPointsProblems } from "@wattline/ocpp-core/engine"
import { MemoryDialer } from "@wattline/ocpp-memory"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Effect, Layer, type Scope } from "effect"
import { lintLines } from "../../../ocpp-simulator/src/lint/Lint.ts"
import { recordDialer } from "../../../ocpp-simulator/src/lint/recorder.ts"
import { assertTruthful, at, card, knowing, observe, type Observed, pass, within } from "./Observed.ts"

/** What is tried. */
interface Variation {
  readonly start: string
  readonly stop: string
  readonly begin: keyof typeof beginnings
  readonly middle: keyof typeof middles
  readonly end: keyof typeof endings
}

type Step = (site: Observed) => Effect.Effect<unknown, unknown, Scope.Scope>

const token = card("D")
const plug = ({ controls }: Observed) => controls.plugIn(1, makeEV("family", { stateOfCharge: 0.5, target: 0.6 }))
const present = ({ controls }: Observed) => controls.present(token, 1)

/** Steps one after the other, with time for each to be answered. */
const steps =
  (...all: ReadonlyArray<(site: Observed) => unknown>): Step =>
  (site) =>
    Effect.gen(function* () {
      for (const step of all) {
        const made = step(site)
        if (Effect.isEffect(made)) yield* made as Effect.Effect<unknown>
        yield* pass(5)
      }
    })

const remote: Step = ({ station }) =>
  within(
    RemoteControl.requestStartTransaction(
      station,
      {
        evseId: 1,
        idToken: token,
        chargingProfile: {
          id: 5,
          stackLevel: 0,
          chargingProfilePurpose: "TxProfile",
          chargingProfileKind: "Relative",
          chargingSchedule: [{ id: 1, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }]
        }
      },
      { follow: false }
    )
  )

const beginnings = {
  "cable first": steps(plug, present),
  "token first": steps(present, plug),
  "remote, cable first": steps(plug, remote),
  "remote, token first": steps(remote, plug)
}

const disconnect: Step = ({ station }) => station.disconnect()
const reserve: Step = ({ station }) =>
  within(Reservation.reserveNow(station, { id: 7, evseId: 1, idToken: token, expiryDateTime: at(3600) }))

/** `before` the session, and `during` it. */
const middles: { readonly [name: string]: { readonly before?: Step; readonly during?: Step } } = {
  undisturbed: {},
  reserved: { before: reserve },
  "offline for minutes": { during: steps(disconnect, () => pass(300)) },
  "offline at the end": { during: disconnect },
  "offline from the beginning": { before: disconnect },
  "the EV pauses": {
    during: steps(
      ({ controls }) => controls.smartCharging.setExternalLimit(1_000),
      () => pass(120),
      ({ controls }) => controls.smartCharging.setExternalLimit(undefined)
    )
  }
}

const running = ({ controls }: Observed) => controls.evses[0]?.transaction?.transactionId ?? "nothing"
const unplug = ({ controls }: Observed) => controls.unplug(1)
const reset =
  (type: "Immediate" | "OnIdle"): Step =>
  ({ station }) =>
    within(Provisioning.reset(station, { type }))

const endings = {
  "local stop": steps(() => pass(600), present, unplug),
  "remote stop": steps(
    () => pass(600),
    (site) => within(RemoteControl.requestStopTransaction(site.station, running(site), { follow: false })),
    unplug
  ),
  unplugged: steps(() => pass(600), unplug),
  "EV full": steps(() => pass(5_400), present, unplug),
  "reset at once": steps(
    () => pass(600),
    reset("Immediate"),
    () => pass(30),
    unplug
  ),
  "reset on idle": steps(
    () => pass(600),
    reset("OnIdle"),
    present,
    unplug,
    () => pass(30)
  ),
  "emergency stop": steps(
    () => pass(600),
    ({ controls }) => controls.transactions.emergencyStop(),
    unplug
  ),
  "power failure": steps(
    () => pass(600),
    ({ controls }) => controls.powerCycle(),
    () => pass(30),
    unplug
  )
}

/** Why a transaction with the usual points has ended. */
const reasons: { readonly [E in keyof typeof endings]: string } = {
  "local stop": "Local",
  "remote stop": "Remote",
  unplugged: "EVDisconnected",
  "EV full": "Local",
  "reset at once": "ImmediateReset",
  "reset on idle": "Local",
  "emergency stop": "EmergencyStop",
  "power failure": "PowerLoss"
}

/** Points that make sense together. */
const points = ["EVConnected", "Authorized", "PowerPathClosed", "EVConnected,Authorized"]
const pointPairs = [...points, "EnergyTransfer"].flatMap((start) =>
  points.flatMap((stop) => (txPointsProblems(start, stop).length === 0 ? [{ start, stop }] : []))
)

const names = <T extends object>(table: T) => Object.keys(table) as Array<keyof T & string>
const usual = { start: "PowerPathClosed", stop: "EVConnected,Authorized" }

/** A remote start, remote stop or reset needs the CSMS. */
const isPossible = ({ begin, end, middle }: Variation): boolean => {
  const needsCsms = begin.startsWith("remote") && middle === "offline from the beginning"
  const isAlone = middle === "offline at the end" || middle === "offline from the beginning"
  return !needsCsms && !(isAlone && (end === "remote stop" || end.startsWith("reset")))
}

const variations: ReadonlyArray<Variation> = [
  ...pointPairs.flatMap(({ start, stop }) =>
    names(beginnings).flatMap((begin) =>
      (["local stop", "unplugged"] as const).map((end) => ({ start, stop, begin, middle: "undisturbed", end }))
    )
  ),
  ...names(beginnings).flatMap((begin) =>
    names(middles)
      .filter((middle) => middle === "undisturbed" || begin.endsWith("cable first"))
      .flatMap((middle) => names(endings).map((end) => ({ start: usual.start, stop: usual.stop, begin, middle, end })))
  )
].filter(isPossible)

/** Runs a session with everything written down; nobody may have anything to say about it. */
const session = Effect.fnUntraced(function* (
  { begin, end, middle, start, stop }: Variation,
  handlers: Handlers = knowing
) {
  const lines: Array<string> = []
  const site = yield* observe({
    handlers,
    dialer: Layer.provide(
      recordDialer((line) => void lines.push(line)),
      MemoryDialer.layer
    ),
    station: {
      evses: [{ connectors: ["cType2"] }],
      settings: { retryBackOffWaitMinimum: 60, retryBackOffRandomRange: 0 },
      model: {
        values: {
          "AuthCtrlr.OfflineTxForUnknownIdEnabled": "true",
          "TxCtrlr.TxStartPoint": start,
          "TxCtrlr.TxStopPoint": stop
        }
      }
    }
  })
  const { before, during } = middles[middle] ?? {}
  if (before !== undefined) yield* before(site)
  yield* pass(2)
  yield* beginnings[begin](site)
  yield* pass(60)
  if (during !== undefined) yield* during(site)
  yield* pass(2)
  yield* endings[end](site)
  site.controls.unplug(1)
  yield* pass(400)
  const { mirror } = yield* site.view
  assert.deepStrictEqual(
    mirror.transactions.running.map(({ transactionId }) => transactionId),
    []
  )
  assert.isNotEmpty(mirror.transactions.ended)
  assert.strictEqual(site.controls.availability.statusOf(1, 1), "Available")
  assert.strictEqual(site.controls.client.undelivered(), 0)
  yield* assertTruthful(site)
  const findings = lintLines(lines)
  assert.deepStrictEqual(
    findings.map(({ action, message, rules }) => [action, rules.join(" "), message]),
    []
  )
  assert.isAbove(lines.length, 20)
  return { site, transactions: mirror.transactions.ended }
})

describe("a session", () => {
  for (const variation of variations) {
    const { begin, end, middle, start, stop } = variation
    it.effect(`E01 to E12: from ${start} to ${stop}; ${begin}, ${middle}, ${end}`, () =>
      Effect.gen(function* () {
        const { transactions } = yield* session(variation)
        if (stop === usual.stop)
          assert.deepStrictEqual(
            transactions.map(({ stoppedReason = "Local" }) => stoppedReason),
            [reasons[end]]
          )
      })
    )
  }

  it.effect("E05.FR.10: a token that was accepted and is not any more ends it with DeAuthorized", () =>
    Effect.gen(function* () {
      const handlers: Handlers = {
        ...knowing,
        TransactionEvent: ({ idToken }) =>
          Effect.succeed(idToken === undefined ? {} : { idTokenInfo: { status: "Blocked" as const } })
      }
      const variation = { ...usual, begin: "cable first", middle: "undisturbed", end: "unplugged" } as const
      const { transactions } = yield* session(variation, handlers)
      assert.deepStrictEqual(
        transactions.map(({ stoppedReason }) => stoppedReason),
        ["DeAuthorized"]
      )
    })
  )
})
