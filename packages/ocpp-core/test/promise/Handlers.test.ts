import { expect, it } from "vitest"
import { andThen, createCsms, type PromiseCsms, type PromiseHandlerContext, refuse } from "../../src/promise.ts"
import type { PromiseCsmsOptions, PromiseHandlers, PromiseStation } from "../../src/promise.ts"
import { aborted, deferred, InProcess, next, rejection } from "./InProcess.ts"

const started = async (handlers: PromiseHandlers, options: Partial<PromiseCsmsOptions> = {}) => {
  const ws = new InProcess()
  const csms: PromiseCsms = await createCsms({ transports: [ws.transport], handlers, ...options })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  return { ws, csms, station, [Symbol.asyncDispose]: () => csms.close() }
}

const accepted = { idTokenInfo: { status: "Accepted" } } as const
const idToken = { idToken: "T1", type: "Central" } as const

it("answers in the same tick when a handler returns no promise", async () => {
  await using given = await started({
    BootNotification: ({ reason }) => ({
      status: reason === "PowerUp" ? "Accepted" : "Pending",
      currentTime: "2026-01-01T00:00:00Z",
      interval: 7
    }),
    Authorize: () => accepted
  })
  const fake = given.ws.connect("CS-1")
  expect(fake.boot()).toEqual({ status: "Accepted", currentTime: "2026-01-01T00:00:00Z", interval: 7 })
  expect(fake.answerTo(fake.call("Authorize", { idToken }))).toEqual([accepted])
})

it("awaits a handler that returns a promise, and keeps the order of the station's CALLs", async () => {
  const decision = deferred()
  await using given = await started({
    Authorize: async () => {
      await decision.promise
      return accepted
    },
    DataTransfer: () => ({ status: "Rejected" })
  })
  const fake = given.ws.boot("CS-1")
  const slow = fake.call("Authorize", { idToken })
  const quick = fake.call("DataTransfer", { vendorId: "v" })
  const heard = next(given.csms.events(), "NotificationReceived")
  fake.call("Heartbeat", {})
  expect(fake.answerTo(slow)).toBeUndefined()
  expect(fake.answerTo(quick)).toBeUndefined()
  decision.resolve()
  await heard
  expect(fake.answerTo(slow)).toEqual([accepted])
  expect(fake.answerTo(quick)).toEqual([{ status: "Rejected" }])
})

it("awaits whatever has a `then`", async () => {
  const answered = deferred()
  await using given = await started({
    // oxlint-disable-next-line unicorn/no-thenable -- this is what is tested
    Authorize: () => ({ then: (resolve) => Promise.resolve(accepted).then(resolve) }),
    DataTransfer: () => {
      answered.resolve()
      return { status: "Accepted" }
    }
  })
  const fake = given.ws.boot("CS-1")
  const id = fake.call("Authorize", { idToken })
  fake.call("DataTransfer", { vendorId: "v" })
  await answered.promise
  expect(fake.answerTo(id)).toEqual([accepted])
})

it("tells a handler who asks, when, and under which id", async () => {
  let told: Pick<PromiseHandlerContext, "station" | "messageId" | "receivedAt"> | undefined
  await using given = await started({
    DataTransfer: (_request, { station, messageId, receivedAt }) => {
      told = { station, messageId, receivedAt }
      return { status: "Accepted" }
    }
  })
  const before = Date.now()
  const id = given.ws.boot("CS-1").call("DataTransfer", { vendorId: "v" })
  expect(told?.station).toBe(given.station)
  expect(told?.messageId).toBe(id)
  expect(told?.receivedAt).toBeGreaterThanOrEqual(before)
  expect(told?.receivedAt).toBeLessThanOrEqual(Date.now())
})

it("calls handlers as methods of their object", async () => {
  await using given = await started({
    Authorize: () => accepted,
    DataTransfer() {
      return { status: this.Authorize === undefined ? "Rejected" : "Accepted" }
    }
  })
  const fake = given.ws.boot("CS-1")
  expect(fake.answerTo(fake.call("DataTransfer", { vendorId: "v" }))).toEqual([{ status: "Accepted" }])
})

