import type { Action } from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Exchange } from "../../src/blocks/Block.ts"
import { initial, type MirrorEvent, reduce, type StationMirror, unanswered } from "../../src/blocks/Mirror.ts"
import { monitorsOf } from "../../src/blocks/Monitors.ts"
import { anyExchange } from "./exchanges.ts"
import { exchange, frozen, noon, property, stored, time } from "./payloads.ts"

interface Item {
  readonly action: Action
  readonly exchange: Exchange
}

const after = (mirror: StationMirror, { action, exchange: folded }: Item): StationMirror =>
  frozen(reduce(mirror, action, folded, () => {}))

const lost = (mirror: StationMirror, { action, exchange: { at, request } }: Item, events: Array<MirrorEvent> = []) =>
  frozen(unanswered(mirror, action, request, at, (event) => events.push(event)))

const answered = <A extends Action>(...item: Parameters<typeof exchange<A>>): Item => ({
  action: item[0],
  exchange: exchange(...item)
})

/** Answers that say how it stands with what a CALL was about, by its action. */
const conclusive: { readonly [A in Action]?: ReadonlyArray<string> } = {
  CancelReservation: ["Accepted", "Rejected"],
  ChangeAvailability: ["Accepted", "Scheduled"],
  ClearChargingProfile: ["Accepted", "Unknown"],
  ClearDisplayMessage: ["Accepted", "Unknown"],
  DeleteCertificate: ["Accepted"],
  InstallCertificate: ["Accepted"],
  RequestStartTransaction: ["Accepted"],
  ReserveNow: ["Accepted"],
  SendLocalList: ["Accepted"],
  SetChargingProfile: ["Accepted"],
  SetDisplayMessage: ["Accepted"],
  SetMonitoringBase: ["Accepted"],
  SetMonitoringLevel: ["Accepted"],
  SetNetworkProfile: ["Accepted"],
  UnpublishFirmware: ["NoFirmware", "Unpublished", "DownloadOngoing"]
}

const statusOf = ({ exchange: { response } }: Item): string => (response as { readonly status?: string }).status ?? ""

/** Long enough that there is something to be cleared. */
const history = fc
  .array(anyExchange, { minLength: 20, maxLength: 80 })
  .map((log) => log.reduce<StationMirror>(after, initial))

/** A CALL that changes something, and an answer that settles it. */
const write: fc.Arbitrary<Item> = anyExchange.filter(
  (item) => conclusive[item.action]?.includes(statusOf(item)) === true
)

const only = (...actions: ReadonlyArray<Action>): fc.Arbitrary<Item> =>
  write.filter((item) => actions.includes(item.action) && statusOf(item) === "Accepted")

/** Without members of these names, at any depth. */
const without = (value: unknown, ...names: ReadonlyArray<string>): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (names.includes(key) ? undefined : inner)))

/** Without what open reports remember: they remember a loss too. */
const forgetful = (mirror: StationMirror): StationMirror => ({
  ...mirror,
  jobs: { ...mirror.jobs, open: mirror.jobs.open.map(({ changes: _, ...job }) => job) }
})

/** A story told twice: the CALL is answered, or its answer is lost; in the second the station may not have taken it. */
const both = (
  calls: fc.Arbitrary<Item>,
  check: (known: StationMirror, doubtful: StationMirror, item: Item, wasTaken: boolean) => void
) =>
  fc.assert(
    fc.property(history, calls, fc.boolean(), (before, item, wasTaken) =>
      check(wasTaken ? after(before, item) : before, lost(before, item), item, wasTaken)
    ),
    { ...property, numRuns: 300 }
  )

