/** Operations of block D: versions, splitting, refusals and repair. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { AuthorizationData, SendLocalListRequest } from "@wattline/ocpp-v201"
import { Csms, LocalAuthorizationList } from "../../src/index.ts"
import { begin, booted, settle } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const { changesBetween, getListVersion, sendFullList, sendUpdates } = LocalAuthorizationList

const entry = (idToken: string, status: "Accepted" | "Blocked" = "Accepted") =>
  ({ idToken: { idToken, type: "ISO14443" }, idTokenInfo: { status } }) satisfies AuthorizationData
const removal = (idToken: string): AuthorizationData => ({ idToken: { idToken, type: "ISO14443" } })
const many = (count: number) => Array.from({ length: count }, (_, n) => entry(`T${n}`))
const atOnce = { limits: { items: 100 } }

/** A station that keeps a list as the standard says, and answers by itself. */
const listKeeper = (fake: FakeStation, version: number, list: Record<string, string> = {}) => {
  const keeper = { version, list, sent: [] as Array<SendLocalListRequest>, refuse: undefined as string | undefined }
  const answer = (action: unknown, payload: unknown): object | undefined => {
    if (action === "GetLocalListVersion") return { versionNumber: keeper.version }
    if (action !== "SendLocalList") return undefined
    const request = payload as SendLocalListRequest
    keeper.sent.push(request)
    if (keeper.refuse !== undefined && request.updateType === "Differential") return { status: keeper.refuse }
    if (request.updateType === "Differential" && request.versionNumber <= keeper.version)
      return { status: "VersionMismatch" }
    if (request.updateType === "Full") keeper.list = {}
    for (const { idToken, idTokenInfo } of request.localAuthorizationList ?? [])
      if (idTokenInfo === undefined) delete keeper.list[idToken.idToken]
      else keeper.list[idToken.idToken] = idTokenInfo.status
    keeper.version = request.versionNumber
    return { status: "Accepted" }
  }
  fake.react = (text) => {
    const [type, id, action, payload] = JSON.parse(text) as ReadonlyArray<unknown>
    const response = type === 2 ? answer(action, payload) : undefined
    if (response !== undefined) queueMicrotask(() => fake.say(JSON.stringify([3, id, response])))
  }
  return keeper
}

const keeping = (version: number, list?: Record<string, string>) =>
  Effect.map(booted(), (all) => ({ ...all, keeper: listKeeper(all.fake, version, list) }))

/** Reads the limits of its local list from a station. */
const learn = (limits: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const all = yield* booted()
    const of = (variable: string) => ({ component: { name: "LocalAuthListCtrlr" }, variable: { name: variable } })
    const read = yield* begin(all.station.call("GetVariables", { getVariableData: Object.keys(limits).map(of) }))
    all.fake.reply({
      getVariableResult: Object.entries(limits).map(([variable, attributeValue]) => ({
        component: of(variable).component,
        variable: of(variable).variable,
        attributeStatus: "Accepted",
        attributeValue
      }))
    })
    yield* Fiber.join(read)
    return all
  })

