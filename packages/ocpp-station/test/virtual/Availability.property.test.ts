import type { ReserveNowRequest } from "@wattline/ocpp-v201"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { match, needed } from "../../src/virtual/availability/Matching.ts"
import { at, booted, card, ev, type Fate } from "./availability.support.ts"

const kinds = [["cType2"], ["cType2", "cCCS2"], ["sType2"]] as const

type Step =
  | {
      readonly do: "plug" | "unplug" | "begin" | "finish" | "mend" | "break"
      readonly evse: number
      readonly token: string
    }
  | {
      readonly do: "reserve"
      readonly id: number
      readonly evse: number | undefined
      readonly type: boolean
      readonly token: string
      readonly seconds: number
    }
  | { readonly do: "cancel"; readonly id: number }
  | {
      readonly do: "change"
      readonly evse: number | undefined
      readonly connector: boolean
      readonly operative: boolean
    }
  | { readonly do: "pass" | "drop" | "reboot"; readonly seconds: number }
  | { readonly do: "lose"; readonly fate: Fate }

const evse = fc.integer({ min: 1, max: 3 })
const token = fc.constantFrom("A", "B", "C")
const reservationId = fc.integer({ min: 1, max: 4 })
const seconds = fc.integer({ min: 1, max: 900 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("begin" as const), evse, token }),
  fc.record({ do: fc.constantFrom("plug", "unplug", "begin", "finish", "mend", "break"), evse, token }),
  fc.record({
    do: fc.constant("reserve" as const),
    id: reservationId,
    evse: fc.option(evse, { nil: undefined }),
    type: fc.boolean(),
    token,
    seconds
  }),
  fc.record({ do: fc.constant("cancel" as const), id: reservationId }),
  fc.record({
    do: fc.constant("change" as const),
    evse: fc.option(evse, { nil: undefined }),
    connector: fc.boolean(),
    operative: fc.boolean()
  }),
  fc.record({
    do: fc.constantFrom("pass", "drop", "reboot"),
    seconds
  }),
  fc.record({ do: fc.constant("lose" as const), fate: fc.constantFrom<Fate>("Lost", "Unknown") })
)

/** Runs the steps at a station of three EVSEs as its drivers, its CSMS and its network would. */
const run = (
  steps: ReadonlyArray<Step>,
  after: (made: ReturnType<typeof booted>, open: ReadonlyMap<number, ReserveNowRequest>) => void
) => {
  const made = booted(kinds)
  const { ask, availability, begin, evses, finish, pass, world } = made
  const open = new Map<number, ReserveNowRequest>() // what the CSMS believes is reserved
  const read = () => {
    for (const { action, request } of made.sent.splice(0))
      if (action === "ReservationStatusUpdate") open.delete((request as { reservationId: number }).reservationId)
  }
  for (const one of steps) {
    switch (one.do) {
      case "plug":
        availability.plugIn(one.evse, ev)
        break
      case "unplug":
        availability.unplug(one.evse)
        break
      case "begin": {
        if (evses[one.evse - 1]?.transaction !== undefined) break
        if (availability.admits(one.evse, card(one.token)) !== "Yes") break
        const used = availability.useReservation(one.evse, card(one.token))
        if (used !== undefined) open.delete(used)
        begin(one.evse, card(one.token))
        break
      }
      case "finish":
        finish(one.evse)
        break
      case "break":
      case "mend":
        availability.setFault(one.do === "break", one.evse)
        break
      case "reserve": {
        const request: ReserveNowRequest = {
          id: one.id,
          expiryDateTime: at((world.now - Date.parse(at(0))) / 1000 + one.seconds),
          idToken: card(one.token),
          ...(one.evse !== undefined && { evseId: one.evse }),
          ...(one.evse === undefined && one.type && { connectorType: "cType2" })
        }
        if (ask("ReserveNow", request).status === "Accepted") open.set(one.id, request)
        break
      }
      case "cancel": {
        const { status } = ask("CancelReservation", { reservationId: one.id })
        read() // the end may have been on its way
        expect(status === "Accepted" || !open.has(one.id)).toBe(true)
        open.delete(one.id)
        break
      }
      case "change": // a cable in the connector that goes would block the EVSE for everybody
        if (one.connector && evses[(one.evse ?? 1) - 1]?.plugged !== undefined) break
        ask("ChangeAvailability", {
          operationalStatus: one.operative ? "Operative" : "Inoperative",
          ...(one.evse !== undefined && { evse: { id: one.evse, ...(one.connector && { connectorId: 1 }) } })
        })
        break
      case "pass":
        pass(one.seconds)
        break
      case "drop":
        world.online = false
        pass(one.seconds)
        world.online = true
        world.fate = "Answered"
        availability.online(false, one.seconds)
        break
      case "lose": // until the link is cut
        world.fate = one.fate
        break
      case "reboot":
        for (const { id } of evses) finish(id)
        availability.down()
        world.online = false
        pass(one.seconds)
        world.online = true
        world.fate = "Answered"
        availability.online(true, one.seconds)
        break
    }
    read()
    after(made, open)
  }
}

