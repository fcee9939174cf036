/** Text from outside, made safe for a terminal, and its width there. */
import { stripVTControlCharacters } from "node:util"

/** No control characters, no right-to-left tricks, at most so many characters. */
export const printable = (text: string, most = 80): string => {
  const safe = Array.from(text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?"))
  return safe.length > most ? `${safe.slice(0, most - 1).join("")}…` : safe.join("")
}

/** Columns that a text takes: none for colours and accents, two for East Asian wide characters and emoji. */
export const width = (text: string): number => {
  let columns = 0
  for (const character of stripVTControlCharacters(text)) columns += columnsOf(character)
  return columns
}

const columnsOf = (character: string): number => {
  if (/^[\u0020-\u007E]$/u.test(character)) return 1
  if (/^(?:\p{Mn}|\p{Me}|\u200D|\uFE0F)$/u.test(character)) return 0
  return /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\p{Emoji_Presentation}]$/u.test(
    character
  ) || /^[\u{20000}-\u{3FFFD}]$/u.test(character)
    ? 2
    : 1
}

/** Plain text cut to so many columns, with `…` where something is missing. */
export const clip = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  let kept = ""
  let used = 0
  for (const character of text) {
    const next = columnsOf(character)
    if (used + next > columns - 1) break
    kept += character
    used += next
  }
  return columns > 0 ? `${kept}…` : ""
}
