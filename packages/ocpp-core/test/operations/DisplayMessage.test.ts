/** Operations of block O. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { MessageInfoType, ReportDataType } from "@wattline/ocpp-v201"
import { Csms, DisplayMessage, displayMessagesAt, EventLog, type Station } from "../../src/index.ts"
import {
  begin,
  booted,
  lastRequestId,
  Recorder,
  reported,
  reportPart,
  settle,
  transactionEvent
} from "../csms/support.ts"
import { TestStore } from "../csms/TestStore.ts"
import type { FakeStation } from "../support/FakeStation.ts"

const message = { format: "UTF8", content: "Welcome" } as const
const welcome = { priority: "NormalCycle", message } as const
const display = { name: "Display", instance: "left" }

/** Sets a message, and the station answers. */
const set = Effect.fnUntraced(function* (
  fake: FakeStation,
  station: Station,
  request: DisplayMessage.DisplayMessageRequest = welcome,
  answer: object = { status: "Accepted" },
  options: DisplayMessage.SetDisplayMessageOptions = {}
) {
  const setting = yield* begin(DisplayMessage.setDisplayMessage(station, request, options))
  const [, , action, sent] = fake.lastCall
  assert.strictEqual(action, "SetDisplayMessage")
  fake.reply(answer)
  const outcome = yield* Fiber.join(setting)
  return { outcome, sent: (sent as { readonly message: MessageInfoType }).message }
})

/** The rules that a message breaks; nothing was sent. */
const refused = Effect.fnUntraced(function* (
  fake: FakeStation,
  station: Station,
  request: Partial<DisplayMessage.DisplayMessageRequest>,
  options: DisplayMessage.SetDisplayMessageOptions = {}
) {
  const before = fake.calls.length
  const failure = yield* Effect.flip(DisplayMessage.setDisplayMessage(station, { ...welcome, ...request }, options))
  assert.lengthOf(fake.calls, before)
  return failure._tag === "CheckFailed" ? failure.broken.map(({ rule }) => rule) : failure._tag
})

/** The ids of the messages the station has now. */
const shown = (station: Station) =>
  Effect.gen(function* () {
    const messages = displayMessagesAt((yield* station.snapshot).mirror, yield* Clock.currentTimeMillis)
    return messages.map(({ id }) => id)
  })

const variable = (name: string, value: string, maxLimit?: number): ReportDataType => ({
  component: { name: "DisplayMessageCtrlr" },
  variable: { name },
  variableAttribute: [{ value }],
  variableCharacteristics: {
    dataType: maxLimit === undefined ? "MemberList" : "integer",
    supportsMonitoring: false,
    ...(maxLimit !== undefined && { maxLimit })
  }
})

/** A complete FullInventory of these variables. */
const inventory = Effect.fnUntraced(function* (fake: FakeStation, station: Station, ...data: Array<ReportDataType>) {
  const reporting = yield* begin(station.getBaseReport("FullInventory"))
  fake.reply({ status: "Accepted" })
  fake.call("NotifyReport", reportPart(lastRequestId(fake), 0, false, data))
  yield* Fiber.join(reporting)
})

const csms = Effect.provide(Csms.layer({}, { inventory: "off" }))

