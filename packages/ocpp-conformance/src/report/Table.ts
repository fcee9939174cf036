/** What `pnpm conformance` prints, from the results of tests. Pure. */

/** One test, as it ended. */
export interface Result {
  /** `memory`, `ws`, `uws`. */
  readonly adapter: string
  readonly title: string
  readonly state: "passed" | "failed" | "skipped" | "pending"
  /** What went wrong. */
  readonly errors: ReadonlyArray<string>
}

/** A block and the ids of its cases. */
export interface CaseBlock {
  readonly id: string
  readonly name: string
  readonly cases: ReadonlyArray<string>
}

/** What became of one case over one adapter. */
export type Verdict =
  | { readonly _tag: "Passed" }
  | { readonly _tag: "NotApplicable"; readonly reasons: ReadonlyArray<string> }
  | { readonly _tag: "Failed"; readonly problems: ReadonlyArray<string> }

/**
 * The verdict of all tests of a case: it has passed when one of them has, and none has failed. A case that no test names has
 * failed, and so has one that is known to fail.
 */
export const verdictOf = (results: ReadonlyArray<Result>): Verdict => {
  const failed = results.filter(({ state, title }) => state === "failed" || title.includes("known failing:"))
  if (failed.length > 0)
    return {
      _tag: "Failed",
      problems: failed.map(({ errors, title }) => [title, ...errors.map((error) => `    ${error}`)].join("\n"))
    }
  if (results.some(({ state }) => state === "passed")) return { _tag: "Passed" }
  if (results.length === 0) return { _tag: "Failed", problems: ["no test names it"] }
  return { _tag: "NotApplicable", reasons: [...new Set(results.map(({ title }) => reasonOf(title)))] }
}

const reasonOf = (title: string): string =>
  /not applicable: (.*)/.exec(title)?.[1]?.replace(/ \(TC_.*\)$/, "") ?? "the adapter does not run on this machine"

/** The whole report, one string per line, and whether anything failed. The last line is `N passed, N failed`. */
export const report = (
  blocks: ReadonlyArray<CaseBlock>,
  adapters: ReadonlyArray<string>,
  results: ReadonlyArray<Result>
): { readonly lines: ReadonlyArray<string>; readonly failed: number } => {
  const judged = blocks.flatMap(({ cases, id: block }) =>
    cases.flatMap((id) =>
      adapters.map((adapter) => {
        const tests = results.filter((result) => result.adapter === adapter && result.title.includes(id))
        return { block, id, adapter, verdict: verdictOf(tests) }
      })
    )
  )
  const count = (tag: Verdict["_tag"], block?: string, adapter?: string): number =>
    judged.filter(
      (one) =>
        one.verdict._tag === tag &&
        (block === undefined || one.block === block) &&
        (adapter === undefined || one.adapter === adapter)
    ).length
  const cell = (block: string | undefined, adapter: string): string =>
    [
      `${count("Passed", block, adapter)} passed`,
      `${count("Failed", block, adapter)} failed`,
      `${count("NotApplicable", block, adapter)} n/a`
    ].join(", ")
  const rows = [
    ["block", "cases", ...adapters],
    ...blocks.map(({ cases, id, name }) => [
      `${id} ${name}`,
      String(cases.length),
      ...adapters.map((adapter) => cell(id, adapter))
    ]),
    [
      "all",
      String(blocks.reduce((sum, { cases }) => sum + cases.length, 0)),
      ...adapters.map((adapter) => cell(undefined, adapter))
    ]
  ]
  const notApplicable = judged.flatMap(({ adapter, id, verdict }) =>
    verdict._tag === "NotApplicable" ? verdict.reasons.map((reason) => [`${adapter}: ${reason}`, id] as const) : []
  )
  const failures = judged.flatMap(({ adapter, id, verdict }) =>
    verdict._tag === "Failed" ? verdict.problems.map((problem) => `  ${id} over ${adapter}: ${problem}`) : []
  )
  const failed = count("Failed")
  const lines = [
    ...aligned(rows),
    ...section(
      "not applicable",
      [...grouped(notApplicable)].map(([reason, ids]) => `  ${reason}\n    ${ids.join(" ")}`)
    ),
    ...section("failed", failures),
    "",
    `${count("Passed")} passed, ${failed} failed`
  ]
  return { lines, failed }
}

const section = (head: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", head, ...lines]

const grouped = (pairs: ReadonlyArray<readonly [string, string]>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const groups = new Map<string, Array<string>>()
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value])
  return groups
}

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("   ")
      .trimEnd()
  )
}
