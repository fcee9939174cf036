/** Habits 2 to 5 between nodes: who claims last has the station, the other is fenced, and everybody reaches who has it. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { assert } from "@effect/vitest"
import type { CallRequest } from "@wattline/ocpp-core"
import { type ClusterCase, failures } from "../clusterSuite.ts"
import { assertSameJson, confusableIdentities } from "../harness.ts"
import { assertRising } from "./claims.ts"
import { hangingAction } from "./RecordingStations.ts"
import { callTo } from "./requests.ts"

/** The cases of two nodes. */
export const twoNodes = (clusterCase: ClusterCase): void => {
  clusterCase(
    "epochs rise over both nodes, and concurrent claims of both are told apart",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const b = yield* joinB
      const members = [a.member, b.member, b.member, a.member]
      const inTurn = yield* Effect.forEach(members, (member) => member.claim("CS-1", 0))
      assertRising(inTurn, 0)
      const many = Array.from({ length: 6 }, () => members).flat()
      const atOnce = yield* Effect.forEach(many, (member) => member.claim("cs-1", 0), { concurrency: "unbounded" })
      assertRising(
        atOnce.toSorted((one, other) => one - other),
        inTurn.at(-1) ?? 0
      )
    })
  )

  clusterCase(
    "a claim on another node fences the first, with the newer epoch; the newer one is not fenced",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const b = yield* joinB
      const first = yield* a.member.claim("CS-1", 0)
      const newer = yield* b.member.claim("cs-1", 0)
      const fencing = yield* a.local.nextFencing
      assert.strictEqual(fencing.identity.toLowerCase(), "cs-1")
      assert.isAbove(fencing.epoch, first)
      assert.strictEqual(fencing.epoch, newer)
      yield* b.member.call(callTo("CS-1", "Reset"))
      assert.strictEqual(yield* b.local.fencings, 0)
      yield* a.member.claim("CS-1", 0)
      yield* b.local.nextFencing
    })
  )

  clusterCase(
    "stations of different nodes are told apart, whatever they are called, and do not fence each other",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const b = yield* joinB
      const nodeOf = (index: number) => (index % 2 === 0 ? a : b)
      for (const [index, identity] of confusableIdentities.entries()) yield* nodeOf(index).member.claim(identity, 0)
      for (const [index, identity] of confusableIdentities.entries()) {
        const answer = yield* nodeOf(index + 1).member.call(callTo(identity, "Reset"))
        assertSameJson(answer, answerOf(index % 2 === 0 ? "A" : "B"), identity)
      }
      assert.deepStrictEqual([yield* a.local.fencings, yield* b.local.fencings], [0, 0])
    })
  )

  clusterCase(
    "once a claim has ended, every node reaches the claimer: CALLs, view, requestIds and disconnect",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const b = yield* joinB
      yield* a.member.claim("CS-1", 0)
      yield* b.member.claim("CS-1", 0)
      const requests: Array<CallRequest> = []
      for (const [index, { member }] of [a, b].entries()) {
        const request = { ...callTo("CS-1", "Reset"), sendBefore: 1_767_225_600_000 }
        requests.push(request)
        assertSameJson(yield* member.call(request), answerOf("B"))
        assertSameJson(yield* member.view("cs-1"), yield* b.local.view("CS-1"))
        assert.strictEqual(yield* member.nextRequestId("CS-1"), 2_000_001 + index)
        yield* member.disconnect("CS-1", 1000, "by an operator")
        yield* member.cancelJob("CS-1", "DisplayMessages", 1)
      }
      assertSameJson(b.local.calls, requests)
      assert.deepStrictEqual(
        b.local.disconnects.map(([, code, reason]) => [code, reason]),
        [
          [1000, "by an operator"],
          [1000, "by an operator"]
        ]
      )
      assert.deepStrictEqual([a.local.calls, a.local.disconnects], [[], []])
    })
  )

  clusterCase(
    "a late release by the first node leaves the station with the second",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const b = yield* joinB
      const first = yield* a.member.claim("CS-1", 0)
      const newer = yield* b.member.claim("CS-1", 0)
      yield* a.local.nextFencing
      yield* a.member.release("CS-1", first)
      for (const { member } of [a, b]) assertSameJson(yield* member.call(callTo("CS-1", "Reset")), answerOf("B"))
      assert.isAbove(yield* a.member.claim("CS-1", 0), newer)
    })
  )

  clusterCase(
    "a station that was released on one node is claimed on the other without a fence",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const b = yield* joinB
      const first = yield* a.member.claim("CS-1", 0)
      yield* a.member.release("CS-1", first)
      assert.isAbove(yield* b.member.claim("CS-1", 0), first)
      assertSameJson(yield* a.member.call(callTo("CS-1", "Reset")), answerOf("B"))
      assert.strictEqual(yield* a.local.fencings, 0)
    })
  )

  for (const [action, failure] of Object.entries(failures)) {
    clusterCase(
      `R-163: ${failure._tag} comes back from another node with all it says`,
      Effect.fnUntraced(function* ({ a, joinB }) {
        yield* (yield* joinB).member.claim("CS-1", 0)
        const failed = yield* Effect.flip(a.member.call(callTo("CS-1", action)))
        assertSameJson(failed, failure)
        assert.strictEqual(failed.message, failure.message)
      })
    )
  }

  clusterCase(
    "a caller that gives up is heard on the other node",
    Effect.fnUntraced(function* ({ a, hanging, joinB }) {
      yield* (yield* joinB).member.claim("CS-1", 0)
      const caller = yield* Effect.forkScoped(a.member.call(callTo("CS-1", hangingAction)))
      yield* Deferred.await(hanging.begun)
      yield* Fiber.interrupt(caller)
      yield* Deferred.await(hanging.interrupted)
    })
  )

  clusterCase(
    "a node that has gone holds no station: another one can claim it and is reached",
    Effect.fnUntraced(function* ({ a, joinB }) {
      const scope = yield* Scope.make()
      const b = yield* Scope.provide(joinB, scope)
      const first = yield* b.member.claim("CS-1", 0)
      yield* Scope.close(scope, Exit.void)
      assert.isAbove(yield* a.member.claim("CS-1", 0), first)
      assertSameJson(yield* a.member.call(callTo("CS-1", "Reset")), answerOf("A"))
    })
  )
}

const answerOf = (node: "A" | "B"): unknown => ({ node, action: "Reset", payload: callTo("CS-1", "Reset").payload })
