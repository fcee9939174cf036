import { describe, expect, it } from "vitest"
import { apply, type Operation } from "../src/jsonPatch.ts"
import type { Json } from "../src/Json.ts"
import { makeFixture } from "./fixture.ts"

describe("errata", () => {
  it("are applied to the schema files that the generator writes and reads", async () => {
    const { codegen, read } = await makeFixture()
    await codegen()
    expect(JSON.parse(read("schemas/v201/PingRequest.json"))).toHaveProperty("properties.ids.maxItems", 3)
    expect(read("target/src/generated/types.ts")).toContain("@maxItems 3")
    expect(read("target/src/generated/validators.ts")).toContain("must NOT have more than 3 items")
  })

  it.each<readonly [fact: string, operation: Operation, why: string]>([
    ["adds what is there", { op: "add", path: "/properties/ids/minItems", value: 2 }, "it exists already"],
    ["removes what is not there", { op: "remove", path: "/properties/gone" }, "it does not exist"],
    ["replaces what is not there", { op: "replace", path: "/title", value: "x" }, "it does not exist"],
    ["replaces by the same", { op: "replace", path: "/type", value: "object" }, "it has that value already"],
    ["goes where nothing is", { op: "remove", path: "/definitions/Gone/type" }, 'there is no "Gone" on the way to it'],
    ["goes into a text", { op: "remove", path: "/type/x" }, "its parent is neither an object nor a list"],
    ["has no path", { op: "remove", path: "type" }, "its path does not begin with /"]
  ])("an operation that %s no longer applies, and the message names the file", async (_fact, operation, why) => {
    const { codegen, write } = await makeFixture()
    write("schemas/errata.json", {
      errata: [{ file: "PingRequest.json", reason: "r", source: "s", patch: [operation] }]
    })
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toBe(
      `wattline-codegen: PingRequest.json: the erratum "${operation.op} ${operation.path}" no longer applies: ${why}`
    )
  })

  it("an erratum for a file that is gone no longer applies", async () => {
    const { codegen, write } = await makeFixture()
    const patch = [{ op: "remove", path: "/type" }]
    write("schemas/errata.json", { errata: [{ file: "Gone.json", reason: "r", source: "s", patch }] })
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain('Gone.json: the erratum "remove /type" no longer applies: there is no such file')
  })

  it.each(["file", "reason", "source", "patch"])("an erratum without %s is refused", async (member) => {
    const { codegen, write } = await makeFixture()
    const erratum = { file: "PingRequest.json", reason: "r", source: "s", patch: [{ op: "remove", path: "/type" }] }
    write("schemas/errata.json", { errata: [{ ...erratum, [member]: "" }] })
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain("errata.json: /errata/0 needs file, reason, source, and a patch")
  })
})

describe("a JSON Patch operation", () => {
  const document: Json = { list: [1, 2], "a/b": { "~": true }, keep: {} }

  it.each<readonly [operation: Operation, result: Json]>([
    [
      { op: "add", path: "/list/1", value: 9 },
      { ...document, list: [1, 9, 2] }
    ],
    [
      { op: "add", path: "/list/-", value: 9 },
      { ...document, list: [1, 2, 9] }
    ],
    [
      { op: "replace", path: "/list/0", value: 9 },
      { ...document, list: [9, 2] }
    ],
    [
      { op: "remove", path: "/list/0" },
      { ...document, list: [2] }
    ],
    [
      { op: "remove", path: "/a~1b/~0" },
      { ...document, "a/b": {} }
    ],
    [
      { op: "add", path: "/keep/new", value: null },
      { ...document, keep: { new: null } }
    ]
  ])("%j applies and leaves its input alone", (operation, value) => {
    const before = structuredClone(document)
    expect(apply(document, operation)).toEqual({ value })
    expect(document).toEqual(before)
  })

  it("does not apply outside a list", () => {
    expect(apply(document, { op: "add", path: "/list/3", value: 9 })).toHaveProperty("refused")
    expect(apply(document, { op: "remove", path: "/list/2" })).toHaveProperty("refused")
  })
})
