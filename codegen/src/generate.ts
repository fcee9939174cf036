/** From the official files to everything that is written, as text by path; writes nothing itself. */
import { renderActionModule, renderActions, renderValidatorTable } from "./actionTable.ts"
import { readDirections } from "./directions.ts"
import { patchAll, readErrata } from "./errata.ts"
import { pretty, type Schema } from "./Json.ts"
import { loadVerified, readManifest } from "./manifest.ts"
import { buildModel, type Model } from "./Model.ts"
import type { Places } from "./Places.ts"
import { renderReport } from "./report.ts"
import { renderTypes } from "./types.ts"
import { renderValidators } from "./validators.ts"

export interface Loaded {
  /** The verified and patched schemas by file name. */
  readonly schemas: ReadonlyMap<string, Schema>
  readonly model: Model
  /** Package and version of the official files. */
  readonly origin: string
}

/** Relative path → text. */
export type Files = ReadonlyMap<string, string>

export const load = (places: Places): Loaded => {
  const manifest = readManifest(places.schemas)
  const schemas = patchAll(loadVerified(manifest, places.source), readErrata(places.schemas))
  const model = buildModel(schemas, readDirections(places.schemas))
  return { schemas, model, origin: `${manifest.package}@${manifest.version}` }
}

/** The official files with the errata applied. */
export const renderSchemas = ({ schemas }: Loaded): Files =>
  new Map([...schemas].map(([file, schema]) => [file, pretty(schema)]))

/** What goes into `src/generated/`. */
export const renderSources = async ({ model }: Loaded): Promise<Files> =>
  new Map([
    ["types.ts", await renderTypes(model)],
    ["validators.ts", renderValidators(model)],
    ["validatorTable.ts", renderValidatorTable(model)],
    ["actions.ts", renderActions(model)],
    ...[...model.actions.keys()].map((action) => [`actions/${action}.ts`, renderActionModule(action)] as const)
  ])

/** `api.md`. */
export const renderApi = ({ model, origin }: Loaded): string => renderReport(model, origin)
