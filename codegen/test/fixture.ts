/** A small repository in a temporary folder: two actions, one erratum, everything in order until a test breaks it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"
import { run } from "../src/cli.ts"
import { parse, pretty, type JsonObject } from "../src/Json.ts"
import type { Places } from "../src/Places.ts"

export interface Fixture {
  readonly places: Places
  /** Writes a file of the fixture; the path begins with schemas/, source/ or target/. */
  readonly write: (path: string, content: JsonObject | string) => void
  readonly read: (path: string) => string
  readonly remove: (path: string) => void
  /** Changes one JSON file. */
  readonly edit: (path: string, change: (json: JsonObject) => JsonObject) => void
  /** Runs the command line in the fixture. */
  readonly codegen: (...args: ReadonlyArray<string>) => Promise<Outcome>
}

interface Outcome {
  readonly code: number
  readonly log: string
  readonly error: string
}

const statusInfo = {
  description: "Element\r\nurn:x-oca:ocpp:uid:2:1\r\nMore about &lt;&lt;status,the status&gt;&gt;.\r\n",
  javaType: "StatusInfo",
  type: "object",
  additionalProperties: false,
  properties: { reasonCode: { type: "string", maxLength: 20 } },
  required: ["reasonCode"]
}

const status = { type: "string", enum: ["Accepted", "Rejected"] }

const payload = (name: string, members: JsonObject): JsonObject => ({
  $schema: "http://json-schema.org/draft-06/schema#",
  $id: `urn:test:${name}`,
  definitions: { StatusInfoType: statusInfo, StatusEnumType: status },
  type: "object",
  additionalProperties: false,
  ...members
})

const official: Readonly<Record<string, JsonObject>> = {
  PingRequest: payload("PingRequest", {
    properties: {
      at: { type: "string", format: "date-time" },
      ids: { type: "array", items: { type: "integer" }, minItems: 1 }
    },
    required: ["at"]
  }),
  PingResponse: payload("PingResponse", { properties: {} }),
  ResetRequest: payload("ResetRequest", { properties: { evseId: { type: "integer", minimum: 0 } } }),
  ResetResponse: payload("ResetResponse", {
    properties: {
      status: { $ref: "#/definitions/StatusEnumType" },
      statusInfo: { $ref: "#/definitions/StatusInfoType" }
    },
    required: ["status"]
  })
}

const authored: Readonly<Record<string, JsonObject>> = {
  manifest: { package: "official-schemas", version: "1.0.0", folder: "json", files: {} },
  errata: {
    errata: [
      {
        file: "PingRequest.json",
        reason: "maxItems was lost",
        source: "the standard",
        patch: [{ op: "add", path: "/properties/ids/maxItems", value: 3 }]
      }
    ]
  },
  directions: {
    actions: {
      Ping: { direction: "station-to-csms", block: "G" },
      Reset: { direction: "csms-to-station", block: "B" }
    }
  },
  edition3: { note: "", files: {} }
}

/** A fixture whose manifest fits its files. It is removed when the test ends. */
export const makeFixture = async (): Promise<Fixture> => {
  const root = mkdtempSync(join(tmpdir(), "wattline-codegen-"))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const places: Places = {
    schemas: join(root, "schemas"),
    source: join(root, "source"),
    patched: join(root, "schemas/v201"),
    target: join(root, "target")
  }

  const read = (path: string): string => readFileSync(join(root, path), "utf8")

  const write = (path: string, content: JsonObject | string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === "string" ? content : pretty(content))
  }

  const codegen = async (...args: ReadonlyArray<string>): Promise<Outcome> => {
    const log: Array<string> = []
    const error: Array<string> = []
    const output = { log: (line: string) => log.push(line), error: (line: string) => error.push(line) }
    const code = await run(args, places, output)
    return { code, log: log.join("\n"), error: error.join("\n") }
  }

  write("source/package.json", { name: "official-schemas", version: "1.0.0" })
  for (const [name, schema] of Object.entries(official)) write(`source/json/${name}.json`, schema)
  for (const [name, content] of Object.entries(authored)) write(`schemas/${name}.json`, content)
  await codegen("--update-manifest")

  return {
    places,
    read,
    write,
    codegen,
    remove: (path) => rmSync(join(root, path)),
    edit: (path, change) => write(path, change(parse(path, read(path))))
  }
}
