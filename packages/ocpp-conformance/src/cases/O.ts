/** Block O, display messages: TC_O_01 to 14, 17 to 19, 25 to 28. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { DisplayMessage, displayMessagesAt, type Messages } from "@wattline/ocpp-core"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import { accepted, energyTransferStarted, evDisconnected } from "./states.ts"
import type { World } from "./World.ts"

type Message = Messages["SetDisplayMessage"]["request"]["message"]
type Status = Messages["SetDisplayMessage"]["response"]["status"]
type Wish = Omit<Message, "id">

const welcome = { priority: "NormalCycle", message: { format: "UTF8", content: "Welcome" } } as const

/** The messages the station has, for the CSMS. */
const known = (world: World) =>
  Effect.gen(function* () {
    const all = displayMessagesAt((yield* world.view).mirror, Date.parse(yield* world.now))
    return all.map(({ acceptedAt: _, ...message }) => message)
  })

/** CSMS → CS SetDisplayMessage with exactly this and a new id, unless `id` is given; gives the message. */
const sets = Effect.fnUntraced(function* (
  world: World,
  wish: Wish & { readonly id?: number } = welcome,
  status: Status = "Accepted"
) {
  const before = yield* known(world)
  const setting = yield* world.starts(DisplayMessage.setDisplayMessage(world.station, wish))
  const { answer, request } = yield* world.cs.asked("SetDisplayMessage")
  const { id } = request.message
  assert.deepStrictEqual(request.message, { ...wish, id })
  yield* answer({ status })
  assert.deepStrictEqual(yield* Fiber.join(setting), { _tag: status, id })
  const others = before.filter((other) => other.id !== id)
  assert.deepStrictEqual<unknown>(yield* known(world), status === "Accepted" ? [...others, request.message] : before)
  return request.message
})

/** CSMS → CS GetDisplayMessages with just this filter; reported in as many parts, each answered. The operator gets them all. */
const collects = Effect.fnUntraced(function* (
  world: World,
  filter: DisplayMessage.DisplayMessageFilter,
  ...messages: ReadonlyArray<Message>
) {
  const getting = yield* world.starts(DisplayMessage.getDisplayMessages(world.station, filter))
  const { answer, request } = yield* world.cs.asked("GetDisplayMessages")
  const { requestId } = request
  assert.deepStrictEqual(request, { requestId, ...filter })
  yield* answer({ status: messages.length === 0 ? "Unknown" : "Accepted" })
  for (const [at, message] of messages.entries()) {
    const part = { requestId, tbc: at < messages.length - 1, messageInfo: [message] as [Message] }
    assert.deepStrictEqual<unknown>(yield* world.cs.call("NotifyDisplayMessages", part), {})
  }
  const result = yield* Fiber.join(getting)
  assert.strictEqual(result.outcome._tag, "Complete")
  assert.deepStrictEqual<unknown>(result.messages, messages)
})

const inTenMinutes = (world: World) => Effect.map(world.now, (now) => new Date(Date.parse(now) + 600_000).toISOString())

const head = (number: string, title: string, requirements: ReadonlyArray<string>) => ({
  id: `TC_O_${number}_CSMS` satisfies CaseId,
  title,
  certification: "Advanced UI M",
  requirements
})

/** A case in which an idle station is sent a message. */
const idle = (
  number: string,
  title: string,
  requirements: ReadonlyArray<string>,
  wish: Wish = welcome,
  status: Status = "Accepted"
): OcaCase => ({
  ...head(number, title, requirements),
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    yield* sets(world, wish, status)
  })
})

/** A case in which an idle station has a message, and is asked for some. */
const asked = (
  number: string,
  title: string,
  wish: Wish,
  filterOf: (id: number) => DisplayMessage.DisplayMessageFilter
): OcaCase => ({
  ...head(number, title, ["O04.FR.01", "O04.FR.03"]),
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    const message = yield* sets(world, wish)
    yield* collects(world, filterOf(message.id), message)
    assert.deepStrictEqual<unknown>(yield* known(world), [message])
  })
})

/** A case in which a message is for the transaction that runs, and goes with it. */
const whileCharging = (
  number: string,
  title: string,
  requirements: ReadonlyArray<string>,
  dates: (world: World) => Effect.Effect<Pick<Wish, "startDateTime" | "endDateTime">>
): OcaCase => ({
  ...head(number, title, requirements),
  bothForms: true,
  run: Effect.fnUntraced(function* (world) {
    const [evse] = world.evses
    yield* accepted(world)
    yield* energyTransferStarted(world)
    yield* sets(world, { ...welcome, transactionId: evse.transactionId, ...(yield* dates(world)) })
    yield* evDisconnected(world)
    assert.deepStrictEqual(yield* known(world), [])
  })
})