describe("an answer that is lost, and then what is true", () => {
  it("ST-3: the same CALL again, and answered, leaves the mirror as if nothing had been lost", () => {
    fc.assert(
      fc.property(history, write, (before, item) => {
        expect(forgetful(after(lost(before, item), item))).toStrictEqual(forgetful(after(before, item)))
      }),
      { ...property, numRuns: 1000 }
    )
  })

  it("ST-3: it is told exactly when the mirror changes, once for each block, and a second loss changes nothing", () => {
    fc.assert(
      fc.property(history, anyExchange, (before, item) => {
        const events: Array<MirrorEvent> = []
        const doubtful = lost(before, item, events)
        const changed = Object.keys(doubtful).filter(
          (slot) => slot !== "jobs" && doubtful[slot as keyof StationMirror] !== before[slot as keyof StationMirror]
        )
        const told = changed.map((block) => ({ _tag: "EntriesUncertain", block, action: item.action }))
        expect(events).toEqual(expect.arrayContaining(told))
        expect(events).toHaveLength(told.length)
        expect(forgetful(lost(doubtful, item))).toStrictEqual(forgetful(doubtful))
        expect(stored(doubtful)).toStrictEqual(doubtful)
      }),
      { ...property, numRuns: 1000 }
    )
  })

  it("ST-3, K-35: a complete report of charging profiles ends in what is known without the loss", () => {
    both(only("SetChargingProfile", "ClearChargingProfile"), (known, doubtful) => {
      const { external, profiles } = known.smartCharging
      const ours = profiles.map(({ evseId, profile }) => ({ evseId, profile, source: "CSO" as const }))
      const all = [...ours, ...external]
      const ask = answered(
        "GetChargingProfiles",
        { requestId: 99, chargingProfile: {} },
        { status: all.length === 0 ? "NoProfiles" : "Accepted" }
      )
      const parts = all.map(({ evseId, profile, source }, i) =>
        answered(
          "ReportChargingProfiles",
          {
            requestId: 99,
            chargingLimitSource: source,
            evseId,
            tbc: i < all.length - 1,
            chargingProfile: [JSON.parse(JSON.stringify(profile))]
          },
          {}
        )
      )
      const report = (mirror: StationMirror) =>
        without([ask, ...parts].reduce(after, mirror).smartCharging, "acceptedAt", "pending")
      expect(report(doubtful)).toStrictEqual(report(known))
    })
  })

  it("ST-3, O-5: a complete report of messages ends in what is known without the loss", () => {
    both(only("SetDisplayMessage", "ClearDisplayMessage"), (known, doubtful) => {
      const messageInfo = known.displayMessages.messages.map(
        ({ acceptedAt: _, uncertain: _uncertain, ...info }) => info
      )
      const [first, ...rest] = messageInfo
      const late = noon + 3_600_000
      const ask = answered(
        "GetDisplayMessages",
        { requestId: 99 },
        { status: first === undefined ? "Unknown" : "Accepted" },
        late
      )
      const notify =
        first && answered("NotifyDisplayMessages", { requestId: 99, messageInfo: [first, ...rest] }, {}, late)
      const report = (mirror: StationMirror) =>
        without((notify ? [ask, notify] : [ask]).reduce(after, mirror).displayMessages, "acceptedAt")
      expect(report(doubtful)).toStrictEqual(report(known))
    })
  })

  it("ST-3, D-7: the version that the station tells ends in what is known without the loss", () => {
    both(only("SendLocalList"), (known, doubtful) => {
      const { versionNumber = 0 } = known.localAuthorizationList
      const tell = answered("GetLocalListVersion", {}, { versionNumber })
      const told = (mirror: StationMirror) => without(after(mirror, tell).localAuthorizationList, "entriesAtMost")
      expect(told(doubtful)).toStrictEqual(told(known))
    })
  })

  it("ST-3, M-3: reading the certificates ends in what is known without the loss", () => {
    both(only("InstallCertificate", "DeleteCertificate"), (known, doubtful) => {
      const read = answered("GetInstalledCertificateIds", {}, { status: "NotFound" })
      expect(after(doubtful, read).certificates).toStrictEqual(after(known, read).certificates)
    })
  })

  it("ST-3, DM-46: a whole report of monitors ends in the monitors that are known without the loss", () => {
    const set = anyExchange.filter(({ action }) => action === "SetVariableMonitoring")
    both(set, (known, doubtful) => {
      const monitor = monitorsOf(known.diagnostics.monitors).map(
        ({ component, id, severity, transaction, type, value, variable }) => ({
          component,
          variable,
          variableMonitoring: [{ id, severity, transaction, type, value }]
        })
      )
      const report = [
        answered("GetMonitoringReport", { requestId: 99 }, { status: "Accepted" }),
        answered("NotifyMonitoringReport", { requestId: 99, seqNo: 0, generatedAt: time(), monitor }, {})
      ]
      const read = (mirror: StationMirror) => {
        const { monitors, stale } = report.reduce(after, mirror).diagnostics
        return without({ monitors, stale }, "kind")
      }
      expect(read(doubtful)).toStrictEqual(read(known))
    })
  })
})
