import { defaultSettings } from "@wattline/ocpp-station"
import { firmwareFaults, publishFaults, uploadFaults } from "@wattline/ocpp-station/virtual"
import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

const sources = readdirSync(new URL("../src/", import.meta.url)).map((name) => text(`../src/${name}`))

it.each(["../../../packages/ocpp-station/README.md", "../../../docs/guides/station.md"])(
  "%s shows only code that is run here",
  (page) => {
    const shown = [...text(page).matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code.trimEnd())
    expect(shown.length).toBeGreaterThan(0)
    for (const code of shown) expect(sources.some((source) => source.includes(code))).toBe(true)
  }
)

it("no program has more than 25 lines", () => {
  for (const name of ["client", "client-promises", "virtual", "virtual-promises"])
    expect(text(`../src/${name}.ts`).trimEnd().split("\n").length).toBeLessThanOrEqual(25)
})

it("the table of contents names the guide", () => {
  expect(text("../../../docs/guides/README.md")).toContain("](station.md)")
})

it("the README names every setting with its default, and every fault that a URL can ask for", () => {
  const page = text("../../../packages/ocpp-station/README.md")
  for (const [name, value] of Object.entries(defaultSettings))
    expect(page.replaceAll(/ +/g, " ").replaceAll("`", "")).toContain(`| ${name} | ${String(value)} |`)
  for (const fault of [...firmwareFaults, ...publishFaults, ...Object.keys(uploadFaults)])
    expect(page).toContain(`\`${fault}\``)
})
