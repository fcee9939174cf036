import { defineConfig } from "vitest/config"

export default defineConfig({
  ssr: { resolve: { conditions: ["@wattline/source", "module", "node"] } },
  test: { name: "station", include: ["src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 60_000 }
})
