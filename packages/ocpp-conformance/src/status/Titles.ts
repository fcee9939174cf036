/** The titles of all tests of the repository: the test files are loaded, so that titles made at run time are found too. */
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { createVitest, type TestCase } from "vitest/node"

/** One test. */
export interface Title {
  /** Titles of the suites around it, outermost first, then its own. */
  readonly path: ReadonlyArray<string>
  /** The file that runs it, relative to the repository. */
  readonly file: string
}

/** The repository. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url))

/** Some test files cannot be loaded, so the titles are not known. */
export class NotLoaded extends Error {
  override readonly name = "NotLoaded"
}

/** Loads all test files and runs none of them: about ten seconds. Tests that are skipped show nothing, and are left out. */
export const collectTitles = async (): Promise<ReadonlyArray<Title>> => {
  const vitest = await createVitest({ root, watch: false, isolate: false, pool: "threads", reporters: [] })
  try {
    const { testModules, unhandledErrors } = await vitest.collect([], { staticParse: false })
    const broken = testModules.flatMap((module) =>
      module.errors().map(({ message }) => `${relative(root, module.moduleId)}: ${message}`)
    )
    if (broken.length + unhandledErrors.length > 0)
      throw new NotLoaded([...broken, ...unhandledErrors.map(String)].join("\n"))
    return testModules.flatMap((module) =>
      [...module.children.allTests()]
        .filter(({ options }) => options.mode === "run")
        .map((test) => ({ path: pathOf(test), file: relative(root, module.moduleId) }))
    )
  } finally {
    await vitest.close()
  }
}

const pathOf = (test: TestCase): ReadonlyArray<string> => {
  const path = [test.name]
  for (let { parent } = test; parent.type === "suite"; { parent } = parent) path.unshift(parent.name)
  return path
}
