/** A site whose CSMS is listened to: what it holds against the station, and whether it believes what the station really has. */
import { assert } from "@effect/vitest"
import {
  type ChargingProfileType,
  Csms,
  type CsmsEvent,
  type CsmsOptions,
  displayMessagesAt,
  type Handlers,
  missingEvents,
  type Monitor,
  monitorsOf,
  type Station,
  type StationView,
  variablesOf
} from "@wattline/ocpp-core"
import type { Dialer } from "@wattline/ocpp-core/engine"
import { MemoryDialer, type MemoryNetwork, MemoryTransport } from "@wattline/ocpp-memory"
import { type ClientEvent, Stations } from "@wattline/ocpp-station"
import {
  makeEV,
  type VirtualProcess,
  VirtualStations,
  type VirtualStationOptions
} from "@wattline/ocpp-station/virtual"
import { Context, Effect, Exit, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"

/** How a site is built. */
export interface SiteOptions {
  readonly station?: Partial<VirtualStationOptions>
  readonly handlers?: Handlers
  readonly csms?: CsmsOptions
  /** How stations dial; default straight into the memory. */
  readonly dialer?: Layer.Layer<Dialer, never, MemoryNetwork>
  /** Milliseconds since 1970 when it begins. Default `opening`; certificates of tests are of the machine's time. */
  readonly begins?: number
  /** Default CS-1. */
  readonly identities?: ReadonlyArray<string>
}

/** One station as both sides have it. */
export interface Pair {
  readonly station: Station
  readonly controls: VirtualProcess
  /** What the station itself says went wrong, and every answer of its own that was a CALLERROR. */
  readonly troubles: ReadonlyArray<ClientEvent>
  readonly view: Effect.Effect<StationView>
}

/** A CSMS and its stations. */
export interface Observed extends Pair {
  readonly events: ReadonlyArray<CsmsEvent>
  readonly pairs: ReadonlyArray<Pair>
}

/** When every site begins. */
export const opening = Date.parse("2026-01-05T08:00:00Z")

/** `seconds` after the opening, as it is written on the wire. */
export const at = (seconds: number): string => new Date(opening + seconds * 1000).toISOString()

/** Who every CSMS of these tests knows; any other token is Invalid. */
export const card = (idToken = "A") => ({ idToken, type: "ISO14443" }) as const

/** A token that no CSMS of these tests knows. */
export const unknownCard = card("BAD")

/** An EV with room in its battery. */
export const ev = (stateOfCharge = 0.2) => makeEV("family", { stateOfCharge })

const infoOf = (idToken: string) => ({ status: idToken === "BAD" ? "Invalid" : "Accepted" }) as const

/** What the CSMS says of tokens, and that it agrees to what an EV needs. */
export const knowing: Handlers = {
  Authorize: ({ idToken }) => Effect.succeed({ idTokenInfo: infoOf(idToken.idToken) }),
  TransactionEvent: ({ idToken }) => Effect.succeed(idToken ? { idTokenInfo: infoOf(idToken.idToken) } : {}),
  NotifyEVChargingNeeds: () => Effect.succeed({ status: "Accepted" as const })
}

/** Lets what waits for real work (keys, signatures) go on. */
const breathe = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Virtual seconds go by, in steps that give everybody a turn. */
export const pass = (seconds: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const step = Math.max(0.5, seconds / 30)
    for (let left = seconds; left > 0; left -= step) yield* TestClock.adjust(Math.min(step, left) * 1000)
    yield* breathe
  })

/** Runs an operation; virtual time goes by until it is over, at most `seconds`. */
export const within = <A, E>(operation: Effect.Effect<A, E>, seconds = 120): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(operation)
    for (let left = seconds; left > 0 && fiber.pollUnsafe() === undefined; left -= 0.5) yield* pass(0.5)
    if (fiber.pollUnsafe() === undefined) assert.fail(`not over after ${seconds} s`)
    return yield* Fiber.join(fiber)
  })

/** The same for what waits for real cryptography: virtual time goes by no faster than the machine's. */
export const patiently = <A, E>(operation: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(operation)
    for (let turns = 2_000; turns > 0 && fiber.pollUnsafe() === undefined; turns--) {
      yield* TestClock.adjust(2)
      yield* Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 2)))
    }
    if (fiber.pollUnsafe() === undefined) assert.fail("not over in time")
    return yield* Fiber.join(fiber)
  })

/** The failure of an operation. */
export const failure = <A, E>(operation: Effect.Effect<A, E>, wait = within): Effect.Effect<E | undefined> =>
  Effect.map(Effect.exit(wait(operation)), (exit) =>
    Exit.isSuccess(exit)
      ? undefined
      : exit.cause.reasons.flatMap((reason) => ("error" in reason ? [reason.error] : []))[0]
  )

