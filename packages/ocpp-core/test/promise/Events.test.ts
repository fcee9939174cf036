import { Stream } from "effect"
import { expect, it } from "vitest"
import { anyEvent, EventHub, type StationEvent } from "../../src/csms/Events.ts"
import { Bridge } from "../../src/promise/Bridge.ts"
import { listen } from "../../src/promise/Events.ts"
import { createCsms, CsmsClosed, type CsmsEvent, type PromiseEvents } from "../../src/promise.ts"
import { InProcess, rejection } from "./InProcess.ts"

const started = async () => {
  const ws = new InProcess()
  const csms = await createCsms({ transports: [ws.transport] })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  return { ws, csms, station, [Symbol.asyncDispose]: () => csms.close() }
}

const collect = async <A>(events: PromiseEvents<A>): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const event of events) all.push(event)
  return all
}

const tags = (events: ReadonlyArray<CsmsEvent>): ReadonlyArray<string> => events.map(({ _tag }) => _tag)

it("the subscription begins with the call of events(), and ends when the CSMS closes", async () => {
  const given = await started()
  const events = given.csms.events()
  given.ws.boot("CS-1")
  await given.csms.close()
  const all = tags(await collect(events))
  expect(all).toContain("Connected")
  expect(all).toContain("Booted")
  expect(all).toContain("Disconnected")
})

it("every subscriber gets everything from its own beginning on", async () => {
  const given = await started()
  const early = collect(given.csms.events())
  const fake = given.ws.boot("CS-1")
  const late = collect(given.csms.events())
  const unread = given.csms.events()
  fake.vanish()
  await given.csms.close()
  const all = await early
  expect(tags(all)).toContain("Booted")
  expect(all.slice(-(await late).length)).toEqual(await late)
  expect(tags(await late)).not.toContain("Booted")
  expect(await collect(unread)).toEqual(await late)
})

it("station.events has the events of this station only", async () => {
  const given = await started()
  await given.csms.addStation({ identity: "CS-2", securityProfile: 0 })
  const events = given.station.events()
  given.ws.boot("CS-2")
  given.ws.boot("CS-1")
  await given.csms.close()
  const all = (await collect(events)) as ReadonlyArray<StationEvent>
  expect(new Set(all.map(({ identity }) => identity))).toEqual(new Set(["CS-1"]))
  expect(tags(all)).toContain("Booted")
})

it("station.changes gives the snapshot of the call, then one after every event", async () => {
  await using given = await started()
  const changes = given.station.changes()
  given.ws.boot("CS-1")
  expect((await changes.next()).value).toMatchObject({ state: "Disconnected", connected: false })
  expect((await changes.next()).value).toMatchObject({ state: "Accepted", connected: true, registration: "Accepted" })
})

it("an abort of the signal ends the iteration", async () => {
  await using given = await started()
  const controller = new AbortController()
  const events = given.csms.events({ signal: controller.signal })
  given.ws.boot("CS-1")
  expect((await events.next()).done).toBe(false)
  const all = collect(events)
  controller.abort()
  await all
  expect(await events.next()).toEqual({ done: true, value: undefined })
  expect(await collect(given.station.events({ signal: AbortSignal.abort() }))).toEqual([])
})

// --- below the CSMS: what is left of a subscription

const hubbed = (capacity = 8) => {
  const hub = new EventHub()
  const bridge = new Bridge(() => new CsmsClosed(), [])
  const publish = (...seqs: ReadonlyArray<number>): void => {
    for (const seq of seqs) hub.publish({ _tag: "Added", identity: "CS-1", epoch: 1, seq, at: 0, durable: false })
  }
  const stream = Stream.map(hub.stream(capacity, anyEvent), (event) =>
    event._tag === "EventsMissed" ? `missed ${event.missed}` : "seq" in event ? event.seq : 0
  )
  return { hub, bridge, publish, stream }
}

it("subscribes at once, and not at all when it must not", () => {
  const { bridge, hub, stream } = hubbed()
  listen(bridge, stream, { signal: AbortSignal.abort() })
  expect(hub.active).toBe(false)
  listen(bridge, stream)
  expect(hub.active).toBe(true)
})

it("leaving a loop ends the subscription, by break and by throw", async () => {
  const { bridge, hub, publish, stream } = hubbed()
  const first = listen(bridge, stream)
  publish(1, 2)
  for await (const event of first) {
    expect(event).toBe(1)
    break
  }
  expect(hub.active).toBe(false)
  expect(await first.next()).toEqual({ done: true, value: undefined })
  const second = listen(bridge, stream)
  publish(3)
  const loop = async (): Promise<void> => {
    for await (const _ of second) throw new Error("enough")
  }
  expect(await rejection(loop())).toHaveProperty("message", "enough")
  expect(hub.active).toBe(false)
})

it("`await using` ends the subscription", async () => {
  const { bridge, hub, stream } = hubbed()
  const block = async (): Promise<void> => {
    await using events = listen(bridge, stream)
    expect(hub.active).toBe(true)
    expect(events[Symbol.asyncIterator]()).toBe(events)
  }
  await block()
  expect(hub.active).toBe(false)
})

it("an abort drops what was not read, resolves who waits, and lets go of the signal", async () => {
  const { bridge, hub, publish, stream } = hubbed()
  const controller = new AbortController()
  const events = listen(bridge, stream, { signal: controller.signal })
  publish(1, 2, 3)
  expect(await events.next()).toEqual({ done: false, value: 1 })
  controller.abort()
  expect(hub.active).toBe(false)
  expect((await events.next()).done).toBe(true)
  const second = new AbortController()
  const waiting = listen(bridge, stream, { signal: second.signal })
  const reads = [waiting.next(), waiting.next()]
  second.abort()
  expect((await Promise.all(reads)).map(({ done }) => done)).toEqual([true, true])
})

it("several reads at a time are served in order", async () => {
  const { bridge, hub, publish, stream } = hubbed()
  const events = listen(bridge, stream)
  const reads = [events.next(), events.next(), events.next()]
  publish(1, 2)
  hub.close()
  expect((await Promise.all(reads)).map(({ value }) => value)).toEqual([1, 2, undefined])
})

it("the end comes after what is left", async () => {
  const { bridge, hub, publish, stream } = hubbed()
  const events = listen(bridge, stream)
  publish(1, 2, 3)
  hub.close()
  expect(await collect(events)).toEqual([1, 2, 3])
})

it("a slow reader is told how many events it missed", async () => {
  const { bridge, hub, publish, stream } = hubbed(4)
  const events = listen(bridge, stream)
  publish(1)
  expect((await events.next()).value).toBe(1)
  publish(2, 3, 4, 5, 6, 7)
  expect((await events.next()).value).toBe(2)
  const rest: Array<unknown> = []
  for (let i = 0; i < 3; i++) rest.push((await events.next()).value)
  publish(8)
  hub.close()
  rest.push(...(await collect(events)))
  expect(rest).toContain(8)
  expect(rest.filter((event) => typeof event === "string")).toHaveLength(1)
})

it("a stream that breaks rejects the reader", async () => {
  const { bridge } = hubbed()
  const events = listen(bridge, Stream.die(new Error("broken")))
  expect(await rejection(events.next())).toHaveProperty("message", "broken")
})
