/** The command line of `ocpp-sim station`: what the flags of scenarios mean for one station, and the flags of its own. */
import type { IdTokenType } from "@wattline/ocpp-v201"
import * as Result from "effect/Result"
import { evModels, evNames, type NamedEV } from "../scenario/EVModels.ts"
import { ScenarioInvalid } from "../scenario/Given.ts"
import { flagsHelp, parseFlags, type ParsedFlags } from "../scenario/parseFlags.ts"
import { readScenario } from "../scenario/readScenario.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import { similar } from "../scenario/Similar.ts"
import { readToken } from "./Argument.ts"

/** What is to be run. */
export interface Setup {
  /** A scenario with one station; what it says of arrivals and faults is not used. */
  readonly scenario: Scenario
  readonly ev: NamedEV
  /** 0 to 1. */
  readonly stateOfCharge: number
  /** The first is swiped where a command names none. */
  readonly tokens: ReadonlyArray<IdTokenType>
  /** File to record to. */
  readonly record: string | undefined
  /** File with commands, `-` for standard input. */
  readonly script: string | undefined
}

/** Flags of scenarios that mean something for one station. */
const shared = [
  "--url",
  "--identity",
  "--profile",
  "--password",
  "--ca",
  "--cert",
  "--key",
  "--evses",
  "--supply",
  "--meter",
  "--heartbeat"
]

const own = {
  "--ev": "value",
  "--soc": "value",
  "--token": "value",
  "--record": "value",
  "--script": "value",
  "--help": "none",
  "-h": "none"
} as const

/** Groups of the scenario that `--set` can reach. */
const settable = ["csms", "stations", "messages"]

/** The text of `ocpp-sim station --help`. */
export const stationHelp = `ocpp-sim station --url URL [options]   one charging station, to be played with

  ocpp-sim station --url ws://127.0.0.1:9000 --identity CS-1 --password secret-of-cs-1
  ocpp-sim station --url ws://127.0.0.1:9000 --identity CS-1 --script session.txt

${flagsHelp(shared)}
  --ev NAME         the EV that is plugged in: ${evNames.join(", ")}. Default family
  --soc PERCENT     its state of charge. Default 30
  --token ID:TYPE   token to swipe, more of them with commas; ISO14443 without a type. Default 04A2E8B1C39D80
  --record FILE     every frame as a line of JSON, appended, for ocpp-sim lint and replay; with all secrets the frames have
  --script FILE     commands from a file, - for standard input; a line each, # for comments
  -h, --help        this text

The password may be in the variable OCPP_PASSWORD instead; it is never shown.
On a terminal: keys and commands, ? explains them. From a pipe: a command a line; a mistake is told, and the next line comes.
Commands for scripts: wait 5s, wait until charging within 30s, expect energy > 1kWh, expect sent TransactionEvent.
Exit code 0; 1 when a command of a script or a pipe was refused or an expectation not met; 2 when a flag or a script is
written wrong; 130 when it was interrupted; on a terminal q and Ctrl-C leave with 0.
`

const invalid = (flag: string, problem: string, allowed?: string): Result.Result<never, ScenarioInvalid> =>
  Result.fail(new ScenarioInvalid({ place: { flag }, path: "", problem, allowed }))

/** Reads the command line; `"help"` when that is asked for. `password` is that of the environment. */
export const readSetup = (
  args: ReadonlyArray<string>,
  password: string | undefined
): Result.Result<Setup | "help", ScenarioInvalid> => {
  const parsed = parseFlags(args, own)
  if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
  const { flags, own: mine, positionals } = parsed.success
  if (mine.has("--help") || mine.has("-h")) return Result.succeed("help")
  const [first] = positionals
  if (first !== undefined) return invalid(first, "is no flag", "--url, --identity, …; see ocpp-sim station --help")
  const foreign = flags.find((given) => !isForStation(given))
  if (foreign !== undefined)
    return invalid(flagOf(foreign), "is for a fleet, not for one station", `${shared.join(" ")} --set`)
  const weakest = parseFlags(["--stations=1", ...(password ? [`--password=${password}`] : [])])
  if (Result.isFailure(weakest)) return Result.fail(weakest.failure)
  return Result.flatMap(readScenario({ flags: [...weakest.success.flags, ...flags] }), (scenario) =>
    withOwn(scenario, mine)
  )
}

type GivenFlag = ParsedFlags["flags"][number]

const isForStation = (given: GivenFlag): boolean => {
  if (given.kind !== "map") return true
  const flag = flagOf(given)
  return flag.startsWith("--set ") ? settable.some((group) => given.entries.has(group)) : shared.includes(flag)
}

/** The flag that a setting was given with: the place of what is written, not of the groups around it. */
const flagOf = (given: GivenFlag): string => {
  let inner = given
  while (inner.kind === "map") {
    const [entry] = inner.entries.values()
    if (entry === undefined) break
    inner = entry.given
  }
  return "flag" in inner.place ? inner.place.flag : ""
}

const withOwn = (scenario: Scenario, mine: ParsedFlags["own"]): Result.Result<Setup, ScenarioInvalid> => {
  if (scenario.stations.count !== 1) return invalid("--set stations.count", "must be 1 for one station")
  const value = (flag: string): string | undefined => {
    const given = mine.get(flag)
    return typeof given === "string" ? given : undefined
  }
  const name = value("--ev") ?? "family"
  const model = evNames.find((one) => one === name.toLowerCase())
  if (model === undefined) {
    const near = similar(name, evNames)
    return invalid(
      "--ev",
      `cannot be ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`,
      evNames.join(", ")
    )
  }
  const soc = value("--soc") ?? "30"
  const percent = /^\d+(?:\.\d+)?%?$/u.test(soc) ? Number.parseFloat(soc) : 101
  if (percent > 100) return invalid("--soc", `cannot be ${JSON.stringify(soc)}`, "a state of charge from 0 to 100")
  const tokens: Array<IdTokenType> = []
  for (const text of (value("--token") ?? "04A2E8B1C39D80").split(",")) {
    const token = readToken(text.trim())
    if (Result.isFailure(token)) return invalid("--token", token.failure)
    tokens.push(token.success)
  }
  return Result.succeed({
    scenario,
    ev: evModels[model],
    stateOfCharge: percent / 100,
    tokens,
    record: value("--record"),
    script: value("--script")
  })
}