/** Waits for work in real time that no virtual clock drives. */
export const settled = ({ controls }: Pair): Effect.Effect<void> => Effect.promise(() => controls.security.settled())

/** Starts everything; the stations have booted, and the CSMS knows their device models. */
export const observe = Effect.fnUntraced(function* (options: SiteOptions = {}) {
  yield* TestClock.setTime((options.begins ?? opening) - 60_000)
  const context = yield* Layer.build(
    Stations.layer.pipe(
      Layer.provideMerge(options.dialer ?? MemoryDialer.layer),
      Layer.provideMerge(MemoryTransport.layer),
      Layer.provideMerge(
        Csms.layer({ ...knowing, ...options.handlers }, { inventorySpread: 0, drain: { grace: 0 }, ...options.csms })
      )
    )
  )
  const csms = Context.get(context, Csms)
  const events: Array<CsmsEvent> = []
  const stream = yield* csms.subscribe
  yield* Effect.forkScoped(Stream.runForEach(stream, (event) => Effect.sync(() => void events.push(event))))
  const pairs: Array<Pair> = []
  for (const identity of options.identities ?? ["CS-1"]) {
    const station = yield* csms.addStation({ identity, securityProfile: 0 })
    const played = yield* VirtualStations.start({ url: "ws://csms/ocpp", ...options.station, identity }).pipe(
      Effect.provide(context)
    )
    const troubles: Array<ClientEvent> = []
    const note = (event: { readonly _tag: string }) =>
      Effect.sync(() => {
        if (isTrouble(event as ClientEvent)) troubles.push(event as ClientEvent)
      })
    yield* Effect.forkScoped(Stream.runForEach(played.events, note), { startImmediately: true })
    pairs.push({ station, controls: played.controls, troubles, view: station.snapshot })
  }
  yield* pass(60)
  for (const { view } of pairs)
    assert.isDefined((yield* view).mirror.provisioning.deviceModel.reportedAt, "the CSMS has the device model")
  return { ...(pairs[0] as Pair), events, pairs } satisfies Observed
})

const isTrouble = (event: ClientEvent): boolean => {
  switch (event._tag) {
    case "Answered":
      return event.with !== "CALLRESULT"
    case "HandlerFailed":
    case "MessageGivenUp":
    case "MessageDropped":
    case "QueueNotStored":
    case "StrayAnswer":
      return true
    case "CallEnded":
      return event.end !== "CALLRESULT" && event.end !== "ConnectionLost"
    default:
      return false
  }
}

/** Events of a CSMS that has something to hold against a station, or cannot follow it. */
const complaints: ReadonlySet<string> = new Set([
  "AdmissionRefused",
  "AnswerDropped",
  "AuthorizationDoubtful",
  "CertificateDoubtful",
  "ChargingProfileOverdue",
  "ConnectorsUnreported",
  "EntriesUncertain",
  "EventsMissed",
  "ExternalLimitDoubtful",
  "Fenced",
  "HandlerFailed",
  "LateAnswer",
  "LimitReached",
  "MessageRefused",
  "MeterRegisterFell",
  "NonConformingMessage",
  "Replaced",
  "ReportFailed",
  "ResetLapsed",
  "RunningCostToldTwice",
  "StationReplaced",
  "StoreFailed",
  "TransactionConflict",
  "TransactionEventsLost",
  "TransactionGivenUp",
  "TransactionUnconfirmed",
  "TransactionsOverlap",
  "TxPointsDoubtful"
])

/** What the CSMS holds against its stations; what is `allowed` is left out. */
export const anomalies = (events: ReadonlyArray<CsmsEvent>, allowed: ReadonlyArray<string> = []) =>
  events.filter(
    (event) =>
      !allowed.includes(event._tag) &&
      (complaints.has(event._tag) ||
        ("missing" in event && Array.isArray(event.missing) && event.missing.length > 0) ||
        ("clock" in event && event.clock !== undefined))
  )