it("lets Authorize decide on the tokens of transactions", async () => {
  await using given = await started({ Authorize: async () => accepted })
  const fake = given.ws.boot("CS-1")
  const told = next(given.csms.events(), "TransactionStarted")
  const id = fake.call("TransactionEvent", {
    eventType: "Started",
    timestamp: "2026-01-01T00:00:00Z",
    triggerReason: "Authorized",
    seqNo: 0,
    transactionInfo: { transactionId: "t1" },
    idToken
  })
  await told
  expect(fake.answerTo(id)).toEqual([accepted])
})

it("a handler may call its own station", async () => {
  await using given = await started({
    Authorize: async (_request, { station }) => {
      const { status } = await station.call("ClearCache", {})
      return { idTokenInfo: { status: status === "Accepted" ? "Accepted" : "Blocked" } }
    }
  })
  const fake = given.ws.boot("CS-1")
  const id = fake.call("Authorize", { idToken })
  const heard = next(given.csms.events(), "NotificationReceived")
  fake.call("Heartbeat", {})
  fake.reply({ status: "Accepted" })
  await heard
  expect(fake.answerTo(id)).toEqual([accepted])
})

it("R-108: a CALL from the BootNotification handler is rejected, one from its follow-up goes out", async () => {
  const done = deferred<unknown>()
  let inside: unknown
  await using given = await started({
    BootNotification: async (_request, { station }) => {
      inside = await rejection(station.call("ClearCache", {}))
      const report = await rejection(station.getBaseReport("FullInventory"))
      expect(report).toMatchObject({ reason: "InsideBoot" })
      const response = { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 } as const
      return andThen(response, async () => done.resolve(await station.call("ClearCache", {})))
    }
  })
  const ready = next(given.csms.events(), "Ready")
  const fake = given.ws.connect("CS-1")
  fake.boot()
  await ready
  expect(inside).toMatchObject({ _tag: "NotSent", reason: "InsideBoot" })
  fake.reply({ status: "Accepted" })
  expect(await done.promise).toEqual({ status: "Accepted" })
})

it("R-108: the station of a boot that is over waits for the next one as everybody does", async () => {
  const stations: Array<PromiseStation> = []
  const decision = deferred()
  await using given = await started({
    BootNotification: async (_request, { station }) => {
      stations.push(station)
      if (stations.length > 1) await decision.promise
      return { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 }
    }
  })
  const ready = next(given.csms.events(), "Ready")
  const fake = given.ws.connect("CS-1")
  fake.boot()
  await ready
  fake.boot()
  const answer = stations[0]?.call("ClearCache", {})
  const booted = next(given.csms.events(), "Ready")
  decision.resolve()
  await booted
  fake.reply({ status: "Accepted" })
  expect(await answer).toEqual({ status: "Accepted" })
})

it("andThen: the follow-up comes when the answer is on the wire, from sync and async handlers", async () => {
  const seen: Array<unknown> = []
  const later = deferred()
  await using given = await started({
    Authorize: () => andThen(accepted, () => seen.push(fake.answerTo("a"))),
    DataTransfer: async () => andThen({ status: "Accepted" }, () => later.resolve())
  })
  const fake = given.ws.boot("CS-1")
  fake.call("Authorize", { idToken }, "a")
  expect(seen).toEqual([[accepted]])
  const id = fake.call("DataTransfer", { vendorId: "v" })
  await later.promise
  expect(fake.answerTo(id)).toEqual([{ status: "Accepted" }])
})

it.for([
  [
    "throws",
    () => () => {
      throw new Error("no printer")
    }
  ],
  ["rejects", () => () => Promise.reject(new Error("no printer"))]
] as const)("andThen: a follow-up that %s is reported, and changes nothing", async ([, make]) => {
  await using given = await started({ Authorize: () => andThen(accepted, make()) })
  const fake = given.ws.boot("CS-1")
  const failed = next(given.csms.events(), "HandlerFailed")
  expect(fake.answerTo(fake.call("Authorize", { idToken }))).toEqual([accepted])
  expect(await failed).toMatchObject({ why: "FollowUp", message: expect.stringContaining("no printer") })
})

it("a thrown Refusal is the answer, whether thrown at once or later", async () => {
  await using given = await started({
    DataTransfer: ({ vendorId }) => {
      if (vendorId === "now") throw refuse("NotSupported", "no such vendor")
      return Promise.reject(refuse("SecurityError", "not you"))
    }
  })
  const fake = given.ws.boot("CS-1")
  const refused = next(given.csms.events(), "MessageRefused")
  expect(fake.answerTo(fake.call("DataTransfer", { vendorId: "now" }))).toEqual(["NotSupported", "no such vendor", {}])
  await refused
  const again = next(given.csms.events(), "MessageRefused")
  const later = fake.call("DataTransfer", { vendorId: "later" })
  await again
  expect(fake.answerTo(later)).toEqual(["SecurityError", "not you", {}])
})

