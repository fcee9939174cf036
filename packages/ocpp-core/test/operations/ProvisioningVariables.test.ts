/** getVariables and setVariables: split, matched, checked, partly done (B05, B06). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ReportDataType, VariableCharacteristicsType } from "@wattline/ocpp-v201"
import { Csms, DeviceModel, Provisioning } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { begin, booted, bootsAs, failureOf, lastRequestId, reportPart } from "../csms/support.ts"

interface Sent {
  readonly component: { readonly name: string }
  readonly variable: { readonly name: string; readonly instance?: string }
  readonly attributeType?: string
  readonly attributeValue?: string
}

const fieldOf = { GetVariables: "getVariableData", SetVariables: "setVariableData" } as const
type Limited = keyof typeof fieldOf

/** The items of every request so far. */
const requests = (fake: FakeStation, action: Limited): ReadonlyArray<ReadonlyArray<Sent>> =>
  fake.calls
    .filter((call) => call[2] === action)
    .map((call) => (call[3] as { readonly [field: string]: ReadonlyArray<Sent> })[fieldOf[action]] ?? [])
const sizes = (fake: FakeStation, action: Limited) => requests(fake, action).map((items) => items.length)
const lastItems = (fake: FakeStation, action: Limited) => requests(fake, action).at(-1) ?? []

/** Answers the last request: each item has the value, or the status. */
const answerGet = (fake: FakeStation, of: (item: Sent) => object = () => ({ attributeValue: "1" })) =>
  fake.reply({
    getVariableResult: lastItems(fake, "GetVariables").map((item) => {
      const { component, variable, attributeType } = item
      return Object.assign(
        { component, variable, attributeStatus: "Accepted" },
        attributeType && { attributeType },
        of(item)
      )
    })
  })
const answerSet = (fake: FakeStation, statusOf: (item: Sent) => string = () => "Accepted") =>
  fake.reply({
    setVariableResult: lastItems(fake, "SetVariables").map((item) => {
      const { component, variable, attributeType } = item
      return Object.assign({ component, variable, attributeStatus: statusOf(item) }, attributeType && { attributeType })
    })
  })