describe("getListVersion", () => {
  it.effect.each([[1], [0]] as const)("TC_D_08_CSMS, TC_D_09_CSMS, D-9: gives %s", ([versionNumber]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const version = yield* begin(getListVersion(station))
      assert.deepStrictEqual(fake.lastCall.slice(2), ["GetLocalListVersion", {}])
      fake.reply({ versionNumber })
      assert.strictEqual(yield* Fiber.join(version), versionNumber)
      assert.strictEqual((yield* station.snapshot).mirror.localAuthorizationList.versionNumber, versionNumber)
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("sendFullList", () => {
  it.effect("TC_D_01_CSMS, D-1, D-2: sends the whole list under the version after the station's", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(4)
      assert.deepStrictEqual(yield* sendFullList(station, many(3), atOnce), {
        _tag: "Accepted",
        versionNumber: 5,
        messages: 1,
        repaired: false
      })
      assert.deepStrictEqual(keeper.sent, [{ updateType: "Full", versionNumber: 5, localAuthorizationList: many(3) }])
      assert.deepInclude((yield* station.snapshot).mirror.localAuthorizationList, {
        versionNumber: 5,
        entriesAtMost: 3
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_D_04_CSMS, D-5, D01.FR.04: no entries clear the list, and the field is left out", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(4, { T9: "Accepted" })
      yield* sendFullList(station, [])
      assert.deepStrictEqual(keeper.sent, [{ updateType: "Full", versionNumber: 5 }])
      assert.deepStrictEqual(keeper.list, {})
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-1, D01.FR.11, D01.FR.15: is split by items: Full, then Differential under rising versions", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* learn({ ItemsPerMessage: "2" })
      const keeper = listKeeper(fake, 1)
      const outcome = yield* sendFullList(station, many(5))
      assert.deepInclude(outcome, { _tag: "Accepted", versionNumber: 4, messages: 3 })
      assert.deepStrictEqual(
        keeper.sent.map((sent) => [sent.updateType, sent.versionNumber, sent.localAuthorizationList?.length]),
        [
          ["Full", 2, 2],
          ["Differential", 3, 2],
          ["Differential", 4, 1]
        ]
      )
      assert.lengthOf(Object.keys(keeper.list), 5)
      assert.strictEqual((yield* station.snapshot).mirror.localAuthorizationList.entriesAtMost, 5)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-1, D01.FR.11: is split by bytes of the message, counted as UTF-8", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* learn({ ItemsPerMessage: "100", BytesPerMessage: "400" })
      const keeper = listKeeper(fake, 0)
      const personalMessage = { format: "UTF8", content: "ü".repeat(20) } as const
      const entries = many(7).map(({ idToken }) => ({
        idToken,
        idTokenInfo: { status: "Accepted" as const, personalMessage }
      }))
      yield* sendFullList(station, entries)
      const bytes = fake.texts.filter((text) => text.includes("SendLocalList")).map((text) => Buffer.byteLength(text))
      assert.isAbove(bytes.length, 1)
      assert.isTrue(bytes.every((size) => size <= 400))
      assert.lengthOf(Object.keys(keeper.list), 7)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("DM-16: goes one by one to a station that has reported no limits", () =>
    Effect.gen(function* () {
      const { station } = yield* keeping(0)
      assert.deepInclude(yield* sendFullList(station, many(3)), { messages: 3, versionNumber: 3 })
    }).pipe(Effect.provide(Csms.layer()))
  )

  const wrong: ReadonlyArray<readonly [string, ReadonlyArray<LocalAuthorizationList.LocalListEntry>]> = [
    ["D-3, D01.FR.06", [entry("abc"), entry("ABC")]],
    ["D-4, D01.FR.16", [removal("abc") as LocalAuthorizationList.LocalListEntry]],
    ["D-4", [{ ...entry("abc"), idTokenInfo: { status: "Accepted", language2: "de" } }]]
  ]
  it.effect.each(wrong)("%s: is checked before sending", ([rules, entries]) =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(1)
      const failure = yield* Effect.flip(sendFullList(station, entries))
      assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map(({ rule }) => rule), [
        rules.split(", ").at(-1) ?? ""
      ])
      assert.notInclude(failure.message.toLowerCase(), "abc")
      assert.lengthOf(keeper.sent, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D01.FR.11, DM-17: so are an entry that fits into no message, and a station without a list", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* learn({ Available: "false", BytesPerMessage: "150" })
      listKeeper(fake, 1)
      const failure = yield* Effect.flip(sendFullList(station, many(1)))
      assert.deepStrictEqual(failure._tag === "CheckFailed" && failure.broken.map(({ rule }) => rule), [
        "D01.FR.11",
        "DM-17"
      ])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-8, D01.FR.12: so is what the list can hold", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const report = yield* begin(station.getBaseReport("FullInventory"))
      const { requestId } = fake.lastCall[3] as { readonly requestId: number }
      fake.reply({ status: "Accepted" })
      fake.call("NotifyReport", {
        requestId,
        seqNo: 0,
        generatedAt: "2026-01-01T00:00:00Z",
        reportData: [
          {
            component: { name: "LocalAuthListCtrlr" },
            variable: { name: "Entries" },
            variableAttribute: [{ value: "0" }],
            variableCharacteristics: { dataType: "integer", supportsMonitoring: false, maxLimit: 2 }
          }
        ]
      })
      yield* Fiber.join(report)
      const keeper = listKeeper(fake, 1)
      const failure = yield* Effect.flip(sendFullList(station, many(3)))
      assert.include(failure.message, "D01.FR.12")
      assert.deepInclude(yield* sendFullList(station, many(2)), { _tag: "Accepted", messages: 1 })
      assert.lengthOf(keeper.sent, 1)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-141: Failed is a value, with how far it came", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(1)
      keeper.refuse = "Failed"
      assert.deepStrictEqual(yield* sendFullList(station, many(3), { limits: { items: 2 } }), {
        _tag: "Refused",
        status: "Failed",
        versionNumber: 2,
        sent: 2
      })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("a failure on the way says how far it came; one at the start is that failure", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const sending = yield* begin(sendFullList(station, many(3)))
      fake.reply({ versionNumber: 1 })
      yield* settle
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.fail("InternalError")
      const failure = yield* Effect.flip(Fiber.join(sending))
      assert.deepInclude(failure, { _tag: "LocalListIncomplete", sent: 1, total: 3, versionNumber: 2 })
      const again = yield* begin(sendFullList(station, many(3)))
      fake.fail("InternalError")
      assert.strictEqual((yield* Effect.flip(Fiber.join(again)))._tag, "CallError")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    [2, "Accepted"],
    [1, "OutcomeUnknown"]
  ] as const)(
    "D-7, ST-3: an unknown outcome is settled by asking for the version: %s means %s",
    ([version, expected]) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const sending = yield* begin(Effect.catch(sendFullList(station, many(1)), (failure) => Effect.succeed(failure)))
        fake.reply({ versionNumber: 1 })
        yield* settle
        yield* TestClock.adjust("30 seconds")
        yield* settle
        assert.strictEqual(fake.lastCall[2], "GetLocalListVersion")
        fake.reply({ versionNumber: version })
        assert.strictEqual((yield* Fiber.join(sending))._tag, expected)
      }).pipe(Effect.provide(Csms.layer({}, { inventory: "off" })))
  )

  it.effect("D-2: what is sent at the same time gets versions of its own", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(1)
      const outcomes = yield* Effect.all([sendFullList(station, many(2)), sendUpdates(station, many(2))], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        outcomes.map(({ _tag }) => _tag),
        ["Accepted", "Accepted"]
      )
      assert.deepStrictEqual(
        keeper.sent.map(({ versionNumber }) => versionNumber),
        [2, 3, 4, 5]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("sendUpdates", () => {
  it.effect("TC_D_02_CSMS, TC_D_03_CSMS, D-2, D-4: puts in, replaces and takes out under a higher version", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(3, { T1: "Accepted", T2: "Accepted" })
      const outcome = yield* sendUpdates(station, [entry("T3"), entry("T2", "Blocked"), removal("T1")], atOnce)
      assert.deepInclude(outcome, { _tag: "Accepted", versionNumber: 4 })
      assert.deepStrictEqual(keeper.list, { T2: "Blocked", T3: "Accepted" })
      assert.deepStrictEqual(keeper.sent[0]?.localAuthorizationList?.[2], removal("T1"))
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-10, D01.FR.05: without updates the version moves all the same", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(3, { T1: "Accepted" })
      yield* sendUpdates(station, [])
      assert.deepStrictEqual(keeper.sent, [{ updateType: "Differential", versionNumber: 4 }])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([["Failed"], ["VersionMismatch"]] as const)(
    "D-6, D01.FR.03: after %s the whole list goes out, once, above the station's version",
    ([status]) =>
      Effect.gen(function* () {
        const { keeper, station } = yield* keeping(3)
        yield* getListVersion(station)
        keeper.version = 9 // somebody else has sent a list
        keeper.refuse = status
        const outcome = yield* sendUpdates(station, [entry("T1")], { ...atOnce, fullList: Effect.succeed(many(2)) })
        assert.deepStrictEqual(outcome, { _tag: "Accepted", versionNumber: 10, messages: 1, repaired: true })
        assert.deepStrictEqual(
          keeper.sent.map(({ updateType, versionNumber }) => [updateType, versionNumber]),
          [
            ["Differential", 4],
            ["Full", 10]
          ]
        )
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-6: without the whole list the result says so, and the next update asks for the version", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(3)
      yield* getListVersion(station)
      keeper.version = 9
      assert.deepStrictEqual(yield* sendUpdates(station, [entry("T1")]), {
        _tag: "Refused",
        status: "VersionMismatch",
        versionNumber: 3,
        sent: 0
      })
      assert.deepInclude(yield* sendUpdates(station, [entry("T1")]), { _tag: "Accepted", versionNumber: 10 })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-9, D02.FR.02: a station without a list needs the whole of it", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(0)
      assert.deepStrictEqual(yield* sendUpdates(station, [entry("T1")]), { _tag: "FullListNeeded", versionNumber: 0 })
      assert.lengthOf(keeper.sent, 0)
      const fullList = Effect.succeed(many(2))
      assert.deepInclude(yield* sendUpdates(station, [entry("T1")], { ...atOnce, fullList }), { repaired: true })
      assert.deepStrictEqual(
        keeper.sent.map(({ updateType }) => updateType),
        ["Full"]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("D-9: asks for the version first when told to, though one is known", () =>
    Effect.gen(function* () {
      const { keeper, station } = yield* keeping(3)
      yield* getListVersion(station)
      keeper.version = 0 // a factory reset
      const outcome = yield* sendUpdates(station, [entry("T1")], { askVersion: true })
      assert.strictEqual(outcome._tag, "FullListNeeded")
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("changesBetween", () => {
  it("D-1, D-4: gives what is new or different, and what is gone", () => {
    const before = [entry("T1"), entry("T2"), entry("T3")]
    const after = [entry("T2", "Blocked"), entry("t3"), entry("T4")]
    assert.deepStrictEqual(changesBetween(before, after), [
      removal("T1"),
      entry("T2", "Blocked"),
      entry("t3"),
      entry("T4")
    ])
    assert.deepStrictEqual(changesBetween(before, before), [])
  })
})
