import fc from "fast-check"
import { validators, type Action } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import {
  initial,
  isMirrored,
  reduce,
  type MirrorEvent,
  type StationMirror,
  unanswered
} from "../../src/blocks/Mirror.ts"
import { anyExchange } from "./exchanges.ts"
import { exchange, frozen, noon, property, recorder, stored, time } from "./payloads.ts"

interface Item {
  readonly action: Action
  readonly exchange: Parameters<typeof reduce>[2]
  /** Whether the answer is lost, of a CALL of ours. */
  readonly lost?: boolean
}

const fold = (mirror: StationMirror, { action, exchange: folded, lost }: Item, emit: (event: MirrorEvent) => void) =>
  lost === true ? unanswered(mirror, action, folded.request, folded.at, emit) : reduce(mirror, action, folded, emit)

const run = (log: ReadonlyArray<Item>) => {
  const { events, emit } = recorder<MirrorEvent>()
  const mirror = log.reduce<StationMirror>((m, item) => frozen(fold(m, item, emit)), initial)
  return { mirror, events }
}

/** An answer in four is lost. */
const anyItem: fc.Arbitrary<Item> = fc
  .tuple(anyExchange, fc.integer({ min: 0, max: 3 }))
  .map(([{ action, exchange: folded }, chance]) => ({ action, exchange: folded, lost: chance === 0 }))

describe("Mirror", () => {
  it("an action without a reducer returns the same mirror", () => {
    const { events, emit } = recorder()
    const heartbeat = exchange("Heartbeat", {}, { currentTime: time() })
    expect(reduce(initial, "Heartbeat", heartbeat, emit)).toBe(initial)
    expect(events).toEqual([])
  })

  it("says which actions it mirrors", () => {
    const mirrored: ReadonlyArray<Action> = ["BootNotification", "NotifyEvent", "TransactionEvent", "SetVariables"]
    expect(mirrored.map(isMirrored)).toEqual([true, true, true, true])
    expect([isMirrored("Heartbeat"), isMirrored("DataTransfer")]).toEqual([false, false])
  })

  it("a change in one block shares the states of the others", () => {
    const status = exchange(
      "StatusNotification",
      { evseId: 1, connectorId: 1, connectorStatus: "Available", timestamp: time() },
      {}
    )
    const next = reduce(initial, "StatusNotification", status, () => {})
    expect(next.jobs).toBe(initial.jobs)
    expect(next.transactions).toBe(initial.transactions)
    expect(next.availability).not.toBe(initial.availability)
  })

  it("one exchange reaches every block that mirrors its action", () => {
    const event = exchange(
      "NotifyEvent",
      {
        generatedAt: time(),
        seqNo: 0,
        eventData: [
          {
            eventId: 1,
            timestamp: time(),
            trigger: "Delta",
            actualValue: "Occupied",
            component: { name: "Connector", evse: { id: 1, connectorId: 1 } },
            variable: { name: "AvailabilityState" },
            eventNotificationType: "HardWiredNotification"
          }
        ]
      },
      {}
    )
    const { events, emit } = recorder<MirrorEvent>()
    const next = reduce(initial, "NotifyEvent", event, emit)
    expect(events.map((item) => Object.values(item)[0])).toEqual(["VariableChanged", "ConnectorStatusChanged"])
    expect(next.availability.connectors).toHaveLength(1)
  })

  it("there are generated exchanges of every action that is mirrored", () => {
    const generated = new Set<Action>(
      fc.sample(anyExchange, { seed: property.seed, numRuns: 5000 }).map(({ action }) => action)
    )
    const actions = Object.keys(validators).flatMap((name) =>
      name.endsWith("Request") ? [name.slice(0, -7) as Action] : []
    )
    expect(actions).toHaveLength(64)
    expect(actions.filter((action) => isMirrored(action) && !generated.has(action))).toEqual([])
  })

  it("the generators make valid payloads", () => {
    fc.assert(
      fc.property(anyExchange, ({ action, exchange: { request, response } }) => {
        expect(validators[`${action}Request`](request), JSON.stringify(request)).toBe(true)
        expect(validators[`${action}Response`](response), JSON.stringify(response)).toBe(true)
      }),
      { ...property, numRuns: 2000 }
    )
  })

  it("ST-1, ST-3: any exchanges in any order, answered or not, are folded without a throw, into plain data, writing into nothing", () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 60 }), (log) => {
        const { mirror, events } = run(frozen(log))
        expect(stored(mirror)).toStrictEqual(mirror)
        expect(stored(events)).toStrictEqual(events)
      }),
      property
    )
  })

  it("the same exchanges give the same mirror, also when it was stored half-way", () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 30 }), fc.array(anyItem, { maxLength: 30 }), (a, b) => {
        const half = run(a).mirror
        const restored: StationMirror = JSON.parse(JSON.stringify(half))
        const finish = (from: StationMirror) => b.reduce<StationMirror>((m, item) => fold(m, item, () => {}), from)
        expect(finish(restored)).toStrictEqual(finish(half))
        expect(run([...a, ...b]).mirror).toStrictEqual(finish(half))
      }),
      property
    )
  })

  it("A-14: no password ever gets into a mirror or an event", () => {
    const secret = "S3cret-Passw0rd-16"
    const names = { component: { name: "SecurityCtrlr" }, variable: { name: "basicAuthPassword" } }
    const result = run([
      {
        action: "SetVariables",
        exchange: exchange(
          "SetVariables",
          { setVariableData: [{ ...names, attributeValue: secret }] },
          { setVariableResult: [{ ...names, attributeStatus: "RebootRequired" }] }
        )
      },
      {
        action: "SetVariables",
        exchange: exchange(
          "SetVariables",
          { setVariableData: [{ ...names, attributeValue: secret }] },
          { setVariableResult: [{ ...names, attributeStatus: "Accepted" }] }
        )
      },
      {
        action: "GetVariables",
        exchange: exchange(
          "GetVariables",
          { getVariableData: [names] },
          { getVariableResult: [{ ...names, attributeStatus: "Accepted", attributeValue: secret }] }
        )
      },
      {
        action: "NotifyReport",
        exchange: exchange(
          "NotifyReport",
          {
            requestId: 1,
            seqNo: 0,
            generatedAt: time(),
            reportData: [{ ...names, variableAttribute: [{ value: secret, mutability: "ReadWrite" }] }]
          },
          {}
        )
      },
      {
        action: "NotifyEvent",
        exchange: exchange(
          "NotifyEvent",
          {
            generatedAt: time(),
            seqNo: 0,
            eventData: [
              {
                eventId: 1,
                timestamp: time(),
                trigger: "Delta",
                actualValue: secret,
                eventNotificationType: "CustomMonitor",
                ...names
              }
            ]
          },
          {}
        )
      },
      {
        action: "GetBaseReport",
        exchange: exchange(
          "GetBaseReport",
          { requestId: 1, reportBase: "FullInventory" },
          { status: "Accepted" },
          noon + 1
        )
      }
    ])
    expect(JSON.stringify(result)).not.toContain(secret)
    expect(result.events).toContainEqual({ _tag: "RebootRequired", ...names })
  })
})
