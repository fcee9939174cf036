import * as fc from "fast-check"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { readCondition } from "../../src/interactive/Condition.ts"
import { type EditedLine, emptyLine, entered, press, textOf, visible } from "../../src/interactive/LineEditor.ts"
import { Messages } from "../../src/interactive/messages.ts"
import { bar, stationFrame } from "../../src/interactive/stationFrame.ts"
import type { EvseView, StationView } from "../../src/interactive/StationView.ts"
import { messageLine, storyLine, tell } from "../../src/interactive/story.ts"
import { coloursFor } from "../../src/terminal/colours.ts"
import { width } from "../../src/terminal/printable.ts"

const none = coloursFor({ env: {}, isTTY: false })
const some = coloursFor({ env: { TERM: "xterm" }, isTTY: true })

const free: EvseView = {
  id: 2,
  supply: "AC 3 × 32 A",
  maxPower: 22_080,
  connectors: [{ id: 1, type: "cType2", status: "Available" }],
  cable: undefined,
  transaction: undefined,
  power: 0,
  limit: undefined
}

const busy: EvseView = {
  ...free,
  id: 1,
  connectors: [{ id: 1, type: "cType2", status: "Occupied" }],
  cable: { connectorId: 1, ev: "family", stateOfCharge: 0.426, target: 0.8 },
  transaction: { id: "tx-1", isRunning: true, state: "Charging", energy: 3420, cost: 1.2 },
  power: 11_040,
  limit: 11_040
}

const view: StationView = {
  identity: "CS-1",
  hardware: "Wattline Virtual 1.0.0",
  url: "ws://127.0.0.1:9000",
  state: "Accepted",
  retryIn: undefined,
  undelivered: 0,
  display: [],
  selected: 1,
  evses: [busy, free]
}

const room = { columns: 120, rows: 20 }

describe("the station on the screen", () => {
  it("shows link, EVSEs, EV, transaction, power, energy, cost and limit", () => {
    expect(stationFrame(view, room, none)).toStrictEqual([
      "CS-1  ● online, accepted  Wattline Virtual 1.0.0  ws://127.0.0.1:9000",
      "▸ EVSE 1  Occupied     family ▕████▎     ▏  42 %  AC 3 × 32 A cType2  limit 11 kW",
      "    Charging          11 kW   3.42 kWh  costs 1.20  transaction tx-1",
      "  EVSE 2  Available    AC 3 × 32 A cType2"
    ])
  })

  it("shows what is wrong: no link, undelivered messages; and what the display shows, without control characters", () => {
    const lines = stationFrame(
      { ...view, state: "Waiting", retryIn: 12.3, undelivered: 3, display: ["Out of \u001B[2Jorder"], evses: [free] },
      room,
      none
    )
    expect(lines[0]).toBe("CS-1  ○ offline, tries again in 13 s  Wattline Virtual 1.0.0  ws://127.0.0.1:9000")
    expect(lines.slice(2)).toStrictEqual(["  display  Out of ?[2Jorder", "  3 messages not delivered"])
  })

  it("keeps the chosen and the busy EVSEs where there is no room for all", () => {
    const evses = Array.from({ length: 50 }, (_, index) => ({ ...(index === 30 ? busy : free), id: index + 1 }))
    const lines = stationFrame({ ...view, evses, selected: 50 }, { columns: 80, rows: 4 }, none)
    expect(lines.filter((line) => line.includes("EVSE")).map((line) => line.slice(0, 9))).toStrictEqual([
      "  EVSE 1 ",
      "  EVSE 31",
      "▸ EVSE 50"
    ])
    expect(lines.at(-1)).toBe("  … and 47 more")
  })

  it("never has a line that is wider than the terminal, with colours or without", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 140 }), fc.string(), fc.boolean(), (columns, text, isColoured) => {
        const lines = stationFrame(
          { ...view, identity: text, display: [text], undelivered: 12_345 },
          { columns, rows: 9 },
          isColoured ? some : none
        )
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
      })
    )
  })

  it("draws shares as bars of one width", () => {
    expect([0, 0.5, 1, 2].map((share) => bar(share, 4))).toStrictEqual(["▕    ▏", "▕██  ▏", "▕████▏", "▕████▏"])
  })
})

