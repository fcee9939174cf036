import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { renderPage, shownBy } from "../../src/status/Page.ts"
import { idsIn, readBlocks } from "../../src/status/Requirements.ts"
import type { Title } from "../../src/status/Titles.ts"

const main = fileURLToPath(new URL("../../src/status/main.ts", import.meta.url))

it("docs/status.md and docs/operations.md are not stale: `pnpm status` writes them", { timeout: 120_000 }, async () => {
  // A process of its own: titles made at run time need the test files loaded, and this one is loaded to be run.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")))
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, [main, "--check"], { env }, (error, _stdout, stderr) =>
      resolve(error === null ? "" : stderr || error.message)
    )
  })
  expect(said).toBe("")
})

it("every id stands in the list once, under its block", () => {
  const ids = readBlocks().flatMap(({ cases, id, statements }) => {
    for (const [name] of statements) expect(name.split("-")[0]).toBe(id)
    for (const [name] of cases) expect(name).toMatch(new RegExp(`^TC_${id}_\\d+_CSMS$`))
    return [...statements, ...cases].map(([name]) => name)
  })
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(700)
})

it("the list has the 252 OCA cases for a CSMS", () => {
  expect(readBlocks().flatMap(({ cases }) => cases)).toHaveLength(252)
})

// One test, because ids in its title would count as shown.
it("a title names ids one by one, as a range, and cases with or without their ending", () => {
  const titles = {
    "R-057: a serial number": ["R-057"],
    "R-109–R-112, LC-1": ["R-109", "R-110", "R-111", "R-112", "LC-1"],
    "R-094…R-096, R-109": ["R-094", "R-095", "R-096", "R-109"],
    "TC_A_02_CSMS, TC_B_58: refused": ["TC_A_02_CSMS", "TC_B_58_CSMS"],
    "§9 row 8 (R-103, B07.FR.10)": ["R-103"],
    "CS-1 with P-256 over TLS-1.3 at A-1x": []
  }
  for (const [text, ids] of Object.entries(titles)) expect(idsIn(text)).toEqual(new Set(ids))
})

const title = (file: string, ...path: ReadonlyArray<string>): Title => ({ file, path })

const blocks = [
  {
    id: "X",
    name: "Example",
    statements: [
      ["A-1", "auto", "one"],
      ["A-2", "api", "two"]
    ],
    cases: [["TC_A_01_CSMS", "app", "a case"]]
  }
] as const

it("a row has the test whose own title says it with the fewest other ids, and core before adapters", () => {
  const shown = shownBy([
    title("packages/ocpp-ws/test/a.test.ts", "A-1: over ws"),
    title("packages/ocpp-core/test/b.test.ts", "A-1, A-30: both"),
    title("packages/ocpp-core/test/c.test.ts", "A-1", "in a suite"),
    title("packages/ocpp-core/test/d.test.ts", "suite", "A-1: in core")
  ])
  expect(shown.get("A-1")?.map(({ file }) => file.at(-9))).toEqual(["d", "a", "b", "c"])
  const page = renderPage(blocks, shown)
  expect(page).toContain("| A-1 | auto | one | [suite › A-1: in core](../packages/ocpp-core/test/d.test.ts) |")
  expect(page).toContain("| A-2 | api | two | **missing** |")
  expect(page).toContain("| [X Example](#x-example) | 1 / 2 | 1 / 1 | 0 / 1 |  |  | 0 / 1 |")
  expect(page).toContain("Statements: 1 / 2 shown. OCA cases: 0 / 1 shown.")
})

it("a rule of the CSMS is shown by tests of the CSMS, one of the station by tests of the station, and none by tests of the lint", () => {
  const shown = shownBy([
    title("packages/ocpp-station/test/a.test.ts", "A-1, R-232: the station does"),
    title("packages/ocpp-ws/test/DialerTls.test.ts", "A-2, R-230: the dialer does"),
    title("packages/ocpp-core/test/b.test.ts", "R-232: the CSMS lets it"),
    title("packages/ocpp-simulator/test/lint/c.test.ts", "A-1, R-233: is found")
  ])
  expect([...shown.keys()].toSorted()).toEqual(["R-230", "R-232"])
  expect(shown.get("R-232")?.map(({ file }) => file)).toEqual(["packages/ocpp-station/test/a.test.ts"])
})

it("the order in which the files were loaded changes nothing", () => {
  const titles = ["b", "a", "c"].map((name) => title(`packages/ocpp-core/test/${name}.test.ts`, "A-2: same"))
  expect(renderPage(blocks, shownBy(titles.toReversed()))).toBe(renderPage(blocks, shownBy(titles)))
})

it("what means something in a table or a link does not in a title", () => {
  const shown = shownBy([title("packages/ocpp-core/test/a.test.ts", "A-1: a | b [c] <d> `e`\n f")])
  expect(renderPage(blocks, shown)).toContain("[A-1: a \\| b \\[c\\] \\<d\\> \\`e\\` f]")
})
