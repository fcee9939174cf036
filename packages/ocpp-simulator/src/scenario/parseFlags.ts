/** Scenario settings on the command line. Short names for the most used; `--set path=value` reaches all the others. */
import * as Result from "effect/Result"
import { type Given, ScenarioInvalid } from "./Given.ts"
import { similar } from "./Similar.ts"

/** One flag: the setting it stands for, the word for its value in the help, and what it does. */
export interface FlagHelp {
  readonly path: string
  readonly value: string
  readonly help: string
}

/** The flags by name. */
export const scenarioFlags: Readonly<Record<string, FlagHelp>> = {
  "--url": { path: "csms.url", value: "URL", help: "the CSMS, without identity. Default ws://localhost:9000" },
  "--profile": { path: "csms.profile", value: "N", help: "security profile 0 to 3. Default: what the rest calls for" },
  "--password": { path: "csms.password", value: "TEXT", help: "Basic password; {n} and {identity} are filled in" },
  "--ca": { path: "csms.ca", value: "FILE", help: "CA certificates to trust, PEM" },
  "--cert": { path: "csms.certificate", value: "FILE", help: "the station's certificate, PEM; {n}, {identity}" },
  "--key": { path: "csms.key", value: "FILE", help: "its private key, PEM; {n}, {identity}" },
  "--name": { path: "name", value: "TEXT", help: "title of the report. Default Fleet" },
  "--stations": { path: "stations.count", value: "N", help: "how many stations. Default 10" },
  "--identity": { path: "stations.identity", value: "TEXT", help: "template of the identities. Default CS-{n}" },
  "--first": { path: "stations.first", value: "N", help: "number of the first station. Default 1" },
  "--evses": { path: "stations.evses", value: "N", help: "EVSEs of each station. Default 2" },
  "--supply": { path: "stations.supply", value: "AC|DC", help: "what the stations give. Default AC" },
  "--ramp-up": { path: "rampUp.over", value: "TIME", help: "from the first connection to the last. Default 0" },
  "--ramp-steps": { path: "rampUp.steps", value: "N", help: "connect in so many groups. Default: one by one" },
  "--duration": { path: "duration", value: "TIME", help: "of the run: 90s, 5m, 2h. Default 10m" },
  "--seed": { path: "seed", value: "N", help: "of all that is random. Default 1" },
  "--time": { path: "time", value: "real|virtual", help: "virtual: in memory, as fast as it goes. Default real" },
  "--sessions": { path: "arrivals.perHour", value: "N", help: "sessions per station and hour. Default 0.5" },
  "--pattern": {
    path: "arrivals.pattern",
    value: "NAME",
    help: "constant, office, home, highway or shop. Default constant"
  },
  "--stay": { path: "sessions.stay.mean", value: "TIME", help: "how long an EV stays in the mean. Default 45m" },
  "--energy": { path: "sessions.energy.mean", value: "ENERGY", help: "what a driver wants in the mean. Default 18kWh" },
  "--tokens": { path: "tokens.list", value: "A,B,…", help: "tokens that the CSMS knows. Default 04AA0001 to 04AA0100" },
  "--unknown": {
    path: "tokens.unknown",
    value: "SHARE",
    help: "of sessions with a token it does not know, 0 to 1. Default 0"
  },
  "--meter": { path: "messages.meterInterval", value: "TIME", help: "between meter values. Default 60s" },
  "--heartbeat": {
    path: "messages.heartbeatInterval",
    value: "TIME",
    help: "between heartbeats, instead of what the CSMS says"
  },
  "--drops": {
    path: "faults.connectionDrop.perHour",
    value: "N",
    help: "lost connections per station and hour. Default 0"
  },
  "--reboots": { path: "faults.reboot.perHour", value: "N", help: "reboots per station and hour. Default 0" },
  "--offline": {
    path: "faults.offline.perHour",
    value: "N",
    help: "times without network per station and hour. Default 0"
  }
}

/** A command line taken apart. */
export interface ParsedFlags {
  /** For `readScenario`, in the order of the command line: the last one wins. */
  readonly flags: ReadonlyArray<Given>
  /** Flags that are the caller's own, by name; `true` for those without a value. */
  readonly own: ReadonlyMap<string, string | true>
  readonly positionals: ReadonlyArray<string>
}

