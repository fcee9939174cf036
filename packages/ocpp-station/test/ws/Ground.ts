/** Our own CSMS behind real listeners, and stations that dial it; all that anybody tells is kept, to look for secrets in it. */
import { assert } from "@effect/vitest"
import { type CertificateSpec, type Issued, type TestCa, testPki, type TestPki } from "@wattline/ocpp-conformance"
import {
  Acceptor,
  Csms,
  type CsmsEvent,
  type CsmsOptions,
  type CsmsShape,
  type Handlers,
  type Station,
  StationDirectory,
  StationStore
} from "@wattline/ocpp-core"
import { type ClientEvent, type StationClient, type StationOptions, Stations } from "@wattline/ocpp-station"
import { type Happening, VirtualStations, type VirtualStationOptions } from "@wattline/ocpp-station/virtual"
import { type TlsOptions, WsDialer, WsServer } from "@wattline/ocpp-ws"
import { Context, Effect, Exit, Layer, Redacted, Scope, Stream } from "effect"

/** CN of the certificates of the CSMS. */
export const serverName = "csms.wattline.test"

/** A password that nobody may be told. */
export const password = "a-password-nobody-may-be-told-of"

/** Waits that are short enough for a test. */
export const quick = { retryBackOffWaitMinimum: 0.25, retryBackOffRandomRange: 0 } as const

/** The serial number of every station. */
export const serialNumber = "SN.1"

type Told = ClientEvent | Happening

/** How a CSMS is to be. */
export interface GroundOptions {
  readonly handlers?: Handlers
  readonly csms?: CsmsOptions
}

/** See the head of the file. */
export class Ground {
  /** What the CSMS told, and what the stations told, in order. */
  readonly events: Array<CsmsEvent> = []
  readonly told: Array<Told> = []
  /** Log lines, events and security logs as text. */
  readonly texts: Array<string> = []
  readonly secrets = new Set([password, Buffer.from(`CS-1:${password}`).toString("base64")])
  readonly pki: TestPki
  readonly stations: Stations["Service"]
  private readonly options: GroundOptions
  private readonly kept: Context.Context<StationDirectory | StationStore>
  private readonly context: Context.Context<Stations>
  /** By security profile; 3 asks for client certificates. */
  private readonly ports = new Map<1 | 2 | 3, number>()
  private running: { readonly csms: CsmsShape; readonly scope: Scope.Closeable } | undefined

  private constructor(
    options: GroundOptions,
    pki: TestPki,
    kept: Context.Context<StationDirectory | StationStore>,
    context: Context.Context<Stations>
  ) {
    this.options = options
    this.pki = pki
    this.kept = kept
    this.context = context
    this.stations = Context.get(context, Stations)
  }

  static readonly make = Effect.fnUntraced(function* (options: GroundOptions = {}) {
    const kept = yield* Layer.build(Layer.mergeAll(StationDirectory.layerMemory, StationStore.layerMemory))
    const context = yield* Layer.build(Layer.provide(Stations.layer, WsDialer.layer()))
    const ground = new Ground(options, yield* testPki, kept, context)
    yield* Effect.acquireRelease(ground.open(), () => ground.close)
    return ground
  })

  /** The CSMS begins to listen, where it listened before: with a certificate from this CA, for these security profiles. */
  readonly open = Effect.fnUntraced(
    { self: this },
    function* (
      this: Ground,
      ca: TestCa = this.pki.ca,
      commonName = serverName,
      profiles: ReadonlyArray<1 | 2 | 3> = [1, 2, 3]
    ) {
      const scope = yield* Scope.make()
      const layer = Csms.layer(
        { TransactionEvent: () => Effect.succeed({}), ...this.options.handlers },
        { inventorySpread: 0, drain: { grace: 0 }, ...this.options.csms }
      )
      const context = yield* Layer.buildWithScope(Layer.provide(layer, Layer.succeedContext(this.kept)), scope)
      const csms = Context.get(context, Csms)
      const events = yield* Scope.provide(csms.subscribe, scope)
      yield* Effect.forkIn(
        Stream.runForEach(events, (event) => Effect.sync(() => this.heard(event))),
        scope
      )
      const { chain: cert, key } = yield* ca.issue({ commonName, key: "EC", usage: "server" })
      this.addKey(key)
      const listen = (options: { readonly plain: true } | { readonly tls: TlsOptions }, port = 0) =>
        Effect.map(
          Layer.buildWithScope(WsServer.layer({ ...options, port, path: "/ocpp", pingInterval: 0 }), scope),
          (built) => Context.get(built, WsServer).address.port
        ).pipe(Effect.provideService(Acceptor, Context.get(context, Acceptor)), Effect.orDie)
      const tls = { certificates: [{ cert, key }] }
      const servers = {
        1: { plain: true },
        2: { tls },
        3: { tls: { ...tls, clientCertificates: { ca: this.pki.ca.cert } } }
      } as const
      for (const profile of profiles) this.ports.set(profile, yield* listen(servers[profile], this.ports.get(profile)))
      this.running = { csms, scope }
    }
  )

