/** OCPP 2.0.1 (edition 3) as types, validators and tables. One action alone: `@wattline/ocpp-v201/<Action>`. */
export { actions } from "./generated/actions.ts"
export type {
  Action,
  ActionInfo,
  Block,
  CsmsAction,
  Direction,
  Messages,
  Payloads,
  StationAction
} from "./generated/actions.ts"
export type * from "./generated/types.ts"
export { validators } from "./generated/validatorTable.ts"
export type { ValidationError, Validator } from "./runtime.ts"
