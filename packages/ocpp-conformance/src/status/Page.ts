/** docs/status.md as text: each id with the test that shows it. Pure. */
import { type Block, idsIn, type Requirement } from "./Requirements.ts"
import type { Title } from "./Titles.ts"

/** The tests of an id, the most telling one first. */
export type Shown = ReadonlyMap<string, ReadonlyArray<Title>>

/** Where a test is looked for first: nearest to what decides, and there on every machine. */
const places = [
  "packages/ocpp-core/",
  "packages/ocpp-v201/",
  "packages/ocpp-conformance/",
  "packages/ocpp-memory/",
  "packages/ocpp-ws/",
  "codegen/",
  "examples/",
  "packages/ocpp-uws/",
  "packages/ocpp-station/"
]

/** Rules that a station has to keep: only tests of the station's side show them. */
const stationRules: ReadonlySet<string> = new Set([
  "R-189",
  "R-190",
  "R-230",
  "R-231",
  "R-232",
  "R-233",
  "R-234",
  "R-235"
])

/** Tests of the station's side, which say nothing about a CSMS. */
const stationTests = /^packages\/ocpp-(?:station|simulator)\/|\/[Dd]ial(?:er|ing)\w*\.test\.ts$/

/** Tests of what finds a broken rule show no rule that is kept. */
const lintTests = /^packages\/ocpp-simulator\/test\/(?:lint|replay)\//

const counts = ({ file }: Title, id: string): boolean =>
  !lintTests.test(file) && stationTests.test(file) === stationRules.has(id)

/** Which tests show which id. The title itself goes before those of its suites, then the title with the fewest ids. */
export const shownBy = (titles: ReadonlyArray<Title>): Shown => {
  const shown = new Map<string, Array<readonly [rank: number, title: Title]>>()
  for (const title of titles) {
    const place = places.findIndex((start) => title.file.startsWith(start))
    const own = idsIn(title.path.at(-1) ?? "")
    for (const id of idsIn(title.path.join(" > "))) {
      if (!counts(title, id)) continue
      const tests = shown.get(id) ?? []
      const rank = own.has(id) ? Math.min(own.size, 99) : 100
      tests.push([rank * 100 + (place < 0 ? places.length : place), title])
      shown.set(id, tests)
    }
  }
  return new Map(
    [...shown].map(([id, tests]) => [
      id,
      tests
        .map(([rank, title]) => [rank, title, `${title.file}\n${title.path.join("\n")}`] as const)
        .toSorted(([a, , x], [b, , y]) => a - b || (x < y ? -1 : x > y ? 1 : 0))
        .map(([, title]) => title)
    ])
  )
}

/** Tags of a table, in this order; an OCA case has several. */
const tags = ["auto", "api", "app", "transport"]

/** The page. */
export const renderPage = (blocks: ReadonlyArray<Block>, shown: Shown): string =>
  [
    "# Status",
    "",
    "Printed by `pnpm status` from the titles of all tests; do not edit. `pnpm status B-14` lists every test of an id.",
    "",
    "A statement or an OCA case counts as shown when the title of a test that is not skipped names it. Tags say who carries it:",
    "`auto` the library alone, `api` a typed operation or check, `app` business logic behind a handler, `transport` the",
    "connection. Rules of the wire (R-nnn) have a level instead: M obligation, S recommendation, P permission, D our decision;",
    "rules of the device model (DM-nn) have neither. Rules of the station's side are shown by tests of `ocpp-station` and the dialers.",
    "",
    "| block | shown | auto | api | app | transport | cases |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...blocks.map((block) => summary(block, shown)),
    "",
    ...blocks.flatMap((block) => section(block, shown))
  ].join("\n")

const summary = ({ cases, id, name, statements }: Block, shown: Shown): string => {
  const cells = tags.map((tag) =>
    tally(
      statements.filter(([, of]) => of === tag),
      shown
    )
  )
  const title = `[${heading(id, name)}](#${anchor(heading(id, name))})`
  return `| ${[title, tally(statements, shown), ...cells, tally(cases, shown)].join(" | ")} |`
}

const heading = (id: string, name: string): string => `${id} ${name}`

const anchor = (text: string): string => text.toLowerCase().replaceAll(" ", "-")

const tally = (requirements: ReadonlyArray<Requirement>, shown: Shown): string =>
  requirements.length === 0 ? "" : `${requirements.filter(([id]) => shown.has(id)).length} / ${requirements.length}`

const section = ({ cases, id, name, statements }: Block, shown: Shown): ReadonlyArray<string> => [
  `## ${heading(id, name)}`,
  "",
  `Statements: ${tally(statements, shown)} shown.${cases.length === 0 ? "" : ` OCA cases: ${tally(cases, shown)} shown.`}`,
  "",
  "| id | tag | about | shown by |",
  "| --- | --- | --- | --- |",
  ...[...statements, ...cases].map(
    ([key, tag, about]) => `| ${key} | ${tag} | ${plain(about)} | ${test(shown.get(key)?.[0])} |`
  ),
  ""
]

const test = (title: Title | undefined): string =>
  title === undefined ? "**missing**" : `[${plain(title.path.join(" › "))}](../${title.file})`

/** Characters that mean something in a table or a link. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\|[\]<>*_`]/g, (special) => `\\${special}`)