/** What the mirror of the CSMS believes and the station has otherwise. */
export const disagreements = ({ controls, view }: Pair): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(view, ({ mirror }) => [
    ...different(
      "connectors",
      mirror.availability.connectors.map(({ connectorId, evseId, status }) => `${evseId}.${connectorId} ${status}`),
      controls.evses.flatMap(({ connectors, id }) =>
        connectors.map((connector) => `${id}.${connector.id} ${controls.availability.statusOf(id, connector.id)}`)
      )
    ),
    ...different(
      "transactions",
      mirror.transactions.running.map(
        ({ chargingState, evse, transactionId }) => `${evse?.id} ${transactionId} ${chargingState}`
      ),
      controls.evses.flatMap(({ id, transaction }) =>
        transaction === undefined ? [] : [`${id} ${transaction.transactionId} ${transaction.chargingState}`]
      )
    ),
    ...[...mirror.transactions.running, ...mirror.transactions.ended]
      .filter((transaction) => missingEvents(transaction).length > 0)
      .map(({ transactionId }) => `events of ${transactionId} are missing`),
    // One whose token was presented is used up; the CSMS learns of it with the transaction, or that there will be none (H03.FR.09).
    ...controls.availability.reservations
      .filter(({ id }) => mirror.reservations.open.every(({ reservationId }) => reservationId !== id))
      .map(({ evseId, id }) => `the CSMS knows nothing of reservation ${id} at EVSE ${evseId}`),
    ...(mirror.localAuthorizationList.versionNumber === undefined ||
    !controls.model.flag("LocalAuthListCtrlr", "Enabled")
      ? []
      : different(
          "list version",
          [`${mirror.localAuthorizationList.versionNumber}`],
          [`${controls.authorization.localList.versionNumber}`]
        )),
    ...(mirror.diagnostics.reportedAt === undefined || mirror.diagnostics.stale
      ? []
      : different(
          "monitors",
          monitorsOf(mirror.diagnostics.monitors).map(monitorText),
          [...controls.monitoring.monitors.values()].map(monitorText)
        )),
    ...different(
      "profiles",
      mirror.smartCharging.profiles.map(({ evseId, profile }) => profileText(evseId, profile)),
      controls.smartCharging.installed
        .filter(({ profile }) => profile.chargingProfilePurpose !== "ChargingStationExternalConstraints")
        .map(({ evseId, profile }) => profileText(evseId, profile))
    ),
    ...different(
      "messages",
      displayMessagesAt(mirror, controls.now()).map(({ id, message }) => `${id} ${message.content}`),
      controls.display.messages().map(({ id, message }) => `${id} ${message.content}`)
    ),
    ...variablesOf(mirror.provisioning.deviceModel).flatMap(({ attributes, component, variable }) => {
      const { mutability = "ReadWrite", stale, value } = attributes.Actual ?? {}
      if (mutability !== "ReadWrite" || stale === true || value === undefined) return []
      const item = controls.model.named(component, variable)
      const real = typeof item === "string" ? item : controls.model.read(item)
      return real === value ? [] : [`${component.name}.${variable.name}: ${value} at the CSMS, ${real} at the station`]
    }),
    ...different(
      "firmware",
      [mirror.provisioning.chargingStation?.firmwareVersion ?? "none"],
      [controls.chargingStation.firmwareVersion ?? "none"]
    )
  ])

const different = (
  what: string,
  believed: ReadonlyArray<string>,
  real: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const [left, right] = [believed.toSorted().join(", "), real.toSorted().join(", ")]
  return left === right ? [] : [`${what}: [${left}] at the CSMS, [${right}] at the station`]
}

const monitorText = ({ id, severity, type, value }: Pick<Monitor, "id" | "severity" | "type" | "value">): string =>
  `${id} ${type} ${value} ${severity}`

const profileText = (
  evseId: number,
  {
    chargingProfilePurpose,
    id,
    stackLevel,
    transactionId = ""
  }: Pick<ChargingProfileType, "chargingProfilePurpose" | "id" | "stackLevel" | "transactionId">
): string => `${evseId} ${id} ${chargingProfilePurpose} ${stackLevel} ${transactionId}`

/** States that both sides agree, and that the CSMS has nothing to hold against the station. */
export const assertTruthful = Effect.fnUntraced(function* (site: Observed, allowed: ReadonlyArray<string> = []) {
  yield* pass(5)
  assert.deepStrictEqual(anomalies(site.events, allowed), [])
  for (const pair of site.pairs) {
    assert.deepStrictEqual(
      pair.troubles.filter((trouble) => !allowed.includes(trouble._tag)),
      []
    )
    assert.deepStrictEqual(yield* disagreements(pair), [])
    assert.isUndefined((yield* pair.view).nonConformance)
  }
})

/** A transaction runs on this EVSE: its id. */
export const charging = Effect.fnUntraced(function* ({ controls }: Pair, evseId = 1, token = card()) {
  controls.plugIn(evseId, ev())
  yield* pass(1)
  controls.present(token, evseId)
  yield* pass(5)
  const id = controls.evses[evseId - 1]?.transaction?.transactionId
  if (id === undefined) return assert.fail("no transaction runs")
  return id
})