describe("setDisplayMessage", () => {
  const requests: ReadonlyArray<readonly [string, Omit<DisplayMessage.DisplayMessageRequest, "id">]> = [
    ["TC_O_01_CSMS, O01.FR.04: with a state, and no transaction", { ...welcome, state: "Idle" }],
    ["TC_O_25_CSMS: for the state Charging", { ...welcome, state: "Charging" }],
    ["TC_O_13_CSMS, O-2, O01.FR.05: from a time on", { ...welcome, startDateTime: "1970-01-01T00:10:00.000Z" }],
    ["TC_O_14_CSMS, O-2, O01.FR.05: until a time", { ...welcome, endDateTime: "1970-01-01T00:10:00.000Z" }],
    ["TC_O_06_CSMS, O02: for a transaction", { ...welcome, transactionId: "T1" }],
    [
      "TC_O_27_CSMS: for a transaction, from a time on",
      { ...welcome, transactionId: "T1", startDateTime: "1970-01-01T00:10:00.000Z" }
    ],
    [
      "TC_O_28_CSMS: for a transaction, until a time",
      { ...welcome, transactionId: "T1", endDateTime: "1970-01-01T00:10:00.000Z" }
    ],
    ["O-9, O01.FR.20: on one display", { ...welcome, display }]
  ]
  it.effect.each(requests)("O-1, %s", ([, request]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { outcome, sent } = yield* set(fake, station, request)
      const { id, ...rest } = sent
      assert.deepStrictEqual<unknown>(rest, request) // what is absent was not sent
      assert.deepStrictEqual(outcome, { _tag: "Accepted", id })
      const { messages } = (yield* station.snapshot).mirror.displayMessages
      assert.deepStrictEqual<unknown>(messages, [{ ...sent, acceptedAt: 0 }])
    }).pipe(csms)
  )

  it.effect.each([
    ["TC_O_17_CSMS, O01.FR.01", "NotSupportedPriority"],
    ["TC_O_18_CSMS, O01.FR.02", "NotSupportedState"],
    ["TC_O_19_CSMS, O01.FR.03", "NotSupportedMessageFormat"],
    ["TC_O_10_CSMS, O02.FR.01", "UnknownTransaction"],
    ["TC_O_26_CSMS, O01.FR.11", "Rejected"]
  ] as const)("O-1, %s: %s is a value, and changes nothing", ([, status]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const statusInfo = { reasonCode: "Why" }
      const request = { ...welcome, id: 7, transactionId: "T9" }
      const { outcome } = yield* set(fake, station, request, { status, statusInfo })
      assert.deepStrictEqual(outcome, { _tag: status, id: 7, statusInfo })
      assert.deepStrictEqual(yield* shown(station), [])
    }).pipe(csms)
  )

  it.effect("O-2: dates are given in any form and sent in UTC", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const inTenMinutes = DateTime.add(yield* DateTime.now, { minutes: 10 })
      for (const endDateTime of ["1970-01-01T01:10:00+01:00", 600_000, inTenMinutes]) {
        const { sent } = yield* set(fake, station, { ...welcome, startDateTime: 0, endDateTime })
        assert.deepInclude(sent, {
          startDateTime: "1970-01-01T00:00:00.000Z",
          endDateTime: "1970-01-01T00:10:00.000Z"
        })
      }
    }).pipe(csms)
  )

  it.effect("O-2: dates that cannot be are not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* TestClock.adjust("1 hour")
      for (const dates of [
        { endDateTime: 3_600_000 },
        { endDateTime: "1969-12-31T23:59:59Z" },
        { startDateTime: 8_000_000, endDateTime: 8_000_000 },
        { startDateTime: "tomorrow" },
        { endDateTime: Number.NaN }
      ])
        assert.deepStrictEqual(yield* refused(fake, station, dates), ["O-2"])
      yield* set(fake, station, { ...welcome, startDateTime: 0, endDateTime: 3_600_001 })
    }).pipe(csms)
  )

  it.effect("O-2, O01.FR.04: no transaction is no transactionId, not an empty one", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.deepStrictEqual(yield* refused(fake, station, { transactionId: "" }), ["O-2"])
    }).pipe(csms)
  )

  it.effect("O-3, TC_O_12_CSMS, O06.FR.01: the id of a message replaces it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { outcome } = yield* set(fake, station)
      const newer = { ...welcome, id: outcome.id, message: { ...message, content: "Goodbye" } }
      yield* set(fake, station, newer)
      const { messages } = (yield* station.snapshot).mirror.displayMessages
      assert.deepStrictEqual<unknown>(messages, [{ ...newer, acceptedAt: 0 }])
    }).pipe(csms)
  )

  it.effect("O-1: ids are new, over a restart too, and not one that was given; so the mirror is kept", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const life = Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const first = (yield* set(fake, station)).outcome.id
        const given = (yield* set(fake, station, { ...welcome, id: first + 1 })).outcome.id
        const next = (yield* set(fake, station)).outcome.id
        const held = yield* shown(station)
        fake.vanish()
        return { ids: [first, given, next], held }
      })
      const one = yield* store.csms(life)
      const two = yield* store.csms(life)
      const all = [...one.ids, ...two.ids]
      assert.strictEqual(new Set(all).size, 6)
      assert.deepStrictEqual(two.held, all)
    })
  )
})

