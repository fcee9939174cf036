/** The EVs of virtual stations, with names for the report. */
import { type EVModel, type EVModelName, evModels as models } from "@wattline/ocpp-station/virtual"

/** An EV model with a name for the report. */
export interface NamedEV extends EVModel {
  readonly name: string
}

/** The names, as in `evs: [compact]`. */
export const evNames = Object.keys(models) as ReadonlyArray<EVModelName>

/** By name. */
export const evModels = Object.fromEntries(
  evNames.map((name): [EVModelName, NamedEV] => [name, { name, ...models[name] }])
) as Readonly<Record<EVModelName, NamedEV>>
