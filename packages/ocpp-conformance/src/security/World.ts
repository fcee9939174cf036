/** What a scenario takes place in: the CSMS behind the adapter under test, its stations, and what it tells. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  type CsmsEvent,
  type CsmsOptions,
  type CsmsShape,
  generatePassword,
  type Station,
  StationDirectory,
  type StationIdentification,
  StationStore
} from "@wattline/ocpp-core"
import type { DialRefused } from "../Peer.ts"
import { type CertificateSpec, type Issued, makeRequest, type Requested, testPki, type TestPki } from "../Pki.ts"
import { CsmsProcess, operator, type Profile, serverName, type Surroundings } from "./CsmsProcess.ts"
import { type Knock, ScriptedStation } from "./ScriptedStation.ts"
import type { Secrets } from "./Secrets.ts"
import type { SecurityHarness } from "./SecurityHarness.ts"

/** A station as its operator knows it. */
export interface Device {
  readonly identity: string
  readonly serialNumber: string
  readonly password: string
  /** Good for profile 3. */
  readonly certificate: Issued
}

/** How a station comes, where it is not as its profile demands. */
export interface Approach extends Pick<Knock, "protocols" | "tls" | "unheeded"> {
  /** User name of the Basic header. Default: the identity. */
  readonly user?: string
  readonly password?: string
  readonly certificate?: Issued
  /** What stands behind `/ocpp/` in the URL. Default: the identity. */
  readonly segment?: string
  /** The kind of server certificate where a listener holds only one. Default EC. */
  readonly serverKey?: "EC" | "RSA"
  /** Comes to the listener for this profile, with the credentials of its own. */
  readonly at?: Profile
}

let devices = 0

/** See the head of the file. */
export class World {
  readonly pki: TestPki
  /** What the CSMS told so far. */
  readonly events: Array<CsmsEvent> = []
  private process: CsmsProcess | undefined
  private readonly listeners = new Set<() => void>()
  private readonly surroundings: Surroundings
  private readonly secrets: Secrets

  private constructor(surroundings: Omit<Surroundings, "heard">, pki: TestPki) {
    this.surroundings = { ...surroundings, heard: (event) => this.heard(event) }
    this.secrets = surroundings.secrets
    this.pki = pki
  }

  /** A CSMS without stations; gone with the scope. */
  static readonly make = Effect.fnUntraced(function* (
    harness: SecurityHarness,
    secrets: Secrets,
    options: CsmsOptions
  ) {
    const ports = yield* Layer.build(Layer.mergeAll(StationDirectory.layerMemory, StationStore.layerMemory))
    const world = new World({ harness, secrets, options, ports }, yield* testPki)
    yield* Effect.acquireRelease(world.begin, () => world.end)
    return world
  })

  /** The CSMS that runs now. */
  get csms(): CsmsShape {
    return this.running.csms
  }

  /** The CSMS stops, and another one begins with the same directory and store. */
  get restart(): Effect.Effect<void> {
    return Effect.andThen(this.end, this.begin)
  }

  /** Adds a new station that the operator registered for a profile. */
  readonly register = Effect.fnUntraced(
    { self: this },
    function* (this: World, profile: Profile, identification?: StationIdentification) {
      const identity = `CS-${++devices}`
      const serialNumber = `SN.${devices}`
      const password = yield* this.newPassword(identity)
      const certificate = yield* this.issue({ commonName: serialNumber })
      const device: Device = { identity, serialNumber, password, certificate }
      yield* this.add(device, profile, identification)
      return device
    }
  )

  /** Adds a station, or adds it again. Its serial number is known unless `identification` says else. */
  add(
    { identity, password, serialNumber }: Device,
    securityProfile: Profile,
    { certificate = { serialNumber }, ...rest }: StationIdentification = {}
  ): Effect.Effect<Station> {
    return Effect.orDie(this.csms.addStation({ identity, securityProfile, password, certificate, ...rest }))
  }

  /** The CSMS's hold of a station. */
  station({ identity }: Device): Effect.Effect<Station> {
    return Effect.orDie(this.csms.station(identity))
  }

