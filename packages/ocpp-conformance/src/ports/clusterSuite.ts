/**
 * What every `Cluster` must do (habits 1–5 of "Room for many nodes"): one connection of a station counts, its epoch says
 * which, and whoever asks for a station reaches the node that has it. One node must meet all of it but the last part.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { describe, it } from "@effect/vitest"
import { CallError, type CallFailure, Cluster, type Membership, NotSent, OutcomeUnknown } from "@wattline/ocpp-core"
import { claims } from "./cluster/claims.ts"
import { oneNode } from "./cluster/oneNode.ts"
import { type Hanging, makeRecordingStations, type RecordingStations } from "./cluster/RecordingStations.ts"
import { twoNodes } from "./cluster/twoNodes.ts"
import { build, notApplicable } from "./harness.ts"
import { recordStation } from "./recordedStation.ts"

/** What a cluster gives to be put through `clusterSuite`. `R` is what its nodes share: a broker, a network. */
export interface ClusterHarness<R = never> {
  /** Makes the first node of a new cluster; built anew for every test. */
  readonly layer: Layer.Layer<Cluster | R, unknown>
  /** Another node of the same cluster; closing its scope takes it out. Leave it out when there is one node only. */
  readonly second?: Layer.Layer<Cluster, unknown, Cluster | R>
}

/** One node: its stations, and its place in the cluster. */
export interface Node {
  readonly local: RecordingStations
  readonly member: Membership
}

/** What a case works with. */
export interface ClusterBench {
  /** The first node. It knows a station `CS-1`. */
  readonly a: Node
  /** Joins the second node, for as long as the scope lasts. It knows a station `CS-1`, too. */
  readonly joinB: Effect.Effect<Node, unknown, Scope.Scope>
  /** What the CALLs of action `Hang` have come to. */
  readonly hanging: Hanging
}

/** Defines one test. */
export type ClusterCase = (
  title: string,
  body: (bench: ClusterBench) => Effect.Effect<void, unknown, Scope.Scope>
) => void

/** Defines the cluster contract tests under `name`, in real time. */
export const clusterSuite = <R = never>(name: string, harness: ClusterHarness<R>): void => {
  const { second } = harness
  const clusterCase: ClusterCase = (title, body) =>
    it.live(
      title,
      Effect.fnUntraced(function* () {
        const { view } = yield* recordStation
        const hanging = { begun: Deferred.makeUnsafe<void>(), interrupted: Deferred.makeUnsafe<void>() }
        const nodeOf = Effect.fnUntraced(function* (node: "A" | "B", cluster: Cluster["Service"]) {
          const views = [{ ...view, queuedCalls: node === "A" ? 1 : 2 }]
          const local = yield* makeRecordingStations({ node, views, failures, hanging })
          return { local, member: yield* cluster.join(local) }
        })
        const context = yield* build(harness.layer, Context.empty())
        yield* body({
          a: yield* nodeOf("A", Context.get(context, Cluster)),
          joinB:
            second === undefined
              ? Effect.die(new Error("there is one node only"))
              : Effect.flatMap(build(second, context), (other) => nodeOf("B", Context.get(other, Cluster))),
          hanging
        })
      })
    )

  describe(`Cluster contract: ${name}`, () => {
    describe("claims", () => {
      claims(clusterCase)
    })
    describe("stations of this node", () => {
      oneNode(clusterCase)
    })
    describe("two nodes", () => {
      if (second === undefined) notApplicable("one node only")
      else twoNodes(clusterCase)
    })
  })
}

/** Every way a CALL can fail, by the action that fails so. */
export const failures: { readonly [action: string]: CallFailure } = {
  FailCallError: new CallError({
    identity: "CS-1",
    action: "FailCallError",
    messageId: "m1",
    errorCode: "GenericError",
    rawErrorCode: "Überlast",
    errorDescription: "später",
    errorDetails: { after: [1, { minutes: 2.5 }] }
  }),
  FailNotSent: new NotSent({ identity: "CS-1", action: "FailNotSent", reason: "QueueFull", detail: "64 CALLs wait" }),
  FailOutcomeUnknown: new OutcomeUnknown({
    identity: "CS-1",
    action: "FailOutcomeUnknown",
    messageId: "m2",
    reason: "Timeout",
    detail: "no answer within 30 s"
  })
}
