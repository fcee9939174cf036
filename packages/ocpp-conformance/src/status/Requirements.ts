/**
 * What a CSMS has to show, as data: `requirements.json` holds the id, the tag and a few words of every statement and of every
 * OCA case. The words only help to find a row; what the ids mean is in the sources.
 */
import { readFileSync } from "node:fs"

/**
 * Id, tag and a few words. The tag says who carries it: `auto`, `api`, `app`, `transport`; a case may have several. R-nnn have
 * their level instead, M, S, P or D; DM-nn have `rule`.
 */
export type Requirement = readonly [id: string, tag: string, about: string]

/** One part of the standard: a functional block, or what stands beside them. */
export interface Block {
  readonly id: string
  readonly name: string
  readonly statements: ReadonlyArray<Requirement>
  readonly cases: ReadonlyArray<Requirement>
}

/** All blocks, in the order of the page. */
export const readBlocks = (): ReadonlyArray<Block> =>
  (
    JSON.parse(readFileSync(new URL("requirements.json", import.meta.url), "utf8")) as {
      readonly blocks: ReadonlyArray<Block>
    }
  ).blocks

const id =
  /\b(?:TC_[A-P]_\d{2,3}(?:_CSMS)?|R-\d{3}|DM-\d{2}|(?:LC|ST|CE|[A-P])-\d{1,2})\b(?:\s*([–…])\s*(?=(?:R-\d{3}|DM-\d{2}|(?:LC|ST|CE|[A-P])-\d{1,2})\b))?/g

/** The ids that a title names; `R-109–R-112` names four. */
export const idsIn = (title: string): ReadonlySet<string> => {
  const found = new Set<string>()
  let from: string | undefined
  for (const match of title.matchAll(id)) {
    const [text, dash] = match
    const name = text.replace(/\s*[–…]\s*$/, "")
    for (const each of from === undefined ? [] : between(from, name)) found.add(each)
    found.add(name.startsWith("TC_") && !name.endsWith("_CSMS") ? `${name}_CSMS` : name)
    from = dash === undefined ? undefined : name
  }
  return found
}

const between = (first: string, last: string): ReadonlyArray<string> => {
  const [prefix = "", start = ""] = first.split("-")
  const [other, end = ""] = last.split("-")
  if (other !== prefix) return []
  return Array.from({ length: Math.max(0, Number(end) - Number(start) - 1) }, (_, i) => {
    return `${prefix}-${String(Number(start) + i + 1).padStart(start.startsWith("0") ? start.length : 0, "0")}`
  })
}
