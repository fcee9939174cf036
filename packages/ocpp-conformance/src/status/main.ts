/**
 * `pnpm status` writes docs/status.md and docs/operations.md; with `--check` it says which is stale, and with ids it lists the
 * tests that show them.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { readOperations, renderOperations } from "./Operations.ts"
import { renderPage, shownBy } from "./Page.ts"
import { idsIn, readBlocks } from "./Requirements.ts"
import { collectTitles, NotLoaded, root } from "./Titles.ts"

const asked = process.argv.slice(2)

const main = async (): Promise<void> => {
  const shown = shownBy(await collectTitles())
  const ids = idsIn(asked.join(" "))
  if (ids.size > 0) {
    for (const id of ids) {
      const tests = shown.get(id) ?? []
      console.log(`${id}: ${tests.length === 0 ? "missing" : ""}`)
      for (const { file, path } of tests) console.log(`  ${file}: ${path.join(" > ")}`)
    }
    return
  }
  const pages = {
    "docs/status.md": renderPage(readBlocks(), shown),
    "docs/operations.md": renderOperations(readOperations())
  }
  for (const [name, text] of Object.entries(pages)) {
    const page = new URL(name, `file://${root}`)
    const stale = text !== readFileSync(page, { encoding: "utf8", flag: "a+" })
    if (!asked.includes("--check")) {
      if (stale) writeFileSync(page, text)
      console.log(stale ? `${name} written` : `${name} is up to date`)
    } else if (stale) {
      console.error(`${name} is stale: run \`pnpm status\``)
      process.exitCode = 1
    }
  }
}

await main().catch((error: unknown) => {
  if (!(error instanceof NotLoaded)) throw error
  console.error(error.message)
  process.exitCode = 2
})