  /** A random password, which nobody may be told. */
  newPassword(identity: string): Effect.Effect<string> {
    return Effect.sync(() => {
      const password = generatePassword()
      this.secrets.addPassword(identity, password)
      return password
    })
  }

  /** A station certificate of the operator and the trusted CA, unless told otherwise. */
  issue(spec: Omit<CertificateSpec, "key" | "usage">, ca = this.pki.ca): Effect.Effect<Issued> {
    return Effect.tap(ca.issue({ organization: operator, ...spec, key: "EC", usage: "client" }), ({ key }) =>
      Effect.sync(() => this.secrets.addKey(key))
    )
  }

  /** A CSR of a station, and its new key, which nobody may be told. */
  request({ serialNumber }: Device): Effect.Effect<Requested> {
    return Effect.tap(makeRequest(serialNumber, operator), ({ key }) => Effect.sync(() => this.secrets.addKey(key)))
  }

  /** A station comes as a security profile has it: 1 and 2 with Basic, 3 with its certificate. */
  connect(
    device: Device,
    profile: Profile,
    approach: Approach = {}
  ): Effect.Effect<ScriptedStation, DialRefused, Scope.Scope> {
    const { at = profile, segment = encodeURIComponent(device.identity), serverKey = "EC", tls, ...rest } = approach
    const { certificate = profile === 3 ? device.certificate : undefined, user = device.identity } = approach
    const { password = profile === 3 ? undefined : device.password } = approach
    return Effect.flatMap(this.listen(at, serverKey), (port) =>
      ScriptedStation.connect({
        ...rest,
        url: `${at === 1 ? "ws" : "wss"}://127.0.0.1:${port}/ocpp/${segment}`,
        authorization: password === undefined ? undefined : this.secrets.addPassword(user, password),
        tls: {
          ca: this.pki.ca.cert,
          servername: serverName,
          ...(certificate !== undefined && { cert: certificate.chain, key: certificate.key }),
          ...tls
        }
      })
    ).pipe(Effect.tapError(({ body }) => Effect.sync(() => this.secrets.tell(body))))
  }

  /** A station comes and is not let in; gives how it was told. */
  refused(device: Device, profile: Profile, approach?: Approach): Effect.Effect<DialRefused, ScriptedStation> {
    return Effect.scoped(Effect.flip(this.connect(device, profile, approach)))
  }

  /** The port of the listener for a profile. */
  listen(profile: Profile, serverKey: "EC" | "RSA"): Effect.Effect<number> {
    return Effect.suspend(() => this.running.listen(profile, serverKey))
  }

  /** Waits until something was told of a station, also if it was before; dies when it is not for 3 seconds. */
  told<T extends CsmsEvent["_tag"]>(
    tag: T,
    { identity }: Device,
    wanted: Partial<Extract<CsmsEvent, { readonly _tag: T }>> = {}
  ): Effect.Effect<Extract<CsmsEvent, { readonly _tag: T }>> {
    type Wanted = Extract<CsmsEvent, { readonly _tag: T }>
    const isIt = (event: CsmsEvent): event is Wanted =>
      event._tag === tag &&
      "identity" in event &&
      event.identity === identity &&
      Object.entries(wanted).every(([name, value]) => event[name as keyof typeof event] === value)
    return Effect.callback<Wanted>((resume) => {
      const look = (): void => {
        const event = this.events.find(isIt)
        if (event === undefined) return
        this.listeners.delete(look)
        resume(Effect.succeed(event))
      }
      this.listeners.add(look)
      look()
    }).pipe(
      Effect.timeoutOrElse({
        duration: "3 seconds",
        orElse: () => Effect.die(new Error(`the CSMS did not tell ${tag} of ${identity}`))
      })
    )
  }

  private get running(): CsmsProcess {
    if (this.process === undefined) throw new Error("the CSMS does not run")
    return this.process
  }

  private get begin(): Effect.Effect<void> {
    return Effect.map(CsmsProcess.begin(this.surroundings), (process) => {
      this.process = process
    })
  }

  private get end(): Effect.Effect<void> {
    return Effect.suspend(() => this.running.end)
  }

  private heard(event: CsmsEvent): void {
    this.events.push(event)
    this.secrets.tell(JSON.stringify(event))
    for (const look of this.listeners) look()
  }
}
