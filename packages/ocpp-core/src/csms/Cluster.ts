/**
 * Which process has a station. A port, so that many nodes can share stations later; the default knows this process only.
 * Every `csms.station(id)` goes through it, and every connection is claimed here before its first frame is read.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CollectedKind } from "../blocks/JobKinds.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { identityKey } from "../transport/Handshake.ts"
import type { StationView } from "../station/StationView.ts"

/** A CALL to a station as plain data, so that it can travel to the node that has the station. */
export interface CallRequest {
  /** Identifies the call over all nodes; it is no message id. */
  readonly callId: string
  readonly identity: string
  readonly action: string
  readonly payload: unknown
  /** Milliseconds the station has to answer, from the moment the CALL is sent. */
  readonly timeout: number
  /** CSMS clock in milliseconds: when it is dropped, if it could not be sent by then. */
  readonly sendBefore: number | undefined
  /** Whether it waits for the station to come back when it is offline. */
  readonly waitForReconnect: boolean
  /** Whether TriggerMessage(BootNotification) may go to a Rejected station (§20-I). */
  readonly allowWhileRejected: boolean
}

/** What a node can do with the stations it has. */
export interface LocalStations {
  readonly call: (request: CallRequest) => Effect.Effect<unknown, CallFailure>
  readonly view: (identity: string) => Effect.Effect<StationView | undefined>
  readonly nextRequestId: (identity: string) => Effect.Effect<number>
  readonly disconnect: (identity: string, code: number, reason: string) => Effect.Effect<void>
  /** Forgets a job whose result comes in parts; `false` when there is none (CE-7). */
  readonly cancelJob: (identity: string, kind: CollectedKind, requestId: number) => Effect.Effect<boolean>
  /** Closes the connection of a station because a newer one, `epoch`, exists on another node. */
  readonly fence: (identity: string, epoch: number) => Effect.Effect<void>
}

/** The claim on a station was refused; the link is closed and the station tries again. */
export class ClaimRefused extends Data.TaggedError("ClaimRefused")<{
  readonly identity: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.identity} was not claimed: ${this.detail}`
  }
}

/** What a node may ask of the cluster once it has joined. */
export interface Membership {
  /**
   * Claims a station for a new connection, between the open socket and the first frame. Gives the connection's epoch:
   * greater than every earlier one of this identity and than `atLeast`, the one on record.
   */
  readonly claim: (identity: string, atLeast: number) => Effect.Effect<number, ClaimRefused>
  /** The connection with this epoch is gone. Does nothing when a newer one holds the station. */
  readonly release: (identity: string, epoch: number) => Effect.Effect<void>
  /** Sends a CALL, wherever the station is. */
  readonly call: (request: CallRequest) => Effect.Effect<unknown, CallFailure>
  /** What is known of a station, wherever it is; `undefined` when it is unknown. */
  readonly view: (identity: string) => Effect.Effect<StationView | undefined>
  /** A requestId never used before at this station. */
  readonly nextRequestId: (identity: string) => Effect.Effect<number>
  /** Closes the connection of a station, wherever it is. */
  readonly disconnect: (identity: string, code: number, reason: string) => Effect.Effect<void>
  /** Forgets a job of a station, wherever it is; `false` when there is none (CE-7). */
  readonly cancelJob: (identity: string, kind: CollectedKind, requestId: number) => Effect.Effect<boolean>
}

/** The port. */
export class Cluster extends Context.Service<
  Cluster,
  { readonly join: (local: LocalStations) => Effect.Effect<Membership> }
>()("@wattline/ocpp-core/Cluster") {
  /** One process: what a CSMS has when no cluster is provided. */
  static readonly layerSingle: Layer.Layer<Cluster> = Layer.sync(Cluster, () => ({ join: joinSingle }))
}

/** Membership of a cluster of one; all effects complete synchronously. */
export const joinSingle = (local: LocalStations): Effect.Effect<Membership> =>
  Effect.sync(() => {
    const epochs = new Map<string, number>()
    return {
      claim: (identity, atLeast) =>
        Effect.sync(() => {
          const key = identityKey(identity)
          const epoch = Math.max(epochs.get(key) ?? 0, atLeast) + 1
          epochs.set(key, epoch)
          return epoch
        }),
      release: () => Effect.void,
      call: local.call,
      view: local.view,
      nextRequestId: local.nextRequestId,
      disconnect: local.disconnect,
      cancelJob: local.cancelJob
    }
  })
