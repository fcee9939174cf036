import { describe, expect, it } from "vitest"
import { children, type Json, type JsonObject } from "../src/Json.ts"
import { makeFixture } from "./fixture.ts"

const define = (name: string, definition: Json) => (schema: JsonObject) => ({
  ...schema,
  definitions: { ...children(schema, "definitions"), [name]: definition }
})

describe("the model", () => {
  it("refuses two definitions of one name that differ in structure, naming both files and the place", async () => {
    const { codegen, edit } = await makeFixture()
    edit("source/json/ResetRequest.json", define("StatusEnumType", { type: "string", enum: ["Accepted"] }))
    await codegen("--update-manifest")
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toBe(
      "wattline-codegen: ResetRequest.json: definition StatusEnumType differs from the one in PingRequest.json at /enum"
    )
  })

  it("takes two definitions of one name that differ in annotations only, with the commonest description", async () => {
    const { codegen, edit, read } = await makeFixture()
    const shape = { type: "string", enum: ["Accepted", "Rejected"] }
    edit("source/json/PingRequest.json", define("StatusEnumType", { ...shape, description: "Rare." }))
    edit("source/json/ResetRequest.json", define("StatusEnumType", { ...shape, description: "Common." }))
    edit("source/json/ResetResponse.json", define("StatusEnumType", { ...shape, description: "Common.", comment: "" }))
    await codegen("--update-manifest")
    expect((await codegen()).error).toBe("")
    expect(read("target/src/generated/types.ts")).toContain(" * Common.\n */\nexport type StatusEnumType =")
    expect(read("target/src/generated/types.ts").match(/export type StatusEnumType\b/g)).toHaveLength(1)
  })

  it("names the request whose response is missing", async () => {
    const { codegen, remove } = await makeFixture()
    remove("source/json/ResetResponse.json")
    await codegen("--update-manifest")
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain("ResetResponse.json: is missing beside its counterpart")
  })
})

describe("directions.json", () => {
  const Ping = { direction: "station-to-csms", block: "G" }
  const Reset = { direction: "csms-to-station", block: "B" }

  it.each<readonly [fact: string, actions: JsonObject, message: string]>([
    ["lacks an action", { Ping }, "directions.json: Reset is missing (ResetRequest.json is an official schema)"],
    [
      "has one too many",
      { Ping, Reset, Stop: Ping },
      "directions.json: Stop is no action (there is no StopRequest.json)"
    ],
    [
      "has no such direction",
      { Ping, Reset: { ...Reset, direction: "up" } },
      "directions.json: Reset needs a direction"
    ],
    ["has no such block", { Ping, Reset: { ...Reset, block: "Q" } }, "directions.json: Reset needs a direction"]
  ])("stops the build when it %s", async (_fact, actions, message) => {
    const { codegen, write } = await makeFixture()
    write("schemas/directions.json", { actions })
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain(message)
  })
})
