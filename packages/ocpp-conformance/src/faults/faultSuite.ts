/**
 * The faults every network adapter must survive, with a real CSMS behind it and stations that speak bytes. After each of
 * them the next good station works, and no station, socket, timer or fiber is left behind.
 */
import { describe } from "@effect/vitest"
import { crowds } from "./crowds.ts"
import { cuts } from "./cuts.ts"
import { deflate } from "./deflate.ts"
import { delays } from "./delays.ts"
import { duplicates } from "./duplicates.ts"
import type { FaultHarness } from "./FaultHarness.ts"
import { garbage } from "./garbage.ts"
import { halfOpen } from "./halfOpen.ts"

/** Defines the fault suite under `name`, over real connections and real time. */
export const faultSuite = (name: string, harness: FaultHarness): void => {
  describe(`faults: ${name}`, () => {
    describe("cut connections", () => {
      cuts(harness)
    })
    describe("delays", () => {
      delays(harness)
    })
    describe("duplicates and reordering", () => {
      duplicates(harness)
    })
    describe("half-open connections and abrupt ends", () => {
      halfOpen(harness)
    })
    describe("garbage", () => {
      garbage(harness)
    })
    describe("compression", () => {
      deflate(harness)
    })
    describe("crowds", () => {
      crowds(harness)
    })
  })
}