/** The most that can be served, by trying everything. */
const most = (open: ReadonlyArray<ReadonlyArray<number>>, taken: ReadonlySet<number> = new Set()): number => {
  const [first, ...rest] = open
  if (first === undefined) return 0
  const served = first.filter((spot) => !taken.has(spot)).map((spot) => 1 + most(rest, new Set([...taken, spot])))
  return Math.max(most(rest, taken), ...served)
}

describe("any sequence of cables, faults, reservations, changes and losses", () => {
  it("B04.FR.02, G01.FR.07: the CSMS knows the status that each connector has", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) =>
        run([...steps, { do: "drop", seconds: 1 }], ({ availability, evses, seen, world }) => {
          if (world.fate !== "Answered") return
          for (const { connectors, id: evseId } of evses)
            for (const { id: connectorId } of connectors)
              expect(seen.get(`${evseId}.${connectorId}`)).toBe(availability.statusOf(evseId, connectorId))
        })
      ),
      { numRuns: 150 }
    )
  })

  it("H01.FR.07, H01.FR.09: what is reserved can be used, each at an EVSE of its own, whoever else is let in", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) =>
        run(steps, ({ availability, evses, world }, open) => {
          const spotsOf = ({ connectorType, evseId, idToken }: ReserveNowRequest) =>
            evses
              .filter(
                ({ connectors, id, plugged, transaction }) =>
                  id === (evseId ?? id) &&
                  transaction === undefined &&
                  (plugged === undefined || availability.statusOf(id, plugged.connectorId) === "Reserved") &&
                  connectors.some(({ type }) => type === (connectorType ?? type)) &&
                  availability.admits(id, idToken) === "Yes"
              )
              .map(({ id }) => id)
          const spots = [...open.values()].map(spotsOf)
          expect(most(spots)).toBe(open.size)
          const forAll = evses.filter(
            ({ id, transaction }) => transaction === undefined && availability.admits(id, card("Stranger")) === "Yes"
          )
          for (const { id } of forAll) expect(most(spots, new Set([id]))).toBe(open.size)
          for (const { expiryDateTime } of open.values()) expect(Date.parse(expiryDateTime)).toBeGreaterThan(world.now)
        })
      ),
      { numRuns: 500 }
    )
  })

  it("G03.FR.06, G04.FR.07: an Inoperative station has no connector that shows otherwise, but for transactions and faults", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: "max" }), (steps) => {
        run(
          [...steps, { do: "change", evse: undefined, connector: false, operative: false }],
          ({ availability, evses, model }) => {
            if (model.value("ChargingStation", "AvailabilityState") !== "Unavailable") return
            for (const { connectors, id } of evses.filter(({ transaction }) => transaction === undefined))
              for (const connector of connectors)
                expect(["Unavailable", "Faulted"]).toContain(availability.statusOf(id, connector.id))
          }
        )
      }),
      { numRuns: 100 }
    )
  })
})

describe("the matching of reservations with EVSEs", () => {
  const fits = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), { maxLength: 5 })

  it("H01.FR.09: serves as many as can be, each with an EVSE of its own that fits", () => {
    fc.assert(
      fc.property(fits, (open) => {
        const matched = match(open)
        const given = matched.filter((spot) => spot >= 0)
        expect(given).toHaveLength(most(open))
        expect(new Set(given).size).toBe(given.length)
        expect(matched.every((spot, index) => spot < 0 || open[index]?.includes(spot))).toBe(true)
      })
    )
  })

  it("an EVSE is needed when one fewer could be served without it", () => {
    fc.assert(
      fc.property(fits, (open) => {
        const found = new Set(needed(open))
        for (let spot = 0; spot <= 4; spot++)
          expect(found.has(spot)).toBe(most(open.map((one) => one.filter((other) => other !== spot))) < most(open))
      })
    )
  })
})
