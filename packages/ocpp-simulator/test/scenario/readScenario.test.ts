import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parseFlags } from "../../src/scenario/parseFlags.ts"
import { readScenario } from "../../src/scenario/readScenario.ts"
import type { Scenario } from "../../src/scenario/Scenario.ts"
import { connectAt, identityOf, passwordOf } from "../../src/scenario/Stations.ts"

const read = (yaml: string | undefined, ...args: ReadonlyArray<string>): Scenario => {
  const { flags } = Result.getOrThrow(parseFlags(args))
  return Result.getOrThrow(readScenario({ yaml, file: "site.yaml", flags }))
}

/** What is printed when it cannot be read. */
const complaint = (yaml: string | undefined, ...args: ReadonlyArray<string>): string => {
  const result = Result.flatMap(parseFlags(args), ({ flags }) => readScenario({ yaml, file: "site.yaml", flags }))
  return Result.isFailure(result) ? result.failure.message : "nothing wrong"
}

describe("example scenarios", () => {
  const folder = new URL("../../scenarios/", import.meta.url)
  it.each(readdirSync(folder))("%s is read", (file) => {
    const result = readScenario({ yaml: readFileSync(new URL(file, folder), "utf8"), file })
    expect(Result.isSuccess(result) ? result.success.stations.count : result.failure.message).toBeTypeOf("number")
  })
})

describe("readScenario", () => {
  it("has a default for everything", () => {
    const scenario = read(undefined)
    expect(scenario).toMatchObject({
      duration: 600,
      seed: 1,
      time: "real",
      csms: { url: "ws://localhost:9000", profile: 0 },
      stations: { count: 10, evses: 2, supply: "AC", phases: 3, voltage: 230, amps: 32, connector: "cType2" },
      faults: { reboot: { perHour: 0 } }
    })
    expect(read("")).toStrictEqual(scenario)
    expect(read("csms:\nstations: {}\n")).toStrictEqual(scenario)
  })

  it("reads units", () => {
    const scenario = read("duration: 1.5h\nsessions:\n  energy: 12kWh\n  stay: { mean: 20 m }\nrampUp: 90\n")
    expect([
      scenario.duration,
      scenario.sessions.energy.mean,
      scenario.sessions.stay.mean,
      scenario.rampUp.seconds
    ]).toStrictEqual([5400, 12_000, 1200, 90])
  })

  it("takes one value where a group has one that matters most", () => {
    const scenario = read("stations: 7\narrivals: 3\ntokens: [A, B]\nevs: [compact, van]\nfaults: { reboot: 0.5 }\n")
    expect(scenario.stations.count).toBe(7)
    expect(scenario.arrivals.perHour).toBe(3)
    expect(scenario.tokens.list).toStrictEqual(["A", "B"])
    expect(scenario.evs.map((ev) => ev.model.name)).toStrictEqual(["compact", "van"])
    expect(scenario.faults.reboot).toMatchObject({ perHour: 0.5, lasting: { mean: 20 } })
  })

  it("keeps text that looks like a number as it is written", () => {
    expect(read("tokens: [0042, '7']\n").tokens.list).toStrictEqual(["0042", "7"])
  })

  it("lets flags win, the last one most, and keeps what they do not say", () => {
    const scenario = read("stations: 7\nseed: 3\n", "--stations", "20", "--evses=4", "--set", "stations.evses=5")
    expect([scenario.stations.count, scenario.stations.evses, scenario.seed]).toStrictEqual([20, 5, 3])
  })

  it("reads lists and truth from flags", () => {
    const scenario = read(undefined, "--tokens", "A, B,C", "--set", "sessions.untilFull=true")
    expect([scenario.tokens.list, scenario.sessions.untilFull]).toStrictEqual([["A", "B", "C"], true])
  })

  it("calls for the profile that fits", () => {
    expect(read(undefined, "--password", "x").csms.profile).toBe(1)
    expect(read(undefined, "--password", "x", "--url", "wss://a").csms.profile).toBe(2)
    expect(read(undefined, "--cert", "c", "--key", "k", "--url", "wss://a").csms.profile).toBe(3)
  })

  it("takes a URL with a query, which some CSMSs tell tenants by", () => {
    expect(read(undefined, "--url", "wss://a/ocpp?tenant=1").csms.url).toBe("wss://a/ocpp?tenant=1")
  })

  it("R-046: shows no password", () => {
    const scenario = read(undefined, "--password", "top-secret-{n}")
    expect(JSON.stringify(scenario)).not.toContain("top-secret")
    const password = passwordOf(scenario, 2)
    expect(password && Redacted.value(password)).toBe("top-secret-03")
  })

  it("scales weights of hours to a mean of 1 on weekdays", () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0 : 4)).join(", ")
    const { arrivals } = read(`arrivals: { weekday: [${hours}] }\n`)
    expect([arrivals.weekday[0], arrivals.weekday[23], arrivals.weekend[23]]).toStrictEqual([0, 2, 2])
  })
})

