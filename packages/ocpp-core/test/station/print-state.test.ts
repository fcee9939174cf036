import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { stateDoc, stateDocUrl } from "./print-state.ts"

it("docs/station-state.md is not stale: print-state.ts writes it", () => {
  assert.strictEqual(readFileSync(stateDocUrl, "utf8"), stateDoc())
})
