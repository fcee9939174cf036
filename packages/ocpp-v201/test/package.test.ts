/** What a user's bundler and Node see of this package. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"
import { describe, expect, it } from "vitest"
import { actions } from "../src/index.ts"

const root = join(import.meta.dirname, "..")

const bundle = async (contents: string): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    conditions: ["@wattline/source"],
    bundle: true,
    format: "esm",
    minifySyntax: true,
    minifyWhitespace: true,
    write: false
  })
  return outputFiles[0]!.text
}

/** The functions of definitions and payloads that a bundle holds. */
const functionsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/function check_(\w+)/g)].map((match) => match[1]!).toSorted()

const size = (text: string): string => `${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`

describe("a bundle of one action", () => {
  it("holds the validators of this action and what they refer to, and nothing else", async () => {
    const one = await bundle(`
      import { validateRequest, validateResponse, type BootNotificationRequest } from "@wattline/ocpp-v201/BootNotification"
      export const check = (x: unknown): x is BootNotificationRequest => validateRequest(x)
      export { validateResponse }
    `)
    expect(functionsIn(one)).toEqual([
      "BootNotificationRequest",
      "BootNotificationResponse",
      "BootReasonEnumType",
      "ChargingStationType",
      "CustomDataType",
      "ModemType",
      "RegistrationStatusEnumType",
      "StatusInfoType"
    ])
    const others = Object.keys(actions).filter((action) => action !== "BootNotification")
    expect(others.filter((action) => new RegExp(`${action}Re(?:quest|sponse)`).test(one))).toEqual([])
    expect(Buffer.byteLength(one)).toBeLessThan(20_000)
    console.log(`bundle of BootNotification: ${size(one)}`)
  })

  it("may take its types from the root of the package", async () => {
    const text = await bundle(`
      import type { HeartbeatRequest } from "@wattline/ocpp-v201"
      import { validateRequest } from "@wattline/ocpp-v201/Heartbeat"
      export const check = (x: unknown): x is HeartbeatRequest => validateRequest(x)
    `)
    expect(functionsIn(text)).toEqual(["CustomDataType", "HeartbeatRequest"])
  })
})

describe("a bundle of the table of actions", () => {
  it("holds no validator", async () => {
    const text = await bundle('import { actions } from "@wattline/ocpp-v201"\nexport const block = actions.Reset.block')
    expect(functionsIn(text)).toEqual([])
  })
})

describe("a bundle of everything", () => {
  it("holds each of the 143 definitions and 128 payloads once", async () => {
    const all = await bundle('export { validators } from "@wattline/ocpp-v201"')
    expect(functionsIn(all)).toHaveLength(143 + 128)
    expect(new Set(functionsIn(all)).size).toBe(143 + 128)
    console.log(`bundle of all validators: ${size(all)}`)
  })
})

describe("the sources", () => {
  it("need nothing at run time: no dependency, no require, no import but their own", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    expect(manifest).not.toHaveProperty("dependencies")
    expect(manifest).not.toHaveProperty("peerDependencies")
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"))
    expect(files).toHaveLength(Object.keys(actions).length + 6)
    for (const file of files) {
      const text = readFileSync(join(root, "src", file), "utf8")
      expect(text).not.toContain("require(")
      for (const [, from] of text.matchAll(/\bfrom "([^"]+)"/g)) expect(from).toMatch(/^\.\.?\//)
    }
  })

  it("have one module for each action, each with two validators", async () => {
    const modules: ReadonlyArray<object> = await Promise.all(
      Object.keys(actions).map((action) => import(`../src/generated/actions/${action}.ts`))
    )
    for (const module of modules) expect(Object.keys(module)).toEqual(["validateRequest", "validateResponse"])
  })
})
