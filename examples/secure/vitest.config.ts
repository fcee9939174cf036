import { defineConfig } from "vitest/config"

export default defineConfig({
  ssr: { resolve: { conditions: ["@wattline/source", "module", "node"] } },
  test: { name: "secure", include: ["test/**/*.test.ts"], testTimeout: 60_000 }
})
