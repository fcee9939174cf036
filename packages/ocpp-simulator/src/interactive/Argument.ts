/** Arguments of commands: what a word may be, what is said when it is not, and what can be typed there. */
import type { IdTokenType } from "@wattline/ocpp-v201"
import * as Result from "effect/Result"
import { evModels, evNames, type NamedEV } from "../scenario/EVModels.ts"
import { tokenTypes as cardTypes } from "../scenario/Settings.ts"
import { similar } from "../scenario/Similar.ts"
import { type Condition, conditionWords, readCondition } from "./Condition.ts"
import { readVariable, type VariableName } from "./VariableName.ts"

/** What words may stand for at one station. */
export interface Vocabulary {
  /** How many EVSEs there are; ids count from 1. */
  readonly evses: number
  /** Connectors of each. */
  readonly connectors: number
  /** The tokens at hand; the first is the default. */
  readonly tokens: ReadonlyArray<IdTokenType>
  /** Variables of the device model, for completion. */
  readonly variables: () => ReadonlyArray<string>
}

/** One kind of argument. */
export interface Kind<T> {
  /** The word for it in the help: `EVSE`. */
  readonly word: string
  /** What is right, for messages. */
  readonly allowed: (vocabulary: Vocabulary) => string
  /** Reads a word. A failure of `undefined` means that it is something else; a text says what is wrong with it. */
  readonly read: (text: string, vocabulary: Vocabulary) => Result.Result<T, string | undefined>
  /** What can be typed here. */
  readonly choices?: (vocabulary: Vocabulary) => ReadonlyArray<string>
  /** Takes all the words that are left. */
  readonly isRest?: boolean
}

/** An argument of a command. */
export interface Argument<T> {
  readonly kind: Kind<NonNullable<T>>
  readonly isOptional: boolean
}

/** It must be given. */
export const required = <T>(kind: Kind<T>): Argument<T> => ({ kind: kind as Kind<NonNullable<T>>, isOptional: false })

/** It may be left out. */
export const optional = <T>(kind: Kind<T>): Argument<T | undefined> => ({
  kind: kind as Kind<NonNullable<T>>,
  isOptional: true
})

const otherwise: Result.Result<never, undefined> = Result.fail(undefined)
const orElse = <T>(value: T | undefined): Result.Result<T, undefined> =>
  value === undefined ? otherwise : Result.succeed(value)

/** `1`: one of the station's EVSEs. */
export const evse: Kind<number> = {
  word: "EVSE",
  allowed: ({ evses }) => (evses === 1 ? "EVSE 1" : `an EVSE from 1 to ${evses}`),
  read: (text, { evses }) => {
    if (!/^\d+$/u.test(text)) return otherwise
    const id = Number(text)
    return id >= 1 && id <= evses ? Result.succeed(id) : Result.fail(`there is no EVSE ${text}`)
  },
  choices: ({ evses }) => Array.from({ length: evses }, (_, index) => `${index + 1}`)
}

/** `1` or `1.2`: an EVSE, with a connector or without. */
export const connector: Kind<{ readonly evseId: number; readonly connectorId?: number }> = {
  word: "EVSE[.CONNECTOR]",
  allowed: (vocabulary) => evse.allowed(vocabulary),
  read: (text, vocabulary) => {
    const [, evseText = "", connectorText] = /^(\d+)(?:\.(\d+))?$/u.exec(text) ?? []
    if (evseText === "") return otherwise
    const known = evse.read(evseText, vocabulary)
    if (Result.isFailure(known)) return Result.fail(known.failure)
    if (connectorText === undefined) return Result.succeed({ evseId: known.success })
    const connectorId = Number(connectorText)
    return connectorId >= 1 && connectorId <= vocabulary.connectors
      ? Result.succeed({ evseId: known.success, connectorId })
      : Result.fail(`EVSE ${evseText} has no connector ${connectorText}`)
  },
  choices: (vocabulary) => evse.choices?.(vocabulary) ?? []
}

/** `family`: an EV model by name. */
export const ev: Kind<NamedEV> = {
  word: "EV",
  allowed: () => `an EV: ${evNames.join(", ")}`,
  read: (text) => {
    const name = evNames.find((one) => one === text.toLowerCase())
    return orElse(name === undefined ? undefined : evModels[name])
  },
  choices: () => evNames
}

/** `20%` as a share from 0 to 1. */
export const charge: Kind<number> = {
  word: "CHARGE",
  allowed: () => "a state of charge from 0% to 100%",
  read: (text) => {
    const [, digits] = /^(\d+(?:\.\d+)?)%$/u.exec(text) ?? []
    if (digits === undefined) return otherwise
    return Number(digits) <= 100 ? Result.succeed(Number(digits) / 100) : Result.fail(`${text} is more than full`)
  }
}

/** `until:80%`: where the EV stops by itself. */
export const target: Kind<number> = {
  word: "until:CHARGE",
  allowed: () => "until:80% for where the EV stops",
  read: (text, vocabulary) => (text.startsWith("until:") ? charge.read(text.slice(6), vocabulary) : otherwise),
  choices: () => ["until:80%"]
}

