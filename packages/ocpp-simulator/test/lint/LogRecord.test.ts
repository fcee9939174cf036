import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { lintLines } from "../../src/lint/Lint.ts"
import { isRecord, type LogRecord, readLine, writeLine } from "../../src/lint/LogRecord.ts"

const read = (text: string): LogRecord => {
  const record = readLine(text, 1)
  assert.isTrue(record !== undefined && isRecord(record), text)
  return record as LogRecord
}

describe("a line of a log", () => {
  it("is read in the documented form", () => {
    assert.deepStrictEqual(
      read('{"at":"2026-01-01T00:00:00Z","identity":"CS-1","direction":"in","text":"[2,\\"1\\",\\"Heartbeat\\",{}]"}'),
      {
        line: 1,
        at: Date.parse("2026-01-01T00:00:00Z"),
        identity: "CS-1",
        from: "station",
        text: '[2,"1","Heartbeat",{}]',
        event: undefined,
        code: undefined,
        action: undefined
      }
    )
  })

  it.each([
    ['[2,"1","Heartbeat",{}]', undefined],
    ['{"frame":[2,"1","Heartbeat",{}],"direction":"cs->csms"}', "station"],
    ['{"message":"[2,\\"1\\",\\"Heartbeat\\",{}]","from":"csms"}', "csms"],
    ['{"message":[2,"1","Heartbeat",{}],"direction":"out"}', "csms"],
    ['2026-01-01T00:00:00Z CS-1 > [2,"1","Heartbeat",{}]', undefined]
  ] as const)("%s is a frame", (text, from) => {
    const record = read(text)
    assert.deepStrictEqual([record.from, record.text], [from, '[2,"1","Heartbeat",{}]'])
  })

  it("R-006: tells the subprotocol of a connection, and it is written", () => {
    const line = writeLine({ at: 0, identity: "CS-1", event: "open", protocol: "ocpp1.6" })
    assert.strictEqual(read(line).protocol, "ocpp1.6")
    assert.include(
      lintLines([line]).map(({ message }) => message),
      'the subprotocol is "ocpp1.6"; that of OCPP 2.0.1 is "ocpp2.0.1"'
    )
    assert.deepStrictEqual(lintLines([line.replace("ocpp1.6", "ocpp2.0.1")]), [])
  })

  it("says what is wrong with it when it cannot be read, and nothing when it is blank", () => {
    assert.deepStrictEqual(readLine("hello", 3), { line: 3, problem: "the line is neither JSON nor has a frame in it" })
    assert.deepStrictEqual(readLine('{"a":1}', 3), { line: 3, problem: "the object has neither text, frame nor event" })
    assert.deepStrictEqual(readLine('[[2,"1","Heartbeat",{}],[3,"1",{}]]', 3), {
      line: 3,
      problem: "the line is a list of messages; each must be on a line of its own"
    })
    assert.isUndefined(readLine("  ", 3))
  })

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.string(),
        fc.constantFrom("station" as const, "csms" as const),
        fc.string(),
        (at, identity, from, text) => {
          const record = read(writeLine({ at, identity, from, text }))
          assert.deepStrictEqual([record.at, record.identity, record.from, record.text], [at, identity, from, text])
        }
      )
    )
  })
})
