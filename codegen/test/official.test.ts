/** What holds for the installed official files and the authored files of this repository. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { load, renderApi, renderSources } from "../src/generate.ts"
import { children, isObject, readJson, type Json } from "../src/Json.ts"
import { defaultPlaces } from "../src/Places.ts"
import { fingerprint } from "../src/structure.ts"

const places = defaultPlaces()
const loaded = load(places)

describe("the official schemas with the errata applied", () => {
  it("are 128 payloads of 64 actions that share 143 definitions", () => {
    expect(loaded.model.payloads.size).toBe(128)
    expect(loaded.model.actions.size).toBe(64)
    expect(loaded.model.definitions.size).toBe(143)
  })

  it("equal edition 3 in structure, file by file", () => {
    const ours = Object.fromEntries([...loaded.schemas].map(([file, schema]) => [file, fingerprint(schema)]))
    expect(ours).toEqual(children(readJson("edition3.json", join(places.schemas, "edition3.json")), "files"))
  })

  it("R-125: every object but CustomDataType is closed", () => {
    const open = [...loaded.model.definitions, ...loaded.model.payloads]
      .filter(([, schema]) => schema["type"] === "object" && schema["additionalProperties"] !== false)
      .map(([name]) => name)
    expect(open).toEqual(["CustomDataType"])
  })

  it("use only the keywords that the error table and the generators know", () => {
    const keywords = new Set<string>()
    const visit = (node: Json, isMap: boolean): void => {
      if (!isObject(node)) return
      for (const [key, value] of Object.entries(node)) {
        if (!isMap) keywords.add(key)
        visit(value, !isMap && key === "properties")
      }
    }
    for (const schema of [...loaded.model.definitions.values(), ...loaded.model.payloads.values()]) visit(schema, false)
    const annotations = [
      "$schema",
      "$id",
      "$comment",
      "description",
      "javaType",
      "default",
      "$ref",
      "properties",
      "items"
    ]
    const constraints = ["type", "required", "additionalProperties", "enum", "format"]
    const limits = ["maxLength", "minimum", "maximum", "minItems", "maxItems"]
    expect([...keywords].toSorted()).toEqual([...annotations, ...constraints, ...limits].toSorted())
  })
})

const count = (direction: string) => [...loaded.model.actions.values()].filter((a) => a.direction === direction).length

describe("who sends what", () => {
  it("is 24 actions of the station, 39 of the CSMS, and DataTransfer of both", () => {
    expect([count("station-to-csms"), count("csms-to-station"), count("both")]).toEqual([24, 39, 1])
    expect(loaded.model.actions.get("DataTransfer")).toEqual({ direction: "both", block: "P" })
  })
})

describe("the generated sources", () => {
  it("are the same bytes every time", async () => {
    expect([...(await renderSources(loaded))]).toEqual([...(await renderSources(load(places)))])
  })

  it("document every export", async () => {
    const undocumented = [...(await renderSources(loaded))].flatMap(([path, text]) =>
      [...text.matchAll(/(?<before>.*)\n(?<line>export (?:const|type \w+ =|interface|function).*)/g)]
        .filter(({ groups }) => !groups!["before"]!.endsWith("*/"))
        .map(({ groups }) => `${path}: ${groups!["line"]!}`)
    )
    expect(undocumented).toEqual([])
  })
})

describe("packages/ocpp-v201/api.md", () => {
  it('is what the generator prints; if not, review the change and run "wattline-codegen --update-report"', () => {
    const committed = readFileSync(join(places.schemas, "../packages/ocpp-v201/api.md"), "utf8")
    expect(committed).toBe(renderApi(loaded))
  })
})
