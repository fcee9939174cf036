import fc from "fast-check"
import type { GetDisplayMessagesRequest, MessageInfoType } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import { displayMessagesAt, maxDisplayMessages } from "../../src/blocks/DisplayMessage.ts"
import { cancel, giveUp } from "../../src/blocks/Jobs.ts"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { Folding } from "./chargingProfiles.ts"
import { noon, property, stored, time } from "./payloads.ts"

const info = (id: number, more: Partial<MessageInfoType> = {}): MessageInfoType => ({
  id,
  priority: "NormalCycle",
  message: { format: "UTF8", content: `message ${id}` },
  ...more
})

/** A mirror, and what a station says to messages. */
class Display extends Folding {
  private asked = 0

  shows(message: MessageInfoType, at = noon): Mirror.StationMirror {
    return this.with("SetDisplayMessage", { message }, { status: "Accepted" }, at)
  }

  clears(id: number, status: "Accepted" | "Unknown" = "Accepted"): Mirror.StationMirror {
    return this.with("ClearDisplayMessage", { id }, { status })
  }

  /** GetDisplayMessages is accepted; gives its requestId. */
  asks(filter: Omit<GetDisplayMessagesRequest, "requestId"> = {}, at = noon): number {
    const requestId = ++this.asked
    this.with("GetDisplayMessages", { requestId, ...filter }, { status: "Accepted" }, at)
    return requestId
  }

  notifies(requestId: number, messages: ReadonlyArray<MessageInfoType>, tbc = false, at = noon): Mirror.StationMirror {
    const [first, ...rest] = messages
    const messageInfo = first && {
      messageInfo: [first, ...rest] satisfies [MessageInfoType, ...Array<MessageInfoType>]
    }
    return this.with("NotifyDisplayMessages", { requestId, tbc, ...messageInfo }, {}, at)
  }

  /** The answer, and all in one part. */
  reportsMessages(
    filter: Omit<GetDisplayMessagesRequest, "requestId">,
    messages: ReadonlyArray<MessageInfoType>,
    at = noon
  ): Mirror.StationMirror {
    return this.notifies(this.asks(filter, at), messages, false, at)
  }

  ids(now = noon): ReadonlyArray<number> {
    return displayMessagesAt(this.mirror, now).map(({ id }) => id)
  }

  get toldOfMessages(): ReadonlyArray<Mirror.MirrorEvent> {
    return this.events.filter(({ _tag }) => _tag.startsWith("DisplayMessage"))
  }
}

const removal = (why: string, ...displayMessageIds: ReadonlyArray<number>) => ({
  _tag: "DisplayMessagesRemoved",
  displayMessageIds,
  why
})

