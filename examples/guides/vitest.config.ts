import { defineConfig } from "vitest/config"

export default defineConfig({
  ssr: { resolve: { conditions: ["@wattline/source", "module", "node"] } },
  test: { name: "guides", include: ["test/**/*.test.ts"] }
})
