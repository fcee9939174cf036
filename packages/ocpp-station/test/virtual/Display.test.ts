import { describe, expect, it } from "vitest"
import * as fc from "fast-check"
import type { MessageInfoType, MessageStateEnumType } from "@wattline/ocpp-v201"
import { Display, type DisplayOptions } from "../../src/virtual/Display.ts"
import { displayKey, nextChange, shown, withMessage } from "../../src/virtual/display/Rules.ts"
import { FakeStation } from "./jobs.support.ts"

const made = (options: DisplayOptions = {}) => {
  const fake = new FakeStation()
  fake.values.set("DisplayMessageCtrlr.SupportedFormats.", "ASCII,HTML,URI,UTF8")
  const display = new Display(fake.station, options)
  fake.part = display
  return { fake, display }
}

const message = (id: number, more: Partial<MessageInfoType> = {}): MessageInfoType => ({
  id,
  priority: "NormalCycle",
  message: { format: "UTF8", content: `message ${id}` },
  ...more
})

const set = async (fake: FakeStation, ...all: Parameters<typeof message>) =>
  (await fake.ask("SetDisplayMessage", { message: message(...all) })).status

const ids = (all: ReadonlyArray<MessageInfoType>) => all.map(({ id }) => id)
const at = (fake: FakeStation, seconds: number) => new Date(fake.time + seconds * 1000).toISOString()

describe("setting", () => {
  it("O01: a message that is accepted is held, counted, and shown", async () => {
    const { fake, display } = made()
    expect(await set(fake, 1)).toBe("Accepted")
    expect(ids(display.shown())).toStrictEqual([1])
    expect(fake.values.get("DisplayMessageCtrlr.DisplayMessages.")).toBe("1")
    expect(fake.told).toStrictEqual([{ _tag: "MessageShown", id: 1, content: "message 1" }])
  })

  it("O01.FR.01 to O01.FR.03, O02.FR.01: what is not supported, or for no transaction, is refused by its own status", async () => {
    const { fake, display } = made({ states: ["Charging", "Idle"] })
    fake.values.set("DisplayMessageCtrlr.SupportedPriorities.", "AlwaysFront,NormalCycle")
    fake.values.set("DisplayMessageCtrlr.SupportedFormats.", "UTF8,ASCII")
    expect(await set(fake, 1, { priority: "InFront" })).toBe("NotSupportedPriority")
    expect(await set(fake, 1, { state: "Faulted" })).toBe("NotSupportedState")
    expect(await set(fake, 1, { message: { format: "HTML", content: "<b>" } })).toBe("NotSupportedMessageFormat")
    expect(await set(fake, 1, { transactionId: "T1" })).toBe("UnknownTransaction")
    expect(await set(fake, 1, { endDateTime: at(fake, -1) })).toBe("Rejected")
    expect(display.messages()).toStrictEqual([])
  })

  it("a station without DisplayMessageCtrlr supports no messages", async () => {
    const { fake } = made()
    fake.values.clear()
    const refusal = { errorCode: "NotSupported" }
    await expect(set(fake, 1)).rejects.toMatchObject(refusal)
    await expect(fake.ask("GetDisplayMessages", { requestId: 1 })).rejects.toMatchObject(refusal)
    await expect(fake.ask("ClearDisplayMessage", { id: 1 })).rejects.toMatchObject(refusal)
  })

  it("O01.FR.11, O06.FR.01: no more than maxLimit are taken, one with the same id takes its place", async () => {
    const { fake, display } = made()
    fake.limits.set("DisplayMessageCtrlr.DisplayMessages.", 2)
    expect(await set(fake, 1)).toBe("Accepted")
    expect(await set(fake, 2)).toBe("Accepted")
    expect(await set(fake, 3)).toBe("Rejected")
    expect(await set(fake, 1, { message: { format: "UTF8", content: "new" } })).toBe("Accepted")
    expect(display.messages().map((one) => one.message.content)).toStrictEqual(["message 2", "new"])
    expect(fake.told.at(-1)).toStrictEqual({ _tag: "MessageShown", id: 1, content: "new" })
  })

  it("O01.FR.22, O01.FR.23: a message for one display is shown on it alone, one for an unknown display is rejected", async () => {
    const { fake, display } = made({ displays: [{ name: "Display", instance: "left" }] })
    expect(await set(fake, 1, { display: { name: "Display", instance: "right" } })).toBe("Rejected")
    expect(await set(fake, 2, { display: { name: "Display", instance: "left" }, priority: "AlwaysFront" })).toBe(
      "Accepted"
    )
    expect(await set(fake, 3, { priority: "AlwaysFront" })).toBe("Accepted")
    expect(ids(display.shown())).toStrictEqual([2, 3])
  })

  it("O01: a display that is off takes nothing", async () => {
    const { fake } = made()
    fake.values.set("DisplayMessageCtrlr.Enabled.", "false")
    expect(await set(fake, 1)).toBe("Rejected")
  })
})

