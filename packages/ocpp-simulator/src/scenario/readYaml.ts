/** YAML text to `Given`, every value with its line and column. */
import * as Result from "effect/Result"
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml"
import { type Given, type GivenEntry, type Place, ScenarioInvalid } from "./Given.ts"

/** Reads one YAML document; `undefined` when it is empty. Twice the same key is an error, as is a second document. */
export const readYaml = (text: string, file: string): Result.Result<Given | undefined, ScenarioInvalid> => {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, keepSourceTokens: false })
  const at = (offset: number | undefined): Place => {
    const { col, line } = lineCounter.linePos(offset ?? 0)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const wrong = (place: Place, problem: string): ScenarioInvalid =>
    new ScenarioInvalid({ place, path: "", problem, allowed: undefined })
  const [error] = document.errors
  if (error !== undefined)
    return Result.fail(wrong(at(error.pos[0]), `not readable as YAML: ${sentence(error.message)}`))

  let invalid: ScenarioInvalid | undefined
  const stop = (place: Place, problem: string): Given => {
    invalid ??= wrong(place, problem)
    return { kind: "scalar", value: null, place }
  }
  const visit = (node: Node | null | undefined, within: number): Given => {
    const place = at(node?.range?.[0] ?? within)
    if (isAlias(node)) return stop(place, `uses the alias *${node.source}, which scenarios do not have`)
    if (isScalar(node)) {
      const { value } = node
      if (value === null || typeof value === "string" || typeof value === "boolean")
        return { kind: "scalar", value, place }
      if (typeof value === "number") return { kind: "scalar", value, source: node.source, place }
      return stop(place, "has a value that is neither text, number nor true or false")
    }
    if (isSeq<Node | null>(node)) {
      return { kind: "list", items: node.items.map((item) => visit(item, node.range?.[0] ?? within)), place }
    }
    if (!isMap<Node, Node | null>(node)) return { kind: "scalar", value: null, place }
    const entries = new Map<string, GivenEntry>()
    for (const { key, value } of node.items) {
      const keyPlace = at(key.range?.[0])
      if (!isScalar(key)) return stop(keyPlace, "has a key that is not a name")
      entries.set(String(key.value), { place: keyPlace, given: visit(value, key.range?.[0] ?? within) })
    }
    return { kind: "map", entries, place }
  }
  if (document.contents === null) return Result.succeed(undefined)
  const given = visit(document.contents, 0)
  return invalid === undefined ? Result.succeed(given) : Result.fail(invalid)
}

/** First line of a message, without its full stop. */
const sentence = (message: string): string => (message.split("\n")[0] ?? "").replace(/\.$/u, "")