  /** The CSMS goes away; its stations are told to. */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { running } = this
      this.running = undefined
      if (running === undefined) return Effect.void
      const views = Effect.flatMap(running.csms.stations, (stations) =>
        Effect.forEach(stations, ({ snapshot }) => snapshot)
      )
      return Effect.andThen(
        Effect.map(views, (all) => this.texts.push(...all.map((view) => JSON.stringify(view)))),
        Scope.close(running.scope, Exit.void)
      )
    })
  }

  get csms(): CsmsShape {
    if (this.running === undefined) throw new Error("the CSMS is gone")
    return this.running.csms
  }

  url(profile: 1 | 2 | 3): string {
    return `${profile === 1 ? "ws" : "wss"}://127.0.0.1:${this.ports.get(profile)}/ocpp`
  }

  /** The CSMS knows CS-1, as it is at first. */
  register(securityProfile: 1 | 2 | 3): Effect.Effect<Station> {
    const certificate = { serialNumber }
    return Effect.orDie(this.csms.addStation({ identity: "CS-1", securityProfile, password, certificate }))
  }

  /** CS-1 as the CSMS has it now. */
  get station(): Effect.Effect<Station> {
    return Effect.suspend(() => Effect.orDie(this.csms.station("CS-1")))
  }

  /** A certificate for CS-1. */
  issue(spec: Partial<CertificateSpec> = {}): Effect.Effect<Issued> {
    return Effect.tap(this.pki.ca.issue({ commonName: serialNumber, key: "EC", usage: "client", ...spec }), ({ key }) =>
      Effect.sync(() => this.addKey(key))
    )
  }

  /** How CS-1 connects with a profile. */
  connection(securityProfile: 1 | 2 | 3, own?: Issued) {
    return {
      identity: "CS-1",
      url: this.url(securityProfile),
      securityProfile,
      ...(securityProfile < 3 && { password }),
      tls: {
        ca: this.pki.ca.cert,
        serverName,
        ...(own !== undefined && { certificate: own.chain, key: Redacted.make(own.key) })
      }
    } as const
  }

  /** Starts CS-1 as a client. */
  client(options: Omit<StationOptions, "chargingStation">): Effect.Effect<StationClient, never, Scope.Scope> {
    return Effect.gen({ self: this }, function* () {
      const client = yield* Effect.orDie(
        this.stations.connect({
          settings: quick,
          ...options,
          chargingStation: { model: "Test", vendorName: "Wattline", serialNumber }
        })
      )
      const events = yield* client.subscribe
      yield* Effect.forkScoped(
        Stream.runForEach(events, (event) =>
          Effect.sync(() => {
            if (event._tag !== "EventsMissed") this.tell(event)
          })
        ),
        { startImmediately: true }
      )
      return client
    })
  }

  /** Starts CS-1 as a virtual station. */
  virtual(options: VirtualStationOptions) {
    return VirtualStations.start(
      {
        settings: quick,
        control: { rebootSeconds: 0 },
        chargingStation: { model: "Test", vendorName: "Wattline", serialNumber },
        ...options
      },
      (event) => this.tell(event)
    ).pipe(
      Effect.tap(({ controls: { security } }) =>
        Effect.addFinalizer(() => Effect.sync(() => this.texts.push(JSON.stringify(security.events()))))
      ),
      Effect.provideContext(this.context),
      Effect.orDie
    )
  }

  /** Waits for something that the station tells, from now on or before. */
  until<T extends Told["_tag"]>(
    tag: T,
    wanted: Partial<Extract<Told, { readonly _tag: T }>> = {},
    from = 0
  ): Effect.Effect<Extract<Told, { readonly _tag: T }>> {
    return seen(this.told, from, tag, wanted) as Effect.Effect<Extract<Told, { readonly _tag: T }>>
  }

  /** Waits for something that the CSMS tells, from now on or before. */
  heardOf<T extends CsmsEvent["_tag"]>(
    tag: T,
    wanted: object = {},
    from = 0
  ): Effect.Effect<Extract<CsmsEvent, { readonly _tag: T }>> {
    return seen(this.events, from, tag, wanted) as Effect.Effect<Extract<CsmsEvent, { readonly _tag: T }>>
  }

  /** Waits until the CSMS is told of a security event. */
  securityEvent(type: string): Effect.Effect<void> {
    const isIt = (event: CsmsEvent): boolean =>
      event._tag === "NotificationReceived" &&
      event.action === "SecurityEventNotification" &&
      (event.request as { readonly type: string }).type === type
    return Effect.gen({ self: this }, function* () {
      for (let turn = 0; turn < 1_000; turn++) {
        if (this.events.some(isIt)) return
        yield* Effect.sleep(10)
      }
      assert.fail(`the CSMS was not told of ${type}`)
    })
  }

  /** What was told with a secret in it. */
  get leaks(): ReadonlyArray<string> {
    const secrets = [...this.secrets, "PRIVATE KEY"]
    return this.texts.filter((text) => secrets.some((secret) => text.includes(secret)))
  }

  addPassword(secret: string): void {
    this.secrets.add(secret)
    this.secrets.add(Buffer.from(`CS-1:${secret}`).toString("base64"))
  }

  addKey(pem: string): void {
    for (const line of pem.split("\n")) if (line.length >= 16 && !line.startsWith("-")) this.secrets.add(line)
  }

  private heard(event: CsmsEvent): void {
    this.events.push(event)
    this.texts.push(JSON.stringify(event))
  }

  private tell(event: Told): void {
    this.told.push(event)
    this.texts.push(JSON.stringify(event))
  }
}

/** Looks again and again, 10 s at most. */
const seen = (
  events: ReadonlyArray<{ readonly _tag: string }>,
  from: number,
  tag: string,
  wanted: object
): Effect.Effect<unknown> =>
  Effect.gen(function* () {
    for (let turn = 0; turn < 1_000; turn++) {
      const found = events.slice(from).find((event) => event._tag === tag && matches(event, wanted))
      if (found !== undefined) return found
      yield* Effect.sleep(10)
    }
    const tags = events.slice(from).map((event) => event._tag)
    return assert.fail(`no ${tag} ${JSON.stringify(wanted)} among ${tags.join(" ")}`)
  })

const matches = (event: object, wanted: object): boolean =>
  Object.entries(wanted).every(([name, value]) => (event as Readonly<Record<string, unknown>>)[name] === value)
