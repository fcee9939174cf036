import { defineConfig } from "vitest/config"

export default defineConfig({
  ssr: { resolve: { conditions: ["@wattline/source", "module", "node"] } },
  test: { name: "ocpp-simulator", testTimeout: 60_000, include: ["test/**/*.test.ts"] }
})
