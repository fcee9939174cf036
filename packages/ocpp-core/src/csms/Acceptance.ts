/** The core's door: admission by the directory, then the claim, then the session. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Context from "effect/Context"
import { Session } from "../rpc/Session.ts"
import { type Engine, runInline } from "../station/Engine.ts"
import type { StationProcess } from "../station/Station.ts"
import { admit } from "../transport/Admission.ts"
import type { Link, LinkHandler } from "../transport/Link.ts"
import type { Acceptor, Admission, Admitted, Endpoint, UpgradeRequest } from "../transport/Transport.ts"
import type { StationDirectoryShape } from "./StationDirectory.ts"
import type { Stations } from "./Stations.ts"

/** What adapters get. */
export const makeAcceptor = (
  engine: Engine,
  stations: Stations,
  directory: StationDirectoryShape,
  endpoints: Set<Endpoint>
): Context.Service.Shape<typeof Acceptor> => {
  const { lenientIdentity, noCommonProtocol } = engine.settings
  const policy = { protocols: [engine.protocol.subprotocol], noCommonProtocol, lenientIdentity }
  return {
    admit: (request) => {
      const admission = admit(request, policy, directory.find)
      return engine.events.active
        ? Effect.tap(admission, (verdict) => Effect.sync(() => tell(engine, request, verdict)))
        : admission
    },
    open: (admitted, link) => open(engine, stations, admitted, link),
    announce: (endpoint) =>
      Effect.acquireRelease(
        Effect.sync(() => void endpoints.add(endpoint)),
        () => Effect.sync(() => void endpoints.delete(endpoint))
      )
  }
}

const tell = (engine: Engine, { remoteAddress, target }: UpgradeRequest, verdict: Admission): void => {
  if (verdict._tag === "Admitted") return
  engine.events.publish({
    _tag: "AdmissionRefused",
    target: target.slice(0, 256),
    remoteAddress,
    status: verdict._tag === "Refused" ? verdict.status : verdict.code,
    reason: verdict.reason,
    at: engine.now()
  })
}

const open = (engine: Engine, stations: Stations, { identity, remoteAddress }: Admitted, link: Link): LinkHandler => {
  const known = stations.find(identity)
  if (known !== undefined) {
    const session = new Session(known, link, remoteAddress)
    start(engine, stations, known, session)
    return session
  }
  return new Arrival(engine, stations, identity, link, remoteAddress)
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
class Arrival implements LinkHandler {
  private session: Session | undefined = undefined
  private closed = false
  private texts: Array<string | undefined> = []
  private readonly link: Link
  private readonly maxEarlyFrames: number

  constructor(engine: Engine, stations: Stations, identity: string, link: Link, remoteAddress: string | undefined) {
    this.link = link
    this.maxEarlyFrames = engine.settings.maxEarlyFrames
    runInline(engine.run, stations.obtain(identity), (exit) => {
      if (this.closed) return
      if (Exit.isFailure(exit)) {
        engine.run(Effect.logError(`${identity} was not let in: its snapshot could not be loaded`, exit.cause))
        return link.close(1013, "the station could not be loaded; try again later")
      }
      const session = new Session(exit.value, link, remoteAddress)
      this.session = session
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
    if (this.texts.length < this.maxEarlyFrames) this.texts.push(text)
    else this.link.close(1008, "too many unanswered messages")
  }

  onBinary(): void {
    if (this.session !== undefined) return this.session.onBinary()
    if (this.texts.length < this.maxEarlyFrames) this.texts.push(undefined)
    else this.link.close(1008, "too many unanswered messages")
  }

  onClose(code: number, reason: string): void {
    this.closed = true
    this.texts = []
    this.session?.onClose(code, reason)
  }
}
