import { assert, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { makeTimers } from "../src/link/Timers.ts"

it.effect("a timer fires once at its time; a cancelled one, and one whose scope has closed, never", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const { after } = yield* Scope.provide(makeTimers, scope)
    const fired: Array<string> = []
    after(1000, () => fired.push("kept"))
    const cancel = after(1000, () => fired.push("cancelled"))
    after(2000, () => fired.push("left"))
    cancel()
    yield* TestClock.adjust("999 millis")
    assert.deepStrictEqual(fired, [])
    yield* TestClock.adjust("1 milli")
    assert.deepStrictEqual(fired, ["kept"])
    yield* Scope.close(scope, Exit.void)
    yield* TestClock.adjust("1 hour")
    assert.deepStrictEqual(fired, ["kept"])
  })
)
