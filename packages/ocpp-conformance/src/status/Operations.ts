/** `docs/operations.md`: every operation with what its docstring says, printed from `packages/ocpp-core/src/operations/`. */
import { readFileSync } from "node:fs"
import { root } from "./Titles.ts"

/** One exported function of a namespace. */
export interface Operation {
  readonly name: string
  /** Names of the parameters, the optional ones with a `?`. */
  readonly parameters: ReadonlyArray<string>
  /** Prose of the docstring, its lines joined into paragraphs and lists. */
  readonly text: string
  readonly example: string | undefined
}

/** One namespace of `@wattline/ocpp-core`, in the order of `index.ts`. */
export interface Namespace {
  readonly name: string
  /** First comment of its file. */
  readonly about: string
  readonly operations: ReadonlyArray<Operation>
}

const core = `${root}packages/ocpp-core/src/`
const read = (path: string): string => readFileSync(core + path, "utf8")

/** Reads all namespaces that `index.ts` exports from `operations/`. */
export const readOperations = (): ReadonlyArray<Namespace> =>
  [...read("index.ts").matchAll(/^export \* as (\w+) from "\.\/(operations\/\w+\.ts)"/gm)].map(
    ([, name = "", path = ""]) => ({
      name,
      about: textOf(/^\/\*\*(.*?)\*\//s.exec(read(path))?.[1] ?? ""),
      operations: operationsOf(path)
    })
  )

const operationsOf = (path: string): ReadonlyArray<Operation> => {
  const source = read(path)
  const own = [...source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\nexport const (\w+)/gs)].flatMap((found) => {
    const [, comment = "", name = ""] = found
    const parameters = parametersOf(source.slice(found.index + found[0].length))
    const [prose = "", example] = comment.split(/^ \* @example\n/m)
    return parameters === undefined
      ? []
      : [{ name, parameters, text: textOf(prose), example: example && linesOf(example).join("\n").trim() }]
  })
  const others = [...source.matchAll(/^export (?:\*|\{([^}]*)\}) from "\.\/(\w+\.ts)"/gm)].flatMap(
    ([, names, file = ""]) => {
      const wanted = names?.split(",").map((one) => one.trim())
      return operationsOf(`operations/${file}`).filter(({ name }) => wanted === undefined || wanted.includes(name))
    }
  )
  return [...own, ...others]
}

/** The names between the first parentheses that begin with a parameter; `undefined` for what is no function. */
const parametersOf = (rest: string): ReadonlyArray<string> | undefined => {
  const declaration = rest.slice(0, rest.search(/\n(?:\/\*\*|const |export )/) + 1 || undefined)
  const at = declaration.search(/\((?:\s*)(?:\w+\??:|\{|\w+(?:,|\)))/)
  const isFunction = /=>|function\*/.test(declaration)
  if (at < 0 || !isFunction) return undefined
  let depth = 0
  let part = ""
  const parts: Array<string> = []
  for (const character of declaration.slice(at)) {
    if ("([{<".includes(character)) depth++
    if (")]}".includes(character) || (character === ">" && !part.endsWith("="))) depth--
    if (depth === 0) break
    if (depth === 1 && character === ",") parts.push(part)
    if (depth === 1 && character === ",") part = ""
    else part += character
  }
  return [...parts, part].map((one) => one.replace(/^\(/, "").trim()).flatMap(nameOf)
}

const nameOf = (parameter: string): ReadonlyArray<string> => {
  if (parameter === "") return []
  if (/Options\b/.test(parameter)) return ["options?"]
  const named = /^(\w+)(\?)?/.exec(parameter)
  const isOptional = named?.[2] !== undefined || /=\s*[^>]/.test(parameter.replaceAll(/\{.*\}/gs, ""))
  const name = named?.[1] ?? "{ … }"
  return [isOptional ? `${name}?` : name]
}

const linesOf = (comment: string): ReadonlyArray<string> =>
  comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())

/** A comment as Markdown, which it is once its stars are gone. */
const textOf = (comment: string): string => linesOf(comment).join("\n").trim()

/** The page. */
export const renderOperations = (namespaces: ReadonlyArray<Namespace>): string =>
  [
    "# Operations",
    "",
    "Printed by `pnpm status` from the docstrings of `packages/ocpp-core/src/operations/`; do not edit.",
    "",
    "An operation does what one CALL cannot: it checks before it sends, splits what is too long, collects what comes in parts, and",
    "follows what a CALL brings about. It takes a `Station` and gives an `Effect`; a negative status is a value, never a failure.",
    "",
    "With `@wattline/ocpp-core/promise` a namespace is a property of the station, with a small first letter, and an operation a",
    "method of it that gives a promise. All else is the same, and every one takes a `signal` with its options:",
    "",
    "```ts",
    "const { outcomes } = yield* Provisioning.setVariables(station, items, { timeout })",
    "const { outcomes } = await station.provisioning.setVariables(items, { timeout, signal })",
    "```",
    "",
    "An `Effect` in a result is a function there (`await reset.followUp({ signal })`), and so is a password, lest it be printed",
    "(`result.password()`); an argument that gives an `Effect` gives a value or a promise (`{ fullList: async () => entries }`).",
    "Functions without `station` are pure and the same for both.",
    "",
    "| namespace | operations |",
    "| --- | --- |",
    ...namespaces.map(
      ({ name, operations }) =>
        `| [${name}](#${name.toLowerCase()}) | ${operations.map((one) => `\`${one.name}\``).join(" ")} |`
    ),
    ...namespaces.flatMap(({ about, name, operations }) => [
      "",
      `## ${name}`,
      "",
      about,
      ...operations.flatMap((one) => [
        "",
        `### ${name}.${one.name}(${one.parameters.join(", ")})`,
        "",
        one.text,
        ...(one.example === undefined ? [] : ["", "```ts", one.example, "```"])
      ])
    ]),
    ""
  ].join("\n")
