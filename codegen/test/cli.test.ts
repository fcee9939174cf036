import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { makeFixture } from "./fixture.ts"

/** Every file below a folder with its text. */
const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [path.slice(folder.length), readFileSync(path, "utf8")])
  )

describe("wattline-codegen", () => {
  it("writes the same bytes every time", async () => {
    const [one, two] = [await makeFixture(), await makeFixture()]
    await one.codegen()
    await two.codegen()
    expect(contents(one.places.target)).toEqual(contents(two.places.target))
    expect(contents(one.places.patched)).toEqual(contents(two.places.patched))
  })

  it("changes no file when nothing changed", async () => {
    const { codegen } = await makeFixture()
    expect((await codegen()).log).toContain("2 actions, 4 payloads, 2 definitions; 10 files changed")
    expect((await codegen()).log).toContain("nothing changed")
  })

  it("removes generated files that belong to nothing any more", async () => {
    const { codegen, places, write } = await makeFixture()
    write("target/src/generated/actions/Stop.ts", "export {}\n")
    write("schemas/v201/StopRequest.json", "{}")
    await codegen()
    expect(Object.keys(contents(places.target))).not.toContain("/src/generated/actions/Stop.ts")
    expect(Object.keys(contents(places.patched))).not.toContain("/StopRequest.json")
  })

  it("writes nothing when there is a problem", async () => {
    const { codegen, read, write } = await makeFixture()
    write("schemas/directions.json", { actions: {} })
    await codegen()
    expect(() => read("target/src/generated/types.ts")).toThrow("ENOENT")
    expect(() => read("schemas/v201/PingRequest.json")).toThrow("ENOENT")
  })

  it("tells when api.md is stale and writes it only when asked to", async () => {
    const { codegen, read, write } = await makeFixture()
    expect((await codegen("--update-report")).log).toBe("api.md: written")
    expect((await codegen()).log).not.toContain("api.md")
    write("target/api.md", "old")
    expect((await codegen()).log).toContain("api.md: is stale")
    expect(read("target/api.md")).toBe("old")
  })

  it("--update-edition3 fingerprints a folder of official files", async () => {
    const { codegen, places, read } = await makeFixture()
    expect((await codegen("--update-edition3", join(places.source, "json"))).log).toBe("edition3.json: 4 fingerprints")
    expect(read("schemas/edition3.json")).toMatch(/"PingRequest\.json": "[0-9a-f]{64}"/)
  })

  it("started by Node tells a mistake in one line and exits with 1, without a stack trace", () => {
    const main = join(import.meta.dirname, "../src/main.ts")
    const { status, stderr } = spawnSync(process.execPath, [main, "--nonsense"], { encoding: "utf8" })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^wattline-codegen: "--nonsense" is not understood/)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})