describe("what is wrong", () => {
  it.each([
    [
      "stations:\n  evses: two\n",
      'site.yaml:2:10: stations.evses cannot be "two".\n  Allowed: a whole number from 1 to 100.'
    ],
    [
      "stations:\n  evses: 0\n",
      "site.yaml:2:10: stations.evses cannot be 0.\n  Allowed: a whole number from 1 to 100."
    ],
    [
      "stations:\n  evse: 2\n",
      "site.yaml:2:3: stations.evse is not a setting; did you mean stations.evses?\n  Allowed: under stations: count, "
    ],
    ["zzz: 2\n", "site.yaml:1:1: zzz is not a setting.\n  Allowed: name, csms, "],
    ["seed: '2'\n", 'site.yaml:1:7: seed cannot be "2".'],
    [
      "duration: 3 weeks\n",
      'site.yaml:1:11: duration cannot be "3 weeks".\n  Allowed: seconds, or with a unit like 90s, 5m, 2h, 1d; from 1 s to 365 d, in s, m, h, d.'
    ],
    [
      "evs: [compact, famly]\n",
      'site.yaml:1:16: evs[1].model cannot be "famly"; did you mean family?\n  Allowed: compact, family'
    ],
    [
      "arrivals: { weekday: [1, 2] }\n",
      "site.yaml:1:22: arrivals.weekday has 2 entries.\n  Allowed: exactly 24 entries."
    ],
    ["sessions: 3\n", "site.yaml:1:11: sessions cannot be 3.\n  Allowed: under sessions: stay, "],
    ["csms: http://a\n", 'site.yaml:1:7: csms.url cannot be "http://a".'],
    [
      "csms: { url: ws://a, profile: 2, password: x }\n",
      'site.yaml:1:22: csms.profile is 2, but csms.url "ws://a" is not encrypted.'
    ],
    ["csms: { profile: 1 }\n", "site.yaml:1:9: csms.profile is 1, but there is no csms.password."],
    [
      "stations: { count: 2, identity: A }\n",
      'site.yaml:1:23: stations.identity is "A": all 2 stations would have the same.'
    ],
    ["rampUp: 20m\n", "site.yaml:1:1: rampUp.over is 1200 s, longer than the duration of 600 s."],
    ["seed: 1\nseed: 2\n", "site.yaml:2:1: not readable as YAML: Map keys must be unique."],
    ["a: [1\n", "site.yaml:2:1: not readable as YAML: "],
    ["a: &a [*a]\n", "site.yaml:1:8: uses the alias *a, which scenarios do not have."],
    ["- 1\n", "site.yaml:1:1: cannot be a list.\n  Allowed: name, "],
    ["__proto__: 1\n", "site.yaml:1:1: __proto__ is not a setting."]
  ])("%j", (yaml, start) => {
    expect(complaint(yaml).slice(0, start.length)).toBe(start)
  })

  it.each([
    [["--stations", "x"], '--stations: stations.count cannot be "x".\n  Allowed: a whole number from 1 to 100000.'],
    [["--statoins", "3"], "--statoins: no such flag; did you mean --stations?"],
    [["--stations"], "--stations: needs a value: --stations N."],
    [["--stations", "--evses", "2"], "--stations: needs a value"],
    [["--set", "stations.amp=16"], "--set stations.amp: stations.amp is not a setting; did you mean stations.amps?"],
    [["--set", "nonsense"], "--set: needs a path and a value"],
    [["--seed", "-1"], '--seed: seed cannot be "-1".'],
    [
      ["--supply", "DC", "--set", "stations.phases=3"],
      "--set stations.phases: stations.phases is 3, but the supply is DC."
    ]
  ])("%j", (args, start) => {
    expect(complaint(undefined, ...args).slice(0, start.length)).toBe(start)
  })
})

describe("parseFlags", () => {
  it("keeps the caller's flags and what is no flag apart", () => {
    const parsed = Result.getOrThrow(
      parseFlags(["site.yaml", "--json=out.json", "--quiet", "--seed", "2", "--", "--x"], {
        "--json": "value",
        "--quiet": "none"
      })
    )
    expect([...parsed.own]).toStrictEqual([
      ["--json", "out.json"],
      ["--quiet", true]
    ])
    expect(parsed.positionals).toStrictEqual(["site.yaml", "--x"])
    expect(parsed.flags).toHaveLength(1)
  })
})

describe("stations", () => {
  it("pads identities to the longest number", () => {
    const scenario = read("stations: { count: 1000, identity: 'CS-{n}' }\n")
    expect([identityOf(scenario, 0), identityOf(scenario, 999)]).toStrictEqual(["CS-0001", "CS-1000"])
    expect(identityOf(read("stations: { first: 40, identity: 'A{n:5}' }\n"), 1)).toBe("A00041")
  })

  it("joins evenly, or in steps, and never after the ramp-up", () => {
    const linear = read("stations: 5\nrampUp: 8\n")
    expect([0, 1, 4].map((index) => connectAt(linear, index))).toStrictEqual([0, 2000, 8000])
    const steps = read("stations: 6\nrampUp: { over: 10, steps: 3 }\n")
    expect([0, 1, 2, 3, 4, 5].map((index) => connectAt(steps, index))).toStrictEqual([0, 0, 5000, 5000, 10_000, 10_000])
  })
})