describe("SetDisplayMessage", () => {
  it("O-1: a message is held when the station has accepted it, and only then", () => {
    const display = new Display()
    for (const status of [
      "NotSupportedMessageFormat",
      "NotSupportedPriority",
      "NotSupportedState",
      "UnknownTransaction",
      "Rejected"
    ] as const)
      expect(display.with("SetDisplayMessage", { message: info(1) }, { status })).toBe(Mirror.initial)
    display.shows(info(1, { priority: "InFront", state: "Idle" }))
    expect(displayMessagesAt(display.mirror, noon)).toEqual([
      { ...info(1, { priority: "InFront", state: "Idle" }), acceptedAt: noon }
    ])
    expect(display.toldOfMessages).toEqual([
      { _tag: "DisplayMessageSet", displayMessageId: 1, priority: "InFront", replaced: false }
    ])
    expect(stored(display.mirror)).toEqual(display.mirror)
  })

  it("O-3, O06.FR.01: the same id replaces the whole message", () => {
    const display = new Display()
    display.shows(info(1, { state: "Idle", endDateTime: time(60) }))
    display.shows(info(2))
    display.shows(info(1, { priority: "InFront" }), noon + 1)
    expect(displayMessagesAt(display.mirror, noon)).toEqual([
      { ...info(2), acceptedAt: noon },
      { ...info(1, { priority: "InFront" }), acceptedAt: noon + 1 }
    ])
    expect(display.toldOfMessages.at(-1)).toMatchObject({ displayMessageId: 1, replaced: true })
  })

  it("O-3, O01.FR.15, O01.FR.16: a second AlwaysFront replaces the first, whatever its id, and no other", () => {
    const display = new Display()
    display.shows(info(1, { priority: "InFront" }))
    display.shows(info(2, { priority: "AlwaysFront" }))
    display.shows(info(3))
    expect(display.ids()).toEqual([1, 2, 3])
    display.shows(info(4, { priority: "AlwaysFront" }))
    expect(display.ids()).toEqual([1, 3, 4])
    expect(display.toldOfMessages.at(-1)).toEqual(removal("Superseded", 2))
  })

  it("O-9: the display it is for is held; vendor data is not, anywhere", () => {
    const display = new Display()
    const customData = { vendorId: "v" }
    const component = { name: "Display", instance: "left", evse: { id: 1, connectorId: 1 } }
    display.shows({
      ...info(1),
      customData,
      display: { ...component, customData, evse: { ...component.evse, customData } },
      message: { format: "UTF8", language: "en", content: "Hello", customData }
    })
    expect(displayMessagesAt(display.mirror, noon)).toEqual([
      {
        id: 1,
        priority: "NormalCycle",
        display: component,
        message: { format: "UTF8", language: "en", content: "Hello" },
        acceptedAt: noon
      }
    ])
  })

  it("no more messages are held than there is room for, and that some are missing is known until a report", () => {
    const display = new Display()
    for (let id = 0; id <= maxDisplayMessages; id++) display.shows(info(id))
    const { isTruncated, messages } = display.mirror.displayMessages
    expect([messages.length, messages[0]?.id, isTruncated]).toEqual([maxDisplayMessages, 1, true])
    display.reportsMessages({ id: [1] }, [])
    expect(display.mirror.displayMessages.isTruncated).toBe(true)
    display.reportsMessages({}, [info(7)])
    expect(display.mirror.displayMessages).not.toHaveProperty("isTruncated")
    const many = Array.from({ length: maxDisplayMessages + 1 }, (_, id) => info(id))
    display.reportsMessages({}, many)
    expect(display.mirror.displayMessages.isTruncated).toBe(true)
    expect(display.ids()).toHaveLength(maxDisplayMessages)
  })

  it("O01.FR.10, ST-4: messages survive a restart of the station", () => {
    const display = new Display()
    display.shows(info(1))
    const boot = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
    display.with("BootNotification", boot, { status: "Accepted", interval: 1, currentTime: time() }, noon + 1, true)
    expect(display.ids()).toEqual([1])
  })
})

describe("the end of a message", () => {
  it("O-7, O05.FR.01, O05.FR.02: Accepted and Unknown both remove it", () => {
    const display = new Display()
    for (const id of [1, 2, 3]) display.shows(info(id))
    display.clears(2)
    expect(display.toldOfMessages.at(-1)).toEqual(removal("Cleared", 2))
    display.clears(3, "Unknown")
    expect(display.toldOfMessages.at(-1)).toEqual(removal("Unknown", 3))
    expect(display.ids()).toEqual([1])
    const before = display.mirror
    expect(display.clears(9, "Unknown")).toBe(before)
  })

  it("E-23, O-8, O02.FR.02: Ended removes the messages of its transaction, and no others", () => {
    const display = new Display()
    display.transaction()
    display.shows(info(1))
    display.shows(info(2, { transactionId: "T1" }))
    display.shows(info(3, { transactionId: "T2" }))
    display.shows(info(4, { transactionId: "T1", priority: "AlwaysFront" }))
    const { displayMessages: before } = display.mirror
    display.transaction({ eventType: "Updated", seqNo: 1 })
    expect(display.mirror.displayMessages).toBe(before)
    display.ends()
    expect(display.mirror.displayMessages.messages.map(({ id }) => id)).toEqual([1, 3])
    expect(display.toldOfMessages.at(-1)).toEqual(removal("TransactionEnded", 2, 4))
  })

  it("E-23: so does the station's word that the transaction is over, unless messages are still to come", () => {
    const display = new Display()
    display.shows(info(1, { transactionId: "T1" }))
    const request = { transactionId: "T1" }
    display.with("GetTransactionStatus", request, { ongoingIndicator: false, messagesInQueue: true })
    display.with("GetTransactionStatus", request, { ongoingIndicator: true, messagesInQueue: false })
    expect(display.ids()).toEqual([1])
    display.with("GetTransactionStatus", request, { ongoingIndicator: false, messagesInQueue: false })
    expect(display.ids()).toEqual([])
  })

  it("O-8, R-165: a transaction that ended before the answer, or before the report, leaves no message", () => {
    const display = new Display()
    display.transaction()
    const requestId = display.asks()
    display.ends()
    display.shows(info(1, { transactionId: "T1" }))
    expect(display.mirror.displayMessages.messages).toEqual([])
    expect(display.toldOfMessages.at(-1)).toEqual(removal("TransactionEnded", 1))
    display.notifies(requestId, [info(2, { transactionId: "T1" }), info(3)])
    expect(display.ids()).toEqual([3])
  })

  it("O-8, O01.FR.07: it is over when its endDateTime has passed, and told with the next one that is set", () => {
    const display = new Display()
    display.shows(info(1, { endDateTime: time(60) }))
    display.shows(info(2, { startDateTime: time(90), endDateTime: time(120) }))
    expect(display.ids(noon + 59_999)).toEqual([1, 2])
    expect(display.ids(noon + 60_000)).toEqual([2])
    expect(display.ids(noon + 120_000)).toEqual([])
    display.shows(info(3), noon + 60_000)
    expect(display.mirror.displayMessages.messages.map(({ id }) => id)).toEqual([2, 3])
    expect(display.toldOfMessages.at(-1)).toEqual(removal("Expired", 1))
  })
})

