/** The last line of `npm test`: `N passed, N failed`, and what was skipped. */
import type { Reporter, TestModule } from "vitest/node"

export default class Tally implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      if (module.state() === "failed" && module.children.size === 0) count.failed++ // it did not even load
      for (const test of module.children.allTests()) count[test.result().state]++
    }
    const skipped = count.skipped + count.pending
    // At exit, so that nothing comes after it.
    process.once("exit", () => {
      console.log(`${count.passed} passed, ${count.failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`)
    })
  }
}
