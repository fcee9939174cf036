import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Recorder } from "../../src/report/Recorder.ts"
import { coloursFor, wantsColour } from "../../src/terminal/colours.ts"
import { frame, type LiveState, plainLine } from "../../src/terminal/frame.ts"
import { Live, Rate } from "../../src/terminal/Live.ts"
import { clip, printable, width } from "../../src/terminal/printable.ts"

const none = coloursFor({ env: {}, isTTY: false })
const some = coloursFor({ env: { TERM: "xterm" }, isTTY: true })

const state = (elapsed: number, changes: Partial<LiveState> = {}): LiveState => {
  let now = 0
  const recorder = new Recorder({ now: () => now, virtual: false })
  for (let index = 0; index < 2500; index++) {
    recorder.sent("Heartbeat")
    recorder.answered("Heartbeat", 4)
  }
  recorder.sample({ connected: 40, accepted: 39, transactions: 7, power: 77_000, queued: 3 })
  now = elapsed
  const totals = recorder.totals()
  return { name: "Site", duration: 600, rampUp: 60, stations: 50, clock: "real", totals, perSecond: 12.34, ...changes }
}

/** A terminal good enough for what `Live` writes: rows of text, a cursor, lines that break where they are too long. */
class Screen {
  isTTY = true
  columns = 100
  rows = 30
  lines: Array<string> = [""]
  row = 0
  cursor = true
  write(text: string): void {
    for (const [part] of text.matchAll(/\p{Cc}\[\??\d*[A-Za-z]|\p{Cc}|\P{Cc}+/gu)) {
      if (part === "\n") this.lines[++this.row] ??= ""
      else if (part === "\u001B[?25l") this.cursor = false
      else if (part === "\u001B[?25h") this.cursor = true
      else if (part === "\u001B[0J") this.lines = [...this.lines.slice(0, this.row), ""]
      else if (part.startsWith("\u001B") && part.endsWith("A")) this.row -= Number(part.slice(2, -1))
      else if (!part.startsWith("\u001B") && part !== "\r") this.lines[this.row] += part
    }
    if (this.row < 0) throw new RangeError("above the first line")
  }
}

describe("frame", () => {
  it("shows the run in seven lines", () => {
    expect(frame(state(150_000), 100, none)).toStrictEqual([
      "Site",
      "  ━━━━━━━━━━──────────────────────────────  25 %  2 min 30 s of 10 min",
      "  stations  40 of 50 connected, 39 accepted  0 reconnects",
      "  messages  12.3 per second, 2,500 sent, 0 received  0 failed",
      "  answers   p50 4 ms, p90 4 ms, p99 4 ms  max 4 ms",
      "  sessions  7 running, 0 started, 0 ended  77 kW",
      "  trouble   0 faults made, 3 in offline queues  0 Wh charged"
    ])
  })

  it("says how fast virtual time goes, and nothing of latencies", () => {
    const lines = frame(state(60_000, { clock: "virtual", speed: 1500 }), 100, none)
    expect(lines.join("\n")).toContain("1 min of 10 min · 1,500× real time")
    expect(lines.some((line) => line.includes("answers"))).toBe(false)
  })

  it("is never wider than the terminal, with colours or without", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 200 }),
        fc.nat(1_000_000),
        fc.string({ unit: "grapheme" }),
        (columns, elapsed, name) => {
          for (const colours of [none, some]) {
            for (const line of frame(state(elapsed, { name }), columns, colours)) {
              expect(width(line)).toBeLessThanOrEqual(columns)
              expect(line).not.toContain("\n")
            }
          }
        }
      ),
      { numRuns: 60 }
    )
  })
})

describe("Live", () => {
  it("draws over what it has drawn", () => {
    const screen = new Screen()
    const live = new Live(screen, { TERM: "xterm", NO_COLOR: "1" })
    live.show(state(1000))
    live.show(state(2000))
    expect(screen.lines).toHaveLength(8)
    expect([screen.lines[1]?.includes("2 s of 10 min"), screen.cursor]).toStrictEqual([true, false])
  })

  it("prints above the block, and leaves nothing but that at the end", () => {
    const screen = new Screen()
    const live = new Live(screen, { TERM: "xterm", NO_COLOR: "1" })
    live.show(state(1000))
    live.print("hello")
    expect([screen.lines[0], screen.lines[1]]).toStrictEqual(["hello", "Site"])
    live.end()
    live.end()
    expect([screen.lines, screen.cursor]).toStrictEqual([["hello", ""], true])
  })

  it("fits into a terminal of few rows", () => {
    const screen = new Screen()
    screen.rows = 4
    new Live(screen, { TERM: "xterm", NO_COLOR: "1" }).show(state(1000))
    expect(screen.lines).toHaveLength(4)
  })

  it("goes further up when the terminal has become narrower", () => {
    const written: Array<string> = []
    const output = { isTTY: true, columns: 81, write: (text: string) => written.push(text) }
    const live = new Live(output, { TERM: "xterm", NO_COLOR: "1" })
    live.show(state(1000))
    const lengths = written[0]!
      .replace("\u001B[?25l", "")
      .trimEnd()
      .split("\n")
      .map((line) => line.length)
    output.columns = 41
    live.show(state(2000))
    const broken = lengths.filter((length) => length > 41).length
    expect(broken).toBeGreaterThan(2)
    expect(written[1]?.startsWith(`\r\u001B[${lengths.length + broken}A\u001B[0J`)).toBe(true)
  })

  it("writes a line every ten seconds where nothing can be drawn over, and the last one at the end", () => {
    let now = 0
    const written: Array<string> = []
    const live = new Live({ write: (text: string) => written.push(text) }, { TERM: "xterm" }, () => now)
    for (let second = 0; second <= 25; second++) {
      now = second * 1000
      live.show(state(now))
    }
    live.end()
    expect(written.map((line) => line.split(",")[0])).toStrictEqual([
      "0 s of 10 min",
      "10 s of 10 min",
      "20 s of 10 min",
      "25 s of 10 min"
    ])
    expect(written.join("")).not.toContain("\u001B")
  })
})

describe("colours", () => {
  it.each([
    [{ TERM: "xterm" }, true, true],
    [{ TERM: "xterm" }, false, false],
    [{ TERM: "dumb" }, true, false],
    [{ TERM: "xterm", NO_COLOR: "1" }, true, false],
    [{ TERM: "xterm", NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, false, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, false]
  ])("%j on a terminal: %j gives %j", (env, isTTY, expected) => {
    expect(wantsColour({ env, isTTY })).toBe(expected)
  })
})

describe("Rate", () => {
  it("is of the last seconds only", () => {
    const rate = new Rate(5000)
    expect(rate.next(0, 0)).toBe(0)
    for (let second = 1; second <= 20; second++) rate.next(second * 1000, 100 * second)
    for (let second = 21; second <= 30; second++) rate.next(second * 1000, 2000)
    expect(rate.next(31_000, 2010)).toBe(2)
  })
})

describe("printable", () => {
  it("lets nothing through that moves a cursor or turns the text round", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      })
    )
  })

  it("cuts by what is seen", () => {
    expect([clip("abcdef", 4), clip("充電充電", 5), clip("abc", 3), width("充電")]).toStrictEqual([
      "abc…",
      "充電…",
      "abc",
      4
    ])
  })

  it("a plain line has no control character", () => {
    expect(plainLine(state(90_000))).toBe(
      "1 min 30 s of 10 min, 40/50 connected, 12.3 messages/s, p50 4 ms, p99 4 ms, 7 transactions, 77 kW, 0 failed, 3 queued"
    )
  })
})