/** The cases, in the order of the standard. */
export const displayMessages: ReadonlyArray<OcaCase> = [
  idle("01", "set a message", ["O01.FR.04"], { ...welcome, state: "Idle" }),
  {
    ...head("02", "get all messages", ["O03.FR.01", "O03.FR.02", "O03.FR.03", "O03.FR.04"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const message = yield* sets(world)
      const other = { ...message, id: message.id + 1000 }
      yield* collects(world, {}, message, other)
      assert.deepStrictEqual<unknown>(yield* known(world), [message, other])
    })
  },
  {
    ...head("03", "get all messages: there are none", ["O03.FR.06"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* collects(world, {})
    })
  },
  {
    ...head("04", "clear a message", ["O05.FR.01"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* clears(world, (yield* sets(world)).id, "Accepted")
    })
  },
  {
    ...head("05", "clear a message that is not there", ["O05.FR.02"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* clears(world, 4711, "Unknown")
    })
  },
  whileCharging("06", "a message for a transaction", ["O02.FR.02"], () => Effect.succeed({})),
  asked("07", "get messages by id", welcome, (id) => ({ id: [id] })),
  asked("08", "get messages by priority", { ...welcome, priority: "InFront" }, () => ({ priority: "InFront" })),
  asked("09", "get messages by state", { ...welcome, state: "Idle" }, () => ({ state: "Idle" })),
  {
    ...head("10", "a message for a transaction that the station does not know", ["O02.FR.01"]),
    bothForms: true,
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* energyTransferStarted(world)
      yield* sets(world, { ...welcome, transactionId: "another" }, "UnknownTransaction")
    })
  },
  {
    ...head("11", "get a message that is not there", ["O04.FR.02"]),
    certification: "not in part 5",
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const message = yield* sets(world)
      yield* collects(world, { id: [message.id + 1] })
      assert.deepStrictEqual<unknown>(yield* known(world), [message])
    })
  },
  {
    ...head("12", "replace a message", ["O06.FR.01"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const { id } = yield* sets(world)
      const newer = { id, priority: "InFront", message: { format: "UTF8", content: "Goodbye" } } as const
      assert.deepStrictEqual<unknown>(yield* sets(world, newer), newer)
    })
  },
  {
    ...head("13", "a message from a time on", ["O01.FR.05"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      yield* sets(world, { ...welcome, startDateTime: yield* inTenMinutes(world) })
    })
  },
  {
    ...head("14", "a message until a time", ["O01.FR.05", "O01.FR.07"]),
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const endDateTime = yield* inTenMinutes(world)
      yield* sets(world, { ...welcome, endDateTime })
      assert.deepStrictEqual(displayMessagesAt((yield* world.view).mirror, Date.parse(endDateTime)), [])
    })
  },
  idle(
    "17",
    "the priority is not supported",
    ["O01.FR.01"],
    { ...welcome, priority: "InFront" },
    "NotSupportedPriority"
  ),
  idle("18", "the state is not supported", ["O01.FR.02"], { ...welcome, state: "Faulted" }, "NotSupportedState"),
  idle(
    "19",
    "the format is not supported",
    ["O01.FR.03"],
    { ...welcome, message: { format: "HTML", content: "<b>Welcome</b>" } },
    "NotSupportedMessageFormat"
  ),
  {
    ...idle("25", "a message for one state", ["O01.FR.02"], { ...welcome, state: "Charging" }),
    certification: "not in part 5"
  },
  idle("26", "a message is rejected", ["O01.FR.11"], welcome, "Rejected"),
  whileCharging("27", "a message for a transaction, from a time on", ["O02.FR.02", "O01.FR.05"], (world) =>
    Effect.map(inTenMinutes(world), (startDateTime) => ({ startDateTime }))
  ),
  whileCharging("28", "a message for a transaction, until a time", ["O02.FR.02", "O01.FR.05"], (world) =>
    Effect.map(inTenMinutes(world), (endDateTime) => ({ endDateTime }))
  )
]

/** CSMS → CS ClearDisplayMessage; the operator gets the answer, and the message is gone. */
const clears = Effect.fnUntraced(function* (
  world: World,
  id: number,
  status: Messages["ClearDisplayMessage"]["response"]["status"]
) {
  const clearing = DisplayMessage.clearDisplayMessage(world.station, id)
  const outcome = yield* world.operated(clearing, "ClearDisplayMessage", { id }, { status })
  assert.deepStrictEqual(outcome, { _tag: status })
  assert.deepStrictEqual(yield* known(world), [])
})
