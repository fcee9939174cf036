import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import {
  isConnected,
  isReady,
  type LifecycleEvent,
  lifecycleEvents,
  linkOpened,
  mermaid,
  next,
  type Registration,
  type StationState,
  stationStates
} from "../../src/station/StationState.ts"

type Cell = readonly [why: string, from: StationState, event: LifecycleEvent, to: StationState]

/** The table once more, written from the requirements and not from the source. */
const cells: ReadonlyArray<Cell> = [
  ["R-185: nothing on record, the link opens", "Disconnected", "LinkOpened", "Connected"],
  ["R-185: a link that closes before any boot leaves nothing", "Connected", "LinkClosed", "Disconnected"],
  ["a newer connection elsewhere counts as closed", "Connected", "Fenced", "Disconnected"],
  ["B01: the first boot", "Connected", "BootNotification", "Booting"],
  ["B01.FR.02: Accepted", "Booting", "BootAccepted", "Accepted"],
  ["B02.FR.01: Pending", "Booting", "BootPending", "Pending"],
  ["B03.FR.01: Rejected", "Booting", "BootRejected", "Rejected"],
  ["a boot without its answer leaves nothing", "Booting", "LinkClosed", "Disconnected"],
  ["the same for a fenced one", "Booting", "Fenced", "Disconnected"],
  ["R-183: a reboot without its answer keeps what was on record", "Rebooting", "LinkClosed", "Offline"],
  ["the same for a fenced one", "Rebooting", "Fenced", "Offline"],
  ["B01.FR.02: a boot again, Accepted", "Rebooting", "BootAccepted", "Accepted"],
  ["B02.FR.01: a boot again, Pending", "Rebooting", "BootPending", "Pending"],
  ["B03.FR.01: a boot again, Rejected", "Rebooting", "BootRejected", "Rejected"],
  ["R-183: Pending stays on record", "Pending", "LinkClosed", "Offline"],
  ["R-183: Pending stays on record elsewhere", "Pending", "Fenced", "Offline"],
  ["B02.FR.08, LC-8: boots again", "Pending", "BootNotification", "Rebooting"],
  ["B03.FR.04: a Rejected station may leave", "Rejected", "LinkClosed", "Offline"],
  ["R-183: Rejected stays on record elsewhere", "Rejected", "Fenced", "Offline"],
  ["B03.FR.06, LC-8: boots again", "Rejected", "BootNotification", "Rebooting"],
  ["B04: offline", "Accepted", "LinkClosed", "Offline"],
  ["R-183: Accepted stays on record elsewhere", "Accepted", "Fenced", "Offline"],
  ["LC-16, R-184, B10.FR.10: a boot at any time", "Accepted", "BootNotification", "Rebooting"],
  ["B11.FR.03, B12.FR.02: a reset was accepted", "Accepted", "ResetAccepted", "Resetting"],
  ["B12.FR.01: a reset was scheduled", "Accepted", "ResetScheduled", "ResetScheduled"],
  ["LC-16: the reset may run unseen", "ResetScheduled", "LinkClosed", "Restarting"],
  ["the other node has the station", "ResetScheduled", "Fenced", "Offline"],
  ["B-28: a boot closes the reset", "ResetScheduled", "BootNotification", "Rebooting"],
  ["B11.FR.03: now at once", "ResetScheduled", "ResetAccepted", "Resetting"],
  ["B12.FR.01: scheduled again", "ResetScheduled", "ResetScheduled", "ResetScheduled"],
  ["no reboot came", "ResetScheduled", "ResetLapsed", "Accepted"],
  ["LC-16: the reset runs", "Resetting", "LinkClosed", "Restarting"],
  ["the other node has the station", "Resetting", "Fenced", "Offline"],
  ["B-28: a boot closes the reset", "Resetting", "BootNotification", "Rebooting"],
  ["B11.FR.03: accepted again", "Resetting", "ResetAccepted", "Resetting"],
  ["B12.FR.01: put off", "Resetting", "ResetScheduled", "ResetScheduled"],
  ["no reboot came", "Resetting", "ResetLapsed", "Accepted"],
  ["LC-16: back without a boot so far", "Restarting", "ResumedAccepted", "Resetting"],
  ["nobody came back", "Restarting", "ResetLapsed", "Offline"],
  ["B04, R-183: no new boot needed", "Offline", "ResumedAccepted", "Accepted"],
  ["R-183: Pending still holds", "Offline", "ResumedPending", "Pending"],
  ["R-183: Rejected still holds", "Offline", "ResumedRejected", "Rejected"]
]

const fixed = { seed: 201, numRuns: 500 }
const State = fc.constantFrom(...stationStates)
const Event = fc.constantFrom(...lifecycleEvents)

/** The states along a sequence of events; what is illegal changes nothing. */
const walk = (events: ReadonlyArray<LifecycleEvent>): ReadonlyArray<StationState> => {
  let state: StationState = "Disconnected"
  return [state, ...events.map((event) => (state = next(state, event) ?? state))]
}

