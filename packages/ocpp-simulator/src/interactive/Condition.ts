/**
 * Conditions of `wait until` and `expect`: pure questions about a station. Without an EVSE they hold when they hold at any.
 *
 * ```text
 * accepted · offline · charging 1 · not plugged · power >= 7kW · energy > 5kWh at 2 · soc = 80%
 * sent TransactionEvent · received Reset · display Hello · OCPPCommCtrlr.HeartbeatInterval = 60
 * ```
 */
import * as Result from "effect/Result"
import { similar } from "../scenario/Similar.ts"
import type { EvseView, StationView } from "./StationView.ts"
import { readVariable, type VariableName, variableText } from "./VariableName.ts"

/** What a condition is asked about. */
export interface Facts {
  readonly view: StationView
  /** How many CALLs with this action went to (`sent`) or came from (`received`) the CSMS since the last command that acts. */
  readonly count: (direction: "sent" | "received", action: string) => number
  /** The Actual value of a variable. */
  readonly value: (name: VariableName) => string | undefined
}

/** See the head of the file. */
export interface Condition {
  /** As it was written. */
  readonly text: string
  readonly holds: (facts: Facts) => boolean
  /** What is so instead, for a message. */
  readonly found: (facts: Facts) => string
}

type StationTest = (view: StationView) => boolean
type EvseTest = (evse: EvseView) => boolean

const isLinked: StationTest = ({ state }) => ["Booting", "Pending", "Rejected", "Accepted"].includes(state)
const status =
  (name: string): EvseTest =>
  ({ connectors }) =>
    connectors.some((connector) => connector.status === name)
const charging =
  (state: string): EvseTest =>
  ({ transaction }) =>
    transaction?.isRunning === true && transaction.state === state

const ofStation: Readonly<Record<string, StationTest>> = {
  online: isLinked,
  offline: (view) => !isLinked(view),
  accepted: ({ state }) => state === "Accepted",
  pending: ({ state }) => state === "Pending",
  rejected: ({ state }) => state === "Rejected",
  delivered: ({ undelivered }) => undelivered === 0
}

const ofEvse: Readonly<Record<string, EvseTest>> = {
  available: status("Available"),
  occupied: status("Occupied"),
  reserved: status("Reserved"),
  unavailable: status("Unavailable"),
  faulted: status("Faulted"),
  plugged: ({ cable }) => cable !== undefined,
  unplugged: ({ cable }) => cable === undefined,
  transaction: ({ transaction }) => transaction?.isRunning === true,
  ended: ({ transaction }) => transaction?.isRunning === false,
  charging: charging("Charging"),
  connected: charging("EVConnected"),
  "suspended-ev": charging("SuspendedEV"),
  "suspended-evse": charging("SuspendedEVSE"),
  full: ({ cable }) => cable !== undefined && cable.stateOfCharge >= cable.target - 1e-9
}

interface Quantity {
  readonly of: (evse: EvseView) => number | undefined
  /** What it may be written with; none at all always. */
  readonly units: ReadonlyArray<string>
  /** An amount of it, for messages. */
  readonly example: string
}

const quantities: Readonly<Record<string, Quantity>> = {
  power: { of: ({ power }) => power, units: ["W", "kW"], example: "7kW" },
  energy: { of: ({ transaction }) => transaction?.energy, units: ["Wh", "kWh"], example: "1.5kWh" },
  cost: { of: ({ transaction }) => transaction?.cost, units: [], example: "2.50" },
  limit: { of: ({ limit }) => limit, units: ["W", "kW"], example: "11kW" },
  soc: {
    of: ({ cable }) => (cable === undefined ? undefined : cable.stateOfCharge * 100),
    units: ["%"],
    example: "80%"
  }
}

const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  "=": (one, other) => Math.abs(one - other) < 0.005,
  "!=": (one, other) => Math.abs(one - other) >= 0.005,
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other
}

/** All words that a condition may begin with. */
export const conditionWords: ReadonlyArray<string> = [
  ...Object.keys(ofStation),
  ...Object.keys(ofEvse),
  ...Object.keys(quantities),
  "undelivered",
  "sent",
  "received",
  "display",
  "not"
]

/** One line for the help. */
export const conditionHelp = `${conditionWords.join(", ")}, Component.Variable`

const comparison = /^(\S+?)\s*(<=|>=|!=|=|<|>)\s*(\S+)(?:\s+at\s+(\d+))?$/u
const units: Readonly<Record<string, number>> = { "": 1, "%": 1, W: 1, kW: 1000, Wh: 1, kWh: 1000 }

const amount = (text: string, allowed: ReadonlyArray<string>): number | undefined => {
  const [, digits = "", unit = ""] = /^(-?\d+(?:\.\d+)?)(%|kWh|kW|Wh|W)?$/u.exec(text) ?? []
  return digits === "" || (unit !== "" && !allowed.includes(unit)) ? undefined : Number(digits) * (units[unit] ?? 1)
}

