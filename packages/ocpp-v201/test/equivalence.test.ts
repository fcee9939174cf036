/** The generated validators against plain ajv, over generated payloads and mutations of them. */
import { isDeepStrictEqual } from "node:util"
import type { ValidateFunction } from "ajv"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { validators, type Payloads } from "../src/index.ts"
import { everyMutationOf, mutationsOf } from "./mutations.ts"
import { compileReference, follow, schemaFiles, verdict, type SchemaFile } from "./reference.ts"
import { completeSamples, samples } from "./samples.ts"

const seed = 201
const runs = 40
const mutations = 12

/** What was seen over all payloads, so that a dull generator does not pass for agreement. */
const seen = { valid: 0, refused: 0, keywords: new Set<string>() }

/** The payloads on which the two opinions differ, or whose `schemaPath` leads nowhere. */
const disagreements = (
  name: keyof Payloads,
  file: SchemaFile,
  theirs: ValidateFunction,
  payloads: ReadonlyArray<unknown>
): ReadonlyArray<unknown> =>
  payloads.flatMap((payload) => {
    const [mine, other] = [verdict(validators[name], payload), verdict(theirs, payload)]
    if (mine.valid) seen.valid++
    else seen.refused++
    for (const { keyword } of mine.errors) seen.keywords.add(keyword)
    const located = (validators[name].errors ?? []).every(({ schemaPath }) => follow(file, schemaPath) !== undefined)
    return isDeepStrictEqual(mine, other) && located ? [] : [{ payload, mine, other }]
  })

describe("R-120: a generated validator and plain ajv agree on verdict, keyword, path and parameters", () => {
  it.each([...schemaFiles])("%s", (name, file) => {
    const theirs = compileReference(file)
    const cases = samples(file).chain((payload) =>
      fc.tuple(fc.constant(payload), fc.array(mutationsOf(payload), { minLength: mutations, maxLength: mutations }))
    )
    fc.assert(
      fc.property(cases, ([payload, mutated]) => {
        expect(validators[name](payload)).toBe(true)
        expect(disagreements(name, file, theirs, [payload, ...mutated])).toEqual([])
      }),
      { seed, numRuns: runs }
    )
    const [complete] = fc.sample(completeSamples(file), { seed, numRuns: 1 })
    expect(validators[name](complete)).toBe(true)
    expect(disagreements(name, file, theirs, everyMutationOf(complete)).slice(0, 3)).toEqual([])
  })

  it("on samples and mutations of each, of which many are valid and many break each of the ten keywords", () => {
    expect(seen.valid).toBeGreaterThan(40_000)
    expect(seen.refused).toBeGreaterThan(60_000)
    const constraints = ["type", "required", "additionalProperties", "enum", "format"]
    const limits = ["maxLength", "minimum", "maximum", "minItems", "maxItems"]
    expect([...seen.keywords].toSorted()).toEqual([...constraints, ...limits].toSorted())
    console.log(`${seen.valid} valid and ${seen.refused} refused payloads compared`)
  })
})
