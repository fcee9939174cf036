import * as fc from "fast-check"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import type { Vocabulary } from "../../src/interactive/Argument.ts"
import { commands } from "../../src/interactive/commands.ts"
import { complete, readLine, usage } from "../../src/interactive/StationCommand.ts"

const vocabulary: Vocabulary = {
  evses: 2,
  connectors: 1,
  tokens: [
    { idToken: "04A2", type: "ISO14443" },
    { idToken: "DE-ABC", type: "eMAID" }
  ],
  variables: () => ["OCPPCommCtrlr.HeartbeatInterval", "OCPPCommCtrlr.MessageTimeout[Default]"]
}

/** What a line becomes: its command, or why not. */
const read = (line: string): string => {
  const result = readLine(line, commands, vocabulary)
  return Result.isFailure(result) ? result.failure : (result.success?.command.name ?? "nothing")
}

describe("a line", () => {
  it.each([
    ["plug", "plug"],
    ["plug 1 limousine 20%", "plug"],
    ["plug 20% until:80% limousine 2", "plug"],
    ["  :swipe DE-ABC 2", "swipe"],
    ["swipe 12345678", "swipe"],
    ["offline 60s", "offline"],
    ["limit 11kW", "limit"],
    ["limit off", "limit"],
    ["set A.B some text with spaces", "set"],
    ['send DataTransfer {"vendorId": "x"}', "send"],
    ["wait 500ms", "wait"],
    ["wait until charging 1 within 30s", "wait"],
    ["expect power >= 7.2kW at 2", "expect"],
    ["expect not plugged", "expect"],
    ["expect soc=80%", "expect"],
    ["expect received SetVariables", "expect"],
    ["expect display Hello world", "expect"],
    ["expect EVSE@1.AvailabilityState = Available", "expect"],
    ["p", "plug"],
    ["?", "help"],
    ["", "nothing"],
    ["# plug 1", "nothing"]
  ])("%j is %s", (line, name) => {
    expect(read(line)).toBe(name)
  })

  it.each([
    ["plugg", 'There is no command "plugg"; did you mean plug?'],
    ["plug 3", "There is no EVSE 3"],
    ["plug 1.2", "EVSE 1 has no connector 2"],
    ["plug famly", 'plug cannot take "famly"; did you mean family? Allowed: an EVSE from 1 to 2; an EV: compact'],
    ["plug 120%", "120% is more than full"],
    ["unplug 1 1", 'unplug takes no "1". It is: unplug [EVSE]'],
    ["limit", "limit needs a power like 11kW or 3700W, or off. It is: limit POWER|off"],
    ["send Hartbeat", 'send cannot take "Hartbeat"; did you mean Heartbeat?'],
    ["send Reset", "send cannot take"],
    ["swipe A:RFID", '"RFID" is no type of token'],
    ["expect chargin", '"chargin" is no condition; did you mean charging?'],
    ["expect power >> 5kW", "power is compared with an amount, like power >= 7kW"],
    ["expect power > 5 apples", "power is compared with an amount, like power >= 7kW"],
    ["expect power > 5kWh", '"5kWh" is no amount of power; allowed: one like 7kW'],
    ["expect energy > 1kW", '"1kW" is no amount of energy; allowed: one like 1.5kWh'],
    ["expect soc > 30kW", '"30kW" is no amount of soc; allowed: one like 80%'],
    ["expect undelivered < 3%", '"3%" is no amount of undelivered; allowed: one like 5'],
    ["expect charging 5", "there is no EVSE 5; allowed: 1 to 2"],
    ["expect power > much", '"much" is no amount'],
    ["expect A.B > 4", "A.B can be compared with = and != only"],
    ["wait until charging within soon", '"soon" is no time']
  ])("%j is refused with what is allowed", (line, problem) => {
    expect(read(line).toLowerCase()).toContain(problem.toLowerCase())
  })

  it("is never refused with a fault of the program, whatever it is", () => {
    const word = fc.oneof(
      fc.constantFrom(...commands.map(({ name }) => name), "until", "within", "not", "at", "1", "20%", "A.B", ">="),
      fc.string()
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        expect(read(words.join(" "))).not.toBe("")
      })
    )
  })
})

describe("completion", () => {
  it.each([
    ["pl", ["plug"]],
    [":un", ["unplug", "unlock"]],
    ["plug 1 li", ["limousine"]],
    ["swipe ", ["1", "2", "04A2", "DE-ABC:eMAID"]],
    ["set ocppcommctrlr.h", ["OCPPCommCtrlr.HeartbeatInterval"]],
    ["send Heart", ["Heartbeat"]],
    ["nothing x", []]
  ])("after %j come %j", (before, choices) => {
    expect(complete(before, commands, vocabulary).choices).toStrictEqual(choices)
  })

  it("of a name gives a line that is read, where nothing more is needed", () => {
    const open = commands.filter(({ args }) => Object.values(args).every(({ isOptional }) => isOptional))
    expect(open.length).toBeGreaterThan(5)
    for (const { name } of open) expect(read(name)).toBe(name)
  })
})

describe("the table of commands", () => {
  it("has every name and every key once", () => {
    const keys = commands.flatMap(({ key }) => (key === undefined ? [] : [key]))
    const names = commands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set([...keys, "f", "o"]).size).toBe(keys.length + 2)
  })

  it("says how each command is used", () => {
    expect(commands.map(usage)).toContain("plug [EVSE[.CONNECTOR]] [EV] [CHARGE] [until:CHARGE]")
  })
})