describe("the log", () => {
  const messages = new Messages()
  const show = (from: "station" | "csms", frame: unknown): string => {
    const message = messages.read({ at: 0, identity: "CS-1", from, text: JSON.stringify(frame) })
    return message === undefined ? "" : messageLine(message, 90, none)
  }

  it("names the action of an answer, and says how it ended", () => {
    expect(show("station", [2, "1", "Heartbeat", {}])).toBe("→ Heartbeat {}")
    expect(show("csms", [3, "1", { currentTime: "now" }])).toBe('← Heartbeat ✓ {"currentTime":"now"}')
    expect(show("csms", [2, "1", "Reset", { type: "OnIdle" }])).toBe('← Reset {"type":"OnIdle"}')
    expect(show("station", [4, "1", "NotSupported", "no such thing", {}])).toBe("→ Reset ✗ NotSupported no such thing")
    expect(show("csms", "nonsense")).toBe('← ? ✓ "nonsense"')
  })

  it("R-046: shows no password, wherever it is", () => {
    const line = show("csms", [
      2,
      "7",
      "SetVariables",
      {
        setVariableData: [
          {
            attributeValue: "hunter2hunter2hu",
            component: { name: "SecurityCtrlr" },
            variable: { name: "BasicAuthPassword" }
          }
        ],
        apnPassword: "hunter2hunter2hu"
      }
    ])
    expect(line).not.toContain("hunter2")
    expect(line).toContain('"attributeValue":"•••"')
    const told = tell({
      _tag: "VariableChanged",
      component: "SecurityCtrlr",
      variable: "BasicAuthPassword",
      value: "x1"
    })
    expect(told?.text).toBe("SecurityCtrlr.BasicAuthPassword is now •••")
  })

  it("says what is wrong with an answer", () => {
    const event = { _tag: "CallEnded", action: "BootNotification", end: "InvalidResponse", milliseconds: 1 } as const
    const detail = '/currentTime must match format "date-time" (format)'
    expect(tell({ ...event, status: undefined, detail })?.text).toBe(
      `BootNotification: the answer breaks the schema: ${detail}`
    )
  })

  it("breaks what is said at words", () => {
    expect(storyLine({ tone: "bad", text: "one two three four" }, 12, none)).toBe("! one two\n  three four")
  })
})

describe("a condition", () => {
  const holds = (text: string, changes: Partial<StationView> = {}): boolean => {
    const condition = Result.getOrThrow(readCondition(text, 2))
    return condition.holds({
      view: { ...view, ...changes },
      count: (direction, action) => (direction === "sent" && action === "Heartbeat" ? 1 : 0),
      value: ({ variable }) => (variable === "HeartbeatInterval" ? "60" : undefined)
    })
  }

  it.each([
    ["accepted", true],
    ["offline", false],
    ["charging", true],
    ["charging 2", false],
    ["not charging 2", true],
    ["available 2", true],
    ["full", false],
    ["power >= 11kW", true],
    ["power > 11.1kW at 1", false],
    ["energy = 3.42kWh", true],
    ["energy > 1kWh at 2", false],
    ["soc < 43%", true],
    ["cost = 1.2", true],
    ["limit = 11.04kW at 1", true],
    ["undelivered = 0", true],
    ["delivered", true],
    ["sent Heartbeat", true],
    ["received Reset", false],
    ["OCPPCommCtrlr.HeartbeatInterval = 60", true],
    ["OCPPCommCtrlr.HeartbeatInterval != 60", false]
  ])("%s: %s", (text, expected) => {
    expect(holds(text)).toBe(expected)
    expect(holds(text.startsWith("not ") ? text.slice(4) : `not ${text}`)).toBe(!expected)
  })

  it("looks at the display without regard to case", () => {
    expect(holds("display out of order", { display: ["Sorry: Out of Order"] })).toBe(true)
  })
})

describe("the line that is typed", () => {
  const nobody = () => ({ typed: "", choices: [] })
  const type = (
    line: EditedLine,
    ...keys: ReadonlyArray<string | { readonly name: string; readonly ctrl?: boolean }>
  ) =>
    keys.reduce<EditedLine>(
      (before, key) => press(before, typeof key === "string" ? { sequence: key } : key, nobody),
      line
    )

  it("is edited in the middle", () => {
    const line = type(emptyLine, "p", "l", "g", { name: "left" }, "u", { name: "end" }, "!", { name: "backspace" })
    expect([line.before, line.after]).toStrictEqual(["plug", ""])
    expect(textOf(type(line, " ", "1", { name: "w", ctrl: true }))).toBe("plug ")
    expect(textOf(type(line, { name: "a", ctrl: true }, { name: "k", ctrl: true }))).toBe("")
  })

  it("brings lines back", () => {
    const line = entered(type(entered(type(emptyLine, "a")), "b"))
    expect(textOf(type(line, { name: "up" }, { name: "up" }))).toBe("a")
    expect(textOf(type(line, { name: "up" }, { name: "up" }, { name: "up" }, { name: "down" }))).toBe("b")
    expect(textOf(type(line, { name: "up" }, { name: "down" }))).toBe("")
  })

  it("is completed as far as the choices agree", () => {
    const tab = (before: string, choices: ReadonlyArray<string>) =>
      textOf(press({ ...emptyLine, before }, { name: "tab" }, () => ({ typed: before, choices })))
    expect([
      tab("un", ["unplug", "unlock"]),
      tab("p", ["plug"]),
      tab("o", ["offline", "online"]),
      tab("x", [])
    ]).toStrictEqual(["un", "plug ", "o", "x"])
  })

  it("stays whole and fits the terminal, whatever is pressed", () => {
    const key = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).map((sequence) => ({ sequence })),
      fc.constantFrom("left", "right", "home", "end", "backspace", "delete", "up", "down").map((name) => ({ name }))
    )
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), fc.integer({ min: 5, max: 40 }), (keys, columns) => {
        const line = keys.reduce<EditedLine>((before, one) => press(before, one, nobody), emptyLine)
        const { caret, text } = visible(line, columns)
        expect(width(text)).toBeLessThanOrEqual(columns)
        expect(caret).toBeLessThan(columns)
        expect(textOf(line)).toContain(text)
        expect(textOf(line)).not.toMatch(/\p{Cc}/u)
      })
    )
  })
})
