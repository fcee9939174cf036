/** Block B: variables, reports, reset, network connection profiles. */
import { assert } from "@effect/vitest"
import { Provisioning, variablesOf } from "@wattline/ocpp-core"
import { Effect, Fiber } from "effect"
import { card, charging, failure, pass, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const two = { evses: [{}, {}] }
const network = {
  ocppCsmsUrl: "ws://csms/other",
  ocppInterface: "Wired0",
  messageTimeout: 30,
  securityProfile: 0
} as const
const profileOf = (securityProfile: number) => ({ ...network, ocppCsmsUrl: "ws://csms/ocpp", securityProfile })

tryOperations("Provisioning", Provisioning, {
  getVariables: {
    "B06.FR.01 to B06.FR.09: each item gets what is true of it": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { outcomes, unexpected } = yield* within(
            Provisioning.getVariables(station, [
              { component: "OCPPCommCtrlr", variable: "HeartbeatInterval" },
              { component: "SecurityCtrlr", variable: "Identity" },
              { component: "SecurityCtrlr", variable: "BasicAuthPassword" },
              { component: "OCPPCommCtrlr", variable: "Nothing" },
              { component: "NothingCtrlr", variable: "Nothing" },
              { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", attribute: "Target" },
              { component: "EVSE", variable: "AvailabilityState", evseId: 1 },
              { component: "EVSE", variable: "AvailabilityState", evseId: 9 }
            ])
          )
          assert.deepStrictEqual(
            outcomes.map(({ status }) => status),
            [
              "Accepted",
              "Accepted",
              "Rejected",
              "UnknownVariable",
              "UnknownComponent",
              "NotSupportedAttributeType",
              "Accepted",
              "UnknownComponent"
            ]
          )
          const values = outcomes.flatMap((outcome) => (outcome.status === "Accepted" ? [outcome.value.raw] : []))
          assert.deepStrictEqual(values, [
            controls.model.value("OCPPCommCtrlr", "HeartbeatInterval") ?? "",
            "CS-1",
            "Available"
          ])
          assert.deepStrictEqual(unexpected, [])
        })
    },
    "B06.FR.05: more than the station takes at once go in several requests": {
      run: ({ station, view }) =>
        Effect.gen(function* () {
          const all = variablesOf((yield* view).mirror.provisioning.deviceModel).filter(
            ({ attributes }) => attributes.Actual !== undefined && attributes.Actual.mutability !== "WriteOnly"
          )
          const { outcomes } = yield* within(Provisioning.getVariables(station, all))
          assert.isAbove(outcomes.length, 100)
          assert.deepStrictEqual(
            outcomes.filter(({ status }) => status !== "Accepted"),
            []
          )
        })
    }
  },
  setVariables: {
    "B05.FR.01 to B05.FR.10: what can be set is, the rest is refused for its reason": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { outcomes } = yield* within(
            Provisioning.setVariables(
              station,
              [
                { component: "OCPPCommCtrlr", variable: "OfflineThreshold", value: 77 },
                { component: "SampledDataCtrlr", variable: "TxUpdatedInterval", value: 20 },
                { component: "AuthCtrlr", variable: "AuthorizeRemoteStart", value: true },
                { component: "OCPPCommCtrlr", variable: "ActiveNetworkProfile", value: 2 },
                { component: "OCPPCommCtrlr", variable: "Nothing", value: 1 },
                { component: "NothingCtrlr", variable: "Nothing", value: 1 },
                { component: "OCPPCommCtrlr", variable: "RetryBackOffRepeatTimes", value: 5000 }
              ],
              { allow: "All" }
            )
          )
          assert.deepStrictEqual(
            outcomes.map(({ status }) => status),
            ["Accepted", "Accepted", "Accepted", "Rejected", "UnknownVariable", "UnknownComponent", "Rejected"]
          )
          assert.strictEqual(controls.model.value("OCPPCommCtrlr", "OfflineThreshold"), "77")
          assert.strictEqual(controls.model.value("SampledDataCtrlr", "TxUpdatedInterval"), "20")
          controls.powerCycle()
          yield* pass(30)
          assert.strictEqual(controls.model.value("OCPPCommCtrlr", "OfflineThreshold"), "77")
        })
    },
    "B05.FR.11: the heartbeat follows the interval that is set": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const item = { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 10 }
          yield* within(Provisioning.setVariables(station, [item]))
          const before = (yield* station.snapshot).lastSeen ?? 0
          yield* pass(21)
          assert.isAtLeast(((yield* station.snapshot).lastSeen ?? 0) - before, 10_000)
        })
    },
    "B05.FR.13, B-5: what cannot be set is not sent": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const wrong = { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: "often" }
          assert.strictEqual((yield* failure(Provisioning.setVariables(station, [wrong])))?._tag, "InvalidVariables")
        })
    }
  },
  getBaseReport: {
    "B07.FR.01 to B07.FR.12: three reports, each what it is for": {
      run: ({ station, view }) =>
        Effect.gen(function* () {
          const full = yield* within(Provisioning.getBaseReport(station, "FullInventory"))
          assert.strictEqual(full.status, "Complete")
          const size = variablesOf((yield* view).mirror.provisioning.deviceModel).length
          assert.isAbove(size, 100)
          const configuration = yield* within(Provisioning.getBaseReport(station, "ConfigurationInventory"))
          assert.strictEqual(configuration.status, "Complete")
          const summary = yield* within(Provisioning.getBaseReport(station, "SummaryInventory"))
          assert.include(["Complete", "EmptyResultSet", "NotSupported"], summary.status)
          assert.strictEqual(variablesOf((yield* view).mirror.provisioning.deviceModel).length, size)
        })
    }
  },
  getReport: {
    "B08.FR.01, B08.FR.05: some variables, and none that there are": {
      station: two,
      run: ({ station }) =>
        Effect.gen(function* () {
          const one = yield* within(
            Provisioning.getReport(station, {
              componentVariable: [
                { component: { name: "EVSE", evse: { id: 2 } }, variable: { name: "AvailabilityState" } }
              ]
            })
          )
          assert.strictEqual(one.status, "Complete")
          assert.deepStrictEqual(
            one.reportData.map(({ component, variable }) => [component.evse?.id, variable.name]),
            [[2, "AvailabilityState"]]
          )
          const none = yield* within(
            Provisioning.getReport(station, { componentVariable: [{ component: { name: "NothingCtrlr" } }] })
          )
          assert.deepInclude(none, { status: "EmptyResultSet", reportData: [] })
        })
    },
    "B08.FR.07: a broken EVSE is a Problem": {
      station: two,
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const ask = within(Provisioning.getReport(station, { componentCriteria: ["Problem"] }))
          assert.strictEqual((yield* ask).status, "EmptyResultSet")
          controls.availability.setFault(true, 2)
          yield* pass(2)
          const told = yield* ask
          assert.strictEqual(told.status, "Complete")
          assert.deepStrictEqual([...new Set(told.reportData.map(({ component }) => component.evse?.id))], [2])
          controls.availability.setFault(false, 2)
        })
    }
  },
  reset: {
    "B11.FR.01, B11.FR.04: the station reboots, and boots with RemoteReset": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const result = yield* within(Provisioning.reset(station, { type: "Immediate" }))
          if (result.status !== "Accepted") return assert.fail(result.status)
          assert.deepStrictEqual(yield* within(result.followUp), { _tag: "Rebooted", reason: "RemoteReset" })
        })
    },
    "B12.FR.03: Immediate ends the transaction with ImmediateReset": {
      run: (site) =>
        Effect.gen(function* () {
          const transactionId = yield* charging(site)
          const result = yield* within(Provisioning.reset(site.station, { type: "Immediate" }))
          if (result.status !== "Accepted") return assert.fail(result.status)
          yield* within(result.followUp)
          yield* pass(5)
          const [ended] = (yield* site.view).mirror.transactions.ended
          assert.deepInclude(ended, { transactionId, stoppedReason: "ImmediateReset" })
        })
    },
    "B11.FR.01: OnIdle waits for nothing where nobody charges": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const result = yield* within(Provisioning.reset(station, { type: "OnIdle" }))
          if (result.status !== "Accepted") return assert.fail(result.status)
          assert.deepStrictEqual(yield* within(result.followUp), { _tag: "Rebooted", reason: "RemoteReset" })
        })
    },
    "B12.FR.01: OnIdle waits for the transaction, then it boots with ScheduledReset": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          yield* charging(site)
          const result = yield* within(Provisioning.reset(station, { type: "OnIdle" }))
          if (result.status !== "Scheduled") return assert.fail(result.status)
          const following = yield* Effect.forkChild(result.followUp)
          yield* pass(60)
          assert.isUndefined(following.pollUnsafe())
          controls.present(card(), 1)
          assert.deepStrictEqual(yield* within(Fiber.join(following)), { _tag: "Rebooted", reason: "ScheduledReset" })
          assert.strictEqual((yield* site.view).mirror.transactions.ended[0]?.stoppedReason, "Local")
          controls.unplug(1)
        })
    },
    "B11.FR.08: one EVSE alone, without a boot": {
      station: two,
      run: (site) =>
        Effect.gen(function* () {
          const { events, station } = site
          yield* charging(site, 2)
          const boots = () => events.filter(({ _tag }) => _tag === "Booted").length
          const before = boots()
          const result = yield* within(Provisioning.reset(station, { type: "Immediate", evseId: 2 }))
          assert.strictEqual(result.status, "Accepted")
          yield* pass(30)
          assert.strictEqual(boots(), before)
          assert.strictEqual((yield* site.view).mirror.transactions.ended[0]?.stoppedReason, "ImmediateReset")
        })
    },
    "B11.FR.09: Rejected by a station that cannot, and for an EVSE that there is not": {
      station: { control: { refusesReset: true } },
      run: ({ station }) =>
        Effect.gen(function* () {
          for (const evse of [{}, { evseId: 9 }])
            assert.deepInclude(yield* within(Provisioning.reset(station, { type: "Immediate", ...evse })), {
              status: "Rejected"
            })
        })
    }
  },
  setNetworkProfile: {
    "B09.FR.01: a slot is filled, and nothing else changes": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const answer = yield* within(Provisioning.setNetworkProfile(station, 2, profileOf(1)))
          assert.strictEqual(answer.status, "Accepted")
          assert.strictEqual(controls.model.networkProfile(2)?.securityProfile, 1)
          assert.deepStrictEqual(controls.model.networkPriority, [1])
        })
    },
    "B-21, B-22: a slot that there is not, or a URL that is none, is not sent; sent it is Rejected": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const sent = Provisioning.setNetworkProfile(station, 9, profileOf(1))
          assert.strictEqual((yield* failure(sent))?._tag, "CheckFailed")
          const connectionData = { ...profileOf(1), ocppVersion: "OCPP20", ocppTransport: "JSON" } as const
          const answer = yield* within(station.call("SetNetworkProfile", { configurationSlot: 9, connectionData }))
          assert.strictEqual(answer.status, "Rejected")
        })
    }
  },
  networkProfileProblems: {
    "B-21: says beforehand what the station would refuse": {
      run: ({ view }) =>
        Effect.gen(function* () {
          const problems = (slot: number, profile = profileOf(1)) =>
            Effect.map(view, (known) =>
              Provisioning.networkProfileProblems(known, slot, profile).map(({ rule }) => rule)
            )
          assert.deepStrictEqual(yield* problems(2), [])
          assert.deepStrictEqual(yield* problems(9), ["B-21"])
        })
    }
  },
  changeNetworkProfile: {
    "B10.FR.03, A05: the station is back over the new slot": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const change = yield* within(Provisioning.changeNetworkProfile(station, 2, profileOf(0)))
          if (change._tag !== "Resetting") return assert.fail(`${change.at} ${change.status}`)
          assert.deepStrictEqual(change.priority, [2, 1])
          assert.deepStrictEqual(yield* within(change.followUp), { _tag: "Rebooted", reason: "RemoteReset" })
          yield* pass(5)
          assert.strictEqual(controls.model.value("OCPPCommCtrlr", "ActiveNetworkProfile"), "2")
        })
    }
  }
})