describe("showing", () => {
  it("O01.FR.12 to O01.FR.15: one that is always in front hides those in front, they hide the normal cycle", async () => {
    const { fake, display } = made()
    await set(fake, 1)
    await set(fake, 2)
    expect(ids(display.shown())).toStrictEqual([1, 2])
    await set(fake, 3, { priority: "InFront" })
    await set(fake, 4, { priority: "InFront" })
    expect(ids(display.shown())).toStrictEqual([3, 4])
    await set(fake, 5, { priority: "AlwaysFront" })
    expect(ids(display.shown())).toStrictEqual([5])
    await fake.ask("ClearDisplayMessage", { id: 5 })
    expect(ids(display.shown())).toStrictEqual([3, 4])
  })

  it("O01.FR.16: a second one that is always in front replaces the first", async () => {
    const { fake, display } = made()
    await set(fake, 1, { priority: "AlwaysFront" })
    await set(fake, 2, { priority: "AlwaysFront" })
    expect(ids(display.messages())).toStrictEqual([2])
    expect(fake.told.map((one) => ("id" in one ? [one._tag, one.id] : []))).toStrictEqual([
      ["MessageShown", 1],
      ["MessageRemoved", 1],
      ["MessageShown", 2]
    ])
  })

  it("O01.FR.06, O01.FR.07: it is shown from startDateTime to endDateTime, and gone then", async () => {
    const { fake, display } = made()
    await set(fake, 1, { startDateTime: at(fake, 60), endDateTime: at(fake, 120) })
    const seen = [59, 1, 59, 1].map((seconds) => {
      fake.pass(seconds)
      return display.shown().length
    })
    expect(seen).toStrictEqual([0, 1, 1, 0])
    expect(display.messages()).toStrictEqual([])
    expect(fake.values.get("DisplayMessageCtrlr.DisplayMessages.")).toBe("0")
    expect(fake.waiting).toBe(0)
  })

  it("O01.FR.06: a message that is to come sooner than another one is shown in time", async () => {
    const { fake, display } = made()
    await set(fake, 1, { startDateTime: at(fake, 600) })
    await set(fake, 2, { startDateTime: at(fake, 60) })
    fake.pass(60)
    expect(ids(display.shown())).toStrictEqual([2])
    fake.pass(540)
    expect(ids(display.shown())).toStrictEqual([1, 2])
  })

  it("O01: a message for a state is shown in that state only", async () => {
    const { fake, display } = made()
    const states: ReadonlyArray<MessageStateEnumType> = ["Charging", "Faulted", "Idle", "Unavailable"]
    for (const [id, state] of states.entries()) await set(fake, id, { state })
    const status = (evseId: number, one: "Available" | "Faulted" | "Unavailable") => {
      fake.statuses.set(evseId, one)
      fake.station.tell({ _tag: "StatusChanged", evseId, connectorId: 1, status: one })
      return display.shown().map(({ state }) => state)
    }
    expect(status(1, "Available")).toStrictEqual(["Idle"])
    expect(status(1, "Unavailable")).toStrictEqual(["Idle"])
    expect(status(2, "Unavailable")).toStrictEqual(["Unavailable"])
    expect(status(1, "Faulted")).toStrictEqual(["Faulted"])
    fake.begin(2, "T1")
    expect(display.shown().map(({ state }) => state)).toStrictEqual(["Charging"])
  })

  it("O02.FR.02: a message of a transaction goes when that ends", async () => {
    const { fake, display } = made()
    fake.begin(1, "T1")
    fake.begin(2, "T2")
    expect(await set(fake, 1, { transactionId: "T1" })).toBe("Accepted")
    expect(await set(fake, 2, { transactionId: "T2" })).toBe("Accepted")
    fake.end(1)
    expect(ids(display.messages())).toStrictEqual([2])
    expect(fake.told.at(-1)).toStrictEqual({ _tag: "MessageRemoved", id: 1 })
  })

  it("O01.FR.10: messages survive a reboot; what was over meanwhile is gone", async () => {
    const { fake, display } = made()
    await set(fake, 1)
    await set(fake, 2, { endDateTime: at(fake, 60) })
    display.down()
    fake.pass(3600)
    display.online()
    expect(ids(display.messages())).toStrictEqual([1])
  })
})