it.for([
  [
    "throws",
    () => {
      throw new TypeError("x is undefined")
    }
  ],
  ["rejects", () => Promise.reject(new TypeError("x is undefined"))]
] as const)("R-111: a handler that %s is answered by default and reported with its error", async ([, fails]) => {
  await using given = await started({ Authorize: fails })
  const fake = given.ws.boot("CS-1")
  const failed = next(given.csms.events(), "HandlerFailed")
  const id = fake.call("Authorize", { idToken })
  expect(await failed).toMatchObject({
    action: "Authorize",
    messageId: id,
    why: "Failure",
    message: expect.stringMatching(/^TypeError: x is undefined\n.*Handlers\.test\.ts/)
  })
  expect(fake.answerTo(id)).toMatchObject([{ idTokenInfo: { status: expect.any(String) } }])
  expect(fake.answerTo(id)).not.toEqual([accepted])
})

it("reports what is thrown and no Error", async () => {
  await using given = await started({
    // oxlint-disable-next-line typescript/only-throw-error -- this is what is tested
    Authorize: () => {
      throw "just words"
    }
  })
  const failed = next(given.csms.events(), "HandlerFailed")
  given.ws.boot("CS-1").call("Authorize", { idToken })
  expect(await failed).toMatchObject({ why: "Failure", message: expect.stringContaining("just words") })
})

it("R-111: aborts the signal of a handler that is too late, and drops what it gives then", async () => {
  const told = deferred<unknown>()
  await using given = await started(
    {
      Authorize: async (_request, { signal }) => {
        expect(signal.aborted).toBe(false)
        told.resolve(await aborted(signal))
        throw new Error("nobody hears this")
      }
    },
    { handlerTimeout: "1 millis" }
  )
  const fake = given.ws.boot("CS-1")
  const failed = next(given.csms.events(), "HandlerFailed")
  const id = fake.call("Authorize", { idToken })
  expect(await failed).toMatchObject({ why: "Deadline" })
  expect(await told.promise).toMatchObject({ name: "AbortError" })
  expect(fake.answerTo(id)).toBeDefined()
  expect(fake.frames.filter((frame) => frame[1] === id)).toHaveLength(1)
})

it.for([
  ["the station is removed", (given: Awaited<ReturnType<typeof started>>) => given.csms.removeStation("CS-1")],
  ["the CSMS closes", (given: Awaited<ReturnType<typeof started>>) => given.csms.close()]
] as const)("aborts the signal when %s", async ([, end]) => {
  const began = deferred()
  const told = deferred<unknown>()
  await using given = await started({
    Authorize: async (_request, { signal }) => {
      began.resolve()
      told.resolve(await aborted(signal))
      return accepted
    }
  })
  given.ws.boot("CS-1").call("Authorize", { idToken })
  await began.promise
  await end(given)
  expect(await told.promise).toMatchObject({ name: "AbortError" })
})

it("aborts the signal of a boot whose connection is gone, and of no other handler (R-182)", async () => {
  const contexts: Array<PromiseHandlerContext> = []
  const never = deferred<never>()
  await using given = await started({
    BootNotification: (_request, context) => {
      contexts.push(context)
      if (contexts.length > 1) return never.promise
      return { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 }
    },
    Authorize: (_request, context) => {
      contexts.push(context)
      return never.promise
    }
  })
  given.ws.boot("CS-1").vanish()
  const second = given.ws.connect("CS-1")
  second.boot()
  const [, boot] = contexts
  expect(boot?.signal.aborted).toBe(false)
  second.vanish()
  expect(boot?.signal.aborted).toBe(true)
  const third = given.ws.connect("CS-1")
  third.call("Authorize", { idToken })
  third.vanish()
  expect(contexts[2]?.signal.aborted).toBe(false)
})

