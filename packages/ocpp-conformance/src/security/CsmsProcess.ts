/** One run of the CSMS under test: a real one, the application behind it, and the listeners in front of it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  Acceptor,
  Csms,
  type CsmsEvent,
  type CsmsOptions,
  type CsmsShape,
  EventLog,
  type Handlers,
  type SecurityProfile,
  type StationDirectory,
  type StationStore
} from "@wattline/ocpp-core"
import { testPki } from "../Pki.ts"
import type { Secrets } from "./Secrets.ts"
import type { ListenerTls, SecurityHarness } from "./SecurityHarness.ts"

/** The FQDN of the CSMS, CN of its certificates. */
export const serverName = "csms.wattline.test"

/** The operator's name, O of all good certificates. */
export const operator = "Wattline"

/** The profiles with security. */
export type Profile = Exclude<SecurityProfile, 0>

/** What stays when a CSMS stops and another one begins. */
export interface Surroundings {
  readonly harness: SecurityHarness
  readonly secrets: Secrets
  readonly options: CsmsOptions
  /** What is on disk. */
  readonly ports: Context.Context<StationDirectory | StationStore>
  /** Told everything that the CSMS tells. */
  readonly heard: (event: CsmsEvent) => void
}

/** The certificates of the CSMS, one of each kind of key. */
const serverCertificates = Effect.runSync(
  Effect.cached(
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const issue = (key: "EC" | "RSA") => ca.issue({ commonName: serverName, key, usage: "server" })
      return { ca: ca.cert, EC: yield* issue("EC"), RSA: yield* issue("RSA") }
    })
  )
)

/** See the head of the file. */
export class CsmsProcess {
  readonly csms: CsmsShape
  private readonly surroundings: Surroundings
  private readonly acceptor: Acceptor["Service"]
  private readonly scope: Scope.Closeable
  private readonly listening = new Map<string, number>()

  private constructor(surroundings: Surroundings, context: Context.Context<Csms | Acceptor>, scope: Scope.Closeable) {
    this.surroundings = surroundings
    this.csms = Context.get(context, Csms)
    this.acceptor = Context.get(context, Acceptor)
    this.scope = scope
  }

  /** Starts it; `end` stops it. */
  static readonly begin = Effect.fnUntraced(function* (surroundings: Surroundings) {
    const { heard, options, ports } = surroundings
    const scope = yield* Scope.make()
    const csms = Csms.layer(handlers, { inventory: "off", organizations: [operator], ...options })
    const context = yield* Layer.buildWithScope(
      Layer.provideMerge(EventLog.layer(), Layer.provide(csms, Layer.succeedContext(ports))),
      scope
    )
    const events = yield* Scope.provide(Context.get(context, Csms).subscribe, scope)
    yield* Effect.forkIn(
      Stream.runForEach(events, (event) => Effect.sync(() => heard(event))),
      scope
    )
    return new CsmsProcess(surroundings, context, scope)
  })

  /** Stops it; what it knows of its stations is told. */
  get end(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const views = yield* Effect.flatMap(
        this.csms.stations,
        Effect.forEach(({ snapshot }) => snapshot)
      )
      for (const view of views) this.surroundings.secrets.tell(JSON.stringify(view))
      yield* Scope.close(this.scope, Exit.void)
    })
  }

  /**
   * The port of the listener for a profile, started when it is first needed; only that for 3 asks for client certificates.
   * Where a listener holds only one certificate, there is one for each kind of key.
   */
  readonly listen = Effect.fnUntraced(
    { self: this },
    function* (this: CsmsProcess, profile: Profile, serverKey: "EC" | "RSA") {
      const { harness, secrets } = this.surroundings
      const holdsBoth = harness.cannot?.twoCertificates === undefined
      const name = holdsBoth || profile === 1 ? `${profile}` : `${profile} ${serverKey}`
      const known = this.listening.get(name)
      if (known !== undefined) return known
      const { ca, EC, RSA } = yield* serverCertificates
      for (const { key } of [EC, RSA]) secrets.addKey(key)
      const tls: ListenerTls = {
        certificates: holdsBoth ? [EC, RSA] : [serverKey === "EC" ? EC : RSA],
        ...(profile === 3 && { clientCa: ca })
      }
      const port = yield* harness
        .start(profile === 1 ? undefined : tls)
        .pipe(
          Effect.provideService(Acceptor, this.acceptor),
          Effect.provideService(Scope.Scope, this.scope),
          Effect.orDie
        )
      this.listening.set(name, port)
      return port
    }
  )
}

/** The application: it accepts boots, and has certificates signed by the CA behind it. */
const handlers: Handlers = {
  signCertificate: ({ csr }) =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      return (yield* ca.sign(csr)).chain
    })
}
