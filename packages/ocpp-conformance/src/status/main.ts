/**
 * `pnpm status` writes docs/status.md; with `--check` it says whether the page is stale, and with ids it lists the tests that
 * show them.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { renderPage, shownBy } from "./Page.ts"
import { idsIn, readBlocks } from "./Requirements.ts"
import { collectTitles, NotLoaded, root } from "./Titles.ts"

const page = new URL("docs/status.md", `file://${root}`)
const asked = process.argv.slice(2)

const main = async (): Promise<number> => {
  const shown = shownBy(await collectTitles())
  const ids = idsIn(asked.join(" "))
  if (ids.size > 0) {
    for (const id of ids) {
      const tests = shown.get(id) ?? []
      console.log(`${id}: ${tests.length === 0 ? "missing" : ""}`)
      for (const { file, path } of tests) console.log(`  ${file}: ${path.join(" > ")}`)
    }
    return 0
  }
  const text = renderPage(readBlocks(), shown)
  const stale = text !== readFileSync(page, { encoding: "utf8", flag: "a+" })
  if (asked.includes("--check")) {
    if (stale) console.error("docs/status.md is stale: run `pnpm status`")
    return stale ? 1 : 0
  }
  if (stale) writeFileSync(page, text)
  console.log(stale ? "docs/status.md written" : "docs/status.md is up to date")
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof NotLoaded)) throw error
  console.error(error.message)
  return 2
})
