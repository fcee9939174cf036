/** The core's door: admission by the directory, then the claim, then the session. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Context from "effect/Context"
import { burstSeconds, type ConnectionLimit, reasonOf } from "../rpc/ConnectionLimits.ts"
import { tellCertificate } from "../observability/tellCertificate.ts"
import { Session } from "../rpc/Session.ts"
import { type Engine, runInline } from "../station/Engine.ts"
import type { StationProcess } from "../station/Station.ts"
import { admit, type AdmissionPorts, type CertificateReport } from "../transport/Admission.ts"
import type { Link, LinkHandler } from "../transport/Link.ts"
import type { Acceptor, Admission, Admitted, Endpoint, UpgradeRequest } from "../transport/Transport.ts"
import { AdmissionLimits, type LimitRefusal, refusalOf } from "./AdmissionLimits.ts"
import { drain, type Leaving } from "./Drain.ts"
import type { StationDirectoryShape } from "./StationDirectory.ts"
import type { Stations } from "./Stations.ts"

/** What adapters get. */
export const makeAcceptor = (
  engine: Engine,
  stations: Stations,
  directory: StationDirectoryShape,
  endpoints: Set<Endpoint>
): Context.Service.Shape<typeof Acceptor> => {
  const { checkCertificate, lenientIdentity, noCommonProtocol, organizations } = engine.settings
  const limits = new AdmissionLimits(engine.settings, lenientIdentity)
  const policy = { protocols: [engine.protocol.subprotocol], noCommonProtocol, lenientIdentity, organizations }
  const ports: AdmissionPorts = {
    recordOf: (identity) => stations.recordOf(identity),
    verify: (password, phc) => engine.passwords.verify(password, phc),
    checkCertificate
  }
  return {
    admit: (request) =>
      Effect.suspend(() => {
        const reached = limits.request(request, engine.counters.open, engine.now())
        if (reached !== undefined) return Exit.succeed(refuse(engine, request, reached))
        limits.pending++
        const report = (invalid: CertificateReport): void => tellCertificate(engine, request.remoteAddress, invalid)
        return admit(request, policy, directory.find, { ...ports, report }).pipe(
          Effect.map((verdict) => decided(engine, limits, request, verdict)),
          Effect.ensuring(Effect.sync(() => void limits.pending--))
        )
      }),
    open: (admitted, link) => {
      engine.counters.linkOpened()
      return open(engine, stations, admitted, link)
    },
    drain: (links) => drain(engine, engine.settings.drain, Array.from(links).filter(isOurs)),
    limitReached: (limit, { identity, remoteAddress }) => {
      const station = identity === undefined ? undefined : stations.find(identity)
      const connectionId = station?.session === undefined ? undefined : station.connectionId
      engine.limits.reached(limit, { identity, remoteAddress, connectionId })
    },
    announce: (endpoint) =>
      Effect.acquireRelease(
        Effect.sync(() => void endpoints.add(endpoint)),
        () => Effect.sync(() => void endpoints.delete(endpoint))
      )
  }
}

const isOurs = (handler: LinkHandler): handler is LinkHandler & Leaving =>
  handler instanceof Session || handler instanceof Arrival

/** A limit says no. */
const refuse = (engine: Engine, { remoteAddress }: UpgradeRequest, reached: LimitRefusal): Admission => {
  const { identity, limit, refused } = reached
  engine.counters.admitted(refused.status)
  engine.limits.reached(limit, { identity, remoteAddress })
  return refused
}

/** Counts and tells what was decided; the last free connection may have been taken meanwhile. */
const decided = (engine: Engine, limits: AdmissionLimits, request: UpgradeRequest, verdict: Admission): Admission => {
  if (verdict._tag === "Admitted" && limits.isFull(engine.counters.open)) {
    const { identity } = verdict
    return refuse(engine, request, { limit: "maxConnections", identity, refused: refusalOf("maxConnections") })
  }
  const status = verdict._tag === "Admitted" ? 101 : verdict._tag === "Refused" ? verdict.status : verdict.code
  engine.counters.admitted(status)
  if (verdict._tag === "Admitted") limits.admitted(request, verdict.identity)
  else limits.refused(request, status, engine.now())
  tell(engine, request, verdict)
  return verdict
}

