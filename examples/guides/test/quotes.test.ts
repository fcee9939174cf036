import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const guides = new URL("../../../docs/guides/", import.meta.url)
/** `station.md` shows the code of examples/station, whose test holds it to that. */
const others = new Set(["README.md", "station.md"])
const names = readdirSync(guides).filter((name) => name.endsWith(".md") && !others.has(name))

describe("docs/guides", () => {
  it.each(names)("%s shows only code that is run here, and the table of contents names it", (name) => {
    const page = readFileSync(new URL(name, guides), "utf8")
    const source = readFileSync(new URL(`../src/${name.replace(/\.md$/, ".ts")}`, import.meta.url), "utf8")
    const shown = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code)
    expect(shown.length).toBeGreaterThan(0)
    for (const code of shown) expect(source).toContain(code.trimEnd())
    expect(readFileSync(new URL("README.md", guides), "utf8")).toContain(`](${name})`)
  })
})