/**
 * Takes a command line apart. `own` are the caller's flags: whether each has a value (`--json FILE`) or none (`--quiet`).
 * Written `--flag value` or `--flag=value`; what comes after `--` is positional.
 */
export const parseFlags = (
  args: ReadonlyArray<string>,
  own: Readonly<Record<string, "value" | "none">> = {}
): Result.Result<ParsedFlags, ScenarioInvalid> => {
  const flags: Array<Given> = []
  const mine = new Map<string, string | true>()
  const positionals: Array<string> = []
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      positionals.push(...rest)
      break
    }
    if (!arg.startsWith("-") || arg === "-") {
      positionals.push(arg)
      continue
    }
    const equals = arg.indexOf("=")
    const name = equals === -1 ? arg : arg.slice(0, equals)
    const inline = equals === -1 ? undefined : arg.slice(equals + 1)
    const kind = kindOf(name, own)
    if (kind === undefined) return Result.fail(unknownFlag(name, own))
    if (kind === "none" && inline !== undefined) return Result.fail(wrong(name, "has no value"))
    const next = kind === "none" ? "" : (inline ?? takeValue(rest))
    if (next === undefined) return Result.fail(wrong(name, `needs a value: ${name} ${valueWord(name)}`))
    if (Object.hasOwn(own, name)) mine.set(name, kind === "none" ? true : next)
    else {
      const setting = settingOf(name, next)
      if (setting === undefined) return Result.fail(wrong(name, "needs a path and a value: --set stations.amps=16"))
      flags.push(setting)
    }
  }
  return Result.succeed({ flags, own: mine, positionals })
}

/** The flags as help text, one a line, aligned: all of them, or those with these names. */
export const flagsHelp = (names: ReadonlyArray<string> = Object.keys(scenarioFlags)): string => {
  const rows = Object.entries(scenarioFlags)
    .filter(([name]) => names.includes(name))
    .map(([name, { help, value }]) => [`${name} ${value}`, help] as const)
  const all = [...rows, ["--set PATH=VALUE", "any setting of the scenario file, like --set stations.amps=16"] as const]
  const width = Math.max(...all.map(([flag]) => flag.length))
  return all.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join("\n")
}

const kindOf = (name: string, own: Readonly<Record<string, "value" | "none">>): "value" | "none" | undefined => {
  if (Object.hasOwn(own, name)) return own[name]
  return name === "--set" || Object.hasOwn(scenarioFlags, name) ? "value" : undefined
}

/** The next word, unless it is another flag; a negative number is a value, and so is - alone. */
const takeValue = (rest: Array<string>): string | undefined => {
  const [next] = rest
  return next === undefined || (next.startsWith("-") && !/^-(?:$|\.?\d)/u.test(next)) ? undefined : rest.shift()
}

const valueWord = (name: string): string => scenarioFlags[name]?.value ?? (name === "--set" ? "PATH=VALUE" : "VALUE")

const settingOf = (name: string, text: string): Given | undefined => {
  if (name !== "--set") return at(scenarioFlags[name]?.path ?? "", text, name)
  const [, path, value] = /^([\w.]+)=(.*)$/su.exec(text) ?? []
  return path === undefined || value === undefined ? undefined : at(path, value, `--set ${path}`)
}

/** The value as the only one in a tree of groups. */
const at = (path: string, value: string, flag: string): Given => {
  const place = { flag }
  return path
    .split(".")
    .reduceRight<Given>((given, key) => ({ kind: "map", entries: new Map([[key, { place, given }]]), place }), {
      kind: "scalar",
      value,
      place
    })
}

const wrong = (name: string, problem: string, allowed?: string): ScenarioInvalid =>
  new ScenarioInvalid({ place: { flag: name }, path: "", problem, allowed })

const unknownFlag = (name: string, own: object): ScenarioInvalid => {
  const names = [...Object.keys(scenarioFlags), "--set", ...Object.keys(own)]
  const near = similar(name, names)
  return wrong(name, `no such flag${near === undefined ? "" : `; did you mean ${near}?`}`, names.join(" "))
}