const fact = (
  component: string,
  variable: string | { readonly name: string; readonly instance: string },
  value: string,
  characteristics: Partial<VariableCharacteristicsType> = {},
  mutability: "ReadOnly" | "ReadWrite" = "ReadWrite"
): ReportDataType => ({
  component: { name: component },
  variable: typeof variable === "string" ? { name: variable } : variable,
  variableAttribute: [{ value, mutability }],
  variableCharacteristics: { dataType: "integer", supportsMonitoring: false, ...characteristics }
})
const items = (action: string, count: number) =>
  fact("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: action }, `${count}`)
const bytes = (action: string, count: number) =>
  fact("DeviceDataCtrlr", { name: "BytesPerMessage", instance: action }, `${count}`)

/** A booted station that has reported these variables. */
const knowing = Effect.fnUntraced(function* (...reportData: Array<ReportDataType>) {
  const all = yield* booted()
  const report = yield* begin(all.station.getBaseReport("FullInventory"))
  all.fake.reply({ status: "Accepted" })
  all.fake.call("NotifyReport", reportPart(lastRequestId(all.fake), 0, false, reportData))
  yield* Fiber.join(report)
  return all
})

const ctrlr = (variable: string) => ({ component: "OCPPCommCtrlr", variable }) as const
const named = (count: number) => Array.from({ length: count }, (_, i) => ctrlr(`V${i}`))

describe("Provisioning.getVariables", () => {
  it.effect("B-8, B06.FR.05, TC_B_08_CSMS: five variables at a station that takes four are asked for as 4 and 1", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(items("GetVariables", 4))
      const asked = [
        { component: "DeviceDataCtrlr", variable: "ItemsPerMessage", instance: "GetReport" },
        { component: "DeviceDataCtrlr", variable: "ItemsPerMessage", instance: "GetVariables" },
        { component: "DeviceDataCtrlr", variable: "BytesPerMessage", instance: "GetReport" },
        { component: "DeviceDataCtrlr", variable: "BytesPerMessage", instance: "GetVariables" },
        { component: "AuthCtrlr", variable: "AuthorizeRemoteStart" }
      ]
      const reading = yield* begin(Provisioning.getVariables(station, asked))
      assert.deepStrictEqual(sizes(fake, "GetVariables"), [4])
      assert.deepStrictEqual(
        lastItems(fake, "GetVariables").map(({ variable }) => variable.instance),
        ["GetReport", "GetVariables", "GetReport", "GetVariables"]
      )
      answerGet(fake)
      yield* Effect.yieldNow
      assert.deepStrictEqual(sizes(fake, "GetVariables"), [4, 1])
      answerGet(fake, () => ({ attributeValue: "true" }))
      const { outcomes, unexpected } = yield* Fiber.join(reading)
      assert.deepStrictEqual(unexpected, [])
      assert.deepStrictEqual(
        outcomes.map((outcome) => (outcome.status === "Accepted" ? outcome.value : outcome.status)),
        [
          ...Array.from({ length: 4 }, () => ({ _tag: "integer", value: 1, raw: "1" }) as const),
          { _tag: "boolean", value: true, raw: "true" }
        ]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-8: BytesPerMessage splits too, and no request is larger", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(bytes("GetVariables", 300))
      const reading = yield* begin(Provisioning.getVariables(station, named(9)))
      for (let i = 0; i < 9 && reading.pollUnsafe() === undefined; i++) {
        answerGet(fake)
        yield* Effect.yieldNow
      }
      assert.lengthOf((yield* Fiber.join(reading)).outcomes, 9)
      const frames = fake.texts.filter((text) => text.includes('"GetVariables"'))
      assert.isAbove(frames.length, 1)
      assert.isBelow(frames.length, 9)
      for (const frame of frames) assert.isAtMost(Buffer.byteLength(frame), 300)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-6, DM-16: before anything was reported one item goes into a request; afterwards there is no limit", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const before = yield* begin(Provisioning.getVariables(station, named(2)))
      answerGet(fake)
      yield* Effect.yieldNow
      answerGet(fake)
      yield* Fiber.join(before)
      assert.deepStrictEqual(sizes(fake, "GetVariables"), [1, 1])
      const told = yield* begin(Provisioning.getVariables(station, named(2), { itemsPerMessage: 2 }))
      answerGet(fake)
      yield* Fiber.join(told)
      assert.deepStrictEqual(sizes(fake, "GetVariables"), [1, 1, 2])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-6: readLimits asks for the limits first", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reading = yield* begin(Provisioning.getVariables(station, named(3), { readLimits: true }))
      answerGet(fake, () => ({ attributeValue: "3" }))
      yield* Effect.yieldNow
      answerGet(fake, () => ({ attributeStatus: "UnknownVariable" }))
      yield* Effect.yieldNow
      answerGet(fake)
      assert.lengthOf((yield* Fiber.join(reading)).outcomes, 3)
      assert.deepStrictEqual(sizes(fake, "GetVariables"), [1, 1, 3])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-9, B06.FR.02: results come in any order and case, and are told in the order asked", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(fact("OCPPCommCtrlr", "V0", "0"), fact("OCPPCommCtrlr", "V1", "0"))
      const reading = yield* begin(
        Provisioning.getVariables(station, [ctrlr("v1"), { ...ctrlr("V0"), attribute: "Target" }, ctrlr("V0")])
      )
      assert.deepStrictEqual(lastItems(fake, "GetVariables"), [
        { component: { name: "OCPPCommCtrlr" }, variable: { name: "V1" } }, // DM-03: the station's spelling
        { component: { name: "OCPPCommCtrlr" }, variable: { name: "V0" }, attributeType: "Target" },
        { component: { name: "OCPPCommCtrlr" }, variable: { name: "V0" } }
      ])
      const component = { name: "ocppCOMMctrlr" }
      const accepted = { component, attributeStatus: "Accepted" }
      fake.reply({
        getVariableResult: [
          { ...accepted, variable: { name: "v0" }, attributeType: "Actual", attributeValue: "7" },
          { ...accepted, variable: { name: "V0" }, attributeType: "Target", attributeValue: "x" },
          { ...accepted, variable: { name: "V1" }, attributeValue: "" }
        ]
      })
      assert.deepStrictEqual(
        (yield* Fiber.join(reading)).outcomes.map((one) => (one.status === "Accepted" ? one.value : one.status)),
        [
          { _tag: "Unset", dataType: "integer", raw: "" },
          { _tag: "Unparsable", dataType: "integer", raw: "x" },
          { _tag: "integer", value: 7, raw: "7" }
        ]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType"] as const)(
    "B-10, B06.FR.06 to .10: %s is a value, with its reason",
    (attributeStatus) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const reading = yield* begin(Provisioning.getVariables(station, [ctrlr("V0")]))
        answerGet(fake, () => ({ attributeStatus, attributeStatusInfo: { reasonCode: "NotFound" } }))
        assert.deepStrictEqual((yield* Fiber.join(reading)).outcomes, [
          { item: ctrlr("V0"), status: attributeStatus, statusInfo: { reasonCode: "NotFound" } }
        ])
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-3, B-9: a missing and an extra result are told, and the others count", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reading = yield* begin(Provisioning.getVariables(station, named(2), { itemsPerMessage: 9 }))
      const extra = { component: { name: "EVSE", evse: { id: 1 } }, variable: { name: "Power" } }
      const given = { component: { name: "OCPPCommCtrlr" }, variable: { name: "V1" } }
      const accepted = { attributeStatus: "Accepted", attributeValue: "1" }
      fake.reply({
        getVariableResult: [
          { ...given, ...accepted },
          { ...extra, ...accepted },
          { ...given, ...accepted }
        ]
      })
      const { outcomes, unexpected } = yield* Fiber.join(reading)
      assert.deepStrictEqual(
        outcomes.map(({ status }) => status),
        ["Missing", "Accepted"]
      )
      assert.deepStrictEqual(unexpected, [extra, given])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["OccurrenceConstraintViolation", "FormatViolation"] as const)(
    "B-11, B06.FR.16/.17: after %s the items go one by one, once",
    (code) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const reading = yield* begin(Provisioning.getVariables(station, named(3), { itemsPerMessage: 2 }))
        fake.fail(code)
        yield* Effect.yieldNow
        answerGet(fake)
        yield* Effect.yieldNow
        fake.fail(code)
        const failure = yield* failureOf(reading)
        assert.deepStrictEqual(sizes(fake, "GetVariables"), [2, 1, 1])
        assert.deepInclude(failure, { _tag: "PartlyRead", unanswered: [ctrlr("V1")], notAttempted: [ctrlr("V2")] })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-7: when a later request fails, the error says what was read and what was not asked", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const reading = yield* begin(Provisioning.getVariables(station, named(3)))
      answerGet(fake)
      yield* TestClock.adjust("31 seconds")
      const failure = yield* failureOf(reading)
      if (failure._tag !== "PartlyRead") return assert.fail(failure._tag)
      assert.deepStrictEqual(
        failure.outcomes.map(({ item, status }) => [item, status]),
        [[ctrlr("V0"), "Accepted"]]
      )
      assert.deepStrictEqual([failure.unanswered, failure.notAttempted], [[ctrlr("V1")], [ctrlr("V2")]])
      assert.deepInclude(failure.failure, { _tag: "OutcomeUnknown", reason: "Timeout" })
    }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("R-163: a request that is the only one fails as a CALL does", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const refused = yield* begin(Provisioning.getVariables(station, [ctrlr("V0")]))
      fake.fail("NotSupported")
      assert.deepInclude(yield* failureOf(refused), { _tag: "CallError", errorCode: "NotSupported" })
      fake.vanish()
      const offline = yield* Effect.flip(Provisioning.getVariables(station, [ctrlr("V0")]))
      assert.deepInclude(offline, { _tag: "NotSent", reason: "Offline" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("nothing is asked for nothing, and one variable that is named twice is asked for once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.deepStrictEqual(yield* Provisioning.getVariables(station, []), { outcomes: [], unexpected: [] })
      assert.deepStrictEqual(fake.calls, [])
      const reading = yield* begin(Provisioning.getVariables(station, [ctrlr("V0"), ctrlr("v0")]))
      answerGet(fake)
      assert.lengthOf((yield* Fiber.join(reading)).outcomes, 2)
      assert.deepStrictEqual(sizes(fake, "GetVariables"), [1])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-14: a password that a station tells is not handed on", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const item = { component: "SecurityCtrlr", variable: "BasicAuthPassword" }
      const reading = yield* begin(Provisioning.getVariables(station, [item]))
      answerGet(fake, () => ({ attributeValue: "let-me-in-please-1" }))
      assert.notInclude(JSON.stringify(yield* Fiber.join(reading)), "let-me-in")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("Provisioning.setVariables", () => {
  it.effect(
    "TC_B_10_CSMS, B-4, DM-14: several variables in one request, typed values as the standard writes them",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* knowing(items("SetVariables", 5))
        const asked = [
          { component: "OCPPCommCtrlr", variable: "OfflineThreshold", value: 123 },
          { component: "AuthCtrlr", variable: "AuthorizeRemoteStart", value: false },
          { component: "TxCtrlr", variable: "TxStartPoint", value: ["Authorized", "EVConnected"] }
        ]
        const setting = yield* begin(Provisioning.setVariables(station, asked))
        assert.deepStrictEqual(
          lastItems(fake, "SetVariables").map(({ attributeType, attributeValue }) => [attributeType, attributeValue]),
          [
            [undefined, "123"],
            [undefined, "false"],
            [undefined, "Authorized,EVConnected"]
          ]
        )
        answerSet(fake, ({ component }) => (component.name === "TxCtrlr" ? "RebootRequired" : "Accepted"))
        assert.deepStrictEqual((yield* Fiber.join(setting)).outcomes, [
          { item: { component: "OCPPCommCtrlr", variable: "OfflineThreshold" }, status: "Accepted" },
          { item: { component: "AuthCtrlr", variable: "AuthorizeRemoteStart" }, status: "Accepted" },
          { item: { component: "TxCtrlr", variable: "TxStartPoint" }, status: "RebootRequired" }
        ])
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_B_09_CSMS: one variable, and while Pending too (B02.FR.01)", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const item = { component: "OCPPCommCtrlr", variable: "OfflineThreshold", value: "123" }
      const setting = yield* begin(Provisioning.setVariables(station, [item]))
      assert.deepStrictEqual(fake.lastCall[3], {
        setVariableData: [
          { component: { name: "OCPPCommCtrlr" }, variable: { name: "OfflineThreshold" }, attributeValue: "123" }
        ]
      })
      answerSet(fake)
      assert.strictEqual((yield* Fiber.join(setting)).outcomes[0]?.status, "Accepted")
    }).pipe(Effect.provide(Csms.layer({ BootNotification: bootsAs("Pending") })))
  )

  it.effect("B-1, B05.FR.11: split by number, one request after the other, order kept", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(items("SetVariables", 2))
      const setting = yield* begin(
        Provisioning.setVariables(
          station,
          named(5).map(({ component, variable }) => ({ component, variable, value: 1 }))
        )
      )
      for (const size of [2, 2, 1]) {
        assert.strictEqual(lastItems(fake, "SetVariables").length, size)
        answerSet(fake)
        yield* Effect.yieldNow
      }
      assert.deepStrictEqual(
        (yield* Fiber.join(setting)).outcomes.map(({ item }) => item.variable),
        ["V0", "V1", "V2", "V3", "V4"]
      )
      assert.deepStrictEqual(sizes(fake, "SetVariables"), [2, 2, 1])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-2, B05.FR.13: a variable that is there twice is refused before sending; other attributes are not", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const twice = [
        { ...ctrlr("V0"), value: 1 },
        { component: { name: "ocppcommctrlr" }, variable: "v0", attribute: "Actual" as const, value: 2 }
      ]
      const failure = yield* Effect.flip(Provisioning.setVariables(station, twice))
      if (failure._tag !== "InvalidVariables") return assert.fail(failure._tag)
      assert.deepStrictEqual(
        failure.problems.map(({ problem }) => problem),
        [{ _tag: "Duplicate" }]
      )
      assert.deepStrictEqual(fake.calls, [])
      const target = { ...ctrlr("V0"), attribute: "Target" as const, value: 2 }
      const both = [{ ...ctrlr("V0"), value: 1 }, target]
      const setting = yield* begin(Provisioning.setVariables(station, both, { itemsPerMessage: 2 }))
      assert.deepStrictEqual(sizes(fake, "SetVariables"), [2])
      answerSet(fake)
      assert.deepStrictEqual(
        (yield* Fiber.join(setting)).outcomes.map(({ status }) => status),
        ["Accepted", "Accepted"]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-7: when a later request fails, the error says what was set, what is open, what was not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const values = named(3).map(({ component, variable }) => ({ component, variable, value: "top-secret-value" }))
      const setting = yield* begin(Provisioning.setVariables(station, values))
      answerSet(fake, () => "Rejected")
      yield* Effect.yieldNow
      fake.vanish()
      const failure = yield* failureOf(setting)
      if (failure._tag !== "PartlySet") return assert.fail(failure._tag)
      assert.deepStrictEqual(failure.outcomes, [{ item: ctrlr("V0"), status: "Rejected" }])
      assert.deepStrictEqual([failure.unanswered, failure.notAttempted], [[ctrlr("V1")], [ctrlr("V2")]])
      assert.deepInclude(failure.failure, { _tag: "OutcomeUnknown", reason: "ConnectionLost" })
      assert.notInclude(
        JSON.stringify([failure.outcomes, failure.unanswered, failure.notAttempted, failure.message]),
        "top-secret"
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    ["DM-13: a text that is too long", { dataType: "string", maxLimit: 3 }, "four", { _tag: "TooLong", maxLength: 3 }],
    ["DM-12: less than minLimit", { minLimit: 5 }, 4, { _tag: "BelowMinimum", minLimit: 5 }],
    ["DM-12: more than maxLimit", { maxLimit: 5 }, 6, { _tag: "AboveMaximum", maxLimit: 5 }],
    ["DM-14: no integer", {}, "6.5", { _tag: "WrongType", dataType: "integer" }],
    ["DM-14: no boolean", { dataType: "boolean" }, "True", { _tag: "WrongType", dataType: "boolean" }],
    ["DM-15: no option", { dataType: "OptionList", valuesList: "A,B" }, "C", { _tag: "NotListed", valuesList: "A,B" }],
    [
      "DM-15: no subset",
      { dataType: "SequenceList", valuesList: "A,B" },
      ["C"],
      { _tag: "NotListed", valuesList: "A,B" }
    ],
    ["DM-15: no set", { dataType: "MemberList", valuesList: "A,B" }, ["B", "B"], { _tag: "Repeated", member: "B" }],
    ["more than 1000 characters", { dataType: "string" }, "x".repeat(1001), { _tag: "TooLong", maxLength: 1000 }],
    ["no number", {}, Number.NaN, { _tag: "NotANumber" }]
  ] as const)("B-5, %s is refused", ([_, characteristics, value, problem]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(fact("OCPPCommCtrlr", "V0", "", characteristics))
      const failure = yield* Effect.flip(Provisioning.setVariables(station, [{ ...ctrlr("v0"), value }]))
      if (failure._tag !== "InvalidVariables") return assert.fail(failure._tag)
      assert.deepStrictEqual(failure.problems, [{ item: ctrlr("v0"), problem }])
      assert.deepStrictEqual(requests(fake, "SetVariables"), [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-5, DM-10: a ReadOnly variable is refused, and `allow` leaves all of it to the station", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(fact("OCPPCommCtrlr", "V0", "1", { maxLimit: 5 }, "ReadOnly"))
      const item = [{ ...ctrlr("V0"), value: 6 }]
      const failure = yield* Effect.flip(Provisioning.setVariables(station, item))
      assert.deepInclude(failure, {
        _tag: "InvalidVariables",
        problems: [{ item: ctrlr("V0"), problem: { _tag: "ReadOnly" } }]
      })
      const still = yield* Effect.flip(Provisioning.setVariables(station, item, { allow: ["ReadOnly"] }))
      assert.deepNestedInclude(still, { "problems[0].problem": { _tag: "AboveMaximum", maxLimit: 5 } })
      for (const allow of ["All", ["ReadOnly", "AboveMaximum"]] as const) {
        const setting = yield* begin(Provisioning.setVariables(station, item, { allow }))
        answerSet(fake, () => "Rejected")
        assert.strictEqual((yield* Fiber.join(setting)).outcomes[0]?.status, "Rejected")
      }
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect(
    "B-5: ConfigurationValueSize is a limit, and so is a request that no splitting makes small enough (B-1)",
    () =>
      Effect.gen(function* () {
        const size = fact("DeviceDataCtrlr", "ConfigurationValueSize", "10")
        const { station } = yield* knowing(size, bytes("SetVariables", 200))
        const problemOf = (value: string, allow: Provisioning.AllowedProblems) =>
          Effect.map(
            Effect.flip(Provisioning.setVariables(station, [{ ...ctrlr("V0"), value }], { allow })),
            (failure) => (failure._tag === "InvalidVariables" ? failure.problems[0]?.problem : failure)
          )
        assert.deepStrictEqual(yield* problemOf("x".repeat(11), []), { _tag: "TooLong", maxLength: 10 })
        assert.deepStrictEqual(yield* problemOf("x".repeat(200), "All"), { _tag: "TooManyBytes", maxBytes: 200 })
        assert.strictEqual((yield* problemOf("x".repeat(200), ["TooLong"]))?._tag, "TooManyBytes")
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Timeout", "ConnectionLost", "InvalidResponse"] as const)(
    "ST-3: after a write with an unknown outcome (%s) the attribute is stale until it is read",
    (reason) =>
      Effect.gen(function* () {
        const { fake, station } = yield* knowing(fact("OCPPCommCtrlr", "V0", "1"), fact("OCPPCommCtrlr", "V1", "1"))
        const staleness = Effect.map(station.snapshot, ({ mirror }) =>
          ["V0", "V1"].map(
            (name) => DeviceModel.entry(mirror.provisioning.deviceModel, ctrlr(name))?.attributes.Actual?.stale
          )
        )
        const setting = yield* begin(Provisioning.setVariables(station, [{ ...ctrlr("V0"), value: 2 }]))
        assert.deepStrictEqual(yield* staleness, [false, false])
        if (reason === "Timeout") yield* TestClock.adjust("31 seconds")
        else if (reason === "ConnectionLost") fake.vanish()
        else fake.reply({ setVariableResult: "?" })
        assert.deepInclude(yield* failureOf(setting), { _tag: "OutcomeUnknown", reason })
        assert.deepStrictEqual(yield* staleness, [true, false])
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("ST-3: a CALLERROR is an answer, and leaves nothing in doubt", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* knowing(fact("OCPPCommCtrlr", "V0", "1"))
      const setting = yield* begin(Provisioning.setVariables(station, [{ ...ctrlr("V0"), value: 2 }]))
      fake.fail("InternalError")
      yield* failureOf(setting)
      const { deviceModel } = (yield* station.snapshot).mirror.provisioning
      assert.isFalse(DeviceModel.entry(deviceModel, ctrlr("V0"))?.attributes.Actual?.stale)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("DM-14: before the station reported a variable the data type of the standard counts", () =>
    Effect.gen(function* () {
      const { station } = yield* booted()
      const item = { component: "ocppcommctrlr", variable: "heartbeatinterval", value: "soon" }
      const failure = yield* Effect.flip(Provisioning.setVariables(station, [item]))
      if (failure._tag !== "InvalidVariables") return assert.fail(failure._tag)
      assert.deepStrictEqual(failure.problems[0]?.problem, { _tag: "WrongType", dataType: "integer" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
