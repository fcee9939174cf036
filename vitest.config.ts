import { defineConfig } from "vitest/config"

export default defineConfig({
  test: { projects: ["codegen", "packages/*", "examples/*"], reporters: ["default", "./vitest.tally.ts"] }
})
