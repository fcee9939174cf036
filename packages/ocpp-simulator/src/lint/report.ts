/** Findings as text. Colours are added here and nowhere else. */
import type { Finding, Severity } from "./Finding.ts"

/** Makes a text stand out; `picocolors` has these. */
export interface Colours {
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const plain = (text: string): string => text

/** No colours. */
export const noColours: Colours = { red: plain, yellow: plain, cyan: plain, dim: plain, bold: plain }

const colourOf = { error: "red", warning: "yellow", note: "cyan" } as const satisfies Record<Severity, keyof Colours>

/** `log.jsonl:12 error R-100 CS-1 Heartbeat: …`, one line. */
export const line = (file: string, finding: Finding, colours: Colours = noColours): string => {
  const { action, identity, line: number, message, rules, severity } = finding
  const place = colours.dim(`${file}:${number}`)
  const what = [identity, action].filter((word) => word !== undefined && word !== "").join(" ")
  return `${place} ${colours[colourOf[severity]](severity)} ${colours.bold(rules.join(" "))} ${what === "" ? "" : `${what}: `}${message}`
}

/** What a whole run found. */
export interface LintSummary {
  readonly lines: number
  readonly stations: number
  readonly counts: { readonly [S in Severity]: number }
  /** Number of findings by first requirement, most frequent first. */
  readonly byRule: ReadonlyArray<readonly [rule: string, count: number]>
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`

/** The last lines of a text report. */
export const summary = ({ byRule, counts, lines, stations }: LintSummary, colours: Colours = noColours): string =>
  [
    `${plural(lines, "line")}, ${plural(stations, "station")}: ` +
      [
        colours.red(plural(counts.error, "error")),
        colours.yellow(plural(counts.warning, "warning")),
        colours.cyan(plural(counts.note, "note"))
      ].join(", "),
    ...byRule.slice(0, 10).map(([rule, count]) => `  ${colours.bold(rule)} ${count}`)
  ].join("\n")