/** Reads a condition; a failure says what is allowed. `evses`: how many there are. */
export const readCondition = (written: string, evses: number): Result.Result<Condition, string> => {
  const text = written.trim().replaceAll(/\s+/gu, " ")
  const isNegated = /^not\s/iu.test(text)
  const read = readPositive(isNegated ? text.slice(4) : text, evses)
  if (!isNegated || Result.isFailure(read)) return Result.map(read, (condition) => ({ ...condition, text }))
  const { found, holds } = read.success
  return Result.succeed({ text, found, holds: (facts) => !holds(facts) })
}

const readPositive = (text: string, evses: number): Result.Result<Condition, string> => {
  const [first = "", ...rest] = text.split(" ")
  const name = first.toLowerCase()
  const within = own(ofStation, name)
  if (within !== undefined && rest.length === 0)
    return made(
      text,
      ({ view }) => within(view),
      ({ view }) => `the station is ${view.state}`
    )
  const atEvse = own(ofEvse, name)
  if (atEvse !== undefined && rest.length <= 1) {
    const place = placeOf(rest[0], evses)
    if (Result.isFailure(place)) return Result.fail(place.failure)
    const chosen = place.success
    return made(
      text,
      ({ view }) => at(view, chosen).some(atEvse),
      ({ view }) => at(view, chosen).map(evseText).join("; ")
    )
  }
  if (name === "sent" || name === "received") {
    const [action] = rest
    if (action === undefined || rest.length > 1) return Result.fail(`${name} needs an action: ${name} Heartbeat`)
    return made(
      text,
      ({ count }) => count(name, action) > 0,
      () => `no ${action} was ${name} since the last command that acts`
    )
  }
  if (name === "display" && rest.length > 0) {
    const wanted = rest.join(" ").toLowerCase()
    return made(
      text,
      ({ view }) => view.display.some((shown) => shown.toLowerCase().includes(wanted)),
      ({ view }) =>
        view.display.length === 0 ? "the display is empty" : `the display shows ${view.display.join(" / ")}`
    )
  }
  return readComparison(text, evses) ?? Result.fail(unknown(first))
}

const readComparison = (text: string, evses: number): Result.Result<Condition, string> | undefined => {
  const [, left = "", sign = "=", right = "", where] = comparison.exec(text) ?? []
  if (left === "") return undefined
  const variable = readVariable(left)
  if (variable !== undefined) {
    if (sign !== "=" && sign !== "!=") return Result.fail(`${left} can be compared with = and != only`)
    return made(
      text,
      ({ value }) => (value(variable) === right) === (sign === "="),
      ({ value }) => `${variableText(variable)} is ${value(variable) ?? "not there"}`
    )
  }
  const quantity = own(quantities, left.toLowerCase())
  const isCount = left.toLowerCase() === "undelivered"
  if (quantity === undefined && !isCount) return undefined
  const number = amount(right, quantity?.units ?? [])
  if (number === undefined)
    return Result.fail(
      `${JSON.stringify(right)} is no amount of ${left}; allowed: one like ${quantity?.example ?? "5"}`
    )
  const compare = comparisons[sign] ?? Object.is
  if (quantity === undefined)
    return made(
      text,
      ({ view }) => compare(view.undelivered, number),
      ({ view }) => `${view.undelivered} are not delivered`
    )
  const place = placeOf(where, evses)
  if (Result.isFailure(place)) return Result.fail(place.failure)
  return made(
    text,
    ({ view }) =>
      at(view, place.success).some((evse) => {
        const found = quantity.of(evse)
        return found !== undefined && compare(found, number)
      }),
    ({ view }) =>
      at(view, place.success)
        .map(
          (evse) =>
            `${left} is ${
              quantity
                .of(evse)
                ?.toFixed(2)
                .replace(/\.?0+$/u, "") ?? "unknown"
            } at EVSE ${evse.id}`
        )
        .join("; ")
  )
}

const made = (text: string, holds: Condition["holds"], found: Condition["found"]): Result.Result<Condition, string> =>
  Result.succeed({ text, holds, found })

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const at = ({ evses }: StationView, id: number | undefined): ReadonlyArray<EvseView> =>
  id === undefined ? evses : evses.filter((evse) => evse.id === id)

const placeOf = (text: string | undefined, evses: number): Result.Result<number | undefined, string> => {
  if (text === undefined) return Result.succeed(undefined)
  const id = Number(text)
  return Number.isInteger(id) && id >= 1 && id <= evses
    ? Result.succeed(id)
    : Result.fail(`there is no EVSE ${text}; allowed: ${evses === 1 ? "1" : `1 to ${evses}`}`)
}

const evseText = ({ cable, connectors, id, transaction }: EvseView): string =>
  [
    `EVSE ${id} is ${connectors.map((connector) => connector.status).join("/")}`,
    cable === undefined ? "unplugged" : "plugged in",
    ...(transaction === undefined ? [] : [transaction.isRunning ? transaction.state : `ended ${transaction.state}`])
  ].join(", ")

const unknown = (word: string): string => {
  const quantity = own(quantities, word)
  if (quantity !== undefined) return `${word} is compared with an amount, like ${word} >= ${quantity.example}`
  const near = similar(word, conditionWords)
  const allowed = `${near === undefined ? "; allowed" : `; did you mean ${near}? Allowed`}: ${conditionHelp}`
  return `${JSON.stringify(word)} is no condition${allowed}`
}
