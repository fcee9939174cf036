/** The stations of one node as a cluster sees them: they answer as they are told, and what they are asked is written down. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { CallFailure, CallRequest, LocalStations, StationView } from "@wattline/ocpp-core"

/** A fence that reached a node. */
export interface Fencing {
  readonly identity: string
  readonly epoch: number
}

/** See the head of the file. */
export interface RecordingStations extends LocalStations {
  /** CALLs that reached this node. */
  readonly calls: ReadonlyArray<CallRequest>
  readonly disconnects: ReadonlyArray<readonly [identity: string, code: number, reason: string]>
  readonly cancelledJobs: ReadonlyArray<readonly [identity: string, kind: string, requestId: number]>
  /** Fences that nobody has taken yet. */
  readonly fencings: Effect.Effect<number>
  /** Waits for the next fence. */
  readonly nextFencing: Effect.Effect<Fencing>
}

/** The action whose CALLs never end; `hanging` and `interrupted` tell of them. */
export const hangingAction = "Hang"

/** What is known of hanging CALLs. */
export interface Hanging {
  readonly begun: Deferred.Deferred<void>
  readonly interrupted: Deferred.Deferred<void>
}

/** How a node's stations behave. */
export interface RecordingStationsOptions {
  /** Answers of this node bear its name, and its requestIds begin with its number. */
  readonly node: "A" | "B"
  /** The stations it knows. */
  readonly views: ReadonlyArray<StationView>
  /** The answers to CALLs, by action; any other action is answered with node, action and payload. */
  readonly failures?: { readonly [action: string]: CallFailure }
  readonly hanging?: Hanging
}

/** Makes the stations of one node. */
export const makeRecordingStations = Effect.fnUntraced(function* (options: RecordingStationsOptions) {
  const { failures = {}, hanging, node, views } = options
  const calls: Array<CallRequest> = []
  const disconnects: Array<readonly [string, number, string]> = []
  const cancelledJobs: Array<readonly [string, string, number]> = []
  const fencings = yield* Queue.unbounded<Fencing>()
  let requestId = node === "A" ? 1_000_000 : 2_000_000
  const stations: RecordingStations = {
    calls,
    disconnects,
    cancelledJobs,
    fencings: Queue.size(fencings),
    nextFencing: Queue.take(fencings),
    call: (request) =>
      Effect.suspend(() => {
        calls.push(request)
        const { action, payload } = request
        if (action === hangingAction && hanging !== undefined)
          return Deferred.succeed(hanging.begun, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(hanging.interrupted, undefined))
          )
        const failure = failures[action]
        return failure === undefined ? Effect.succeed({ node, action, payload }) : Effect.fail(failure)
      }),
    view: (identity) => Effect.sync(() => views.find((view) => view.identity.toLowerCase() === identity.toLowerCase())),
    nextRequestId: () => Effect.sync(() => ++requestId),
    disconnect: (identity, code, reason) => Effect.sync(() => void disconnects.push([identity, code, reason])),
    cancelJob: (identity, kind, id) => Effect.sync(() => cancelledJobs.push([identity, kind, id]) > 0),
    fence: (identity, epoch) => Effect.asVoid(Queue.offer(fencings, { identity, epoch }))
  }
  return stations
})
