/** A scenario out of a YAML file and flags; flags win. What is wrong is told in one message. */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { evModels, type NamedEV } from "./EVModels.ts"
import { type Given, type GivenEntry, type Place, ScenarioInvalid } from "./Given.ts"
import { normalized, patterns } from "./Hours.ts"
import { readYaml } from "./readYaml.ts"
import type { Scenario } from "./Scenario.ts"
import { readSettings, type Settings } from "./Settings.ts"
import { identityOf } from "./Stations.ts"

/** Where a scenario comes from. */
export interface ScenarioSource {
  /** The text of the file. */
  readonly yaml?: string | undefined
  /** Its name, for messages. */
  readonly file?: string | undefined
  /** What `parseFlags` gave, in order. */
  readonly flags?: ReadonlyArray<Given> | undefined
}

/** Reads the scenario, with defaults for all that is not said. */
export const readScenario = (source: ScenarioSource): Result.Result<Scenario, ScenarioInvalid> => {
  const file = source.file ?? "scenario.yaml"
  const read = source.yaml === undefined ? Result.succeed(undefined) : readYaml(source.yaml, file)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const layers = [...(read.success === undefined ? [] : [read.success]), ...(source.flags ?? [])]
  const start: Place = source.yaml === undefined ? { flag: "scenario" } : { file, line: 1, column: 1 }
  const settings = readSettings(layers, start)
  if (Result.isFailure(settings)) return Result.fail(settings.failure)
  const conflict = conflicts(settings.success).find(({ when }) => when)
  if (conflict === undefined) return Result.succeed(toScenario(settings.success))
  const { allowed, path, problem } = conflict
  return Result.fail(new ScenarioInvalid({ place: placeOf(layers, path) ?? start, path, problem, allowed }))
}

interface Conflict {
  readonly when: boolean
  readonly path: string
  readonly problem: string
  readonly allowed: string
}

/** What is right alone and wrong together. */
const conflicts = (settings: Settings): ReadonlyArray<Conflict> => {
  const { arrivals, csms, duration, evs, rampUp, stations, tokens } = settings
  const profile = profileOf(settings)
  const secure = new URL(csms.url).protocol === "wss:"
  const last = identityOf({ stations: { ...toStations(stations) } }, stations.count - 1)
  const models = (evs ?? []).map(({ maxAcPower, maxDcPower, model }) => ({
    ac: maxAcPower ?? evModels[model ?? "family"].maxAcPower,
    dc: maxDcPower ?? evModels[model ?? "family"].maxDcPower
  }))
  return [
    {
      when: profile >= 2 && !secure,
      path: "csms.profile",
      problem: `is ${profile}, but csms.url ${JSON.stringify(csms.url)} is not encrypted`,
      allowed: "wss: with profile 2 or 3"
    },
    {
      when: profile === 1 && secure,
      path: "csms.profile",
      problem: "is 1, but csms.url is encrypted",
      allowed: "ws: with profile 1; profile 2 is the same over wss:"
    },
    {
      when: (profile === 1 || profile === 2) && csms.password === undefined,
      path: "csms.profile",
      problem: `is ${profile}, but there is no csms.password`,
      allowed: "a password with profile 1 or 2"
    },
    {
      when: profile === 3 && (csms.certificate === undefined || csms.key === undefined),
      path: "csms.profile",
      problem: `is 3, but there is no csms.${csms.certificate === undefined ? "certificate" : "key"}`,
      allowed: "certificate and key with profile 3"
    },
    {
      when: stations.count > 1 && !/\{n(?::\d+)?\}/u.test(stations.identity),
      path: "stations.identity",
      problem: `is ${JSON.stringify(stations.identity)}: all ${stations.count} stations would have the same`,
      allowed: "a template with {n}, or stations.count 1"
    },
    {
      when: last.length > 48,
      path: "stations.identity",
      problem: `makes identities of ${last.length} characters`,
      allowed: "at most 48 characters (R-023)"
    },
    {
      when: stations.supply === "DC" && stations.phases !== undefined,
      path: "stations.phases",
      problem: `is ${stations.phases}, but the supply is DC`,
      allowed: "phases with AC only"
    },
    {
      when: rampUp.over > duration,
      path: "rampUp.over",
      problem: `is ${rampUp.over} s, longer than the duration of ${duration} s`,
      allowed: "at most the duration"
    },
    {
      when: arrivals.weekday !== undefined && arrivals.weekday.every((weight) => weight === 0),
      path: "arrivals.weekday",
      problem: "has no hour with a weight above 0",
      allowed: "24 weights, at least one above 0; perHour 0 for no sessions"
    },
    {
      when: evs !== undefined && evs.every((ev) => ev.share === 0),
      path: "evs",
      problem: "has no EV with a share above 0",
      allowed: "at least one"
    },
    {
      when: models.length > 0 && models.every((model) => (stations.supply === "AC" ? model.ac : model.dc) === 0),
      path: "evs",
      problem: `has no EV that can charge with ${stations.supply}`,
      allowed: `at least one with ${stations.supply === "AC" ? "maxAcPower" : "maxDcPower"} above 0`
    },
    {
      when: tokens.unknown === 1 && settings.sessions.remoteStart === 1,
      path: "tokens.unknown",
      problem: "is 1, but no driver swipes with sessions.remoteStart 1",
      allowed: "one of the two"
    }
  ]
}