describe("NotifyDisplayMessages", () => {
  it("O-5, O03.FR.04: a complete report without filters replaces all, with its last part and not before", () => {
    const display = new Display()
    display.shows(info(1))
    display.shows(info(2), noon - 5)
    const requestId = display.asks({}, noon)
    display.notifies(requestId, [info(2, { state: "Faulted" })], true)
    expect(display.ids()).toEqual([1, 2])
    display.notifies(requestId, [info(8)], false, noon + 3)
    expect(display.mirror.displayMessages).toEqual({
      messages: [{ ...info(2, { state: "Faulted" }), acceptedAt: noon - 5 }, info(8)],
      reportedAt: noon + 3
    })
    expect(display.toldOfMessages.at(-1)).toEqual({ _tag: "DisplayMessagesReported", added: [8], removed: [1] })
  })

  it("O-5, O03.FR.06: Unknown is a complete report of nothing", () => {
    const display = new Display()
    for (const id of [1, 2]) display.shows(info(id))
    display.with("GetDisplayMessages", { requestId: 5, id: [2, 7] }, { status: "Unknown" })
    expect(display.ids()).toEqual([1])
    display.with("GetDisplayMessages", { requestId: 6 }, { status: "Unknown" })
    expect(display.ids()).toEqual([])
  })

  const filters: ReadonlyArray<readonly [string, Omit<GetDisplayMessagesRequest, "requestId">, ReadonlyArray<number>]> =
    [
      ["ids", { id: [1, 2] }, [3, 4, 9]],
      ["a priority", { priority: "InFront" }, [1, 4, 9]],
      ["a state, which a message without one may or may not have", { state: "Idle" }, [1, 2, 9]],
      ["several of them", { priority: "NormalCycle", state: "Idle" }, [1, 2, 3, 9]]
    ]
  it.each(filters)(
    "O-5, O04.FR.01, O04.FR.03: by %s, what it covers is replaced and the rest stays",
    (_, filter, left) => {
      const display = new Display()
      display.shows(info(1))
      display.shows(info(2, { priority: "InFront" }))
      display.shows(info(3, { priority: "InFront", state: "Idle" }))
      display.shows(info(4, { state: "Idle" }))
      display.reportsMessages(filter, [info(9)])
      expect(display.ids()).toEqual(left)
      expect(display.mirror.displayMessages).not.toHaveProperty("reportedAt")
    }
  )

  it("O-5: what was set while the report came in is newer than the report", () => {
    const display = new Display()
    display.shows(info(1))
    const requestId = display.asks()
    display.shows(info(1, { state: "Idle" }), noon + 1)
    display.shows(info(2), noon + 1)
    display.notifies(requestId, [info(1), info(3)])
    expect(displayMessagesAt(display.mirror, noon)).toEqual([
      info(3),
      { ...info(1, { state: "Idle" }), acceptedAt: noon + 1 },
      { ...info(2), acceptedAt: noon + 1 }
    ])
  })

  it("CE-5, DM-22: a report that is not complete adds what came and removes nothing", () => {
    const display = new Display()
    display.shows(info(1))
    const { displayMessages: before } = display.mirror
    const ends = (change: Parameters<typeof Mirror.withJobs>[1]) => Mirror.withJobs(display.mirror, change, () => {})
    const silent = () => ends((jobs, ears) => jobs.open.reduce((rest, job) => giveUp(rest, job, noon + 1, ears), jobs))
    const requestId = display.asks()
    expect(ends((jobs, ears) => cancel(jobs, "DisplayMessages", requestId, noon, ears)).displayMessages).toBe(before)
    expect(silent().displayMessages).toBe(before)
    display.notifies(requestId, [info(2)], true)
    const { displayMessages, jobs } = silent()
    expect(jobs.open).toEqual([])
    expect(displayMessages).toEqual({ messages: [{ ...info(1), acceptedAt: noon }, info(2)] })
  })

  it("O-6, CE-6: one that nobody asked for changes nothing", () => {
    const display = new Display()
    expect(display.notifies(77, [info(1)])).toBe(Mirror.initial)
  })
})