it("makes the signal when it is read, also after the abort, and always the same", async () => {
  let context: PromiseHandlerContext | undefined
  await using given = await started({
    Authorize: (_request, running) => {
      context = running
      return new Promise(() => {})
    }
  })
  given.ws.boot("CS-1").call("Authorize", { idToken })
  await given.csms.removeStation("CS-1")
  expect(context?.signal.aborted).toBe(true)
  expect(context?.signal).toBe(context?.signal)
  expect(context?.signal.reason).toMatchObject({ name: "AbortError" })
})

it("does not abort the signal of a handler that has answered", async () => {
  let signal: AbortSignal | undefined
  const given = await started({
    Authorize: async (_request, context) => {
      signal = context.signal
      return accepted
    }
  })
  const fake = given.ws.boot("CS-1")
  const heard = next(given.csms.events(), "NotificationReceived")
  fake.call("Authorize", { idToken })
  fake.call("Heartbeat", {})
  await heard
  await given.csms.close()
  expect(signal?.aborted).toBe(false)
})

it.for([
  ["an object", { Authorize: () => accepted }],
  ["a function", () => ({ Authorize: () => accepted })],
  ["an async function", async () => ({ Authorize: async () => accepted })]
] satisfies ReadonlyArray<readonly [string, PromiseHandlers | (() => unknown)]>)(
  "a station has handlers of its own on top: %s",
  async ([, handlers]) => {
    await using given = await started({
      Authorize: () => ({ idTokenInfo: { status: "Blocked" } }),
      DataTransfer: () => ({ status: "Rejected" })
    })
    await given.csms.addStation({ identity: "CS-2", securityProfile: 0, handlers })
    const fake = given.ws.boot("CS-2")
    const id = fake.call("Authorize", { idToken })
    const heard = next(given.csms.events(), "NotificationReceived")
    fake.call("Heartbeat", {})
    await heard
    expect(fake.answerTo(id)).toEqual([accepted])
    expect(fake.answerTo(fake.call("DataTransfer", { vendorId: "v" }))).toEqual([{ status: "Rejected" }])
    const other = given.ws.boot("CS-1")
    expect(other.answerTo(other.call("Authorize", { idToken }))).toMatchObject([{ idTokenInfo: { status: "Blocked" } }])
  }
)

it.for([
  [
    "throws",
    (error: Error) => () => {
      throw error
    }
  ],
  [
    "rejects",
    (error: Error) => async () => {
      throw error
    }
  ]
] as const)("addStation rejects with the very error of a factory that %s", async ([, make]) => {
  await using given = await started({})
  const error = new Error("no such depot")
  const { stack } = error
  const adding = given.csms.addStation({ identity: "CS-2", securityProfile: 0, handlers: make(error) })
  expect(await rejection(adding)).toBe(error)
  expect(error.stack).toBe(stack)
  expect(await given.csms.stations()).toEqual([given.station])
})

it("takes no notice of what is no function", async () => {
  const handlers = { Authorize: undefined, Comment: "for later" } as unknown as PromiseHandlers
  await using given = await started(handlers)
  const fake = given.ws.boot("CS-1")
  expect(fake.answerTo(fake.call("Authorize", { idToken }))).toMatchObject([{ idTokenInfo: { status: "Unknown" } }])
})

it("C-19, E-3: one `authorize` decides on tokens in both messages, async or not", async () => {
  const asked: Array<unknown> = []
  await using given = await started({
    authorize: async ({ idToken: text }, { certificate, event, evse, from, signal, station, transaction }) => {
      await Promise.resolve()
      asked.push([text, from, evse?.id, event?.seqNo, transaction?.transactionId, certificate, station.identity])
      return signal.aborted ? { status: "Unknown" } : { status: "Accepted" }
    }
  })
  const fake = given.ws.boot("CS-1")
  const heard = next(given.csms.events(), "TransactionStarted")
  const authorize = fake.call("Authorize", { idToken })
  const event = fake.call("TransactionEvent", {
    eventType: "Started",
    timestamp: "2026-01-01T00:00:00Z",
    triggerReason: "Authorized",
    seqNo: 0,
    transactionInfo: { transactionId: "X1" },
    evse: { id: 1 },
    idToken
  })
  await heard
  expect(fake.answerTo(authorize)).toEqual([accepted])
  expect(fake.answerTo(event)).toEqual([accepted])
  expect(asked).toEqual([
    ["T1", "Authorize", undefined, undefined, undefined, undefined, given.station.identity],
    ["T1", "TransactionEvent", 1, 0, "X1", undefined, given.station.identity]
  ])
})
