import { describe, expect, it } from "vitest"
import { makeFixture } from "./fixture.ts"

describe("the manifest", () => {
  it("names the file whose hash differs", async () => {
    const { codegen, edit } = await makeFixture()
    edit("source/json/ResetRequest.json", (schema) => ({ ...schema, description: "changed" }))
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toMatch(/^wattline-codegen: ResetRequest\.json: SHA-256 is [0-9a-f]{64}, but manifest\.json says /)
  })

  it("names the file that is missing from the package", async () => {
    const { codegen, remove } = await makeFixture()
    remove("source/json/ResetRequest.json")
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain("ResetRequest.json: is in manifest.json but not in official-schemas@1.0.0")
  })

  it("names the file that the package has in addition", async () => {
    const { codegen, write } = await makeFixture()
    write("source/json/StopRequest.json", {})
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain("StopRequest.json: is in official-schemas@1.0.0 but not in manifest.json")
  })

  it("names every file that is wrong, one a line", async () => {
    const { codegen, remove, write } = await makeFixture()
    remove("source/json/ResetRequest.json")
    write("source/json/PingRequest.json", "{}")
    const { error } = await codegen()
    expect(error.split("\n").map((line) => line.split(" ")[1])).toEqual(["PingRequest.json:", "ResetRequest.json:"])
  })

  it("refuses another version of the package, whatever its files", async () => {
    const { codegen, write } = await makeFixture()
    write("source/package.json", { name: "official-schemas", version: "1.0.1" })
    const { code, error } = await codegen()
    expect(code).toBe(1)
    expect(error).toContain("package.json: official-schemas@1.0.1 is installed, but manifest.json pins 1.0.0")
    expect(error).toContain("--update-manifest")
  })

  it("is made anew by --update-manifest after a deliberate bump", async () => {
    const { codegen, edit, read, write } = await makeFixture()
    write("source/package.json", { name: "official-schemas", version: "1.0.1" })
    edit("source/json/ResetRequest.json", (schema) => ({ ...schema, description: "changed" }))
    expect((await codegen("--update-manifest")).log).toBe(
      "manifest.json: now holds the 4 files of official-schemas@1.0.1"
    )
    expect(read("schemas/manifest.json")).toContain('"version": "1.0.1"')
    expect((await codegen()).code).toBe(0)
  })

  it("says so when it cannot be read, is not JSON, or lacks a member", async () => {
    const { codegen, remove, write } = await makeFixture()
    write("schemas/manifest.json", { package: "official-schemas", folder: "json" })
    expect((await codegen()).error).toContain('manifest.json: "version" is not a string')
    write("schemas/manifest.json", "{")
    expect((await codegen()).error).toContain("manifest.json: not JSON")
    remove("schemas/manifest.json")
    expect((await codegen()).error).toContain("manifest.json: cannot be read")
  })
})
