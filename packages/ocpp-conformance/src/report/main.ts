/**
 * `pnpm conformance`: runs the OCA cases over memory, ws and uws and prints a table by block. Ends with
 * `N passed, N failed`, counted per case and adapter; the exit code is 1 when something failed.
 */
import { createVitest, type TestModule } from "vitest/node"
import { readBlocks } from "../status/Requirements.ts"
import { root } from "../status/Titles.ts"
import { type CaseBlock, report, type Result } from "./Table.ts"

const adapters = ["memory", "ws", "uws"]

/** The test files with cases in them. */
const files = ["test/Cases.test.ts", "test/Security.test.ts"]

/** What went wrong and where, without all that was said before. */
const firstLines = (text: string): string =>
  (text.split("\n\n")[0] ?? "")
    .split("\n")
    .slice(0, 2)
    .map((line) => line.trim())
    .join(" ")

const resultsOf = (module: TestModule): ReadonlyArray<Result> => {
  const adapter = module.project.name.replace(/^ocpp-/, "")
  return [...module.children.allTests()].map((test) => {
    const { errors = [], state } = test.result()
    return { adapter, title: test.name, state, errors: errors.map(({ message }) => firstLines(message)) }
  })
}

/** What kept tests from running at all. */
const brokenBy = (module: TestModule): ReadonlyArray<string> =>
  module.errors().map(({ message }) => `${module.moduleId}: ${message}`)

const main = async (): Promise<number> => {
  const project = adapters.map((name) => `ocpp-${name}`)
  const vitest = await createVitest({ root, project, watch: false, reporters: [] })
  try {
    const { testModules, unhandledErrors } = await vitest.start(files)
    const blocks: ReadonlyArray<CaseBlock> = readBlocks()
      .filter(({ cases }) => cases.length > 0)
      .map(({ cases, id, name }) => ({ id, name, cases: cases.map(([one]) => one) }))
    const broken = [...testModules.flatMap(brokenBy), ...unhandledErrors.map(String)]
    for (const problem of broken) console.error(problem)
    const { failed, lines } = report(blocks, adapters, testModules.flatMap(resultsOf))
    for (const line of lines) console.log(line)
    return failed + broken.length === 0 ? 0 : 1
  } finally {
    await vitest.close()
  }
}

process.exitCode = await main()