const tell = (engine: Engine, { remoteAddress, target }: UpgradeRequest, verdict: Admission): void => {
  if (verdict._tag === "Admitted" || !engine.events.active) return
  engine.events.publish({
    _tag: "AdmissionRefused",
    target: target.slice(0, 256),
    remoteAddress,
    status: verdict._tag === "Refused" ? verdict.status : verdict.code,
    reason: verdict.reason,
    at: engine.now()
  })
}

const open = (engine: Engine, stations: Stations, admitted: Admitted, link: Link): LinkHandler => {
  const known = stations.find(admitted.identity)
  if (known !== undefined) {
    const session = new Session(known, link, admitted)
    start(engine, stations, known, session)
    return session
  }
  return new Arrival(engine, stations, admitted, link)
}

/** Claims the station for the session; at once when nothing has to be asked. */
const start = (engine: Engine, stations: Stations, station: StationProcess, session: Session): void => {
  const claim = stations.member().claim(station.identity, station.epoch)
  runInline(engine.run, claim, (exit) => {
    if (Exit.isFailure(exit)) return session.link.close(1013, "the station could not be claimed; try again later")
    const isGone = !stations.has(station)
    const isLate = exit.value <= station.epoch // a newer link of this station was claimed faster
    if (!session.isClosed && !isGone && !isLate) return station.attach(session, exit.value)
    engine.release(station.identity, exit.value)
    if (isGone) session.link.close(1001, "the station is not served any more")
    else if (isLate) session.link.close(1000, "replaced")
  })
}

/** A link whose station is not in memory yet: known to the directory, never added. Its texts wait for the session. */
class Arrival implements LinkHandler, Leaving {
  private session: Session | undefined = undefined
  private closed = false
  private isDraining = false
  private texts: Array<string | undefined> = []
  /** UTF-16 code units of `texts`. */
  private length = 0
  private readonly engine: Engine
  private readonly stations: Stations
  private readonly admitted: Admitted
  private readonly link: Link

  constructor(engine: Engine, stations: Stations, admitted: Admitted, link: Link) {
    const { identity } = admitted
    this.engine = engine
    this.stations = stations
    this.admitted = admitted
    this.link = link
    stations.arrivals.add(this)
    runInline(engine.run, stations.obtain(identity), (exit) => {
      stations.arrivals.delete(this)
      if (this.closed) return
      if (Exit.isFailure(exit)) {
        engine.run(Effect.logError(`${identity} was not let in: its snapshot could not be loaded`, exit.cause))
        return link.close(1013, "the station could not be loaded; try again later")
      }
      const session = new Session(exit.value, link, admitted)
      this.session = session
      if (this.isDraining) session.drain()
      const { texts } = this
      this.texts = []
      for (const text of texts)
        if (text === undefined) session.onBinary()
        else session.onText(text)
      start(engine, stations, exit.value, session)
    })
  }

  onText(text: string): void {
    if (this.session !== undefined) return this.session.onText(text)
    this.keep(text)
  }

  onBinary(): void {
    if (this.session !== undefined) return this.session.onBinary()
    this.keep(undefined)
  }

  onClose(code: number, reason: string): void {
    this.closed = true
    this.texts = []
    this.stations.arrivals.delete(this)
    if (this.session === undefined) this.engine.counters.linkClosed(code)
    else this.session.onClose(code, reason)
  }

  private keep(text: string | undefined): void {
    if (this.closed) return
    const { bytesPerSecond, maxEarlyFrames } = this.engine.settings
    this.length += text?.length ?? 0
    if (this.texts.length >= maxEarlyFrames) this.cut("maxEarlyFrames")
    else if (this.length > bytesPerSecond * burstSeconds) this.cut("bytesPerSecond")
    else this.texts.push(text)
  }

  private cut(limit: ConnectionLimit): void {
    const { identity, remoteAddress } = this.admitted
    this.engine.limits.reached(limit, { identity, remoteAddress })
    this.end(1008, reasonOf(limit))
  }

  // --- Leaving: there is no session yet, so nothing is in flight ------------------------------------------------------

  get isClosed(): boolean {
    return this.session?.isClosed ?? this.closed
  }

  get isIdle(): boolean {
    return this.session?.isIdle ?? true
  }

  drain(): void {
    this.isDraining = true
    this.session?.drain()
  }

  end(code: number | "terminate", reason: string): void {
    if (this.session !== undefined) return this.session.end(code, reason)
    if (this.closed) return
    this.closed = true
    this.texts = []
    if (code === "terminate") this.link.terminate()
    else this.link.close(code, reason)
  }
}
