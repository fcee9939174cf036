/** What the README shows is true. */
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { dispatch } from "../src/commands.ts"
import { readScenario } from "../src/scenario/readScenario.ts"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const scenarios = new URL("../scenarios/", import.meta.url)

describe("README", () => {
  it("its scenario is one", () => {
    const yaml = /```yaml\n([\s\S]+?)```/.exec(readme)?.[1] ?? ""
    assert.include(yaml, "stations:")
    const scenario = readScenario({ yaml, file: "README.md" })
    assert.isTrue(Result.isSuccess(scenario), Result.isFailure(scenario) ? scenario.failure.message : "")
  })

  it("the scenarios that come with the package are valid", () => {
    for (const file of readdirSync(scenarios)) {
      const scenario = readScenario({ yaml: readFileSync(new URL(file, scenarios), "utf8"), file })
      assert.isTrue(Result.isSuccess(scenario), Result.isFailure(scenario) ? scenario.failure.message : "")
    }
  })

  it.effect("it names each command, and --help does too", () =>
    Effect.gen(function* () {
      let help = ""
      yield* dispatch(["--help"], { out: { write: (text: string) => (help += text) }, err: process.stderr, env: {} })
      const named = Array.from(readme.matchAll(/^\| `(\w+)`/gm), ([, name = ""]) => name)
      assert.isAbove(named.length, 2)
      for (const name of named) assert.include(help, `ocpp-sim ${name}`)
    })
  )
})
