#!/usr/bin/env node
/** `wattline-codegen`, run by Node as it is. */
import { run } from "./cli.ts"
import { defaultPlaces } from "./Places.ts"

process.exitCode = await run(process.argv.slice(2), defaultPlaces(), console)
