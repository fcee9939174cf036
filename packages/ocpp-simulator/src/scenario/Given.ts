/** What a user wrote, with the place where it is written; the same for YAML and flags. */
import * as Data from "effect/Data"

/** Where something is written: in a file, or as a flag. */
export type Place =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly flag: string }

/** A value as written. */
export type Given =
  | {
      readonly kind: "scalar"
      readonly value: string | number | boolean | null
      /** As it is written, when that is not what `value` prints as: `007`. */
      readonly source?: string | undefined
      readonly place: Place
    }
  | { readonly kind: "list"; readonly items: ReadonlyArray<Given>; readonly place: Place }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, GivenEntry>; readonly place: Place }

/** One `key: value`; `place` is that of the key. */
export interface GivenEntry {
  readonly place: Place
  readonly given: Given
}

/** The scenario cannot be used; `message` says it all, in one to three lines. */
export class ScenarioInvalid extends Data.TaggedError("ScenarioInvalid")<{
  readonly place: Place
  /** For example `stations.evses`; empty for the whole file. */
  readonly path: string
  /** What is wrong, with what was given. Continues the path as a sentence. */
  readonly problem: string
  /** What is right. */
  readonly allowed: string | undefined
}> {
  override get message(): string {
    const where = placeText(this.place)
    const what = this.path === "" ? this.problem : `${this.path} ${this.problem}`
    return `${where}: ${what}${what.endsWith("?") ? "" : "."}${this.allowed === undefined ? "" : `\n  Allowed: ${this.allowed}.`}`
  }
}

/** `site.yaml:4:9`, or `--evses`. */
const placeText = (place: Place): string =>
  "flag" in place ? place.flag : `${place.file}:${place.line}:${place.column}`

/** What was given, as short as a message needs it; never a line break or a control character. */
export const givenText = (given: Given): string => {
  if (given.kind === "list") return given.items.length === 0 ? "an empty list" : "a list"
  if (given.kind === "map") return "a group of settings"
  if (typeof given.value !== "string") return given.source ?? String(given.value)
  return given.value.length > 60 ? `${JSON.stringify(given.value.slice(0, 57))}…` : JSON.stringify(given.value)
}
