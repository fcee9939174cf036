import { Effect, Layer, Schema } from "effect"
import { expect, it, onTestFinished, vi } from "vitest"
import { CallError, createCsms, CsmsClosed, InvalidStation, NotSent, UnknownStation } from "../../src/promise.ts"
import { OutcomeUnknown, type PromiseCsmsOptions, type PromiseStation, type Transport } from "../../src/promise.ts"
import { FakeStation } from "../support/FakeStation.ts"
import { deferred, InProcess, next, rejection } from "./InProcess.ts"

class ListenError extends Schema.TaggedError<ListenError>()("ListenError", { message: Schema.String }) {}

const portInUse = (): ListenError => new ListenError({ message: "Port 9000 is already in use." })

it("starts its transports, tells their endpoints, and serves stations", async () => {
  const ws = new InProcess()
  await using csms = await createCsms({ transports: [ws.transport] })
  expect(await csms.endpoints()).toEqual([{ adapter: "test", url: "test://csms/ocpp" }])
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  expect(ws.boot("CS-1").answerTo("s1")).toMatchObject([{ status: "Accepted", interval: 300 }])
  expect(await station.snapshot()).toMatchObject({ identity: "CS-1", state: "Accepted", connected: true })
})

it("has several transports at a time, or none", async () => {
  const one = new InProcess()
  const other = new InProcess()
  await using csms = await createCsms({ transports: [one.transport, other.transport] })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  await csms.addStation({ identity: "CS-2", securityProfile: 0 })
  expect(one.boot("CS-1").answerTo("s1")).toBeDefined()
  expect(other.boot("CS-2").answerTo("s1")).toBeDefined()
  expect(await csms.endpoints()).toHaveLength(2)
  await using none = await createCsms({ transports: [] })
  expect(await none.endpoints()).toEqual([])
})

it("hands its settings to the core", async () => {
  const ws = new InProcess()
  await using csms = await createCsms({ transports: [ws.transport], heartbeatInterval: "42 seconds" })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  expect(ws.boot("CS-1").answerTo("s1")).toMatchObject([{ interval: 42 }])
})

it("writes events to the console when it is told to, up to the last one", async () => {
  const written = vi.spyOn(console, "log").mockImplementation(() => {})
  onTestFinished(() => written.mockRestore())
  const live = async (identity: string, eventLog: PromiseCsmsOptions["eventLog"]): Promise<void> => {
    const ws = new InProcess()
    await using csms = await createCsms({ transports: [ws.transport], eventLog })
    await csms.addStation({ identity, securityProfile: 0 })
    ws.boot(identity)
  }
  await live("NONE", false)
  await live("ALL", true)
  await live("SOME", { levels: { Connected: "None" } })
  const lines = (): ReadonlyArray<string> => written.mock.calls.map((call) => JSON.stringify(call))
  const about = (identity: string): string =>
    lines()
      .filter((line) => line.includes(identity))
      .join("\n")
  await vi.waitFor(() => expect(about("SOME")).toMatch(/Disconnected/))
  expect(about("ALL")).toMatch(/Connected[^]*Booted[^]*Ready[^]*Disconnected/)
  expect(about("SOME")).not.toMatch(/\bConnected/)
  expect(about("NONE")).toBe("")
})

it("rejects with the error of a transport that cannot listen, and leaves nothing open", async () => {
  const open = new InProcess()
  const taken: Transport = Layer.effectDiscard(Effect.fail(portInUse()))
  const error = await rejection(createCsms({ transports: [open.transport, taken] }))
  expect(error).toBeInstanceOf(ListenError)
  expect(error).toHaveProperty("message", "Port 9000 is already in use.")
  expect(open.log).toEqual(["open", "shut"])
})

it("takes leave of a station that came in before a transport failed", async () => {
  let station: FakeStation | undefined
  const broken: Transport = Layer.effectDiscard(
    Effect.flatMap(FakeStation.connect("CS-1"), (connected) => {
      station = connected
      return Effect.fail(portInUse())
    })
  )
  expect(await rejection(createCsms({ transports: [broken] }))).toBeInstanceOf(ListenError)
  expect(station?.closed).toMatchObject({ code: 1001 })
})

it("waits for transports that are still opening before it rejects", async () => {
  const opened = deferred()
  const log: Array<string> = []
  const slow: Transport = Layer.effectDiscard(
    Effect.acquireRelease(
      Effect.promise(() => opened.promise.then(() => log.push("open"))),
      () => Effect.sync(() => log.push("shut"))
    )
  )
  const taken: Transport = Layer.effectDiscard(
    Effect.suspend(() => {
      queueMicrotask(() => opened.resolve())
      return Effect.fail(portInUse())
    })
  )
  expect(await rejection(createCsms({ transports: [slow, taken] }))).toBeInstanceOf(ListenError)
  expect(log).toEqual(["open", "shut"])
})

it("rejects when an option makes no sense", async () => {
  const ws = new InProcess()
  const callTimeout = "soon" as "30 seconds"
  expect(await rejection(createCsms({ transports: [ws.transport], callTimeout }))).toBeInstanceOf(Error)
  expect(ws.log).toEqual([])
})

it("finds stations, by the same object each time", async () => {
  const ws = new InProcess()
  await using csms = await createCsms({ transports: [ws.transport] })
  const added = await csms.addStation({ identity: "CS-1", securityProfile: 1, password: "0123456789abcdef" })
  expect(added.identity).toBe("CS-1")
  expect(await csms.station("cs-1")).toBe(added)
  expect(await csms.stations()).toEqual([added])
  const unknown = await rejection(csms.station("CS-2"))
  expect(unknown).toBeInstanceOf(UnknownStation)
  expect(unknown).toHaveProperty("message", "There is no station CS-2; add it with addStation first")
})

