/** Block N: logs, monitors, customer information. */
import { assert } from "@effect/vitest"
import { Diagnostics, LocalAuthorizationList, monitorsOf } from "@wattline/ocpp-core"
import { Effect } from "effect"
import { at, card, charging, failure, type Observed, pass, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const diagnostics = { logType: "DiagnosticsLog", log: { remoteLocation: "https://logs.example/CS-1/" } } as const
const offline = { component: "OCPPCommCtrlr", variable: "OfflineThreshold" }
const upper = (value: number, severity = 5) => ({ ...offline, type: "UpperThreshold" as const, value, severity })

/** The monitors of the mirror must be those the station reports; those of the factory are known from the first report on. */
const monitorsOfBoth = ({ station, view }: Observed) =>
  Effect.gen(function* () {
    const { reportedAt } = (yield* view).mirror.diagnostics
    if (reportedAt === undefined) yield* within(Diagnostics.getMonitoringReport(station))
    const text = Effect.map(view, ({ mirror }) =>
      monitorsOf(mirror.diagnostics.monitors).map(({ id, severity, type, value, variable }) =>
        [id, variable.name, type, value, severity].join(" ")
      )
    )
    const before = yield* text
    const { monitors, status } = yield* within(Diagnostics.getMonitoringReport(station))
    const reported = monitors.flatMap(({ variable, variableMonitoring }) =>
      variableMonitoring.map(({ id, severity, type, value }) => [id, variable.name, type, value, severity].join(" "))
    )
    assert.deepStrictEqual(before.toSorted(), reported.toSorted())
    assert.include(["Complete", "EmptyResultSet"], status)
    return reported
  })

tryOperations("Diagnostics", Diagnostics, {
  getLog: {
    "N01.FR.01, N01.FR.07: both logs are uploaded": {
      run: ({ station }) =>
        Effect.gen(function* () {
          for (const logType of ["DiagnosticsLog", "SecurityLog"] as const) {
            const log = yield* within(Diagnostics.getLog(station, { ...diagnostics, logType }))
            assert.strictEqual(log.status, "Accepted")
            assert.isString(log.filename)
            assert.strictEqual((yield* within(log.ended)).outcome._tag, "Complete")
          }
        })
    },
    "N01.FR.12, N01.FR.20: another one takes its place": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const first = yield* within(Diagnostics.getLog(station, diagnostics))
          const second = yield* within(Diagnostics.getLog(station, diagnostics))
          assert.strictEqual(second.status, "AcceptedCanceled")
          assert.strictEqual((yield* within(first.ended)).outcome._tag, "Cancelled")
          assert.strictEqual((yield* within(second.ended)).outcome._tag, "Complete")
        })
    },
    "N01.FR.05: Rejected without a log of that time; UploadFailure is told; a window that ends before it begins is not sent":
      {
        run: ({ station }) =>
          Effect.gen(function* () {
            const later = { ...diagnostics.log, oldestTimestamp: at(86_400) }
            const none = yield* within(Diagnostics.getLog(station, { ...diagnostics, log: later }))
            assert.strictEqual(none.status, "Rejected")
            const broken = { ...diagnostics, log: { remoteLocation: "https://logs.example/fail-upload" } }
            const failing = yield* within(Diagnostics.getLog(station, broken))
            assert.strictEqual((yield* within(failing.ended)).outcome._tag, "Failed")
            const backwards = { ...diagnostics.log, oldestTimestamp: at(10), latestTimestamp: at(0) }
            const sent = Diagnostics.getLog(station, { ...diagnostics, log: backwards })
            assert.strictEqual((yield* failure(sent))?._tag, "CheckFailed")
          })
      }
  },
  setMonitoringBase: {
    "N03.FR.01 to N03.FR.05: FactoryDefault takes custom monitors away": {
      run: (site) =>
        Effect.gen(function* () {
          const { station, view } = site
          const before = yield* monitorsOfBoth(site)
          yield* within(Diagnostics.setVariableMonitoring(station, [upper(100)]))
          assert.lengthOf(yield* monitorsOfBoth(site), before.length + 1)
          for (const base of ["FactoryDefault", "HardWiredOnly", "All"] as const) {
            const { status } = yield* within(Diagnostics.setMonitoringBase(station, base))
            assert.strictEqual(status, "Accepted")
            assert.strictEqual((yield* view).mirror.diagnostics.monitoringBase, base)
            assert.strictEqual(site.controls.model.value("MonitoringCtrlr", "ActiveMonitoringBase"), base)
          }
          yield* within(Diagnostics.getMonitoringReport(station))
          assert.deepStrictEqual(yield* monitorsOfBoth(site), before)
        })
    }
  },
  setMonitoringLevel: {
    "N05.FR.01, N05.FR.03: events above the level are not sent": {
      run: ({ controls, events, station, view }) =>
        Effect.gen(function* () {
          yield* within(Diagnostics.setVariableMonitoring(station, [upper(100, 6)]))
          const alerts = () => events.filter(({ _tag }) => _tag === "AlertOpened").length
          const { status } = yield* within(Diagnostics.setMonitoringLevel(station, 5))
          assert.strictEqual(status, "Accepted")
          assert.strictEqual((yield* view).mirror.diagnostics.monitoringLevel, 5)
          controls.model.set("OCPPCommCtrlr", "OfflineThreshold", 150)
          yield* pass(5)
          assert.strictEqual(alerts(), 0)
          controls.model.set("OCPPCommCtrlr", "OfflineThreshold", 60)
          yield* within(Diagnostics.setMonitoringLevel(station, 9))
          controls.model.set("OCPPCommCtrlr", "OfflineThreshold", 150)
          yield* pass(5)
          assert.strictEqual(alerts(), 1)
          assert.strictEqual((yield* failure(Diagnostics.setMonitoringLevel(station, 10)))?._tag, "CheckFailed")
        })
    }
  },
  setVariableMonitoring: {
    "N04.FR.01 to N04.FR.16: set, replaced, refused for its reason; and it raises its alarm": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station, view } = site
          const { outcomes } = yield* within(
            Diagnostics.setVariableMonitoring(
              station,
              [
                upper(100),
                upper(120, 6),
                { component: "OCPPCommCtrlr", variable: "Nothing", type: "Delta", value: 1 },
                { component: "NothingCtrlr", variable: "Nothing", type: "Delta", value: 1 },
                { component: "SecurityCtrlr", variable: "OrganizationName", type: "UpperThreshold", value: 1 }
              ],
              { allow: "All" }
            )
          )
          assert.deepStrictEqual(
            outcomes.map(({ status }) => status),
            ["Accepted", "Accepted", "UnknownVariable", "UnknownComponent", "UnsupportedMonitorType"]
          )
          yield* monitorsOfBoth(site)
          const id = outcomes[0]?.id ?? 0
          const replaced = yield* within(Diagnostics.setVariableMonitoring(station, [{ ...upper(200), id }]))
          assert.deepInclude(replaced.outcomes[0], { status: "Accepted", id })
          yield* monitorsOfBoth(site)
          controls.model.set("OCPPCommCtrlr", "OfflineThreshold", 150)
          yield* pass(5)
          assert.lengthOf((yield* view).mirror.diagnostics.alerts, 1)
          controls.model.set("OCPPCommCtrlr", "OfflineThreshold", 60)
          yield* pass(5)
          assert.deepStrictEqual((yield* view).mirror.diagnostics.alerts, [])
        })
    }
  },
  clearVariableMonitoring: {
    "N06.FR.01 to N06.FR.04: Accepted once, then NotFound": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          const { outcomes } = yield* within(Diagnostics.setVariableMonitoring(station, [upper(100)]))
          const id = outcomes[0]?.id ?? 0
          for (const status of ["Accepted", "NotFound"]) {
            const [cleared] = yield* within(Diagnostics.clearVariableMonitoring(station, [id]))
            assert.deepStrictEqual([cleared?.id, cleared?.status], [id, status])
          }
          yield* monitorsOfBoth(site)
        })
    }
  },
  getMonitoringReport: {
    "N02.FR.01 to N02.FR.11: all, by variable, by criterion, and none": {
      run: (site) =>
        Effect.gen(function* () {
          const { station } = site
          yield* within(Diagnostics.setVariableMonitoring(station, [upper(100)]))
          yield* monitorsOfBoth(site)
          const ask = (query: object) => within(Diagnostics.getMonitoringReport(station, query))
          const of = (name: string, variable: string) => ({
            componentVariable: [{ component: { name }, variable: { name: variable } }]
          })
          assert.lengthOf((yield* ask(of("OCPPCommCtrlr", "OfflineThreshold"))).monitors, 1)
          assert.strictEqual((yield* ask(of("OCPPCommCtrlr", "ResetRetries"))).status, "EmptyResultSet")
          const thresholds = yield* ask({ monitoringCriteria: ["ThresholdMonitoring"] })
          assert.isAtLeast(thresholds.monitors.length, 1)
        })
    }
  },
  customerInformation: {
    "N09.FR.05, N10.FR.03: what it holds is told, and then forgotten, the local list too": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const entry = { idToken: card(), idTokenInfo: { status: "Accepted" as const } }
          yield* within(LocalAuthorizationList.sendFullList(station, [entry]))
          yield* charging(site)
          controls.present(card(), 1)
          yield* pass(5)
          controls.unplug(1)
          const told = yield* within(Diagnostics.customerInformation(station, { idToken: card() }))
          assert.strictEqual(told.status, "Complete")
          assert.notStrictEqual(told.data, "No data was found.")
          const cleared = yield* within(Diagnostics.customerInformation(station, { idToken: card() }, { clear: true }))
          assert.deepInclude(cleared, { status: "Complete", cleared: true })
          assert.deepInclude(cleared.localList, { _tag: "Sent" })
          assert.isUndefined(controls.authorization.known(card()))
          const none = yield* within(Diagnostics.customerInformation(station, { idToken: card() }))
          assert.deepInclude(none, { status: "Complete", data: "No data was found." })
        })
    },
    "N09.FR.04, N09.FR.07: what names nobody, or asks for nothing, is not sent": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const nothing = Diagnostics.customerInformation(station, { idToken: card() }, { report: false })
          assert.strictEqual((yield* failure(nothing))?._tag, "CheckFailed")
          const answer = yield* within(
            station.call("CustomerInformation", { requestId: 1, report: true, clear: false })
          )
          assert.strictEqual(answer.status, "Invalid")
        })
    }
  }
})