/** Where a path is written; where its parent is, when it is not. */
const placeOf = (layers: ReadonlyArray<Given>, path: string): Place | undefined => {
  let place: Place | undefined
  let deepest = 0
  for (const layer of layers) {
    let given: Given | undefined = layer
    for (const [depth, key] of path.split(".").entries()) {
      const entry: GivenEntry | undefined = given?.kind === "map" ? given.entries.get(key) : undefined
      if (entry !== undefined && depth + 1 >= deepest) {
        deepest = depth + 1
        place = "flag" in entry.given.place ? entry.given.place : entry.place
      }
      given = entry?.given
    }
  }
  return place
}

/** Without a word, what the rest calls for: a certificate 3, a password 1 or 2, nothing 0. */
const profileOf = ({ csms }: Settings): 0 | 1 | 2 | 3 => {
  if (csms.profile !== undefined) return csms.profile
  if (csms.certificate !== undefined) return 3
  if (csms.password === undefined) return 0
  return csms.url.toLowerCase().startsWith("wss:") ? 2 : 1
}

const toStations = ({ amps, connector, phases, voltage, ...rest }: Settings["stations"]): Scenario["stations"] => ({
  ...rest,
  phases: rest.supply === "DC" ? 0 : (phases ?? 3),
  voltage: voltage ?? (rest.supply === "DC" ? 400 : 230),
  amps: amps ?? (rest.supply === "DC" ? 375 : 32),
  connector: connector ?? (rest.supply === "DC" ? "cCCS2" : "cType2")
})

const toScenario = (settings: Settings): Scenario => {
  const { arrivals, csms, evs, rampUp, stations, tokens, ...rest } = settings
  const named = patterns[arrivals.pattern]
  const weekday = arrivals.weekday ?? named.weekday
  const weekend = arrivals.weekend ?? (arrivals.weekday === undefined ? named.weekend : weekday)
  return {
    ...rest,
    csms: {
      ...csms,
      profile: profileOf(settings),
      password: csms.password === undefined ? undefined : Redacted.make(csms.password)
    },
    stations: toStations(stations),
    rampUp: { seconds: rampUp.over, steps: rampUp.steps },
    evs: evs === undefined ? defaultMix(stations.supply) : evs.map((ev) => ({ model: toModel(ev), share: ev.share })),
    arrivals: { perHour: arrivals.perHour, ...(normalized({ weekday, weekend }) ?? patterns.constant) },
    tokens: { ...tokens, list: tokens.list ?? [] }
  }
}

const defaultMix = (supply: "AC" | "DC"): Scenario["evs"] => [
  { model: evModels.compact, share: 4 },
  { model: evModels.family, share: 4 },
  { model: evModels.limousine, share: 1 },
  supply === "AC" ? { model: evModels.hybrid, share: 1 } : { model: evModels.van, share: 1 }
]

/** What is said of an EV changes the model of that name, or the family car. */
const toModel = (ev: NonNullable<Settings["evs"]>[number]): NamedEV => {
  const base = evModels[ev.model ?? "family"]
  return {
    name: ev.name ?? ev.model ?? "own",
    capacityWh: ev.capacity ?? base.capacityWh,
    maxAcPower: ev.maxAcPower ?? base.maxAcPower,
    maxDcPower: ev.maxDcPower ?? base.maxDcPower,
    phases: ev.phases ?? base.phases,
    minCurrent: ev.minCurrent ?? base.minCurrent,
    taperFrom: ev.taperFrom ?? base.taperFrom
  }
}
