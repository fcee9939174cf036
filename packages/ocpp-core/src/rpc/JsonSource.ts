/**
 * The text of a part of a JSON text, as it was written: `1.10` stays `1.10`, and an integer too large for a number keeps all
 * its digits. For texts that were parsed before, so that they are JSON.
 */

/** The text of what `path` leads to; `undefined` where there is nothing. Of two members of one name the last one, as parsed. */
export const sourceAt = (text: string, path: ReadonlyArray<string | number>): string | undefined => {
  let at: number | undefined = afterSpace(text, 0)
  for (const key of path) {
    at = typeof key === "number" ? elementAt(text, at, key) : memberAt(text, at, key)
    if (at === undefined) return undefined
  }
  return text.slice(at, endOf(text, at))
}

const memberAt = (text: string, start: number, key: string): number | undefined => {
  if (text[start] !== "{") return undefined
  let found: number | undefined
  let at = afterSpace(text, start + 1)
  while (text[at] === '"') {
    const nameEnd = endOf(text, at)
    const valueAt = afterSpace(text, afterSpace(text, nameEnd) + 1)
    if (JSON.parse(text.slice(at, nameEnd)) === key) found = valueAt
    at = afterComma(text, endOf(text, valueAt))
  }
  return found
}

const elementAt = (text: string, start: number, index: number): number | undefined => {
  if (text[start] !== "[") return undefined
  let at = afterSpace(text, start + 1)
  for (let i = 0; at < text.length && text[at] !== "]"; i++) {
    if (i === index) return at
    at = afterComma(text, endOf(text, at))
  }
  return undefined
}

/** Where the value that begins at `start` ends. */
const endOf = (text: string, start: number): number => {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = closingQuote(text, at)
        if (depth === 0) return at + 1
        break
      case "{":
      case "[":
        depth++
        break
      case "}":
      case "]":
        if (depth === 0) return at
        if (--depth === 0) return at + 1
        break
      case ",":
      case " ":
      case "\t":
      case "\n":
      case "\r":
        if (depth === 0) return at
    }
  }
  return text.length
}

const closingQuote = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1
  return at
}

const afterComma = (text: string, start: number): number => {
  const at = afterSpace(text, start)
  return text[at] === "," ? afterSpace(text, at + 1) : at
}

const afterSpace = (text: string, start: number): number => {
  let at = start
  while (text[at] === " " || text[at] === "\t" || text[at] === "\n" || text[at] === "\r") at++
  return at
}