describe("StationState", () => {
  it.each(cells)("%s: %s + %s → %s", (_why, from, event, to) => {
    assert.strictEqual(next(from, event), to)
  })

  it("every cell that is not listed is absent", () => {
    const listed = new Set(cells.map(([, from, event]) => `${from} ${event}`))
    const others = stationStates.flatMap((from) =>
      lifecycleEvents.filter((event) => !listed.has(`${from} ${event}`)).map((event) => next(from, event))
    )
    assert.strictEqual(listed.size, cells.length)
    assert.strictEqual(others.length, stationStates.length * lifecycleEvents.length - cells.length)
    assert.isTrue(others.every((to) => to === undefined))
  })

  it("LC-16, R-184, B-26: a BootNotification is legal in every connected state that is not handling one", () => {
    const refusing = stationStates.filter((state) => next(state, "BootNotification") === undefined)
    assert.deepStrictEqual(
      refusing.filter((state) => isConnected(state)),
      ["Booting", "Rebooting"]
    )
    assert.deepStrictEqual(
      refusing.filter((state) => !isConnected(state)),
      ["Disconnected", "Restarting", "Offline"]
    )
  })

  it.each<readonly [Registration, LifecycleEvent, StationState]>([
    [undefined, "LinkOpened", "Disconnected"],
    ["Accepted", "ResumedAccepted", "Offline"],
    ["Pending", "ResumedPending", "Offline"],
    ["Rejected", "ResumedRejected", "Offline"]
  ])("R-183, R-185: with %s on record a link opens as %s", (registration, event, from) => {
    assert.strictEqual(linkOpened(registration), event)
    assert.isDefined(next(from, event))
  })

  it("every connected state can lose its link, and no other can", () => {
    for (const state of stationStates) {
      assert.strictEqual(next(state, "LinkClosed") !== undefined, isConnected(state), state)
      assert.strictEqual(next(state, "Fenced") !== undefined, isConnected(state), state)
    }
  })

  it("only Accepted, ResetScheduled and Resetting are ready, and all of them are connected", () => {
    assert.deepStrictEqual(stationStates.filter(isReady), ["Accepted", "ResetScheduled", "Resetting"])
    assert.isTrue(stationStates.filter(isReady).every(isConnected))
  })

  it("every state is reached from Disconnected, and every event is used", () => {
    const reached = new Set<StationState>(["Disconnected"])
    for (const state of reached)
      for (const event of lifecycleEvents) {
        const to = next(state, event)
        if (to !== undefined) reached.add(to)
      }
    assert.deepStrictEqual([...reached].toSorted(), [...stationStates].toSorted())
    assert.deepStrictEqual([...new Set(cells.map(([, , event]) => event))].toSorted(), [...lifecycleEvents].toSorted())
  })

  it("the diagram has one line for each cell", () => {
    const lines = mermaid().split("\n")
    assert.deepStrictEqual(lines.slice(0, 2), ["stateDiagram-v2", "  [*] --> Disconnected"])
    assert.deepStrictEqual(
      lines.slice(2).toSorted(),
      cells.map(([, from, event, to]) => `  ${from} --> ${to}: ${event}`).toSorted()
    )
  })
})

describe("StationState, any sequence of events", () => {
  it("stays within the states", () => {
    fc.assert(
      fc.property(fc.array(Event, { maxLength: 40 }), (events) => {
        for (const state of walk(events)) assert.include(stationStates, state)
      }),
      fixed
    )
  })

  it("becomes ready only by BootAccepted, by a resume of an accepted registration, or stays so", () => {
    fc.assert(
      fc.property(State, Event, (state, event) => {
        const to = next(state, event)
        const enters = to !== undefined && isReady(to) && !isReady(state)
        assert.isTrue(!enters || event === "BootAccepted" || event === "ResumedAccepted")
      }),
      fixed
    )
  })

  it("enters Accepted only by BootAccepted, by ResumedAccepted, or by the lapse of a reset", () => {
    fc.assert(
      fc.property(State, Event, (state, event) => {
        const allowed = ["BootAccepted", "ResumedAccepted", "ResetLapsed"].includes(event)
        assert.isTrue(next(state, event) !== "Accepted" || allowed)
      }),
      fixed
    )
  })

  it("R-183: is connected exactly since the last link that opened", () => {
    fc.assert(
      fc.property(fc.array(Event, { maxLength: 40 }), (events) => {
        const states = walk(events)
        let open = false
        events.forEach((event, i) => {
          if (states[i + 1] !== states[i]) {
            if (event === "LinkOpened" || event.startsWith("Resumed")) open = true
            if (event === "LinkClosed" || event === "Fenced") open = false
          }
          assert.strictEqual(isConnected(states[i + 1] ?? "Disconnected"), open)
        })
      }),
      fixed
    )
  })

  it("LC-2: Pending and Rejected are left only by a boot or with the link", () => {
    fc.assert(
      fc.property(fc.constantFrom<StationState>("Pending", "Rejected"), Event, (state, event) => {
        const allowed = ["BootNotification", "LinkClosed", "Fenced"].includes(event)
        assert.isTrue(next(state, event) === undefined || allowed)
      }),
      fixed
    )
  })
})
