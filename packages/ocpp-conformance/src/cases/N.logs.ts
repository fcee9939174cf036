/** Block N, logs: TC_N_25, 34 to 36. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { Diagnostics, type Messages } from "@wattline/ocpp-core"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

type LogType = Messages["GetLog"]["request"]["logType"]
type Status = Messages["LogStatusNotification"]["request"]["status"]

const log = { remoteLocation: "https://logs.wattline.test/CS-1/" }

/** CSMS → CS GetLog; gives it to be answered, and the operator who waits. */
const asks = Effect.fnUntraced(function* (world: World, logType: LogType) {
  const operation = yield* world.starts(Diagnostics.getLog(world.station, { logType, log }))
  const { answer, request } = yield* world.cs.asked("GetLog")
  const { requestId } = request
  assert.deepStrictEqual(request, { requestId, logType, log })
  return { answer, operation, requestId }
})

/** The same, answered; the operator gets just that answer. */
const gets = Effect.fnUntraced(function* (world: World, logType: LogType, status: "Accepted" | "AcceptedCanceled") {
  const { answer, operation } = yield* asks(world, logType)
  yield* answer({ status, filename: "CS-1.log" })
  const outcome = yield* Fiber.join(operation)
  assert.deepInclude(outcome, { status, filename: "CS-1.log" })
  return outcome
})

/** CS → CSMS LogStatusNotification, one each; all answered. */
const tells = Effect.fnUntraced(function* ({ cs }: World, requestId: number, ...statuses: ReadonlyArray<Status>) {
  for (const status of statuses)
    assert.deepStrictEqual<unknown>(yield* cs.call("LogStatusNotification", { requestId, status }), {})
})

/** A case in which a log is uploaded. */
const uploaded = (id: CaseId, title: string, requirements: ReadonlyArray<string>, logType: LogType): OcaCase => ({
  id,
  title,
  certification: "M",
  requirements,
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    const { ended, requestId } = yield* gets(world, logType, "Accepted")
    yield* tells(world, requestId, "Uploading", "Uploaded")
    assert.strictEqual((yield* ended).outcome._tag, "Complete")
  })
})

/** The cases, in the order of the standard. */
export const logs: ReadonlyArray<OcaCase> = [
  uploaded(
    "TC_N_25_CSMS",
    "the diagnostics log",
    ["N01.FR.01", "N01.FR.07", "N01.FR.08", "N01.FR.09"],
    "DiagnosticsLog"
  ),
  {
    id: "TC_N_34_CSMS",
    title: "a log is refused",
    certification: "M",
    requirements: ["N01.FR.05"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const { answer, operation } = yield* asks(world, "DiagnosticsLog")
      yield* answer({ status: "Rejected" })
      const { ended, status } = yield* Fiber.join(operation)
      assert.strictEqual(status, "Rejected")
      assert.deepStrictEqual((yield* ended).outcome, { _tag: "Failed", reason: "Rejected" })
    })
  },
  uploaded("TC_N_35_CSMS", "the security log", ["N01.FR.03"], "SecurityLog"),
  {
    id: "TC_N_36_CSMS",
    title: "a second log takes the place of the first, whose end is told before or after the answer",
    certification: "M",
    requirements: ["N01.FR.12", "N01.FR.20"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      for (const isFirst of [false, true]) {
        const first = yield* gets(world, "DiagnosticsLog", "Accepted")
        yield* tells(world, first.requestId, "Uploading")
        const second = yield* asks(world, "DiagnosticsLog")
        assert.notStrictEqual(second.requestId, first.requestId)
        if (isFirst) yield* tells(world, first.requestId, "AcceptedCanceled")
        yield* second.answer({ status: "AcceptedCanceled" })
        const { ended } = yield* Fiber.join(second.operation)
        if (!isFirst) yield* tells(world, first.requestId, "AcceptedCanceled")
        assert.strictEqual((yield* first.ended).outcome._tag, "Cancelled")
        yield* tells(world, second.requestId, "Uploading", "Uploaded")
        assert.strictEqual((yield* ended).outcome._tag, "Complete")
      }
    })
  }
]
