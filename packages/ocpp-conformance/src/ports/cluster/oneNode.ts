/** Habits 2 and 3: whatever is asked of a station reaches the stations of this node. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { type ClusterCase, failures } from "../clusterSuite.ts"
import { assertSameJson } from "../harness.ts"
import { hangingAction } from "./RecordingStations.ts"
import { callTo } from "./requests.ts"

/** The cases of one node. */
export const oneNode = (clusterCase: ClusterCase): void => {
  for (const [what, isClaimed] of [
    ["a station that this node has", true],
    ["a station that nobody has", false]
  ] as const) {
    clusterCase(
      `a CALL to ${what} arrives here as it was made, and its answer comes back`,
      Effect.fnUntraced(function* ({ a }) {
        if (isClaimed) yield* a.member.claim("CS-1", 0)
        const requests = [
          callTo("CS-1", "Reset"),
          { ...callTo("CS-1", "Reset"), sendBefore: 1_767_225_600_000, timeout: 1 },
          { ...callTo("CS-1", "Reset"), waitForReconnect: true, allowWhileRejected: true }
        ]
        for (const request of requests) {
          const { action, payload } = request
          assertSameJson(yield* a.member.call(request), { node: "A", action, payload })
        }
        assertSameJson(a.local.calls, requests)
      })
    )

    clusterCase(
      `view, nextRequestId, disconnect and cancelJob of ${what} reach this node`,
      Effect.fnUntraced(function* ({ a }) {
        if (isClaimed) yield* a.member.claim("CS-1", 0)
        assertSameJson(yield* a.member.view("cs-1"), yield* a.local.view("CS-1"))
        assert.deepStrictEqual(
          [yield* a.member.nextRequestId("CS-1"), yield* a.member.nextRequestId("CS-1")],
          [1_000_001, 1_000_002]
        )
        yield* a.member.disconnect("CS-1", 3001, "Wartung – später")
        assert.deepStrictEqual(a.local.disconnects, [["CS-1", 3001, "Wartung – später"]])
        assert.isTrue(yield* a.member.cancelJob("CS-1", "Report", 0))
        assert.deepStrictEqual(a.local.cancelledJobs, [["CS-1", "Report", 0]])
      })
    )
  }

  for (const [action, failure] of Object.entries(failures)) {
    clusterCase(
      `R-163: ${failure._tag} comes back with all it says`,
      Effect.fnUntraced(function* ({ a }) {
        yield* a.member.claim("CS-1", 0)
        const failed = yield* Effect.flip(a.member.call(callTo("CS-1", action)))
        assertSameJson(failed, failure)
        assert.strictEqual(failed.message, failure.message)
      })
    )
  }

  clusterCase(
    "a station that nobody knows has no view",
    Effect.fnUntraced(function* ({ a }) {
      assert.isUndefined(yield* a.member.view("CS-2"))
      assert.isUndefined(yield* a.member.view("CS-10"))
      assert.isUndefined(yield* a.member.view(""))
    })
  )

  clusterCase(
    "CALLs do not wait for each other on the way, not even those to one station",
    Effect.fnUntraced(function* ({ a, hanging }) {
      yield* a.member.claim("CS-1", 0)
      yield* Effect.forkScoped(a.member.call(callTo("CS-1", hangingAction)))
      yield* Deferred.await(hanging.begun)
      yield* a.member.call(callTo("CS-1", "Reset"))
      yield* a.member.call(callTo("CS-2", "Reset"))
      yield* a.member.view("CS-1")
      yield* a.member.claim("CS-1", 0)
    })
  )

  clusterCase(
    "a caller that gives up is heard at the station",
    Effect.fnUntraced(function* ({ a, hanging }) {
      yield* a.member.claim("CS-1", 0)
      const caller = yield* Effect.forkScoped(a.member.call(callTo("CS-1", hangingAction)))
      yield* Deferred.await(hanging.begun)
      yield* Fiber.interrupt(caller)
      yield* Deferred.await(hanging.interrupted)
    })
  )
}
