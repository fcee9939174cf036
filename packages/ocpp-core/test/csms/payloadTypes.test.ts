/** The payload types come with core: who installs core and an adapter needs no third package to name them. */
import type * as V201 from "@wattline/ocpp-v201"
import { expectTypeOf, it } from "vitest"
import type * as Core from "../../src/index.ts"
import type * as Promised from "../../src/promise.ts"

it("both entries have the types of the standard", () => {
  expectTypeOf<Core.ChargingProfileType>().toEqualTypeOf<V201.ChargingProfileType>()
  expectTypeOf<Core.Messages["Authorize"]>().toEqualTypeOf<V201.Messages["Authorize"]>()
  expectTypeOf<Core.CsmsAction>().toEqualTypeOf<V201.CsmsAction>()
  expectTypeOf<Promised.IdTokenType>().toEqualTypeOf<V201.IdTokenType>()
  expectTypeOf<Promised.MeterValueType>().toEqualTypeOf<V201.MeterValueType>()
})
