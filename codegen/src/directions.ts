/** Who sends each action, and which functional block it belongs to: authored in `schemas/directions.json`. */
import { join } from "node:path"
import { CodegenError, failOn } from "./CodegenError.ts"
import { byName, children, isObject, readJson } from "./Json.ts"

export const directions = ["station-to-csms", "csms-to-station", "both"] as const

export type Direction = (typeof directions)[number]

/** The sixteen functional blocks of OCPP 2.0.1. */
export const blocks = {
  A: "Security",
  B: "Provisioning",
  C: "Authorization",
  D: "Local Authorization List Management",
  E: "Transactions",
  F: "Remote Control",
  G: "Availability",
  H: "Reservation",
  I: "Tariff and Cost",
  J: "Metering",
  K: "Smart Charging",
  L: "Firmware Management",
  M: "ISO 15118 Certificate Management",
  N: "Diagnostics",
  O: "Display Message",
  P: "Data Transfer"
} as const

type Block = keyof typeof blocks

export interface ActionFacts {
  readonly direction: Direction
  readonly block: Block
}

const isFacts = (value: unknown): value is ActionFacts =>
  isObject(value) &&
  directions.some((direction) => direction === value["direction"]) &&
  typeof value["block"] === "string" &&
  Object.hasOwn(blocks, value["block"])

const form = `needs a direction (${directions.join(", ")}) and a block (A to P)`

export const readDirections = (schemas: string): Readonly<Record<string, ActionFacts>> => {
  const actions = children(readJson("directions.json", join(schemas, "directions.json")), "actions")
  const entries = Object.entries(actions).map(([action, facts]) => {
    if (isFacts(facts)) return [action, facts] as const
    throw new CodegenError([`directions.json: ${action} ${form}`])
  })
  return Object.fromEntries(entries)
}

/** Every action has a request, a response and an entry in `directions.json`, and every entry has an action. */
export const pairActions = (
  payloads: ReadonlyArray<string>,
  facts: Readonly<Record<string, ActionFacts>>
): ReadonlyMap<string, ActionFacts> => {
  const known = new Set(payloads)
  const actions = [...new Set(payloads.map((name) => name.replace(/(Request|Response)$/, "")))].toSorted(byName)
  failOn([
    ...actions.flatMap((action) => {
      const files = [`${action}Request`, `${action}Response`]
      return files.filter((name) => !known.has(name)).map((name) => `${name}.json: is missing beside its counterpart`)
    }),
    ...actions
      .filter((action) => facts[action] === undefined)
      .map((action) => `directions.json: ${action} is missing (${action}Request.json is an official schema)`),
    ...Object.keys(facts)
      .filter((action) => !actions.includes(action))
      .map((action) => `directions.json: ${action} is no action (there is no ${action}Request.json)`)
  ])
  return new Map(actions.map((action) => [action, facts[action]!]))
}
