/** What is known of a station right now, as plain data. */
import type { StationSnapshot } from "../csms/StationStore.ts"
import type { ClientCertificate } from "../transport/Transport.ts"
import type { NonConformance } from "./NonConformance.ts"
import * as SecurityRecord from "./SecurityRecord.ts"
import type { StationProcess } from "./Station.ts"
import { isConnected, type StationState } from "./StationState.ts"

/** What is known of a station right now: the snapshot that is stored, and what only this moment knows. Plain data. */
export interface StationView extends Omit<StationSnapshot, "security"> {
  /** What was learned of its security; absent before there is something. */
  readonly security?: SecurityRecord.SecurityView | undefined
  /** The certificate of its present link, with profile 3. */
  readonly certificate?: ClientCertificate | undefined
  readonly state: StationState
  /** Whether it has a link. */
  readonly connected: boolean
  /** CSMS clock in milliseconds: the last message of this connection; `undefined` without one. */
  readonly lastSeen: number | undefined
  /** CALLs of ours that wait for their turn. */
  readonly queuedCalls: number
  /** How it departs from the schemas, since this process knows it; absent as long as it does not. */
  readonly nonConformance?: NonConformance | undefined
}

/** The view of this moment. */
export const viewOf = (station: StationProcess): StationView => {
  const { nonConformance, outbound, session, state } = station
  const { security: _, ...known } = station.snapshot()
  const security = SecurityRecord.view(station.security)
  const certificate = session?.admitted.certificate
  return {
    ...known,
    ...(security && { security }),
    ...(certificate && { certificate }),
    state,
    connected: isConnected(state),
    lastSeen: session?.lastSeen,
    queuedCalls: outbound.depth,
    ...(nonConformance && { nonConformance })
  }
}
