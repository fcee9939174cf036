/** The manifest: which npm package the official files come from, and the SHA-256 of each. */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { CodegenError, failOn } from "./CodegenError.ts"
import { byName, children, readJson, type JsonObject } from "./Json.ts"

export interface Manifest {
  readonly package: string
  readonly version: string
  /** The folder of the schema files inside the package. */
  readonly folder: string
  /** File name → SHA-256, hexadecimal. */
  readonly files: Readonly<Record<string, string>>
}

const text = (json: JsonObject, key: string): string => {
  const value = json[key]
  if (typeof value !== "string") throw new CodegenError([`manifest.json: "${key}" is not a string`])
  return value
}

export const readManifest = (schemas: string): Manifest => {
  const json = readJson("manifest.json", join(schemas, "manifest.json"))
  const files = children(json, "files")
  return {
    package: text(json, "package"),
    version: text(json, "version"),
    folder: text(json, "folder"),
    files: Object.fromEntries(Object.keys(files).map((name) => [name, text(files, name)]))
  }
}

/** The schema files of an installed package, by name, in name order. */
const readSourceFiles = (source: string, folder: string): ReadonlyMap<string, Buffer> => {
  const from = join(source, folder)
  let names: Array<string>
  try {
    names = readdirSync(from)
  } catch {
    throw new CodegenError([`${folder}: the folder is not in the installed package (${source})`])
  }
  return new Map(
    names
      .filter((name) => name.endsWith(".json"))
      .toSorted(byName)
      .map((name) => [name, readFileSync(join(from, name))])
  )
}

export const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex")

/** The manifest that fits what is installed now: the way to accept a deliberate version bump. */
export const makeManifest = (previous: Manifest, source: string): Manifest => {
  const files = readSourceFiles(source, previous.folder)
  return {
    package: previous.package,
    version: text(readJson("package.json", join(source, "package.json")), "version"),
    folder: previous.folder,
    files: Object.fromEntries([...files].map(([name, data]) => [name, sha256(data)]))
  }
}

/** The official files, after every one was found to be exactly the one the manifest names. */
export const loadVerified = (manifest: Manifest, source: string): ReadonlyMap<string, Buffer> => {
  const version = text(readJson("package.json", join(source, "package.json")), "version")
  const id = `${manifest.package}@${version}`
  if (version !== manifest.version)
    throw new CodegenError([
      `package.json: ${id} is installed, but manifest.json pins ${manifest.version}. ` +
        `After a deliberate bump run "wattline-codegen --update-manifest"`
    ])
  const files = readSourceFiles(source, manifest.folder)
  const changed = [...files].flatMap(([name, data]) => {
    const expected = manifest.files[name]
    const actual = sha256(data)
    if (expected === undefined) return [`${name}: is in ${id} but not in manifest.json`]
    return actual === expected ? [] : [`${name}: SHA-256 is ${actual}, but manifest.json says ${expected}`]
  })
  const missing = Object.keys(manifest.files)
    .filter((name) => !files.has(name))
    .map((name) => `${name}: is in manifest.json but not in ${id}`)
  failOn([...changed, ...missing].toSorted(byName))
  return files
}