describe("what the station cannot show is not sent", () => {
  it.effect("O-4, O01.FR.01, O01.FR.03: priority and format, as far as it has reported them", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const html = { priority: "InFront", message: { format: "HTML", content: "<b>" } } as const
      yield* set(fake, station, html)
      yield* inventory(
        fake,
        station,
        variable("SupportedPriorities", "NormalCycle, AlwaysFront"),
        variable("SupportedFormats", "ASCII,UTF8")
      )
      assert.deepStrictEqual(yield* refused(fake, station, html), ["O01.FR.01", "O01.FR.03"])
      yield* set(fake, station, { ...welcome, priority: "AlwaysFront" })
    }).pipe(csms)
  )

  it.effect("O-4, O01.FR.11: one message more than it holds; not one that replaces another", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* inventory(fake, station, variable("DisplayMessages", "0", 2))
      const { id } = (yield* set(fake, station, { ...welcome, endDateTime: 60_000 })).outcome
      yield* set(fake, station, { ...welcome, priority: "AlwaysFront" })
      assert.deepStrictEqual(yield* refused(fake, station, {}), ["O01.FR.11"])
      yield* set(fake, station, { ...welcome, id, endDateTime: 60_000 })
      yield* set(fake, station, { ...welcome, priority: "AlwaysFront" })
      yield* TestClock.adjust("1 minute") // the first one is over
      yield* set(fake, station)
    }).pipe(csms)
  )

  it.effect("ST-3, O01.FR.11: a message that it may not have does not fill it", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* inventory(fake, station, variable("DisplayMessages", "0", 1))
      const setting = yield* begin(Effect.exit(DisplayMessage.setDisplayMessage(station, welcome)))
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(setting)
      yield* set(fake, station)
      assert.deepStrictEqual(yield* refused(fake, station, {}), ["O01.FR.11"])
    }).pipe(csms)
  )

  it.effect("TC_O_17_CSMS, TC_O_19_CSMS, TC_O_26_CSMS: is sent all the same where that is allowed", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* inventory(
        fake,
        station,
        variable("SupportedPriorities", "NormalCycle"),
        variable("SupportedFormats", "ASCII"),
        variable("DisplayMessages", "0", 0)
      )
      const request = { ...welcome, priority: "InFront" } as const
      const answer = { status: "NotSupportedPriority" }
      const one = { allow: ["O01.FR.01", "O01.FR.11"] }
      assert.deepStrictEqual(yield* refused(fake, station, request, one), ["O01.FR.03"])
      for (const allow of [[...one.allow, "O01.FR.03"], "All"] as const) {
        const { outcome } = yield* set(fake, station, request, answer, { allow })
        assert.strictEqual(outcome._tag, "NotSupportedPriority")
      }
    }).pipe(csms)
  )

  it.effect("DM-17, DM-18: no display messages at all", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* inventory(fake, station, variable("Available", "false"))
      assert.deepStrictEqual(yield* refused(fake, station, {}), ["DM-17"])
      yield* inventory(fake, station, reported("OCPPCommCtrlr", "HeartbeatInterval", "300"))
      assert.deepStrictEqual(yield* refused(fake, station, {}), ["DM-17"])
    }).pipe(csms)
  )

  const tags = {
    good: [
      "en",
      "de-CH",
      "sr-Latn",
      "es-419",
      "zh-yue",
      "x-klaxon",
      "i-navajo",
      "sl-rozaj",
      "EN-us",
      "en-a-bbb",
      "qaa"
    ],
    bad: ["", "e", "en_US", "english1", "en-", "-en", "de--CH", "12", "x", "en-a", "i-elf", "en US"]
  }
  it.effect.each(tags.good)("O-4, O01.FR.17: language %s is a tag of RFC 5646", (language) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { sent } = yield* set(fake, station, { ...welcome, message: { ...message, language } })
      assert.strictEqual(sent.message.language, language)
    }).pipe(csms)
  )
  it.effect.each(tags.bad)("O-4, O01.FR.17: language %j is none", (language) =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      assert.deepStrictEqual(yield* refused(fake, station, { message: { ...message, language } }), ["O01.FR.17"])
    }).pipe(csms)
  )

  it.effect("O-4: 512 characters, however many bytes they are, and no more", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const of = (length: number) => ({ ...message, content: "⚡🔌".repeat(length / 2) })
      yield* set(fake, station, { ...welcome, message: of(512) })
      assert.deepStrictEqual(yield* refused(fake, station, { message: of(514) }), ["O-4"])
    }).pipe(csms)
  )
})