// --- a station that keeps the rules, against the mirror

interface Step {
  readonly act: "set" | "clear" | "begin" | "end" | "report" | "filtered" | "drop" | "wait"
  readonly id: number
  readonly priority: MessageInfoType["priority"]
  readonly transactionId: string | undefined
  readonly lasts: number | undefined
  readonly split: number
}

const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom("set", "set", "set", "clear", "begin", "end", "report", "filtered", "drop", "wait"),
    id: fc.integer({ min: 0, max: 4 }),
    priority: fc.constantFrom("AlwaysFront", "InFront", "NormalCycle"),
    transactionId: fc.constantFrom(undefined, "T1", "T2"),
    lasts: fc.constantFrom(undefined, 1, 5),
    split: fc.integer({ min: 0, max: 4 })
  }),
  { maxLength: 30, size: "max" }
)

describe("the mirror of display messages", () => {
  it("O-3, O-5, O-7, O-8, E-23: has what a station has that keeps the rules; a report puts right what it lost", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const display = new Display()
        const ongoing = new Set<string>()
        const over = new Set<string>()
        let messages: ReadonlyArray<MessageInfoType> = []
        let second = 0
        let lost = false
        for (const { act, id, lasts, priority, split, transactionId: given } of all) {
          const transactionId = given ?? "T1"
          second += act === "wait" ? 3 : 1
          const now = noon + second * 1000
          messages = messages.filter(({ endDateTime }) => endDateTime === undefined || Date.parse(endDateTime) > now)
          const message = info(id, {
            priority,
            ...(given !== undefined && { transactionId }),
            ...(lasts !== undefined && { endDateTime: time(second + lasts) })
          })
          const event = { seqNo: second, transactionInfo: { transactionId } }
          if (act === "set") {
            const isUnknown = given !== undefined && !ongoing.has(transactionId)
            const status = isUnknown ? "UnknownTransaction" : "Accepted"
            display.with("SetDisplayMessage", { message }, { status }, now)
            const isFront = (known: MessageInfoType) => priority === "AlwaysFront" && known.priority === priority
            if (!isUnknown) messages = [...messages.filter((known) => known.id !== id && !isFront(known)), message]
          } else if (act === "clear") {
            display.clears(id, messages.some((known) => known.id === id) ? "Accepted" : "Unknown")
            messages = messages.filter((known) => known.id !== id)
          } else if (act === "begin" && !ongoing.has(transactionId) && !over.has(transactionId)) {
            ongoing.add(transactionId)
            display.transaction({ ...event, eventType: "Started" }, now)
          } else if (act === "end" && ongoing.delete(transactionId)) {
            over.add(transactionId)
            display.transaction({ ...event, eventType: "Ended" }, now)
            messages = messages.filter((known) => known.transactionId !== transactionId)
          } else if (act === "report" || act === "filtered") {
            const fits = (known: MessageInfoType) => act === "report" || known.priority === priority
            const reported = messages.filter(fits)
            const requestId = display.asks(act === "report" ? {} : { priority }, now)
            display.notifies(requestId, reported.slice(0, split), true, now)
            display.notifies(requestId, reported.slice(split), false, now)
            lost &&= act === "filtered"
          } else if (act === "drop") {
            lost ||= messages.some((known) => known.id === id)
            messages = messages.filter((known) => known.id !== id)
          }
          const known = displayMessagesAt(display.mirror, now).map(({ acceptedAt: _, ...held }) => held)
          const byId = (a: MessageInfoType, b: MessageInfoType) => a.id - b.id
          const isThere = ({ id: one }: MessageInfoType) => messages.some((other) => other.id === one)
          expect((lost ? known.filter(isThere) : known).toSorted(byId)).toEqual(messages.toSorted(byId))
        }
      }),
      property
    )
  })
})