const tokenTypes: ReadonlyArray<IdTokenType["type"]> = [...cardTypes, "NoAuthorization"]

/** Reads `04A2E8B1`, `DE-ABC-C12345678:eMAID`; without a type it is that of a card, ISO14443. */
export const readToken = (text: string): Result.Result<IdTokenType, string> => {
  const colon = text.lastIndexOf(":")
  const idToken = colon === -1 ? text : text.slice(0, colon)
  const named = colon === -1 ? "ISO14443" : text.slice(colon + 1)
  const type = tokenTypes.find((one) => one.toLowerCase() === named.toLowerCase())
  if (type === undefined) {
    const near = similar(named, tokenTypes)
    const allowed = `${near === undefined ? "; allowed" : `; did you mean ${near}? Allowed`}: ${tokenTypes.join(", ")}`
    return Result.fail(`${JSON.stringify(named)} is no type of token${allowed}`)
  }
  if (idToken === "" && type !== "NoAuthorization") return Result.fail("the token is empty; allowed: ID:TYPE")
  return idToken.length > 36 ? Result.fail("a token has at most 36 characters") : Result.succeed({ idToken, type })
}

/** `04A2E8B1` or `ID:TYPE`. */
export const token: Kind<IdTokenType> = {
  word: "TOKEN",
  allowed: () => "a token like 04A2E8B1 or DE-ABC-C12345678:eMAID",
  read: (text, { evses, tokens }) => {
    const known = tokens.find(({ idToken }) => idToken === text)
    if (known !== undefined) return Result.succeed(known)
    return /^\d+$/u.test(text) && Number(text) <= evses ? otherwise : readToken(text)
  },
  choices: ({ tokens }) => tokens.map(({ idToken, type }) => (type === "ISO14443" ? idToken : `${idToken}:${type}`))
}

const seconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }

/** Reads `30`, `30s`, `5m`, `2h`: seconds. */
const readDuration = (text: string): number | undefined => {
  const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h|d)?$/u.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (seconds[unit] ?? 1)
}

/** `60s`. */
export const duration: Kind<number> = {
  word: "TIME",
  allowed: () => "a time like 30s, 5m, 2h",
  read: (text) => orElse(readDuration(text))
}

/** `11kW`, or `off` as Infinity. */
export const power: Kind<number> = {
  word: "POWER|off",
  allowed: () => "a power like 11kW or 3700W, or off",
  read: (text) => {
    if (text === "off") return Result.succeed(Infinity)
    const [, digits, unit] = /^(\d+(?:\.\d+)?)(kW|W)$/iu.exec(text) ?? []
    return orElse(digits === undefined ? undefined : Number(digits) * (unit?.toLowerCase() === "kw" ? 1000 : 1))
  },
  choices: () => ["off"]
}

/** One of some words. */
export const oneOf = <const T extends string>(word: string, names: ReadonlyArray<T>): Kind<T> => ({
  word,
  allowed: () => names.join(", "),
  read: (text) => orElse(names.find((name) => name.toLowerCase() === text.toLowerCase())),
  choices: () => names
})

/** `Component.Variable`. */
export const variable: Kind<VariableName> = {
  word: "COMPONENT.VARIABLE",
  allowed: () => "a variable like OCPPCommCtrlr.HeartbeatInterval or EVSE@1.AvailabilityState",
  read: (text) => orElse(readVariable(text)),
  choices: ({ variables }) => variables()
}

/** All that is left of the line. */
export const text = (word: string, allowed: string): Kind<string> => ({
  word,
  allowed: () => allowed,
  read: (rest) => (rest.trim() === "" ? otherwise : Result.succeed(rest.trim())),
  isRest: true
})

/** A condition, and how many seconds it has to come true. */
export interface Awaited {
  readonly condition: Condition
  readonly within: number | undefined
}

const readAwaited = (rest: string, { evses }: Vocabulary): Result.Result<Awaited, string> => {
  const [, before, time] = /^(.*\S)\s+within\s+(\S+)$/u.exec(rest) ?? []
  const within = time === undefined ? undefined : readDuration(time)
  if (time !== undefined && within === undefined) return Result.fail(`${JSON.stringify(time)} is no time; allowed: 30s`)
  return Result.map(readCondition(before ?? rest, evses), (condition) => ({ condition, within }))
}

/** `charging 1 within 30s`. */
export const awaited: Kind<Awaited> = {
  word: "CONDITION [within TIME]",
  allowed: () => `a condition: ${conditionWords.join(", ")}, Component.Variable = VALUE`,
  read: readAwaited,
  choices: () => conditionWords,
  isRest: true
}

/** `5s`, or `until charging within 30s`. */
export const waiting: Kind<number | Awaited> = {
  word: "TIME|until CONDITION [within TIME]",
  allowed: () => "a time like 5s, or until and a condition",
  read: (rest, vocabulary) => {
    const [, condition] = /^until\s+(.+)$/u.exec(rest) ?? []
    if (condition !== undefined) return readAwaited(condition, vocabulary)
    return orElse(readDuration(rest))
  },
  choices: () => ["until", ...conditionWords],
  isRest: true
}
