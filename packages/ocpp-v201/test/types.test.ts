/** What the types promise. The compiler checks it; the test only has to run. */
import { describe, expect, expectTypeOf, it } from "vitest"
import {
  actions,
  type Action,
  type BootNotificationRequest,
  type CsmsAction,
  type CustomDataType,
  type MeterValueType,
  type Messages,
  type Payloads,
  type RegistrationStatusEnumType,
  type StationAction
} from "../src/index.ts"

/** Is there a member of `Direction` for which the action table says so? */
const having = (...directions: ReadonlyArray<string>): ReadonlyArray<string> =>
  Object.entries(actions)
    .filter(([, { direction }]) => directions.includes(direction))
    .map(([action]) => action)

describe("the types", () => {
  it("give each action its request and its response", () => {
    expectTypeOf<Messages["BootNotification"]["request"]>().toEqualTypeOf<BootNotificationRequest>()
    expectTypeOf<Payloads["BootNotificationRequest"]>().toEqualTypeOf<BootNotificationRequest>()
    expectTypeOf<keyof Messages>().toEqualTypeOf<Action>()
    expectTypeOf<keyof typeof actions>().toEqualTypeOf<Action>()
  })

  it("have enums as unions of strings, lists as plain arrays, optional members as optional", () => {
    expectTypeOf<RegistrationStatusEnumType>().toEqualTypeOf<"Accepted" | "Pending" | "Rejected">()
    expectTypeOf<Messages["MeterValues"]["request"]["meterValue"]>().toEqualTypeOf<MeterValueType[]>()
    expectTypeOf<{
      reason: "PowerUp"
      chargingStation: { model: string; vendorName: string }
    }>().toExtend<BootNotificationRequest>()
  })

  it("R-125: are closed, except CustomDataType", () => {
    // @ts-expect-error an unknown property
    const closed: Messages["Heartbeat"]["request"] = { extra: 1 }
    const open: CustomDataType = { vendorId: "V", extra: 1 }
    expect([closed, open]).toHaveLength(2)
  })

  it("split the actions by who may send them; DataTransfer is on both sides", () => {
    expectTypeOf<StationAction | CsmsAction>().toEqualTypeOf<Action>()
    expectTypeOf<StationAction & CsmsAction>().toEqualTypeOf<"DataTransfer">()
    expectTypeOf<(typeof actions)["Reset"]>().toEqualTypeOf<{
      readonly direction: "csms-to-station"
      readonly block: "B"
    }>()
    type Having<D> = { [A in Action]: (typeof actions)[A]["direction"] extends D ? A : never }[Action]
    expectTypeOf<StationAction>().toEqualTypeOf<Having<"station-to-csms" | "both">>()
    expectTypeOf<CsmsAction>().toEqualTypeOf<Having<"csms-to-station" | "both">>()
    expect(having("station-to-csms", "both")).toHaveLength(25)
    expect(having("csms-to-station", "both")).toHaveLength(40)
  })
})