describe("getDisplayMessages", () => {
  const info = (id: number): MessageInfoType => ({ id, priority: "NormalCycle", message })

  it.effect("O-5, O-6, TC_O_02_CSMS, O03.FR.01: asks for all, collects the parts, and has them in the mirror", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, { ...welcome, id: 1 })
      const getting = yield* begin(DisplayMessage.getDisplayMessages(station))
      const requestId = lastRequestId(fake)
      assert.deepStrictEqual<unknown>(fake.lastCall.slice(2), ["GetDisplayMessages", { requestId }])
      fake.reply({ status: "Accepted" })
      const notify = (tbc: boolean, messageInfo?: ReadonlyArray<MessageInfoType>) =>
        fake.answerTo(fake.call("NotifyDisplayMessages", { requestId, tbc, ...(messageInfo && { messageInfo }) }))
      assert.deepStrictEqual(notify(true, [info(2), info(3)]), [{}])
      assert.deepStrictEqual(notify(true), [{}])
      yield* settle
      assert.deepStrictEqual(yield* shown(station), [1])
      assert.deepStrictEqual(notify(false, [info(4)]), [{}])
      const { messages, outcome, response } = yield* Fiber.join(getting)
      assert.deepStrictEqual([outcome._tag, response.status], ["Complete", "Accepted"])
      assert.deepStrictEqual(messages, [info(2), info(3), info(4)])
      assert.deepStrictEqual(yield* shown(station), [2, 3, 4])
    }).pipe(csms)
  )

  it.effect.each([
    ["TC_O_07_CSMS", { id: [2] }],
    ["TC_O_08_CSMS", { priority: "NormalCycle" }],
    ["TC_O_09_CSMS", { state: "Idle" }]
  ] satisfies ReadonlyArray<readonly [string, DisplayMessage.DisplayMessageFilter]>)(
    "O-5, O04.FR.01, %s: asks for some",
    ([, filter]) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const getting = yield* begin(DisplayMessage.getDisplayMessages(station, filter))
        const requestId = lastRequestId(fake)
        assert.deepStrictEqual(fake.lastCall[3], { requestId, ...filter })
        fake.reply({ status: "Accepted" })
        fake.call("NotifyDisplayMessages", { requestId, messageInfo: [info(2)] })
        assert.deepStrictEqual((yield* Fiber.join(getting)).messages, [info(2)])
        assert.deepStrictEqual(yield* shown(station), [2])
      }).pipe(csms)
  )

  it.effect("O-5, TC_O_03_CSMS, TC_O_11_CSMS, O03.FR.06, O04.FR.02: Unknown is complete and empty", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const id of [1, 2]) yield* set(fake, station, { ...welcome, id })
      const left = []
      for (const filter of [{ id: [1] }, {}] as ReadonlyArray<DisplayMessage.DisplayMessageFilter>) {
        const getting = yield* begin(DisplayMessage.getDisplayMessages(station, filter))
        fake.reply({ status: "Unknown" })
        const { messages, outcome } = yield* Fiber.join(getting)
        assert.deepStrictEqual([outcome, messages], [{ _tag: "Complete", parts: [] }, []])
        left.push(yield* shown(station))
      }
      assert.deepStrictEqual(left, [[2], []])
    }).pipe(csms)
  )

  it.effect("CE-4, CE-5: what came before the station fell silent is given, and added", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      yield* set(fake, station, { ...welcome, id: 1 })
      const getting = yield* begin(DisplayMessage.getDisplayMessages(station))
      fake.reply({ status: "Accepted" })
      fake.call("NotifyDisplayMessages", { requestId: lastRequestId(fake), tbc: true, messageInfo: [info(2)] })
      yield* settle
      yield* TestClock.adjust("2 minutes")
      const { messages, outcome } = yield* Fiber.join(getting)
      assert.deepStrictEqual([outcome._tag, messages], ["Partial", [info(2)]])
      assert.deepStrictEqual(yield* shown(station), [1, 2])
    }).pipe(csms)
  )

  it.effect("O-6, CE-6: parts that nobody asked for are answered, told, and not taken over", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const id = fake.call("NotifyDisplayMessages", { requestId: 99, messageInfo: [info(1)] })
      assert.deepStrictEqual(fake.answerTo(id), [{}])
      yield* settle
      assert.deepInclude(recorder.of("NotificationReceived").at(-1), { action: "NotifyDisplayMessages" })
      assert.deepStrictEqual(yield* shown(station), [])
    }).pipe(csms)
  )
})

