/** No namespace of operations is left out of the trials. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as core from "@wattline/ocpp-core"
import { Effect } from "effect"
import { disagreements, observe } from "./Observed.ts"
import { operationsOf } from "./tryOperations.ts"

/** Namespaces that are no operations: what a log line of an event is made of. */
const others = new Set(["EventLog"])

const isNamespace = (exported: unknown): exported is object =>
  typeof exported === "object" && exported !== null && Object.prototype.toString.call(exported) === "[object Module]"

describe("the operations of a CSMS", () => {
  it("6.2: each namespace is tried at a virtual station", () => {
    const namespaces = Object.entries(core)
      .filter(([name, exported]) => isNamespace(exported) && !others.has(name) && operationsOf(exported).length > 0)
      .map(([name]) => name)
    const texts = readdirSync(import.meta.dirname)
      .filter((file) => /^operations\..*\.test\.ts$/.test(file))
      .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
    const tried = Array.from(texts.join("\n").matchAll(/^tryOperations\("(\w+)"/gm), ([, name = ""]) => name)
    assert.isAbove(namespaces.length, 12)
    assert.deepStrictEqual(tried.toSorted(), namespaces.toSorted())
  })

  it.effect("6.2: a comparison of both sides finds what only one of them knows", () =>
    Effect.gen(function* () {
      const site = yield* observe()
      assert.deepStrictEqual(yield* disagreements(site), [])
      site.controls.model.set("OCPPCommCtrlr", "OfflineThreshold", 99)
      assert.deepStrictEqual(yield* disagreements(site), [
        "OCPPCommCtrlr.OfflineThreshold: 60 at the CSMS, 99 at the station"
      ])
    })
  )
})
