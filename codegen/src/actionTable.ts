/** Prints the action table, the message map, the record of validators and the module of each action. */
import { blocks, directions, type Direction } from "./directions.ts"
import type { Model } from "./Model.ts"
import { banner } from "./types.ts"

const union = (doc: string, name: string, members: ReadonlyArray<string>): string =>
  `/** ${doc} */\nexport type ${name} =\n${members.map((member) => `  | "${member}"`).join("\n")}\n`

/** `actions.ts`: who sends what, and which payloads belong to it. */
export const renderActions = (model: Model): string => {
  const all = [...model.actions.keys()]
  const except = (direction: Direction) => all.filter((action) => model.actions.get(action)!.direction !== direction)
  const rows = [...model.actions].map(
    ([action, { direction, block }]) => `  ${action}: { direction: "${direction}", block: "${block}" }`
  )
  return [
    banner,
    `import type {\n${[...model.payloads.keys()].map((name) => `  ${name}`).join(",\n")}\n} from "./types.ts"\n`,
    union("The actions of OCPP 2.0.1.", "Action", all),
    union("The actions a charging station may send.", "StationAction", except("csms-to-station")),
    union("The actions a CSMS may send.", "CsmsAction", except("station-to-csms")),
    union("Who sends the request of an action.", "Direction", directions),
    union("The functional blocks of OCPP 2.0.1, by letter.", "Block", Object.keys(blocks)),
    "/** What the action table says about one action. */",
    "export interface ActionInfo {",
    "  /** Who sends the request. */",
    "  readonly direction: Direction",
    "  /** The functional block that defines the action. */",
    "  readonly block: Block",
    "}\n",
    "/** The action table: who sends each action, and which functional block defines it. */",
    `export const actions = {\n${rows.join(",\n")}\n} as const satisfies { readonly [A in Action]: ActionInfo }\n`,
    '/** The payloads of each action: `Messages[Action]["request" | "response"]`. */',
    "export interface Messages {",
    ...all.map(
      (action) => `  readonly ${action}: { readonly request: ${action}Request; readonly response: ${action}Response }`
    ),
    "}\n",
    "/** Every payload by its name. */",
    "export interface Payloads {",
    ...[...model.payloads.keys()].map((name) => `  readonly ${name}: ${name}`),
    "}\n"
  ].join("\n")
}

/** `validatorTable.ts`: all validators by payload name, apart from the functions so that bundlers may leave it out. */
export const renderValidatorTable = (model: Model): string => {
  const names = [...model.payloads.keys()]
  return [
    banner,
    'import type { Validator } from "../runtime.ts"',
    'import type { Payloads } from "./actions.ts"',
    `import {\n${names.map((name) => `  validate${name}`).join(",\n")}\n} from "./validators.ts"\n`,
    "/** Every validator by payload name, such as `validators.BootNotificationRequest`. */",
    "export const validators: { readonly [P in keyof Payloads]: Validator<Payloads[P]> } = {",
    `${names.map((name) => `  ${name}: validate${name}`).join(",\n")}\n}\n`
  ].join("\n")
}

/** `actions/<Action>.ts`: what a program needs that speaks this one action. */
export const renderActionModule = (action: string): string =>
  [
    banner,
    `export type { ${action}Request, ${action}Response } from "../types.ts"`,
    `export { validate${action}Request as validateRequest, validate${action}Response as validateResponse } from "../validators.ts"`,
    ""
  ].join("\n")
