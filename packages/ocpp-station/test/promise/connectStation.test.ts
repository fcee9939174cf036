/** A station's client for plain async code, before a scripted CSMS. */
import { andThen, type ClientEvent, connectStation, InvalidStation, refuse } from "@wattline/ocpp-station/promise"
import type { EventsMissed, PromiseEvents } from "@wattline/ocpp-station/promise"
import { Effect, Layer, Redacted } from "effect"
import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import { connection, FakeCsms } from "../client/FakeCsms.ts"
import { accepted, next, rejection, startedEvent } from "./support.ts"

/** Microtasks go by. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe("connectStation", () => {
  it("connects and boots; accepted() waits for that", async () => {
    const csms = new FakeCsms()
    await using station = await connectStation({ dialer: csms.layer, ...connection, bootReason: "Watchdog" })
    expect(station.state).toBe("Booting")
    const boots = station.accepted()
    const boot = csms.call("BootNotification")
    expect(boot.request).toMatchObject({ reason: "Watchdog", chargingStation: connection.chargingStation })
    boot.reply({ status: "Accepted", currentTime: "1970-01-01T00:00:00Z", interval: 300 })
    await boots
    expect([station.identity, station.state]).toEqual(["CS-1", "Accepted"])
    await station.accepted()
  })

  it("the private key is a text here, and hidden from there on", async () => {
    const csms = new FakeCsms()
    const tls = { certificate: "PEM", key: "my secret" }
    await using _ = await connectStation({ dialer: csms.layer, ...connection, url: "wss://csms", tls })
    const { key, ...others } = csms.attempts[0]?.tls ?? {}
    expect(others).toEqual({ certificate: "PEM" })
    expect(key && Redacted.value(key)).toBe("my secret")
  })

  it("waiting for the boot can be given up", async () => {
    await using station = await connectStation({ dialer: new FakeCsms().layer, ...connection })
    const reason = new Error("no patience")
    expect(await rejection(station.accepted({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(await rejection(station.accepted({ signal: AbortSignal.timeout(5) }))).toMatchObject({
      name: "TimeoutError"
    })
  })

  it("rejects with InvalidStation, which points to the caller, and leaves nothing open", async () => {
    const log: Array<string> = []
    const dialer = Layer.merge(
      new FakeCsms().layer,
      Layer.effectDiscard(
        Effect.acquireRelease(
          Effect.sync(() => log.push("open")),
          () => Effect.sync(() => log.push("shut"))
        )
      )
    )
    const connectFromHere = (): Promise<unknown> =>
      connectStation({ dialer, ...connection, url: "ws://csms/ocpp", securityProfile: 2, password: "1234567890123456" })
    const error = await rejection(connectFromHere())
    expect(error).toBeInstanceOf(InvalidStation)
    expect((error as Error).stack).toMatch(/^InvalidStation: .*wss:.*\n.*connectFromHere/)
    expect(log).toEqual(["open", "shut"])
  })

  it("rejects with InvalidStation what types could not see", async () => {
    const dialer = new FakeCsms().layer
    const wrong = (options: object): Promise<unknown> =>
      rejection(connectStation({ dialer, ...connection, ...options }))
    expect(await wrong({ url: undefined, password: "1234567890123456" })).toMatchObject({
      message: expect.stringContaining("`url` must be a URL")
    })
    expect(await wrong({ handlers: { Reset: "Accepted" } })).toMatchObject({
      message: expect.stringContaining("The handler of Reset must be a function")
    })
  })

  it("a handler that is undefined is none", async () => {
    await using given = await accepted({ handlers: { Reset: undefined } as object })
    expect(given.csms.ask("Reset", { type: "Immediate" })?.[2]).toBe("NotSupported")
  })

  it("what breaks the schema is told to who queues it; so is a setting that cannot be", async () => {
    await using given = await accepted()
    const { station } = given
    expect(await rejection(station.transactionEvent(startedEvent("t".repeat(37))))).toMatchObject({
      _tag: "NotSent",
      reason: "InvalidRequest",
      message: expect.stringContaining("/transactionInfo/transactionId")
    })
    expect(() => station.securityEvent({ type: "x".repeat(51), timestamp: "2026-01-05T08:00:00Z" })).toThrow(
      /NotSent|\/type/
    )
    expect(() => station.configure({ messageTimeout: Number.NaN })).toThrow(RangeError)
    expect(given.csms.sent()).toEqual([])
  })

  it("rejects what is no dialer with a word about what is", async () => {
    const dialer = { dial: () => undefined } as never
    const error = await rejection(connectStation({ dialer, ...connection }))
    expect(error).toMatchObject({ message: expect.stringContaining("such as WsDialer.layer()") })
  })

  it("rejects with the error of the dialer", async () => {
    const wrong = new RangeError("no such option")
    const dialer = Layer.effectDiscard(Effect.fail(wrong)).pipe(Layer.provideMerge(new FakeCsms().layer))
    expect(await rejection(connectStation({ dialer, ...connection }))).toBe(wrong)
  })
})

describe("call", () => {
  it("gives the response", async () => {
    await using given = await accepted()
    const called = given.station.call("Authorize", { idToken: { idToken: "AA", type: "Central" } })
    given.csms.call("Authorize").reply({ idTokenInfo: { status: "Accepted" } })
    expect(await called).toEqual({ idTokenInfo: { status: "Accepted" } })
  })

  it("rejects with CallError, NotSent and OutcomeUnknown, with the stack of the caller", async () => {
    await using given = await accepted()
    const callFromHere = (): Promise<unknown> => given.station.call("Heartbeat", {})
    const refused = rejection(callFromHere())
    given.csms.call("Heartbeat").refuse()
    expect(((await refused) as Error).stack).toMatch(/^CallError: .*\n.*callFromHere/)
    const lost = rejection(callFromHere())
    given.csms.hangUp()
    expect(((await lost) as Error).stack).toMatch(/^OutcomeUnknown: .*\n.*callFromHere/)
    const notSent = await rejection(callFromHere())
    expect(inspect(notSent)).toMatch(/^NotSent: .*\n.*callFromHere[^]*reason: 'Offline'/)
  })

  it("R-107: a CALL that waits for its turn is withdrawn by its signal; one on the wire is left alone", async () => {
    await using given = await accepted()
    const controllers = [new AbortController(), new AbortController()]
    const [onTheWire, waiting] = controllers.map(({ signal }) =>
      rejection(given.station.call("Heartbeat", {}, { signal }))
    )
    const last = given.station.call("Authorize", { idToken: { idToken: "AA", type: "Central" } })
    for (const controller of controllers) controller.abort()
    expect(await onTheWire).toMatchObject({ name: "AbortError" })
    expect(await waiting).toMatchObject({ name: "AbortError" })
    given.csms.call("Heartbeat").reply({ currentTime: "1970-01-01T00:00:00Z" })
    given.csms.call("Authorize").reply({ idTokenInfo: { status: "Unknown" } })
    expect(await last).toEqual({ idTokenInfo: { status: "Unknown" } })
  })
})

describe("transactionEvent", () => {
  it("R-232, E04: is queued at once, delivered when there is a link again, and marked offline", async () => {
    await using given = await accepted()
    given.csms.hangUp()
    const delivered = given.station.transactionEvent(startedEvent("T-1"))
    expect(given.station.undelivered).toBe(1)
    given.station.reconnect()
    const sent = given.csms.call("TransactionEvent")
    expect(sent.request).toMatchObject({ offline: true, transactionInfo: { transactionId: "T-1" } })
    sent.reply({ totalCost: 1.5 })
    expect(await delivered).toEqual({ totalCost: 1.5 })
    expect(given.station.undelivered).toBe(0)
  })

  it("an abort ends the waiting and not the delivery", async () => {
    await using given = await accepted()
    given.csms.hangUp()
    const controller = new AbortController()
    const waiting = rejection(given.station.transactionEvent(startedEvent("T-1"), controller))
    controller.abort()
    expect(await waiting).toMatchObject({ name: "AbortError" })
    expect(given.station.undelivered).toBe(1)
  })
})

describe("handlers", () => {
  it("answer now or later, refuse, and know the station", async () => {
    const seen: Array<string> = []
    await using given = await accepted({
      handlers: {
        ClearCache: () => ({ status: "Accepted" }),
        GetLocalListVersion: async () => {
          await settled()
          return { versionNumber: 7 }
        },
        UnlockConnector: (_request, { messageId, receivedAt, state, station }) => {
          seen.push(`${station.identity} ${messageId} ${state} ${receivedAt > 0}`)
          throw refuse("NotSupported", "no lock")
        }
      }
    })
    expect(given.csms.ask("ClearCache", {})?.[2]).toEqual({ status: "Accepted" })
    expect(given.csms.ask("GetLocalListVersion", {})).toBeUndefined()
    await settled()
    await settled()
    expect(given.csms.sent().at(-1)).toEqual([3, "csms-2", { versionNumber: 7 }])
    expect(given.csms.ask("UnlockConnector", { evseId: 1, connectorId: 1 })).toEqual([
      4,
      "csms-3",
      "NotSupported",
      "no lock",
      {}
    ])
    expect(seen).toEqual(["CS-1 csms-3 Accepted true"])
    expect(given.csms.ask("Reset", { type: "OnIdle" })?.[2]).toBe("NotSupported")
  })

  it("andThen answers first and acts then", async () => {
    await using given = await accepted({
      handlers: {
        Reset: async (_request, { station }) =>
          andThen({ status: "Accepted" }, async () => station.reboot("RemoteReset", 0.25))
      }
    })
    given.csms.ask("Reset", { type: "Immediate" })
    await settled()
    expect(given.csms.sent()).toEqual([[3, "csms-1", { status: "Accepted" }]])
    expect([given.station.state, given.csms.closedWith]).toEqual(["Waiting", 1000])
  })

  it("what they throw is answered InternalError and told", async () => {
    const handlers = {
      ClearCache: () => {
        throw new Error("sync boom")
      },
      Reset: () => Promise.reject(new Error("async boom"))
    }
    await using given = await accepted({ handlers })
    const events = given.station.events()
    expect(given.csms.ask("ClearCache", {})?.[2]).toBe("InternalError")
    given.csms.ask("Reset", { type: "OnIdle" })
    await settled()
    expect(given.csms.sent()[0]?.[2]).toBe("InternalError")
    const told: Array<string> = []
    for await (const event of events) {
      if (event._tag === "HandlerFailed") told.push(event.message)
      if (told.length === 2) break
    }
    expect(told).toEqual([expect.stringContaining("sync boom"), expect.stringContaining("async boom")])
  })

  it("their signal is aborted when nobody waits for the answer any more", async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>()
    const given = await accepted({
      handlers: {
        ClearCache: (_request, { signal }) => {
          signal.addEventListener("abort", () => resolve(signal.reason))
          return new Promise(() => {})
        }
      }
    })
    given.csms.ask("ClearCache", {})
    await given.station.close()
    expect(await aborted).toMatchObject({ name: "AbortError" })
  })
})

describe("events", () => {
  it("come from the call on, whenever they are read", async () => {
    await using given = await accepted()
    const events = given.station.events()
    given.station.outage(Infinity)
    given.station.reconnect()
    expect(await next(events, "Disconnected")).toMatchObject({ code: 1006 })
    expect(given.station.state).toBe("Accepted") // the station was accepted since it booted
  })

  it("end with the station, after what is left was read", async () => {
    const given = await accepted()
    const events = given.station.events()
    await given.station.close()
    const tags = []
    for await (const event of events) tags.push(event._tag)
    expect(tags).toEqual(["StateChanged", "Disconnected"])
    const late: PromiseEvents<ClientEvent | EventsMissed> = given.station.events()
    expect(await rejection(late.next())).toMatchObject({ name: "StationClosed" })
  })
})

describe("close", () => {
  it("says goodbye, rejects what is open, and what comes after, with StationClosed", async () => {
    const given = await accepted()
    const callFromHere = (): Promise<unknown> => given.station.transactionEvent(startedEvent("T-1"))
    const open = rejection(callFromHere())
    const closing = given.station.close()
    expect(given.station.close()).toBe(closing)
    await closing
    expect(given.csms.closedWith).toBe(1001)
    expect(((await open) as Error).stack).toMatch(/^StationClosed: .*\n.*callFromHere/)
    expect(((await rejection(callFromHere())) as Error).stack).toMatch(/^StationClosed: .*\n.*callFromHere/)
    expect(given.station.state).toBe("Stopped")
    given.station.reconnect()
    given.station.reboot("PowerUp", 0)
    given.station.outage(1)
    given.station.configure({ heartbeatInterval: 1 })
    expect(given.station.state).toBe("Stopped")
  })
})

describe("configure", () => {
  it("changes how the client behaves from now on", async () => {
    await using given = await accepted({ settings: { webSocketPingInterval: 30 } })
    expect(given.csms.pingInterval).toBe(30)
    given.station.configure({ webSocketPingInterval: 7 })
    expect(given.csms.pingInterval).toBe(7)
  })

  it("A04.FR.02: security events are delivered like transactions", async () => {
    await using given = await accepted()
    given.station.securityEvent({ type: "TamperDetectionActivated", timestamp: "2026-01-05T08:00:00Z" })
    expect(given.csms.call("SecurityEventNotification").request).toMatchObject({ type: "TamperDetectionActivated" })
  })
})