it("R-044: rejects a station with a password that is too short", async () => {
  await using csms = await createCsms({ transports: [] })
  const error = await rejection(csms.addStation({ identity: "CS-1", securityProfile: 1, password: "short" }))
  expect(error).toBeInstanceOf(InvalidStation)
  expect(error).toMatchObject({ _tag: "InvalidStation", identity: "CS-1" })
  expect(await csms.stations()).toEqual([])
})

it("removes stations", async () => {
  const ws = new InProcess()
  await using csms = await createCsms({ transports: [ws.transport] })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const fake = ws.boot("CS-1")
  await csms.removeStation("CS-1")
  expect(fake.closed).toMatchObject({ code: 1000 })
  expect(await csms.stations()).toEqual([])
  expect(await rejection(csms.removeStation("CS-1"))).toBeInstanceOf(UnknownStation)
  expect(await rejection(station.call("ClearCache", {}))).toMatchObject({ _tag: "NotSent", reason: "UnknownStation" })
})

it("closes its transports first, and only once", async () => {
  const ws = new InProcess()
  const csms = await createCsms({ transports: [ws.transport] })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const fake = ws.boot("CS-1")
  const gone = next(csms.events(), "Disconnected")
  const closing = csms.close()
  expect(csms.close()).toBe(closing)
  await closing
  await csms.close()
  expect(fake.closed).toEqual({ code: 1001, reason: "going away" })
  expect(await gone).toMatchObject({ code: 1001, reason: "going away" })
  expect(ws.log).toEqual(["open", "shut"])
})

it("closes at the end of an `await using` block, also when the block throws", async () => {
  const ws = new InProcess()
  const block = async (): Promise<void> => {
    await using csms = await createCsms({ transports: [ws.transport] })
    await csms.endpoints()
    throw new Error("out of the block")
  }
  expect(await rejection(block())).toHaveProperty("message", "out of the block")
  expect(ws.log).toEqual(["open", "shut"])
})

it("rejects everything once it is closed, from the call of close() on", async () => {
  const csms = await createCsms({ transports: [] })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const closing = csms.close()
  const early = rejection(csms.stations())
  await closing
  const calls: ReadonlyArray<() => Promise<unknown>> = [
    () => csms.addStation({ identity: "CS-2", securityProfile: 0 }),
    () => csms.removeStation("CS-1"),
    () => csms.station("CS-1"),
    () => csms.stations(),
    () => csms.endpoints(),
    () => csms.events().next(),
    () => station.call("ClearCache", {}),
    () => station.getBaseReport("FullInventory"),
    () => station.snapshot(),
    () => station.variable("EVSE", "Power"),
    () => station.nextRequestId(),
    () => station.disconnect(),
    () => station.events().next(),
    () => station.changes().next(),
    () => early.then((reason) => Promise.reject(reason))
  ]
  for (const call of calls) {
    const error = await rejection(call())
    expect(error).toBeInstanceOf(CsmsClosed)
    expect(error).toMatchObject({ _tag: "CsmsClosed", message: expect.stringContaining("closed") })
  }
})

it("settles CALLs that are waiting or unanswered when it closes", async () => {
  const ws = new InProcess()
  const csms = await createCsms({ transports: [ws.transport] })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  ws.boot("CS-1")
  const sent = rejection(station.call("ClearCache", {}))
  const waiting = rejection(station.call("ClearCache", {}))
  const offline = await csms.addStation({ identity: "CS-2", securityProfile: 0 })
  const patient = rejection(offline.call("ClearCache", {}, { waitForReconnect: true }))
  await csms.close()
  expect(await sent).toBeInstanceOf(OutcomeUnknown)
  expect(await sent).toMatchObject({ reason: "ConnectionLost" })
  expect(await waiting).toBeInstanceOf(NotSent)
  expect(await patient).toBeInstanceOf(NotSent)
})

it("rejects what would never end when it closes", async () => {
  const csms = await createCsms({ transports: [] })
  const never = deferred<object>()
  const adding = rejection(csms.addStation({ identity: "CS-1", securityProfile: 0, handlers: () => never.promise }))
  await csms.close()
  expect(await adding).toBeInstanceOf(CsmsClosed)
})

it("can be closed by a handler", async () => {
  const ws = new InProcess()
  const closed = deferred()
  const csms = await createCsms({
    transports: [ws.transport],
    handlers: {
      DataTransfer: async () => {
        await csms.close()
        closed.resolve()
        return { status: "Accepted" }
      }
    }
  })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  ws.boot("CS-1").call("DataTransfer", { vendorId: "v" })
  await closed.promise
  expect(ws.log).toEqual(["open", "shut"])
})

it("runs beside another one", async () => {
  const ws = [new InProcess(), new InProcess()] as const
  await using first = await createCsms({ transports: [ws[0].transport] })
  const second = await createCsms({ transports: [ws[1].transport] })
  await first.addStation({ identity: "CS-1", securityProfile: 0 })
  await second.close()
  const station: PromiseStation = await first.station("CS-1")
  const fake = ws[0].boot("CS-1")
  const answer = rejection(station.call("ClearCache", {}))
  fake.say(JSON.stringify([4, fake.lastCall[1], "InternalError", "no", {}]))
  expect(await answer).toBeInstanceOf(CallError)
})