describe("what it costs", () => {
  it("I04.FR.01, I05.FR.02: offline the fallback messages are shown to who begins and to who ends, where they are on", () => {
    const { fake } = made()
    fake.values.set("TariffCostCtrlr.TariffFallbackMessage.", "tariff")
    fake.values.set("TariffCostCtrlr.TotalCostFallbackMessage.", "cost")
    fake.values.set("TariffCostCtrlr.Enabled.Tariff", "true")
    const session = () => {
      fake.told.splice(0)
      fake.station.tell({ _tag: "TokenJudged", idToken: "A", accepted: true, by: "Offline" })
      fake.station.tell({ _tag: "TokenJudged", idToken: "B", accepted: false, by: "Offline" })
      fake.begin(1, "T1")
      fake.end(1)
      return fake.told.filter(({ _tag }) => _tag === "MessageShown")
    }
    expect(session()).toStrictEqual([])
    fake.isOnline = false
    expect(session()).toStrictEqual([{ _tag: "MessageShown", id: 0, content: "tariff" }])
    fake.values.set("TariffCostCtrlr.Enabled.Cost", "true")
    expect(session()[1]).toStrictEqual({ _tag: "MessageShown", id: 0, content: "cost", transactionId: "T1" })
  })
})

describe("asking and clearing", () => {
  it("O03.FR.02 to O03.FR.05: all messages come in parts, the last one without tbc", async () => {
    const { fake, display } = made({ messagesPerPart: 2 })
    for (const id of [1, 2, 3, 4, 5]) await set(fake, id)
    expect(await fake.ask("GetDisplayMessages", { requestId: 8 })).toStrictEqual({ status: "Accepted" })
    const parts = fake.requests("NotifyDisplayMessages")
    expect(parts.map(({ requestId, tbc }) => [requestId, tbc])).toStrictEqual([
      [8, true],
      [8, true],
      [8, false]
    ])
    expect(parts.flatMap(({ messageInfo = [] }) => messageInfo)).toStrictEqual(display.messages())
  })

  it("R-126: times that the CSMS writes with microseconds come back with milliseconds", async () => {
    const { fake } = made()
    await set(fake, 1, {
      startDateTime: "2026-01-01T10:00:00.123456Z",
      endDateTime: "2099-01-01T10:00:00.999999+01:00"
    })
    await fake.ask("GetDisplayMessages", { requestId: 1 })
    expect(fake.requests("NotifyDisplayMessages")[0]?.messageInfo?.[0]).toMatchObject({
      startDateTime: "2026-01-01T10:00:00.123Z",
      endDateTime: "2099-01-01T10:00:00.999+01:00"
    })
  })

  it("O04.FR.01 to O04.FR.03, O03.FR.06: those that meet every criterion come, Unknown when there is none", async () => {
    const { fake } = made()
    expect((await fake.ask("GetDisplayMessages", { requestId: 1 })).status).toBe("Unknown")
    await set(fake, 1, { state: "Idle" })
    await set(fake, 2, { priority: "InFront" })
    await fake.ask("GetDisplayMessages", { requestId: 1, id: [1, 2], priority: "InFront" })
    expect(ids(fake.requests("NotifyDisplayMessages").at(-1)?.messageInfo ?? [])).toStrictEqual([2])
    expect((await fake.ask("GetDisplayMessages", { requestId: 1, id: [1], priority: "InFront" })).status).toBe(
      "Unknown"
    )
    expect((await fake.ask("GetDisplayMessages", { requestId: 1, state: "Faulted" })).status).toBe("Unknown")
  })

  it("O05.FR.01, O05.FR.02: a message is cleared once", async () => {
    const { fake } = made()
    await set(fake, 1)
    expect(await fake.ask("ClearDisplayMessage", { id: 1 })).toStrictEqual({ status: "Accepted" })
    expect(await fake.ask("ClearDisplayMessage", { id: 1 })).toStrictEqual({ status: "Unknown" })
  })
})

