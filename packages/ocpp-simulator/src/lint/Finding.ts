/** What the lint says. A finding is data; `report.ts` makes text of it. */

/**
 * How much it weighs. `error`: an obligation of the standard is broken (SHALL). `warning`: a recommendation, or a rule that is
 * ours where the standard is silent. `note`: worth a look, but it may be right.
 */
export type Severity = "error" | "warning" | "note"

/** Every severity, worst first. */
export const severities = ["error", "warning", "note"] as const satisfies ReadonlyArray<Severity>

/** One thing that is wrong in a log. */
export interface Finding {
  /** The line of the log it is about, from 1. Findings come in the order of their discovery, not always in that of the lines. */
  readonly line: number
  /** The station, `""` where the line does not tell. */
  readonly identity: string
  readonly severity: Severity
  /** The broken requirements: `R-100`, `B02.FR.02`, `K-7`. The first decides. */
  readonly rules: ReadonlyArray<string>
  /** The action it is about, where it is about one. */
  readonly action: string | undefined
  /** One sentence: what is wrong, and what would be right. Holds no token, password or key. */
  readonly message: string
}

/** Reports a finding; `at` is what it is about, by default the record being read. */
export type Tell = (
  severity: Severity,
  rules: ReadonlyArray<string>,
  message: string,
  at?: { readonly line: number; readonly action?: string | undefined }
) => void