describe("clearDisplayMessage", () => {
  it.effect("O-7, TC_O_04_CSMS, TC_O_05_CSMS: Accepted and Unknown are values; after both it is gone", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      for (const id of [1, 2, 3]) yield* set(fake, station, { ...welcome, id })
      for (const [id, status] of [
        [1, "Accepted"],
        [2, "Unknown"],
        [9, "Unknown"]
      ] as const) {
        const clearing = yield* begin(DisplayMessage.clearDisplayMessage(station, id))
        assert.deepStrictEqual<unknown>(fake.lastCall.slice(2), ["ClearDisplayMessage", { id }])
        fake.reply({ status })
        assert.deepStrictEqual(yield* Fiber.join(clearing), { _tag: status })
      }
      assert.deepStrictEqual(yield* shown(station), [3])
    }).pipe(csms)
  )
})

describe("the life of a message", () => {
  it.effect(
    "O-8, E-23, O02.FR.02: told when set, gone with its transaction, and never with its content in the log",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const recorder = yield* Recorder.start
        fake.call("TransactionEvent", transactionEvent(0))
        yield* set(fake, station, { ...welcome, id: 1, transactionId: "T1" })
        yield* set(fake, station, { ...welcome, id: 2 })
        assert.deepStrictEqual(yield* shown(station), [1, 2])
        fake.call("TransactionEvent", transactionEvent(1, { eventType: "Ended" }))
        assert.deepStrictEqual(yield* shown(station), [2])
        yield* settle
        const told = recorder.events.filter(({ _tag }) => _tag.startsWith("DisplayMessage"))
        assert.deepStrictEqual(
          told.map((event) => {
            const { connectionId: _c, station: _s, ...logged } = EventLog.annotationsOf(event)
            return [event._tag, logged]
          }),
          [
            ["DisplayMessageSet", { displayMessageId: 1, transactionId: "T1" }],
            ["DisplayMessageSet", { displayMessageId: 2 }],
            ["DisplayMessagesRemoved", { why: "TransactionEnded" }]
          ]
        )
        assert.notInclude(JSON.stringify(told), message.content)
      }).pipe(csms)
  )
})
