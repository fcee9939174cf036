import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Console, Effect } from "effect"
import { type LintArgs, lintCommand } from "../../src/lint/command.ts"
import { writeLine } from "../../src/lint/LogRecord.ts"
import { writeFile } from "../../src/lint/recorder.ts"
import { accepted, Session } from "./session.support.ts"

const directory = mkdtempSync(join(tmpdir(), "ocpp-lint-"))

const fileOf = (name: string, { records }: Session, ...more: ReadonlyArray<string>): string => {
  const file = join(directory, name)
  const lines = records.map(({ at = 0, code, event, from, identity, text }) =>
    writeLine({
      at,
      identity,
      ...(from === undefined ? {} : { from }),
      ...(text === undefined ? {} : { text }),
      ...(event === undefined ? {} : { event }),
      ...(code === undefined ? {} : { code })
    })
  )
  writeFileSync(file, [...lines, ...more].join("\n"))
  return file
}

/** Exit code and what was printed. */
const run = Effect.fnUntraced(function* (positionals: ReadonlyArray<string>, values: LintArgs["values"] = {}) {
  const printed: Array<string> = []
  const say = (text: string): void => void printed.push(text)
  const code = yield* Effect.provideService(lintCommand({ positionals, values }), Console.Console, {
    ...console,
    log: say,
    error: say
  })
  return { code, lines: printed.flatMap((text) => text.split("\n")) }
})

describe("ocpp-sim lint", () => {
  it.effect("gives 0 for a log without errors", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* run([fileOf("good.jsonl", accepted().status().transaction("t", 2))])
      assert.deepStrictEqual([code, lines], [0, ["13 lines, 1 station: 0 errors, 0 warnings, 0 notes"]])
    })
  )

  it.effect("gives 2 for a file that is no log", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* run([fileOf("none.jsonl", new Session(), "stations: 5")])
      assert.strictEqual(code, 2)
      assert.include(lines.at(-1), "no frame")
      assert.include(lines.at(-1), "JSON lines, one message each")
    })
  )

  it.effect("gives 1 for a log with errors, and says where", () =>
    Effect.gen(function* () {
      const file = fileOf("bad.jsonl", accepted().text("station", "[2,"), "no line of a log")
      const { code, lines } = yield* run([file])
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(lines.slice(0, 3), [
        `${file}:4 error R-070 CS-1: the message is not JSON`,
        `${file}:5 warning log the line is neither JSON nor has a frame in it`,
        "5 lines, 1 station: 1 error, 1 warning, 0 notes"
      ])
    })
  )

  it.effect("shows only what is asked for", () =>
    Effect.gen(function* () {
      const file = fileOf("some.jsonl", accepted().text("station", "[2,").text("station", ""))
      assert.include((yield* run([file], { severity: "error" })).lines.at(-2), "1 error, 0 warnings")
      assert.strictEqual((yield* run([file], { ignore: ["R-070"] })).code, 0)
      assert.strictEqual((yield* run([file], { max: "0" })).lines.length, 3)
    })
  )

  it.effect("prints JSON for machines", () =>
    Effect.gen(function* () {
      const { lines } = yield* run([fileOf("json.jsonl", accepted().text("station", ""))], { json: true })
      const [finding, last] = lines.map((line) => JSON.parse(line))
      assert.deepInclude(finding, { line: 4, identity: "CS-1", severity: "warning", rules: ["R-080"] })
      assert.deepStrictEqual(last.summary.counts, { error: 0, warning: 1, note: 0 })
    })
  )

  it.effect("gives 2 for a file that is not there, and for wrong options", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run([join(directory, "absent")])).code, 2)
      assert.strictEqual((yield* run([])).code, 2)
      assert.strictEqual((yield* run(["x"], { severity: "loud" })).code, 2)
      assert.strictEqual((yield* run(["x"], { "call-timeout": "soon" })).code, 2)
    })
  )

  it.effect("a recording is in the file when its scope closes", () =>
    Effect.gen(function* () {
      const file = join(directory, "recording.jsonl")
      yield* Effect.scoped(Effect.map(writeFile(file), (write) => ["a", "b"].forEach(write)))
      assert.strictEqual(readFileSync(file, "utf8"), "a\nb\n")
      assert.strictEqual(
        (yield* Effect.flip(Effect.scoped(writeFile(join(directory, "no", "file")))))._tag,
        "FileUnwritable"
      )
    })
  )
})