describe("rules, for any messages", () => {
  const states = ["Charging", "Faulted", "Idle", "Unavailable"] as const
  const time = fc.option(
    fc.integer({ min: 0, max: 1000 }).map((seconds) => new Date(seconds * 1000).toISOString()),
    { nil: undefined }
  )
  const anyMessage = fc
    .record({
      id: fc.integer({ min: 0, max: 8 }),
      priority: fc.constantFrom("AlwaysFront", "InFront", "NormalCycle" as const),
      state: fc.option(fc.constantFrom(...states), { nil: undefined }),
      display: fc.option(fc.constant({ name: "Display", instance: "left" }), { nil: undefined }),
      startDateTime: time,
      endDateTime: time
    })
    .map((fields) => message(fields.id, definedOf(fields)))
  const anyMessages = fc
    .array(anyMessage, { maxLength: 12 })
    .map((all) => all.reduce<ReadonlyArray<MessageInfoType>>(withMessage, []))
  const now = fc.integer({ min: 0, max: 1_000_000 })
  const state = fc.constantFrom(...states)

  it("O06.FR.01, O01.FR.16: ids are unique, at most one is always in front of a display, and the newest is there", () => {
    fc.assert(
      fc.property(anyMessages, anyMessage, (held, newest) => {
        const after = withMessage(held, newest)
        expect(after).toContain(newest)
        expect(new Set(ids(after)).size).toBe(after.length)
        const front = after.filter(({ priority }) => priority === "AlwaysFront").map(displayKey)
        expect(new Set(front).size).toBe(front.length)
      })
    )
  })

  it("O01.FR.06, O01.FR.07, O01.FR.12 to O01.FR.15: what a display shows is due, for this state, of one priority, and nothing better is left out", () => {
    fc.assert(
      fc.property(anyMessages, state, now, (held, one, moment) => {
        const visible = shown(held, one, moment)
        const isDue = ({ endDateTime, startDateTime, state: wanted }: MessageInfoType) =>
          Date.parse(startDateTime ?? "1970-01-01T00:00:00Z") <= moment &&
          Date.parse(endDateTime ?? "9999-01-01T00:00:00Z") > moment &&
          (wanted === undefined || wanted === one)
        const order = ["AlwaysFront", "InFront", "NormalCycle"]
        for (const due of held.filter(isDue)) {
          const same = visible.filter((other) => displayKey(other) === displayKey(due))
          expect(same.length).toBeGreaterThan(0)
          for (const other of same)
            expect(order.indexOf(other.priority)).toBeLessThanOrEqual(order.indexOf(due.priority))
          expect(visible.includes(due)).toBe(same[0]?.priority === due.priority)
        }
        expect(visible.every(isDue)).toBe(true)
      })
    )
  })

  it("O01.FR.06, O01.FR.07: between two changes of the clock nothing else is shown", () => {
    fc.assert(
      fc.property(anyMessages, state, now, fc.double({ min: 0, max: 1, noNaN: true }), (held, one, moment, part) => {
        const next = nextChange(held, moment) ?? moment + 1000
        const between = Math.min(next - 1, moment + Math.floor((next - moment) * part))
        expect(shown(held, one, between)).toStrictEqual(shown(held, one, moment))
      })
    )
  })

  /** Without the members that are undefined. */
  function definedOf<A extends object>(fields: A): { [K in keyof A]: Exclude<A[K], undefined> } {
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
  }
})
